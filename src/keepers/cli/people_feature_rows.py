"""What `people feature` tells: a line for each person, a document for scripts."""

from collections.abc import Iterator, Mapping
from typing import Final

from keepers.cli import show
from keepers.decide.featuring import Pick
from keepers.plan import text
from keepers.plan.check import Checked
from keepers.plan.people_feature import UNKNOWN, Present, candidates
from keepers.score.featured import Marked
from keepers.workflows.people_featuring import Picked

#: People beyond these are counted, not listed, unless asked for with -v.
SHOWN: Final = 40


def lines(checked: Checked, picked: Picked, now: Mapping[str, Present], *, every: bool) -> Iterator[str]:
    """A line for each person, and what undo will not be able to do."""
    people = picked.picks if every else picked.picks[:SHOWN]
    for one in people:
        yield _line(one, picked, now[one.person.id])
    if len(people) < len(picked.picks):
        yield f"... and {len(picked.picks) - len(people):,} more; -v lists everybody, --report draws a sheet"
    if not picked.picks:
        yield "Nobody is meant: `keepers people list` shows whom the server knows."
    count = len(checked.actions)
    stay = sum(bool(one.chosen) and now[one.person.id].asset == one.chosen for one in picked.picks)
    yield (
        f"{show.count(count, 'person', 'people')} to get another photo, {stay:,} to keep theirs, "
        f"{sum(not one.chosen for one in picked.picks):,} without a fitting photo."
    )
    unknown = sum(now[one.person.id].asset == UNKNOWN and bool(one.chosen) for one in picked.picks)
    if unknown:
        yield (
            f"Which photo stands for {'them' if unknown == count else f'{unknown:,} of them'} now, Immich tells only by its "
            "database: undo will not bring that one back."
        )


def plan(checked: Checked, picked: Picked, now: Mapping[str, Present], most: int) -> dict[str, object]:
    """The plan as scripts read it, and of each person the best candidates and why."""
    return {
        **text.document(checked.title, checked.actions, checked.refused),
        "people": [_person(one, picked, now[one.person.id], most) for one in picked.picks],
    }


def _line(one: Pick, picked: Picked, now: Present) -> str:
    named = one.person.name or f"({one.person.id})"
    if not one.chosen:
        return f"  {named}: {one.why}"
    name = picked.shots[one.person.id][one.chosen].name
    stays = "stays " if now.asset == one.chosen else ""
    return f"  {named}: {stays}{name} ({one.chosen}), {one.why}"


def _person(one: Pick, picked: Picked, now: Present, most: int) -> dict[str, object]:
    return {
        "id": one.person.id,
        "name": one.person.name,
        "photos": len(one.ranked),
        "before": now.asset,
        "chosen": one.chosen or None,
        "why": one.why,
        "candidates": [
            _candidate(mark, picked.shots[one.person.id][mark.portrait.asset].name)
            for mark in candidates(one, now, most)
        ],
    }


def _candidate(mark: Marked, name: str) -> dict[str, object]:
    taken = mark.portrait.taken
    return {
        "asset": mark.portrait.asset,
        "name": name,
        "taken": taken.replace(tzinfo=None).isoformat() if taken else None,
        "face_pixels": round(mark.portrait.pixels) if mark.portrait.pixels else None,
        "score": mark.value,
        "parts": {part: round(value, 6) for part, value in mark.parts.items()},
    }
