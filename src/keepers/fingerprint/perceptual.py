"""What a photo looks like in a few hundred bytes: hashes that survive resizing, recompression and retouching.

pHash is the pattern of the lowest 8x8 frequencies of a 32x32 DCT against their median (Zauner,
"Implementation and Benchmarking of Perceptual Image Hash Functions", 2010); dHash compares
neighbouring cells of an 8x9 grid (Krawetz, "Kind of Like That", 2013).
"""

from functools import lru_cache
from typing import Final

import numpy as np
import numpy.typing as npt

from keepers.fingerprint.borders import trimmed

Grey = npt.NDArray[np.uint8]
Real = npt.NDArray[np.float32]
Words = npt.NDArray[np.uint64]

#: Raised when a value changes for the same pixels; fingerprints of other versions are taken again.
METHOD: Final = 1
#: The ways a picture can lie: as it is, mirrored left-right, up-down, both (a half turn), and the same of its
#: transpose.
TURNS: Final = 8
#: The side of the small picture that is kept to look at candidates again.
BLOCK: Final = 24
#: Grey deviation below which a hash is noise: a black frame, a clear sky, a blank page.
FLAT: Final = 4.0

#: One fingerprint. `phash` and `dhash` (rows, columns) hold the eight turns, the upright one first; `old` is
#: the 64-bit dHash of the old threshold. `trim_*` are of the picture without its border, 0 where there is
#: none. `trim_share` is the share of the picture inside, 1 without a border. `block` is the whole picture
#: squeezed to a square.
PRINT: Final = np.dtype([
    ("phash", "<u8", (TURNS,)),
    ("dhash", "<u8", (TURNS, 2)),
    ("old", "<u8"),
    ("trim_phash", "<u8"),
    ("trim_dhash", "<u8", (2,)),
    ("deviation", "<f4"),
    ("mean", "<f4"),
    ("trim_deviation", "<f4"),
    ("trim_share", "<f4"),
    ("block", "u1", (BLOCK, BLOCK)),
])  # fmt: skip

_SIDE: Final = 64
_DCT_SIDE: Final = 32


def fingerprint(grey: Grey) -> np.void:
    """Fingerprint an upright grey picture of any size; the same picture at another scale comes out near."""
    record = np.zeros(1, PRINT)
    square = _square(grey)
    phashes, dhashes = _hashes(square)
    record["phash"] = phashes
    record["dhash"] = dhashes
    record["old"] = dhashes[0, 0]
    record["mean"], record["deviation"] = _spread(square)
    record["trim_share"] = 1.0
    small = _fit(_SIDE, BLOCK)
    record["block"] = np.rint(small @ square @ small.T).astype(np.uint8)
    inner = trimmed(grey)
    if inner is not None:
        square = _square(inner)
        phashes, dhashes = _hashes(square)
        record["trim_phash"] = phashes[0]
        record["trim_dhash"] = dhashes[0]
        record["trim_deviation"] = _spread(square)[1]
        record["trim_share"] = inner.size / grey.size
    found: np.void = record[0]
    return found


@lru_cache(maxsize=256)
def _fit(size: int, cells: int) -> Real:
    """The matrix that averages `size` pixels into `cells` cells by area, whatever the ratio."""
    edges = np.arange(cells + 1) * (size / cells)
    pixels = np.arange(size)
    low = np.maximum(edges[:-1, None], pixels)
    high = np.minimum(edges[1:, None], pixels + 1)
    return np.asarray(np.clip(high - low, 0, None) * (cells / size), np.float32)


@lru_cache(maxsize=1)
def _cosines() -> Real:
    """The lowest eight rows of the DCT-II of 32 values, applied to 64 that are averaged in pairs."""
    steps = np.pi * np.arange(8)[:, None] * (2 * np.arange(_DCT_SIDE) + 1) / (2 * _DCT_SIDE)
    return (np.cos(steps) @ _fit(_SIDE, _DCT_SIDE)).astype(np.float32)


@lru_cache(maxsize=1)
def _signs() -> Real:
    """What mirroring left-right, up-down, and both does to the sign of each coefficient."""
    odd = np.where(np.arange(8) % 2, -1.0, 1.0).astype(np.float32)
    plain = np.ones((8, 8), np.float32)
    return np.stack([plain, plain * odd, plain * odd[:, None], odd * odd[:, None]])


def _square(grey: Grey) -> Real:
    """Average by area into 64x64 cells, at fractional edges, so that the decoder's scale does not show."""
    height, width = grey.shape
    sums = np.zeros((height, width + 2), np.uint32)
    np.cumsum(grey, axis=1, dtype=np.uint32, out=sums[:, 1:-1])
    sums[:, -1] = sums[:, -2]
    edges = np.arange(_SIDE + 1) * (width / _SIDE)
    whole = edges.astype(np.intp)
    at, after = sums[:, whole].astype(np.float32), sums[:, whole + 1].astype(np.float32)
    up_to = at + (after - at) * (edges - whole).astype(np.float32)
    narrow = (up_to[:, 1:] - up_to[:, :-1]) * np.float32(_SIDE / width)
    fit = _fit(height, _SIDE)
    # OpenBLAS starts threads above 64^3 products; for matrices this small waking them costs ten times the
    # work.
    parts = [fit[:, low : low + _SIDE] @ narrow[low : low + _SIDE] for low in range(0, height, _SIDE)]
    return np.asarray(sum(parts[1:], parts[0]), np.float32)


def _spread(square: Real) -> tuple[float, float]:
    """Mean and deviation, in a third of the time of `std`."""
    flat = square.ravel()
    mean = float(flat.mean())
    return mean, float(max(0.0, float(flat @ flat) / flat.size - mean * mean)) ** 0.5


def _hashes(square: Real) -> tuple[Words, Words]:
    """The pHash and the row and column dHash of the eight turns."""
    coefficients = _cosines() @ square @ _cosines().T
    eight, nine = _fit(_SIDE, 8), _fit(_SIDE, 9)
    # Whole grey levels, as the old tool had them: in a saturated area rounding errors must not become bits.
    along = np.diff(np.rint(eight @ square @ nine.T), axis=1)
    down = np.diff(np.rint(nine @ square @ eight.T), axis=0)
    frequencies = np.concatenate([coefficients * _signs(), coefficients.T * _signs()])
    ranked = np.sort(frequencies.reshape(TURNS, 64), axis=1)
    middle = (ranked[:, 31] + ranked[:, 32]) / 2
    bits = np.concatenate([_mirrored(along, down), _mirrored(down.T, along.T)])
    return _packed(frequencies > middle[:, None, None]), _packed(bits > 0).reshape(TURNS, 2)


def _mirrored(along: Real, down: Real) -> Real:
    """The row and column differences of a picture, of its two mirror images and of its half turn."""
    return np.stack([
        along, down,
        -along[:, ::-1], down[:, ::-1],
        along[::-1], -down[::-1],
        -along[::-1, ::-1], -down[::-1, ::-1],
    ])  # fmt: skip


def _packed(bits: npt.NDArray[np.bool_]) -> Words:
    return np.packbits(bits.reshape(-1, 64), axis=1).view(">u8").ravel().astype(np.uint64)
