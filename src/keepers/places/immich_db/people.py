"""The people of an Immich server and their faces, by its database: page by page, each a question of its own."""

import re
import sys
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta
from typing import Final, LiteralString

from psycopg import sql

from keepers.errors import SettingsError
from keepers.model import Kind
from keepers.people import Person, PersonFace, Pictured, Seen
from keepers.places.immich_db.database import Database, Row, SlowError
from keepers.places.immich_db.dialects import dialect
from keepers.read.told_names import file_name

#: Assets in one question: 100,000 took 1.1 s in pages of 10,000, and 1.9 s in pages of 2,000.
PAGE: Final = 5000
_SMALLEST_PAGE: Final = 100
_FIRST: Final = "00000000-0000-0000-0000-000000000000"
_UUID: Final = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_SHA1: Final = re.compile(r"[0-9a-f]{40}")
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)

#: A page of assets first, whatever is in them: so the plan is the same for every library. Then the faces of each in one
#: text: as rows of their own they would repeat what is told of the asset.
_SEEN: Final[LiteralString] = """
WITH a AS MATERIALIZED (
 SELECT a.* FROM {asset} a
 WHERE a."ownerId" = %(owner)s AND a."deletedAt" IS NULL AND a.status = 'active' AND NOT a."isOffline" AND a.visibility {shown}
  AND """
_WITH_FACES: Final[LiteralString] = """)
SELECT a.id::text, a."originalPath", a."originalFileName", a.type::text, {sha1}, {size},
 (extract(epoch FROM a."localDateTime") * 1000000)::bigint, {width}, {height}, {lying}, a.visibility::text,
 a."livePhotoVideoId"::text, {dated}, g.faces
FROM a {exif} CROSS JOIN LATERAL (
 SELECT string_agg(concat_ws(' ', f.id, COALESCE(f.{face_key}::text, '-'), f."boundingBoxX1", f."boundingBoxY1",
  f."boundingBoxX2", f."boundingBoxY2", f."imageWidth", f."imageHeight", f."sourceType"), ',' ORDER BY f.id) AS faces
 FROM {face} f WHERE f."assetId" = a.id AND {live}) g
ORDER BY a.id
"""
_PAGED: Final[LiteralString] = "a.id > %(after)s::uuid ORDER BY a.id LIMIT %(page)s"
_THESE: Final[LiteralString] = (
    'a.id IN (SELECT f."assetId" FROM {face} f WHERE f.{face_key} = ANY (%(people)s::uuid[]) AND {live}) AND '
)
_STRANGE: Final[LiteralString] = (
    'EXISTS (SELECT FROM {face} f WHERE f."assetId" = a.id AND f.{face_key} IS NULL AND {live}) AND '
)
_SIZED: Final[LiteralString] = (
    'EXISTS (SELECT FROM {exif_table} e WHERE e."assetId" = a.id AND e."fileSizeInByte" = %(size)s)'
)
_PEOPLE: Final[LiteralString] = """
WITH n AS (
 SELECT who, count(*) FILTER (WHERE timeline) AS photos FROM (
  SELECT DISTINCT f.{face_key} AS who, a.id, a.visibility = 'timeline' AS timeline
  FROM {face} f JOIN {asset} a ON a.id = f."assetId"
  WHERE f.{face_key} IS NOT NULL AND {live} AND a."ownerId" = %(owner)s AND a."deletedAt" IS NULL AND a.status = 'active'
   AND NOT a."isOffline" AND a.visibility {shown}) t
 GROUP BY who)
SELECT p.{person_key}::text, p.name, p."birthDate"::text, p."isHidden", p."isFavorite",
 (SELECT x."assetId"::text FROM {face} x WHERE x.id = p."faceAssetId"), n.photos
FROM person p JOIN n ON n.who = p.{person_key}
WHERE p."ownerId" = %(owner)s AND (%(hidden)s OR NOT p."isHidden") ORDER BY p.{person_key}
"""
#: Joining them to each face would cost a tenth of the time.
_HIDDEN: Final[LiteralString] = """
SELECT p.{person_key}::text FROM person p WHERE p."ownerId" = %(owner)s AND p."isHidden"
"""
_FEATURED: Final[LiteralString] = """
SELECT x."assetId"::text FROM person p JOIN {face} x ON x.id = p."faceAssetId"
WHERE p."ownerId" = %(owner)s AND p.{person_key} = %(person)s::uuid
"""
_OWNERS: Final = sql.SQL('SELECT DISTINCT "ownerId"::text FROM person ORDER BY 1 LIMIT 10')


class DatabasePeople:
    """Reads the tables of one account. No question lasts longer than its time, and each can be asked anew."""

    def __init__(self, database: Database, owner: str = "", *, page: int = PAGE) -> None:
        """Read the tables of the user of an id; without one, of the only user who has people.

        SettingsError where the tables are none that we know, or several users have people.
        """
        self._database = database
        self._dialect = dialect(database)
        self._page = page
        self._owner = owner or self._only_owner()

    @property
    def generation(self) -> str:
        """The servers whose tables these are, such as `2.5-3.1`."""
        return self._dialect.name

    def _only_owner(self) -> str:
        owners = [str(row[0]) for row in self._database.rows(_OWNERS)]
        if len(owners) > 1:
            raise SettingsError(
                f"{self._database.shown} holds the people of several users: {', '.join(owners)}. Say which is meant by "
                "database_user, or set url and key, too: then it is the user whose key it is"
            )
        return owners[0] if owners else _FIRST

    def people(self, *, hidden: bool = False, counted: bool = True) -> Sequence[Person]:  # noqa: ARG002 (counting costs nothing here)
        """Everybody with a face in the timeline or the archive."""
        rows = self._database.rows(
            self._dialect.query(_PEOPLE, archived=True), {"owner": self._owner, "hidden": hidden}
        )
        return [_person(row) for row in rows]

    def faces(
        self,
        people: Sequence[str] | None = None,
        *,
        archived: bool = False,
        hidden: bool = False,
        boxes: bool = True,  # noqa: ARG002 (they come along)
    ) -> Iterator[Seen]:
        """Every asset that shows one of these people, with all its faces, by the id of the asset."""
        secret = frozenset[str]() if hidden else self._hidden()
        wanted = None if people is None else frozenset(people)
        values = {"people": [one for one in people or () if _UUID.fullmatch(one)]}
        rows = self._pages("" if people is None else _THESE, values, archived=archived)
        for seen in (_seen(row, secret) for row in rows):
            if any(face.person if wanted is None else face.person in wanted for face in seen.faces):
                yield seen

    def unidentified(self, *, archived: bool = False) -> Iterator[Seen]:
        """Every asset with faces of nobody known, and these faces alone."""
        for row in self._pages(_STRANGE, {}, archived=archived):
            seen = _seen(row, frozenset())
            strange = tuple(face for face in seen.faces if not face.person)
            if strange:
                yield seen._replace(faces=strange)

    def of_file(
        self, *, path: str = "", sha1: str = "", name: str = "", size: int | None = None
    ) -> Seen | None:
        """The asset of a file, by its bytes, by the server's path, or by name and size."""
        values = {"path": path, "sha1": sha1, "name": name, "size": size}
        found: list[Row] = []
        if _SHA1.fullmatch(sha1):
            found = self._some("a.checksum = decode(%(sha1)s, 'hex') AND {sha1} = %(sha1)s", values)
        if not found and path:
            found = self._some('a."originalPath" = %(path)s', values)
        if not found and name and size is not None and self._dialect.sizes:
            found = self._some('a."originalFileName" = %(name)s AND ' + _SIZED, values)
        return _seen(found[0], self._hidden()) if len(found) == 1 else None

    def _some(self, condition: LiteralString, values: Mapping[str, object]) -> list[Row]:
        query = self._dialect.query(_SEEN + condition + " LIMIT 2" + _WITH_FACES, archived=True)
        return self._database.rows(query, {"owner": self._owner, **values})

    def _hidden(self) -> frozenset[str]:
        """Those whom the user has hidden."""
        rows = self._database.rows(self._dialect.query(_HIDDEN), {"owner": self._owner})
        return frozenset(str(row[0]) for row in rows)

    def featured(self, person: str) -> str:
        """The id of the asset whose face stands for a person, whether or not it is still shown."""
        if not _UUID.fullmatch(person):
            return ""
        rows = self._database.rows(self._dialect.query(_FEATURED), {"owner": self._owner, "person": person})
        return str(rows[0][0]) if rows else ""

    def close(self) -> None:
        """End all connections."""
        self._database.close()

    def _pages(
        self, condition: LiteralString, values: Mapping[str, object], *, archived: bool
    ) -> Iterator[Row]:
        """Page after page, from the last id on: a connection that breaks between costs nothing, and none is read twice."""
        query = self._dialect.query(_SEEN + condition + _PAGED + _WITH_FACES, archived=archived)

        def read(after: str, page: int) -> list[Row]:
            return self._database.rows(query, {"owner": self._owner, "after": after, "page": page, **values})

        page = self._page
        after = _FIRST
        with ThreadPoolExecutor(1) as ahead:
            reading = ahead.submit(read, after, page)
            while True:
                try:
                    rows = reading.result()
                except SlowError:
                    if page <= _SMALLEST_PAGE:
                        raise
                    page = max(page // 4, _SMALLEST_PAGE)
                    reading = ahead.submit(read, after, page)
                    continue
                last = len(rows) < page
                if not last:
                    # The database finds the next page while we take this one apart.
                    after = rows[-1][0]
                    reading = ahead.submit(read, after, page)
                yield from rows
                if last:
                    return


def _seen(row: Row, secret: frozenset[str]) -> Seen:
    """An asset with its faces but those of secret people."""
    key, path, name, kind, sha1, size, taken, width, height, lying, visibility, film, dated, told = row
    asset = Pictured(
        key,
        path,
        file_name(name, key),
        Kind.VIDEO if kind == "VIDEO" else Kind.PHOTO,
        sha1,
        size or None,
        _moment(taken),
        height if lying else width,
        width if lying else height,
        visibility,
        film or "",
        dated,
    )
    if not told:
        return Seen(asset, ())
    return Seen(
        asset,
        tuple(
            [
                face
                for one in told.split(",")
                if (face := _face(key, one)) is not None and face.person not in secret
            ]
        ),
    )


def _face(asset: str, told: str) -> PersonFace | None:
    """A face with its box as fractions; None where the box makes no sense."""
    key, person, x1, y1, x2, y2, width, height, source = told.split(" ")
    left, top, right, bottom, wide, high = int(x1), int(y1), int(x2), int(y2), int(width), int(height)
    if not (0 <= left < right <= wide and 0 <= top < bottom <= high):
        left, top, right, bottom = max(left, 0), max(top, 0), min(right, wide), min(bottom, high)
        if not (left < right and top < bottom):
            return None
    box = (left / wide, top / high, (right - left) / wide, (bottom - top) / high)
    # A hundred thousand faces are of some hundred people.
    return PersonFace(key, asset, "" if person == "-" else sys.intern(person), box, sys.intern(source))


def _moment(microseconds: int | None) -> datetime | None:
    """The local wall time, as if in UTC; None where no calendar of ours has it."""
    try:
        return None if microseconds is None else _EPOCH + timedelta(microseconds=microseconds)
    except OverflowError:
        return None


def _person(row: Row) -> Person:
    key, name, born, hidden, favorite, featured, count = row
    return Person(key, name, _day(born), hidden, favorite, featured or "", count)


def _day(text: str | None) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        # PostgreSQL has days before the year 1, too.
        return None
