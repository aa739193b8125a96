"""The groups that lie on one server, as far as tags, albums, favourites and stacks of it need them."""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from typing import Final

from keepers.decide.destination import group_numbers
from keepers.model import Bundle, ContentId, Decision, GroupKind, PlaceId, Ref, Role

#: Parts of a photo that servers hide by themselves, and that no stack or tag is for.
_HIDDEN: Final = frozenset({Role.LIVE_VIDEO, Role.MOTION_VIDEO, Role.SIDECAR})
#: The old tool named an album after so many people.
MOST_PEOPLE: Final = 6
_LONGEST_PERSON: Final = 40


@dataclass(frozen=True, slots=True)
class Served:
    """One group on a server: `best` is the one to show, `keep` and `drop` are photos with all their files.

    `contents` are its photos by the ids that they have there. `people` and `day` say what it shows and when; `day` is empty
    where no date is known.
    """

    number: int
    kind: GroupKind
    best: Ref
    keep: tuple[Ref, ...]
    drop: tuple[Ref, ...]
    contents: frozenset[ContentId]
    day: str = ""
    people: tuple[str, ...] = ()
    reason: str = ""

    @property
    def members(self) -> tuple[Ref, ...]:
        """All files of the group, the best first."""
        return (self.best, *(ref for ref in (*self.keep, *self.drop) if ref != self.best))


def served(
    decisions: Sequence[Decision],
    place: PlaceId,
    known: Mapping[int, AbstractSet[ContentId]],
    favourites: Collection[str] = (),
) -> tuple[Served, ...]:
    """The groups of which two photos or more lie at a place, with numbers that stay; `known` are those given before.

    People who are `favourites` come first in names.
    """
    narrowed = [found for decision in decisions if len((found := _narrowed(decision, place))[1]) > 1]
    # By their ids: what is known of their bytes may be more the next time, when files have been read.
    contents = [frozenset(ContentId(f"ref:{place}/{ref.key}") for ref in bundles) for _, bundles in narrowed]
    numbers = group_numbers(contents, known)
    return tuple(
        _served(decision, bundles, number, held, favourites)
        for (decision, bundles), number, held in zip(narrowed, numbers, contents, strict=True)
    )


def _narrowed(decision: Decision, place: PlaceId) -> tuple[Decision, dict[Ref, Bundle]]:
    """The photos of a group that lie at a place, by their names there."""
    found: dict[Ref, Bundle] = {}
    for bundle in decision.group.members:
        here = next((ref for ref in (bundle.main.ref, *bundle.copies) if ref.place == place), None)
        if here is not None:
            found[here] = bundle
    return decision, found


def _served(
    decision: Decision,
    bundles: Mapping[Ref, Bundle],
    number: int,
    contents: frozenset[ContentId],
    favourites: Collection[str],
) -> Served:
    values = {score.ref: score for score in decision.scores}
    kept = [ref for ref, bundle in bundles.items() if bundle.main.ref in decision.keep]

    def rank(ref: Ref) -> tuple[float, Ref]:
        score = values.get(bundles[ref].main.ref)
        return (-score.value if score else 0.0, ref)

    best = min(kept or bundles, key=rank)
    kept = kept or [best]
    best_score = values.get(bundles[best].main.ref)
    days = [b.main.taken.at.date().isoformat() for b in bundles.values() if b.main.taken is not None]
    return Served(
        number,
        decision.group.kind,
        best,
        _files(kept, bundles, best.place),
        _files([ref for ref in bundles if ref not in kept], bundles, best.place),
        contents,
        min(days, default=""),
        _people(bundles.values(), favourites),
        "; ".join(best_score.reasons) if best_score else "",
    )


def _files(refs: Iterable[Ref], bundles: Mapping[Ref, Bundle], place: PlaceId) -> tuple[Ref, ...]:
    """The files of photos: a RAW goes where its JPEG goes."""
    found: dict[Ref, None] = {}
    for ref in refs:
        found[ref] = None
        for part in bundles[ref].others:
            if part.ref.place == place and part.role not in _HIDDEN:
                found[part.ref] = None
    return tuple(found)


def _people(bundles: Iterable[Bundle], favourites: Collection[str]) -> tuple[str, ...]:
    """Favourites first, then those on most photos, then by name."""
    counted = Counter(name for b in bundles if b.said is not None for name in set(b.said.people))
    order = sorted(counted, key=lambda name: (name not in favourites, -counted[name], name))
    return tuple(order[:MOST_PEOPLE])


def album_name(group: Served, prefix: str) -> str:
    """The album of a group as the old tool named it: prefix, day, people, number."""
    people = [
        "".join(c for c in name if c.isprintable() and c != "/")[:_LONGEST_PERSON] for name in group.people
    ]
    return prefix + "-".join(part for part in (group.day, *people, f"{group.number:04d}") if part)
