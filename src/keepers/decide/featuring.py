"""Which photo is to stand for a person, and why: the best by its score, or any one of those around a date."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from random import Random
from typing import Final

from keepers.errors import UsageError
from keepers.people import Person
from keepers.score import featured, nearness
from keepers.score.featured import Bias, Lean, Marked, Portrait

#: A factor that is at least so near to the best of this person's photos is worth a word.
_BEST: Final = 0.95
_WORDS: Final = {
    "face size": ("the largest face", "the smallest face"),
    "sharpness": ("the sharpest face", "the most blurred face"),
    "recency": ("among the newest", "among the oldest"),
    "eyes": ("open eyes", "open eyes"),
    "smile": ("a smile", "a smile"),
    "frontality": ("turned to the camera", "turned to the camera"),
}


@dataclass(frozen=True, slots=True)
class Pick:
    """A person, the photos in order, the best first, and why the first is it; where there is none, why not."""

    person: Person
    ranked: tuple[Marked, ...]
    why: str

    @property
    def chosen(self) -> str:
        """The id of the photo that is to stand for the person; empty where there is none."""
        return self.ranked[0].portrait.asset if self.ranked else ""


def refuse_nonsense(bias: Bias) -> None:
    """UsageError where biases exclude each other."""
    if bias.sigma <= 0:
        raise UsageError("--sigma must be more than 0 days")
    if bias.random and (bias.low_pixel or bias.blur is not Lean.OFF):
        raise UsageError(
            "--random looks at no pixels: leave out what asks for sharp, blurred or low-resolution photos"
        )
    if bias.random and bias.recency is not Lean.OFF and not bias.birthday:
        raise UsageError("--random with --newest or --oldest works for birthdays only: add --birthday")
    if bias.birthday and bias.date is not None and not bias.date.is_whole_year:
        raise UsageError("--birthday is a day already: with it, --date is a year, such as 2019")
    if bias.birthday and bias.date is not None and bias.recency is not Lean.OFF:
        raise UsageError("--birthday goes with a year, or with --newest or --oldest, not with both")


def pick(person: Person, portraits: Sequence[Portrait], bias: Bias, now: datetime, chance: Random) -> Pick:
    """Order the photos of one person; a single one is the best there is."""
    if not portraits:
        return Pick(person, (), "no photo on the timeline shows this face")
    if bias.birthday and person.birth_date is None:
        return Pick(person, (), "no birthday is known")
    if bias.random:
        return _any_of(person, portraits, bias, now, chance)
    ranked = featured.rank(featured.marks(portraits, bias, now, person.birth_date))
    return Pick(person, ranked, reason(ranked, bias))


def _any_of(person: Person, portraits: Sequence[Portrait], bias: Bias, now: datetime, chance: Random) -> Pick:
    fitting = featured.in_window(portraits, bias, now, person.birth_date)
    if not fitting:
        wanted = " and ".join(map(str, featured.targets(portraits, bias, now, person.birth_date)))
        return Pick(person, (), f"no photo was taken around {wanted}")
    # Ids sort the same in every run, so that a seed gives the same photo again.
    order = sorted(fitting, key=lambda one: one.asset)
    chosen = chance.choice(order)
    rest = [one for one in order if one is not chosen]
    marked = tuple(Marked(one, 0.0, {}) for one in (chosen, *rest))
    return Pick(person, marked, f"picked at random from {len(fitting):,}")


def reason(ranked: Sequence[Marked], bias: Bias) -> str:
    """Why the first photo is the best, in a few words."""
    if len(ranked) == 1:
        return "the only photo"
    best = ranked[0]
    turned = {
        "face size": bias.low_pixel,
        "sharpness": bias.blur is Lean.REVERSE,
        "recency": bias.recency is Lean.REVERSE,
    }
    top = {name: max(one.parts[name] for one in ranked) for name in best.parts}
    least = {name: min(one.parts[name] for one in ranked) for name in best.parts}
    words = [
        _WORDS[name][turned.get(name, False)]
        for name, value in best.parts.items()
        if name in _WORDS and value >= _BEST * top[name] and top[name] > least[name]
    ]
    words += _dates(best, bias)
    return f"best of {len(ranked):,}" + (": " + ", ".join(words) if words else "")


def _dates(best: Marked, bias: Bias) -> list[str]:
    taken = best.portrait.taken
    if taken is None:
        return []
    found = [
        f"taken around {wanted}"
        for wanted in ([bias.date] if bias.date is not None else [])
        if nearness.is_within(taken, wanted, 2 * bias.sigma)
    ]
    if best.parts.get("birthday", 0.0) >= 1 / 8:
        found.append("near the birthday")
    return found
