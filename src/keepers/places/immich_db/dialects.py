"""What Immich's tables are called, which changed three times: read off the columns that are there, never off a version."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final, LiteralString

from psycopg import sql

from keepers.errors import SettingsError
from keepers.places.immich_db.database import Database, Query

#: What every generation has; the tables of assets and faces are called one or the other.
_ASSET: Final = frozenset({
    "id", "ownerId", "type", "originalPath", "originalFileName", "localDateTime", "checksum", "libraryId",
    "livePhotoVideoId", "deletedAt", "status", "visibility", "isOffline",
})  # fmt: skip
_FACE: Final = frozenset({
    "id", "assetId", "imageWidth", "imageHeight", "boundingBoxX1", "boundingBoxY1", "boundingBoxX2", "boundingBoxY2",
    "sourceType", "deletedAt",
})  # fmt: skip
_PERSON: Final = frozenset({"ownerId", "name", "birthDate", "isHidden", "isFavorite", "faceAssetId"})
_EXIF: Final = frozenset(
    {"assetId", "fileSizeInByte", "exifImageWidth", "exifImageHeight", "orientation", "dateTimeOriginal"}
)
_TABLES: Final = ("asset", "assets", "asset_face", "asset_faces", "person", "asset_exif", "exif")
_COLUMNS: Final = sql.SQL(
    "SELECT table_name::text, column_name::text FROM information_schema.columns "
    "WHERE table_schema = ANY (current_schemas(false)) AND table_name = ANY (%s)"
)


@dataclass(frozen=True, slots=True)
class Dialect:
    """The words of one generation of servers, as parts of queries.

    `sizes` says whether there is a table of EXIF that may be read, `upright` whether assets know how large they are
    seen, `hashes` whether they say of what their checksum is, `visible` whether faces can be hidden.
    """

    name: str
    asset: str
    face: str
    exif: str
    face_key: str
    person_key: str
    sizes: bool
    upright: bool
    hashes: bool
    visible: bool

    def query(self, text: LiteralString, *, archived: bool = False) -> Query:
        """A query in which `{asset}`, `{face}`, `{sha1}` and the like stand for what they are here.

        Words of enums stand in it themselves, since PostgreSQL guesses how many rows they leave only then.
        """
        return sql.SQL(text).format(
            asset=sql.Identifier(self.asset),
            face=sql.Identifier(self.face),
            face_key=sql.Identifier(self.face_key),
            person_key=sql.Identifier(self.person_key),
            live=sql.SQL(
                'f."deletedAt" IS NULL AND f."isVisible"' if self.visible else 'f."deletedAt" IS NULL'
            ),
            sha1=sql.SQL(_SHA1_TOLD if self.hashes else _SHA1_GUESSED),
            exif=_EXIF_ROWS.format(sql.Identifier(self.exif)) if self.sizes else sql.SQL(""),
            exif_table=sql.Identifier(self.exif),
            shown=sql.SQL("IN ('timeline', 'archive')" if archived else "= 'timeline'"),
            dated=sql.SQL('COALESCE(e."dateTimeOriginal" IS NOT NULL, false)' if self.sizes else "true"),
            size=sql.SQL('e."fileSizeInByte"' if self.sizes else "NULL::bigint"),
            width=self._length("width", "exifImageWidth"),
            height=self._length("height", "exifImageHeight"),
            lying=self._lying(),
        )

    def _length(self, upright: str, stored: str) -> sql.Composed:
        told = [sql.Identifier("a", upright)] if self.upright else []
        told += [sql.Identifier("e", stored)] if self.sizes else []
        return sql.SQL("COALESCE({})").format(sql.SQL(", ").join([*told, sql.SQL("0")]))

    def _lying(self) -> sql.SQL:
        """Whether width and height are those before the picture is turned upright."""
        if not self.sizes:
            return sql.SQL("false")
        turned: LiteralString = "COALESCE(e.orientation IN ('5', '6', '7', '8'), false)"
        return sql.SQL("a.width IS NULL AND " + turned if self.upright else turned)


#: The limit keeps PostgreSQL from reading the whole table for each page.
_EXIF_ROWS: Final = sql.SQL(
    'LEFT JOIN LATERAL (SELECT x.* FROM {} x WHERE x."assetId" = a.id LIMIT 1) e ON true'
)
_SHA1_TOLD: Final = (
    """CASE WHEN a."checksumAlgorithm"::text = 'sha1' THEN encode(a.checksum, 'hex') ELSE '' END"""
)
#: In an external library the checksum is that of the path.
_SHA1_GUESSED: Final = """CASE WHEN a."libraryId" IS NULL THEN encode(a.checksum, 'hex') ELSE '' END"""


def dialect(database: Database) -> Dialect:
    """How this database is to be asked; SettingsError where it is none that we know, or may not be read."""
    columns: dict[str, set[str]] = defaultdict(set)
    for table, column in database.rows(_COLUMNS, [list(_TABLES)]):
        columns[table].add(column)
    old = "assets" in columns and "asset" not in columns
    asset, face, exif = ("assets", "asset_faces", "exif") if old else ("asset", "asset_face", "asset_exif")
    grouped = "personGroupId" in columns[face]
    face_key, person_key = ("personGroupId", "personGroupId") if grouped else ("personId", "id")
    needed = {asset: _ASSET, face: _FACE | {face_key}, "person": _PERSON | {person_key}}
    missing = sorted(f"{table}.{one}" for table, some in needed.items() for one in some - columns[table])
    if missing:
        raise SettingsError(_unknown(database, missing, columns))
    visible, upright = "isVisible" in columns[face], {"width", "height"} <= columns[asset]
    return Dialect(
        name="≤1.135" if old else "≥3.2" if grouped else "2.5-3.1" if visible else "1.136-2.4",
        asset=asset,
        face=face,
        exif=exif,
        face_key=face_key,
        person_key=person_key,
        sizes=columns[exif] >= _EXIF,
        upright=upright,
        hashes="checksumAlgorithm" in columns[asset],
        visible=visible,
    )


def _unknown(database: Database, missing: Iterable[str], columns: dict[str, set[str]]) -> str:
    there = [table for table in _TABLES if columns[table]]
    if not there:
        what = "has no tables of Immich that we may read: is it the right one, and was SELECT granted to our role?"
    else:
        some = ", ".join(list(missing)[:5])
        what = f"is of no Immich that Keepers knows, or our role may not read all of it: {some} is not there"
    return f"{database.shown} {what} See docs/people.md for the role; or use --via rest, which asks the server itself"
