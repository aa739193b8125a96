"""The page of an import that a person opens: what was decided of each file, and what was left out."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from keepers.model import ContentId, Kind, Role
from keepers.plan.import_plan import Line, Outcome
from keepers.plan.import_report import Report
from keepers.plan.page_card import size
from keepers.plan.page_frame import head, header, moment, picture
from keepers.plan.page_html import Html, Piece, document, element
from keepers.plan.page_table import SHEET, SHOWN, listed, more

#: So many photos are shown as pictures: at 6 KB each the page stays a few megabytes, and opens on a phone.
PICTURES: Final = 400
#: Pixels of a picture's longer side: sharp on the screens of phones at the width below.
SIDE: Final = 192
_SHEET: Final = (
    SHEET
    + """
td img{float:left;width:96px;height:72px;object-fit:contain;background:var(--well);border-radius:8px;margin-right:12px}
@media (max-width:560px){td img{display:block;float:none;margin:0 0 6px}}
"""
)
#: What a person wants to see first: which of two versions stayed out.
_FIRST: Final = (Outcome.WORSE, Outcome.COPY, Outcome.MOVE, Outcome.REFUSED, Outcome.TWICE, Outcome.THERE)

_TITLES: Final[tuple[tuple[Outcome, str, str], ...]] = (
    (Outcome.COPY, "Copied", "They lie in the library now, and where they were."),
    (Outcome.MOVE, "Moved", "They lie in the library now; undo puts them back where they were."),
    (Outcome.WORSE, "Left: a better version is in the library", "They lie untouched where they were."),
    (Outcome.THERE, "Left: in the library already", "The same bytes were found there; nothing was done."),
    (Outcome.TWICE, "Left: the same bytes twice", "One copy was imported; the others lie where they were."),
    (Outcome.REFUSED, "Refused", "They lie untouched where they were."),
)


def pictured(lines: Sequence[Line]) -> dict[ContentId, str]:
    """The photos whose pictures the page shows, each with a path that holds it, before anything is moved.

    Of a version that stays out the better one is shown, too. A photo of several files has one picture.
    """
    paths = {line.content: line.path for line in lines if line.action is None}
    paths |= {line.asset.content: line.asset.ref.key for line in lines}
    wanted: dict[ContentId, str] = {}
    ordered = (line for outcome in _FIRST for line in lines if line.outcome is outcome and _is_photo(line))
    for line in ordered:
        for content in (line.asset.content, line.content):
            if len(wanted) < PICTURES and content in paths:
                wanted.setdefault(content, paths[content])
    return wanted


def page(report: Report) -> bytes:
    """One page that needs nothing else, runs nothing and loads nothing."""
    title = f"Import to {report.to}"
    return document(head(title, _SHEET), _body(title, report))


def _body(title: str, report: Report) -> Iterator[Piece]:
    yield _header(title, report)
    sections: list[Html] = []
    for outcome, name, words in _TITLES:
        lines = [line for line in report.lines if line.outcome is outcome]
        if lines:
            sections.append(_section(name, words, lines, report.thumbnails))
    left = (
        ("Left for later", report.waiting),
        ("Companions of no photo", report.alone),
        ("Could not be read", report.unreadable),
        ("Passed over", report.ignored),
    )
    yield element("main", *sections, *(listed(name, rows) for name, rows in left))
    yield element(
        "footer",
        "Decided by Keepers on ",
        moment(report.when),
        ". Nothing was deleted; ",
        element("code", "keepers undo"),
        " takes back what was done, ",
        element("code", "keepers history"),
        " says what could not be done.",
    )


def _header(title: str, report: Report) -> Html:
    done = [line for line in report.lines if line.action is not None]
    facts = [(f"{count:,}", outcome.value) for outcome, count in report.counts().items()]
    facts.append((size(sum(line.asset.size for line in done)), "brought in"))
    others = len(report.unreadable) + len(report.waiting)
    if others:
        facts.append((f"{others:,}", "could not be taken"))
    return header(
        title,
        facts=facts,
        below=element("p", f"The first {PICTURES:,} photos are shown as pictures.")
        if len(report.thumbnails) >= PICTURES
        else None,
    )


def _is_photo(line: Line) -> bool:
    return line.asset.role is Role.MAIN and line.asset.kind is not Kind.COMPANION


def _picture(content: ContentId, thumbnails: Mapping[ContentId, bytes]) -> Html | None:
    data = thumbnails.get(content)
    if data is None:
        return None
    return picture(data, "")


def _section(name: str, words: str, lines: Sequence[Line], thumbnails: Mapping[ContentId, bytes]) -> Html:
    rows = [
        element(
            "tr",
            element(
                "td",
                _picture(line.asset.content, thumbnails) if _is_photo(line) else None,
                element("bdi", line.asset.ref.key),
                element("small", line.reason),
            ),
            element(
                "td",
                # Where the same bytes lie, the same picture would say nothing.
                _picture(line.content, thumbnails) if line.content != line.asset.content else None,
                element("bdi", line.path),
            ),
            element("td", size(line.asset.size)),
        )
        for line in lines[:SHOWN]
    ]
    titles = element("tr", element("th", "From"), element("th", "In the library"), element("th", "Size"))
    return element(
        "section",
        element("h2", f"{name} ({len(lines):,})"),
        element("p", words),
        element("table", titles, *rows),
        more(len(lines)),
    )
