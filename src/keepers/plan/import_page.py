"""The page of an import that a person opens: what was decided of each file, and what was left out."""

from collections.abc import Iterator, Sequence
from typing import Final

from keepers.plan.import_plan import Line, Outcome
from keepers.plan.import_report import Passed, Report
from keepers.plan.page_card import STAR, size
from keepers.plan.page_html import Html, Piece, document, element
from keepers.plan.page_style import CSS
from keepers.plan.report import head

#: More rows than these open slowly on a phone; the CSV has them all.
SHOWN: Final = 2_000
_SHEET: Final = (
    CSS
    + """
table{width:100%;border-collapse:collapse;background:var(--card);border:1px solid var(--line);margin:12px 0 34px}
th,td{padding:9px 12px;text-align:left;vertical-align:top;border-bottom:1px solid var(--line)}
th{color:var(--soft);font-weight:600}td small{display:block;color:var(--soft)}
td:last-child,th:last-child{text-align:right;white-space:nowrap;font-variant-numeric:tabular-nums}
section h2{margin-top:30px}section p{color:var(--soft)}
"""
)
_TITLES: Final[tuple[tuple[Outcome, str, str], ...]] = (
    (Outcome.COPY, "Copied", "They lie in the library now, and where they were."),
    (Outcome.MOVE, "Moved", "They lie in the library now; undo puts them back where they were."),
    (Outcome.WORSE, "Left: a better version is in the library", "They lie untouched where they were."),
    (Outcome.THERE, "Left: in the library already", "The same bytes were found there; nothing was done."),
    (Outcome.TWICE, "Left: the same bytes twice", "One copy was imported; the others lie where they were."),
    (Outcome.REFUSED, "Refused", "They lie untouched where they were."),
)


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
            sections.append(_section(name, words, lines))
    sections += [
        _left(name, rows)
        for name, rows in (
            ("Left for later", report.waiting),
            ("Companions of no photo", report.alone),
            ("Could not be read", report.unreadable),
            ("Passed over", report.ignored),
        )
        if rows
    ]
    yield element("main", *sections)
    yield element(
        "footer",
        "Decided by Keepers on ",
        element("time", f"{report.when:%d %B %Y, %H:%M}", datetime=report.when.isoformat(timespec="seconds")),
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
    return element(
        "header",
        element("p", STAR, "Keepers", class_="mark"),
        element("h1", title),
        element(
            "ul",
            *(element("li", element("b", n), element("span", word)) for n, word in facts),
            class_="stats",
        ),
    )


def _section(name: str, words: str, lines: Sequence[Line]) -> Html:
    rows = [
        element(
            "tr",
            element("td", element("bdi", line.asset.ref.key), element("small", line.reason)),
            element("td", element("bdi", line.path)),
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
        _more(len(lines)),
    )


def _left(name: str, rows: Passed) -> Html:
    shown = (element("li", element("bdi", path), element("span", reason)) for path, reason in rows[:SHOWN])
    return element(
        "section",
        element("h2", f"{name} ({len(rows):,})"),
        element("ul", *shown),
        _more(len(rows)),
        class_="bad",
    )


def _more(count: int) -> Html | None:
    if count <= SHOWN:
        return None
    return element("p", f"and {count - SHOWN:,} more; the report as CSV or JSON has them all", class_="more")
