"""Which photos show the same picture: candidates by hash, confirmed by their small blocks.

The default rule is pHash64 <= 12 and dHash128 <= 30: of 175 photos x 15 edits it finds .953 and joins no
different ones, but it does join other views of one building at 10-12 and 17-21 bits. So a candidate must also
agree in its grey levels: edits of one picture correlate above .98 (tilts and small crops, once laid
straight), other views below .91, or their map leaves the picture.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from keepers.fingerprint import blocks, neighbours, registration
from keepers.fingerprint.perceptual import FLAT, TURNS
from keepers.fingerprint.table import Photos
from keepers.group import clocks

Rows = npt.NDArray[np.intp]
Mask = npt.NDArray[np.bool_]
Real = npt.NDArray[np.float32]
Bits = npt.NDArray[np.int64]

PHASH_BITS: Final = 12
DHASH_BITS: Final = 30
#: A picture without its border must agree more closely: there is no block to confirm it.
_TRIM_PHASH_BITS: Final = 10
_TRIM_DHASH_BITS: Final = 24
#: Hashes as near as this need no more than a rough agreement (heavy filters, stickers, captions).
_TIGHT_PHASH_BITS: Final = 6
_TIGHT_DHASH_BITS: Final = 12
_ROUGH: Final = 0.90
#: Edits that leave the frame alone score .98 and more; two frames of one face without times .97.
_SURE: Final = 0.975
#: After registration, with a map that is a small crop or a tilt (.982 and more): what lies still and agrees
#: less than `_SURE` is another frame, however well it registers.
_REGISTERED: Final = 0.97
_LARGEST_VIEW: Final = 0.97
_HOPELESS: Final = 0.5
#: With a tenth left out that a sticker may hide: 1.000 under a sticker, .995 at most between two frames.
_COVERED: Final = 0.998
#: More than this share of plain rows and columns makes any two pictures alike.
_PLAIN: Final = 0.3
_ONE_GROUND: Final = 16
#: On such a ground copies, recompressed and scaled, score .998 and more, other photos up to .98.
_FIGURE: Final = 0.99
#: With less border than this the small block still shows the picture, and can confirm what the hashes say: what is
#: made of one picture registers at .963 and more, two views of one building that a caption makes alike at .952.
_HARDLY_FRAMED: Final = 0.9
_INSIDE_REGISTERED: Final = 0.96
#: A picture without its border has so much plain ground only if the border was not all of it.
_PLAIN_INSIDE: Final = 0.25
_PLAIN_PHASH_BITS: Final = 4
_PLAIN_DHASH_BITS: Final = 8
_CHUNK: Final = 4096
_REGISTERED_AT_ONCE: Final = 256

#: The turns that are compared; of the two quarter turns, 5 and 6, the one is the other seen from the other photo.
_OTHER_TURNS: Final = (1, 2, 3, 4, 5, 7)
#: How a pair was seen to match: both without their borders, or the left one alone, which holds the right one.
UPRIGHT: Final = 0
TURNED: Final = 1
BORDERED: Final = 2
FRAMED: Final = 3
CROPPED: Final = 4
#: What each way adds to a distance in bits: of two originals, the one that a photo matches more plainly has
#: it.
_DETOUR: Final = (0.0, 4.0, 16.0, 8.0)


@dataclass(frozen=True, slots=True)
class Links:
    """Pairs of rows that show the same picture, how far apart they are (in bits), and how they match."""

    left: Rows
    right: Rows
    distance: Real
    how: npt.NDArray[np.int8]


@dataclass(frozen=True, slots=True)
class _Side:
    """One side of some pairs, turned as the match asks."""

    blocks: blocks.Blocks
    aspects: Real
    pixels: Real


def joined(parts: list[Links]) -> Links:
    """All links in one."""
    none = Links(np.empty(0, np.intp), np.empty(0, np.intp), np.empty(0, np.float32), np.empty(0, np.int8))
    parts = [none, *parts]
    return Links(
        np.concatenate([part.left for part in parts]),
        np.concatenate([part.right for part in parts]),
        np.concatenate([part.distance for part in parts]),
        np.concatenate([part.how for part in parts]),
    )


def solid(photos: Photos) -> Mask:
    """Which photos have enough contrast for their hash to mean something."""
    found: Mask = photos.prints["deviation"] >= FLAT
    return found


def same_picture(photos: Photos, rows: Rows) -> Links:
    """Links among these rows by the default rule: upright, turned or mirrored, and without their borders."""
    rows = rows[solid(photos)[rows]]
    return joined([*upright(photos, rows), *turned(photos, rows), *_bordered(photos, rows)])


def same_old_hash(photos: Photos, rows: Rows, threshold: int) -> Links:
    """Links by the old rule: so many bits of dHash64, nothing else looked at."""
    rows = rows[solid(photos)[rows]]
    hashes = photos.prints["old"][rows]
    parts: list[Links] = []
    for i, j in neighbours.within(hashes, threshold, photos.threads):
        left, right = rows[i], rows[j]
        keep = ~clocks.apart(photos, left, right)
        parts.append(
            _links(left[keep], right[keep], neighbours.distance(hashes[i[keep]], hashes[j[keep]]), UPRIGHT)
        )
    return joined(parts)


def alike(photos: Photos, left: Rows, right: Rows) -> Mask:
    """Which pairs pass the default rule, upright, by their hashes."""
    one, other = photos.prints["phash"][left, 0], photos.prints["phash"][right, 0]
    near = neighbours.distance(one, other) <= PHASH_BITS
    return near & (
        _dhash_bits(photos.prints["dhash"][left, 0], photos.prints["dhash"][right, 0]) <= DHASH_BITS
    )


def _links(left: Rows, right: Rows, distance: npt.NDArray[np.integer], how: int) -> Links:
    return Links(left, right, (distance + _DETOUR[how]).astype(np.float32), np.full(len(left), how, np.int8))


def _dhash_bits(left: npt.NDArray[np.uint64], right: npt.NDArray[np.uint64]) -> Bits:
    return np.asarray(np.bitwise_count(left ^ right).sum(axis=-1, dtype=np.int64))


def upright(photos: Photos, rows: Rows) -> Iterator[Links]:
    """Links between pictures that lie the same way."""
    hashes = photos.prints["phash"][rows, 0]
    for i, j in neighbours.within(hashes, PHASH_BITS, photos.threads):
        yield from _confirmed(photos, rows[i], rows[j], 0)


def turned(photos: Photos, rows: Rows) -> Iterator[Links]:
    """Links between pictures of which one is turned or mirrored."""
    hashes = photos.prints["phash"][rows]
    others = np.ascontiguousarray(hashes[:, list(_OTHER_TURNS)]).ravel()
    for i, at in neighbours.across(np.ascontiguousarray(hashes[:, 0]), others, PHASH_BITS, photos.threads):
        j, turn = np.divmod(at, len(_OTHER_TURNS))
        for number, name in enumerate(_OTHER_TURNS):
            of = (turn == number) & (i != j)
            yield from _confirmed(photos, rows[i[of]], rows[j[of]], name)


def _confirmed(photos: Photos, left: Rows, right: Rows, turn: int) -> Iterator[Links]:
    """The pairs that two hashes and the blocks agree on; the right one is turned."""
    prints = photos.prints
    for start in range(0, len(left), _CHUNK):
        one, other = left[start : start + _CHUNK], right[start : start + _CHUNK]
        near = _dhash_bits(prints["dhash"][one, 0], prints["dhash"][other, turn]) <= DHASH_BITS
        one, other = one[near], other[near]
        shots = clocks.apart(photos, one, other)
        one, other = one[~shots], other[~shots]
        pbits = neighbours.distance(prints["phash"][one, 0], prints["phash"][other, turn])
        dbits = _dhash_bits(prints["dhash"][one, 0], prints["dhash"][other, turn])
        here = _Side(prints["block"][one], *_shapes(photos, one, 0))
        there = _Side(blocks.turned(prints["block"][other], turn), *_shapes(photos, other, turn))
        agreed = _agree(here, there, (pbits <= _TIGHT_PHASH_BITS) & (dbits <= _TIGHT_DHASH_BITS))
        how = TURNED if turn else UPRIGHT
        yield _links(one[agreed], other[agreed], (pbits + dbits)[agreed], how)


def _shapes(photos: Photos, rows: Rows, turn: int) -> tuple[Real, Real]:
    """Aspect and number of pixels of the pictures as they are turned."""
    wide, high = photos.width[rows].astype(np.float32), photos.height[rows].astype(np.float32)
    wide, high = (high, wide) if turn >= TURNS // 2 else (wide, high)
    return np.asarray(wide / np.maximum(high, 1), np.float32), wide * high


def _agree(here: _Side, there: _Side, tight: Mask) -> Mask:
    """Whether the blocks agree, or the smaller picture shows a part of the larger, perhaps tilted."""
    if not len(here.blocks):
        return tight
    seen = blocks.likeness(here.blocks, there.blocks)
    agreed: Mask = (seen >= _SURE) | (tight & (seen >= _ROUGH))
    at = np.flatnonzero(~agreed)
    agreed[at] = blocks.covered_likeness(here.blocks[at], there.blocks[at]) >= _COVERED
    agreed &= _figures_agree(here.blocks, there.blocks)
    doubtful = ~agreed & (seen >= _HOPELESS)
    for query, original in ((here, there), (there, here)):
        # What shows a part has fewer pixels; of two frames of one size the subject has moved.
        at = np.flatnonzero(doubtful & (query.pixels < original.pixels * _LARGEST_VIEW))
        for start in range(0, len(at), _REGISTERED_AT_ONCE):
            part = at[start : start + _REGISTERED_AT_ONCE]
            fit = registration.registered(
                query.blocks[part], original.blocks[part], registration.identity(len(part))
            )
            view = registration.is_view(fit, query.aspects[part], original.aspects[part])
            agreed[part] |= (fit.likeness >= _REGISTERED) & (registration.share(fit) <= _LARGEST_VIEW) & view
    return agreed


def plain(photos: Photos, rows: Rows) -> Mask:
    """Which photos are to a third bars or a page of one grey level."""
    found: Mask = np.zeros(len(rows), np.bool_)
    for start in range(0, len(rows), _CHUNK):
        part = photos.prints["block"][rows[start : start + _CHUNK]]
        found[start : start + _CHUNK] = blocks.ground(part)[1] > _PLAIN
    return found


def _figures_agree(here: blocks.Blocks, there: blocks.Blocks) -> Mask:
    """Whether pairs on one plain ground, which makes hashes alike, agree in what stands out from it; others do."""
    (level, share), (other_level, other_share) = blocks.ground(here), blocks.ground(there)
    doubtful = (share > _PLAIN) & (other_share > _PLAIN) & (np.abs(level - other_level) <= _ONE_GROUND)
    agreed: Mask = np.ones(len(here), np.bool_)
    at = np.flatnonzero(doubtful)
    agreed[at] = blocks.figure_likeness(here[at], there[at]) >= _FIGURE
    return agreed


def _bordered(photos: Photos, rows: Rows) -> Iterator[Links]:
    prints = photos.prints
    framed = rows[(prints["trim_phash"][rows] != 0) & (prints["trim_deviation"][rows] >= FLAT)]
    inner, whole = prints["trim_phash"][framed], prints["phash"][rows, 0]
    for i, j in neighbours.across(inner, whole, _TRIM_PHASH_BITS, photos.threads):
        left, right = framed[i], rows[j]
        bits = _dhash_bits(prints["trim_dhash"][left], prints["dhash"][right, 0])
        yield _inner_links(photos, left, right, neighbours.distance(inner[i], whole[j]), bits, FRAMED)
    for i, j in neighbours.within(inner, _TRIM_PHASH_BITS, photos.threads):
        left, right = framed[i], framed[j]
        bits = _dhash_bits(prints["trim_dhash"][left], prints["trim_dhash"][right])
        yield _inner_links(photos, left, right, neighbours.distance(inner[i], inner[j]), bits, BORDERED)


def _plain_inside(photos: Photos, rows: Rows) -> Mask:
    """Which pictures have more plain ground than the border that is left out."""
    prints = photos.prints[rows]
    inside = prints["trim_share"].astype(np.float32)
    left = blocks.ground(prints["block"])[1] - (1 - inside)
    found: Mask = left > _PLAIN_INSIDE * inside
    return found


def _inner_links(photos: Photos, left: Rows, right: Rows, phash: Bits, dhash: Bits, how: int) -> Links:
    """Links of pictures without their borders; the limits are tight where little else is shown."""
    keep = (dhash <= _TRIM_DHASH_BITS) & (left != right)
    keep[keep] = ~clocks.apart(photos, left[keep], right[keep])
    left, right, phash, dhash = left[keep], right[keep], phash[keep], dhash[keep]
    strict = _plain_inside(photos, left)
    if how == BORDERED:
        strict |= _plain_inside(photos, right)
        sure = _figures_agree(photos.prints["block"][left], photos.prints["block"][right])
    else:
        strict |= plain(photos, right)
        sure = np.ones(len(left), np.bool_)
    sure &= ~strict | ((phash <= _PLAIN_PHASH_BITS) & (dhash <= _PLAIN_DHASH_BITS))
    inside = photos.prints["trim_share"][left]
    if how == BORDERED:
        inside = np.minimum(inside, photos.prints["trim_share"][right])
    at = np.flatnonzero(sure & (inside >= _HARDLY_FRAMED))
    sure[at] = _registers(photos.prints["block"][left[at]], photos.prints["block"][right[at]], inside[at])
    return _links(left[sure], right[sure], (phash + dhash)[sure], how)


def _registers(framed: blocks.Blocks, others: blocks.Blocks, inside: Real) -> Mask:
    """Whether pictures of which so much lies inside a border agree with others, laid straight from either side."""
    found = np.zeros(len(framed), np.bool_)
    for start in range(0, len(framed), _REGISTERED_AT_ONCE):
        part = slice(start, start + _REGISTERED_AT_ONCE)
        maps = registration.identity(len(framed[part]))
        fits = registration.registered(framed[part], others[part], maps).likeness
        inner = maps * np.sqrt(inside[part])[:, None]
        fits = np.maximum(fits, registration.registered(others[part], framed[part], inner).likeness)
        found[part] = fits >= _INSIDE_REGISTERED
    return found
