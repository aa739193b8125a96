"""What making pictures needs of servers, opened only where photos lie on one."""

import argparse
import contextlib
from collections import Counter
from collections.abc import Collection, Generator, Mapping, Sequence
from typing import TYPE_CHECKING

from keepers import studio, wiring
from keepers.catalog.store import Catalog
from keepers.model import LOCAL, Asset, PlaceId, Ref
from keepers.ports import Failure

if TYPE_CHECKING:
    from keepers.cli.sending import Sending


@contextlib.contextmanager
def originals(
    opened: wiring.Session, catalog: Catalog, *, served: bool, dry: bool, sending: "Sending | None" = None
) -> Generator[studio.Afar]:
    """What loads originals and names people, where photos are `served`; a dry run loads none.

    Where pictures are to be sent, and the key may not do that, nothing is loaded.
    """
    if not served:
        yield studio.HERE
        return
    from keepers import downloads  # noqa: PLC0415 (httpx2 costs 150 ms)

    with downloads.originals(opened, catalog) as found:
        unasked = [] if sending is None else [sending]

        @contextlib.contextmanager
        def fetch(assets: Sequence[Asset]) -> Generator[Mapping[Ref, str | Failure]]:
            if assets and unasked:
                # Once, when the first photo of a server is needed: what needs none is made whatever becomes of it.
                unasked.pop().refuse_without_rights()
            with found.fetch(assets) as files:
                yield files

        yield studio.Afar(None if dry else fetch, found.whose)


def sending(
    options: argparse.Namespace,
    opened: wiring.Session,
    catalog: Catalog,
    places: Sequence[Collection[PlaceId]],
    key: str,
) -> "Sending | None":
    """What sends pictures beside their photos, each of which may go to one of its `places`; None where nothing goes to servers."""
    counts = Counter(place for one in places for place in set(one) - {LOCAL})
    if not counts or options.to is not None or options.dry_run:
        return None
    from keepers.cli.sending import Sending  # noqa: PLC0415 (httpx2 costs 150 ms)

    return Sending(options, opened, catalog, dict(sorted(counts.items())), key)
