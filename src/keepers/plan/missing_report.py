"""The answer to "may I wipe this drive?" for scripts, spreadsheets and people: JSON, CSV, HTML."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from keepers.plan import page_html
from keepers.plan.page_card import size
from keepers.plan.page_frame import head, header, moment
from keepers.plan.page_html import Html, Piece, element
from keepers.plan.page_table import SHEET, SHOWN, as_table, listed, more
from keepers.plan.whereabouts import Answer, Judged, Lot

COLUMNS: Final = ("Path", "Fares", "Found", "Size", "Note")
_SHEET: Final = (
    SHEET
    + """
.verdict{font-weight:680}.verdict.no{color:var(--bad)}.verdict.yes{color:var(--same-bytes)}
"""
)
_TITLES: Final = (
    (Lot.NOWHERE, "Nowhere else", "Wiping the drive would lose these."),
    (Lot.EDIT, "Only as an edit or a smaller copy", "The library has the picture, but not this file of it."),
    (Lot.UNREADABLE, "Could not be judged", "Damaged, not photos, or not to be read: look at them yourself."),
    (Lot.PIXELS, "Pixel for pixel", "The picture is the same; what is written beside it may differ."),
    (Lot.BYTES, "Bit for bit", "The very same bytes lie elsewhere."),
)


@dataclass(frozen=True, slots=True)
class Report:
    """An answer with the question: which drive, which libraries, whether copies were read again, when."""

    answer: Answer
    drive: str
    libraries: tuple[str, ...]
    verified: bool
    when: datetime


def document(report: Report) -> dict[str, object]:
    """What `missing --json` says."""
    answer = report.answer
    return {
        "safe_to_wipe": answer.safe,
        "drive": report.drive,
        "libraries": list(report.libraries),
        "files": len(answer.files),
        "present": len(answer.of(Lot.BYTES, Lot.PIXELS)),
        "by_bytes": len(answer.of(Lot.BYTES)),
        "by_pixels": len(answer.of(Lot.PIXELS)),
        "missing": [one.path for one in answer.of(Lot.NOWHERE)],
        "missing_bytes": sum(one.size for one in answer.of(Lot.NOWHERE)),
        "only_as_edit": [{"path": one.path, "found": one.found} for one in answer.of(Lot.EDIT)],
        "same_pixels": [{"path": one.path, "found": one.found} for one in answer.of(Lot.PIXELS)],
        "unreadable": [{"path": one.path, "reason": one.why} for one in answer.of(Lot.UNREADABLE)],
        "same_file": [{"path": one.path, "why": one.why} for one in answer.of(Lot.NOWHERE) if one.why],
        "not_checked": [{"library": one.name, "reason": one.why} for one in answer.unheard],
        "known_there": [{"path": path, "found": found} for path, found in answer.known_unheard],
        "library_unreadable": [{"path": path, "reason": reason} for path, reason in answer.faults],
        "verified": report.verified,
        "reread": answer.reread,
        "reread_bytes": answer.reread_bytes,
        "rotten": [{"path": path, "reason": reason} for path, reason in answer.rotten],
        "notes": list(answer.notes),
    }


def as_json(report: Report) -> bytes:
    """The document, and every file with how it fares."""
    files = [
        {
            "path": one.path,
            "fares": one.lot.value,
            "found": one.found or None,
            "size": one.size,
            "note": one.why,
        }
        for one in report.answer.files
    ]
    whole = {"schema_version": 1, **document(report), "every_file": files}
    return (json.dumps(whole, indent=1) + "\n").encode()


def as_csv(report: Report) -> bytes:
    """One row a file."""
    rows = ((one.path, one.lot.value, one.found, str(one.size), one.why) for one in report.answer.files)
    return as_table(COLUMNS, rows)


def page(report: Report) -> bytes:
    """One page that needs nothing else, runs nothing and loads nothing."""
    return page_html.document(head(f"May {report.drive} be wiped?", _SHEET), _body(report))


def _body(report: Report) -> Iterator[Piece]:
    yield _header(report)
    sections = [_section(report.answer, lot, name, words) for lot, name, words in _TITLES]
    yield element(
        "main",
        listed(
            "Libraries that could not be looked at", [(one.name, one.why) for one in report.answer.unheard]
        ),
        listed("Copies that are not what they should be", report.answer.rotten),
        *sections,
        listed("Could not be read in the libraries", report.answer.faults),
    )
    yield element("footer", "Looked at by Keepers on ", moment(report.when), ". Nothing was changed.")


def _header(report: Report) -> Html:
    answer = report.answer
    facts = [(f"{len(answer.of(lot)):,}", name.lower()) for lot, name, _ in reversed(_TITLES)]
    verdict = (
        element("p", "Yes: every file of it is also elsewhere.", class_="verdict yes")
        if answer.safe
        else element("p", "No, not yet.", class_="verdict no")
    )
    reread = (
        f"{answer.reread:,} copies ({size(answer.reread_bytes)}) were read again and hold what they should."
        if report.verified
        else "The copies were not read again; they are unchanged by size, time and inode."
    )
    return header(
        f"May {report.drive} be wiped?",
        verdict,
        element("p", "Compared with ", ", ".join(report.libraries), ". ", reread),
        *(element("p", note) for note in answer.notes),
        facts=((number, word) for number, word in facts if number != "0"),
    )


def _section(answer: Answer, lot: Lot, name: str, words: str) -> Html | None:
    files = answer.of(lot)
    if not files:
        return None
    titles = element("tr", element("th", "On the drive"), element("th", "Found"), element("th", "Size"))
    return element(
        "section",
        element("h2", f"{name} ({len(files):,})"),
        element("p", words),
        element("table", titles, *(_row(one) for one in files[:SHOWN])),
        more(len(files)),
    )


def _row(one: Judged) -> Html:
    return element(
        "tr",
        element("td", element("bdi", one.path), element("small", one.why) if one.why else None),
        element("td", element("bdi", one.found)),
        element("td", size(one.size)),
    )
