"""Drawn faces as mending is told of them."""

from keepers.create.faces_swap import Cut
from keepers.model import Face
from keepers.score.traced import Traced
from tests.create.facing import Person, points

HERE = Person(240, 180)


def traced(person=HERE, **given):
    """What is measured of a drawn face, and its points; both as they are given."""
    presence, sign = given.pop("presence", 0.99), given.pop("sign", None)
    eyes = given.pop("eyes_open", 1.0 if person.eyes_open else 0.1)
    face = Face(
        person.box,
        0.9,
        eyes_open=eyes,
        smile=0.5,
        sharpness=given.pop("sharpness", 0.5),
        yaw=given.pop("yaw", 0.0),
    )
    return Traced(face, points(person), presence, sign)


def cut(pixels, person):
    """A whole scene as what is cut out around a face."""
    return Cut(pixels, 0, 0, traced(person))
