"""Open the catalog: migrate it after a backup, check it, copy it, write it out as text."""

import contextlib
import json
import os
import sqlite3
from collections.abc import Generator, Iterator
from pathlib import Path
from typing import Final

from keepers.catalog.schema import MIGRATIONS
from keepers.errors import CatalogBusyError, CatalogDamagedError, KeepersError, NoCatalogError

#: SQLite's shared memory does not work across machines (hazard 31), so no WAL there.
NETWORK: Final = frozenset({"nfs", "nfs4", "cifs", "smb3", "smbfs", "9p", "afs", "ceph", "glusterfs"})
WAIT_SECONDS: Final = 10.0


class Catalog:
    """An open catalog; one connection, used by one thread."""

    def __init__(self, file: Path, connection: sqlite3.Connection) -> None:
        """Wrap a connection that `open_catalog` made."""
        self.file = file
        self.db = connection

    def close(self) -> None:
        """Close the connection; safe to call twice."""
        self.db.close()

    @contextlib.contextmanager
    def writing(self) -> Generator[sqlite3.Connection]:
        """One transaction: committed at the end, rolled back on any error.

        Waits up to 10 s for another writer, then raises CatalogBusyError.
        """
        try:
            self.db.execute("BEGIN IMMEDIATE")
        except sqlite3.OperationalError as error:
            raise _translated(self.file, error) from error
        try:
            yield self.db
        except BaseException:
            self.db.rollback()
            raise
        self.db.commit()

    def check(self) -> tuple[str, ...]:
        """Problems that SQLite's full integrity check finds; empty when the catalog is sound."""
        rows = [row[0] for row in self.db.execute("PRAGMA integrity_check")]
        rows += [
            f"row {row[1]} of {row[0]} points nowhere" for row in self.db.execute("PRAGMA foreign_key_check")
        ]
        return tuple(row for row in rows if row != "ok")

    def backup(self, target: Path) -> None:
        """Write a consistent copy to `target`, which must not exist; others may write meanwhile."""
        with target.open("xb"):
            pass
        copy = sqlite3.connect(target)
        try:
            self.db.backup(copy)
        finally:
            copy.close()

    def export(self) -> Iterator[str]:
        """Yield every row of every table as one line of JSON; bytes as hex."""
        tables = [
            row[0]
            for row in self.db.execute("SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name")
        ]
        for table in tables:
            cursor = self.db.execute(f'SELECT * FROM "{table}"')
            names = [column[0] for column in cursor.description]
            for row in cursor:
                values = {n: v.hex() if isinstance(v, bytes) else v for n, v in zip(names, row, strict=True)}
                yield json.dumps({"table": table, **values})


def open_catalog(file: Path, *, create: bool) -> Catalog:
    """Open the catalog, made or migrated where needed.

    NoCatalogError when there is none and `create` is False; CatalogDamagedError when it fails
    SQLite's quick check or comes from a newer Keepers; CatalogBusyError when it stays locked.
    """
    if not create and not file.exists():
        message = f"there is no catalog at {file} yet; `keepers scan FOLDER` makes one"
        raise NoCatalogError(message)
    connection = _connected(file)
    catalog = Catalog(file, connection)
    try:
        connection.execute("PRAGMA foreign_keys = ON")
        if file_system(file) not in NETWORK:
            connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = NORMAL")
        _quick_check(catalog)
        _migrate(catalog)
    except sqlite3.DatabaseError as error:
        connection.close()
        raise _translated(file, error) from error
    except BaseException:
        connection.close()
        raise
    return catalog


def _connected(file: Path) -> sqlite3.Connection:
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        return sqlite3.connect(file, timeout=WAIT_SECONDS, isolation_level=None)
    except (OSError, sqlite3.OperationalError) as error:
        message = (
            f"the catalog {file} cannot be opened ({error}): is it a folder, or in one that may not be written to? "
            "Name another file with --catalog"
        )
        raise KeepersError(message) from error


def reopened(file: Path) -> Catalog:
    """Open the catalog once more, made or migrated where needed, without the check that takes seconds when it is large.

    For a program that has it open already, or checks it beside; else like `open_catalog`.
    """
    if not file.exists():
        return open_catalog(file, create=True)
    connection = sqlite3.connect(file, timeout=WAIT_SECONDS, isolation_level=None)
    try:
        is_current = connection.execute("PRAGMA user_version").fetchone()[0] == len(MIGRATIONS)
        connection.execute("PRAGMA foreign_keys = ON")
        connection.execute("PRAGMA synchronous = NORMAL")
    except sqlite3.DatabaseError as error:
        connection.close()
        raise _translated(file, error) from error
    if is_current:
        return Catalog(file, connection)
    connection.close()
    return open_catalog(file, create=True)


def file_system(path: Path) -> str:
    """The type of the file system that holds `path`, from the mount table; empty if unknown."""
    try:
        table = Path("/proc/self/mounts").read_text("utf-8", "surrogateescape")
    except OSError:
        return ""
    real = os.path.realpath(path)
    best = ("", "")
    for line in table.splitlines():
        fields = line.split(" ")
        mount = fields[1].replace("\\040", " ")
        inside = real == mount or real.startswith(mount.rstrip("/") + "/")
        if inside and len(mount) >= len(best[0]):
            best = (mount, fields[2])
    return best[1]


def _quick_check(catalog: Catalog) -> None:
    """Refuse a damaged catalog before anything is read from it; `catalog check` also compares indexes."""
    found = catalog.db.execute("PRAGMA quick_check(1)").fetchone()[0]
    if found != "ok":
        raise _damaged(catalog.file, found)


def _migrate(catalog: Catalog) -> None:
    version = catalog.db.execute("PRAGMA user_version").fetchone()[0]
    if version > len(MIGRATIONS):
        message = (
            f"{catalog.file} was made by a newer Keepers (schema {version}, this one knows {len(MIGRATIONS)})"
        )
        raise CatalogDamagedError(message)
    if 0 < version < len(MIGRATIONS):
        catalog.backup(catalog.file.with_name(f"{catalog.file.name}.v{version}.backup"))
    for number in range(version, len(MIGRATIONS)):
        with catalog.writing() as db:
            if db.execute("PRAGMA user_version").fetchone()[0] > number:
                continue
            for statement in MIGRATIONS[number]:
                db.execute(statement)
            db.execute(f"PRAGMA user_version = {number + 1}")


def _translated(file: Path, error: sqlite3.DatabaseError) -> CatalogBusyError | CatalogDamagedError:
    text = str(error)
    if "locked" in text or "busy" in text:
        return CatalogBusyError(
            f"the catalog {file} is in use by another program (waited {WAIT_SECONDS:.0f} s)"
        )
    return _damaged(file, text)


def _damaged(file: Path, text: str) -> CatalogDamagedError:
    return CatalogDamagedError(
        f"the catalog {file} cannot be used: {text}. Move it away and run `keepers scan` again: "
        "everything but decisions is rebuilt from the photos"
    )
