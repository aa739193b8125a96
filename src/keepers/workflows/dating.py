"""Dates that a person decides: set ones, and the clocks of cameras; nothing is applied without a yes."""

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Final

from keepers.actions import Plan, Write
from keepers.catalog import dates, photos
from keepers.catalog.dates import Clock, ClockState
from keepers.catalog.store import Catalog
from keepers.errors import UnreadableError, UsageError
from keepers.fingerprint.exact import content_id
from keepers.group import camera_clocks
from keepers.group.camera_clocks import Offset
from keepers.model import LOCAL, Asset, Bundle, Kind, Ref, Role
from keepers.read import archive, formats, xmp_dated
from keepers.read.dates import FIRST_YEAR
from keepers.workflows import folders
from keepers.workflows.folders import Dating

RAWS: Final = frozenset(form.name for form in formats.FORMATS if form.raw)
_MOST_SIDECAR: Final = 10 << 20
#: A camera is trusted before another if so large a share of its photos holds a satellite's time.
_TRUSTED: Final = 0.5


@dataclass(frozen=True, slots=True)
class Proposal:
    """A clock that seems wrong: how far its pairs disagree, and between which days they were taken."""

    clock: Clock
    spread: float
    first: datetime
    last: datetime


def propose(catalog: Catalog) -> list[Proposal]:
    """Compare the clocks of all cameras by the frames that look alike; remember what is new.

    Pairs of cameras that a person has answered for are not proposed again.
    """
    known = dates.clocks(catalog)
    decided = {frozenset((c.camera, c.against)) for c in known if c.state is not ClockState.PROPOSED}
    accepted = frozenset(c.camera for c in known if c.state is ClockState.ACCEPTED)
    table = photos.table(catalog, (), RAWS)
    names: dict[int, str] = {}
    for code, row in zip(table.camera.tolist(), table.content.tolist(), strict=True):
        if code and code not in names:
            names[code] = dates.camera_of(catalog, row)
    witnesses = dates.witnesses(catalog)
    found = [
        _proposal(offset, names, witnesses, accepted)
        for offset in camera_clocks.offsets(table)
        if frozenset((names[offset.camera], names[offset.against])) not in decided
        and not {names[offset.camera], names[offset.against]} <= accepted
    ]
    old = [clock for clock in known if clock.state is ClockState.PROPOSED]
    dates.put_clocks(catalog, [one.clock for one in found], gone=old)
    return sorted(found, key=lambda one: (-one.clock.pairs, one.clock.camera, one.clock.against))


def _proposal(
    offset: Offset,
    names: Mapping[int, str],
    witnesses: Mapping[str, tuple[int, int]],
    accepted: frozenset[str],
) -> Proposal:
    """The less trusted camera of the two is the one to be corrected."""
    first, last = (datetime.fromtimestamp(at, UTC) for at in (offset.first, offset.last))
    clock = Clock(
        names[offset.camera], names[offset.against], offset.seconds, offset.pairs, ClockState.PROPOSED
    )

    def trust(camera: str) -> tuple[bool, bool, int, str]:
        timed, number = witnesses.get(camera, (0, 0))
        return camera in accepted, timed >= _TRUSTED * max(number, 1), number, camera

    if trust(clock.camera) > trust(clock.against):
        clock = _turned(clock)
    return Proposal(clock, offset.spread, first, last)


def _turned(clock: Clock) -> Clock:
    return replace(clock, camera=clock.against, against=clock.camera, seconds=-clock.seconds)


def accept(catalog: Catalog, camera: str, dating: Dating) -> Clock:
    """Correct the clock of a camera as proposed, and date its photos again; UsageError if nothing is proposed."""
    known = dates.clocks(catalog)
    rows = [clock for clock in known if clock.camera == camera]
    rows += [_turned(clock) for clock in known if clock.against == camera]
    if not rows:
        raise _unknown(camera, known)
    best = max(rows, key=lambda c: (c.state is ClockState.ACCEPTED, c.state is ClockState.PROPOSED, c.pairs))
    chosen = replace(best, state=ClockState.ACCEPTED)
    gone = [
        clock
        for clock in known
        if camera in {clock.camera, clock.against} and clock.state is not ClockState.REFUSED
    ]
    dates.put_clocks(catalog, [chosen], gone=[*gone, _turned(chosen)])
    folders.finish(catalog, dates.folders_of_camera(catalog, camera), dating)
    return chosen


def refuse(catalog: Catalog, camera: str, dating: Dating) -> list[Clock]:
    """Refuse what is proposed for a camera, and take back a correction; its photos are dated again then."""
    known = dates.clocks(catalog)
    rows = [c for c in known if c.camera == camera and c.state is not ClockState.REFUSED]
    rows = rows or [c for c in known if c.against == camera and c.state is ClockState.PROPOSED]
    if not rows:
        raise _unknown(camera, known)
    refused = [replace(clock, state=ClockState.REFUSED) for clock in rows]
    dates.put_clocks(catalog, refused)
    if any(clock.state is ClockState.ACCEPTED for clock in rows):
        folders.finish(catalog, dates.folders_of_camera(catalog, camera), dating)
    return refused


def _unknown(camera: str, known: Sequence[Clock]) -> UsageError:
    cameras = sorted({clock.camera for clock in known if clock.state is not ClockState.REFUSED})
    told = (
        f"; there are proposals for {', '.join(cameras)}" if cameras else "; `keepers dates` looks for clocks"
    )
    return UsageError(f"nothing is proposed for the clock of {camera}{told}")


def stated(text: str, now: datetime) -> str:
    """The ISO form of a date as a person writes it: 2019-07-04, 2019-07-04 15:30, with +02:00 if they like.

    UsageError where it is no date, or no photo can have been taken then.
    """
    try:
        at = datetime.fromisoformat(text.strip())
    except ValueError as error:
        message = (
            f"{text!r} is no date; write it as 2019-07-04, '2019-07-04 15:30' or '2019-07-04 15:30+02:00'"
        )
        raise UsageError(message) from error
    if len(text.strip()) <= 10:
        at = at.replace(hour=12)
    moment = at if at.tzinfo is not None else at.replace(tzinfo=UTC)
    if at.year < FIRST_YEAR or moment > now + timedelta(days=1):
        message = f"{text!r} is before the first photograph or in the future"
        raise UsageError(message)
    return at.isoformat()


def set_date(catalog: Catalog, bundle: Bundle, date: str, dating: Dating) -> None:
    """Remember the date that a person gives a photo, with all its files, wherever the same bytes lie."""
    contents = [asset.content for asset in _pictures(bundle)]
    dates.set_date(catalog, contents, date, dating.now)
    folders.finish(catalog, dates.folders_of(catalog, contents), dating)


def unset_date(catalog: Catalog, bundle: Bundle, dating: Dating) -> bool:
    """Forget the date that a person gave a photo; False where there was none."""
    contents = [asset.content for asset in _pictures(bundle)]
    if not dates.unset_date(catalog, contents):
        return False
    folders.finish(catalog, dates.folders_of(catalog, contents), dating)
    return True


def _pictures(bundle: Bundle) -> list[Asset]:
    return [asset for asset in bundle.assets if asset.kind is not Kind.COMPANION]


def sidecar_plan(bundle: Bundle, date: str) -> Plan:
    """Write the date into the XMP sidecar of a photo: a new file, or the present one with all else kept.

    UsageError where the present one is not understood well enough for that.
    """
    photo = bundle.main.ref.key
    name = os.path.basename(photo)
    old = next((a.ref.key for a in bundle.others if a.role is Role.SIDECAR and _is_xmp(a.ref.key)), None)
    stem, extension = os.path.splitext(photo)
    form = formats.by_name(name)
    # Programs look for the sidecar of a camera raw under its stem; a JPEG beside it needs a name of its own.
    target = old or (f"{stem}.xmp" if form is not None and form.raw else f"{stem}{extension}.xmp")
    packet = _read(target)
    try:
        data = xmp_dated.dated(packet, date)
    except UnreadableError as error:
        message = f"{target} {error}; it was left alone. The catalog keeps the date without --sidecar"
        raise UsageError(message) from error
    if packet == data:
        return Plan(f"The date of {name}", ())
    replaces = None if packet is None else content_id(packet)
    because = f"a person dated {name} {date.replace('T', ' ')}"
    return Plan(
        f"The date of {name}", (Write(Ref(LOCAL, target), data, content_id(data), replaces, because),)
    )


def _is_xmp(path: str) -> bool:
    return path.lower().endswith(".xmp")


def _read(path: str) -> bytes | None:
    if not os.path.lexists(path):
        return None
    with archive.opened(path) as opened:
        data = bytes(opened.file.read(_MOST_SIDECAR + 1))
    if len(data) > _MOST_SIDECAR:
        message = f"{path} is larger than any sidecar; it was left alone"
        raise UsageError(message)
    return data
