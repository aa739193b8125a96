"""What makes new pictures, built for a session. Imported only where pictures are made."""

import functools
import os
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from keepers.catalog.store import Catalog
from keepers.model import Decision, GroupKind
from keepers.ports import Workers
from keepers.wiring import Session
from keepers.work.local import LocalWorkers
from keepers.work.named import Named
from keepers.workflows import closed_eyes, originals
from keepers.workflows.closed_eyes import Opening, Whose
from keepers.workflows.enhancing import Enhancing, Wish, merged
from keepers.workflows.judging import look_at
from keepers.workflows.originals import Fetch

if TYPE_CHECKING:
    from keepers.score.traced import Traced, TraceTask
    from keepers.workflows.exposures import Bracket, Developed
    from keepers.workflows.mending import Mended, Mending

#: Longer than any merge of pictures that fit into memory; the hang of a decoder ends, too.
SECONDS = 600.0


@dataclass(frozen=True, slots=True)
class Afar:
    """Where photos of servers come from: what loads their originals, None where none is to be; who is in them."""

    fetch: Fetch | None = originals.nothing
    whose: Whose = closed_eyes.nobody


#: Nothing lies on a server.
HERE: Final = Afar()


def merging(
    opened: Session, catalog: Catalog, wish: Wish, afar: Afar = HERE
) -> Callable[[Decision], bytes | None]:
    """Merges one bracket after another to a JPEG; None, which is said, where it cannot be."""
    work = enhancing(opened, catalog, afar)

    def merge(decision: Decision) -> bytes | None:
        for part in merged(work, [decision], wish):
            for one in part:
                if one.made.data:
                    return one.made.data
                why = (
                    f"would be merged of {one.far.photos} photos, which a dry run does not load"
                    if one.far
                    else f"was not merged: {one.made.why}"
                )
                opened.progress.say(f"{decision.group.id} {why}")
        return None

    return merge


def enhancing(opened: Session, catalog: Catalog, afar: Afar = HERE) -> Enhancing:
    """What merging brackets works with."""
    room = _memory()

    def workers(most: int) -> Workers:
        # As many at once as there is memory for.
        jobs = max(1, min(opened.jobs, room // max(1, most)))
        return LocalWorkers(jobs, SECONDS, most, ("keepers.workflows.exposures",), most)

    merge: Named[Bracket, Developed] = Named("keepers.workflows.exposures", "merge")
    return Enhancing(catalog, opened.progress, workers, merge, room, afar.fetch)


def opening(opened: Session, catalog: Catalog, afar: Afar = HERE) -> Opening:
    """What mending closed eyes works with."""
    room = _memory()
    judging = opened.judging(catalog, (GroupKind.BURST,))

    def workers(most: int) -> Workers:
        jobs = max(1, min(opened.jobs, room // max(1, most)))
        return LocalWorkers(jobs, SECONDS, most, ("keepers.workflows.mending", "keepers.detect.traces"), most)

    mend: Named[Mending, Mended] = Named("keepers.workflows.mending", "mend")
    trace: Named[TraceTask, tuple[Traced, ...]] = Named("keepers.detect.traces", "trace")
    return Opening(
        catalog,
        opened.progress,
        workers,
        mend,
        trace,
        functools.partial(look_at, judging),
        judging.backend(),
        room,
        afar.fetch,
        afar.whose,
    )


def mending(opened: Session, catalog: Catalog, afar: Afar = HERE) -> Callable[[Decision], bytes | None]:
    """Opens the closed eyes of the picks of bursts, one after another; None, which is said, where it cannot."""
    work = opening(opened, catalog, afar)

    def mend(decision: Decision) -> bytes | None:
        for part in closed_eyes.opened(work, [decision]):
            for one in part:
                if not one.needless:
                    _say(opened, decision, one)
                if one.data:
                    return one.data
        return None

    return mend


def _say(opened: Session, decision: Decision, one: closed_eyes.Opened) -> None:
    if one.far:
        opened.progress.say(
            f"{decision.group.id}: closed eyes would be opened from {one.far.photos} photos, which a dry run does not load"
        )
    reasons = [one.made.why] if one.made.why else [face.why for face in one.made.faces if face.why]
    for why in reasons:
        opened.progress.say(f"{decision.group.id}: closed eyes were left as they are: {why}")


def _memory() -> int:
    """Bytes of this machine's memory that pictures may take: three quarters."""
    return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") * 3 // 4
