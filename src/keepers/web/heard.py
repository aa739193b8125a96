"""Finds the code of a text that another module of Keepers printed, so that the page can say it in its language."""

import re
import string
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Final

from keepers.reasons import ENGLISH, Reason, Value

#: What is between the holes must be so long that no name of a user's is taken for a text of ours.
_TELLING: Final = 4
_NUMBERS: Final[Mapping[str, str]] = {
    "": ".+?",
    ":,": r"\d[\d,]*",
    ":.0f": r"\d+",
    ":.1f": r"\d+\.\d",
    ":.2f": r"\d+\.\d\d",
}
#: A list of reasons, as they are printed one after the other; a longer one is somebody else's.
_BETWEEN: Final = ("; ", ", ")
_LONGEST: Final = 400
#: Longer than any path within a text of ours.
_MOST: Final = 6_000
#: Holes in which other texts of ours stand; in the others stand names, which are never read.
_TEXTS: Final = frozenset({
    "changes", "clips", "files", "first", "groups", "kind", "people", "photos", "rest", "source", "state", "then", "title",
    "what", "why",
})  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Form:
    """One text with holes: what it begins and ends with, and all of it."""

    code: str
    begin: str
    end: str
    pattern: str
    numbers: frozenset[str]


def heard(text: str) -> str:
    """The reason that a text is, with the texts in its holes; a text that is none of ours as it is."""
    if isinstance(text, Reason) or not 0 < len(text) <= _MOST:
        return text
    plain, forms = _known()
    code = plain.get(text) or plain.get(text[0].lower() + text[1:])
    if code is not None:
        return Reason(code)
    for form in forms:
        if text.startswith(form.begin) and text.endswith(form.end):
            found = re.fullmatch(form.pattern, text, re.DOTALL)
            if found is not None:
                return Reason(form.code, **_values(found.groupdict(), form.numbers))
    return _listed(text)


def _listed(text: str) -> str:
    """Reasons that were printed one after the other, where each is known."""
    if len(text) > _LONGEST:
        return text
    for between in _BETWEEN:
        first, found, rest = text.partition(between)
        if found and isinstance(one := heard(first), Reason) and isinstance(others := heard(rest), Reason):
            return Reason("listed" if between == "; " else "listed-short", first=one, rest=others)
    name, found, rest = text.partition(": ")
    if found and isinstance(said := heard(rest), Reason):
        return Reason("listed-of", name=name, rest=said)
    return text


def _values(found: Mapping[str, str], numbers: frozenset[str]) -> dict[str, Value]:
    return {
        name: _number(text) if name in numbers else heard(text) if name in _TEXTS else text
        for name, text in found.items()
    }


def _number(text: str) -> int | float:
    return float(text) if "." in text else int(text.replace(",", ""))


@cache
def _known() -> tuple[Mapping[str, str], tuple[_Form, ...]]:
    """Texts without holes by what they say, and those with holes, the most telling first."""
    plain: dict[str, str] = {}
    forms: list[tuple[int, _Form]] = []
    for code, text in ENGLISH.items():
        for form in (text,) if isinstance(text, str) else text:
            parts = list(string.Formatter().parse(form))
            if all(name is None for _, name, _, _ in parts):
                plain.setdefault(form, code)
                continue
            said = "".join(literal for literal, _, _, _ in parts)
            if sum(map(str.isalpha, said)) >= _TELLING:
                forms.append((len(said), _form(code, form)))
    forms.sort(key=lambda one: -one[0])
    return plain, tuple(form for _, form in forms)


def _form(code: str, text: str) -> _Form:
    parts = list(string.Formatter().parse(text))
    numbers = frozenset(name for _, name, spec, _ in parts if name is not None and (spec or name == "n"))
    end = parts[-1][0] if parts[-1][1] is None else ""
    return _Form(code, parts[0][0], end, "".join(_patterns(text)), numbers)


def _patterns(text: str) -> Iterator[str]:
    seen: set[str] = set()
    for literal, name, spec, _ in string.Formatter().parse(text):
        yield re.escape(literal)
        if name is None:
            continue
        kind = f":{spec}" if spec else ":," if name == "n" else ""
        yield f"(?P={name})" if name in seen else f"(?P<{name}>{_NUMBERS[kind]})"
        seen.add(name)
