"""What one asset of a server has that another one would have to have, too, before it may go: pure."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final

from keepers.actions import SetField
from keepers.model import Ref
from keepers.plan.immich_actions import YES

#: The only visibility that people see without asking for it.
TIMELINE: Final = "timeline"
#: So much is read of a description. One that is as long may go on, so it is never written anew.
LONGEST: Final = 10_000
#: The field of where a photo was taken.
POSITION: Final = "position"


@dataclass(frozen=True, slots=True)
class Held:
    """An album, a tag or a person: the server's id and the name; `ours` where the album belongs to the user."""

    id: str
    name: str
    ours: bool = True


@dataclass(frozen=True, slots=True)
class Twin:
    """One asset as far as another may take its place.

    `stack` are the ids of the stack that it lies in, its cover first; `film` is the id of its motion video. `position` is
    latitude and longitude in degrees, to six digits, which is how a field tells them.
    """

    ref: Ref
    name: str = ""
    visibility: str = TIMELINE
    favourite: bool = False
    rating: int | None = None
    description: str = ""
    tags: tuple[str, ...] = ()
    albums: tuple[Held, ...] = ()
    people: tuple[Held, ...] = ()
    position: tuple[float, float] | None = None
    edited: bool = False
    library: bool = False
    offline: bool = False
    film: str = ""
    stack: tuple[str, ...] = ()
    duplicate: str = ""
    gone: bool = False

    @property
    def key(self) -> str:
        """The server's id of it."""
        return self.ref.key


def position_value(position: tuple[float, float]) -> str:
    """A position as its field tells it: latitude and longitude in degrees, to a tenth of a metre."""
    return f"{position[0]:.6f} {position[1]:.6f}"


def position_of(value: str) -> tuple[float, float]:
    """The latitude and longitude that a field tells, in degrees; ValueError where it tells none."""
    along, across = value.split()
    return float(along), float(across)


def described(one: Twin, other: Twin) -> str:
    """A description that says all that both say, the first one first; unchanged where that could not be read back whole."""
    mine, its = one.description.strip(), other.description.strip()
    if not its or its in mine:
        return one.description
    both = its if not mine or mine in its else f"{mine}\n{its}"
    return both if max(len(both), len(one.description)) < LONGEST else one.description


def fixed(one: Twin) -> str:
    """Why an asset can never go, whatever the other has; empty where it can."""
    if one.gone:
        return "it is gone from the server, or in its trash already"
    if one.edited:
        return "it was edited on the server"
    if one.library:
        return "it lies in an external library, whose files belong to somebody else"
    if any(not album.ours for album in one.albums):
        return "it lies in an album of somebody else"
    return "its description is too long to be handed on" if len(one.description) >= LONGEST else ""


def lacking(goes: Twin, stays: Twin) -> str:
    """What the one that stays has not got of the one that is to go; empty where it has all of it."""
    if stays.gone:
        return "what is to stay instead of it is gone"
    return next(_lacking(goes, stays), "")


def _lacking(goes: Twin, stays: Twin) -> Iterator[str]:
    if goes.visibility == TIMELINE != stays.visibility:
        yield "the kept one is not on the timeline"
    if goes.film and not stays.film:
        yield "the kept one has no film"
    if goes.position is not None and stays.position is None:
        yield (
            "it knows where it was taken and the kept one does not; --hand-on-position gives that on, "
            "which undo cannot take back"
        )
    if goes.favourite and not stays.favourite:
        yield "it is a favourite and the kept one is not"
    if (goes.rating or 0) > (stays.rating or 0):
        yield "it is rated higher than the kept one"
    if goes.description.strip() not in stays.description:
        yield "the kept one lacks its description"
    if set(goes.tags) - set(stays.tags):
        yield "the kept one lacks a tag of it"
    if {album.id for album in goes.albums} - {album.id for album in stays.albums}:
        yield "the kept one lies in fewer albums"
    if {one.id for one in goes.people if one.name} - {one.id for one in stays.people}:
        yield "the kept one lacks a person of it"


# ---------------------------------------------------------------- what Immich itself makes of duplicates


def merged(stays: Twin, gone: Sequence[Twin]) -> Twin | None:
    """What `POST /duplicates/resolve` makes of the one that stays; None where that cannot be told.

    As read in Immich's duplicate.service.ts of November 2026: any favourite, the highest rating, all tags and albums, the lines
    of all descriptions in the order of the photos, the position where all that know one agree, and the visibility that hides
    most. It knows nothing of stacks and faces.
    """
    every = (stays, *gone)
    lines = {line.strip() for one in every for line in one.description.splitlines()} - {""}
    if any(one.stack for one in every) or len({one.visibility for one in every}) > 1 or len(lines) > 1:
        return None
    albums = {album.id: album for one in every for album in one.albums}
    positions = {one.position for one in every} - {None}
    return replace(
        stays,
        position=positions.pop() if len(positions) == 1 else stays.position,
        favourite=any(one.favourite for one in every),
        rating=max(one.rating or 0 for one in every) or None,
        description=next(iter(lines), stays.description),
        tags=tuple(sorted({tag for one in every for tag in one.tags})),
        albums=tuple(albums.values()),
        duplicate="",
    )


def planned(stays: Twin, actions: Iterable[SetField]) -> Twin:
    """The one that stays as a plan leaves it."""
    one = stays
    for action in actions:
        kind, _, name = action.name.partition(":")
        match kind:
            case "favourite":
                one = replace(one, favourite=action.after is not None)
            case "rating":
                one = replace(one, rating=int(action.after) if action.after else None)
            case "description":
                one = replace(one, description=action.after or "")
            case "tag":
                tags = {*one.tags, name} if action.after else {*one.tags} - {name}
                one = replace(one, tags=tuple(sorted(tags)))
            case "album":
                left = tuple(album for album in one.albums if album.id != action.revision)
                one = replace(one, albums=(*left, Held(action.revision, name)) if action.after else left)
            case "duplicate":
                one = replace(one, duplicate=action.after or "")
            case "position":
                one = replace(one, position=position_of(action.after) if action.after else None)
            case _:
                pass
    return one


def same(one: Twin, other: Twin) -> bool:
    """Whether two agree in all that a merge touches."""
    return _touched(one) == _touched(other)


def _touched(one: Twin) -> tuple[object, ...]:
    albums = frozenset(album.id for album in one.albums)
    return (
        one.favourite,
        one.rating,
        one.description,
        frozenset(one.tags),
        albums,
        one.visibility,
        one.duplicate,
        one.position,
    )


def differing(wanted: Twin, now: Twin) -> Iterator[SetField]:
    """The fields that would have to be set so that one is as it was wanted."""
    ref, because = wanted.ref, "the server merged more than was planned"
    if wanted.favourite != now.favourite:
        yield SetField(ref, "favourite", None, YES if wanted.favourite else None, because)
    if wanted.rating != now.rating:
        yield SetField(ref, "rating", None, str(wanted.rating) if wanted.rating else None, because)
    if wanted.description != now.description:
        yield SetField(ref, "description", None, wanted.description or None, because)
    if wanted.visibility != now.visibility:
        yield SetField(ref, "visibility", None, wanted.visibility, because)
    if wanted.duplicate != now.duplicate:
        yield SetField(ref, "duplicate", None, wanted.duplicate or None, because)
    if wanted.position is not None and wanted.position != now.position:
        yield SetField(ref, POSITION, None, position_value(wanted.position), because)
    for tag in sorted({*wanted.tags} ^ {*now.tags}):
        yield SetField(ref, f"tag:{tag}", None, YES if tag in wanted.tags else None, because)
    mine = {album.id: album for album in wanted.albums}
    its = {album.id: album for album in now.albums}
    for key in sorted(mine.keys() ^ its.keys()):
        name = (mine.get(key) or its[key]).name
        yield SetField(ref, f"album:{name}", None, YES if key in mine else None, because, revision=key)
