"""Which photos of one place have the pixels, or at least the picture, of photos of another."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from keepers.catalog import clips as films
from keepers.catalog import elsewhere, photos, verified
from keepers.fingerprint.clips import Clips
from keepers.fingerprint.table import Photos
from keepers.group import clips, duplicates, looks
from keepers.group.rule import Rule
from keepers.model import ContentId
from keepers.ports import Failure
from keepers.workflows import proving
from keepers.workflows.job import Proof
from keepers.workflows.judging import Judging
from keepers.workflows.tidy import RAWS

#: Raised when `beside` finds something else.
BESIDE_METHOD: Final = 1
#: No other file is the same as one that could not be looked into.
_UNKNOWN: Final = "?"

Rows = npt.NDArray[np.intp]


@dataclass(frozen=True, slots=True)
class Two:
    """Contents (by row) that are sought, and those among which they are sought; where a file of each lies."""

    roots: Sequence[str]
    sought: frozenset[int]
    among: frozenset[int]
    path: Callable[[int], str | None]


def pixel_twins(judging: Judging, beside: Callable[[Proof], str], two: Two) -> dict[int, tuple[int, ...]]:
    """For each sought picture the contents that hold its pixels, and all that its file holds beside them.

    A RAW has none: its pixels are made anew by every program.
    """
    table = _narrowed(photos.table(judging.catalog, two.roots, RAWS, parts=True), two)
    table = _rows(table, np.flatnonzero(~table.raw))
    sought, among = _flags(table.content, two)
    known = proving.proven(judging, table, _worth_decoding(table, sought, among), _files(judging, two))
    pairs: dict[int, list[int]] = {}
    for cluster in duplicates.same_pixels(table, known):
        there = [int(table.content[row]) for row in cluster.rows if among[row]]
        for row in cluster.rows:
            if sought[row] and there:
                pairs[int(table.content[row])] = [
                    content for content in there if content != table.content[row]
                ]
    return _whole(judging, beside, two, pairs)


def alike(judging: Judging, two: Two) -> dict[int, tuple[int, ...]]:
    """For each sought picture or film the contents that show the same, the likest first."""
    found = _pictures(judging, two)
    table = films.table(judging.catalog, two.roots)
    rows = np.flatnonzero(_in(table.content, two.sought | two.among))
    table = Clips(**{field.name: getattr(table, field.name)[rows] for field in fields(Clips)})
    sought, among = _flags(table.content, two)
    for cluster in clips.same_clip(table) if len(table.content) > 1 else ():
        there = tuple(int(table.content[row]) for row in cluster.rows if among[row])
        found.update((int(table.content[row]), there) for row in cluster.rows if sought[row] and there)
    return found


def _pictures(judging: Judging, two: Two) -> dict[int, tuple[int, ...]]:
    table = _narrowed(photos.table(judging.catalog, two.roots, RAWS, parts=True), two)
    if len(table) < 2:
        return {}
    sought, among = _flags(table.content, two)
    links = looks.same_picture(table, np.arange(len(table)))
    near: dict[int, list[tuple[float, int]]] = {}
    for left, right, distance in zip(
        links.left.tolist(), links.right.tolist(), links.distance.tolist(), strict=True
    ):
        for one, other in ((left, right), (right, left)):
            if sought[one] and among[other] and one != other:
                near.setdefault(one, []).append((distance, other))
    # Parts of a picture are told by the stars alone.
    if len(near) < sum(sought):
        for cluster in duplicates.same_picture(table, Rule()):
            there = [(0.0, row) for row in cluster.rows if among[row]]
            for row in cluster.rows:
                if sought[row] and there:
                    near.setdefault(row, there)
    return {
        int(table.content[row]): tuple(
            int(table.content[other]) for _, other in sorted(found) if other != row
        )
        for row, found in near.items()
    }


def beside_of(
    judging: Judging, beside: Callable[[Proof], str], where: Mapping[ContentId, str]
) -> dict[ContentId, str]:
    """A digest of what the files of pictures hold beside them, empty for nothing; unknown ones are left out."""
    rows = {row: content for content, row in elsewhere.rows_of(judging.catalog, where).items()}
    two = Two((), frozenset(), frozenset(), lambda row: where[rows[row]])
    return {rows[row]: text for row, text in _beside(judging, beside, two, rows).items()}


def _in(content: npt.NDArray[np.int64], rows: Iterable[int]) -> npt.NDArray[np.bool_]:
    return np.isin(content, np.fromiter(rows, np.int64))


def _flags(content: npt.NDArray[np.int64], two: Two) -> tuple[list[bool], list[bool]]:
    return _in(content, two.sought).tolist(), _in(content, two.among).tolist()


def _narrowed(table: Photos, two: Two) -> Photos:
    return _rows(table, np.flatnonzero(_in(table.content, two.sought | two.among)))


def _rows(table: Photos, rows: Rows) -> Photos:
    columns: dict[str, Any] = {field.name: getattr(table, field.name) for field in fields(Photos)}
    narrowed: dict[str, Any] = {name: held[rows] for name, held in columns.items() if name != "threads"}
    return replace(table, **narrowed)


def _worth_decoding(table: Photos, sought: Sequence[bool], among: Sequence[bool]) -> list[set[int]]:
    """The sets that look identical and hold both what is sought and what it is sought among."""
    return [
        rows
        for rows in proving.sets(table)
        if any(sought[row] for row in rows) and any(among[row] for row in rows)
    ]


def _files(judging: Judging, two: Two) -> proving.Files:
    def files(wanted: Sequence[ContentId]) -> Iterator[tuple[ContentId, str]]:
        rows = elsewhere.rows_of(judging.catalog, wanted)
        found = ((content, two.path(row)) for content, row in rows.items())
        return ((content, path) for content, path in found if path is not None)

    return files


def _whole(
    judging: Judging, beside: Callable[[Proof], str], two: Two, pairs: Mapping[int, Sequence[int]]
) -> dict[int, tuple[int, ...]]:
    """The pairs of which nothing that lies beside the pixels would be lost."""
    names = photos.content_ids(judging.catalog)
    held = _beside(judging, beside, two, {row: names(row) for row in pairs})
    more = {
        other: names(other) for row, others in pairs.items() if held.get(row, _UNKNOWN) for other in others
    }
    held |= _beside(judging, beside, two, more)
    whole: dict[int, tuple[int, ...]] = {}
    for row, others in pairs.items():
        own = held.get(row, _UNKNOWN)
        fitting = tuple(o for o in others if not own or (own != _UNKNOWN and held.get(o) == own))
        if fitting:
            whole[row] = fitting
    return whole


def _beside(
    judging: Judging, beside: Callable[[Proof], str], two: Two, wanted: Mapping[int, ContentId]
) -> dict[int, str]:
    known = verified.besides(judging.catalog, list(wanted), BESIDE_METHOD)
    work = _tasks(two, {row: content for row, content in wanted.items() if row not in known})
    fresh = _worked(judging, beside, work)
    verified.add_besides(judging.catalog, fresh, BESIDE_METHOD)
    return known | fresh


def _tasks(two: Two, wanted: Mapping[int, ContentId]) -> dict[Proof, int]:
    found = {row: two.path(row) for row in wanted}
    return {Proof(path, wanted[row]): row for row, path in found.items() if path is not None}


def _worked(judging: Judging, task: Callable[[Proof], str], work: Mapping[Proof, int]) -> dict[int, str]:
    """What workers answered, by content row; what they could not tell is left out."""
    if not work:
        return {}
    workers = judging.workers()
    judging.progress.stage("comparing", len(work), 0)
    found: dict[int, str] = {}
    try:
        for proof, result in workers.map(task, list(work)):
            judging.progress.step(1, 0)
            if not isinstance(result, Failure):
                found[work[proof]] = result
    finally:
        workers.close()
        judging.progress.done()
    return found
