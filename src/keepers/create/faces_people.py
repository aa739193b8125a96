"""Whose faces those of a photo are, where a server knows its people, and which face of another frame is the same person's."""

from collections.abc import Callable, Sequence
from typing import Final, NamedTuple

from keepers.model import Face, Ref

Box = tuple[float, float, float, float]

#: Boxes of one face by two detectors share this part of what both cover: one 1.6 times as wide and high shares .39.
_SHARED: Final = 0.3
#: Another box that shares more than this part of that makes it a guess.
_SECOND: Final = 0.5
UNCERTAIN: Final = "the person cannot be found there for certain"
OTHER: Final = "another person is there"


class Told(NamedTuple):
    """A face that a server found: its box as fractions of the upright picture (x, y, w, h), and whose it is, if known."""

    box: Box
    person: Ref | None


def people(faces: Sequence[Face], told: Sequence[Told]) -> tuple[Ref | None, ...]:
    """The person of each face, None where nobody knows; each box is the other's best, by far."""
    return tuple(_person(face, faces, told) for face in faces)


def _person(face: Face, faces: Sequence[Face], told: Sequence[Told]) -> Ref | None:
    found = _best([_shared(face.box, one.box) for one in told])
    if found is None or told[found].person is None:
        return None
    back = _best([_shared(told[found].box, one.box) for one in faces])
    return told[found].person if back is not None and faces[back] is face else None


def donor(
    wanted: int,
    here: Sequence[Ref | None],
    there: Sequence[Ref | None],
    by_place: Callable[[], int | None],
) -> int | str:
    """The face of a frame that is the same person's as the wanted one of the photo, or why there is none.

    `here` and `there` are the people of the faces of both, empty where no server knows them; `by_place` says which face
    is the same by where it is. The same person counts wherever the face is, and a face of somebody else never does.
    """
    person = here[wanted] if here else None
    same = [number for number, one in enumerate(there) if person is not None and one == person]
    if len(same) == 1:
        return same[0]
    found = by_place()
    if found is None or (same and found not in same):
        return UNCERTAIN
    other = there[found] if there else None
    return OTHER if _is_other(person, other, here) else found


def _is_other(person: Ref | None, other: Ref | None, here: Sequence[Ref | None]) -> bool:
    """Whether two faces are of two people, as far as one server knows both; or the other's person is elsewhere in the photo."""
    if other is None:
        return False
    if person is None:
        return other in here
    return person.place == other.place and person != other


def _best(shared: Sequence[float]) -> int | None:
    if not shared:
        return None
    first, *rest = sorted(range(len(shared)), key=lambda number: -shared[number])
    if shared[first] < _SHARED or (rest and shared[rest[0]] > _SECOND * shared[first]):
        return None
    return first


def _shared(one: Box, other: Box) -> float:
    """The part of what two boxes cover that both cover (intersection over union)."""
    wide = min(one[0] + one[2], other[0] + other[2]) - max(one[0], other[0])
    high = min(one[1] + one[3], other[1] + other[3]) - max(one[1], other[1])
    if wide <= 0 or high <= 0:
        return 0.0
    both = wide * high
    return both / (one[2] * one[3] + other[2] * other[3] - both)
