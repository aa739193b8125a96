"""Whose folder a photo belongs into."""

import pytest

from keepers.decide.people_choice import Rules, Several, choice, known_people
from keepers.model import Kind
from keepers.people import Person, PersonFace, Pictured, Seen

PEOPLE = {
    "a": Person("a", "Anna"),
    "b": Person("b", "Ben"),
    "h": Person("h", "Hidden", hidden=True),
    "u": Person("u", ""),
}


def seen(*faces: tuple[str, float], kind: Kind = Kind.PHOTO) -> Seen:
    boxes = (
        PersonFace(str(n), "1", person, (0.0, 0.0, side, side)) for n, (person, side) in enumerate(faces)
    )
    return Seen(Pictured("1", "/photos/1.jpg", "1.jpg", kind), tuple(boxes))


def chosen(one: Seen, rules: Rules) -> tuple[list[str], int, str]:
    found = choice(one, known_people(PEOPLE, rules), rules)
    return [person.name for person in found.people], found.faces, found.reason


TWO = seen(("a", 0.1), ("b", 0.3))


@pytest.mark.parametrize(
    ("one", "rules", "expected"),
    [
        (seen(("a", 0.1)), Rules(), (["Anna"], 1, "")),
        (seen(("a", 0.1), ("u", 0.4), ("", 0.2)), Rules(), (["Anna"], 1, "")),
        (seen(("a", 0.1), ("a", 0.2)), Rules(), (["Anna"], 2, "")),
        (seen(("u", 0.1), ("", 0.2), ("h", 0.3)), Rules(), ([], 0, "no-faces")),
        (seen(), Rules(), ([], 0, "no-faces")),
        (TWO, Rules(), ([], 2, "several-people")),
        (TWO, Rules(Several.FIRST), (["Ben"], 2, "")),
        (TWO, Rules(Several.EACH), (["Ben", "Anna"], 2, "")),
        (TWO, Rules(Several.TOGETHER), (["Ben", "Anna"], 2, "")),
        (seen(("b", 0.2), ("a", 0.2)), Rules(Several.FIRST), (["Anna"], 2, "")),
        (TWO, Rules(excluded=frozenset({"ben"})), (["Anna"], 1, "")),
        (TWO, Rules(excluded=frozenset({"a"})), (["Ben"], 1, "")),
        (TWO, Rules(excluded=frozenset({"anna", "ben"})), ([], 0, "no-faces")),
        (seen(("a", 0.1)), Rules(min_faces=2), ([], 1, "too-few-faces")),
        (TWO, Rules(Several.EACH, min_faces=2), (["Ben", "Anna"], 2, "")),
        (seen(("a", 0.1), kind=Kind.VIDEO), Rules(), ([], 0, "not-an-image")),
        (seen(("a", 0.1), kind=Kind.VIDEO), Rules(videos=True), (["Anna"], 1, "")),
    ],
)
def test_faces_decide(one, rules, expected):
    assert chosen(one, rules) == expected


def test_a_photo_of_several_is_of_them_together_only_where_that_is_wanted():
    rules = Rules(Several.TOGETHER)
    known = known_people(PEOPLE, rules)
    assert choice(TWO, known, rules).together
    assert not choice(seen(("a", 0.1)), known, rules).together
    assert not choice(TWO, known, Rules(Several.EACH)).together
