"""What is known of assets on servers: their rows, their contents, which of these lie on this machine, too."""

import os
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from keepers.catalog import pairs, told
from keepers.catalog.contents import BATCH
from keepers.catalog.store import Catalog
from keepers.model import LOCAL, Fate, PlaceId, Role, Taken

#: No asset has this revision: it is looked at again each time.
PASSING: Final = -1
#: Behind the name of a place, no place of ours.
_UNFINISHED: Final = ":unfinished"
#: From which pixels fingerprints were taken, where the file itself was read.
ORIGINAL: Final = "original"
_FIELDS: Final = (
    told.NAME, told.FAVOURITE, told.RATING, told.DESCRIPTION, told.PERSON, told.KEYWORD,
)  # fmt: skip
#: What makes a row sound: nothing to look at again. A film is known by its header alone.
_SOUND: Final = """l.mtime_ns != -1 AND (c.id IS NULL OR c.method = ?
    AND (NOT ? OR l.fate != 'photo' OR c.kind != 'photo' OR length(c.b3) = 32))"""
#: The rows of a server that were not met, by place, role of motion videos, and root.
_LOST: Final = "SELECT id FROM location WHERE place = ? AND role != ? AND key NOT IN (SELECT key FROM met WHERE root = ?)"


@dataclass(frozen=True, slots=True)
class Row:
    """One asset as it was read, or why it could not be; `revision` is when it changed last, in nanoseconds."""

    place: PlaceId
    key: str
    size: int
    revision: int
    fate: Fate
    reason: str = ""
    content: int | None = None
    taken: Taken | None = None
    told: tuple[tuple[str, str], ...] = ()
    main: int | None = None
    role: Role = Role.MAIN


@dataclass(frozen=True, slots=True)
class Standing:
    """How many assets of a server are known and sound, how many in all, and the latest change among them."""

    sound: int
    known: int
    latest: int


def standing(catalog: Catalog, place: str, method: int, *, exact: bool) -> Standing:
    """What is known of a server, motion videos left out."""
    row = catalog.db.execute(
        f"""SELECT coalesce(sum({_SOUND}), 0), count(*), coalesce(max(l.mtime_ns), 0)
            FROM location l LEFT JOIN content c ON c.id = l.content
            WHERE l.place = ? AND l.role != ?""",
        (method, exact, place, Role.MOTION_VIDEO),
    ).fetchone()
    return Standing(*row)


def sound(
    catalog: Catalog, place: str, keys: Sequence[str], method: int, *, exact: bool
) -> dict[str, tuple[int, int]]:
    """Revision and size of those assets of which nothing is left to learn."""
    found: dict[str, tuple[int, int]] = {}
    for start in range(0, len(keys), BATCH):
        part = [os.fsencode(key) for key in keys[start : start + BATCH]]
        marks = ",".join("?" * len(part))
        rows = catalog.db.execute(
            f"""SELECT l.key, l.mtime_ns, l.size FROM location l LEFT JOIN content c ON c.id = l.content
                WHERE l.place = ? AND l.key IN ({marks}) AND {_SOUND}""",
            [place, *part, method, exact],
        )
        found.update((os.fsdecode(key), (revision, size)) for key, revision, size in rows)
    return found


def put(catalog: Catalog, row: Row) -> int:
    """Insert or replace an asset's row inside the running transaction; its number. Its albums stay as they are."""
    taken = row.taken
    dated = (
        (taken.at.isoformat(), taken.at.timestamp(), taken.source, taken.certain, taken.note)
        if taken
        else (None, None, "", False, "")
    )
    number: int = catalog.db.execute(
        """INSERT INTO location (place, key, folder, size, mtime_ns, inode, device, fate, reason, lasting, content,
                role, main, taken, taken_seconds, taken_source, taken_certain, taken_note)
            VALUES (?, ?, ?, ?, ?, 0, 0, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
            ON CONFLICT (place, key) DO UPDATE SET size = excluded.size, mtime_ns = excluded.mtime_ns,
                fate = excluded.fate, reason = excluded.reason, lasting = excluded.lasting, content = excluded.content,
                role = excluded.role, main = excluded.main, taken = excluded.taken, taken_seconds = excluded.taken_seconds,
                taken_source = excluded.taken_source, taken_certain = excluded.taken_certain,
                taken_note = excluded.taken_note
            RETURNING id""",
        (
            row.place, os.fsencode(row.key), f"{row.place}:".encode(), row.size, row.revision, row.fate, row.reason,
            row.revision != PASSING, row.content, row.role, row.main, *dated,
        ),
    ).fetchone()[0]  # fmt: skip
    marks = ",".join("?" * len(_FIELDS))
    catalog.db.execute(f"DELETE FROM told WHERE location = ? AND field IN ({marks})", (number, *_FIELDS))
    catalog.db.executemany(
        "INSERT OR REPLACE INTO told VALUES (?, ?, ?)",
        [(number, field, value.encode("utf-8", "replace").decode()) for field, value in row.told],
    )
    return number


def number_of(catalog: Catalog, place: str, key: str) -> int | None:
    """The row of an asset; None where it is not known."""
    row = catalog.db.execute(
        "SELECT id FROM location WHERE place = ? AND key = ?", (place, os.fsencode(key))
    ).fetchone()
    return None if row is None else row[0]


def role_of(catalog: Catalog, place: str, key: str) -> tuple[Role, int | None]:
    """Which part of a photo an asset is, and the row of that photo; a photo by itself where it is not known."""
    row = catalog.db.execute(
        "SELECT role, main FROM location WHERE place = ? AND key = ?", (place, os.fsencode(key))
    ).fetchone()
    return (Role.MAIN, None) if row is None else (Role(row[0]), row[1])


def prints_of(catalog: Catalog, place: str, key: str) -> bytes:
    """The fingerprints by which an asset is known now; none where there are none."""
    row = catalog.db.execute(
        "SELECT p.data FROM print p JOIN location l ON l.content = p.content WHERE l.place = ? AND l.key = ?",
        (place, os.fsencode(key)),
    ).fetchone()
    return b"" if row is None else bytes(row[0])


def gone(catalog: Catalog, place: str, root: str) -> int:
    """How many known assets of a server, without motion videos, are not among those that were met."""
    number: int = catalog.db.execute(
        f"SELECT count(*) FROM ({_LOST})",
        (place, Role.MOTION_VIDEO, os.fsencode(root)),
    ).fetchone()[0]
    return number


def known_among(catalog: Catalog, place: str, keys: Collection[str]) -> int:
    """How many of these ids are known of a server, motion videos left out."""
    count = 0
    for start in range(0, len(wanted := [os.fsencode(key) for key in keys]), BATCH):
        part = wanted[start : start + BATCH]
        marks = ",".join("?" * len(part))
        row = catalog.db.execute(
            f"SELECT count(*) FROM location WHERE place = ? AND role != ? AND key IN ({marks})",
            [place, Role.MOTION_VIDEO, *part],
        ).fetchone()
        count += int(row[0])
    return count


def forget(catalog: Catalog, place: str, root: str) -> None:
    """Drop the assets that were not met, with their motion videos. Only the catalog changes."""
    with catalog.writing() as db:
        values = (place, Role.MOTION_VIDEO, os.fsencode(root))
        # The RAW of a picture that is gone is a photo of its own now.
        rows = db.execute(
            f"SELECT id FROM location WHERE role = ? AND main IN ({_LOST})", (Role.RAW, *values)
        )
        pairs.part(catalog, {row for (row,) in rows.fetchall()})
        db.execute(f"DELETE FROM location WHERE main IN ({_LOST})", values)
        db.execute(f"DELETE FROM location WHERE id IN ({_LOST})", values)


def look_again(catalog: Catalog, place: str, keys: Collection[str]) -> frozenset[str]:
    """Let those of these assets be looked at anew that could not be read; the ids of them."""
    with catalog.writing() as db:
        rows = db.execute("SELECT key FROM location WHERE place = ? AND fate = ?", (place, Fate.UNREADABLE))
        found = frozenset(key for (raw,) in rows.fetchall() if (key := os.fsdecode(raw)) in keys)
        db.executemany(
            "UPDATE location SET mtime_ns = ? WHERE place = ? AND key = ?",
            [(PASSING, place, os.fsencode(key)) for key in found],
        )
    return found


def forget_films(catalog: Catalog, main: int, but: str) -> None:
    """Drop motion videos that a photo has no more, inside the running transaction."""
    catalog.db.execute(
        "DELETE FROM location WHERE main = ? AND key != ? AND role = ?",
        (main, os.fsencode(but), Role.MOTION_VIDEO),
    )


def is_unfinished(catalog: Catalog, place: str) -> bool:
    """Whether the last scan of a server was stopped before it had asked for all that belongs to its assets."""
    return (
        catalog.db.execute("SELECT 1 FROM album WHERE place = ?", (place + _UNFINISHED,)).fetchone()
        is not None
    )


def set_unfinished(catalog: Catalog, place: str, *, unfinished: bool) -> None:
    """Note that a scan has begun to learn, or has come to its end."""
    if is_unfinished(catalog, place) is unfinished:
        return
    with catalog.writing() as db:
        if unfinished:
            db.execute("INSERT INTO album VALUES (?, '', '')", (place + _UNFINISHED,))
        else:
            db.execute("DELETE FROM album WHERE place = ?", (place + _UNFINISHED,))


# ---------------------------------------------------------------- one photo in two places


def by_sha1(catalog: Catalog, sha1: bytes, method: int) -> int | None:
    """The content of this machine that has this SHA-1; None where there is none, or not by this method."""
    row = catalog.db.execute(
        "SELECT c.id FROM alias a JOIN content c ON c.id = a.content WHERE a.sha1 = ? AND c.method = ? AND c.reason = ''",
        (sha1, method),
    ).fetchone()
    return None if row is None else row[0]


def unhashed(catalog: Catalog, sizes: Iterable[int]) -> Iterator[tuple[int, str, int]]:
    """Contents of these sizes whose SHA-1 is not known: row, one path of each, and its modification time (ns)."""
    wanted = sorted(set(sizes))
    for start in range(0, len(wanted), BATCH):
        part = wanted[start : start + BATCH]
        marks = ",".join("?" * len(part))
        rows = catalog.db.execute(
            f"""SELECT c.id, min(l.key), l.mtime_ns FROM content c JOIN location l ON l.content = c.id AND l.place = ?
                WHERE c.size IN ({marks}) AND c.kind != 'companion' AND length(c.b3) = 32
                    AND NOT EXISTS (SELECT 1 FROM alias a WHERE a.content = c.id) GROUP BY c.id""",
            (LOCAL, *part),
        ).fetchall()
        yield from ((number, os.fsdecode(key), mtime_ns) for number, key, mtime_ns in rows)


def sizes_of(catalog: Catalog, place: str) -> list[int]:
    """The sizes of assets of which only the server's checksum is known, and that files of this machine have, too."""
    rows = catalog.db.execute(
        """SELECT DISTINCT s.size FROM location l JOIN content s ON s.id = l.content
            WHERE l.place = ? AND length(s.b3) = 20
                AND EXISTS (SELECT 1 FROM content c JOIN location o ON o.content = c.id AND o.place = ?
                    WHERE c.size = s.size AND length(c.b3) = 32)""",
        (place, LOCAL),
    )
    return [row[0] for row in rows]


def add_aliases(catalog: Catalog, found: Mapping[int, bytes]) -> None:
    """Remember the SHA-1 of contents."""
    with catalog.writing() as db:
        db.executemany("INSERT OR REPLACE INTO alias VALUES (?, ?)", found.items())


def add_alias(catalog: Catalog, content: int, sha1: bytes) -> None:
    """Remember the SHA-1 of a content inside the running transaction."""
    catalog.db.execute("INSERT OR REPLACE INTO alias VALUES (?, ?)", (content, sha1))


def join(catalog: Catalog, place: str, method: int) -> None:
    """Let assets whose checksum is that of a content of this machine be of that content."""
    with catalog.writing() as db:
        rows = db.execute(
            """SELECT l.id, a.content FROM location l JOIN content s ON s.id = l.content
                JOIN alias a ON a.sha1 = s.b3 JOIN content c ON c.id = a.content
                WHERE l.place = ? AND length(s.b3) = 20 AND c.method = ? AND c.reason = ''""",
            (place, method),
        ).fetchall()
        db.executemany("UPDATE location SET content = ? WHERE id = ?", [(new, row) for row, new in rows])


def add_pictured(catalog: Catalog, content: int, pixels: str) -> None:
    """Note from which picture the fingerprints of a content were taken, inside the running transaction."""
    catalog.db.execute("INSERT OR REPLACE INTO pictured VALUES (?, ?)", (content, pixels))


def pictured(catalog: Catalog, content: bytes) -> str:
    """From which picture of a server the fingerprints of a content were taken; empty where from its bytes."""
    row = catalog.db.execute(
        "SELECT p.pixels FROM pictured p JOIN content c ON c.id = p.content WHERE c.b3 = ?", (content,)
    ).fetchone()
    return "" if row is None else str(row[0])


# ---------------------------------------------------------------- albums and tags


def album_signatures(catalog: Catalog, place: str) -> dict[str, str]:
    """What the albums of a server looked like when their members were last listed, by name."""
    return dict(catalog.db.execute("SELECT name, signature FROM album WHERE place = ?", (place,)).fetchall())


def set_album(catalog: Catalog, place: str, name: str, signature: str, members: Iterable[str]) -> None:
    """Replace the members of the albums of a name; an empty signature says that there are none any more."""
    label = name.encode("utf-8", "replace").decode()
    keys = [os.fsencode(key) for key in members]
    with catalog.writing() as db:
        db.execute(
            """DELETE FROM told WHERE field = ? AND value = ?
                AND location IN (SELECT id FROM location WHERE place = ?)""",
            (told.ALBUM, label, place),
        )
        db.executemany(
            "INSERT OR REPLACE INTO told SELECT id, ?, ? FROM location WHERE place = ? AND key = ?",
            [(told.ALBUM, label, place, key) for key in keys],
        )
        if signature:
            db.execute("INSERT OR REPLACE INTO album VALUES (?, ?, ?)", (place, label, signature))
        else:
            db.execute("DELETE FROM album WHERE place = ? AND name = ?", (place, label))


def add_tags(catalog: Catalog, place: str, tags: Iterable[tuple[str, str]]) -> None:
    """Note tags of assets, by id."""
    with catalog.writing() as db:
        db.executemany(
            "INSERT OR REPLACE INTO told SELECT id, ?, ? FROM location WHERE place = ? AND key = ?",
            [(told.KEYWORD, tag, place, os.fsencode(key)) for key, tag in tags],
        )
