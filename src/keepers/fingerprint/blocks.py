"""Compare the small pictures of candidates: what a hash says in bits, these say in grey levels."""

from typing import Final

import numpy as np
import numpy.typing as npt

from keepers.fingerprint.perceptual import BLOCK, TURNS

Blocks = npt.NDArray[np.uint8]
Real = npt.NDArray[np.float32]

#: By how many cells of the halved block (each a twelfth of the side) a hand may move between two frames.
_SHIFT: Final = 2
#: Share of a picture that may be hidden, and how often what is hidden is guessed anew.
_HIDDEN: Final = 0.1
_ROUNDS: Final = 3
_LITTLE: Final = np.float32(1e-3)
#: Grey levels about the middle of two steps of four that an even ground keeps to.
_EVEN: Final = 4
#: Grey levels from which on a cell differs from the ground.
_STANDS_OUT: Final = 12


def likeness(left: Blocks, right: Blocks) -> Real:
    """Correlation of grey levels, 1 for the same picture in whatever light; pair by pair."""
    one, other = _normal(_flat(left)), _normal(_flat(right))
    return np.asarray(np.einsum("ij,ij->i", one, other) / np.float32(one.shape[1]), np.float32)


def normal(blocks: Blocks) -> Real:
    """The grey levels of each, flat, with mean 0 and deviation 1: the mean product of two is their likeness."""
    return _normal(_flat(blocks))


def covered_likeness(left: Blocks, right: Blocks) -> Real:
    """Likeness of the nine tenths that agree best: a sticker or a caption hides the rest."""
    one, other = _flat(left), _flat(right)
    weights = np.ones_like(one)
    kept = round(one.shape[1] * (1 - _HIDDEN))
    for _ in range(_ROUNDS):
        here, there = _weighted(one, weights), _weighted(other, weights)
        slope = (here * there * weights).sum(axis=1) / np.maximum(
            (here * here * weights).sum(axis=1), _LITTLE
        )
        misses = np.abs(there - slope[:, None] * here)
        limit = np.partition(misses, kept - 1, axis=1)[:, kept - 1 : kept]
        weights = (misses <= limit).astype(np.float32)
    here, there = _weighted(one, weights) * weights, _weighted(other, weights) * weights
    scale = np.sqrt((here * here).sum(axis=1) * (there * there).sum(axis=1))
    return np.asarray((here * there).sum(axis=1) / np.maximum(scale, _LITTLE), np.float32)


def ground(blocks: Blocks) -> tuple[Real, Real]:
    """The grey level that most of each block has, and the share in rows and columns of nothing else: bars, a page.

    What a program drew is even to two levels; a night, a studio, a sky is not.
    """
    levels = (blocks.reshape(len(blocks), BLOCK * BLOCK) >> 2) + 64 * np.arange(len(blocks))[:, None]
    counts = np.bincount(levels.ravel(), minlength=64 * len(blocks)).reshape(-1, 64)
    most = (counts[:, :-1] + counts[:, 1:]).argmax(axis=1)
    level = np.asarray((most + 1) * 4 - 0.5, np.float32)
    plain = np.abs(blocks - level[:, None, None]) <= _EVEN
    rows, columns = plain.all(axis=2).mean(axis=1), plain.all(axis=1).mean(axis=1)
    return level, np.asarray(1 - (1 - rows) * (1 - columns), np.float32)


def figure_likeness(left: Blocks, right: Blocks) -> Real:
    """Likeness of what stands out from the ground of either block; 0 where nothing does.

    Two screenshots of different photos agree in the bars above and below, which say nothing of the photos.
    """
    one, other = _flat(left), _flat(right)
    out = [
        np.abs(values - ground(blocks)[0][:, None]) > _STANDS_OUT
        for values, blocks in ((one, left), (other, right))
    ]
    weights = (out[0] | out[1]).astype(np.float32)
    none = weights.sum(axis=1) == 0
    weights[none] = 1
    here, there = _weighted(one, weights) * weights, _weighted(other, weights) * weights
    scale = np.sqrt((here * here).sum(axis=1) * (there * there).sum(axis=1))
    found = (here * there).sum(axis=1) / np.maximum(scale, _LITTLE)
    return np.asarray(np.where(none, 0, found), np.float32)


def shifted_likeness(left: Blocks, right: Blocks) -> Real:
    """The best likeness of the parts that overlap when one block is moved by up to a sixth of its side."""
    if not len(left):
        return np.empty(0, np.float32)
    one, other = _halved(left), _halved(right)
    best = np.full(len(one), -1.0, np.float32)
    for down in range(-_SHIFT, _SHIFT + 1):
        for along in range(-_SHIFT, _SHIFT + 1):
            here = _part(one, down, along).reshape(len(one), -1)
            there = _part(other, -down, -along).reshape(len(one), -1)
            found = np.einsum("ij,ij->i", _normal(here), _normal(there)) / np.float32(here.shape[1])
            np.maximum(best, found, out=best)
    return best


def ranked_likeness(left: Blocks, right: Blocks) -> Real:
    """Correlation of the ranks of grey levels: what exposure does to a scene leaves them as they were."""
    one, other = _normal(_ranks(_flat(left))), _normal(_ranks(_flat(right)))
    return np.asarray(np.einsum("ij,ij->i", one, other) / np.float32(one.shape[1]), np.float32)


def turned(blocks: Blocks, turn: int) -> Blocks:
    """The blocks of pictures that were turned as `perceptual.TURNS` numbers it."""
    if turn >= TURNS // 2:
        blocks = blocks.transpose(0, 2, 1)
    blocks = blocks[:, :, ::-1] if turn & 1 else blocks
    return blocks[:, ::-1] if turn & 2 else blocks


def _flat(blocks: Blocks) -> Real:
    return blocks.reshape(len(blocks), BLOCK * BLOCK).astype(np.float32)


def _weighted(values: Real, weights: Real) -> Real:
    """Each row less its weighted mean."""
    return np.asarray(values - ((values * weights).sum(axis=1) / weights.sum(axis=1))[:, None], np.float32)


def _normal(values: Real) -> Real:
    """Mean 0 and deviation 1 in each row; 0 where all are equal."""
    centred = values - values.mean(axis=1, keepdims=True)
    scale = np.sqrt(np.einsum("ij,ij->i", centred, centred) / np.float32(values.shape[1]))
    return np.asarray(centred / np.maximum(scale, np.float32(1e-3))[:, None], np.float32)


def _halved(blocks: Blocks) -> Real:
    half = BLOCK // 2
    return np.asarray(blocks.reshape(-1, half, 2, half, 2).mean(axis=(2, 4), dtype=np.float32))


def _part(blocks: Real, down: int, along: int) -> Real:
    """The part of blocks that another covers when it is moved down and along by so much."""
    side = blocks.shape[1]
    rows = slice(max(0, down), side + min(0, down))
    return blocks[:, rows, max(0, along) : side + min(0, along)]


def _ranks(values: Real) -> Real:
    """Middle ranks by each row's own histogram."""
    ranks = np.empty_like(values)
    for row, line in zip(ranks, values, strict=True):
        counts = np.bincount(line.astype(np.intp), minlength=256)
        above = np.cumsum(counts)
        row[:] = (above - counts / 2)[line.astype(np.intp)]
    return ranks
