"""Which files of a folder may belong to the photo of one of them, by their names alone."""

import re
from collections.abc import Iterable
from typing import Final

from keepers.read.entries import folded
from keepers.read.sidecars import speaks_of_folder

#: What makers and exports add to the name of a photo: IMG_E1234, name(1), name-edited, RAW-01.COVER.
_ADDED: Final = re.compile(r"\(\d+\)|[-~][^\W\d]+$")
_APPLE_EDIT: Final = re.compile(r"^(img_)[eo](?=\d)")
#: Google cuts the names of its JSON files here, at the earliest.
_CUT: Final = 40


def related(name: str, others: Iterable[str]) -> list[str]:
    """The names that may belong to one photo with `name`, itself too, in name order.

    More than do belong: bundling decides.
    """
    wanted = _key(name)
    return sorted(
        other for other in others if other == name or speaks_of_folder(other) or _near(wanted, _key(other))
    )


def _key(name: str) -> str:
    first = folded(name).partition(".")[0]
    return _APPLE_EDIT.sub(r"\1", _ADDED.sub("", first))


def _near(one: str, other: str) -> bool:
    return one == other or (len(min(one, other, key=len)) >= _CUT and one[:_CUT] == other[:_CUT])
