"""Whether a page speaks German: no word that only English has, no text of ours that German says otherwise."""

import re
import string
from collections.abc import Iterator
from pathlib import Path

from playwright.sync_api import Page, expect

from keepers.reasons import ENGLISH

TEXTS = Path(__file__).parents[3] / "frontend" / "src" / "texts"
#: Words that nearly every English sentence has one of, and German none.
_ENGLISH = re.compile(
    r"\b(the|of|and|are|with|this|that|from|were|been|has|have|which|there|their|nothing|photos?|files?|groups?"
    r"|changes?|looks?|keeps?)\b"
)
#: What a person types or a machine calls something is the same in every language.
_NAMES = re.compile(r"`[^`]*`|\bkeepers [a-z][a-z -]*|\S*[/\\_=.-]\w\S*|https?:\S+")
_SEEN = """() => {
  const heard = [...document.querySelectorAll('[aria-label], [title], [alt], [placeholder], [aria-valuetext]')].flatMap(
    one => ['aria-label', 'title', 'alt', 'placeholder', 'aria-valuetext'].map(name => one.getAttribute(name) ?? ''));
  const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  const said = [];
  while (texts.nextNode()) {
    const own = texts.currentNode.parentElement;
    if (!own.closest('script, style, noscript, code, .path, option[lang]')) said.push(texts.currentNode.data);
  }
  return [...said, ...heard].map(text => text.trim().replaceAll(/\\s+/g, ' ')).filter(text => text !== '');
}"""
_TEXT = re.compile(r'"((?:[^"\\]|\\.){3,})"')


def speaks_german(page: Page) -> None:
    """Fail where something on the page, seen or read out, is English."""
    expect(page.locator("html")).to_have_attribute("lang", "de")
    expect(page.locator("[aria-busy]")).to_have_count(0)
    english = _plain() - _german()
    # Texts of refusals come a moment after the first of them.
    wrong: list[str] = []
    for _ in range(30):
        wrong = [
            text for text in page.evaluate(_SEEN) if text in english or _ENGLISH.search(_NAMES.sub("", text))
        ]
        if not wrong:
            break
        page.wait_for_timeout(100)
    assert wrong == []


def _plain() -> set[str]:
    """English texts without holes."""
    forms = (form for text in ENGLISH.values() for form in ((text,) if isinstance(text, str) else text))
    ours = {form for form in forms if all(name is None for _, name, _, _ in string.Formatter().parse(form))}
    return ours | set(_of("en.ts")) | set(_of("pages.en.ts"))


def _german() -> set[str]:
    return {text for path in TEXTS.glob("*de.ts") for text in _of(path.name)}


def _of(name: str) -> Iterator[str]:
    yield from _TEXT.findall((TEXTS / name).read_text("utf-8"))
