"""Pictures that servers made, kept in a folder of bounded size; those that were used longest ago go first."""

import hashlib
import sqlite3
import time
from dataclasses import dataclass
from types import TracebackType
from typing import Final, Self

from keepers.places import files

INDEX: Final = "index.db"
_TABLE: Final = """CREATE TABLE IF NOT EXISTS picture (
    name TEXT PRIMARY KEY, etag TEXT NOT NULL, stamp TEXT NOT NULL, size INTEGER NOT NULL, used REAL NOT NULL)"""


@dataclass(frozen=True, slots=True)
class Picture:
    """One picture that is kept: where, as which version by the server's word, and how the asset then was."""

    path: str
    etag: str
    stamp: str
    size: int


class Pictures:
    """A folder of pictures, of `size` bytes. What is kept survives a crash, or is fetched again."""

    def __init__(self, folder: str, most: int) -> None:
        """Keep at most so many bytes in a folder, which is made if it is not there."""
        files.make_folder(folder)
        self._folder = folder
        self._most = most
        self._db = sqlite3.connect(f"{folder}/{INDEX}", isolation_level=None, timeout=10)
        # What a power cut takes from the index is fetched again.
        self._db.execute("PRAGMA synchronous = OFF")
        self._db.execute("PRAGMA journal_mode = WAL")
        self._db.execute(_TABLE)
        self.size = int(self._db.execute("SELECT coalesce(sum(size), 0) FROM picture").fetchone()[0])

    def __enter__(self) -> Self:
        """Use it, and close it at the end."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close the index."""
        self._db.close()

    def find(self, owner: str, key: str, kind: str) -> Picture | None:
        """The picture of an asset of some server and user, of one kind; None where it is not kept whole."""
        name = _name(owner, key, kind)
        row = self._db.execute("SELECT etag, stamp, size FROM picture WHERE name = ?", (name,)).fetchone()
        if row is None:
            return None
        path = self._path(name)
        found = files.status(path)
        if found is None or found.st_size != row[2]:
            self._drop(name)
            return None
        self._db.execute("UPDATE picture SET used = ? WHERE name = ?", (time.time(), name))
        return Picture(path, row[0], row[1], row[2])

    def renew(self, owner: str, key: str, kind: str, stamp: str) -> None:
        """Note that a picture is still what the server shows of an asset that has changed."""
        self._db.execute("UPDATE picture SET stamp = ? WHERE name = ?", (stamp, _name(owner, key, kind)))

    def keep(self, owner: str, key: str, kind: str, data: bytes, *, etag: str, stamp: str) -> Picture:
        """Keep a picture, in place of an older one; others go where there is no room."""
        name = _name(owner, key, kind)
        self._drop(name)
        path = self._path(name)
        files.make_folder(files.parted(path)[0])
        draft = files.draft_with([data], f"{files.parted(path)[0]}/{files.OURS}{name}")
        draft.close()
        files.place(draft.path, path)
        self._db.execute(
            "INSERT OR REPLACE INTO picture VALUES (?, ?, ?, ?, ?)",
            (name, etag, stamp, len(data), time.time()),
        )
        self.size += len(data)
        self._make_room(name)
        return Picture(path, etag, stamp, len(data))

    def _make_room(self, spared: str) -> None:
        if self.size <= self._most:
            return
        names = self._db.execute(
            "SELECT name FROM picture WHERE name != ? ORDER BY used", (spared,)
        ).fetchall()
        for (name,) in names:
            if self.size <= self._most:
                return
            self._drop(name)

    def _drop(self, name: str) -> None:
        path = self._path(name)
        folder = files.parted(path)[0]
        # A crash may have left either without its row.
        if files.status(folder) is not None:
            files.erase(path)
            files.erase(f"{folder}/{files.OURS}{name}")
        row = self._db.execute("DELETE FROM picture WHERE name = ? RETURNING size", (name,)).fetchone()
        self.size -= row[0] if row else 0

    def _path(self, name: str) -> str:
        return f"{self._folder}/{name[:2]}/{name}"


def _name(owner: str, key: str, kind: str) -> str:
    """A file name that depends on nothing but whose picture it is."""
    return hashlib.blake2b(f"{owner}\n{key}\n{kind}".encode(), digest_size=20).hexdigest()
