"""Where contents lie: one row a file, with its fate, capture time and bundle."""

import os
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from keepers.catalog.sightings import below, signed
from keepers.catalog.store import Catalog
from keepers.model import LOCAL, Facts, Fate, Kind, Ref, Role, Taken, split_archive
from keepers.read import archive
from keepers.read.packed import unpack


class NewLocation(NamedTuple):
    """One file as it was read, or why it could not be."""

    path: str
    size: int
    mtime_ns: int
    inode: int
    device: int
    fate: Fate
    reason: str = ""
    lasting: bool = True
    content: int | None = None


class FolderFile(NamedTuple):
    """A file of a folder, with what bundling and dating need; `bundle` is what `set_bundles` wrote of it."""

    id: int
    path: str
    name: str
    mtime_ns: int
    kind: Kind
    fate: Fate
    facts: Facts
    bundle: tuple[int | None, str, str, str]


def put(catalog: Catalog, *files: NewLocation) -> None:
    """Insert or replace the rows of files inside the running transaction.

    The parts of one Takeout archive share their folders: a photo's JSON may be in another part.
    """
    catalog.db.executemany(
        """INSERT INTO location (place, key, folder, size, mtime_ns, inode, device, fate, reason, lasting, content)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
            ON CONFLICT (place, key) DO UPDATE SET size = excluded.size, mtime_ns = excluded.mtime_ns, inode = excluded.inode,
                device = excluded.device, fate = excluded.fate, reason = excluded.reason, lasting = excluded.lasting,
                content = excluded.content, role = 'main', main = NULL, taken = NULL, taken_seconds = NULL, taken_source = '',
                taken_certain = 0""",
        [
            (
                LOCAL, os.fsencode(new.path), os.fsencode(archive.shared_folder(new.path)), new.size, new.mtime_ns,
                signed(new.inode), signed(new.device), new.fate, new.reason, new.lasting, new.content,
            )
            for new in files
        ],
    )  # fmt: skip


def drop(catalog: Catalog, path: str) -> bool:
    """Forget a file of this machine inside the running transaction; whether it was known.

    What was one photo with it is looked at anew.
    """
    row = catalog.db.execute(
        "SELECT id, coalesce(main, id), folder FROM location WHERE place = ? AND key = ?",
        (LOCAL, os.fsencode(path)),
    ).fetchone()
    if row is None:
        return False
    number, photo, folder = row
    catalog.db.execute("UPDATE location SET main = NULL WHERE main = ?", (number,))
    catalog.db.execute("DELETE FROM location WHERE id = ?", (number,))
    catalog.db.execute(
        "UPDATE location SET taken = NULL WHERE folder = ? AND id IN (SELECT id FROM location WHERE id = ? OR main = ?)",
        (folder, photo, photo),
    )
    return True


def folder(catalog: Catalog, path: str) -> list[FolderFile]:
    """The readable files of one folder, in name order."""
    rows = catalog.db.execute(
        """SELECT l.id, l.key, l.mtime_ns, c.kind, l.fate, c.facts, l.main, l.role, l.apart
            FROM location l JOIN content c ON c.id = l.content
            WHERE l.folder = ? AND l.fate IN ('photo', 'companion') ORDER BY l.key""",
        (os.fsencode(path),),
    )
    kinds, fates = {str(kind): kind for kind in Kind}, {str(fate): fate for fate in Fate}
    paths = ((os.fsdecode(row[1]), row) for row in rows)
    return [
        FolderFile(
            row[0], key, key[key.rfind(os.sep) + 1 :], row[2], kinds[row[3]], fates[row[4]], unpack(row[5]),
            (row[6], row[7], row[4], row[8]),
        )
        for key, row in paths
    ]  # fmt: skip


def unreadable_names(catalog: Catalog, path: str) -> list[str]:
    """The names of the files of one folder that cannot be read."""
    rows = catalog.db.execute(
        "SELECT key FROM location WHERE folder = ? AND fate = 'unreadable' ORDER BY key", (os.fsencode(path),)
    )
    return [os.path.basename(os.fsdecode(row[0])) for row in rows]


def set_taken(catalog: Catalog, rows: Iterable[tuple[int, Taken]]) -> None:
    """Remember capture times inside the running transaction."""
    catalog.db.executemany(
        "UPDATE location SET taken = ?, taken_seconds = ?, taken_source = ?, taken_certain = ?, taken_note = ? WHERE id = ?",
        [(t.at.isoformat(), t.at.timestamp(), t.source, t.certain, t.note, row) for row, t in rows],
    )


def set_bundles(catalog: Catalog, rows: Iterable[tuple[int, int | None, Role, Fate, str]]) -> None:
    """Remember each file's main file, role, fate and why it is not part of another photo.

    Inside the running transaction.
    """
    catalog.db.executemany(
        "UPDATE location SET main = ?, role = ?, fate = ?, apart = ? WHERE id = ?",
        [(main, role, fate, apart, row) for row, main, role, fate, apart in rows],
    )


def unfinished_folders(catalog: Catalog, roots: Sequence[str]) -> list[str]:
    """Folders below the roots that hold photos without a capture time: their files are new."""
    where, values = below("key", roots)
    rows = catalog.db.execute(
        f"SELECT DISTINCT folder FROM location WHERE {where} AND fate IN ('photo', 'companion') AND taken IS NULL",
        values,
    )
    return [os.fsdecode(row[0]) for row in rows]


def apart(catalog: Catalog, path: str) -> str:
    """Why a file is not part of another photo that its name speaks of; empty where none does."""
    row = catalog.db.execute(
        "SELECT apart FROM location WHERE place = ? AND key = ?", (LOCAL, os.fsencode(path))
    ).fetchone()
    return str(row[0]) if row else ""


def copies_of(catalog: Catalog, b3: bytes) -> list[str]:
    """Every known path of this machine that holds these bytes, in path order."""
    rows = catalog.db.execute(
        """SELECT l.key FROM location l JOIN content c ON c.id = l.content
            WHERE c.b3 = ? AND l.place = ? ORDER BY l.key""",
        (b3, LOCAL),
    )
    return [os.fsdecode(row[0]) for row in rows]


def hard_links(catalog: Catalog) -> dict[str, list[str]]:
    """Every other name of the files of this machine that have several, by each of their names, in path order."""
    rows = catalog.db.execute(
        """SELECT device, inode, content, key FROM location WHERE place = ? AND (device, inode, content) IN (
                SELECT device, inode, content FROM location WHERE place = ? AND content IS NOT NULL
                GROUP BY device, inode, content HAVING count(*) > 1)
            ORDER BY key""",
        (LOCAL, LOCAL),
    )
    names: dict[tuple[int, int, int], list[str]] = {}
    for *file, key in rows:
        path = os.fsdecode(key)
        # What an archive holds is packed twice, and has the number of the archive itself.
        if split_archive(path) is None:
            names.setdefault((file[0], file[1], file[2]), []).append(path)
    return {path: [other for other in one if other != path] for one in names.values() for path in one}


def touch_root(catalog: Catalog, path: str, identity: str, files: int, when: str) -> None:
    """Remember a root, by file system and folder inode, and how many files it had."""
    with catalog.writing() as db:
        db.execute(
            """INSERT INTO root (path, identity, files, scanned) VALUES (?, ?, ?, ?)
                ON CONFLICT (path) DO UPDATE SET identity = excluded.identity, files = excluded.files,
                    scanned = excluded.scanned""",
            (os.fsencode(path), identity, files, when),
        )


def root_identity(catalog: Catalog, path: str) -> str:
    """What a root was told by at its latest scan; empty where it was not scanned."""
    row = catalog.db.execute("SELECT identity FROM root WHERE path = ?", (os.fsencode(path),)).fetchone()
    return "" if row is None else str(row[0])


def roots(catalog: Catalog) -> list[tuple[str, int, str]]:
    """Path, number of files and time of the last scan of every root of this machine."""
    # Paths are BLOBs, and in some builds of SQLite no BLOB is LIKE anything (SQLITE_LIKE_DOESNT_MATCH_BLOBS).
    rows = catalog.db.execute(
        "SELECT path, files, scanned FROM root WHERE path >= x'2f' AND path < x'30' ORDER BY path"
    )
    return [(os.fsdecode(path), files, scanned) for path, files, scanned in rows]


def latest_scan(catalog: Catalog) -> str:
    """When a folder or a server was scanned last; empty where none was."""
    row = catalog.db.execute("SELECT max(scanned) FROM root").fetchone()
    return str(row[0] or "")


def numbers_of(catalog: Catalog, refs: Iterable[Ref]) -> dict[Ref, int]:
    """The numbers of known files, by which the page asks for them."""
    found: dict[Ref, int] = {}
    for ref in refs:
        row = catalog.db.execute(
            "SELECT id FROM location WHERE place = ? AND key = ?", (ref.place, os.fsencode(ref.key))
        ).fetchone()
        if row is not None:
            found[ref] = int(row[0])
    return found
