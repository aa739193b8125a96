"""Rows of the catalog as the API answers them, and the keys of pages as texts."""

import base64
import binascii
import json
import re
from typing import Any, Final

from keepers.catalog import contents, reviews
from keepers.catalog.reviews import Order, Row, Wanted
from keepers.catalog.sightings import shown
from keepers.catalog.store import Catalog
from keepers.errors import UsageError
from keepers.reasons import Reason
from keepers.web.answers.asked import Filter
from keepers.web.answers.groups import Band, GroupRow
from keepers.web.answers.said import Said
from keepers.web.heard import heard

PHOTOS: Final = "/api/v1/photos"


def row(found: Row) -> GroupRow:
    """A group as a list shows it."""
    return GroupRow(
        id=found.id,
        kind=found.kind,
        band=Band(found.band),
        photos=found.photos,
        keep=found.keep,
        drop=found.photos - found.keep,
        freed=found.freed,
        taken=found.taken,
        folder=text(found.folder),
        name=text(found.name),
        confidence=found.confidence,
        faces=found.faces,
        people=list(json.loads(found.people)),
        reviewed=found.reviewed,
        revision=found.revision,
        cover=picture(found.cover, found.content, "thumbnail"),
    )


def picture(number: int, content: bytes, kind: str) -> str:
    """The path of a picture; with the content in it, the browser need never ask again."""
    return f"{PHOTOS}/{number}/{kind}?v={version(content)}"


def version(content: bytes) -> str:
    """What tells the pictures of one content from those of another."""
    return content[:8].hex()


def text(name: str) -> str:
    """A name as JSON may carry it: bytes that are no text stand as escapes."""
    return name.encode("utf-8", "backslashreplace").decode()


def said(words: str) -> Said:
    """A text as the page takes it, with its code where it is one of ours; other words go as they are."""
    found = heard(words)
    if not isinstance(found, Reason):
        return Said(code="", words=text(words), values={}, parts={})
    plain = {name: value for name, value in found.values.items() if not isinstance(value, Reason)}
    return Said(
        code=found.code,
        words=text(words),
        values={name: text(value) if isinstance(value, str) else value for name, value in plain.items()},
        parts={name: said(value) for name, value in found.values.items() if isinstance(value, Reason)},
    )


def path(place: str, key: bytes) -> str:
    """Where something lies, for people."""
    return text(shown(place, key))


def wanted(asked: Filter) -> Wanted:
    """What a list is narrowed to, as the catalog takes it."""
    return Wanted(
        tuple(asked.kind),
        tuple(band.value for band in asked.band),
        tuple(asked.person),
        tuple(asked.year),
        _raw(asked.folder),
        asked.confidence,
        asked.faces,
        asked.reviewed,
        asked.order,
    )


def _raw(folder: str) -> str:
    """A folder as `text` wrote it, with the bytes that are no text."""
    return re.sub(r"\\udc([89a-f][0-9a-f])", lambda found: chr(0xDC00 + int(found[1], 16)), folder)


def cursor(order: Order, key: tuple[float, int]) -> str:
    """The key of a row as a text."""
    return _packed([order.value, *key])


def key_of(order: Order, given: str | None) -> tuple[float, int] | None:
    """The key that a text is of; UsageError where it is of another order, or none."""
    if not given:
        return None
    parts = unpacked(given)
    match parts:
        case [str(name), int() | float() as at, int(number)] if (
            name == order.value and _fits(at) and _fits(number)
        ):
            return float(at), number
        case _:
            raise UsageError(Reason("no-cursor"))


def _fits(number: float) -> bool:
    return -1e19 < number < 1e19 and (not isinstance(number, int) or abs(number) < 2**63)


def _packed(parts: list[Any]) -> str:
    return base64.urlsafe_b64encode(json.dumps(parts).encode()).decode().rstrip("=")


def packed(*parts: str | int) -> str:
    """Any key as a text."""
    return _packed(list(parts))


def unpacked(given: str) -> list[Any]:
    """What a text was made of; UsageError where it was not made by `packed`."""
    try:
        parts = json.loads(base64.urlsafe_b64decode(given + "=" * (-len(given) % 4)))
    except (binascii.Error, ValueError, RecursionError) as error:
        raise UsageError(Reason("no-cursor")) from error
    if not isinstance(parts, list):
        raise UsageError(Reason("no-cursor"))
    return list(parts)  # pyright: ignore[reportUnknownArgumentType, reportUnknownVariableType]


def number_of(given: str | None) -> int | None:
    """The number behind which a page begins; UsageError where the text is none."""
    if not given:
        return None
    match unpacked(given):
        case [int(number)] if _fits(number):
            return number
        case _:
            raise UsageError(Reason("no-cursor"))


def text_of(given: str | None) -> str:
    """The text behind which a page begins; UsageError where it is none."""
    if not given:
        return ""
    match unpacked(given):
        case [str(word)]:
            return word
        case _:
            raise UsageError(Reason("no-cursor"))


def state(catalog: Catalog, grouped_at: str) -> str:
    """What there is: nothing, photos, or groups."""
    if grouped_at:
        return "ready"
    return "empty" if contents.is_empty(catalog) else "ungrouped"


def rows(catalog: Catalog, numbers: tuple[int, ...]) -> list[GroupRow]:
    """Groups by their numbers."""
    return [row(one) for one in reviews.numbered(catalog, numbers)]
