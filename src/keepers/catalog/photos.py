"""Read photos out of the catalog: as arrays for grouping, as bundles for everything after it."""

import math
import os
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from itertools import pairwise
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from keepers.catalog import told
from keepers.catalog.contents import BATCH, content_id, digest
from keepers.catalog.sightings import below, is_server, named
from keepers.catalog.store import Catalog
from keepers.fingerprint.perceptual import PRINT
from keepers.fingerprint.table import Photos
from keepers.model import LOCAL, Asset, Bundle, ContentId, Kind, PlaceId, Ref, Role, Taken
from keepers.read import burst_names, formats, makernotes

#: In continuous drive even a slow camera takes a frame each second.
_PAUSE_SECONDS: Final = 1.0
_DIGITS: Final = re.compile(r"(\d{1,15})\D*$")

_PHOTOS = """SELECT c.id, p.data, l.taken_seconds, l.taken_certain, l.taken_source, c.camera, c.burst, c.width, c.height, c.size,
        c.ev, c.bias, c.exposure_mode, c.pixels, l.key, l.folder, c.format, c.b3, l.id
    FROM content c JOIN print p ON p.content = c.id JOIN location l ON l.content = c.id
    WHERE {mains} AND {where}
    ORDER BY c.b3, l.taken_certain DESC, l.taken_seconds, l.key"""
_MAINS: Final = "l.fate = 'photo' AND l.main IS NULL"
_PARTS: Final = "l.fate IN ('photo', 'companion') AND c.kind = 'photo'"


class _Columns:
    """Collects one row a content; codes of equal texts are equal numbers."""

    def __init__(self, names: Mapping[int, str]) -> None:
        self.names = names
        self.numbers: list[tuple[int, ...]] = []
        self.reals: list[tuple[float, float, float]] = []
        self.prints: list[bytes] = []
        self.pixels: list[bytes] = []
        self.codes: dict[str | bytes, int] = {"": 0, b"": 0}
        self.counted: list[tuple[str, int, float, int]] = []

    def code(self, text: str | bytes) -> int:
        return self.codes.setdefault(text, len(self.codes))

    def add(self, row: tuple[Any, ...], raws: frozenset[str]) -> None:
        number, data, seconds, certain, source, camera, burst, width, height, size = row[:10]
        ev, bias, mode, pixels, key, folder, form = row[10:17]
        name = self.names.get(row[18]) or os.fsdecode(os.path.basename(key))
        digits = _DIGITS.search(formats.stem(name))
        nan = float("nan")
        time = nan if seconds is None or source == "mtime" else seconds
        if (counted := makernotes.counted(burst)) is not None:
            burst = ""
            # A copy that lost its time must not come between two frames that have theirs.
            if not math.isnan(time):
                self.counted.append((*counted, time, len(self.numbers)))
        if not burst and (series := burst_names.burst(name)):
            burst = f"{self.code(folder)} {series}"
        self.numbers.append((
            number, certain, self.code(camera), self.code(burst), width, height, size, -1 if mode is None else mode,
            int(digits[1]) if digits else -1, self.code(folder), form in raws,
        ))  # fmt: skip
        self.reals.append((time, nan if ev is None else ev, nan if bias is None else bias))
        self.prints.append(data)
        self.pixels.append(pixels[:16] if pixels else bytes(16))

    def join_counted(self) -> None:
        """Make one series of frames that one body counted on without a pause, and its copies of them."""
        for before, frame in pairwise(sorted(self.counted)):
            counts_on = frame[0] == before[0] and frame[1] - before[1] <= 1
            if counts_on and abs(frame[2] - before[2]) <= _PAUSE_SECONDS:
                code = self.numbers[before[3]][3] or self.code(f"{before[0]} {before[1]}")
                for row in (before[3], frame[3]):
                    self.numbers[row] = (*self.numbers[row][:3], code, *self.numbers[row][4:])


def table(catalog: Catalog, roots: Sequence[str], raws: frozenset[str], *, parts: bool = False) -> Photos:
    """The photos at or below the roots (all if none), one row a content, ascending by content id.

    `raws` names the formats that are camera raw. A time that only the modification date states is
    no time: copying changes it. With `parts`, also pictures that belong to another photo: the JPEG of a RAW.
    """
    where, values = below("l.key", roots)
    columns = _Columns(_served_names(catalog, roots))
    last: object = None
    for row in catalog.db.execute(_PHOTOS.format(where=where, mains=_PARTS if parts else _MAINS), values):
        if row[17] != last and len(row[1]) == PRINT.itemsize:
            columns.add(row, raws)
        last = row[17]
    columns.join_counted()
    numbers = np.array(columns.numbers, np.int64).reshape(-1, 11).T
    reals = np.array(columns.reals, np.float64).reshape(-1, 3).T
    return Photos(
        content=numbers[0].copy(),
        prints=np.frombuffer(b"".join(columns.prints), PRINT),
        taken=reals[0].copy(),
        certain=numbers[1].astype(np.bool_),
        camera=numbers[2].astype(np.int32),
        burst=numbers[3].astype(np.int32),
        width=numbers[4].astype(np.int32),
        height=numbers[5].astype(np.int32),
        size=numbers[6].copy(),
        ev=reals[1].astype(np.float32),
        bias=reals[2].astype(np.float32),
        exposure_mode=numbers[7].astype(np.int8),
        pixels=np.frombuffer(b"".join(columns.pixels), np.uint64).reshape(-1, 2),
        stem=numbers[8].copy(),
        folder=numbers[9].astype(np.int32),
        raw=numbers[10].astype(np.bool_),
    )


def _served_names(catalog: Catalog, roots: Sequence[str]) -> dict[int, str]:
    """The file names of what lies on servers, by location: there a key tells nothing."""
    found: dict[int, str] = {}
    for place in dict.fromkeys(named(root)[0] for root in roots if is_server(root)):
        found.update(
            catalog.db.execute(
                """SELECT t.location, t.value FROM told t JOIN location l ON l.id = t.location
                    WHERE l.place = ? AND t.field = ?""",
                (place, told.NAME),
            )
        )
    return found


def blocks_of(catalog: Catalog, wanted: Iterable[ContentId]) -> dict[ContentId, npt.NDArray[np.uint8]]:
    """The small pictures of contents, as their fingerprints keep them; unknown ones are left out."""
    found: dict[ContentId, npt.NDArray[np.uint8]] = {}
    parts = [digest(content) for content in wanted]
    for start in range(0, len(parts), BATCH):
        part = parts[start : start + BATCH]
        marks = ",".join("?" * len(part))
        rows = catalog.db.execute(
            f"SELECT c.b3, p.data FROM print p JOIN content c ON c.id = p.content WHERE c.b3 IN ({marks})",
            part,
        )
        for b3, data in rows:
            if len(data) == PRINT.itemsize:
                found[content_id(b3)] = np.frombuffer(data, PRINT)["block"][0]
    return found


def content_ids(catalog: Catalog) -> Callable[[int], ContentId]:
    """A function that tells the content id of a content row."""

    def named(row: int) -> ContentId:
        return content_id(catalog.db.execute("SELECT b3 FROM content WHERE id = ?", (row,)).fetchone()[0])

    return named


def contents(catalog: Catalog, roots: Sequence[str]) -> int:
    """How many different photos there are at or below the roots."""
    where, values = below("key", roots)
    sql = f"SELECT count(DISTINCT content) FROM location WHERE fate = 'photo' AND main IS NULL AND {where}"
    number: int = catalog.db.execute(sql, values).fetchone()[0]
    return number


def repeated(catalog: Catalog, roots: Sequence[str]) -> list[ContentId]:
    """Contents that lie at two or more main places below the roots, hard links and album views counted once.

    A file of this machine and an asset of a server are one photo in two places, and no copies of each other.
    """
    where, values = _own(roots)
    rows = catalog.db.execute(
        f"""SELECT c.b3 FROM location l JOIN content c ON c.id = l.content
            WHERE l.fate = 'photo' AND l.main IS NULL AND {where}
            GROUP BY c.id HAVING count(DISTINCT CASE l.place WHEN '{LOCAL}' THEN l.device || ':' || l.inode END) > 1
                OR count(DISTINCT CASE l.place WHEN '{LOCAL}' THEN NULL ELSE l.key END) > 1 ORDER BY c.b3""",
        values,
    )
    return [content_id(row[0]) for row in rows]


def bundles(
    catalog: Catalog, roots: Sequence[str], wanted: Iterable[ContentId]
) -> dict[ContentId, tuple[Bundle, ...]]:
    """Every bundle below the roots whose main file holds a wanted content, in path order.

    Hard links to one file are one bundle: the first path stands for all. So does the photo itself for the
    views that a library's albums have of it.
    """
    found: dict[ContentId, list[Bundle]] = {}
    seen: set[tuple[int | str, int | bytes]] = set()
    where, values = _own(roots)
    parts = [digest(content) for content in wanted]
    for start in range(0, len(parts), BATCH // 2):
        part = parts[start : start + BATCH // 2]
        marks = ",".join("?" * len(part))
        mains = catalog.db.execute(
            f"{_ASSET} WHERE l.main IS NULL AND l.fate = 'photo' AND c.b3 IN ({marks}) AND {where} ORDER BY l.key",
            [*part, *values],
        ).fetchall()
        others = _others(catalog, [row[0] for row in mains])
        said = told.said(catalog, [row[0] for row in mains])
        for row in mains:
            spot = (row[3], row[14]) if row[17] == LOCAL else (row[17], row[1])
            if spot in seen:
                continue
            seen.add(spot)
            asset = _asset(row)
            found.setdefault(asset.content, []).append(
                Bundle(asset, tuple(others.get(row[0], ())), said=said.get(row[0]))
            )
    return {content: tuple(group) for content, group in found.items()}


def _own(roots: Sequence[str]) -> tuple[str, list[bytes]]:
    """SQL that is true at or below the roots, but not for an album's view of a photo that is there, too."""
    where, values = below("l.key", roots)
    spare, more = below("a.key", roots)
    view = f"""SELECT 1 FROM told t JOIN location a ON a.id = CAST(t.value AS INTEGER)
        WHERE t.location = l.id AND t.field = 'same-as' AND {spare}"""
    return f"{where} AND NOT EXISTS ({view})", [*values, *more]


def bundle_at(catalog: Catalog, path: str) -> Bundle | None:
    """The bundle that a path, or `immich:ID`, belongs to; None when it is no known photo or companion."""
    row = catalog.db.execute(
        """SELECT coalesce(main, id) FROM location
            WHERE place = ? AND key = ? AND content NOT NULL AND fate IN ('photo', 'companion')""",
        named(path),
    ).fetchone()
    if row is None:
        return None
    main = catalog.db.execute(f"{_ASSET} WHERE l.id = ?", row).fetchone()
    others = tuple(_others(catalog, [row[0]]).get(row[0], ()))
    return Bundle(_asset(main), others, said=told.said(catalog, [row[0]]).get(row[0]))


def numbered(catalog: Catalog, number: int) -> tuple[Asset, Bundle] | None:
    """The file of a number, and the bundle that it belongs to; None when it is no known photo or companion."""
    row = catalog.db.execute(
        f"{_ASSET} WHERE l.id = ? AND l.fate IN ('photo', 'companion')", (number,)
    ).fetchone()
    if row is None:
        return None
    main = number if row[13] is None else int(row[13])
    first = row if main == number else catalog.db.execute(f"{_ASSET} WHERE l.id = ?", (main,)).fetchone()
    others = tuple(_others(catalog, [main]).get(main, ()))
    return _asset(row), Bundle(_asset(first), others, said=told.said(catalog, [main]).get(main))


def lone_companions(catalog: Catalog, roots: Sequence[str]) -> list[Asset]:
    """Every companion at or below the roots that belongs to no photo, in path order."""
    where, values = below("l.key", roots)
    rows = catalog.db.execute(
        f"{_ASSET} WHERE l.main IS NULL AND l.fate = 'companion' AND {where} ORDER BY l.key", values
    )
    return [_asset(row) for row in rows]


_ASSET = """SELECT l.id, l.key, l.size, l.inode, l.mtime_ns, c.b3, c.kind, l.taken, l.taken_source, l.taken_certain, c.width,
        c.height, l.role, l.main, l.device, l.taken_note,
        (SELECT value FROM told t WHERE t.location = l.id AND t.field = 'name'), l.place
    FROM location l JOIN content c ON c.id = l.content"""


def _others(catalog: Catalog, mains: Sequence[int]) -> Mapping[int, list[Asset]]:
    found: dict[int, list[Asset]] = {}
    for start in range(0, len(mains), BATCH):
        part = mains[start : start + BATCH]
        marks = ",".join("?" * len(part))
        for row in catalog.db.execute(f"{_ASSET} WHERE l.main IN ({marks}) ORDER BY l.key", part):
            found.setdefault(row[13], []).append(_asset(row))
    return found


def _asset(row: Sequence[object]) -> Asset:
    (
        _,
        key,
        size,
        inode,
        mtime_ns,
        b3,
        kind,
        taken,
        source,
        certain,
        width,
        height,
        role,
        _,
        _,
        note,
        name,
        place,
    ) = row
    assert isinstance(key, bytes)
    assert isinstance(b3, bytes)
    when = Taken(datetime.fromisoformat(str(taken)), str(source), bool(certain), str(note)) if taken else None
    return Asset(
        Ref(PlaceId(str(place)), os.fsdecode(key)), Kind(str(kind)), int(str(size)), f"{size}:{mtime_ns}:{inode}", content_id(b3), when,
        int(str(width)), int(str(height)), Role(str(role)), str(name or ""),
    )  # fmt: skip
