"""`keepers taste`: what your own picks of series teach, told, learned anew, or forgotten."""

import argparse
from datetime import UTC, datetime

from keepers.catalog import sightings
from keepers.catalog import taste as rows
from keepers.cli import session, show
from keepers.model import GroupKind
from keepers.score.taste import LEAST, Taste
from keepers.workflows import tasting


def taste(options: argparse.Namespace) -> int:
    """Tell what was learned; with a word, learn it anew or forget it."""
    opened = session.opened(options)
    with opened.catalog(create=False) as catalog:
        picks: int | None = None
        if options.what == "learn":
            judging = opened.judging(catalog, [GroupKind.BURST])
            found, picks = tasting.learn(judging, sightings.everywhere(catalog))
        else:
            if options.what == "forget":
                rows.forget(catalog, datetime.now(UTC).isoformat())
            found = rows.read(catalog)
    if options.json:
        show.document(_document(found, picks, is_on=opened.settings.taste == "on"))
    else:
        _tell(found, picks, is_on=opened.settings.taste == "on")
    return 0


def _document(found: Taste | None, picks: int | None, *, is_on: bool) -> dict[str, object]:
    return {
        "on": is_on,
        "picks": picks if found is None else found.picks,
        "weights": {} if found is None else dict(found.weights),
        "words": [] if found is None else list(found.words),
        "right": None if found is None else found.right,
        "right_before": None if found is None else found.right_before,
    }


def _tell(found: Taste | None, picks: int | None, *, is_on: bool) -> None:
    if found is None:
        if picks is None:
            show.line("Nothing is learned. Next: keepers taste learn")
        elif picks < LEAST:
            show.line(
                f"You picked from {show.count(picks, 'series')}; {LEAST} are needed before anything is learned."
            )
        else:
            show.line(
                f"{picks} picks teach nothing that would guess them better than the weights that are set."
            )
        return
    show.line(
        f"Of {found.picks} picks: photos were ranked as you did {found.right:.0%} of the time, {found.right_before:.0%} without it."
    )
    for words in found.words:
        show.line(f"  {words}")
    if not is_on:
        show.line("It is switched off: keepers config set taste on")
