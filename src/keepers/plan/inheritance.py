"""What a kept photo inherits from those that go: a sidecar beside it that says what they said."""

from collections.abc import Callable, Sequence
from typing import Final

from keepers.actions import Write
from keepers.decide.copies import Item, inherited
from keepers.errors import UnreadableError
from keepers.fingerprint.exact import content_id
from keepers.model import Asset, Facts, Ref, Role
from keepers.read import formats, xmp_told

#: The bytes of a small file; None where there is none of that name.
Bytes = Callable[[Ref], bytes | None]
_NOTHING: Final = Facts("", 0, 0)


def sidecar(item: Item) -> Ref:
    """The XMP sidecar of a photo, or the name that a new one gets.

    Programs look for the sidecar of a camera raw under its stem; a JPEG beside it needs a name of its own.
    """
    present = next((asset.ref for asset in item.bundle.others if is_packet(asset)), None)
    if present is not None:
        return present
    folder, _, name = item.ref.key.rpartition("/")
    stem, dot, ending = name.rpartition(".")
    form = formats.by_name(name)
    short = stem if form is not None and form.raw and dot else f"{stem}{dot}{ending}"
    return Ref(item.ref.place, f"{folder}/{short}.xmp")


def is_packet(asset: Asset) -> bool:
    """Whether a companion is an XMP sidecar."""
    return asset.role is Role.SIDECAR and asset.ref.key.lower().endswith(".xmp")


def inheritance(keeper: Item, others: Sequence[Item], read: Bytes) -> Write | None:
    """The sidecar to write before the others go; None where they know nothing that the keeper does not.

    Where the keeper has none, what another's sidecar says for other programs (the settings of a raw
    converter) comes along. UnreadableError where that cannot be done without losing something.
    """
    known = inherited(keeper, others)
    target = sidecar(keeper)
    own = read(target)
    packet = own if own is not None else _other_packet(keeper, others, read)
    # A packet of another photo may say less than the keeper's bytes, and would outrank them.
    wanted = _news(keeper.known if packet is own else _NOTHING, known)
    if wanted == _NOTHING and packet is own:
        return None
    try:
        made = xmp_told.told(packet, wanted)
    except UnreadableError as error:
        message = f"{target.key} {error}, so nothing can be added to it"
        raise UnreadableError(message) from error
    if made == own or not made:
        return None
    names = ", ".join(sorted({item.ref.key.rsplit("/", 1)[-1] for item in others}))
    return Write(
        target,
        made,
        content_id(made),
        None if own is None else content_id(own),
        f"keeps what is said of {names}",
    )


def _news(own: Facts, all_known: Facts) -> Facts:
    """What the keeper is to be told: of its own facts only those that change."""
    return _NOTHING._replace(
        rating=all_known.rating if all_known.rating != own.rating else None,
        keywords=all_known.keywords if all_known.keywords != own.keywords else (),
        people=all_known.people if all_known.people != own.people else (),
        description=all_known.description if all_known.description != own.description else "",
        position=all_known.position if all_known.position != own.position else None,
        dates=tuple(claim for claim in all_known.dates if claim.source == "inherited"),
    )


def _other_packet(keeper: Item, others: Sequence[Item], read: Bytes) -> bytes | None:
    """The sidecar of the first of the others that has one; they are of the same picture."""
    packets = (asset.ref for item in (keeper, *others) for asset in item.bundle.others if is_packet(asset))
    return next((data for ref in packets if (data := read(ref)) is not None), None)
