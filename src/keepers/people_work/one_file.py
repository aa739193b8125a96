"""Sorting one file that was just downloaded: the hook of the old tool, which knew no more than its path."""

import os
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Final

from keepers import wiring
from keepers.catalog import people as remembered
from keepers.catalog.people import Sorted
from keepers.errors import CatalogBusyError, KeepersError, PlaceUnreachableError, SettingsError, UsageError
from keepers.model import ContentId, Kind
from keepers.people_work import tell
from keepers.people_work.sort import Asked, Ended, Work, agreed, base_of, is_on
from keepers.plan.check import Checked
from keepers.read import formats
from keepers.read.siblings import related
from keepers.workflows.people_results import ERROR, SKIPPED, Result, failure, one_of, results, skipped

#: What is no event of its own: nothing new was learned of the file.
_NOTHING_NEW: Final = frozenset({"already-there", "sorted-before", "switched-off"})
#: How often it is tried again while another run changes things.
_PAUSE_SECONDS: Final = 0.5
_REASONS: Final = (
    (CatalogBusyError, "busy"),
    (PlaceUnreachableError, "unreachable"),
    (SettingsError, "settings"),
    (UsageError, "usage"),
)


@dataclass(frozen=True, slots=True)
class OneFile:
    """What came of one file, and every folder that it went to; `exit_code` where something was in the way."""

    result: Result
    targets: tuple[str, ...] = ()
    run: int | None = None
    exit_code: int = 0


def sort_file(
    work: Work,
    asked: Asked,
    path: str,
    ask: Callable[[Checked], None] = agreed,
    *,
    dry: bool = False,
    scan_library: bool = False,
) -> OneFile:
    """Sort one file with all that belongs to it; whatever goes wrong with the server is a result, too.

    With `scan_library` the server is told to look for new files first.
    """
    why_not = _why_not(work, asked, path)
    if why_not is not None:
        return _ended(work, asked, OneFile(why_not, exit_code=int(why_not.status == ERROR)), dry=dry)
    try:
        if scan_library and not dry:
            tell.scan_library(work.session, asked.server, paths=[path])
        wanted = replace(asked, sources=wiring.sources(_with_related(path)))
        ended = _in_turn(lambda: work.sort(wanted, ask, dry=dry), asked.wait)
    except KeepersError as error:
        reason = next((word for kind, word in _REASONS if isinstance(error, kind)), "failed")
        made = failure(path, reason, str(error))
        return _ended(work, asked, OneFile(made, exit_code=error.exit_code), dry=dry)
    return _ended(work, asked, _of(path, ended), dry=dry)


def _in_turn(sort: Callable[[], Ended], seconds: float) -> Ended:
    """Sort when no other run changes things: downloads that end together wait for each other, for so long."""
    end = time.monotonic() + seconds
    while True:
        try:
            return sort()
        except CatalogBusyError:
            if time.monotonic() >= end:
                raise
            time.sleep(_PAUSE_SECONDS)


def _with_related(path: str) -> list[str]:
    """The file with those that may belong to it; further names of one of them are left out."""
    folder, name = os.path.split(path)
    found = {_identity(path): path}
    for one in related(name, os.listdir(folder)):
        other = os.path.join(folder, one)
        if os.path.isfile(other) and not os.path.islink(other):
            found.setdefault(_identity(other), other)
    return list(found.values())


def _identity(path: str) -> tuple[int, int]:
    seen = os.stat(path)
    return seen.st_dev, seen.st_ino


def _why_not(work: Work, asked: Asked, path: str) -> Result | None:
    """What can be told without asking anybody."""
    if not is_on(work.session):
        return skipped(path, "switched-off", "Face sorting disabled: keepers config set people_sorting on")
    if not os.path.isfile(path):
        return failure(path, "not-found", "File not found")
    base = base_of(work.session.settings)
    if base and wiring.inside(path, base):
        return skipped(path, "already-there", f"It lies in {base}, where the folders of people are")
    form = formats.by_name(os.path.basename(path))
    wanted = {Kind.PHOTO, Kind.VIDEO} if asked.videos else {Kind.PHOTO}
    if form is None or form.kind not in wanted:
        return skipped(path, "not-an-image", "Not an image file")
    return None


def _of(path: str, ended: Ended) -> OneFile:
    finished, prepared = ended.finished, ended.prepared
    if prepared is None:
        stopped = failure(path, "stopped", "Stopped; the same command goes on from there")
        return OneFile(stopped, run=None if finished is None else finished.run, exit_code=130)
    problems = () if finished is None else finished.problems
    mine = [one for one in results(prepared, problems) if path in one.files or path == one.path]
    made = one_of(path, mine)
    done = [one.target_path for one in mine if one.status not in {ERROR, SKIPPED} and one.target_path]
    code = KeepersError.exit_code if made.status == ERROR else 0
    return OneFile(replace(made, path=path), tuple(done), finished.run if finished and done else None, code)


def _ended(work: Work, asked: Asked, one: OneFile, *, dry: bool) -> OneFile:
    """Note in the history what was left and why; what was sorted is there already."""
    made = one.result
    if dry or made.status not in {SKIPPED, ERROR} or made.reason in _NOTHING_NEW:
        return one
    row = Sorted(
        made.path, "", base_of(work.session.settings), "", made.person_name or "", made.faces_found, ContentId(""),
        "error" if made.status == ERROR else "skipped", made.message, download=asked.download,
    )  # fmt: skip
    with work.session.catalog(create=True) as catalog:
        remembered.note(catalog, row, datetime.now(UTC).isoformat())
    return one
