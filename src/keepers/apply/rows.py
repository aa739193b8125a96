"""Actions as JSON text for the journal; bytes that are to be written are kept apart, by their content."""

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import fields
from typing import Any, Final

from keepers.actions import Action, Copy, Link, Move, Restore, SetField, Trash, Write, verb
from keepers.model import ContentId, PlaceId, Ref

_KINDS: Final[Mapping[str, type[Action]]] = {
    "copy": Copy,
    "move": Move,
    "link": Link,
    "write": Write,
    "trash": Trash,
    "restore": Restore,
    "set": SetField,
}
_NESTED: Final = "undoes"
_REFS: Final = frozenset({"source", "target", "ref"})


def encode(action: Action) -> str:
    """An action as ASCII text, without its bytes."""
    return json.dumps(_plain(action), ensure_ascii=True, separators=(",", ":"))


def _plain(action: Action) -> dict[str, Any]:
    # JSON is the border here: each value is a text, a number, a Ref or one nested action.
    plain: dict[str, Any] = {"verb": verb(action)}
    for field in fields(action):
        value = getattr(action, field.name)
        if isinstance(value, Ref):
            value = [value.place, value.key]
        elif field.name == _NESTED and value is not None:
            value = _plain(value)
        if field.name != "data" and value != field.default:
            plain[field.name] = value
    return plain


def payloads(action: Action) -> Iterator[tuple[ContentId, bytes]]:
    """The bytes that an action has to write, or would have to when it is taken back."""
    if isinstance(action, Write):
        yield action.content, action.data
    elif isinstance(action, Trash | Restore) and isinstance(action.undoes, Write):
        yield action.undoes.content, action.undoes.data


def decode(text: str, data: Callable[[ContentId], bytes]) -> Action:
    """Read an action back; `data` gives the bytes of a content."""
    return _built(json.loads(text), data)


def _built(plain: dict[str, Any], data: Callable[[ContentId], bytes]) -> Action:
    kind = _KINDS[plain.pop("verb")]
    for key in _REFS & plain.keys():
        place, text = plain[key]
        plain[key] = Ref(PlaceId(place), text)
    if _NESTED in plain:
        plain[_NESTED] = _built(plain[_NESTED], data)
    if kind is Write:
        plain["data"] = data(ContentId(plain["content"]))
    return kind(**plain)
