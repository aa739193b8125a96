"""Why it kept this one: the pick of a group, its reasons in words, and what would flip it."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Final

from keepers.decide import clips
from keepers.decide.originality import Copy, Criterion, criteria, ordered, seen
from keepers.model import ContentId, Decision, Facts, Group, GroupKind, Look, Ref, Score
from keepers.reasons import Reason
from keepers.score.photo import Member, scores
from keepers.score.taste import Taste
from keepers.score.weights import Weights

#: Scores nearer than this are a tie.
TIE: Final = 0.02
MOST_REASONS: Final = 3
#: How much each part of originality counts in the shown score; the rank itself is decided part by part.
SHARES: Final[Mapping[str, float]] = {
    "original": 0.40,
    "pixels": 0.25,
    "metadata": 0.15,
    "compression": 0.10,
    "place": 0.10,
}
_TASTE: Final = Reason("taste")
#: From this rating on a photo of a burst stays beside the best one.
LIKED: Final = 4


def decide(
    group: Group,
    looks: Mapping[ContentId, Look],
    facts: Mapping[ContentId, Facts],
    weights: Weights,
    taste: Taste | None = None,
) -> Decision:
    """Pick the keepers of a group; the same for the same members, whatever their order.

    A series keeps its best photo, copies keep their original; frames of a bracket all stay. What somebody
    rated or edited stays too, unless the keeper has the same to show. A `taste` counts in series.
    """
    match group.kind:
        case GroupKind.BURST:
            return _series(_members(group, looks, facts), group, weights, taste)
        case GroupKind.BRACKET:
            return _bracket(group, looks, facts, weights)
        case GroupKind.SAME_BYTES | GroupKind.SAME_PIXELS | GroupKind.SAME_PICTURE | GroupKind.SAME_CLIP:
            return _copies(group, facts)


# ---------------------------------------------------------------- series


def _members(
    group: Group, looks: Mapping[ContentId, Look], facts: Mapping[ContentId, Facts]
) -> tuple[Member, ...]:
    return tuple(
        Member(bundle, looks.get(bundle.main.content), seen(bundle, facts).facts) for bundle in group.members
    )


def _series(members: Sequence[Member], group: Group, weights: Weights, taste: Taste | None) -> Decision:
    found = scores(members, weights)
    if taste is not None:
        found = _by_taste(found, taste)
    by_ref = {score.ref: member for score, member in zip(found, members, strict=True)}
    order = sorted(found, key=lambda score: (-score.value, score.ref))
    readable = [score for score in order if _readable(by_ref[score.ref])] or order
    level = [score for score in readable if score.value > readable[0].value - TIE]
    best = min(level, key=lambda score: _tie_key(by_ref[score.ref]))
    liked = {
        score.ref for score in found if score.ref != best.ref and _stays(by_ref[score.ref], by_ref[best.ref])
    }
    told = tuple(_told(score, best, len(level), by_ref, liked) for score in found)
    keep = tuple(score.ref for score in found if score.ref == best.ref or score.ref in liked)
    drop = tuple(score.ref for score in found if score.ref not in keep)
    rivals = [score for score in order if score.ref != best.ref]
    return Decision(group, keep, drop, told, _series_flip(best, rivals))


def _by_taste(found: Sequence[Score], taste: Taste) -> tuple[Score, ...]:
    """The scores with what a taste adds to each beyond what it adds to all; the one that wins by it says so."""
    shifts = [taste.shift(score.parts) for score in found if score.parts]
    mean = sum(shifts) / len(shifts) if shifts else 0.0
    moved = [
        replace(score, value=round(min(1.0, max(0.0, score.value + taste.shift(score.parts) - mean)), 4))
        if score.parts
        else score
        for score in found
    ]
    before, now = (max(one, key=lambda score: (score.value, score.ref)).ref for one in (found, moved))
    return tuple(
        replace(score, reasons=(_TASTE, *score.reasons)) if score.ref == now != before else score
        for score in moved
    )


def _readable(member: Member) -> bool:
    return member.look is not None and member.bundle.main.size > 0


def _tie_key(member: Member) -> tuple[float, float, int, int, Ref]:
    """Favourite, earliest, largest, path; never the order of arrival."""
    main = member.bundle.main
    rating = member.facts.stars if member.facts else 0
    taken = main.taken.at.timestamp() if main.taken else float("inf")
    return (-rating, taken, -main.width * main.height, -main.size, main.ref)


def _stays(member: Member, best: Member) -> bool:
    """Whether a photo that was not picked stays: somebody rated it more than the pick, or worked on it."""
    mine, its = Copy(member.bundle, member.facts), Copy(best.bundle, best.facts)
    return (mine.rating >= LIKED and mine.rating > its.rating) or (mine.edited and not its.edited)


def _told(score: Score, best: Score, level: int, members: Mapping[Ref, Member], liked: set[Ref]) -> Score:
    words = list(score.reasons)
    if score.ref == best.ref:
        if level > 1:
            words.insert(0, Reason("level", n=level - 1, tie=_tie_word(score.ref, members)))
    elif score.ref in liked:
        words.insert(0, Reason("stays-liked"))
    elif score.value > best.value - TIE:
        words.insert(0, Reason("as-good"))
    return replace(score, reasons=tuple(words[:MOST_REASONS]))


def _tie_word(ref: Ref, members: Mapping[Ref, Member]) -> Reason:
    facts, taken = members[ref].facts, members[ref].bundle.main.taken
    if facts and facts.stars > 0:
        return Reason("tie-rated" if facts.rating or facts.favourite else "tie-picked")
    return Reason("tie-earliest" if taken else "tie-path")


def _series_flip(best: Score, rivals: Sequence[Score]) -> str:
    if not rivals:
        return ""
    rival = rivals[0]
    name = _name(rival.ref)
    ahead = best.value - rival.value
    if ahead < TIE:
        return Reason("flip-level", name=name)
    shared = [part for part in best.parts if part in rival.parts]
    part = max(shared, key=lambda part: (best.parts[part] - rival.parts[part], part), default="")
    if part and best.parts[part] > rival.parts[part]:
        return Reason("flip-part", name=name, part=part, behind=round(ahead, 2))
    return Reason("flip-rating", name=name, behind=round(ahead, 2))


def _bracket(
    group: Group, looks: Mapping[ContentId, Look], facts: Mapping[ContentId, Facts], weights: Weights
) -> Decision:
    found = tuple(
        replace(score, reasons=(Reason("bracket"),))
        for score in scores(_members(group, looks, facts), weights)
    )
    keep = tuple(bundle.main.ref for bundle in group.members)
    return Decision(group, keep, (), found, Reason("flip-bracket"))


# ---------------------------------------------------------------- copies


def _copies(group: Group, facts: Mapping[ContentId, Facts]) -> Decision:
    copies = [seen(bundle, facts) for bundle in group.members]
    rules = _rules(copies, group.kind)
    order = ordered(copies, rules)
    best = order[0]
    told = {copy.bundle.main.ref: _told_parts(copy, order, rules, group.kind) for copy in order}
    values = _values(order, told)
    found: dict[Ref, Score] = {}
    for copy in order:
        ref = copy.bundle.main.ref
        reasons = _why(best, order, rules) if copy is best else _why_not(copy, best, rules, group.kind)
        found[ref] = Score(ref, values[ref], told[ref], reasons)
    keep = {best.bundle.main.ref} | {
        copy.bundle.main.ref for copy in order[1:] if _never_loses(copy, best, group.kind)
    }
    refs = [bundle.main.ref for bundle in group.members]
    return Decision(
        group,
        tuple(ref for ref in refs if ref in keep),
        tuple(ref for ref in refs if ref not in keep),
        tuple(found[ref] for ref in refs),
        _copies_flip(best, order, rules),
    )


def _rules(copies: Sequence[Copy], kind: GroupKind) -> tuple[Criterion, ...]:
    if kind is not GroupKind.SAME_CLIP:
        return criteria(copies, kind)
    # What is left to decide between clips of one quality is what decides between equal files.
    return (*clips.criteria(copies), *criteria(copies, GroupKind.SAME_BYTES)[1:])


def _never_loses(copy: Copy, best: Copy, kind: GroupKind) -> bool:
    """A rated photo loses to none that is rated less; an edited one to none with other pixels."""
    if kind is GroupKind.SAME_BYTES or not copy.readable:
        return False
    if kind is GroupKind.SAME_CLIP and clips.stays(copy, best):
        return True
    versions = {GroupKind.SAME_PICTURE, GroupKind.SAME_CLIP}
    return copy.rating > max(0, best.rating) or (kind in versions and copy.edited)


def _told_parts(
    copy: Copy, order: Sequence[Copy], rules: Sequence[Criterion], kind: GroupKind
) -> dict[str, float]:
    return clips.parts(copy, order) if kind is GroupKind.SAME_CLIP else _parts(copy, order, rules)


def _parts(copy: Copy, order: Sequence[Copy], rules: Sequence[Criterion]) -> dict[str, float]:
    """The named parts in 0-1: each in proportion to the best of the group."""
    source = next((rule for rule in rules if rule.name == "original"), None)
    largest = max(other.pixels for other in order)
    alike = [
        other for other in order if other.facts and copy.facts and other.facts.format == copy.facts.format
    ]
    densest = max((other.bytes_per_pixel() for other in alike), default=0.0)
    parts = {
        "pixels": _share(copy.pixels, largest),
        "metadata": copy.metadata / 5,
        "compression": _share(copy.bytes_per_pixel(), densest),
        "place": max(0.0, 1 - copy.second_hand / 3),
    }
    if source is not None:
        parts["original"] = 1 + source.value(copy) / 6
    return {name: round(value, 4) for name, value in parts.items()}


def _share(value: float, best: float) -> float:
    return value / best if best > 0 else 1.0


def _values(order: Sequence[Copy], told: Mapping[Ref, Mapping[str, float]]) -> dict[Ref, float]:
    """One number for each copy that falls with the rank."""
    found: dict[Ref, float] = {}
    least = 1.0
    for copy in order:
        parts = told[copy.bundle.main.ref]
        shares = clips.SHARES if "sound" in parts else SHARES
        total = sum(shares[name] for name in parts)
        value = sum(shares[name] * part for name, part in parts.items()) / total if copy.readable else 0.0
        least = max(0.0, min(least, value))
        found[copy.bundle.main.ref] = round(least, 4)
        least -= 0.001
    return found


def _why(best: Copy, order: Sequence[Copy], rules: Sequence[Criterion]) -> tuple[str, ...]:
    """What sets the pick apart from some other copy."""
    words = [
        rule.better(best)
        for rule in rules
        if rule.name != "readable" and any(rule.value(best) > rule.value(other) for other in order[1:])
    ]
    return tuple(dict.fromkeys(words))[:MOST_REASONS] or (Reason("path-decides"),)


def _why_not(copy: Copy, best: Copy, rules: Sequence[Criterion], kind: GroupKind) -> tuple[str, ...]:
    words: list[str] = []
    if _never_loses(copy, best, kind):
        words.append(_stays_word(copy, best, kind))
    words += [rule.worse(copy) for rule in rules if rule.value(copy) < rule.value(best)]
    return tuple(dict.fromkeys(words))[:MOST_REASONS] or (Reason("path-decided"),)


def _stays_word(copy: Copy, best: Copy, kind: GroupKind) -> str:
    said = clips.stays(copy, best) if kind is GroupKind.SAME_CLIP else ""
    if said:
        return said
    return Reason("stays-edited") if copy.edited else Reason("stays-rated", rating=copy.rating)


def _copies_flip(best: Copy, order: Sequence[Copy], rules: Sequence[Criterion]) -> str:
    """The first thing in which the pick is ahead of the runner-up."""
    if len(order) < 2:
        return ""
    rival = order[1]
    name = _name(rival.bundle.main.ref)
    for rule in rules:
        if rule.value(best) != rule.value(rival):
            return Reason("flip-copy", name=name, better=rule.better(best))
    return Reason("flip-path", name=name)


def _name(ref: Ref) -> str:
    return ref.key.rsplit("/", 1)[-1]
