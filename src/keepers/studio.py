"""What makes new pictures, built for a session. Imported only where pictures are made."""

import os
from collections.abc import Callable
from typing import TYPE_CHECKING

from keepers.catalog.store import Catalog
from keepers.model import Decision
from keepers.ports import Workers
from keepers.wiring import Session
from keepers.work.local import LocalWorkers
from keepers.work.named import Named
from keepers.workflows.enhancing import Enhancing, Wish, merged

if TYPE_CHECKING:
    from keepers.workflows.exposures import Bracket, Developed

#: Longer than any merge of pictures that fit into memory; the hang of a decoder ends, too.
SECONDS = 600.0


def merging(opened: Session, catalog: Catalog, wish: Wish) -> Callable[[Decision], bytes | None]:
    """Merges one bracket after another to a JPEG; None, which is said, where it cannot be."""
    work = enhancing(opened, catalog)

    def merge(decision: Decision) -> bytes | None:
        for part in merged(work, [decision], wish):
            for one in part:
                if one.made.data:
                    return one.made.data
                opened.progress.say(f"{decision.group.id} was not merged: {one.made.why}")
        return None

    return merge


def enhancing(opened: Session, catalog: Catalog) -> Enhancing:
    """What merging brackets works with."""
    room = _memory()

    def workers(most: int) -> Workers:
        # As many at once as there is memory for.
        jobs = max(1, min(opened.jobs, room // max(1, most)))
        return LocalWorkers(jobs, SECONDS, most, ("keepers.workflows.exposures",), most)

    merge: Named[Bracket, Developed] = Named("keepers.workflows.exposures", "merge")
    return Enhancing(catalog, opened.progress, workers, merge, room)


def _memory() -> int:
    """Bytes of this machine's memory that pictures may take: three quarters."""
    return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") * 3 // 4
