"""HTML that cannot be broken by names: every text is escaped, every element closed."""

import html
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from keepers.decide.destination import visible

_VOID: Final = frozenset({"img", "input", "meta", "br"})
#: Characters that stand for themselves in a path of a URL (RFC 3986, section 2.3, and the slash).
_PLAIN: Final = frozenset(b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._~/")


@dataclass(frozen=True, slots=True)
class Html:
    """A piece of finished HTML; only this module makes one from text."""

    text: str


Piece = Html | str | None


def element(name: str, /, *inside: Piece, **attributes: str | bool | None) -> Html:
    """One element; texts inside and attribute values are escaped, None and False are left out.

    An attribute that is a word of Python is given with an underscore at its end: `class_`.
    """
    given = "".join(_attribute(key, value) for key, value in attributes.items() if value is not None)
    if name in _VOID:
        return Html(f"<{name}{given}>")
    return Html(f"<{name}{given}>{joined(inside).text}</{name}>")


def joined(pieces: Iterable[Piece]) -> Html:
    """Pieces one after another, texts escaped."""
    return Html("".join(_escaped(piece) for piece in pieces if piece is not None))


def document(head: Iterable[Piece], body: Iterable[Piece]) -> bytes:
    """A whole page in English."""
    page = element("html", element("head", *head), element("body", *body), lang="en")
    return f"<!doctype html>\n{page.text}\n".encode()


def style(css: str) -> Html:
    """A style sheet of our own, which is no text to escape."""
    return Html(f"<style>{css}</style>")


def address(path: str) -> str:
    """A relative path as a URL: the bytes of the name, percent-encoded (RFC 3986, section 2.1)."""
    raw = path.encode("utf-8", "surrogateescape")
    return "".join(chr(byte) if byte in _PLAIN else f"%{byte:02X}" for byte in raw)


def _attribute(key: str, value: str | object) -> str:
    name = key.rstrip("_").replace("_", "-")
    if not isinstance(value, str):
        return f" {name}" if value else ""
    return f' {name}="{html.escape(visible(value))}"'


def _escaped(piece: Html | str) -> str:
    return piece.text if isinstance(piece, Html) else html.escape(visible(piece))
