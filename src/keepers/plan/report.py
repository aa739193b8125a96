"""The report that a person opens: one card a group, the pick in front, the reasons beside it."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import pairwise
from typing import Final

from keepers.model import ContentId, Decision, GroupKind, Ref
from keepers.plan.layout import Placing
from keepers.plan.page_card import KINDS, card, freed, size
from keepers.plan.page_frame import chips, head, header, moment
from keepers.plan.page_html import Html, Piece, document, element, joined
from keepers.plan.page_style import CSS, filters

#: A page has so many groups at most, and fewer when their thumbnails are large: it must open on a phone.
PAGE_GROUPS: Final = 100
PAGE_BYTES: Final = 8 << 20
PROBLEMS: Final = 500
_NEAR: Final = 2


@dataclass(frozen=True, slots=True)
class Entry:
    """One group of the report; `links` are addresses of its files relative to the report's folder."""

    decision: Decision
    number: int
    links: Mapping[Ref, str] = field(default_factory=dict[Ref, str])


@dataclass(frozen=True, slots=True)
class Summary:
    """What stands above the groups; `problems` are files that could not be read, and why."""

    title: str
    photos: int
    ungrouped: int
    when: datetime
    folders: tuple[str, ...] = ()
    problems: tuple[tuple[str, str], ...] = ()


def entries(placings: Iterable[Placing]) -> tuple[Entry, ...]:
    """The groups of a layout, their photos linked to the copies in the group folders."""
    return tuple(
        Entry(p.decision, p.number, {ref: _link(p.folder, path) for ref, path in p.names.items()})
        for p in placings
    )


def pages(groups: Sequence[Entry], about: Summary, thumbnails: Mapping[ContentId, bytes]) -> dict[str, bytes]:
    """The files of the report by name: index.html, page_0002.html, and so on; nothing else is needed.

    `thumbnails` are upright JPEGs of about 320 pixels; a photo without one has its name alone.
    """
    cuts = _cuts(groups, thumbnails)
    names = ["index.html", *(f"page_{number:04d}.html" for number in range(2, len(cuts) + 1))]
    kinds = tuple(kind for kind in GroupKind if any(g.decision.group.kind is kind for g in groups))
    sheet = CSS + filters(tuple(str(kind) for kind in kinds))
    done: dict[str, bytes] = {}
    for number, (name, cut) in enumerate(zip(names, cuts, strict=True), 1):
        shown = groups[cut]
        top = head(about.title, sheet, number)
        body = _body(groups, shown, about, thumbnails, joined([_turner(names, number)]))
        done[name] = document(top, body)
    return done


def _link(folder: str, path: str) -> str:
    name = folder.rpartition("/")[2]
    return f"../{name}{path.removeprefix(folder)}"


def _cuts(groups: Sequence[Entry], thumbnails: Mapping[ContentId, bytes]) -> list[slice]:
    """Where one page ends and the next begins."""
    borders = [0]
    load = 0
    for index, entry in enumerate(groups):
        weight = sum(len(thumbnails.get(b.main.content, b"")) for b in entry.decision.group.members)
        if index > borders[-1] and (index - borders[-1] >= PAGE_GROUPS or load + weight > PAGE_BYTES):
            borders.append(index)
            load = 0
        load += weight
    return [slice(start, end) for start, end in pairwise([*borders, len(groups)])] or [slice(0, 0)]


def _body(
    groups: Sequence[Entry],
    shown: Sequence[Entry],
    about: Summary,
    thumbnails: Mapping[ContentId, bytes],
    turner: Html,
) -> Iterator[Piece]:
    yield _header(groups, about)
    counts = Counter(str(entry.decision.group.kind) for entry in shown)
    if len(counts) > 1:
        yield from _chips(counts)
    cards = [card(entry.decision, entry.number, entry.links, thumbnails) for entry in shown]
    if not groups:
        cards.append(
            element("div", element("b", "No groups"), "No two photos belong together.", class_="empty")
        )
    first = bool(not groups or shown[0] is groups[0])
    yield element("main", turner, *cards, turner, _problems(about.problems) if first else None)
    undo = element("code", "keepers undo")
    yield element(
        "footer",
        "Made by Keepers on ",
        moment(about.when),
        ". Your originals lie where they were, untouched; ",
        undo,
        " takes back what was added.",
    )


def _header(groups: Sequence[Entry], about: Summary) -> Html:
    free = sum(freed(entry.decision) for entry in groups)
    kept = sum(len(entry.decision.keep) for entry in groups)
    facts = (
        (f"{about.photos:,}", "photo" if about.photos == 1 else "photos"),
        (f"{len(groups):,}", "group" if len(groups) == 1 else "groups"),
        (f"{kept:,}", "keeper" if kept == 1 else "keepers"),
        (f"{about.ungrouped:,}", "on their own"),
        (size(free), "could be freed"),
        *([(f"{len(about.problems):,}", "could not be read")] if about.problems else []),
    )
    folders = element("p", "From ", ", ".join(about.folders)) if about.folders else None
    return header(about.title, folders, facts=facts)


def _chips(counts: Counter[str]) -> Iterator[Html]:
    """Radio buttons that CSS turns into a filter by kind."""
    kinds = [kind for kind in KINDS if counts[kind]]
    chosen: list[tuple[str, str, int, Piece]] = [("all", "All", counts.total(), None)]
    chosen += [(str(kind), KINDS[kind], counts[kind], element("i", class_=f"dot {kind}")) for kind in kinds]
    return chips(chosen, "Show only groups of a kind")


def _problems(problems: Sequence[tuple[str, str]]) -> Html | None:
    if not problems:
        return None
    rows = [
        element("li", element("bdi", path), element("span", reason)) for path, reason in problems[:PROBLEMS]
    ]
    more = len(problems) - len(rows)
    return element(
        "section",
        element("h2", "Could not be read"),
        element("ul", *rows),
        element(
            "p",
            f"and {more:,} more; ",
            element("code", "keepers report unreadable"),
            " lists all",
            class_="more",
        )
        if more > 0
        else None,
        class_="bad",
        id="problems",
    )


def _turner(names: Sequence[str], here: int) -> Html | None:
    """Links to the pages: the first, the last, and those near this one."""
    if len(names) == 1:
        return None
    pieces: list[Html] = []
    last = 0
    for number, name in enumerate(names, 1):
        if 1 < number < len(names) and abs(number - here) > _NEAR:
            continue
        if number - last > 1:
            pieces.append(element("span", "…"))
        last = number
        text = str(number)
        current = number == here
        pieces.append(element("b", text, aria_current="page") if current else element("a", text, href=name))
    return element("nav", *pieces, class_="turn", aria_label="Pages")
