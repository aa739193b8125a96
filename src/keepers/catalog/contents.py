"""What is known of contents: facts, fingerprints, digests, looks."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from typing import Any, NamedTuple

from keepers.catalog.sightings import below
from keepers.catalog.store import Catalog
from keepers.model import ContentId, Face, Facts, Kind, Look
from keepers.read.packed import NOTHING, Packed, unpack, unpack_exif

#: SQLite takes at least this many parameters in one statement.
BATCH = 900
#: How many bytes our own digests and those of servers have; no name of a content is so long.
_OURS, _SHA1 = 32, 20


class NewContent(NamedTuple):
    """One content to remember, as a worker measured it."""

    b3: bytes
    size: int
    kind: Kind
    method: int
    reason: str = ""
    packed: Packed = NOTHING
    prints: bytes = b""
    clip: bytes = b""
    sha1: bytes = b""


class Known(NamedTuple):
    """What a content is known by."""

    row: int
    reason: str
    kind: Kind
    method: int


def content_id(b3: bytes) -> ContentId:
    """Write a digest as a content id: of our own, of a server (20 bytes), or the name of what nobody has read."""
    if len(b3) == _OURS:
        return ContentId("b3:" + b3.hex())
    return ContentId("sha1:" + b3.hex() if len(b3) == _SHA1 else b3.rstrip(b"\0").decode())


def named_row(catalog: Catalog, number: int) -> ContentId:
    """The content of a row."""
    return content_id(catalog.db.execute("SELECT b3 FROM content WHERE id = ?", (number,)).fetchone()[0])


def digest(content: ContentId) -> bytes:
    """Read a content id back to the digest."""
    kind, _, rest = content.partition(":")
    if kind == "ref":
        name = content.encode()
        return name + b"\0" if len(name) in {_OURS, _SHA1} else name
    return bytes.fromhex(rest or content)


def add(catalog: Catalog, new: NewContent) -> int:
    """Insert or refresh a content inside the running transaction; its row id."""
    known = find(catalog, new.b3)
    return put(catalog, new, None if known is None else known.row)


def put(catalog: Catalog, new: NewContent, number: int | None) -> int:
    """Insert a content, or refresh the one of this row, inside the running transaction; its row id."""
    if number is None:
        number = next_row(catalog)
        insert(catalog, {number: new})
        return number
    *columns, _ = new.packed
    catalog.db.execute(
        """UPDATE content SET size = ?, kind = ?, method = ?, reason = ?, format = ?, width = ?, height = ?, camera = ?,
            burst = ?, ev = ?, bias = ?, exposure_mode = ?, pixels = ?, facts = ? WHERE id = ?""",
        (new.size, new.kind, new.method, new.reason, *columns, number),
    )
    _put_parts(catalog, {number: new})
    return number


def next_row(catalog: Catalog) -> int:
    """The row id of the next content that is inserted."""
    return int(catalog.db.execute("SELECT coalesce(max(id), 0) + 1 FROM content").fetchone()[0])


def insert(catalog: Catalog, rows: Mapping[int, NewContent]) -> None:
    """Insert contents that are not known yet, inside the running transaction, each with its row id."""
    catalog.db.executemany(
        """INSERT INTO content (id, b3, size, kind, method, reason, format, width, height, camera, burst, ev, bias,
            exposure_mode, pixels, facts) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)""",
        [
            (number, new.b3, new.size, new.kind, new.method, new.reason, *new.packed[:-1])
            for number, new in rows.items()
        ],
    )
    _put_parts(catalog, rows)


def _put_parts(catalog: Catalog, rows: Mapping[int, NewContent]) -> None:
    parts = {
        "print": [(number, new.prints) for number, new in rows.items() if new.prints],
        "clip": [(number, new.clip) for number, new in rows.items() if new.clip],
        "alias": [(number, new.sha1) for number, new in rows.items() if new.sha1],
        "exif": [(number, new.packed.exif) for number, new in rows.items() if new.packed.exif],
    }
    for table, values in parts.items():
        if values:
            catalog.db.executemany(f"INSERT OR REPLACE INTO {table} VALUES (?, ?)", values)


def find(catalog: Catalog, b3: bytes) -> Known | None:
    """What is known of a content; None if nothing is."""
    return find_all(catalog, [b3]).get(b3)


def find_all(catalog: Catalog, digests: Sequence[bytes]) -> dict[bytes, Known]:
    """What is known of contents; those of which nothing is are left out."""
    found: dict[bytes, Known] = {}
    for start in range(0, len(digests), BATCH):
        part = digests[start : start + BATCH]
        marks = ",".join("?" * len(part))
        rows = catalog.db.execute(
            f"SELECT b3, id, reason, kind, method FROM content WHERE b3 IN ({marks})", part
        )
        found.update(
            (b3, Known(number, reason, Kind(kind), method)) for b3, number, reason, kind, method in rows
        )
    return found


def is_empty(catalog: Catalog) -> bool:
    """Whether nothing was measured yet."""
    return catalog.db.execute("SELECT 1 FROM content LIMIT 1").fetchone() is None


def known_by_size(catalog: Catalog, size: int, method: int) -> tuple[bytes, ...]:
    """Digests of the contents of one size that were measured by this method."""
    rows = catalog.db.execute(
        "SELECT b3 FROM content WHERE size = ? AND method = ? AND kind != 'companion' AND length(b3) = 32 LIMIT 64",
        (size, method),
    )
    return tuple(row[0] for row in rows)


def facts_of(catalog: Catalog, wanted: Iterable[ContentId], *, exif: bool = False) -> dict[ContentId, Facts]:
    """Facts of contents, with the text of every EXIF tag if asked; unknown ones are left out."""
    found: dict[ContentId, Facts] = {}
    for part in _parts(wanted):
        marks = ",".join("?" * len(part))
        rows = catalog.db.execute(
            f"SELECT c.b3, c.facts, e.data FROM content c LEFT JOIN exif e ON e.content = c.id WHERE c.b3 IN ({marks})",
            part,
        )
        for b3, text, tags in rows:
            facts = unpack(text)
            if exif and tags:
                facts = facts._replace(exif=unpack_exif(tags))
            found[content_id(b3)] = facts
    return found


def unseen_films(catalog: Catalog, roots: Sequence[str]) -> tuple[ContentId, ...]:
    """Films at or below the roots that nobody has looked into; the film of a Live Photo counts only if it is alone."""
    where, values = below("l.key", roots)
    rows = catalog.db.execute(
        f"""SELECT DISTINCT c.b3 FROM content c JOIN location l ON l.content = c.id
            WHERE c.kind = 'video' AND l.fate = 'photo' AND l.main IS NULL AND {where}
                AND NOT EXISTS (SELECT 1 FROM clip k WHERE k.content = c.id) ORDER BY c.b3""",
        values,
    )
    return tuple(content_id(row[0]) for row in rows)


def looks_of(catalog: Catalog, wanted: Iterable[ContentId], method: str) -> dict[ContentId, Look]:
    """Looks that this method has already taken."""
    found: dict[ContentId, Look] = {}
    for part in _parts(wanted):
        marks = ",".join("?" * len(part))
        rows = catalog.db.execute(
            f"SELECT c.b3, k.data FROM look k JOIN content c ON c.id = k.content WHERE k.method = ? AND c.b3 IN ({marks})",
            [method, *part],
        )
        for b3, text in rows:
            found[content_id(b3)] = _look_from(content_id(b3), method, json.loads(text))
    return found


def add_looks(catalog: Catalog, looks: Sequence[Look]) -> None:
    """Remember looks of known contents."""
    with catalog.writing() as db:
        for look in looks:
            values = asdict(look)
            values["faces"] = [{**face, "known": sorted(face["known"])} for face in values["faces"]]
            del values["content"], values["method"]
            db.execute(
                "INSERT OR REPLACE INTO look SELECT id, ?, ? FROM content WHERE b3 = ?",
                (look.method, json.dumps(values), digest(look.content)),
            )


def full_pixels_of(catalog: Catalog, wanted: Iterable[ContentId], method: int) -> dict[ContentId, str]:
    """Digests of fully decoded pixels that are known by this method."""
    found: dict[ContentId, str] = {}
    for part in _parts(wanted):
        marks = ",".join("?" * len(part))
        rows = catalog.db.execute(
            f"SELECT c.b3, f.digest FROM full_pixels f JOIN content c ON c.id = f.content WHERE f.method = ? AND c.b3 IN ({marks})",
            [method, *part],
        )
        found.update((content_id(b3), text) for b3, text in rows)
    return found


def add_full_pixels(catalog: Catalog, digests: Mapping[ContentId, str], method: int) -> None:
    """Remember digests of fully decoded pixels."""
    with catalog.writing() as db:
        db.executemany(
            "INSERT OR REPLACE INTO full_pixels SELECT id, ?, ? FROM content WHERE b3 = ?",
            [(method, text, digest(content)) for content, text in digests.items()],
        )


def _parts(wanted: Iterable[ContentId]) -> list[list[bytes]]:
    digests = [digest(content) for content in wanted]
    return [digests[start : start + BATCH] for start in range(0, len(digests), BATCH)]


def _look_from(content: ContentId, method: str, values: dict[str, Any]) -> Look:
    """Read a look back from our own JSON."""
    faces: list[dict[str, Any]] = values.pop("faces")
    for face in faces:
        face |= {"box": tuple(face["box"]), "known": frozenset(face["known"])}
    return Look(content=content, method=method, faces=tuple(Face(**face) for face in faces), **values)
