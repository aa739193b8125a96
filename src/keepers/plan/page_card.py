"""One group as a card: its photos, the keepers marked, the reasons and scores beside them."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from keepers.model import LOCAL, Asset, Bundle, ContentId, Decision, GroupKind, Ref, Score
from keepers.plan.page_frame import STAR, picture
from keepers.plan.page_html import Html, Piece, address, element
from keepers.plan.text import shown

#: What people call the kinds of groups.
KINDS: Final[Mapping[str, str]] = {
    GroupKind.BURST: "Series",
    GroupKind.BRACKET: "Exposure bracket",
    GroupKind.SAME_PICTURE: "Versions of a picture",
    GroupKind.SAME_CLIP: "Versions of a clip",
    GroupKind.SAME_PIXELS: "Same pixels",
    GroupKind.SAME_BYTES: "Exact copies",
}
#: More photos than these are listed by name; a card of a thousand pictures helps nobody.
SHOWN: Final = 60
#: Shapes that cameras give; a card takes the one nearest to its first photo, so that bars are rare.
_SHAPES: Final = (
    ("upright tall", 9 / 16),
    ("upright r2x3", 2 / 3),
    ("upright r3x4", 3 / 4),
    ("upright r4x5", 4 / 5),
    ("square", 1.0),
    ("r5x4", 5 / 4),
    ("r4x3", 4 / 3),
    ("r3x2", 3 / 2),
    ("wide", 16 / 9),
)
_CLOCK, _DATE, _DAY = "%H:%M:%S", "%d %b %Y, %H:%M", "%d %B %Y"
#: So much of a picture's side may be cut off to fill its frame.
_CUT: Final = 0.04
_UNITS: Final = ("B", "KB", "MB", "GB", "TB")


@dataclass(frozen=True, slots=True)
class _Sheet:
    """What the figures of one card share."""

    decision: Decision
    scores: Mapping[Ref, Score]
    links: Mapping[Ref, str]
    thumbnails: Mapping[ContentId, bytes]
    ratio: float
    clock: str


def card(
    decision: Decision, number: int, links: Mapping[Ref, str], thumbnails: Mapping[ContentId, bytes]
) -> Html:
    """The card of a group; the keeper is large where there is just one."""
    scores = {score.ref: score for score in decision.scores}
    members = _ordered(decision, scores)
    shape, ratio = min(_SHAPES, key=lambda shape: _apart(shape[1], _ratio(members[0].main)))
    days = _days(decision)
    sheet = _Sheet(decision, scores, links, thumbnails, ratio, _CLOCK if len(days) == 1 else _DATE)
    figures = [_figure(bundle, sheet) for bundle in members[:SHOWN]]
    if len(decision.keep) == 1 and len(figures) > 1:
        photos = element(
            "div", figures[0], element("div", *figures[1:], class_="photos"), class_="photos lead"
        )
    else:
        photos = element("div", *figures, class_="photos")
    return element(
        "article",
        _top(element("h2", f"Group {number}"), decision, days),
        _because(decision),
        photos,
        _rest(members[SHOWN:]),
        _flip(decision),
        class_=f"group {decision.group.kind} {shape}",
        id=f"group-{number}",
    )


def freed(decision: Decision) -> int:
    """Bytes of the photos that may go, with all that belongs to them."""
    drop = set(decision.drop)
    members = (bundle for bundle in decision.group.members if bundle.main.ref in drop)
    return sum(asset.size for bundle in members for asset in bundle.assets)


def size(number: float) -> str:
    """Bytes in the unit that people use."""
    unit = 0
    while number >= 1000 and unit < len(_UNITS) - 1:
        number /= 1000
        unit += 1
    return f"{number:.0f} {_UNITS[unit]}" if unit == 0 or number >= 10 else f"{number:.1f} {_UNITS[unit]}"


def _ordered(decision: Decision, scores: Mapping[Ref, Score]) -> Sequence[Bundle]:
    """Keepers first, then by score; a bracket stays in the order in which it was taken."""
    members = decision.group.members
    if decision.group.kind is GroupKind.BRACKET:
        return members
    worth = {ref: score.value for ref, score in scores.items()}
    return sorted(members, key=lambda b: (b.main.ref not in decision.keep, -worth.get(b.main.ref, 0.0)))


def _ratio(asset: Asset) -> float:
    return asset.width / asset.height if asset.width and asset.height else 4 / 3


def _apart(one: float, other: float) -> float:
    """How much of a picture is lost when it fills a frame of another ratio."""
    return 1 - min(one, other) / max(one, other)


def _days(decision: Decision) -> Sequence[str]:
    """The days on which the photos of a group were taken, in order."""
    times = (bundle.main.taken.at for bundle in decision.group.members if bundle.main.taken)
    return tuple(dict.fromkeys(f"{at:{_DAY}}" for at in sorted(times)))


def _top(title: Html, decision: Decision, days: Sequence[str]) -> Html:
    kind = decision.group.kind
    count = len(decision.group.members)
    free = freed(decision)
    what = "clip" if kind is GroupKind.SAME_CLIP else "photo"
    facts = [f"{count} {what if count == 1 else what + 's'}"]
    if days:
        facts.append(days[0].lstrip("0") if len(days) == 1 else f"{days[0]} to {days[-1]}")
    return element(
        "div",
        title,
        element("span", element("i", class_="dot"), KINDS[kind], class_=f"kind {kind}"),
        element("span", " · ".join(facts), class_="meta"),
        element("span", f"{size(free)} could be freed", class_="frees") if free else None,
        class_="top",
    )


def _because(decision: Decision) -> Html | None:
    words = " · ".join(decision.group.evidence)
    return element("p", words, class_="because") if words else None


def _flip(decision: Decision) -> Html | None:
    if decision.by == "user":
        return element("p", element("b", "You chose this."), class_="flip")
    if not decision.flip:
        return None
    return element("p", element("b", "What would change this: "), decision.flip, class_="flip")


def _figure(bundle: Bundle, sheet: _Sheet) -> Html:
    main = bundle.main
    kept = main.ref in sheet.decision.keep
    data = sheet.thumbnails.get(main.content)
    shown = element("em", "no preview")
    if data:
        fill = "fill" if _apart(_ratio(main), sheet.ratio) <= _CUT else None
        alt = f"{_name(main)}, {'keeper' if kept else 'not the pick'}"
        shown = picture(data, alt, class_=fill)
    badge = element("span", STAR, "Keeper", class_="badge") if kept else None
    link = sheet.links.get(main.ref)
    frame = element(
        "a" if link else "span", shown, badge, class_="frame", href=address(link) if link else None
    )
    caption = element("figcaption", *_caption(bundle, sheet.scores.get(main.ref), sheet.clock))
    return element("figure", frame, caption, class_="keep" if kept else None)


def _caption(bundle: Bundle, score: Score | None, clock: str) -> Iterator[Piece]:
    value = element("output", f"{score.value * 100:.0f}", title="score, of 100") if score else None
    yield element(
        "div", element("bdi", _name(bundle.main), title=shown(bundle.main.ref)), value, class_="name"
    )
    facts = [element("span", fact) for fact in _facts(bundle.main, clock)]
    dots = [" · " if number else "" for number in range(len(facts))]
    yield element("div", *(piece for pair in zip(dots, facts, strict=True) for piece in pair), class_="meta")
    if len(bundle.others):
        yield element("div", "with ", ", ".join(_name(asset) for asset in bundle.others), class_="files")
    if bundle.copies:
        count = len(bundle.copies)
        yield element("div", f"{count} exact {'copy' if count == 1 else 'copies'} elsewhere", class_="copies")
    if score:
        yield _bar(score.value)
        if score.reasons:
            yield element("ul", *(element("li", reason) for reason in score.reasons), class_="why")
    yield element("details", element("summary", "Details"), _parts(score), *_paths(bundle))


def _facts(asset: Asset, clock: str) -> Iterator[str]:
    if asset.taken is not None:
        yield f"{asset.taken.at:{clock}}"
    if asset.width and asset.height:
        yield f"{asset.width} \u00d7 {asset.height}"
    yield size(asset.size)


def _parts(score: Score | None) -> Html | None:
    if score is None or not score.parts:
        return None
    cells: list[Html] = []
    for name, value in score.parts.items():
        cells += [element("span", name.replace("_", " ")), _bar(value), element("span", f"{value * 100:.0f}")]
    return element("div", *cells, class_="parts")


def _paths(bundle: Bundle) -> Iterator[Html]:
    for ref in (*(asset.ref for asset in bundle.assets), *bundle.copies):
        yield element("div", element("bdi", shown(ref)), class_="path")


def _bar(value: float) -> Html:
    step = min(20, max(0, round(value * 20)))
    return element("span", element("i"), class_=f"bar w{step}", aria_hidden="true")


def _rest(members: Sequence[Bundle]) -> Html | None:
    if not members:
        return None
    names = (element("li", element("bdi", _name(bundle.main))) for bundle in members)
    return element(
        "details", element("summary", f"and {len(members)} more"), element("ul", *names), class_="more"
    )


def _name(asset: Asset) -> str:
    if asset.ref.place != LOCAL and asset.name:
        return asset.name
    return asset.ref.key.rpartition("/")[2] or asset.ref.key
