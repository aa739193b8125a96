"""Drawn faces: where their 478 points lie, eyes open or closed, in a scene; and a face back end that finds them.

The back end reads pixels alone, so it judges what was written as it judges what was drawn.
"""

from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import numpy.typing as npt

from keepers.create import faces_fit
from keepers.create.vision import CV
from keepers.detect.backend import Box, Picture
from keepers.model import Face
from keepers.score.traced import POINTS

Pixels = npt.NDArray[np.uint8]
Points = npt.NDArray[np.float64]

SKIN, WHITE, IRIS, LASH, LIPS = (214, 160, 128), (238, 236, 232), (40, 56, 150), (70, 40, 34), (186, 62, 74)
SCARF = (206, 204, 190)
SHAPE = (360, 480)
#: The iris is found by its blue.
_BLUE = 40


@dataclass(frozen=True)
class Person:
    """A face: its middle and its half height in pixels, how far it is turned (radians), whether the eyes are open, the hair."""

    x: float
    y: float
    size: float = 70.0
    turn: float = 0.0
    eyes_open: bool = True
    hair: tuple[int, int, int] = (58, 44, 34)

    @property
    def box(self) -> tuple[float, float, float, float]:
        """The face as fractions of a scene."""
        height, width = SHAPE
        half = 0.8 * self.size
        return (
            (self.x - half) / width,
            (self.y - self.size) / height,
            2 * half / width,
            2 * self.size / height,
        )


def points(person: Person, *, eyes_open: bool | None = None) -> Points:
    """The points of a face; those that nothing reads lie in its middle."""
    laid = np.zeros((POINTS, 2))
    angles = np.linspace(0, 2 * np.pi, len(faces_fit.OVAL), endpoint=False)
    laid[list(faces_fit.OVAL)] = np.stack([0.8 * np.sin(angles), -np.cos(angles)], axis=1)
    laid[[168, 6, 197, 195, 5, 4, 1]] = [(0, y) for y in (-0.22, -0.15, -0.06, 0.02, 0.1, 0.16, 0.2)]
    laid[[98, 327, 2, 151, 9]] = [(-0.14, 0.22), (0.14, 0.22), (0, 0.27), (0, -0.7), (0, -0.5)]
    wide_open = person.eyes_open if eyes_open is None else eyes_open
    apart = 0.07 if wide_open else 0.01
    for side, outline in zip((-1, 1), faces_fit.EYES, strict=True):
        around = np.linspace(0, 2 * np.pi, len(outline), endpoint=False)
        # From the outer corner along the lower lid to the inner one, and back along the upper lid.
        laid[list(outline)] = np.stack(
            [side * (0.33 + 0.16 * np.cos(around)), -0.18 + apart * np.sin(around)], axis=1
        )
    mouth = np.linspace(0, 2 * np.pi, len(faces_fit.LIPS), endpoint=False)
    laid[list(faces_fit.LIPS)] = np.stack([-0.3 * np.cos(mouth), 0.5 + 0.08 * np.sin(mouth)], axis=1)
    brows = (70, 63, 105, 66, 107, 336, 296, 334, 293, 300)
    laid[list(brows)] = [(x, -0.42) for x in np.linspace(-0.55, 0.55, len(brows))]
    under = (340, 346, 347, 348, 349, 350, 121, 120, 119, 118, 117, 111)
    laid[list(under)] = [(x, 0.08) for x in np.linspace(0.55, -0.55, len(under))]
    laid[[383, 372, 143, 156]] = [(0.6, -0.25), (0.6, -0.1), (-0.6, -0.1), (-0.6, -0.25)]
    cos, sin = np.cos(person.turn), np.sin(person.turn)
    turned: Points = laid @ np.array([[cos, sin], [-sin, cos]]) * person.size + (person.x, person.y)
    return turned


def scene(*people: Person, seed: int = 3, light: float = 1.0) -> Pixels:
    """A scene with these people before a wall of patches; the same seed is the same wall."""
    random = np.random.default_rng(seed)
    height, width = SHAPE
    coarse = random.uniform(60, 150, (height // 24, width // 24, 1)) * (1, 1, 0.95)
    wall = CV.resize(coarse.astype(np.float32), (width, height), interpolation=CV.INTER_NEAREST)
    for person in people:
        _draw_around(wall, person)
    for person in people:
        _draw(wall, person)
    grain = np.random.default_rng(seed + 1).normal(0, 2.0, SHAPE)[:, :, None]
    shown: Pixels = np.clip(CV.GaussianBlur(wall, (0, 0), 0.8) * light + grain, 0, 255).astype(np.uint8)
    return shown


def _draw_around(picture: npt.NDArray[np.float32], person: Person) -> None:
    """Dark hair above and beside the face, a light scarf below it."""
    laid = points(person)
    middle = np.array([person.x, person.y])
    around = middle + (laid[list(faces_fit.OVAL)] - middle) * 1.6
    _fill(picture, around, person.hair)
    # From the one cheek below the chin to the other.
    _fill(picture, around[len(around) // 3 : -(len(around) // 3) + 1], SCARF)


def _draw(picture: npt.NDArray[np.float32], person: Person) -> None:
    laid = points(person)
    _fill(picture, laid[list(faces_fit.OVAL)], SKIN)
    _fill(picture, laid[list(faces_fit.LIPS)], LIPS)
    thick = max(1, round(person.size / 24))
    for outline in faces_fit.EYES:
        eye = laid[list(outline)]
        if person.eyes_open:
            _fill(picture, eye, WHITE)
            middle = tuple(int(value) for value in eye.mean(axis=0))
            CV.circle(picture, middle, max(2, round(person.size * 0.065)), IRIS, -1)
        CV.polylines(picture, [np.round(eye).astype(np.int32)], True, LASH, thick)
    for brow in ((70, 63, 105, 66, 107), (336, 296, 334, 293, 300)):
        CV.polylines(picture, [np.round(laid[list(brow)]).astype(np.int32)], False, LASH, 2 * thick)
    nose = laid[[4, 98, 2, 327]]
    CV.polylines(picture, [np.round(nose).astype(np.int32)], False, (170, 112, 90), thick)


def _fill(picture: npt.NDArray[np.float32], outline: Points, colour: tuple[int, int, int]) -> None:
    CV.fillPoly(picture, [np.round(outline).astype(np.int32)], colour)


class DrawnFaces:
    """A face back end for drawn faces: skin by its colour, open eyes by the blue of an iris."""

    method = "drawn-1"

    def detect(self, picture: Picture) -> tuple[Box, ...]:
        """Each patch of skin that is large enough."""
        height, width = picture.shape[:2]
        found = CV.connectedComponentsWithStats(
            CV.morphologyEx(_skin(picture), CV.MORPH_CLOSE, np.ones((25, 25)))
        )
        boxes = [
            Box(x / width, y / height, wide / width, high / height)
            for x, y, wide, high, area in found[2][1:].tolist()
            if area > 900 and wide > 30
        ]
        return tuple(sorted(boxes, key=lambda box: box.x))

    def analyse(self, picture: Picture, boxes: tuple[Box, ...], full_width: int) -> tuple[Face, ...]:
        """How open the eyes are: the share of an iris that is to be seen."""
        return tuple(self._face(picture, box) for box in boxes)

    def trace(self, picture: Picture, boxes: tuple[Box, ...]) -> tuple[tuple[Points, float], ...]:
        """The points of a drawn face, upright, in its box."""
        return tuple((points(_person(picture, box)), 0.99) for box in boxes)

    def _face(self, picture: Picture, box: Box) -> Face:
        return Face(
            (box.x, box.y, box.width, box.height), 0.9, eyes_open=_openness(picture, box), eye_min=_openness(picture, box),
            smile=0.5, sharpness=0.5, yaw=0.0, roll=0.0, light=0.8,
            known=frozenset({"eyes", "smile", "sharpness", "light", "yaw", "roll"}), grimace=0.0,
        )  # fmt: skip


def build(_: str) -> DrawnFaces:
    """What the entry point names."""
    return DrawnFaces()


def installed(folder: Path) -> Path:
    """A folder for `sys.path` that has a package with the back end `drawn` in it, as installing it would make."""
    about = folder / "drawnfaces-1.dist-info"
    about.mkdir(parents=True)
    (about / "METADATA").write_text("Metadata-Version: 2.1\nName: drawnfaces\nVersion: 1\n")
    (about / "entry_points.txt").write_text("[keepers.face_backends]\ndrawn = tests.create.facing:build\n")
    return folder


def shut(person: Person) -> Person:
    """The same person blinking."""
    return replace(person, eyes_open=False)


def _skin(picture: Picture) -> npt.NDArray[np.uint8]:
    red, green, blue = (picture[:, :, channel].astype(np.int16) for channel in range(3))
    return ((red - blue > 55) & (red - green > 30) & (green - blue > 8)).astype(np.uint8)


def _person(picture: Picture, box: Box) -> Person:
    height, width = picture.shape[:2]
    middle_x, middle_y = (box.x + box.width / 2) * width, (box.y + box.height / 2) * height
    return Person(middle_x, middle_y, box.height * height / 2, 0.0, _openness(picture, box) > 0.5)


def _openness(picture: Picture, box: Box) -> float:
    height, width = picture.shape[:2]
    rows = slice(max(0, int(box.y * height)), int((box.y + box.height) * height) + 1)
    columns = slice(max(0, int(box.x * width)), int((box.x + box.width) * width) + 1)
    part = picture[rows, columns].astype(np.int16)
    iris = (part[:, :, 2] - part[:, :, 0] > _BLUE).sum()
    size = box.height * height / 2
    return float(min(1.0, iris / (2 * np.pi * (0.05 * size) ** 2)))
