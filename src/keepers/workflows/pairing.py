"""RAWs of a server and their pictures as one photo, as on this machine: same name, same camera, same moment."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Final

from keepers.catalog import pairs
from keepers.catalog.pairs import Still
from keepers.catalog.store import Catalog
from keepers.read.entries import RAWS

#: A camera writes its two files of one shot within so many seconds.
_SECONDS: Final = 2.0
#: What a camera writes beside its RAW.
_BESIDE: Final = frozenset({"jpeg", "heic", "avif"})


def pair(catalog: Catalog, place: str) -> None:
    """Let every RAW of a server that has one picture, and is the only one of that, belong to it."""
    found = pairs.stills(catalog, place)
    wanted = {raw.id: picture.id for raw, picture in matches(found)}
    known = {one.id: one.main for one in found}
    if wanted != {one.id: one.main for one in found if one.main is not None}:
        pairs.join(catalog, place, wanted, known)


def matches(stills: Iterable[Still]) -> list[tuple[Still, Still]]:
    """RAWs with their pictures; those with several stay apart."""
    named: dict[str, list[Still]] = defaultdict(list)
    for one in stills:
        named[one.name.rpartition(".")[0].casefold()].append(one)
    found: list[tuple[Still, Still]] = []
    for same in named.values():
        raws = [one for one in same if one.format in RAWS]
        pictures = [one for one in same if one.format in _BESIDE]
        for raw in raws:
            mates = _mates(raw, pictures)
            if len(mates) == 1 and _mates(mates[0], raws) == [raw]:
                found.append((raw, mates[0]))
    return found


def _mates(one: Still, others: Sequence[Still]) -> list[Still]:
    """What may be of the same shot: no two cameras, and no two moments."""
    return [
        other
        for other in others
        if abs(one.seconds - other.seconds) <= _SECONDS
        and (one.camera == other.camera or not (one.camera and other.camera))
    ]
