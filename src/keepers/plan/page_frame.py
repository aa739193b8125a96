"""What frames every page that a person opens: its head, what it is about and its numbers, when it was made, filters."""

import base64
import hashlib
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import Final

from keepers.plan.page_html import Html, Piece, element, style

STAR: Final = element(
    "svg",
    element("path", d="M12 2.2l3 6.2 6.8.9-5 4.7 1.3 6.8L12 17.5l-6.1 3.3 1.3-6.8-5-4.7 6.8-.9z"),
    viewBox="0 0 24 24",
    aria_hidden="true",
)


def head(title: str, sheet: str, number: int = 1) -> Iterator[Piece]:
    """What stands above every page: nothing may be loaded, run or sent."""
    digest = base64.b64encode(hashlib.sha256(sheet.encode()).digest()).decode()
    # Even if a name slipped through, nothing could be loaded, run or sent.
    policy = (
        f"default-src 'none'; img-src data:; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"
    )
    yield element("meta", charset="utf-8")
    yield element("meta", http_equiv="Content-Security-Policy", content=policy)
    yield element("meta", name="viewport", content="width=device-width, initial-scale=1")
    yield element("meta", name="referrer", content="no-referrer")
    yield element("meta", name="color-scheme", content="light dark")
    yield element("title", title if number == 1 else f"{title} ({number})")
    yield style(sheet)


def header(title: str, *about: Piece, facts: Iterable[tuple[str, str]], below: Piece = None) -> Html:
    """The title, what the page is about, and its numbers, each with a word."""
    return element(
        "header",
        element("p", STAR, "Keepers", class_="mark"),
        element("h1", title),
        *about,
        element(
            "ul",
            *(element("li", element("b", number), element("span", word)) for number, word in facts),
            class_="stats",
        ),
        below,
    )


def moment(when: datetime) -> Html:
    """A time for people, and for programs."""
    return element("time", f"{when:%d %B %Y, %H:%M}", datetime=when.isoformat(timespec="seconds"))


def picture(data: bytes, alt: str, **attributes: str | None) -> Html:
    """A JPEG that lies in the page itself."""
    source = f"data:image/jpeg;base64,{base64.b64encode(data).decode()}"
    return element("img", src=source, alt=alt, decoding="async", **attributes)


def chips(choices: Sequence[tuple[str, str, int, Piece]], what: str) -> Iterator[Html]:
    """Radio buttons that CSS turns into a filter, the first one chosen: key, word, count, and a mark before the word."""
    for key, word, _, _ in choices:
        yield element(
            "input",
            type="radio",
            name="only",
            id=f"only-{key}",
            class_="pick-one",
            checked=key == choices[0][0],
            aria_label=word,
        )
    yield element(
        "nav",
        *(
            element("label", mark, word, element("small", f"{count:,}"), for_=f"only-{key}")
            for key, word, count, mark in choices
        ),
        class_="chips",
        aria_label=what,
    )
