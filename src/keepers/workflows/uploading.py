"""Send the photos of folders to a server that has not got them; nothing there is changed, nothing here is moved."""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

from keepers.actions import Plan, SetField
from keepers.apply.look import world
from keepers.catalog import copies, library, photos
from keepers.catalog.store import Catalog
from keepers.fingerprint.exact import content_id
from keepers.model import LOCAL, Asset, Bundle, Fate, Kind, PlaceId, Ref
from keepers.plan import upload_plan
from keepers.plan.check import Checked, check
from keepers.plan.upload_plan import Beside, Held, Line
from keepers.ports import Progress, Reader
from keepers.workflows import lone


class Receiver(Reader, Protocol):
    """A machine and the server that takes its files in."""

    def sha1(self, ref: Ref) -> str:
        """Read a file, and name its bytes as servers do; OSError where it cannot be read."""
        ...

    def held(self, sums: Iterable[str]) -> Mapping[str, Held]:
        """What the server has already, by SHA-1."""
        ...


class Fields(Receiver, Protocol):
    """A receiver that tells fields, too."""

    def values(self, wanted: Sequence[SetField]) -> Sequence[str | None]:
        """How fields are now."""
        ...


@dataclass(frozen=True, slots=True)
class Prepared:
    """A checked plan, and what was decided of every file."""

    checked: Checked
    lines: tuple[Line, ...]


def prepare(
    catalog: Catalog,
    receiver: Receiver,
    place: PlaceId,
    roots: Sequence[str],
    progress: Progress,
) -> Prepared:
    """Decide about every photo below the roots; bytes that were wrong when they were read again stay here."""
    bundles = _bundles(catalog, roots)
    rotten = lone.rotten(bundles, copies.wrong(catalog, roots))
    sums, unread = _sums(bundles, receiver, progress)
    sound = {ref: one for ref, one in sums.items() if ref not in rotten}
    lines = upload_plan.lay_out(bundles, sound, receiver.held(sound.values()), place)
    lines = tuple(_unread(line, {**unread, **rotten}) for line in lines)
    plan = Plan(f"Import to {place}", upload_plan.actions(lines))
    checked = check(plan, world(plan, receiver))
    refused = {one.action: one.why for one in checked.refused}
    return Prepared(
        checked,
        tuple(
            replace(line, fate=upload_plan.Fate.LEFT, reason=refused[line.action], action=None)
            if line.action in refused
            else line
            for line in lines
        ),
    )


@dataclass(frozen=True, slots=True)
class Results:
    """Files of this machine that were made of a photo of a server, and whether they are to be stacked below it."""

    files: Sequence[Asset]
    source: Beside
    stack: bool


def prepare_beside(receiver: Fields, results: Results) -> Prepared:
    """Plan to send results beside their photo: into its albums, and into a stack with it; OSError where one cannot be read."""
    sums = {asset.ref: receiver.sha1(asset.ref) for asset in results.files}
    held = receiver.held(sums.values())
    lines = upload_plan.beside(results.files, sums, held, results.source)
    fields = upload_plan.fields_beside(lines, sums, held, results.source, stack=results.stack)
    count = f"{len(results.files)} {'file' if len(results.files) == 1 else 'files'}"
    title = f"Send {count} made of {results.source.name} to {results.source.ref.place}"
    return _prepared(receiver, title, lines, fields)


@dataclass(frozen=True, slots=True)
class Pictured:
    """A picture that was made of a photo of a server and lies in no file: its name, its bytes, whether it is to be stacked."""

    name: str
    data: bytes
    source: Beside
    stack: bool


def prepare_made(receiver: Fields, title: str, made: Sequence[Pictured]) -> Prepared:
    """Plan to send pictures, each beside its photo, as `prepare_beside` does; the lines are in their order."""
    assets = [_asset(one) for one in made]
    data = {asset.ref: one.data for asset, one in zip(assets, made, strict=True)}
    sums = {ref: sha1(one) for ref, one in data.items()}
    held = receiver.held(sums.values())
    lines: list[Line] = []
    fields: list[SetField] = []
    for asset, one in zip(assets, made, strict=True):
        mine = upload_plan.beside([asset], sums, held, one.source, data)
        fields += upload_plan.fields_beside(mine, sums, held, one.source, stack=one.stack)
        lines += mine
    return _prepared(receiver, title, lines, fields)


def sha1(data: bytes) -> str:
    """What servers call these bytes, in hex."""
    return hashlib.sha1(data, usedforsecurity=False).hexdigest()


def _asset(one: Pictured) -> Asset:
    """A picture as if it were a file; only its name is ever looked at."""
    ref = Ref(LOCAL, f"{one.source.ref.place}:{one.source.ref.key}/{one.name}")
    return Asset(ref, Kind.PHOTO, len(one.data), "", content_id(one.data), name=one.name)


def _prepared(receiver: Fields, title: str, lines: Sequence[Line], fields: Sequence[SetField]) -> Prepared:
    """A checked plan that sends what is to be sent, and sets what is not set yet."""
    now = receiver.values(fields)
    todo = [replace(one, before=value) for one, value in zip(fields, now, strict=True) if value != one.after]
    plan = Plan(title, (*upload_plan.actions(lines), *todo))
    return Prepared(check(plan, world(plan, receiver)), tuple(lines))


def _bundles(catalog: Catalog, roots: Sequence[str]) -> list[Bundle]:
    mains = {one.content for one in library.files(catalog, roots) if one.is_main and one.fate is Fate.PHOTO}
    return [bundle for found in photos.bundles(catalog, roots, mains).values() for bundle in found]


def _sums(
    bundles: Iterable[Bundle], receiver: Receiver, progress: Progress
) -> tuple[dict[Ref, str], dict[Ref, str]]:
    """The SHA-1 of every file that can be sent, and why others could not be read."""
    wanted = [asset for bundle in bundles for asset in bundle.assets if _can_be_sent(asset)]
    progress.stage("Comparing with the server", len(wanted), sum(asset.size for asset in wanted))
    sums: dict[Ref, str] = {}
    unread: dict[Ref, str] = {}
    for asset in wanted:
        try:
            sums[asset.ref] = receiver.sha1(asset.ref)
        except OSError as error:
            unread[asset.ref] = f"cannot be read: {(error.strerror or str(error)).lower()}"
        progress.step(1, asset.size)
    progress.done()
    return sums, unread


def _can_be_sent(asset: Asset) -> bool:
    return asset.kind is not Kind.COMPANION and not asset.ref.archive


def _unread(line: Line, unread: Mapping[Ref, str]) -> Line:
    why = unread.get(line.asset.ref)
    return line if why is None else replace(line, reason=why)
