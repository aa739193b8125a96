"""What a photo looks like in a few hundred bytes: hashes that survive resizing, recompression and retouching.

pHash is the pattern of the lowest 8x8 frequencies of a 32x32 DCT against their median (Zauner,
"Implementation and Benchmarking of Perceptual Image Hash Functions", 2010); dHash compares
neighbouring cells of an 8x9 grid (Krawetz, "Kind of Like That", 2013).
"""

from collections.abc import Sequence
from functools import lru_cache
from typing import Final

import numpy as np
import numpy.typing as npt

from keepers.fingerprint.borders import trimmed

Grey = npt.NDArray[np.uint8]
Real = npt.NDArray[np.float32]
Words = npt.NDArray[np.uint64]

#: Raised when a value changes for the same pixels; fingerprints of other versions are taken again.
METHOD: Final = 2
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
    found: np.void = fingerprints([grey])[0]
    return found


def fingerprints(greys: Sequence[Grey]) -> npt.NDArray[np.void]:
    """Fingerprint upright grey pictures, each as if it were alone; an array of PRINT, in the same order.

    Between two decodings the processor has forgotten this code, and a fingerprint costs 0.7 ms; those of a
    dozen pictures in a row cost 0.15 ms each.
    """
    records = np.zeros(len(greys), PRINT)
    if not len(greys):
        return records
    squares = np.stack([_square(grey) for grey in greys])
    phashes, dhashes = _hashes(squares)
    records["phash"] = phashes
    records["dhash"] = dhashes
    records["old"] = dhashes[:, 0, 0]
    records["mean"], records["deviation"] = _spread(squares)
    records["trim_share"] = 1.0
    small = _fit(_SIDE, BLOCK)
    records["block"] = np.rint(small @ squares @ small.T).astype(np.uint8)
    inner = [(row, part) for row, part in enumerate(map(trimmed, greys)) if part is not None]
    if inner:
        rows = [row for row, _ in inner]
        squares = np.stack([_square(part) for _, part in inner])
        phashes, dhashes = _hashes(squares)
        records["trim_phash"][rows] = phashes[:, 0]
        records["trim_dhash"][rows] = dhashes[:, 0]
        records["trim_deviation"][rows] = _spread(squares)[1]
        records["trim_share"][rows] = [part.size / greys[row].size for row, part in inner]
    return records


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
    return np.asarray(_fit(height, _SIDE) @ (grey.astype(np.float32) @ _fit(width, _SIDE).T), np.float32)


def _spread(squares: Real) -> tuple[Real, Real]:
    """Mean and deviation of each."""
    flat = squares.reshape(len(squares), -1)
    mean = flat.mean(axis=1)
    apart = flat - mean[:, None]
    return mean, np.sqrt(np.einsum("ij,ij->i", apart, apart) / np.float32(flat.shape[1]))


def _hashes(squares: Real) -> tuple[Words, Words]:
    """The pHash and the row and column dHash of the eight turns of each: (n, 8) and (n, 8, 2) words."""
    count = len(squares)
    coefficients = _cosines() @ squares @ _cosines().T
    eight, nine = _fit(_SIDE, 8), _fit(_SIDE, 9)
    # Whole grey levels, as the old tool had them: in a saturated area rounding errors must not become bits.
    along = np.diff(np.rint(eight @ squares @ nine.T), axis=2)
    down = np.diff(np.rint(nine @ squares @ eight.T), axis=1)
    upright, turned = coefficients[:, None], coefficients.transpose(0, 2, 1)[:, None]
    frequencies = np.concatenate([upright * _signs(), turned * _signs()], axis=1)
    ranked = np.sort(frequencies.reshape(count, TURNS, 64), axis=2)
    middle = (ranked[:, :, 31] + ranked[:, :, 32]) / 2
    bits = np.concatenate(
        [_mirrored(along, down), _mirrored(down.transpose(0, 2, 1), along.transpose(0, 2, 1))], axis=1
    )
    phashes = _packed(frequencies > middle[:, :, None, None]).reshape(count, TURNS)
    return phashes, _packed(bits > 0).reshape(count, TURNS, 2)


def _mirrored(along: Real, down: Real) -> Real:
    """The row and column differences of each picture, of its two mirror images and of its half turn."""
    return np.stack([
        along, down,
        -along[:, :, ::-1], down[:, :, ::-1],
        along[:, ::-1], -down[:, ::-1],
        -along[:, ::-1, ::-1], -down[:, ::-1, ::-1],
    ], axis=1)  # fmt: skip


def _packed(bits: npt.NDArray[np.bool_]) -> Words:
    return np.packbits(bits.reshape(-1, 64), axis=1).view(">u8").ravel().astype(np.uint64)
