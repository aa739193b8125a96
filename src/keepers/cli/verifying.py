"""The command that looks for bit rot: verify."""

import argparse
import math
import shlex
from collections.abc import Sequence
from datetime import timedelta
from typing import Final

from keepers import wiring
from keepers.cli import learning, session, show
from keepers.errors import UsageError
from keepers.workflows.verifying import Verified

SHOWN: Final = 20


def verify(options: argparse.Namespace) -> int:
    """Read known files again; exit code 3 when one is rotten, missing or cannot be read."""
    opened = session.opened(options)
    share = _share(options.sample)
    older = None if options.older_than is None else _days(options.older_than)
    with opened.catalog(create=False) as catalog:
        sources = wiring.sources(options.sources)
        found = opened.verify(catalog, sources, share, older)
    if options.json:
        show.document(_document(found))
    else:
        _tell(found)
    return learning.PARTLY if found.wrong else 0


def _share(text: str | None) -> float:
    if text is None:
        return 1.0
    try:
        percent = float(text.removesuffix("%"))
    except ValueError:
        percent = math.nan
    if not 0 < percent <= 100:
        message = f"--sample {text}: give a percentage above 0 and up to 100, such as 10"
        raise UsageError(message)
    return percent / 100


def _days(number: float) -> timedelta:
    if not 0 <= number <= 36_500:
        message = f"--older-than {number:g}: give a number of days, such as 90"
        raise UsageError(message)
    return timedelta(days=number)


def _document(found: Verified) -> dict[str, object]:
    return {
        "ok": not found.wrong,
        "read": found.read,
        "bytes": found.bytes,
        "read_before": found.before,
        "not_due": found.left,
        "rotten": [{"path": rot.path, "reason": rot.why, "copies": list(rot.copies)} for rot in found.rotten],
        "missing": list(found.missing),
        "unreadable": [{"path": path, "reason": reason} for path, reason in found.unreadable],
        "changed": list(found.changed),
        "new": list(found.new),
        "not_checked": [{"path": path, "reason": reason} for path, reason in found.not_checked],
    }


def _tell(found: Verified) -> None:
    read = f"{show.count(found.read, 'file')} ({show.size(found.bytes)}) read again"
    before = f", {found.before:,} by the run that was stopped" if found.before else ""
    left = f", {found.left:,} not due" if found.left else ""
    show.line(f"{read}{before}{left}: " + ("something is wrong." if found.wrong else "all is as it was."))
    if found.rotten:
        show.line()
        show.line(
            "Bit rot: other bytes, though size and date are the same (or a program keeps dates when it writes):"
        )
    for rot in found.rotten[:SHOWN]:
        show.line(f"  {rot.path}")
        for copy in rot.copies[:1]:
            show.line(f"    a good copy, just read: {copy}")
            show.line(f"    put it back: cp -p {shlex.quote(copy)} {shlex.quote(rot.path)}")
        if not rot.copies:
            show.line("    no good copy is known; look in your backups before they are overwritten")
    _more(len(found.rotten))
    _list("Missing:", found.missing)
    _list("Could not be read:", [f"{path}: {reason}" for path, reason in found.unreadable])
    _list("Not looked at:", [f"{path}: {reason}" for path, reason in found.not_checked])
    if found.changed or found.new:
        show.line()
        show.line(
            f"{len(found.changed):,} changed by somebody, {len(found.new):,} new: keepers scan learns them."
        )
    show.line("Nothing was changed.")


def _list(title: str, rows: Sequence[str]) -> None:
    if rows:
        show.line()
        show.line(title)
        for row in rows[:SHOWN]:
            show.line(f"  {row}")
        _more(len(rows))


def _more(count: int) -> None:
    if count > SHOWN:
        show.line(f"  … and {count - SHOWN:,} more; --json names all")
