"""Duplicates for scripts, spreadsheets and people: which copy stays, which may go, what that frees."""

import csv
import io
import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from keepers.decide.copies import Settled
from keepers.model import GroupKind, Ref
from keepers.plan.duplicates_document import document, names
from keepers.plan.page_card import size
from keepers.plan.page_frame import head, header, moment
from keepers.plan.page_html import Html, Piece, element
from keepers.plan.page_html import document as html_document
from keepers.plan.page_table import SHEET, SHOWN, as_table, cell

COLUMNS: Final = ("Group", "Kind", "What", "Path", "Size", "Frees", "Reason")
_SHEET: Final = SHEET + "td ul{list-style:none;padding:0;margin:0}td li+li{margin-top:6px}\n"
_TITLES: Final = {
    GroupKind.SAME_BYTES: ("The same bytes", "These files are equal, bit for bit."),
    GroupKind.SAME_PIXELS: ("The same pixels", "The pictures are equal; what is written beside them may differ."),
    GroupKind.SAME_PICTURE: ("The same picture", "Smaller copies, edits and exports: look at them yourself."),
    GroupKind.SAME_CLIP: ("The same clip", "Versions of one film: look at them yourself."),
    GroupKind.BURST: ("Bursts", "Frames of one moment: look at them yourself."),
    GroupKind.BRACKET: ("Brackets", "Frames of an exposure bracket belong together."),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Report:
    """The groups that were found, in which folders, and when."""

    groups: Sequence[Settled]
    folders: tuple[str, ...]
    when: datetime

    @property
    def freed(self) -> int:
        """The bytes that all that may go takes up."""
        return sum(group.freed for group in self.groups)


def as_json(report: Report) -> bytes:
    """The document, with the folders that were looked at."""
    whole = {"schema_version": 1, **document(report.groups), "folders": list(report.folders)}
    return (json.dumps(whole, indent=1) + "\n").encode()


def as_csv(report: Report) -> bytes:
    """One row a photo."""
    return as_table(COLUMNS, _rows(report))


def _rows(report: Report) -> Iterator[Sequence[str]]:
    for group in report.groups:
        rows = [("keep", group.keep, group.reason, 0)]
        rows += [("drop", item, "", item.freed) for item in group.drop]
        rows += [("stay", item, why, 0) for item, why in group.stay]
        for what, item, why, freed in rows:
            main = item.bundle.main
            yield (group.id, group.kind.value, what, item.ref.key, str(main.size), str(freed), why)


def as_log(report: Report, digest: Callable[[Ref], str]) -> bytes:
    """The old finder's report: a row a file of equal ones, its SHA-256 and its path."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    for group in report.groups:
        if group.kind is GroupKind.SAME_BYTES:
            same = digest(group.keep.ref)
            for item in (group.keep, *group.drop, *(item for item, _ in group.stay)):
                writer.writerows([same, cell(ref.key)] for ref in names(item))
    return text.getvalue().encode()


def page(report: Report) -> bytes:
    """One page that needs nothing else, runs nothing and loads nothing."""
    return html_document(head("Duplicates", _SHEET), _body(report))


def _body(report: Report) -> Iterator[Piece]:
    yield _header(report)
    sections: list[Html] = []
    left = SHOWN
    for kind, (name, words) in _TITLES.items():
        groups = [group for group in report.groups if group.kind is kind]
        if groups:
            sections.append(_section(name, words, groups, max(0, left)))
            left -= len(groups)
    yield element("main", *sections)
    yield element("footer", "Looked at by Keepers on ", moment(report.when), ".")


def _header(report: Report) -> Html:
    gone = sum(len(names(item)) for group in report.groups for item in group.drop)
    stay = sum(len(group.stay) for group in report.groups)
    facts = ((len(report.groups), "groups"), (gone, "may go"), (stay, "stay, with a reason"))
    return header(
        f"Duplicates: {size(report.freed)} could be freed",
        element("p", "In ", ", ".join(report.folders) or "all that is known"),
        facts=((f"{number:,}", word) for number, word in facts if number),
    )


def _section(name: str, words: str, groups: Sequence[Settled], most: int) -> Html:
    titles = element("tr", element("th", "Stays"), element("th", "May go"), element("th", "Frees"))
    more = len(groups) - most
    return element(
        "section",
        element("h2", f"{name} ({len(groups):,})"),
        element("p", words),
        element("table", titles, *(_row(group) for group in groups[:most])),
        element("p", f"and {more:,} more; the report as CSV or JSON has them all") if more > 0 else None,
    )


def _row(group: Settled) -> Html:
    stay = [element("li", element("bdi", item.ref.key), element("small", why)) for item, why in group.stay]
    kept = element("li", element("bdi", group.keep.ref.key), element("small", group.reason))
    gone = [element("li", element("bdi", ref.key)) for item in group.drop for ref in names(item)]
    return element(
        "tr",
        element("td", element("ul", kept, *stay)),
        element("td", element("ul", *gone) if gone else None),
        element("td", size(group.freed)),
    )
