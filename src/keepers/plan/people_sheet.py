"""The sheet of featured photos that a person opens: for each one the best candidates, their faces, and why."""

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from keepers.decide.featuring import Pick
from keepers.plan.page_frame import head, header, moment, picture
from keepers.plan.page_html import Html, Piece, document, element
from keepers.plan.page_style import CSS
from keepers.plan.people_feature import UNKNOWN, Present, candidates
from keepers.score.featured import Marked

_SHEET: Final = (
    CSS
    + """
.people{display:grid;grid-template-columns:repeat(auto-fill,minmax(min(100%,600px),1fr));gap:22px;align-items:start}
.people .group{margin:0;contain-intrinsic-size:auto 330px}
.people .photos{grid-template-columns:repeat(auto-fill,minmax(118px,1fr));gap:20px 16px}
.people .frame{aspect-ratio:1;border-radius:50%;max-width:180px;margin:0 auto}
.people .frame img{object-fit:cover}
.people figcaption{text-align:left}
.people .name bdi{-webkit-line-clamp:1}
.people .parts{grid-template-columns:1fr auto;gap:0 8px;font-size:.84rem}
.people .parts span:nth-child(3n+2){text-align:right}
.people .parts .bar{grid-column:1/-1;margin:1px 0 5px}
.now{color:var(--soft);font-size:.86rem}
.none{color:var(--soft);margin-top:8px}
@media (max-width:560px){.people .photos{grid-template-columns:repeat(2,minmax(0,1fr))}}
"""
)
#: What is smaller is nothing beside the others.
_SMALL: Final = 0.005
#: What people call the factors.
_PARTS: Final[Mapping[str, str]] = {
    "face size": "face size",
    "sharpness": "sharpness",
    "recency": "age",
    "date": "date",
    "birthday": "birthday",
    "eyes": "eyes",
    "smile": "smile",
    "frontality": "to the camera",
}


@dataclass(frozen=True, slots=True)
class Sheet:
    """What the sheet tells: the picks, what stands for people now, faces by person and asset, the names of files."""

    title: str
    picks: Sequence[Pick]
    now: Mapping[str, Present]
    when: datetime
    top: int
    faces: Mapping[tuple[str, str], bytes] = field(default_factory=dict[tuple[str, str], bytes])
    names: Mapping[str, str] = field(default_factory=dict[str, str])
    photos: str = ""


def page(sheet: Sheet) -> bytes:
    """One page that needs nothing else, runs nothing and loads nothing."""
    return document(head(sheet.title, _SHEET), _body(sheet))


def _body(sheet: Sheet) -> Iterator[Piece]:
    chosen = [one for one in sheet.picks if one.chosen]
    changed = sum(_present(sheet, one).asset != one.chosen for one in chosen)
    facts = [(len(sheet.picks), "people"), (changed, "get another photo"), (len(chosen) - changed, "stay")]
    if len(chosen) < len(sheet.picks):
        facts.append((len(sheet.picks) - len(chosen), "without a fitting photo"))
    yield header(sheet.title, facts=((f"{number:,}", word) for number, word in facts))
    yield element("main", *(_person(sheet, one) for one in sheet.picks), class_="people")
    yield element(
        "footer",
        "Looked at by Keepers on ",
        moment(sheet.when),
        ". The longer a bar, the better against this person's other photos; all of them are multiplied.",
    )


def _person(sheet: Sheet, pick: Pick) -> Html:
    named = pick.person.name or "No name yet"
    shown = candidates(pick, _present(sheet, pick), sheet.top)
    best = max((one.log for one in shown), default=0.0)
    figures = [_figure(sheet, pick, one, best) for one in shown]
    return element(
        "article",
        element(
            "div",
            element("h2", element("bdi", named)),
            element("span", _count(len(pick.ranked)) if pick.ranked else None, class_="frees"),
            class_="top",
        ),
        element("p", pick.why, class_="because") if pick.chosen else element("p", pick.why, class_="none"),
        element("div", *figures, class_="photos") if figures else None,
        class_="group",
    )


def _figure(sheet: Sheet, pick: Pick, mark: Marked, best: float) -> Html:
    portrait = mark.portrait
    data = sheet.faces.get((pick.person.id, portrait.asset))
    name = sheet.names.get(portrait.asset, portrait.asset)
    face = element("em", "no picture")
    if data is not None:
        face = picture(data, f"The face in {name}", loading="lazy")
    kept = portrait.asset == pick.chosen
    standing = portrait.asset == _present(sheet, pick).asset
    return element(
        "figure",
        _frame(sheet, portrait.asset, face),
        element(
            "figcaption",
            element("p", element("bdi", name), class_="name"),
            element("p", _note(kept=kept, standing=standing), class_="now") if kept or standing else None,
            element("p", f"{portrait.taken:%d %b %Y}" if portrait.taken else "no date", class_="meta"),
            _bars(mark, best),
        ),
        class_="keep" if kept else None,
    )


def _count(photos: int) -> str:
    return "1 photo" if photos == 1 else f"{photos:,} photos"


def _frame(sheet: Sheet, asset: str, picture: Html) -> Html:
    """The face, which leads to the photo on the server."""
    if not sheet.photos:
        return element("span", picture, class_="frame")
    address = f"{sheet.photos}/{asset}"
    return element("a", picture, class_="frame", href=address, rel="noreferrer", target="_blank")


def _note(*, kept: bool, standing: bool) -> str:
    if kept and standing:
        return "already there"
    return "the pick" if kept else "there now"


def _bars(mark: Marked, best: float) -> Html | None:
    if not mark.parts:
        return None
    # The whole is shown against the best of these, for products of many factors are small.
    whole = math.exp(min(0.0, mark.log - best)) if best > -math.inf else 0.0
    rows = [("in all", whole), *((_PARTS.get(name, name), value) for name, value in mark.parts.items())]
    cells = [
        cell
        for name, value in rows
        for cell in (
            element("span", name),
            element("span", f"{value:.2f}" if value >= _SMALL else "0"),
            element("span", element("i"), class_=f"bar w{round(20 * value)}"),
        )
    ]
    return element("div", *cells, class_="parts")


def _present(sheet: Sheet, pick: Pick) -> Present:
    return sheet.now.get(pick.person.id, Present(UNKNOWN))
