"""What several files say of one photo, joined."""

from collections.abc import Sequence
from typing import Final, TypeVar

from keepers.model import Facts

_NOTHING: Final = Facts("", 0, 0)
_Item = TypeVar("_Item")


def merged(main: Facts, companions: Sequence[Facts]) -> Facts:
    """The facts of a photo with what its companions add: what people said in a sidecar outranks the bytes.

    Dates are joined, to be judged later. Size, camera and software stay those of the main file.
    """
    told = [companion for companion in companions if companion != _NOTHING]
    if not told:
        return main
    return main._replace(
        rating=next((c.rating for c in told if c.rating is not None), main.rating),
        favourite=main.favourite or any(c.favourite for c in told),
        picked=main.picked or any(c.picked for c in told),
        position=main.position or next((c.position for c in told if c.position), None),
        burst=main.burst or next((c.burst for c in told if c.burst), ""),
        description=next((c.description for c in told if c.description), main.description),
        keywords=_joined(main.keywords, [c.keywords for c in told]),
        people=_joined(main.people, [c.people for c in told]),
        albums=_joined(main.albums, [c.albums for c in told]),
        dates=_joined(main.dates, [c.dates for c in told]),
    )


def _joined(first: tuple[_Item, ...], others: Sequence[tuple[_Item, ...]]) -> tuple[_Item, ...]:
    return tuple(dict.fromkeys((*first, *(item for other in others for item in other))))
