"""What a scan sees against what is known: the difference is the work to do."""

import os
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from keepers.catalog.store import Catalog
from keepers.model import LOCAL, Fate, Found

_MET = "CREATE TEMP TABLE IF NOT EXISTS met (root BLOB, key BLOB, PRIMARY KEY (root, key)) WITHOUT ROWID"
_SEEN = """CREATE TEMP TABLE IF NOT EXISTS seen (
    key BLOB PRIMARY KEY, size INTEGER, mtime_ns INTEGER, inode INTEGER, device INTEGER) WITHOUT ROWID"""


@dataclass(frozen=True, slots=True)
class Todo:
    """A file that is new, changed, or was measured by an older method."""

    path: str
    size: int
    device: int


@dataclass(frozen=True, slots=True)
class Counts:
    """How many files under the roots ended where, and their bytes."""

    photos: int
    companions: int
    unreadable: int
    ignored: int
    bytes: int


def is_server(address: str) -> bool:
    """Whether an address is of a server, such as `immich:` or `immich@parents:album/Rome`, and no absolute path."""
    return not address.startswith("/") and ":" in address


def shown(place: str, key: bytes) -> str:
    """A location as people read it: a path, or `immich:` and an id."""
    path = os.fsdecode(key)
    return path if place == LOCAL else f"{place}:{path}"


def named(text: str) -> tuple[str, bytes]:
    """The place and the key of what `shown` wrote."""
    place, _, key = text.partition(":") if is_server(text) else (LOCAL, "", text)
    return place, os.fsencode(key)


def below(column: str, roots: Sequence[str]) -> tuple[str, list[bytes]]:
    """SQL that is true for keys at or below any root, and its parameters; no roots: true for all of this machine.

    A root that ends in `:` is all of a server; one with more behind it is what `meet` noted of it. Paths begin
    with `/` and ids of servers never do, so that paths need no look at the place.
    """
    table = column.removesuffix("key")
    if not roots:
        # With + no index is used: all files of one place are nearly all files.
        return f"+{table}place = '{LOCAL}'", []
    parts: list[str] = []
    values: list[bytes] = []
    for root in roots:
        raw = os.fsencode(root)
        if is_server(root):
            place, _, part = raw.partition(b":")
            parts.append(f"({table}place = CAST(? AS TEXT)")
            parts[-1] += f" AND {column} IN (SELECT key FROM met WHERE root = ?))" if part else ")"
            values += [place, raw] if part else [place]
            continue
        stem = raw.rstrip(b"/")
        parts.append(f"({column} = ? OR ({column} >= ? AND {column} < ?))")
        values += [raw, stem + b"/", stem + b"0"]
    return "(" + " OR ".join(parts) + ")", values


def begin(catalog: Catalog) -> None:
    """Start with an empty list of what was seen."""
    catalog.db.execute(_SEEN)
    catalog.db.execute("DELETE FROM seen")


def see(catalog: Catalog, found: Iterable[Found]) -> int:
    """Note files that lie there now; the number of them."""
    before = catalog.db.total_changes
    catalog.db.execute("BEGIN")
    catalog.db.executemany(
        "INSERT OR REPLACE INTO seen VALUES (?, ?, ?, ?, ?)",
        ((os.fsencode(f.ref.key), f.size, f.mtime_ns, signed(f.inode), signed(f.device)) for f in found),
    )
    catalog.db.execute("COMMIT")
    return catalog.db.total_changes - before


def begin_meeting(catalog: Catalog, root: str) -> None:
    """Start with an empty list of what a server has at a root."""
    catalog.db.execute(_MET)
    catalog.db.execute("DELETE FROM met WHERE root = ?", (os.fsencode(root),))


def meet(catalog: Catalog, root: str, keys: Iterable[str]) -> None:
    """Note assets that a server has at a root, as long as the catalog is open."""
    row = os.fsencode(root)
    catalog.db.executemany(
        "INSERT OR IGNORE INTO met VALUES (?, ?)", ((row, os.fsencode(key)) for key in keys)
    )


def everywhere(catalog: Catalog) -> list[str]:
    """Roots that hold all that is known, on servers too; none where only this machine is known."""
    rows = catalog.db.execute(
        "SELECT path FROM root WHERE NOT (path >= x'2f' AND path < x'30') ORDER BY path"
    ).fetchall()
    return ["/", *(os.fsdecode(path) for (path,) in rows)] if rows else []


def known_and_lost(
    catalog: Catalog, root: str, unknown: Sequence[str], moved: frozenset[str]
) -> tuple[int, int]:
    """How many files are known below a root, and how many of them are not there any more.

    Files below folders that could not be listed (`unknown`), and those that our own journal moved
    away (`moved`), are not lost.
    """
    where, values = below("l.key", [root])
    known = catalog.db.execute(f"SELECT count(*) FROM location l WHERE {where}", values).fetchone()[0]
    spared, spared_values = below("l.key", unknown)
    spare = f"AND NOT {spared}" if unknown else ""
    gone = catalog.db.execute(
        f"SELECT l.key FROM location l WHERE {where} {spare} AND l.key NOT IN (SELECT key FROM seen)",
        values + (spared_values if unknown else []),
    )
    return known, sum(os.fsdecode(key) not in moved for (key,) in gone)


def seen_below(catalog: Catalog, root: str) -> int:
    """How many files lie at or below a root now."""
    where, values = below("key", [root])
    number: int = catalog.db.execute(f"SELECT count(*) FROM seen WHERE {where}", values).fetchone()[0]
    return number


def todo(catalog: Catalog, method: int, loose: Sequence[str] = ()) -> list[Todo]:
    """Files to measure: new ones, changed ones, and those whose facts an older method found.

    Below `loose` folders the number of a file says nothing.
    """
    where, values = below("s.key", loose) if loose else ("0", [])
    rows = catalog.db.execute(
        f"""SELECT s.key, s.size, s.device FROM seen s
            LEFT JOIN location l ON l.place = ? AND l.key = s.key
            LEFT JOIN content c ON c.id = l.content
            WHERE l.id IS NULL OR NOT l.lasting OR l.size != s.size OR l.mtime_ns != s.mtime_ns
                OR (l.inode != s.inode AND NOT {where}) OR (c.method IS NOT NULL AND c.method != ?)
            ORDER BY s.key""",
        (LOCAL, *values, method),
    )
    return [Todo(os.fsdecode(key), size, device) for key, size, device in rows]


def forget(catalog: Catalog, roots: Sequence[str], unknown: Sequence[str]) -> list[str]:
    """Drop known files below the roots that are not there any more; the folders they lay in.

    Only the catalog changes. What lies below folders that could not be listed is kept.
    """
    where, values = below("key", roots)
    spared, spared_values = below("key", unknown)
    spare = f"AND NOT {spared}" if unknown else ""
    condition = f"{where} {spare} AND key NOT IN (SELECT key FROM seen)"
    parameters = values + (spared_values if unknown else [])
    with catalog.writing() as db:
        folders = {
            os.fsdecode(row[0])
            for row in db.execute(f"SELECT DISTINCT folder FROM location WHERE {condition}", parameters)
        }
        db.execute(
            f"UPDATE location SET main = NULL WHERE main IN (SELECT id FROM location WHERE {condition})",
            parameters,
        )
        db.execute(f"DELETE FROM location WHERE {condition}", parameters)
    return sorted(folders)


def counts(catalog: Catalog, roots: Sequence[str]) -> Counts:
    """Count the files below the roots by their fate."""
    where, values = below("key", roots)
    rows = catalog.db.execute(
        f"SELECT fate, count(*), sum(size) FROM location WHERE {where} GROUP BY fate", values
    )
    table = {Fate(fate): (number, size) for fate, number, size in rows}
    number = {fate: table.get(fate, (0, 0))[0] for fate in Fate}
    return Counts(
        number[Fate.PHOTO],
        number[Fate.COMPANION],
        number[Fate.UNREADABLE],
        number[Fate.IGNORED],
        sum(v[1] for v in table.values()),
    )


def reasons(catalog: Catalog, roots: Sequence[str], fate: Fate) -> Iterator[tuple[str, str]]:
    """Yield path and reason of each file of one fate below the roots, in path order."""
    where, values = below("key", roots)
    for key, reason, place in catalog.db.execute(
        f"SELECT key, reason, place FROM location WHERE fate = ? AND {where} ORDER BY key", [fate, *values]
    ):
        yield shown(place, key), reason


def folder_problems(catalog: Catalog, roots: Sequence[str]) -> list[tuple[str, str]]:
    """Path and reason of each folder below the roots that could not be listed at its latest scan."""
    where, values = below("key", roots)
    rows = catalog.db.execute(f"SELECT key, reason FROM problem WHERE {where} ORDER BY key", values)
    return [(os.fsdecode(key), reason) for key, reason in rows]


def set_folder_problems(catalog: Catalog, roots: Sequence[str], problems: Iterable[tuple[str, str]]) -> None:
    """Replace what is known of folders below the roots that cannot be listed."""
    where, values = below("key", roots)
    with catalog.writing() as db:
        db.execute(f"DELETE FROM problem WHERE {where}", values)
        db.executemany(
            "INSERT OR REPLACE INTO problem VALUES (?, ?, ?)",
            [(LOCAL, os.fsencode(path), reason) for path, reason in problems],
        )


def signed(number: int) -> int:
    """Fit an unsigned 64-bit inode or device number into SQLite's signed integer."""
    return number - (1 << 64) if number >= 1 << 63 else number
