"""What of some folders goes to a server, which knows things by the SHA-1 of their bytes; what it has already stays out."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType
from typing import Final, NamedTuple

from keepers.actions import Copy, SetField, Write
from keepers.decide.destination import called
from keepers.model import Asset, Bundle, Kind, PlaceId, Ref, Role
from keepers.plan.immich_actions import YES

_KEY: Final = re.compile(r"upload/([0-9a-f]{40})(?:\+([0-9a-f]{40}))?/([^/]+)")
_FILMS: Final = frozenset({Role.LIVE_VIDEO, Role.MOTION_VIDEO})
_XMP: Final = ".xmp"
#: Typed so that nobody changes it.
_NO_DATA: Final[Mapping[Ref, bytes]] = MappingProxyType({})


class Upload(NamedTuple):
    """What is to be on a server: bytes of this SHA-1 under this name; `film` is the SHA-1 of a Live Photo's video."""

    sha1: str
    name: str
    film: str = ""

    @property
    def key(self) -> str:
        """What stands for it in a plan, before the server has given it an id."""
        return f"upload/{self.sha1}{'+' + self.film if self.film else ''}/{self.name}"


def upload(key: str) -> Upload | None:
    """What a key stands for; None where it is none of ours."""
    found = _KEY.fullmatch(key)
    return Upload(found[1], found[3], found[2] or "") if found else None


class Fate(StrEnum):
    """What becomes of one file of a source."""

    SENT = "sent"
    ALONG = "sent along"
    THERE = "there already"
    TWICE = "same bytes twice"
    TRASHED = "in the server's trash"
    LEFT = "left"


@dataclass(frozen=True, slots=True)
class Line:
    """What was decided of one file, and why."""

    asset: Asset
    fate: Fate
    reason: str
    action: Copy | Write | None = None


@dataclass(frozen=True, slots=True)
class Held:
    """What a server has of some bytes already: its id for them, and whether they lie in its trash."""

    id: str
    trashed: bool


def lay_out(
    bundles: Iterable[Bundle], sums: Mapping[Ref, str], held: Mapping[str, Held], place: PlaceId
) -> tuple[Line, ...]:
    """Decide about every file; `sums` has the SHA-1 of each that can be sent, `held` what the server has."""
    lines: list[Line] = []
    sent: set[str] = set()
    for bundle in sorted(bundles, key=lambda one: one.main.ref):
        for line in _of_bundle(bundle, sums, held, sent, place):
            lines.append(line)
            if line.action is not None:
                sent.add(sums[line.asset.ref])
    return tuple(lines)


def sidecars(name: str, beside: Iterable[str]) -> list[str]:
    """Those of the names in a folder that are XMP files of a photo: `a.jpg.xmp` before `a.xmp`."""
    stem = name.rpartition(".")[0] or name
    wanted = [(name + _XMP).lower(), (stem + _XMP).lower()]
    found = {one.lower(): one for one in beside}
    return [found[one] for one in wanted if one in found]


def _of_bundle(
    bundle: Bundle, sums: Mapping[Ref, str], held: Mapping[str, Held], sent: set[str], place: PlaceId
) -> Iterator[Line]:
    # The server is told of the film with the photo, so that the film has to be there first.
    assets = sorted(bundle.assets, key=lambda one: one.role not in _FILMS)
    films = [sums[one.ref] for one in assets if one.role in _FILMS and one.ref in sums]
    names = [called(one) for one in assets]
    along = {name for one in assets if one.ref in sums for name in sidecars(called(one), names)[:1]}
    for asset in assets:
        if asset.kind is Kind.COMPANION and called(asset) in along:
            yield Line(asset, Fate.ALONG, "goes with its photo")
        elif asset.kind is Kind.COMPANION:
            yield Line(asset, Fate.LEFT, "is no photo and no film; the server takes it with no other file")
        elif asset.ref not in sums:
            yield Line(asset, Fate.LEFT, "lies in an archive; import it into a folder first")
        else:
            film = films[0] if films and asset is bundle.main and asset.role not in _FILMS else ""
            wanted = Upload(sums[asset.ref], called(asset), film)
            yield _decided(bundle, asset, wanted, held.get(wanted.sha1), wanted.sha1 in sent, place)


def _decided(
    bundle: Bundle,
    asset: Asset,
    wanted: Upload,
    held: Held | None,
    again: bool,  # noqa: FBT001 (a fact)
    place: PlaceId,
) -> Line:
    if held is not None or again:
        return _kept(asset, held)
    taken = bundle.main.taken
    at = 0 if taken is None or taken.source == "mtime" else int(taken.at.timestamp()) * 10**9
    because = "is new" if asset is bundle.main else f"belongs to {called(bundle.main)}"
    action = Copy(
        asset.ref,
        Ref(place, wanted.key),
        asset.content,
        asset.size,
        because,
        f"upload/{bundle.main.content}" if len(bundle.assets) > 1 else "",
        asset.revision,
        max(0, at),
    )
    return Line(asset, Fate.SENT, because, action)


@dataclass(frozen=True, slots=True)
class Beside:
    """The photo of a server that results were made of; `albums` are its own user's, by name and id."""

    ref: Ref
    name: str
    created: datetime | None
    albums: tuple[tuple[str, str], ...]


def beside(
    files: Sequence[Asset], sums: Mapping[Ref, str], held: Mapping[str, Held], source: Beside,
    data: Mapping[Ref, bytes] = _NO_DATA,
) -> tuple[Line, ...]:  # fmt: skip
    """Decide about what was made of a photo: each is sent with the time of that photo; `data` are bytes that lie in no file."""
    lines: list[Line] = []
    sent: set[str] = set()
    for asset in files:
        wanted = Upload(sums[asset.ref], called(asset))
        there = held.get(wanted.sha1)
        if there is not None or wanted.sha1 in sent:
            lines.append(_kept(asset, there))
            continue
        sent.add(wanted.sha1)
        taken_ns = 0 if source.created is None else max(0, int(source.created.timestamp()) * 10**9)
        target, because = Ref(source.ref.place, wanted.key), f"was made of {source.name}"
        action = (
            Write(target, data[asset.ref], asset.content, because=because, modified_ns=taken_ns)
            if asset.ref in data
            else Copy(
                asset.ref, target, asset.content, asset.size, because, revision=asset.revision, modified_ns=taken_ns
            )
        )  # fmt: skip
        lines.append(Line(asset, Fate.SENT, action.because, action))
    return tuple(lines)


def fields_beside(
    lines: Sequence[Line], sums: Mapping[Ref, str], held: Mapping[str, Held], source: Beside, *, stack: bool
) -> tuple[SetField, ...]:
    """The albums that results are to lie in, as their photo does, and the stack that they are to make with it."""
    keys: dict[str, str] = {}
    for line in lines:
        if line.fate in {Fate.SENT, Fate.THERE}:
            wanted = Upload(sums[line.asset.ref], called(line.asset))
            keys[wanted.sha1] = held[wanted.sha1].id if wanted.sha1 in held else wanted.key
    keys = {sum_: key for sum_, key in keys.items() if key != source.ref.key}
    found = [
        SetField(
            Ref(source.ref.place, key),
            f"album:{name}",
            None,
            YES,
            f"{source.name} lies there",
            revision=album,
        )
        for name, album in source.albums
        for key in keys.values()
    ]
    if stack and keys:
        # Words of a stack hold no space: what is sent is called by its bytes alone.
        named = (Upload(sum_, "-").key if upload(key) else key for sum_, key in keys.items())
        members = " ".join((source.ref.key, *named))
        found.append(SetField(source.ref, "stack", None, members, "its results lie below it"))
    return tuple(found)


def _kept(asset: Asset, held: Held | None) -> Line:
    if held is None:
        return Line(asset, Fate.TWICE, "the same bytes as another file, sent once")
    if held.trashed:
        return Line(asset, Fate.TRASHED, "the same bytes are in the server's trash; restore them there")
    return Line(asset, Fate.THERE, "the server has the same bytes")


def actions(lines: Sequence[Line]) -> tuple[Copy | Write, ...]:
    """What is to be done."""
    return tuple(line.action for line in lines if line.action is not None)
