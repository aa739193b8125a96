"""What may be in the way, for scripts, spreadsheets and people: JSON, CSV, and a page with small pictures."""

import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from keepers.model import ContentId
from keepers.plan.page_card import size
from keepers.plan.page_frame import chips, head, header, moment, picture
from keepers.plan.page_html import Html, Piece, element
from keepers.plan.page_html import document as html_document
from keepers.plan.page_style import CSS, filters
from keepers.plan.page_table import as_table
from keepers.plan.text import shown
from keepers.score.suggestions import Suggested, Suggestion, SuggestionKind

COLUMNS: Final = ("Decision", "Kind", "Certainty", "Why", "Path", "Taken", "Size", "Content")
#: The page shows so many pictures; more would open slowly on a phone.
SHOWN: Final = 600
_WORDS: Final[Mapping[SuggestionKind, tuple[str, str]]] = {
    SuggestionKind.BLURRED: ("Blurred", "Nothing in them is sharp."),
    SuggestionKind.DARK: ("Dark", "Nothing in them is lit."),
    SuggestionKind.OVEREXPOSED: ("Overexposed", "Hardly anything is left but white."),
    SuggestionKind.BLANK: ("Blank", "A lens cap, a pocket, one plain colour."),
    SuggestionKind.SCREENSHOT: ("Screenshots", "Pictures of a screen."),
    SuggestionKind.DOCUMENT: ("Documents", "Pages of print."),
    SuggestionKind.RECEIPT: ("Receipts", "Strips of print."),
    SuggestionKind.MEME: ("Memes", "Pictures with a caption on them."),
    SuggestionKind.FORWARD: ("Forwarded", "A messenger brought them."),
}
_SHEET: Final = CSS + ".meta b{color:var(--ink)}\n"


@dataclass(frozen=True, slots=True)
class Report:
    """The photos that may be in the way, of how many, where, and when that was looked at."""

    lines: Sequence[Suggested]
    photos: int
    folders: tuple[str, ...]
    when: datetime


def document(report: Report) -> dict[str, object]:
    """What `suggest --json` says of the photos."""
    counts = Counter(str(line.first.kind) for line in report.lines)
    return {
        "photos": report.photos,
        "kinds": {str(kind): counts[str(kind)] for kind in SuggestionKind},
        "suggestions": [_row(line) for line in report.lines],
    }


def _row(line: Suggested) -> dict[str, object]:
    bundle = line.bundle
    main = bundle.main
    return {
        "path": shown(main.ref),
        "name": main.name or main.ref.key.rpartition("/")[2],
        "files": [shown(asset.ref) for asset in bundle.assets],
        "copies": [shown(ref) for ref in bundle.copies],
        **_said(line.first),
        "also": [_said(one) for one in line.suggestions[1:]],
        "taken": main.taken.at.isoformat() if main.taken else None,
        "bytes": sum(asset.size for asset in bundle.assets),
        "content": main.content,
    }


def _said(one: Suggestion) -> dict[str, object]:
    return {"kind": one.kind.value, "certainty": one.certainty, "why": list(one.why)}


def as_json(report: Report) -> bytes:
    """The document, with the folders that were looked at."""
    whole = {"schema_version": 1, **document(report), "folders": list(report.folders)}
    return (json.dumps(whole, indent=1) + "\n").encode()


def as_csv(report: Report) -> bytes:
    """One row a photo, with an empty column for what a person decides."""
    return as_table(COLUMNS, map(_cells, report.lines))


def _cells(line: Suggested) -> Sequence[str]:
    main = line.bundle.main
    return (
        "",
        line.first.kind.value,
        f"{line.first.certainty:.2f}",
        "; ".join(line.first.why),
        shown(main.ref),
        main.taken.at.isoformat() if main.taken else "",
        str(sum(asset.size for asset in line.bundle.assets)),
        main.content,
    )


def page(report: Report, thumbnails: Mapping[ContentId, bytes]) -> bytes:
    """One page that needs nothing else, runs nothing and loads nothing."""
    lines = report.lines[:SHOWN]
    kinds = tuple(kind for kind in _WORDS if any(line.first.kind is kind for line in lines))
    sheet = _SHEET + filters(tuple(str(kind) for kind in kinds))
    return html_document(head("Photos that may be in the way", sheet), _body(report, kinds, thumbnails))


def _body(
    report: Report, kinds: Sequence[SuggestionKind], thumbnails: Mapping[ContentId, bytes]
) -> Iterator[Piece]:
    lines = report.lines[:SHOWN]
    yield _header(report)
    if len(kinds) > 1:
        yield from _chips(Counter(line.first.kind for line in lines), kinds)
    cards: list[Html] = [
        _card(kind, [line for line in lines if line.first.kind is kind], thumbnails) for kind in kinds
    ]
    if not lines:
        cards.append(
            element("div", element("b", "Nothing"), "No photo seems to be in the way.", class_="empty")
        )
    left = len(report.lines) - len(lines)
    more = element("p", f"and {left:,} more; the report as CSV or JSON has them all", class_="more")
    yield element("main", *cards, more if left > 0 else None)
    yield element(
        "footer",
        "Looked at by Keepers on ",
        moment(report.when),
        ". Nothing was changed. What is not in the way: ",
        element("code", "keepers suggest --keep FILE"),
        " remembers it.",
    )


def _header(report: Report) -> Html:
    counts = Counter(line.first.kind for line in report.lines)
    freed = sum(asset.size for line in report.lines for asset in line.bundle.assets)
    facts = [
        (f"{report.photos:,}", "photos"),
        *((f"{counts[kind]:,}", words.lower()) for kind, (words, _) in _WORDS.items() if counts[kind]),
        (size(freed), "in all of these"),
    ]
    return header(
        "Photos that may be in the way",
        element(
            "p",
            "Only a list to look through: nothing was moved, archived or deleted. The most certain come first.",
        ),
        element("p", "In ", ", ".join(report.folders) or "all that is known"),
        facts=facts,
    )


def _chips(counts: Counter[SuggestionKind], kinds: Sequence[SuggestionKind]) -> Iterator[Html]:
    """Radio buttons that CSS turns into a filter by kind."""
    chosen: list[tuple[str, str, int, Piece]] = [("all", "All", counts.total(), None)]
    chosen += [(str(kind), _WORDS[kind][0], counts[kind], None) for kind in kinds]
    return chips(chosen, "Show only one kind")


def _card(kind: SuggestionKind, lines: Sequence[Suggested], thumbnails: Mapping[ContentId, bytes]) -> Html:
    name, words = _WORDS[kind]
    return element(
        "article",
        element(
            "div",
            element("h2", name),
            element("span", f"{len(lines):,} {'photo' if len(lines) == 1 else 'photos'}", class_="meta"),
            class_="top",
        ),
        element("p", words, class_="because"),
        element("div", *(_figure(line, thumbnails) for line in lines), class_="photos"),
        class_=f"group {kind} r4x3",
        id=str(kind),
    )


def _figure(line: Suggested, thumbnails: Mapping[ContentId, bytes]) -> Html:
    main = line.bundle.main
    name = main.name or main.ref.key.rpartition("/")[2]
    data = thumbnails.get(main.content)
    small = element("em", "no preview")
    if data:
        small = picture(data, f"{name}, {line.first.kind}")
    return element(
        "figure",
        element("span", small, class_="frame"),
        element("figcaption", *_caption(line, name)),
    )


def _caption(line: Suggested, name: str) -> Iterator[Piece]:
    main = line.bundle.main
    certain = f"{line.first.certainty * 100:.0f}"
    yield element(
        "div", element("bdi", name, title=shown(main.ref)),
        element("output", certain, title="how certain, of 100"), class_="name",
    )  # fmt: skip
    facts = [f"{main.taken.at:%d %b %Y, %H:%M}"] if main.taken else []
    facts += [f"{main.width} \u00d7 {main.height}"] if main.width else []
    facts.append(size(sum(asset.size for asset in line.bundle.assets)))
    yield element("div", " · ".join(facts), class_="meta")
    step = min(20, max(0, round(line.first.certainty * 20)))
    yield element("span", element("i"), class_=f"bar w{step}", aria_hidden="true")
    also = [f"maybe {one.kind}, too: {'; '.join(one.why)}" for one in line.suggestions[1:]]
    yield element("ul", *(element("li", words) for words in (*line.first.why, *also)), class_="why")
    paths = [*(asset.ref for asset in line.bundle.assets), *line.bundle.copies]
    rows = (element("div", element("bdi", shown(ref)), class_="path") for ref in paths)
    yield element("details", element("summary", "Where it lies"), *rows)
