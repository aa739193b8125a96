"""Scores the photos of a series against each other, with named parts and reasons in words."""

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import Final

from keepers.model import Bundle, Facts, Kind, Look, Score
from keepers.reasons import Reason
from keepers.score.faces import FaceScore, Person, as_sharp, face_scores, main_people, people
from keepers.score.weights import Weights

#: How the faces of a photo are summed: their weighted mean, and the worst of the main people.
MEAN, WORST = 0.6, 0.4
#: Parts of a photo without faces.
SHARP, EXPOSED, LARGE = 0.65, 0.25, 0.10
#: Parts of technical quality beside faces.
TECH_SHARP: Final = 0.7
#: Frames whose lost pixels differ by less than this share have lost as many.
AS_CLEAR: Final = 0.01
#: A part this far behind the best of the group is worth a word.
BEHIND: Final = 0.15
MOST_REASONS: Final = 3


@dataclass(frozen=True, slots=True)
class Member:
    """A photo of a group with what is known of it; without a look it could not be judged."""

    bundle: Bundle
    look: Look | None
    facts: Facts | None


def scores(members: Sequence[Member], weights: Weights) -> tuple[Score, ...]:
    """Score each member in 0-1 against the others; the order of the members changes nothing but the order."""
    order = sorted(range(len(members)), key=lambda index: _when(members[index]))
    ordered = [members[index] for index in order]
    found = _scored(ordered, weights)
    by_place = dict(zip(order, found, strict=True))
    return tuple(by_place[index] for index in range(len(members)))


def _when(member: Member) -> tuple[float, str]:
    taken = member.bundle.main.taken
    return (taken.at.timestamp() if taken else float("inf"), member.bundle.main.ref.key)


def _scored(members: Sequence[Member], weights: Weights) -> list[Score]:
    everyone = people([member.look.faces if member.look else () for member in members])
    each = {person: face_scores(person, weights) for person in everyone}
    plain = _plain(members)
    found: list[Score] = []
    for number, member in enumerate(members):
        if member.look is None:
            film = member.bundle.main.kind is Kind.VIDEO
            why = Reason("unjudged-film" if film else "unjudged")
            found.append(Score(member.bundle.main.ref, 0.0, {}, (why,)))
            continue
        parts = dict(plain[number])
        if everyone:
            parts |= _face_parts(everyone, each, number)
            parts["composition"] = member.look.composition
        value = _value(parts, weights, with_faces=bool(everyone)) + _rating(member, weights)
        found.append(Score(member.bundle.main.ref, round(min(1.0, max(0.0, value)), 4), parts))
    return [
        score
        if score.reasons
        else Score(score.ref, score.value, score.parts, _reasons(number, found, everyone, each))
        for number, score in enumerate(found)
    ]


def _plain(members: Sequence[Member]) -> list[dict[str, float]]:
    """Sharpness, exposure and resolution, each in proportion to the best of the group."""
    looks = [member.look for member in members]
    sharpest = max((look.sharpness for look in looks if look), default=0.0)
    largest = max((_pixels(member) for member in members), default=0)
    return [
        {
            "sharpness": round(as_sharp(look.sharpness if look else 0.0, sharpest), 4),
            "exposure": exposure,
            "resolution": _share(_pixels(member), largest),
        }
        for member, look, exposure in zip(members, looks, _exposures(looks), strict=True)
    ]


def _exposures(looks: Sequence[Look | None]) -> list[float]:
    """Share of pixels that are not lost, less where the contrast is: a dark frame loses no pixels and is flat.

    Contrast that another frame won by losing pixels is no merit, so only those that lost no more count.
    """
    by_loss = sorted((look.clipped, look.contrast) for look in looks if look)
    lost = [clipped for clipped, _ in by_loss]
    strongest = list(accumulate((contrast for _, contrast in by_loss), max))
    clearest = 1 - lost[0] if lost else 0.0
    return [
        round(
            _share(1 - look.clipped, clearest)
            * as_sharp(look.contrast, strongest[bisect_right(lost, look.clipped + AS_CLEAR) - 1]),
            4,
        )
        if look
        else 0.0
        for look in looks
    ]


def _face_parts(
    everyone: Sequence[Person], each: dict[Person, tuple[FaceScore, ...]], number: int
) -> dict[str, float]:
    total = sum(person.weight for person in everyone)
    marks = [(person.weight / total, each[person][number]) for person in everyone]
    return {
        "faces": round(sum(share * mark.value for share, mark in marks), 4),
        "worst face": round(min(each[person][number].value for person in main_people(everyone)), 4),
        "eyes": round(sum(share * mark.eyes for share, mark in marks), 4),
        "expression": round(sum(share * mark.smile for share, mark in marks), 4),
        "face sharpness": round(sum(share * mark.sharpness for share, mark in marks), 4),
    }


def _value(parts: dict[str, float], weights: Weights, *, with_faces: bool) -> float:
    if not with_faces:
        return SHARP * parts["sharpness"] + EXPOSED * parts["exposure"] + LARGE * parts["resolution"]
    tech = TECH_SHARP * parts["sharpness"] + (1 - TECH_SHARP) * parts["exposure"]
    return (
        weights.faces * (MEAN * parts["faces"] + WORST * parts["worst face"])
        + weights.technical * tech
        + weights.composition * parts["composition"]
    )


def _rating(member: Member, weights: Weights) -> float:
    rating = member.facts.stars if member.facts else 0
    return weights.rating * (rating - 3) if rating > 3 else -4 * weights.rating if rating < 0 else 0.0


def _reasons(
    number: int, found: Sequence[Score], everyone: Sequence[Person], each: dict[Person, tuple[FaceScore, ...]]
) -> tuple[str, ...]:
    """At most three: what is best about a photo, or what puts it behind."""
    mine = found[number].parts
    words: list[Reason] = []
    if everyone:
        words += _face_words(number, everyone, each)
    for name, best, worse in (
        ("face sharpness", "sharpest-faces", "faces-less-sharp"),
        ("sharpness", "sharpest", "less-sharp"),
        ("expression", "best-expression", "less-happy"),
        ("exposure", "", "less-exposed"),
        ("resolution", "", "fewer-pixels-than"),
    ):
        others = [score.parts[name] for score in found if name in score.parts]
        if name not in mine or max(others) - min(others) < 0.02:
            continue
        if mine[name] >= max(others) and best:
            words.append(Reason(best))
        elif mine[name] < max(others) - BEHIND:
            words.append(Reason(worse, mine=round(mine[name], 2), best=round(max(others), 2)))
    codes = [word.code for word in words]
    if "sharpest-faces" in codes and "sharpest" in codes:
        del words[codes.index("sharpest")]
    if not words:
        words = [Reason("alone" if len(found) == 1 else "no-difference")]
    return tuple(words[:MOST_REASONS])


def _face_words(
    number: int, everyone: Sequence[Person], each: dict[Person, tuple[FaceScore, ...]]
) -> list[Reason]:
    here = [(person.faces[number], each[person][number]) for person in everyone]
    missing = sum(face is None for face, _ in here)
    known = [mark for face, mark in here if face is not None and face.eyes_open is not None]
    closed = sum(mark.closed for mark in known)
    words: list[Reason] = []
    if known:
        words.append(Reason("eyes-open", open=len(known) - closed, all=len(known)))
    elif missing < len(here):
        words.append(Reason("eyes-unknown"))
    if missing:
        words.append(Reason("people-missing", missing=missing, all=len(here)))
    return words


def _pixels(member: Member) -> int:
    main = member.bundle.main
    if main.width and main.height:
        return main.width * main.height
    return member.facts.width * member.facts.height if member.facts else 0


def _share(value: float, best: float) -> float:
    return round(value / best, 4) if best > 0 else 1.0
