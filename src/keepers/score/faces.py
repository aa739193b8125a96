"""Scores faces, each against the same person's other frames of the group; unknown counts as the middle."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from keepers.model import Face
from keepers.score.sharpness import of_scale
from keepers.score.weights import Weights

UNKNOWN: Final = 0.5
#: A person whose eyes are narrow by nature or by laughing is measured by the widest of the frames.
WIDE, NARROWEST, SHUT = 0.75, 0.40, 0.5
SAME_SHARP: Final = 0.85
#: Two faces are one person's when they are nearer than this, in sides of the face, and of like size.
NEAR, LIKE_SIZE = 1.0, 2.0
#: A face at least this much of the largest one's area belongs to the main people.
MAIN: Final = 0.25
#: A person is missed where at least this share of the frames show her.
USUAL: Final = 0.5


@dataclass(frozen=True, slots=True)
class Person:
    """One person of a series: her face in each frame, None where she was not found."""

    faces: tuple[Face | None, ...]

    @property
    def seen(self) -> tuple[Face, ...]:
        """Her faces."""
        return tuple(face for face in self.faces if face is not None)

    @property
    def weight(self) -> float:
        """How much she counts: by the side of her face, more near the middle; the same in every frame."""
        each = [math.sqrt(face.box[2] * face.box[3]) * (1 + _centrality(face)) for face in self.seen]
        return sum(each) / len(each)

    @property
    def area(self) -> float:
        """Mean area of her faces."""
        return sum(face.box[2] * face.box[3] for face in self.seen) / len(self.seen)


@dataclass(frozen=True, slots=True)
class FaceScore:
    """The parts of one face's score and their weighted sum, all in 0-1."""

    value: float
    eyes: float
    smile: float
    sharpness: float
    frontality: float
    light: float
    closed: bool = False


MISSING: Final = FaceScore(0.0, 0.0, 0.0, 0.0, 0.0, 0.0)


def people(frames: Sequence[Sequence[Face]]) -> tuple[Person, ...]:
    """Follow each person through the frames, given in the order of time, by place and size of the face.

    People who are in fewer than half of the frames are passers-by and left out, unless none would remain.
    """
    tracks: list[list[Face | None]] = []
    for number, faces in enumerate(frames):
        free = list(range(len(faces)))
        for track in tracks:
            last = next(face for face in reversed(track) if face is not None)
            match = min(free, key=lambda index: (_distance(last, faces[index]), index), default=None)
            if match is not None and _distance(last, faces[match]) <= NEAR:
                free.remove(match)
                track.append(faces[match])
            else:
                track.append(None)
        tracks.extend([*[None] * number, faces[index]] for index in free)
    found = [Person(tuple(track)) for track in tracks]
    usual = [person for person in found if len(person.seen) >= USUAL * len(frames)]
    return tuple(usual or found)


def main_people(everyone: Sequence[Person]) -> tuple[Person, ...]:
    """Those whose faces are not much smaller than the largest."""
    largest = max((person.area for person in everyone), default=0.0)
    return tuple(person for person in everyone if person.area >= MAIN * largest)


def face_scores(person: Person, weights: Weights) -> tuple[FaceScore, ...]:
    """Score a person's face in each frame; a missing one has nothing."""
    best_sharp = max(of_scale(face.sharpness or 0.0) for face in person.seen)
    best_open = max((face.eyes_open for face in person.seen if face.eyes_open is not None), default=WIDE)
    return tuple(
        MISSING if face is None else _score(face, best_sharp, best_open, weights) for face in person.faces
    )


def _score(face: Face, best_sharp: float, best_open: float, weights: Weights) -> FaceScore:
    eyes, closed = _eyes(face, best_open)
    smile = _expression(face)
    sharp = UNKNOWN
    if face.sharpness is not None:
        sharp = as_sharp(of_scale(face.sharpness), best_sharp)
    frontality = UNKNOWN if face.yaw is None else math.exp(-((face.yaw / 0.45) ** 2))
    light = UNKNOWN if face.light is None else face.light
    value = (
        weights.eyes * eyes
        + weights.smile * smile
        + weights.face_sharpness * sharp
        + weights.frontality * frontality
        + weights.light * light
    )
    return FaceScore(value, eyes, smile, sharp, frontality, light, closed)


def as_sharp(value: float, best: float) -> float:
    """Sharpness against the best: what differs by less than a sixth differs in texture, not in blur."""
    return min(1.0, value / (best * SAME_SHARP)) if best > 0 else 1.0


def _expression(face: Face) -> float:
    """From a grimace (0) over a calm face (a half) to a smile (1)."""
    if face.smile is None:
        return UNKNOWN
    grimace = face.grimace or 0.0
    # A smile that is part of a grimace, such as a tongue put out, is none.
    return UNKNOWN + face.smile * (1 - grimace) / 2 - grimace / 2


def _eyes(face: Face, best_open: float) -> tuple[float, bool]:
    if face.eyes_open is None or face.eye_min is None:
        return UNKNOWN * (0.6 + 0.4 * UNKNOWN), False
    widen = max(1.0, WIDE / max(best_open, NARROWEST))
    both, narrower = min(1.0, face.eyes_open * widen), min(1.0, face.eye_min * widen)
    eyes = _soft((both - 0.45) / 0.07) * (0.6 + 0.4 * _soft((narrower - 0.42) / 0.08))
    return eyes, both < SHUT


def _soft(value: float) -> float:
    return 1 / (1 + math.exp(-max(-60.0, min(60.0, value))))


def _distance(one: Face, other: Face) -> float:
    """Between the middles, in sides of the larger face; infinite for faces of unlike size."""
    sides = [math.sqrt(face.box[2] * face.box[3]) or 1e-6 for face in (one, other)]
    if max(sides) > LIKE_SIZE * min(sides):
        return math.inf
    (x0, y0), (x1, y1) = _middle(one), _middle(other)
    return math.hypot(x0 - x1, y0 - y1) / max(sides)


def _middle(face: Face) -> tuple[float, float]:
    x, y, width, height = face.box
    return x + width / 2, y + height / 2


def _centrality(face: Face) -> float:
    x, y = _middle(face)
    return max(0.0, 1 - math.hypot(2 * x - 1, 2 * y - 1) / math.sqrt(2))
