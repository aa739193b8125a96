"""Rows of unit length that are near each other by the cosine of their angle, found by comparing every two."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

Rows = npt.NDArray[np.int64]
Unit = npt.NDArray[np.float32]

#: Queries compared at once: against a part of 4,000, their cosines take 16 MB.
_AT_ONCE: Final = 1000
#: Cosines are compared by so many decimals, so that the order of a sum does not tell.
_DECIMALS: Final = 4


@dataclass(frozen=True, slots=True)
class Embedded:
    """The embeddings of many photos, a row of unit length each, and the row of each one's photo."""

    rows: Rows
    units: Unit


def nearest(queries: Embedded, among: Iterable[Embedded], least: float, most: int) -> list[tuple[int, int]]:
    """Pairs (query, other) of photos whose cosine is at least that, the `most` nearest of each query, ascending.

    The same pairs whatever the order and the parts of `among`.
    """
    best: dict[int, list[tuple[float, int]]] = {}
    for part in among:
        for start in range(0, len(queries.rows), _AT_ONCE):
            rows, units = queries.rows[start : start + _AT_ONCE], queries.units[start : start + _AT_ONCE]
            alike = np.round(units @ part.units.T, _DECIMALS)
            alike[rows[:, np.newaxis] == part.rows] = -2
            for one, other in np.argwhere(alike >= least).tolist():
                best.setdefault(int(rows[one]), []).append((-float(alike[one, other]), int(part.rows[other])))
        best = {row: sorted(some)[:most] for row, some in best.items()}
    return sorted((row, other) for row, some in best.items() for _, other in some)
