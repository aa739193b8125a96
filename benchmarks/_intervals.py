"""How far a measured figure can be trusted: 95 % intervals, as 8 of 8 is not *always*.

A share of independent cases has Wilson's score interval (E. B. Wilson, JASA 22, 1927). Cases that come in clusters (faces
of one person, versions of one photo) count as clusters: whole clusters are drawn again with replacement (the cluster
bootstrap; C. A. Field and A. H. Welsh, JRSS B 69, 2007). It is too narrow with few clusters, so it is never shown narrower
than Wilson's; and where all cases agree, it says nothing, so Wilson's is taken with the clusters as the cases. Two picks
for the same series are compared by Newcombe's interval for paired shares (R. G. Newcombe, Statistics in Medicine 17,
1998, method 10).
"""

import math
from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

#: The normal deviate of a two-sided 95 % interval.
Z: Final = 1.959964
DRAWS: Final = 4000

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Share:
    """So many of so many, and the interval of the share."""

    hits: int
    of: int
    low: float
    high: float

    def __str__(self) -> str:
        """Give it as `54/57 (.86-.98)`; a dash where there was nothing to count."""
        return f"{self.hits}/{self.of} ({short(self.low)}-{short(self.high)})" if self.of else "-"


@dataclass(frozen=True, slots=True)
class Gain:
    """By how much one way is ahead of another on the same cases, and the interval."""

    value: float
    low: float
    high: float

    @property
    def is_clear(self) -> bool:
        """Whether the interval leaves out zero."""
        return self.low > 0 or self.high < 0

    def __str__(self) -> str:
        """Give it as `-.12 (-.30 to +.02)`; *no change* where no case of any cluster was another."""
        if self.value == self.low == self.high == 0:
            return "no change"
        return f"{signed(self.value)} ({signed(self.low)} to {signed(self.high)})"


def wilson(hits: float, of: float) -> tuple[float, float]:
    """Wilson's score interval of a share of independent cases; the whole of 0-1 where there are none."""
    if of <= 0:
        return 0.0, 1.0
    share = hits / of
    middle = share + Z * Z / (2 * of)
    reach = Z * math.sqrt(share * (1 - share) / of + Z * Z / (4 * of * of))
    scale = 1 + Z * Z / of
    return max(0.0, (middle - reach) / scale), min(1.0, (middle + reach) / scale)


def share(cases: Iterable[tuple[Hashable, bool]]) -> Share:
    """Count the cases, each with the cluster that it belongs to and whether it is a hit."""
    clusters: dict[Hashable, list[bool]] = {}
    for cluster, hit in cases:
        clusters.setdefault(cluster, []).append(hit)
    of, hits = sum(map(len, clusters.values())), sum(map(sum, clusters.values()))
    low, high = wilson(hits, of)
    if 0 < hits < of and len(clusters) < of:
        drawn_low, drawn_high = _drawn([(sum(group), len(group)) for group in clusters.values()])
        low, high = min(low, drawn_low), max(high, drawn_high)
    elif len(clusters) < of:
        low, high = wilson(hits / of * len(clusters), len(clusters))
    return Share(hits, of, low, high)


def gain(clusters: Mapping[Hashable, Sequence[float]]) -> Gain:
    """The mean of paired differences of shares, with the cluster bootstrap's interval; one cluster tells nothing of others."""
    if not clusters:
        return Gain(0.0, 0.0, 0.0)
    sums = [(float(sum(group)), len(group)) for group in clusters.values()]
    low, high = _drawn(sums) if len(sums) > 1 or not any(total for total, _ in sums) else (-1.0, 1.0)
    return Gain(sum(total for total, _ in sums) / sum(count for _, count in sums), low, high)


def paired(one: Sequence[bool], other: Sequence[bool]) -> Gain:
    """By how much the share of hits of `one` is above that of `other`, on the same cases in the same order."""
    count = len(one)
    both = sum(a and b for a, b in zip(one, other, strict=True))
    only_one, only_other = sum(one) - both, sum(other) - both
    neither = count - both - only_one - only_other
    p1, p2 = sum(one) / count, sum(other) / count
    (low1, high1), (low2, high2) = wilson(sum(one), count), wilson(sum(other), count)
    alike = _correlation(both, only_one, only_other, neither)
    below, above = (p1 - low1, high2 - p2), (high1 - p1, p2 - low2)
    difference = p1 - p2
    return Gain(difference, difference - _joined(below, alike), difference + _joined(above, alike))


def _joined(reaches: tuple[float, float], alike: float) -> float:
    first, second = reaches
    return math.sqrt(max(0.0, first * first - 2 * alike * first * second + second * second))


def _correlation(both: int, only_one: int, only_other: int, neither: int) -> float:
    """Newcombe's correlation of the two, with his correction for small counts."""
    sides = (both + only_one) * (only_other + neither) * (both + only_other) * (only_one + neither)
    if sides == 0:
        return 0.0
    excess = both * neither - only_one * only_other
    half = (both + only_one + only_other + neither) / 2
    corrected = excess - half if excess > half else min(excess, 0.0)
    return corrected / math.sqrt(sides)


def _drawn(clusters: Sequence[tuple[float, int]]) -> tuple[float, float]:
    """The middle 95 % of the ratio of sums, over whole clusters drawn again; the same at every run."""
    totals = np.array([total for total, _ in clusters], np.float64)
    counts = np.array([count for _, count in clusters], np.float64)
    drawn = np.random.default_rng(1998).integers(0, len(clusters), (DRAWS, len(clusters)))
    ratios: Floats = totals[drawn].sum(axis=1) / counts[drawn].sum(axis=1)
    low, high = np.percentile(ratios, (2.5, 97.5))
    return float(low), float(high)


def short(value: float) -> str:
    """Give a share of 0-1 with two decimals and no leading zero."""
    return f"{value:.2f}".removeprefix("0")


def signed(value: float) -> str:
    """Give a difference of shares with its sign, `0` where it rounds to nothing."""
    text = f"{value:+.2f}"
    return "0" if text in {"+0.00", "-0.00"} else text.replace("0.", ".", 1)


def table(*rows: Sequence[object]) -> str:
    """Give rows of cells as a Markdown table, the first row as its head."""
    lines = [f"| {' | '.join(map(str, row))} |" for row in rows]
    return "\n".join([lines[0], "|---" * len(rows[0]) + "|", *lines[1:], ""])
