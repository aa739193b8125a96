"""RAWs and the pictures that their cameras took with them, among the assets of a server: one photo each."""

from collections.abc import Mapping
from dataclasses import dataclass

from keepers.catalog import told
from keepers.catalog.store import Catalog
from keepers.model import Fate, Kind, Role


@dataclass(frozen=True, slots=True)
class Still:
    """One asset as far as a RAW finds its picture; `main` is the row of the picture that it belongs to now."""

    id: int
    name: str
    seconds: float
    camera: str
    format: str
    main: int | None


def stills(catalog: Catalog, place: str) -> list[Still]:
    """All assets of a server that are pictures and tell when they were taken, in the order of their ids."""
    rows = catalog.db.execute(
        """SELECT l.id, t.value, l.taken_seconds, c.camera, c.format, l.main FROM location l
            JOIN content c ON c.id = l.content JOIN told t ON t.location = l.id AND t.field = ?
            WHERE l.place = ? AND l.role IN (?, ?) AND l.fate IN (?, ?) AND c.kind = ? AND l.taken_seconds NOT NULL
                AND l.taken_certain
            ORDER BY l.key""",
        (told.NAME, place, Role.MAIN, Role.RAW, Fate.PHOTO, Fate.COMPANION, Kind.PHOTO),
    )
    return [Still(*row) for row in rows]


def join(catalog: Catalog, place: str, wanted: Mapping[int, int], known: Mapping[int, int | None]) -> None:
    """Let RAWs belong to their pictures, by rows, and no others; `known` is how it was."""
    changed = {raw: main for raw, main in wanted.items() if known.get(raw) != main}
    with catalog.writing() as db:
        marks = "SELECT id FROM location WHERE place = ? AND role = ?"
        left = {row for (row,) in db.execute(marks, (place, Role.RAW))} - wanted.keys()
        part(catalog, left)
        db.executemany(
            "UPDATE location SET main = ?, role = ?, fate = ? WHERE id = ?",
            [(main, Role.RAW, Fate.COMPANION, raw) for raw, main in changed.items()],
        )


def part(catalog: Catalog, raws: set[int]) -> None:
    """Let RAWs be photos of their own again, inside the running transaction."""
    catalog.db.executemany(
        "UPDATE location SET main = NULL, role = ?, fate = ? WHERE id = ?",
        [(Role.MAIN, Fate.PHOTO, raw) for raw in raws],
    )
