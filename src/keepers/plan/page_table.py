"""What the pages with tables share: how they look, lists of paths with reasons, and what is left out."""

import csv
import io
from collections.abc import Iterable, Sequence
from typing import Final

from keepers.decide.destination import visible
from keepers.plan.page_html import Html, element
from keepers.plan.page_style import CSS

#: More rows than these open slowly on a phone; the CSV has them all.
SHOWN: Final = 2_000
SHEET: Final = (
    CSS
    + """
table{width:100%;border-collapse:collapse;background:var(--card);border:1px solid var(--line);margin:12px 0 34px}
th,td{padding:9px 12px;text-align:left;vertical-align:top;border-bottom:1px solid var(--line)}
th{color:var(--soft);font-weight:600}td small{display:block;color:var(--soft)}
td:last-child,th:last-child{text-align:right;white-space:nowrap;font-variant-numeric:tabular-nums}
section h2{margin-top:30px}section p{color:var(--soft)}
"""
)
#: A spreadsheet takes what begins so for a formula (OWASP, CSV injection).
_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r")


def listed(name: str, rows: Sequence[tuple[str, str]]) -> Html | None:
    """A list of paths, each with its reason; nothing where there are none."""
    if not rows:
        return None
    shown = (element("li", element("bdi", path), element("span", reason)) for path, reason in rows[:SHOWN])
    return element(
        "section",
        element("h2", f"{name} ({len(rows):,})"),
        element("ul", *shown),
        more(len(rows)),
        class_="bad",
    )


def more(count: int) -> Html | None:
    """What is said below a table that cannot show all."""
    if count <= SHOWN:
        return None
    return element("p", f"and {count - SHOWN:,} more; the report as CSV or JSON has them all", class_="more")


def as_table(columns: Sequence[str], rows: Iterable[Sequence[str]]) -> bytes:
    """A table for a spreadsheet, as CSV (RFC 4180): no cell is taken for a formula, none can break a line."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(columns)
    writer.writerows([cell(value) for value in row] for row in rows)
    return text.getvalue().encode()


def cell(text: str) -> str:
    """A cell of a CSV file: it is taken for no formula, and it breaks no line."""
    safe = visible(text)
    return f"'{safe}" if safe.startswith(_FORMULA) else safe
