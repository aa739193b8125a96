"""Which photos a person may want out of the way: blurred, dark, screenshots, receipts, memes; with the evidence in words.

A suggestion is never an action. Pieces of evidence that are independent of each other are joined as a noisy-or (J. Pearl,
"Probabilistic Reasoning in Intelligent Systems", 1988): each that speaks for a kind leaves less doubt, none proves more
than its own weight. Weights are set by hand so that a normal photo stays below the default certainty; what protects a photo
caps it, whatever the pixels say.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from math import prod
from typing import Final

import numpy as np

from keepers.model import Bundle, Facts
from keepers.score import junk_names
from keepers.score.inspection import Inspection

#: Suggestions below this certainty are not shown unless they are asked for.
CERTAIN: Final = 0.6
#: What is liked, edited, picked or shows people is no more certain than this.
PROTECTED: Final = 0.3
#: Weaker suggestions than this are none.
LEAST: Final = 0.2
#: Smaller pictures tell too little by their pixels.
SMALL: Final = 480
TINY: Final = 320
#: Print in a strip so much longer than wide is a receipt's; it is told in pictures of so many pixels.
NARROW, BROAD = 4.5, 720
#: Tiles with edges, of 256, from which on widths of edges say something.
EDGED: Final = 12
#: What a screen shows has edges all over it; a thing on a white or black ground has them in its middle.
BUSY: Final = 140
#: Grey levels between the darkest and the brightest part from which on a white picture has its shadows.
SHADED: Final = 120
#: What messengers send has so many pixels at its long side at most.
SENT: Final = 1600

Evidence = tuple[float, str]


class SuggestionKind(StrEnum):
    """Why a photo may be in the way."""

    BLURRED = "blurred"
    DARK = "dark"
    OVEREXPOSED = "overexposed"
    BLANK = "blank"
    SCREENSHOT = "screenshot"
    DOCUMENT = "document"
    RECEIPT = "receipt"
    MEME = "meme"
    FORWARD = "forward"


#: Faults of a photo; the others are no photos of one's own.
FAULTS: Final = frozenset(
    {SuggestionKind.BLURRED, SuggestionKind.DARK, SuggestionKind.OVEREXPOSED, SuggestionKind.BLANK}
)


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A kind, how certain it is in 0-1, and why in words, the strongest first."""

    kind: SuggestionKind
    certainty: float
    why: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Suggested:
    """A photo, its other locations as `copies`, and what may be said against it, the most certain first."""

    bundle: Bundle
    suggestions: tuple[Suggestion, ...]

    @property
    def first(self) -> Suggestion:
        """The most certain."""
        return self.suggestions[0]


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of a photo besides its pixels: its facts, its name and folder, and what protects it.

    `liked` is what somebody said of it in words (a favourite, rated 4), `edited` whether somebody worked on it, `picked`
    whether it is the keeper of a series, `bracketed` whether its camera meant to expose it so, `faces` how many people were
    seen in it, `sharp_face` whether one is sharp.
    """

    facts: Facts
    name: str
    folder: str = ""
    liked: str = ""
    edited: bool = False
    picked: bool = False
    bracketed: bool = False
    faces: int = 0
    sharp_face: bool = False

    @property
    def from_camera(self) -> bool:
        """Whether the bytes name a camera or how it exposed."""
        facts = self.facts
        return bool(facts.camera or facts.lens or facts.exposure_seconds is not None)


def suggestions(known: Known, seen: Inspection | None) -> tuple[Suggestion, ...]:
    """What may be said against a photo, the most certain first; nothing for most photos.

    Without an inspection only what names and facts tell counts.
    """
    found = [
        _joined(SuggestionKind.SCREENSHOT, _screenshot(known, seen)),
        _joined(SuggestionKind.FORWARD, _forward(known)),
        _joined(SuggestionKind.MEME, _meme(known, seen)),
    ]
    if seen is not None:
        page = SuggestionKind.RECEIPT if _is_narrow(known, seen) else SuggestionKind.DOCUMENT
        drawn = any(one.kind is SuggestionKind.SCREENSHOT and one.certainty >= CERTAIN for one in found)
        found += [
            _joined(page, () if drawn else _page(known, seen)),
            _joined(SuggestionKind.BLURRED, _blurred(known, seen)),
            _joined(SuggestionKind.DARK, _dark(seen)),
            _joined(SuggestionKind.OVEREXPOSED, _overexposed(known, seen)),
            _joined(SuggestionKind.BLANK, _blank(known, seen)),
        ]
    kept = [protected for one in found if (protected := _protected(one, known)).certainty >= LEAST]
    return tuple(sorted(kept, key=lambda one: (-one.certainty, one.kind)))


def _joined(kind: SuggestionKind, evidence: Iterable[Evidence]) -> Suggestion:
    ordered = sorted(evidence, key=lambda one: -one[0])
    certainty = 1 - prod(1 - weight for weight, _ in ordered)
    return Suggestion(kind, round(certainty, 3), tuple(words for _, words in ordered if words))


def _protected(one: Suggestion, known: Known) -> Suggestion:
    """What somebody cares for is never certain junk; faults do not count against people and picks."""
    reasons = [known.liked] if known.liked else []
    if one.kind in FAULTS:
        reasons += ["was edited"] if known.edited else []
        reasons += ["is the pick of its series"] if known.picked else []
        reasons += ["is part of an exposure bracket"] if known.bracketed else []
        reasons += ["shows people"] if known.faces else []
    if not reasons or one.certainty <= 0:
        return one
    return Suggestion(one.kind, min(one.certainty, PROTECTED), (*one.why, f"but it {' and '.join(reasons)}"))


def _ramp(value: float, points: Sequence[tuple[float, float]]) -> float:
    """A weight between points of (value, weight), 0 before the first."""
    if value < points[0][0]:
        return 0.0
    return float(np.interp(value, [at for at, _ in points], [weight for _, weight in points]))


def _long(seen: Inspection) -> int:
    return max(seen.width, seen.height)


# ---------------------------------------------------------------- faults of photos


def _blurred(known: Known, seen: Inspection) -> Iterable[Evidence]:
    focus = seen.focus
    if known.sharp_face or _long(seen) < SMALL or _is_drawn(seen):
        return
    if focus.edged >= EDGED:
        everywhere = _ramp(focus.sharpest, ((1.2, 0.3), (1.6, 0.6), (2.4, 0.8), (4.0, 0.93)))
        if everywhere:
            yield everywhere, f"its sharpest edges are as broad as {_broad(focus.sharpest)}"
            return
        one_way = min(
            _ramp(focus.across, ((0.8, 0.4), (1.2, 0.6), (2.0, 0.8), (4.0, 0.9))),
            _ramp(focus.across_tenth, ((1.2, 0.4), (1.6, 0.6), (2.6, 0.8), (5.0, 0.9))),
        )
        if one_way and focus.crossing >= EDGED:
            yield (
                one_way,
                f"it was moved: edges one way are as broad as {_broad(focus.across)}, none is sharp",
            )
    elif seen.tones.range >= 60:
        yield 0.5, "there is no edge in it"


def _broad(width: float) -> str:
    """The breadth of an edge in words: from a tenth to nine tenths of a Gaussian edge."""
    return f"{2.563 * width / 10.24:.1f} % of its longer side"


def _dark(seen: Inspection) -> Iterable[Evidence]:
    tones = seen.tones
    nothing = tones.range < 8 or (tones.range < 16 and seen.focus.edged < EDGED // 4)
    if tones.middle > 32 or nothing:
        return
    weight = 0.95 - _ramp(tones.brightest, ((0.0, 0.0), (30.0, 0.05), (55.0, 0.3), (75.0, 0.6), (90.0, 0.95)))
    if weight >= LEAST:
        yield weight, f"even its brightest spots are at {tones.brightest / 2.55:.0f} % of white"


def _overexposed(known: Known, seen: Inspection) -> Iterable[Evidence]:
    # A cup on a white table has its own shadows; so has a page its print.
    if not known.from_camera or seen.papers.printed > 0.05 or seen.tones.range > SHADED:
        return
    weight = _ramp(seen.tones.blown, ((0.7, 0.3), (0.82, 0.6), (0.92, 0.85), (1.0, 0.9)))
    if weight:
        yield weight, f"{seen.tones.blown:.0%} of it is plain white"


def _blank(known: Known, seen: Inspection) -> Iterable[Evidence]:
    if _long(seen) < TINY or seen.focus.edged >= EDGED // 4:
        return
    weight = 0.9 - _ramp(seen.tones.range, ((0.0, 0.0), (16.0, 0.1), (30.0, 0.35), (50.0, 0.9)))
    if weight >= LEAST:
        what = "black" if seen.tones.middle < 20 else "white" if seen.tones.middle > 245 else "of one colour"
        # Whoever drew an empty picture may need it.
        yield (weight if known.from_camera else weight * 0.75), f"it is {what} and shows nothing"


# ---------------------------------------------------------------- no photos of one's own


def _is_drawn(seen: Inspection) -> bool:
    """Whether so much of it is of a few exact colours as no lens makes it."""
    screens = seen.screens
    return screens.common >= 0.4 and (
        screens.flat >= 0.55 or (screens.flat >= 0.35 and screens.plain_rows >= 0.1)
    )


def _is_busy(seen: Inspection | None) -> bool:
    return seen is not None and seen.focus.edged >= BUSY


def _is_laid_out(seen: Inspection | None) -> bool:
    """Whether there is something all over it, in rows and columns: a page with a large photo is of many colours."""
    if seen is None or not _is_busy(seen):
        return False
    return _is_drawn(seen) or seen.screens.plain_rows >= 0.1 or seen.screens.ruled >= 6


def _screenshot(known: Known, seen: Inspection | None) -> Iterable[Evidence]:
    facts = known.facts
    if junk_names.COMMENT.search(facts.exif.get("UserComment", "")):
        yield 0.98, "its comment says that it is a screenshot"
    if junk_names.SCREENSHOT.search(known.name):
        yield 0.93, "it is named like a screenshot"
    if junk_names.CAPTURERS.search(facts.software):
        yield 0.93, f"{facts.software} made it"
    if known.from_camera:
        return
    if junk_names.SCREENSHOT.search(known.folder):
        yield 0.85, "it lies in a folder of screenshots"
    screen = junk_names.is_screen(facts.width, facts.height)
    lossless = facts.format in {"png", "bmp"}
    drawn = seen is not None and _long(seen) >= TINY and _is_drawn(seen)
    if screen:
        weight = (0.7 if _is_laid_out(seen) else 0.45) if lossless else 0.15
        weight = max(weight, 0.5) if drawn and _is_busy(seen) else weight
        yield weight, f"{facts.width} x {facts.height} is the size of a screen, and no camera is named"
    if drawn and seen is not None:
        yield from _drawn(known, seen, is_screen=screen)


def _drawn(known: Known, seen: Inspection, *, is_screen: bool) -> Iterable[Evidence]:
    screens = seen.screens
    yield 0.3, f"{screens.flat:.0%} of it are areas of one colour"
    if not _is_busy(seen):
        return
    if screens.ruled >= 6:
        yield 0.3, f"{screens.ruled} straight edges run along its sides"
    if screens.plain_rows >= 0.1:
        yield 0.25, "rows of one colour run across it"
    ratio = max(known.facts.width, known.facts.height) / max(1, min(known.facts.width, known.facts.height))
    # From 16:9 to 21:9; the aspects of phones and desktops.
    if not is_screen and 1.7 <= ratio <= 2.4:
        yield 0.25, ""


def _forward(known: Known) -> Iterable[Evidence]:
    if not _from_messenger(known):
        return
    yield 0.4, "a messenger named it, and no camera is named"
    if 0 < max(known.facts.width, known.facts.height) <= SENT:
        yield 0.1, "it is as small as messengers send pictures"


def _from_messenger(known: Known) -> bool:
    # The screenshot of a messenger bears its name, too.
    if known.from_camera or junk_names.SCREENSHOT.search(known.name):
        return False
    return bool(junk_names.MESSENGER.search(known.name) or junk_names.MESSENGER.search(known.folder))


def _meme(known: Known, seen: Inspection | None) -> Iterable[Evidence]:
    if seen is None or known.from_camera or min(seen.width, seen.height) < 200 or _is_page(seen):
        return
    screens = seen.screens
    if screens.plain_rows >= 0.12 or screens.common >= 0.5:
        return
    if screens.caption >= 0.05 and screens.flat < 0.85:
        yield 0.65, f"bands with lettering take {screens.caption:.0%} of its height"
    outlined = _ramp(screens.outlined, ((0.022, 0.4), (0.028, 0.65), (0.045, 0.8)))
    if outlined:
        yield outlined, "there is outlined lettering at its top or bottom"
    if (screens.caption >= 0.05 or outlined) and _from_messenger(known):
        yield 0.4, "a messenger named it"


def _is_page(seen: Inspection) -> bool:
    return seen.papers.printed >= 0.14


def _is_narrow(known: Known, seen: Inspection) -> bool:
    return seen.papers.narrow >= NARROW or bool(junk_names.RECEIPT.search(known.name))


def _page(known: Known, seen: Inspection) -> Iterable[Evidence]:
    if _long(seen) < SMALL:
        return
    papers = seen.papers
    printed = _ramp(papers.printed, ((0.09, 0.35), (0.14, 0.6), (0.25, 0.8), (0.4, 0.9)))
    if papers.narrow >= NARROW and _long(seen) >= BROAD:
        # Of a photo of a till receipt the strip of print takes little.
        printed = max(printed, _ramp(papers.printed, ((0.03, 0.4), (0.045, 0.6), (0.1, 0.8))))
    if printed:
        yield printed, f"lines of print cover {papers.printed:.0%} of it"
    named = f"{known.folder}/{known.name}"
    if printed and (junk_names.SCANNED.search(named) or junk_names.RECEIPT.search(named)):
        yield 0.6, "it is named like a page that was scanned"
