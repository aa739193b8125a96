"""Whether a server is still the account that is known by its name, and has not lost too much to be believed."""

from keepers.catalog import locations
from keepers.errors import SourceShrunkError
from keepers.model import PlaceId
from keepers.ports import Gallery
from keepers.workflows.scan import SHRINK_FROM, SHRINK_SHARE, Learning


def refuse_other(learning: Learning, gallery: Gallery, place: PlaceId) -> bool:
    """Whether it is the account that is known by that name, as far as both tell; SourceShrunkError if not."""
    known, now = locations.root_identity(learning.catalog, f"{place}:"), gallery.identity()
    # A key that may not ask for its user shows the address instead.
    if not known or known == now or ("://" in known) != ("://" in now):
        return True
    if not learning.accept_missing:
        message = (
            f"{place}: is another account or server than the one that is known by that name; nothing was learned. If it took "
            "its place for good, say so with --accept-missing; else give it a profile of its own"
        )
        raise SourceShrunkError(message)
    return False


def refuse_shrunken(root: str, known: int, lost: int) -> None:
    """Raise SourceShrunkError where so many of the known photos are lost that it cannot be meant."""
    if known and lost == known:
        message = f"{root} shows no photos, but {known} are known from there; may its API key see them?"
    elif known >= SHRINK_FROM and lost > known * SHRINK_SHARE:
        message = f"{root} has lost {lost} of its {known} known photos"
    else:
        return
    raise SourceShrunkError(
        f"{message}; nothing was learned. If they were meant to go, say so with --accept-missing"
    )
