"""What one asset of a server has that another one would have to have, too, before it may go: pure."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from keepers.model import Ref

#: The only visibility that people see without asking for it.
TIMELINE: Final = "timeline"


@dataclass(frozen=True, slots=True)
class Held:
    """An album, a tag or a person: the server's id and the name; `ours` where the album belongs to the user."""

    id: str
    name: str
    ours: bool = True


@dataclass(frozen=True, slots=True)
class Twin:
    """One asset as far as another may take its place.

    `stack` are the ids of the stack that it lies in, its cover first; `film` is the id of its motion video.
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


def described(one: Twin, other: Twin) -> str:
    """A description that says all that both say, the first one first."""
    mine, its = one.description.strip(), other.description.strip()
    if not its or its in mine:
        return one.description
    return its if not mine or mine in its else f"{mine}\n{its}"


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
    return ""


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
        # No version of the interface takes a position off a photo again.
        yield "it knows where it was taken and the kept one does not; that could not be taken back"
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
