"""Which asset of a server a photo of this machine is, and so who is in it; waits for a server that is to learn of it."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final, Protocol

from keepers.catalog import people as remembered
from keepers.catalog.store import Catalog
from keepers.model import Asset, Bundle, ContentId, Kind, PlaceId, Role
from keepers.people import People, Person, Seen
from keepers.ports import Progress
from keepers.workflows.same_bytes import hash_alike

#: Films of photos are no assets that anybody sees.
_NEVER_ALONE: Final = frozenset({Role.SIDECAR, Role.LIVE_VIDEO, Role.MOTION_VIDEO})
#: So few photos are asked for one by one; for more the server is asked for everybody's photos.
FEW: Final = 40
#: A server is asked again after so many seconds, and then after twice as many, up to the longest.
_FIRST_PAUSE, _LONGEST_PAUSE = 1.0, 15.0
#: How long after it knows a photo a server may still be looking for faces in it.
QUIET_SECONDS: Final = 15.0


@dataclass(frozen=True, slots=True)
class Account:
    """Whose people are asked for; `here` and `there` turn the server's paths into those of this machine, and back."""

    place: PlaceId
    people: People
    here: Callable[[str], str | None]
    there: Callable[[str], str | None]


class Clock(Protocol):
    """Tells the time."""

    def now(self) -> datetime:
        """The present moment, aware."""
        ...


@dataclass(frozen=True, slots=True)
class Patience:
    """How long a server may take to learn of new photos, told and spent by a clock; `pause` waits so many seconds."""

    clock: Clock
    pause: Callable[[float], None]
    seconds: float = 0.0
    quiet: float = QUIET_SECONDS


@dataclass(frozen=True, slots=True)
class Matching:
    """What matching works with; with `boxes` it matters how large each face is."""

    catalog: Catalog
    account: Account
    progress: Progress
    archived: bool = False
    boxes: bool = True


@dataclass(frozen=True, slots=True)
class Circle:
    """Everybody whom a server knows, and those by whom photos are sorted; by id."""

    everybody: Mapping[str, Person]
    known: Mapping[str, Person]


@dataclass(slots=True)
class Matched:
    """What a server knows of photos, by their main content; `asked` are those that it was asked for one by one.

    One that was asked for and is not in `seen` is not known to the server; of one that was not asked for, that is open.
    `circle` is whom the server knew when it was asked last.
    """

    circle: Circle
    seen: dict[ContentId, Seen] = field(default_factory=dict[ContentId, Seen])
    asked: set[ContentId] = field(default_factory=set[ContentId])


def matched(
    matching: Matching, bundles: Sequence[Bundle], who: Callable[[], Circle], patience: Patience
) -> Matched:
    """Find the asset of each photo; `who` asks whom the server knows.

    Photos of which the server was never given its time to learn are waited for, as long as `patience` allows, once.
    """
    found = Matched(who())
    _ask(matching, bundles, found)
    if patience.seconds > 0:
        _await(matching, bundles, who, patience, found)
    return found


def _ask(matching: Matching, bundles: Sequence[Bundle], found: Matched) -> None:
    if len(bundles) <= FEW:
        _ask_each(matching, bundles, found)
    else:
        _listed(matching, bundles, found)


def _ask_each(matching: Matching, bundles: Iterable[Bundle], found: Matched) -> None:
    for bundle in bundles:
        told = [one for asset in bundle.assets if (one := _of_file(matching, asset)) is not None]
        seen = _best(told, found.circle.known)
        found.asked.add(bundle.main.content)
        if seen is not None:
            found.seen[bundle.main.content] = seen


def _of_file(matching: Matching, asset: Asset) -> Seen | None:
    """The asset of one file: by its bytes, or by its path where folders are mapped."""
    if asset.role in _NEVER_ALONE or asset.kind is Kind.COMPANION:
        return None
    hash_alike(matching.catalog, {asset.size})
    sha1 = remembered.sha1_of(matching.catalog, asset.content)
    seen = matching.account.people.of_file(path=matching.account.there(asset.ref.key) or "", sha1=sha1)
    if seen is None or seen.asset.size not in {None, asset.size} or _differ(seen.asset.sha1, sha1):
        return None
    return seen if matching.archived or seen.asset.visibility == "timeline" else None


def _differ(one: str, other: str) -> bool:
    return bool(one and other) and one != other


def _listed(matching: Matching, bundles: Sequence[Bundle], found: Matched) -> None:
    """Ask for everybody's photos, and find those among them that are here."""
    account, known = matching.account, found.circle.known
    matching.progress.stage("asking who is in which photo", 0, 0)
    told: list[Seen] = []
    for one in account.people.faces(sorted(known), archived=matching.archived, boxes=matching.boxes):
        told.append(one)
        matching.progress.step(1, 0)
    matching.progress.done()
    by_content = _contents(matching, bundles, told)
    for bundle in bundles:
        seen = _best([one for asset in bundle.assets for one in by_content.get(asset.content, ())], known)
        if seen is not None:
            found.seen[bundle.main.content] = seen


def _contents(
    matching: Matching, bundles: Sequence[Bundle], told: Sequence[Seen]
) -> dict[ContentId, list[Seen]]:
    """The assets by the contents here that they are: by path, by bytes, or by what was learned of the server."""
    assets = {asset.ref.key: asset for bundle in bundles for asset in bundle.assets}
    found: dict[ContentId, list[Seen]] = {}
    left: list[Seen] = []
    for seen in told:
        path = matching.account.here(seen.asset.path)
        asset = None if path is None else assets.get(path)
        if asset is not None and seen.asset.size in {None, asset.size}:
            found.setdefault(asset.content, []).append(seen)
        else:
            left.append(seen)
    sizes = {asset.size for asset in assets.values()}
    wanted = {one.asset.size for one in left if one.asset.sha1}
    hash_alike(matching.catalog, sizes if None in wanted else {size for size in wanted if size in sizes})
    by_sha1 = {one.asset.sha1: one for one in left if one.asset.sha1}
    for content, sha1 in remembered.by_sha1(matching.catalog, list(by_sha1)).items():
        found.setdefault(content, []).append(by_sha1[sha1])
    learned = remembered.assets_here(matching.catalog, matching.account.place)
    for seen in left:
        here = learned.get(seen.asset.id)
        if here is not None and seen not in found.get(here, ()):
            found.setdefault(here, []).append(seen)
    return found


def _best(seen: Sequence[Seen], known: Mapping[str, Person]) -> Seen | None:
    """Of a RAW and its JPEG that asset in which more is known."""
    return max(seen, key=lambda one: (_faces(one, known), one.asset.id), default=None)


def _faces(seen: Seen, known: Mapping[str, Person]) -> int:
    return sum(face.person in known for face in seen.faces)


def _await(
    matching: Matching,
    bundles: Sequence[Bundle],
    who: Callable[[], Circle],
    patience: Patience,
    found: Matched,
) -> None:
    """Ask again and again for those in which the server knows nobody, until it does or its time is over."""
    waiting = [one for one in bundles if not _is_told(found.seen.get(one.main.content))]
    new = remembered.fresh(matching.catalog, [one.main.content for one in waiting])
    waiting = [one for one in waiting if one.main.content in new]
    if not waiting:
        return
    began = patience.clock.now()
    since: dict[ContentId, datetime] = {}
    pause = _FIRST_PAUSE
    matching.progress.stage("waiting for Immich", len(waiting), 0)
    while waiting := [one for one in waiting if not _is_settled(one, patience, found, since)]:
        left = patience.seconds - (patience.clock.now() - began).total_seconds()
        if left <= 0:
            break
        patience.pause(min(pause, left))
        pause = min(pause * 2, _LONGEST_PAUSE)
        found.circle = who()
        _ask(matching, waiting, found)
    matching.progress.done()
    # Somebody may have got a first face, or a name, while it was asked.
    found.circle = who()
    remembered.set_awaited(matching.catalog, new, patience.clock.now().isoformat())


def _is_settled(bundle: Bundle, patience: Patience, found: Matched, since: dict[ContentId, datetime]) -> bool:
    """Whether all is told of a photo: it shows somebody, or it has been there for long enough without."""
    seen = found.seen.get(bundle.main.content)
    if seen is None or _is_told(seen):
        return seen is not None
    now = patience.clock.now()
    return (now - since.setdefault(bundle.main.content, now)).total_seconds() >= patience.quiet


def _is_told(seen: Seen | None) -> bool:
    """Whether a server has found whose faces there are; a face is found before it is known whose it is."""
    return seen is not None and any(face.person for face in seen.faces)
