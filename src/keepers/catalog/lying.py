"""Which files of this machine the assets of servers are taken for, and by what evidence."""

import os
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from keepers.catalog import told
from keepers.catalog.contents import BATCH
from keepers.catalog.store import Catalog
from keepers.model import LOCAL, Asset, Ref

#: The settings say that the server reads this very file, and its checksum agrees where there is one.
BY_PATH: Final = "path"
#: A file of this machine has the bytes of the server's checksum.
BY_BYTES: Final = "bytes"
#: Name, size and time are the same, and there is no other such here or there; nobody has compared the bytes.
BY_NAME: Final = "name"
#: Times that differ by less are the same: some programs keep no fractions.
_SAME_SECONDS: Final = 2.0


@dataclass(frozen=True, slots=True)
class Lying:
    """A file of this machine that an asset is taken for; `evidence` is BY_PATH, BY_BYTES or BY_NAME."""

    path: str
    evidence: str


def signature(catalog: Catalog, place: str) -> str:
    """By which folders of the settings files were last looked up; empty where by none."""
    row = catalog.db.execute("SELECT signature FROM mapping WHERE place = ?", (place,)).fetchone()
    return "" if row is None else str(row[0])


def set_signature(catalog: Catalog, place: str, text: str) -> None:
    """Note by which folders all assets of a place have been looked up."""
    with catalog.writing() as db:
        db.execute("INSERT OR REPLACE INTO mapping VALUES (?, ?)", (place, text))


def forget(catalog: Catalog, place: str, evidence: str) -> None:
    """Forget the files that assets of a place were taken for by this evidence."""
    with catalog.writing() as db:
        db.execute(
            "DELETE FROM lying WHERE evidence = ? AND location IN (SELECT id FROM location WHERE place = ?)",
            (evidence, place),
        )


def note(catalog: Catalog, place: str, found: Mapping[str, str], evidence: str) -> None:
    """Note the files of known assets, by id, inside the running transaction."""
    catalog.db.executemany(
        "INSERT OR REPLACE INTO lying SELECT id, ?, ? FROM location WHERE place = ? AND key = ?",
        [(os.fsencode(path), evidence, place, os.fsencode(key)) for key, path in found.items()],
    )


def of(catalog: Catalog, wanted: Iterable[Ref]) -> dict[Ref, Lying]:
    """The files that things of servers are taken for; a namesake only where nobody has read the bytes."""
    found: dict[Ref, Lying] = {}
    by_place: dict[str, list[Ref]] = {}
    for ref in wanted:
        if ref.place != LOCAL:
            by_place.setdefault(ref.place, []).append(ref)
    for place, refs in by_place.items():
        for start in range(0, len(refs), BATCH):
            part = {os.fsencode(ref.key): ref for ref in refs[start : start + BATCH]}
            marks = ",".join("?" * len(part))
            rows = catalog.db.execute(
                f"""SELECT l.key, min(o.key), ? FROM location l JOIN content c ON c.id = l.content
                        JOIN location o ON o.content = l.content AND o.place = ? AND o.size = l.size
                    WHERE l.place = ? AND l.key IN ({marks}) AND length(c.b3) = 32 GROUP BY l.id
                    UNION ALL SELECT l.key, y.path, y.evidence FROM lying y JOIN location l ON l.id = y.location
                        JOIN content c ON c.id = l.content
                    WHERE l.place = ? AND l.key IN ({marks}) AND (y.evidence != ? OR length(c.b3) != 32)""",
                [BY_BYTES, LOCAL, place, *part, place, *part, BY_NAME],
            )
            # What the settings say comes last, and counts.
            found |= {part[key]: Lying(os.fsdecode(path), evidence) for key, path, evidence in rows}
    return found


def paths(catalog: Catalog, assets: Iterable[Asset]) -> dict[Ref, str]:
    """The paths of the files that assets of servers are taken for."""
    return {ref: one.path for ref, one in of(catalog, (asset.ref for asset in assets)).items()}


def note_namesakes(catalog: Catalog, place: str) -> None:
    """Take assets whose bytes no checksum tells for files of the same name, size and time, where there is one of each.

    It is weak evidence: good enough to judge a photo by that file, and never that its bytes are kept there.
    """
    forget(catalog, place, BY_NAME)
    assets = catalog.db.execute(
        """SELECT l.key, t.value, l.size, l.taken_seconds, l.taken_certain FROM location l
            JOIN content c ON c.id = l.content JOIN told t ON t.location = l.id AND t.field = ?
            WHERE l.place = ? AND l.fate = 'photo' AND l.size > 0 AND length(c.b3) NOT IN (20, 32)
                AND NOT EXISTS (SELECT 1 FROM lying y WHERE y.location = l.id)""",
        (told.NAME, place),
    ).fetchall()
    if not assets:
        return
    there = Counter((name.casefold(), size) for _, name, size, _, _ in assets)
    here = _files(catalog, {size for _, _, size, _, _ in assets})
    found: dict[str, str] = {}
    for key, name, size, seconds, certain in assets:
        one = here.get((name.casefold(), size))
        if one is not None and there[name.casefold(), size] == 1 and _fits(one, seconds, certain=certain):
            found[os.fsdecode(key)] = one[0]
    with catalog.writing():
        note(catalog, place, found, BY_NAME)


def _files(catalog: Catalog, sizes: set[int]) -> dict[tuple[str, int], tuple[str, float | None, bool]]:
    """Files of this machine by name and size, of which there is one content only: path, time, whether that is certain."""
    rows: list[tuple[Any, ...]] = []
    wanted = sorted(sizes)
    for start in range(0, len(wanted), BATCH):
        part = wanted[start : start + BATCH]
        marks = ",".join("?" * len(part))
        rows += catalog.db.execute(
            f"""SELECT key, size, content, taken_seconds, taken_certain FROM location
                WHERE place = ? AND fate = 'photo' AND size IN ({marks}) ORDER BY key""",
            [LOCAL, *part],
        ).fetchall()
    held: dict[tuple[str, int], set[int]] = {}
    found: dict[tuple[str, int], tuple[str, float | None, bool]] = {}
    for key, size, content, seconds, certain in rows:
        path = os.fsdecode(key)
        name = os.path.basename(path).casefold(), size
        held.setdefault(name, set()).add(content)
        found.setdefault(name, (path, seconds, bool(certain)))
    return {name: one for name, one in found.items() if len(held[name]) == 1}


def _fits(one: tuple[str, float | None, bool], seconds: float | None, *, certain: bool) -> bool:
    _, here, is_certain = one
    if not (certain and is_certain) or here is None or seconds is None:
        return True
    return abs(here - seconds) < _SAME_SECONDS
