"""The commands about dates: camera clocks, dates set by hand, the report of weak dates."""

import argparse
import json
import os
import shlex
import sys
from datetime import UTC, datetime, timedelta

from keepers import wiring
from keepers.apply.look import world
from keepers.apply.run import run
from keepers.catalog import dates as remembered
from keepers.catalog import photos
from keepers.catalog.dates import Clock, ClockState, Weak
from keepers.catalog.store import Catalog
from keepers.cli import changing, learning, session, show
from keepers.errors import UsageError
from keepers.model import Bundle
from keepers.plan.check import Checked, check
from keepers.plan.text import sentence
from keepers.workflows import dating
from keepers.workflows.folders import Dating

#: Why a date is weak where nothing was refused.
_REASONS = {
    "mtime": "nothing but the modification time of the file tells a date",
    "filename": "the file name alone states it",
    "folder": "the name of the folder alone states the day",
    "picasa": "Picasa's date of the folder alone states it",
    "exif": "EXIF tells only when the file was last changed",
    "xmp": "XMP tells only when the file was last changed",
    "png": "PNG tells only when the file was last changed",
}


def dates(options: argparse.Namespace) -> int:
    """Propose corrections of camera clocks, take an answer, or set the date of a photo."""
    opened = session.opened(options)
    if options.sidecar and options.set is None:
        message = "--sidecar goes with --set"
        raise UsageError(message)
    if options.set is not None:
        return _set(options, opened)
    if options.unset is not None:
        return _unset(options, opened)
    with opened.catalog(create=False) as catalog:
        if options.accept is not None:
            return _answered(options, [dating.accept(catalog, options.accept, _dating(opened))])
        if options.refuse is not None:
            return _answered(options, dating.refuse(catalog, options.refuse, _dating(opened)))
        return _proposed(options, catalog)


def _proposed(options: argparse.Namespace, catalog: Catalog) -> int:
    proposals = dating.propose(catalog)
    known = remembered.clocks(catalog)
    if options.json:
        rows = [_proposal_row(one) for one in proposals]
        rows += [_clock_row(clock) for clock in known if clock.state is not ClockState.PROPOSED]
        show.document({"clocks": rows})
        return 0
    for one in proposals:
        _tell(one)
    for clock in known:
        if clock.state is ClockState.ACCEPTED:
            show.line(
                f"{clock.camera} is corrected by {_signed(-clock.seconds)}; take that back: {_call('refuse', clock)}"
            )
    if not proposals:
        show.line("No camera clock seems wrong. Dates without proof: keepers report dates")
    return 0


def report(options: argparse.Namespace) -> int:
    """List what could not be read, the dates that nothing proves, or what takes room."""
    if options.what == "space":
        return learning.space(options)
    if options.what != "dates":
        return learning.report(options)
    with session.opened(options).catalog(create=False) as catalog:
        rows = list(remembered.weak(catalog, []))
        if options.jsonl:
            sys.stdout.writelines(json.dumps(_weak_row(row)) + "\n" for row in rows)
        elif options.json:
            show.document({"dates": [_weak_row(row) for row in rows]})
        else:
            for row in rows:
                show.line(f"{row.path}: {row.at[:19].replace('T', ' ')} by {row.source}: {_reason(row)}")
            count = show.count(len(rows), "weak date")
            show.line(f"{count}. Set one: keepers dates --set FILE '2019-07-04 15:30'")
    return 0


def _dating(opened: wiring.Session) -> Dating:
    return Dating(opened.home, datetime.now(UTC))


def _set(options: argparse.Namespace, opened: wiring.Session) -> int:
    path, text = os.path.abspath(os.path.expanduser(options.set[0])), options.set[1]
    now = datetime.now(UTC)
    date = dating.stated(text, now)
    with opened.catalog(create=True) as catalog:
        bundle = _photo(opened, catalog, path)
        checked: Checked | None = None
        if options.sidecar:
            plan = dating.sidecar_plan(bundle, date)
            checked = check(plan, world(plan, opened.local()))
            if options.dry_run:
                changing.show_plan(options, checked)
                return 0
            if checked.refused:
                changing.tell_problems(options, (), checked.refused)
                return learning.PARTLY
            if checked.actions:
                changing.consent(options, f"{sentence(checked.actions[0])}: do this?")
        elif options.dry_run:
            changing.show_plan(options, Checked(f"The date of {os.path.basename(path)}", ()))
            return 0
        dating.set_date(catalog, bundle, date, Dating(opened.home, now))
        number, code = _written(options, opened, checked)
        _tell_date(options, catalog, path, number)
    return code


def _written(
    options: argparse.Namespace, opened: wiring.Session, checked: Checked | None
) -> tuple[int | None, int]:
    """Carry out the plan of a sidecar; the run and the exit code."""
    if checked is None or not checked.actions:
        return None, 0
    with opened.journal(create=True) as journal:
        assert journal is not None  # noqa: S101 (create=True makes one)
        with changing.stopping(opened.progress) as stop:
            finished = run(checked, journal, opened.local(), progress=opened.progress, stop=stop)
    changing.tell_problems(options, finished.problems, ())
    return finished.run, finished.exit_code


def _unset(options: argparse.Namespace, opened: wiring.Session) -> int:
    path = os.path.abspath(os.path.expanduser(options.unset))
    with opened.catalog(create=False) as catalog:
        bundle = _photo(opened, catalog, path)
        if not dating.unset_date(catalog, bundle, _dating(opened)):
            message = f"no date was set for {path}"
            raise UsageError(message)
        _tell_date(options, catalog, path, None)
    return 0


def _photo(opened: wiring.Session, catalog: Catalog, path: str) -> Bundle:
    opened.scan(catalog, wiring.sources([path]))
    bundle = photos.bundle_at(catalog, path)
    if bundle is None:
        message = f"{path} is no photo that can be dated"
        raise UsageError(message)
    return bundle


def _tell_date(options: argparse.Namespace, catalog: Catalog, path: str, number: int | None) -> None:
    bundle = photos.bundle_at(catalog, path)
    taken = None if bundle is None else bundle.main.taken
    if options.json:
        row = taken and {"at": taken.at.isoformat(), "source": taken.source, "certain": taken.certain}
        show.document({"path": path, "taken": row, "run": number})
    elif taken is not None:
        show.line(f"{path}: {taken.at:%Y-%m-%d %H:%M:%S %z} by {taken.source}")
        if number is not None:
            show.line(f"The sidecar was written. Take it back: keepers undo {number}")


def _answered(options: argparse.Namespace, clocks: list[Clock]) -> int:
    if options.json:
        show.document({"clocks": [_clock_row(clock) for clock in clocks]})
        return 0
    for clock in clocks:
        if clock.state is ClockState.ACCEPTED:
            show.line(
                f"Photos of {clock.camera} are dated {_signed(-clock.seconds)} from now on; no file was changed. "
                f"Take it back: {_call('refuse', clock)}"
            )
        else:
            show.line(f"The clock of {clock.camera} is left as it is.")
    return 0


def _tell(one: dating.Proposal) -> None:
    clock = one.clock
    way = "ahead of" if clock.seconds > 0 else "behind"
    show.line(
        f"The clock of {clock.camera} seems {_span(abs(clock.seconds))} {way} that of {clock.against}: "
        f"{show.count(clock.pairs, 'pair')} of photos of the same scenes agree within {max(one.spread, 1):.0f} s, "
        f"from {one.first:%Y-%m-%d} to {one.last:%Y-%m-%d}."
    )
    if abs(clock.seconds - round(clock.seconds / 1800) * 1800) <= max(60.0, 2 * one.spread):
        show.line("  Perhaps its time zone was not set, on this journey only.")
    show.line(f"  Correct its dates: {_call('accept', clock)}    Leave them: {_call('refuse', clock)}")


def _call(answer: str, clock: Clock) -> str:
    return f"keepers dates --{answer} {shlex.quote(clock.camera)}"


def _signed(seconds: float) -> str:
    return f"{_span(abs(seconds))} {'later' if seconds > 0 else 'earlier'}"


def _span(seconds: float) -> str:
    return str(timedelta(seconds=round(seconds)))


def _proposal_row(one: dating.Proposal) -> dict[str, object]:
    return {
        **_clock_row(one.clock),
        "spread_seconds": round(one.spread, 3),
        "first": one.first.isoformat(),
        "last": one.last.isoformat(),
    }


def _clock_row(clock: Clock) -> dict[str, object]:
    return {
        "camera": clock.camera,
        "against": clock.against,
        "seconds_ahead": round(clock.seconds, 3),
        "pairs": clock.pairs,
        "state": clock.state.value,
    }


def _weak_row(row: Weak) -> dict[str, object]:
    return {"path": row.path, "at": row.at, "source": row.source, "certain": False, "reason": _reason(row)}


def _reason(row: Weak) -> str:
    why = _REASONS.get(row.source, "nothing proves it")
    return f"{row.note}; {why}" if row.note else why
