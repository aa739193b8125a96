"""The commands that ask whether photos are safe: missing, verify."""

import argparse
import os
import shlex
import sys
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from keepers import wiring
from keepers.cli import learning, report_files, session, show
from keepers.cli.judging import FOUND
from keepers.errors import SourceShrunkError, UsageError
from keepers.plan import missing_report
from keepers.plan.missing_report import Report
from keepers.plan.whereabouts import Judged, Library, Lot
from keepers.workflows import overlap

FORMATS: Final[dict[str, Callable[[Report], bytes]]] = {
    ".csv": missing_report.as_csv,
    ".json": missing_report.as_json,
    ".html": missing_report.page,
}
SHOWN: Final = 20
#: `keepers missing DRIVE && wipe` would wipe: the exit code says how the asking went.
_NO_YES: Final = "the exit code says only that the question was answered; --fail-on-found makes it 4 unless the answer is yes\n"
_SCHEMES: Final = ("takeout:", "apple:")


def missing(options: argparse.Namespace) -> int:
    """Say which files of a drive are nowhere in the libraries; nothing but the catalog changes."""
    opened = session.opened(options)
    drive = wiring.sources([options.drive])
    libraries, given = _libraries(options.libraries)
    for library in given:
        _apart(drive, library)
    roots = [*drive, *(root for one in given for root in one)]
    reports = [report_files.chosen(text, FORMATS, roots, fresh=True) for text in options.report]
    with opened.catalog(create=True) as catalog:
        answer = opened.missing(
            catalog, drive, libraries, given, verify=options.verify, by_bytes=options.by_bytes
        )
    when = datetime.now(UTC).astimezone(opened.home)
    report = Report(answer, ", ".join(drive), tuple(one.name for one in libraries), options.verify, when)
    for path in reports:
        report_files.put(path, FORMATS[os.path.splitext(path)[1].lower()](report))
    if options.json:
        show.document(missing_report.document(report))
    else:
        _tell(report)
        _next(options, report)
        for path in reports:
            show.line(f"Report: {path}")
    if options.fail_on_found and not answer.safe:
        return FOUND
    if not answer.safe and not options.quiet:
        sys.stderr.write(_NO_YES)
    unseen = answer.of(Lot.UNREADABLE) or answer.faults or answer.rotten or answer.unheard
    return learning.PARTLY if unseen else 0


def _libraries(texts: Sequence[str]) -> tuple[list[Library], list[wiring.Sources]]:
    """The libraries, and the addresses of those that are there; one that is not is told, not refused."""
    libraries: list[Library] = []
    given: list[wiring.Sources] = []
    for text in dict.fromkeys(texts):
        path = text if text.startswith(_SCHEMES) else os.path.abspath(os.path.expanduser(text))
        try:
            sources = wiring.sources([text])
        except SourceShrunkError as error:
            libraries.append(Library(path, (), str(error)))
        else:
            libraries.append(Library(path, sources))
            given.append(sources)
    return libraries, given


def _apart(drive: Sequence[str], library: Sequence[str]) -> None:
    met = overlap.same_place(drive, library)
    if met is not None:
        message = (
            f"{met[0]} and {met[1]} are one folder, or one lies within the other: what is on the drive cannot be "
            "its own copy. Name the folders that stay when the drive is gone"
        )
        raise UsageError(message)


def _tell(report: Report) -> None:
    answer = report.answer
    lost = answer.of(Lot.NOWHERE, Lot.EDIT, Lot.UNREADABLE)
    total = show.count(len(answer.files), "file")
    if answer.safe:
        show.line(f"Yes. Each of the {total} of {report.drive} is also elsewhere.")
    elif not answer.files:
        show.line(f"No. There is no photo on {report.drive}.")
    else:
        show.line(
            f"No, not yet. Of {total} of {report.drive}, {len(lost):,} would be lost or could not be judged."
        )
    show.line()
    for lot, words in _WORDS.items():
        if answer.of(lot):
            show.line(f"{len(answer.of(lot)):>9,}  {words}")
    _list("Nowhere else:", answer.of(Lot.NOWHERE))
    _list("Only as an edit or a smaller copy:", answer.of(Lot.EDIT))
    _list("Could not be judged:", answer.of(Lot.UNREADABLE))
    _rows("Copies that are not what they should be:", answer.rotten)
    _rows("Could not be read in the libraries:", answer.faults)
    for library in answer.unheard:
        show.line()
        show.line(f"{library.name} was not looked at: {library.why}")
    if answer.known_unheard:
        show.line(
            f"  it held {show.count(len(answer.known_unheard), 'of these files', 'of these files')} when it was last there"
        )
    for note in answer.notes:
        show.line()
        show.line(f"Mind: {note}.")
    show.line()


_WORDS: Final = {
    Lot.BYTES: "bit for bit",
    Lot.PIXELS: "pixel for pixel (what is written beside the picture may differ)",
    Lot.EDIT: "only as an edit or a smaller copy",
    Lot.NOWHERE: "nowhere else",
    Lot.UNREADABLE: "could not be judged",
}


def _list(title: str, rows: Sequence[Judged]) -> None:
    told = [
        (one.path, " - ".join(part for part in (f"→ {one.found}" if one.found else "", one.why) if part))
        for one in rows
    ]
    _rows(title, told)


def _rows(title: str, rows: Sequence[tuple[str, str]]) -> None:
    if not rows:
        return
    show.line()
    show.line(title)
    for path, words in rows[:SHOWN]:
        show.line(f"  {path}" + (f"  {words}" if words else ""))
    if len(rows) > SHOWN:
        show.line(f"  … and {len(rows) - SHOWN:,} more; --report FILE.html or --json names all")


def _next(options: argparse.Namespace, report: Report) -> None:
    """What to do now, as a command."""
    answer = report.answer
    drive = shlex.quote(options.drive)
    folders = [one for one in options.libraries if not one.startswith(_SCHEMES)]
    first = shlex.quote(folders[0]) if folders else "LIBRARY"
    again = f"keepers missing {drive} --from {' '.join(shlex.quote(one) for one in options.libraries)}"
    if answer.safe and report.verified:
        show.line(
            f"{show.count(answer.reread, 'copy', 'copies')} ({show.size(answer.reread_bytes)}) were read again just now "
            "and hold what they should."
        )
    elif answer.safe:
        again += " --by-bytes" if options.by_bytes else ""
        show.line(
            "The copies were not read again; by size, time and inode they are what they were when they were read."
        )
        show.line(f"To be sure before you wipe: {again} --verify")
    elif answer.rotten:
        show.line(
            f"Next: keepers verify {first} names what is damaged there, and how to put it back; then ask again."
        )
    elif answer.of(Lot.NOWHERE, Lot.EDIT):
        show.line(f"Next: keepers import {drive} --to {first}, then ask again.")
    elif any(Path(one.path).exists() for one in answer.of(Lot.UNREADABLE)) and not options.by_bytes:
        show.line("Look at what could not be judged. If it is enough that the libraries hold the same bytes:")
        show.line(f"  {again} --by-bytes")
    show.line("Nothing was changed.")
