"""What tags, albums, favourites, stacks and archive of a server are to be: pure, as fields that are set."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Final

from keepers.actions import Plan, SetField
from keepers.model import GroupKind, PlaceId, Ref
from keepers.plan.immich_groups import Served, album_name

YES: Final = "yes"
_GONE: Final = "it is gone from the server, or lies in its trash"
_STACKED: Final = frozenset({GroupKind.BURST, GroupKind.BRACKET})

#: Reads fields as they are now, in order; `before` and `after` of what is asked do not matter.
Values = Callable[[Sequence[SetField]], Sequence[str | None]]
#: What Keepers has set before and not taken back, by thing and field.
Ours = Mapping[tuple[Ref, str], SetField]
_NOTHING: Final[Ours] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Stays:
    """Something that is left as it is, and why."""

    ref: Ref
    why: str


@dataclass(frozen=True, slots=True)
class Wanted:
    """Fields to be set, each where it is now as `before` says; the others are left as they are."""

    title: str
    actions: tuple[SetField, ...]
    stays: tuple[Stays, ...] = ()


def plan(wanted: Wanted, now: Sequence[str | None], ours: Ours = _NOTHING) -> tuple[Plan, tuple[Stays, ...]]:
    """The plan, once it is known how the fields are now, and what is left as it is.

    What Keepers wrote itself is nobody else's word: it stays, and need not be told.
    """
    actions: list[SetField] = []
    stays = list(wanted.stays)
    for action, value in zip(wanted.actions, now, strict=True):
        if value == action.before:
            actions.append(action)
        elif value != action.after and action.after is not None and not _is_our_word(action, value, ours):
            why = f"its {action.name} is {value} already" if value else _GONE
            stays.append(Stays(action.ref, why))
    return Plan(wanted.title, tuple(actions)), tuple(stays)


def _is_our_word(action: SetField, value: str | None, ours: Ours) -> bool:
    said = ours.get((action.ref, action.name))
    return action.name == "description" and said is not None and said.after == value


def asked(ref: Ref, name: str) -> SetField:
    """A question about a field."""
    return SetField(ref, name, None, None)


def tags(groups: Sequence[Served], place: PlaceId, prefix: str, ours: Ours) -> Wanted:
    """Below `prefix`: one tag a group, `best` and `non-best`; tags that Keepers gave earlier and that no longer hold go."""
    given: dict[tuple[Ref, str], SetField] = {}

    def give(ref: Ref, name: str, because: str) -> None:
        given[ref, f"tag:{prefix}/{name}"] = SetField(ref, f"tag:{prefix}/{name}", None, YES, because)

    for group in groups:
        for ref in group.members:
            give(ref, f"group-{group.number:04d}", f"is in group {group.number} ({group.kind})")
    for group in groups:
        for ref in group.keep:
            give(ref, "best", group.reason or "is kept")
        for ref in group.drop:
            give(ref, "non-best", f"another photo of group {group.number} is kept")
    members = {ref for group in groups for ref in group.members}
    stale = tuple(
        replace(old, before=YES, after=None, because="does not hold any more", unit="")
        for (ref, name), old in ours.items()
        if ref in members and name.startswith(f"tag:{prefix}/") and (ref, name) not in given
    )
    made = _made(place, "tag", _with_parents({name.removeprefix("tag:") for _, name in given}))
    return Wanted(_title("tag", groups), (*made, *stale, *given.values()))


def _with_parents(names: Iterable[str]) -> list[str]:
    """Every tag with those above it, those first."""
    found: set[str] = set()
    for name in names:
        parts = name.split("/")
        found |= {"/".join(parts[: depth + 1]) for depth in range(len(parts))}
    return sorted(found, key=lambda name: (name.count("/"), name))


def _made(place: PlaceId, what: str, names: Iterable[str]) -> tuple[SetField, ...]:
    return tuple(
        SetField(Ref(place, f"{what}/{name}"), "there", None, YES, f"the {what} is to be there")
        for name in names
    )


def albums(
    groups: Sequence[Served], place: PlaceId, prefix: str, shared: Sequence[tuple[str, str]], ours: Ours
) -> Wanted:
    """One album a group, shared with users by id and role; an album of the name is used, one of ours keeps its name."""
    named = {group.number: _kept_name(group, prefix, ours) for group in groups}
    made = _made(place, "album", sorted(set(named.values())))
    filled = (
        SetField(ref, f"album:{named[group.number]}", None, YES, f"is in group {group.number} ({group.kind})")
        for group in groups
        for ref in group.members
    )
    sharing = (
        SetField(Ref(place, f"album/{name}"), f"shared:{user}", None, role, "is to be shared")
        for name in sorted(set(named.values()))
        for user, role in shared
    )
    return Wanted(_title("album", groups), (*made, *filled, *sharing))


def _kept_name(group: Served, prefix: str, ours: Ours) -> str:
    """The name of the album of a group; people who were named since do not make it another one."""
    wanted, end = album_name(group, prefix), f"-{group.number:04d}"
    before = sorted(
        ref.key.removeprefix("album/")
        for ref, name in ours
        if name == "there" and ref.key.startswith(f"album/{prefix}") and ref.key.endswith(end)
    )
    return before[0] if before and wanted not in before else wanted


def favourites(groups: Sequence[Served], rating: int | None, *, describe: bool) -> Wanted:
    """The best of each group becomes a favourite; where nobody rated or described it, it may get that, too."""
    actions: list[SetField] = []
    best = {group.best: group for group in groups}
    for ref, group in best.items():
        because = group.reason or f"is the best of group {group.number}"
        actions.append(SetField(ref, "favourite", None, YES, because))
    if rating is not None:
        actions += [SetField(ref, "rating", None, str(rating), "is the best of its group") for ref in best]
    if describe:
        actions += [
            SetField(ref, "description", None, f"Best of {len(group.members)}: {group.reason}", "says why")
            for ref, group in best.items()
            if group.reason
        ]
    return Wanted(_title("favorites", groups), tuple(actions))


def archive(groups: Sequence[Served], read: Values, our_albums: frozenset[str]) -> Wanted:
    """What is not kept leaves the timeline, except what somebody liked, edited, rated or put into an album.

    `our_albums` are the ids of albums that Keepers made: to lie in one protects nothing. A group whose best is not
    to be seen itself is left alone.
    """
    bests = [group.best for group in groups]
    shown = dict(zip(bests, read([asked(ref, "visibility") for ref in bests]), strict=True))
    stays = [
        Stays(ref, "the best of its group is not to be seen itself")
        for group in groups
        if shown[group.best] != "timeline"
        for ref in group.drop
    ]
    refs = [ref for group in groups if shown[group.best] == "timeline" for ref in group.drop]
    why: dict[Ref, str] = {}
    for name, word in (("favourite", "is a favourite"), ("rating", "was rated"), ("edited", "was edited")):
        values = read([asked(ref, name) for ref in refs])
        why |= {ref: word for ref, value in zip(refs, values, strict=True) if value is not None}
    held = read([asked(ref, "albums") for ref in refs])
    for ref, ids in zip(refs, held, strict=True):
        if set((ids or "").split()) - our_albums:
            why.setdefault(ref, "lies in an album")
    stays += [Stays(ref, f"it {word}") for ref, word in why.items()]
    actions = tuple(
        SetField(ref, "visibility", "timeline", "archive", "a better photo of its group is kept")
        for ref in refs
        if ref not in why
    )
    return Wanted(_title("archive", groups), actions, tuple(stays))


def stacks(groups: Sequence[Served], pairs: Sequence[Sequence[Ref]], read: Values, *, every: bool) -> Wanted:
    """Bursts and brackets under their best, then RAWs under their JPEG; what lies in a stack already is left alone.

    With `every` groups of other kinds are stacked, too.
    """
    wanted: list[tuple[tuple[Ref, ...], str]] = [
        (group.members, f"is the best of group {group.number} ({group.kind})")
        for group in groups
        if every or group.kind in _STACKED
    ]
    taken = {ref for members, _ in wanted for ref in members}
    wanted += [
        (tuple(pair), "is the picture of its RAW")
        for pair in pairs
        if len(pair) > 1 and not taken & set(pair)
    ]
    refs = [ref for members, _ in wanted for ref in members]
    stacked = dict(zip(refs, read([asked(ref, "stack") for ref in refs]), strict=True))
    actions: list[SetField] = []
    stays: list[Stays] = []
    for members, because in wanted:
        cover, others = members[0], sorted({ref.key for ref in members[1:]})
        value = " ".join((cover.key, *others))
        if not others or stacked[cover] == value:
            continue
        if any(stacked[ref] for ref in members):
            stays.append(Stays(cover, "photos of its group lie in a stack already"))
        else:
            actions.append(SetField(cover, "stack", None, value, because))
    return Wanted(_title("stack", groups), tuple(actions), tuple(stays))


def _title(what: str, groups: Sequence[Served]) -> str:
    return f"immich {what}: {len(groups)} {'group' if len(groups) == 1 else 'groups'}"
