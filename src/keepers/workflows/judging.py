"""What judging works with, and how photos look: from the catalog, or measured now."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from typing import Final, TypeVar

from keepers.catalog import contents
from keepers.catalog.store import Catalog
from keepers.decide.originality import seen
from keepers.errors import PlaceUnreachableError, SettingsError
from keepers.group.rule import Rule
from keepers.model import LOCAL, Asset, Bundle, ContentId, Kind, Look, PlaceId, Score
from keepers.ports import Failure, LookTask, Progress, View, Viewed, Workers
from keepers.score.photo import Member, scores
from keepers.score.taste import Taste
from keepers.score.weights import Weights
from keepers.workflows.closer_work import Scenes
from keepers.workflows.job import Footage, Proof

T = TypeVar("T")
R = TypeVar("R")

#: Looks remembered at once: a crash costs at most these.
ROWS: Final = 64
#: Photos that could not be looked at are named up to here, and then counted.
NAMED: Final = 3

#: Pictures of assets of servers in files of this machine; the files themselves where the flag is set.
Views = Callable[[Sequence[Asset], bool], Iterator[Viewed]]
#: Assets of a server (by id), each with those that the server calls most alike it.
Alike = Callable[[PlaceId, Sequence[str]], Iterator[tuple[str, tuple[str, ...]]]]


def _no_scenes() -> None:
    return None


@dataclass(frozen=True, slots=True)
class Backend:
    """The face back end to use, and what marks its results in the catalog."""

    name: str
    method: str
    model_dir: str = ""


@dataclass(frozen=True, slots=True)
class Judging:
    """What grouping and judging work with; workers start only when there is something to decode.

    `comparers` look at no faces, so that they start sooner than `workers`.
    With `remembered`, what people decided earlier wins. `views` gives pictures of assets of servers. A
    `taste` that was learned from picks counts in series. `device` gives, for so many photos, the address of the
    process that runs the face networks; empty: the workers run them. A `closer` look is `on`, `auto` or `off`; for it,
    `sights` gives pictures of assets without the faces that their server knows, `scenes` the back end that
    embeds scenes, and `alike` what servers call alike.
    """

    catalog: Catalog
    progress: Progress
    workers: Callable[[], Workers]
    comparers: Callable[[], Workers]
    look: Callable[[LookTask], Look]
    prove: Callable[[Proof], str]
    compare: Callable[[Footage], bytes]
    backend: Callable[[], Backend]
    rule: Rule
    weights: Weights
    device: Callable[[int], AbstractContextManager[str]]
    jobs: int = 0
    remembered: bool = True
    views: Views | None = None
    taste: Taste | None = None
    closer: str = "off"
    sights: Views | None = None
    scenes: Callable[[], Scenes | None] = _no_scenes
    alike: Alike | None = None


def look_at(judging: Judging, bundles: Iterable[Bundle]) -> dict[ContentId, Look]:
    """How photos look, from the catalog or measured now; those that cannot be looked at are said, and left out."""
    wanted = {b.main.content: b.main for b in bundles if b.main.kind is Kind.PHOTO}
    if not wanted:
        return {}
    backend = judging.backend()
    known = contents.looks_of(judging.catalog, wanted, backend.method)
    todo = [asset for content, asset in wanted.items() if content not in known]
    fresh: list[Look] = []
    failed: dict[ContentId, str] = {}

    def tasks(device: str) -> Iterator[LookTask]:
        for asset, view in viewed(judging.views, judging.progress, todo, exact=False):
            if isinstance(view, Failure):
                failed[asset.content] = view.reason
            else:
                yield LookTask(view.path, asset.content, backend.name, backend.model_dir, view.boxes, device)

    with judging.device(len(todo)) as device:
        for task, result in _run(
            judging, judging.workers, ("judging", len(todo)), judging.look, tasks(device)
        ):
            if isinstance(result, Failure):
                failed[task.content] = result.reason
                continue
            fresh.append(replace(result, method=backend.method))
            if len(fresh) >= ROWS:
                contents.add_looks(judging.catalog, fresh)
                known.update((look.content, look) for look in fresh)
                fresh = []
    contents.add_looks(judging.catalog, fresh)
    known.update((look.content, look) for look in fresh)
    _tell_failed(judging.progress, [(wanted[content], why) for content, why in failed.items()])
    return known


def _tell_failed(progress: Progress, failed: Sequence[tuple[Asset, str]]) -> None:
    if not failed:
        return
    rows = sorted((asset.ref.key if asset.ref.place == LOCAL else asset.name, why) for asset, why in failed)
    named = "; ".join(f"{name}: {why}" for name, why in rows[:NAMED])
    more = f"; and {len(rows) - NAMED:,} more" if len(rows) > NAMED else ""
    photos = "1 photo" if len(rows) == 1 else f"{len(rows):,} photos"
    progress.say(
        f"{photos} could not be looked at, so others are preferred; the next run tries again: {named}{more}"
    )


def viewed(
    views: Views | None, progress: Progress, assets: Sequence[Asset], *, exact: bool
) -> Iterator[Viewed]:
    """Files of this machine to look at assets by; none where a server cannot be reached, which is said."""
    yield from ((asset, View(asset.ref.key)) for asset in assets if asset.ref.place == LOCAL)
    others = [asset for asset in assets if asset.ref.place != LOCAL]
    if not others or views is None:
        return
    try:
        yield from views(others, exact)
    except (PlaceUnreachableError, SettingsError) as error:
        progress.say(f"photos of the server are judged without looking at them: {error}")


def view_paths(
    views: Views | None, progress: Progress, assets: Sequence[Asset], *, exact: bool
) -> Iterator[tuple[Asset, str]]:
    """The same by path; those that there is nothing to look at of are left out."""
    found = viewed(views, progress, assets, exact=exact)
    return ((asset, view.path) for asset, view in found if isinstance(view, View))


def alone(judging: Judging, bundle: Bundle) -> tuple[Score, Look | None]:
    """How good a photo is by itself, and how it looks; no look where it cannot be decoded."""
    content = bundle.main.content
    look = look_at(judging, [bundle]).get(content)
    facts = seen(bundle, contents.facts_of(judging.catalog, [content])).facts
    return scores([Member(bundle, look, facts)], judging.weights)[0], look


def worked(
    judging: Judging,
    stage: str,
    task: Callable[[T], R],
    work: Iterable[T],
    number: int,
    heavy: Callable[[T], bool] | None = None,
) -> Iterator[tuple[T, R | Failure]]:
    """Run comparisons in workers, with progress; those that failed, and may not the next time, are said."""
    passing: list[str] = []
    for item, result in _run(judging, judging.comparers, (stage, number), task, work, heavy):
        if isinstance(result, Failure) and not result.lasting:
            passing.append(result.reason)
        yield item, result
    if passing:
        why = ", ".join(sorted(set(passing))[:NAMED])
        judging.progress.say(
            f"{len(passing):,} of {number:,} could not be compared ({why}), which proves nothing; the next run tries again"
        )


def _run(
    judging: Judging,
    start: Callable[[], Workers],
    stage: tuple[str, int],
    task: Callable[[T], R],
    work: Iterable[T],
    heavy: Callable[[T], bool] | None = None,
) -> Iterator[tuple[T, R | Failure]]:
    """Run decoding work in workers, with progress; `stage` is its name and the number of items."""
    if not stage[1]:
        return
    workers = start()
    judging.progress.stage(*stage, 0)
    try:
        for item, result in workers.map(task, work, heavy=heavy):
            judging.progress.step(1, 0)
            yield item, result
    finally:
        workers.close()
        judging.progress.done()
