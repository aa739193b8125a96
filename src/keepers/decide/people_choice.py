"""Whose folder a photo belongs into, by the faces that a server found in it, and why into none."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from keepers.model import Kind
from keepers.people import Person, Seen


class Several(StrEnum):
    """What becomes of a photo of several people."""

    SKIP = "skip"
    FIRST = "first"
    EACH = "each"
    TOGETHER = "together"


@dataclass(frozen=True, slots=True)
class Rules:
    """Which photos are sorted. `excluded` are names and ids of people who count as nobody known."""

    several: Several = Several.SKIP
    min_faces: int = 1
    excluded: frozenset[str] = frozenset()
    videos: bool = False

    def is_excluded(self, person: Person) -> bool:
        """Whether somebody is left out, by id or by name in any case."""
        return person.id in self.excluded or person.name.casefold() in self.excluded


@dataclass(frozen=True, slots=True)
class Choice:
    """Whose folder a photo belongs into, the one with the largest face first; nobody's, and then why.

    `faces` counts the faces of all people with a name who are not left out.
    """

    people: tuple[Person, ...]
    faces: int
    reason: str = ""
    message: str = ""
    together: bool = False


def known_people(people: Mapping[str, Person], rules: Rules) -> dict[str, Person]:
    """Those by whom photos are sorted: with a name, not hidden, not left out."""
    return {
        key: one
        for key, one in people.items()
        if one.name.strip() and not one.hidden and not rules.is_excluded(one)
    }


def choice(seen: Seen, known: Mapping[str, Person], rules: Rules) -> Choice:
    """Whose folder an asset belongs into; `known` as `known_people` gives them."""
    if seen.asset.kind is not Kind.PHOTO and not rules.videos:
        return Choice((), 0, "not-an-image", "Not an image file")
    sizes: dict[str, float] = {}
    faces = [face for face in seen.faces if face.person in known]
    for face in faces:
        sizes[face.person] = max(sizes.get(face.person, 0.0), face.box[2] * face.box[3])
    # The largest face first; the ids make it the same each time.
    found = tuple(known[key] for key in sorted(sizes, key=lambda key: (-sizes[key], key)))
    count = len(faces)
    if not found:
        return Choice((), 0, "no-faces", "No identified faces found")
    if count < rules.min_faces:
        words = f"Fewer faces ({count}) than are wanted ({rules.min_faces})"
        return Choice((), count, "too-few-faces", words)
    if len(found) == 1:
        return Choice(found, count)
    match rules.several:
        case Several.SKIP:
            words = f"Multiple people found ({len(found)}), and photos of several are skipped"
            return Choice((), count, "several-people", words)
        case Several.FIRST:
            return Choice(found[:1], count)
        case Several.EACH:
            return Choice(found, count)
        case Several.TOGETHER:
            return Choice(found, count, together=True)
