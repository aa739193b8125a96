"""What judging gives a second look to work with: files of pictures, workers, and what servers call alike."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Final, TypeVar

from blake3 import blake3

from keepers.catalog import alike, photos
from keepers.errors import KeepersError
from keepers.fingerprint.table import Photos
from keepers.group import looks
from keepers.model import LOCAL, PlaceId
from keepers.ports import Failure
from keepers.work.named import Named
from keepers.workflows.closer_work import Looking
from keepers.workflows.judging import Judging, view_paths, worked

T = TypeVar("T")
R = TypeVar("R")

#: Answers of a server remembered at once: when it goes away, at most these are asked for again.
_ROWS: Final = 64
_ON: Final = "on"


def links(judging: Judging, roots: Sequence[str], table: Photos) -> looks.Links | None:
    """The links that a second look at the photos of the table tells, which lie at or below the roots."""
    find: Named[Looking, looks.Links | None] = Named("keepers.workflows.closer", "links")
    return find(_looking(judging, roots, table))


def _looking(judging: Judging, roots: Sequence[str], table: Photos) -> Looking:
    names = photos.content_ids(judging.catalog)

    def paths(rows: Sequence[int]) -> Iterator[tuple[int, str]]:
        wanted = {names(row): row for row in rows}
        mains = [some[0].main for some in photos.bundles(judging.catalog, roots, wanted).values()]
        # A server is only asked for what somebody asked for.
        mains = [main for main in mains if judging.closer == _ON or main.ref.place == LOCAL]
        found = view_paths(judging.sights or judging.views, judging.progress, mains, exact=False)
        return ((wanted[asset.content], path) for asset, path in found)

    def run(
        stage: str, task: Callable[[T], R], work: Iterable[T], count: int
    ) -> Iterator[tuple[T, R | Failure]]:
        return worked(judging, stage, task, work, count)

    def proposed(asking: Sequence[int], among: Sequence[int]) -> list[tuple[int, int]]:
        return _proposed(judging, roots, asking, among) if judging.closer == _ON else []

    return Looking(
        judging.catalog, judging.progress, names, paths, run, table, judging.rule, judging.closer, judging.scenes, proposed
    )  # fmt: skip


def _proposed(
    judging: Judging, roots: Sequence[str], asking: Sequence[int], among: Sequence[int]
) -> list[tuple[int, int]]:
    """Pairs of contents (by row) that a server calls alike; one that cannot be asked is told, and proposes none."""
    if judging.alike is None:
        return []
    found: list[tuple[int, int]] = []
    asks = set(asking)
    for place, row_of in alike.served(judging.catalog, roots, among).items():
        keys = [key for key, row in row_of.items() if row in asks]
        for key, others in _told(judging, place, keys, row_of).items():
            found += [(row_of[key], row_of[other]) for other in others if other in row_of]
    return sorted({(one, other) for one, other in found if one != other})


def _told(
    judging: Judging, place: PlaceId, keys: Sequence[str], row_of: Mapping[str, int]
) -> dict[str, tuple[str, ...]]:
    """The assets that their server calls alike each, as it said before, or asked now."""
    among = blake3(" ".join(sorted(row_of)).encode()).hexdigest(16)
    known = alike.known(judging.catalog, place, among)
    todo = [key for key in keys if key not in known]
    if not todo or judging.alike is None:
        return {key: known[key] for key in keys if key in known}
    fresh: dict[str, tuple[str, ...]] = {}
    judging.progress.stage("asking the server", len(todo), 0)
    try:
        for key, others in judging.alike(place, todo):
            judging.progress.step(1, 0)
            fresh[key] = known[key] = others
            if len(fresh) >= _ROWS:
                alike.remember(judging.catalog, place, among, fresh)
                fresh = {}
    except KeepersError as error:
        judging.progress.say(f"{place} does not propose all photos for a closer look: {error}")
    finally:
        judging.progress.done()
    alike.remember(judging.catalog, place, among, fresh)
    return {key: known[key] for key in keys if key in known}
