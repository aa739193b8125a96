"""Fingerprints of clips: one row a content, and the table of them that grouping works on."""

import math
from collections.abc import Mapping, Sequence
from typing import Final

import numpy as np

from keepers.catalog.contents import BATCH, content_id, digest
from keepers.catalog.sightings import below
from keepers.catalog.store import Catalog
from keepers.fingerprint import clips
from keepers.fingerprint.clips import MOST, SAMPLE, Clips
from keepers.model import ContentId

_TABLE: Final = """SELECT c.id, k.data, c.width, c.height, c.size, l.taken_seconds, l.taken_source
    FROM content c JOIN clip k ON k.content = c.id JOIN location l ON l.content = c.id
    WHERE l.fate = 'photo' AND l.main IS NULL AND {where}
    ORDER BY c.b3, l.taken_certain DESC, l.taken_seconds, l.key"""


def refine(catalog: Catalog, found: Mapping[ContentId, bytes]) -> None:
    """Remember better fingerprints of known contents."""
    with catalog.writing() as db:
        db.executemany(
            "INSERT OR REPLACE INTO clip SELECT id, ? FROM content WHERE b3 = ?",
            [(data, digest(content)) for content, data in found.items()],
        )


def packed_of(catalog: Catalog, rows: Sequence[int]) -> dict[ContentId, bytes]:
    """The fingerprints of contents, by their rows, as they are kept."""
    found: dict[ContentId, bytes] = {}
    for start in range(0, len(rows), BATCH):
        part = rows[start : start + BATCH]
        marks = ",".join("?" * len(part))
        sql = f"SELECT c.b3, k.data FROM clip k JOIN content c ON c.id = k.content WHERE c.id IN ({marks})"
        found.update((content_id(b3), data) for b3, data in catalog.db.execute(sql, part))
    return found


def table(catalog: Catalog, roots: Sequence[str]) -> Clips:
    """The clips at or below the roots (all if none), one row a content, ascending by content id."""
    where, values = below("l.key", roots)
    numbers: list[tuple[int, int, int, int]] = []
    reals: list[tuple[float, float, float]] = []
    flags: list[tuple[bool, bool]] = []
    samples: list[np.ndarray[tuple[int, ...], np.dtype[np.void]]] = []
    last = -1
    for number, data, width, height, size, seconds, source in catalog.db.execute(
        _TABLE.format(where=where), values
    ):
        clip = None if number == last else clips.unpacked(data)
        last = number
        if clip is None:
            continue
        taken = math.nan if seconds is None or source == "mtime" else float(seconds)
        numbers.append((number, width, height, size))
        reals.append((clip.seconds, clips.step(clip.seconds), taken))
        flags.append((clip.audio, clip.complete))
        samples.append(clips.row(clip))
    whole = np.array(numbers, np.int64).reshape(-1, 4).T
    real = np.array(reals, np.float64).reshape(-1, 3).T
    flag = np.array(flags, np.bool_).reshape(-1, 2).T
    return Clips(
        content=whole[0].copy(),
        seconds=real[0].copy(),
        step=real[1].copy(),
        audio=flag[0].copy(),
        complete=flag[1].copy(),
        width=whole[1].astype(np.int32),
        height=whole[2].astype(np.int32),
        size=whole[3].copy(),
        taken=real[2].copy(),
        samples=np.stack(samples) if samples else np.zeros((0, MOST), SAMPLE),
    )
