"""The page of mended faces that a person opens: each photo before and after, what became of each face and why."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from keepers.plan.page_frame import head, header, moment, picture
from keepers.plan.page_html import Html, Piece, document, element
from keepers.plan.page_style import CSS

#: So many photos are shown as pictures: at 200 KB each the page still opens on a phone.
PICTURES: Final = 100
_TITLE: Final = "Closed eyes, before and after"
_SHEET: Final = (
    CSS
    + """
.photo{background:var(--card);border:1px solid var(--line);border-radius:14px;box-shadow:var(--shade);padding:18px;margin:0 0 26px}
.photo h2{font-size:1.1rem;line-height:1.3}.photo>p{color:var(--soft);margin:2px 0 12px}
.photo img{display:block;max-width:100%;height:auto;border-radius:8px;margin:0 0 12px}
.photo ol{padding-left:1.4em}.photo li{margin:3px 0}.photo li b{font-weight:650}
.photo li.left{color:var(--soft)}
"""
)


@dataclass(frozen=True, slots=True)
class Line:
    """One face: the frame that its eyes come from, or why it was left as it is."""

    donor: str
    why: str


@dataclass(frozen=True, slots=True)
class Entry:
    """One photo: what it is called, where the new picture lies (empty: there is none), its group, and its faces.

    `shown` is a JPEG of before and after; `why` says why nothing was tried.
    """

    name: str
    path: str
    group: str
    shown: bytes
    faces: tuple[Line, ...]
    why: str = ""


def page(entries: Sequence[Entry], when: datetime) -> bytes:
    """One page that needs nothing else, runs nothing and loads nothing."""
    return document(head(_TITLE, _SHEET), _body(entries, when))


def _body(entries: Sequence[Entry], when: datetime) -> Iterator[Piece]:
    faces = [face for entry in entries for face in entry.faces]
    mended = sum(bool(face.donor) for face in faces)
    facts = (
        (sum(bool(entry.path) for entry in entries), "new pictures"),
        (mended, "faces with open eyes now"),
        (len(faces) - mended, "faces left as they are"),
    )
    yield header(
        _TITLE,
        element(
            "p", "Faces come from other frames of the same burst. The photos themselves are as they were."
        ),
        facts=((f"{number:,}", word) for number, word in facts),
        below=element("p", f"The first {PICTURES:,} photos are shown as pictures.")
        if len(entries) > PICTURES
        else None,
    )
    ordered = sorted(entries, key=lambda entry: not entry.path)
    cards = [_card(entry, shown=number < PICTURES) for number, entry in enumerate(ordered)]
    yield element("main", *(cards or [element("p", "No photo of a burst needed it.", class_="empty")]))
    yield element(
        "footer",
        "Made by Keepers on ",
        moment(when),
        ". ",
        element("code", "keepers undo"),
        " takes the new pictures away again.",
    )


def _card(entry: Entry, *, shown: bool) -> Html:
    beside = None
    if shown and entry.shown:
        beside = picture(entry.shown, f"{entry.name} before and after, its faces marked with their numbers")
    words = (
        f"new: {entry.path}"
        if entry.path
        else (f"not mended: {entry.why}" if entry.why else "no new picture")
    )
    return element(
        "section",
        element("h2", element("bdi", entry.name.rpartition("/")[2])),
        element("p", element("bdi", entry.name), element("br"), element("bdi", words)),
        beside,
        element("ol", *(_line(face) for face in entry.faces)) if entry.faces else None,
        class_="photo",
    )


def _line(face: Line) -> Html:
    if face.donor:
        return element("li", element("b", "Eyes open now"), ", from ", element("bdi", face.donor))
    return element("li", f"Left as it is: {face.why}", class_="left")
