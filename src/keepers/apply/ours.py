"""What Keepers set on a server and has not taken back, as the journal tells."""

import json
from collections.abc import Collection, Iterable
from dataclasses import replace
from typing import Final, cast

from keepers.actions import Action, SetField, refs
from keepers.apply.journal import Journal
from keepers.apply.record import Run, RunState, StepState
from keepers.errors import UsageError
from keepers.model import LOCAL, PlaceId, Ref
from keepers.plan.world import changes

#: The first word of the key of every run on a server.
_IMMICH: Final = "immich"


def place_of(actions: Iterable[Action]) -> PlaceId:
    """The one place that actions change: that of this machine where they change nothing."""
    found = sorted({ref.place for action in actions for ref in changes(action)})
    if len(found) > 1:
        raise UsageError(
            f"these changes are of several places at once ({', '.join(found)}); name a run of one"
        )
    return found[0] if found else LOCAL


def read_from(actions: Iterable[Action]) -> frozenset[PlaceId]:
    """The other places that actions take bytes from, or look at what they took from them."""
    found = list(actions)
    places = {ref.place for action in found for ref in refs(action)}
    return frozenset(places - {place_of(found), LOCAL})


def run_key(what: str, place: PlaceId, *more: object) -> str:
    """What makes another call of a command about a server the same job."""
    return json.dumps([_IMMICH, what, place, *more])


def runs_on(journal: Journal | None, place: PlaceId, kinds: Collection[str] = ()) -> list[Run]:
    """The runs that set something on a server and were not wholly taken back, the latest first.

    Of all kinds if none is named.
    """
    found = [] if journal is None else journal.runs()
    unfinished = {RunState.RUNNING, RunState.STOPPED, RunState.FAILED}
    half = {run.undoes for run in found if run.undoes is not None and run.state in unfinished}
    return [
        run
        for run in reversed(found)
        if (run.state in {*unfinished, RunState.DONE} or run.id in half)
        and run.undoes is None
        and _is_of(run, place, kinds)
    ]


def kind_of(run: Run) -> str:
    """Which command about a server made a run; empty where none did."""
    return _of_server(run)[0]


def _is_of(run: Run, place: PlaceId, kinds: Collection[str]) -> bool:
    kind, named = _of_server(run)
    return named == place and (not kinds or kind in kinds)


def _of_server(run: Run) -> tuple[str, str]:
    """The command and the place of a run on a server; two empty texts for any other."""
    try:
        key: object = json.loads(run.key)
    except ValueError:
        return "", ""
    key = cast("list[object]", key) if isinstance(key, list) else []
    if key[:1] != [_IMMICH] or len(key) < 3:
        return "", ""
    return str(key[1]), str(key[2])


def ours(journal: Journal | None, place: PlaceId) -> dict[tuple[Ref, str], SetField]:
    """Every field that Keepers set on a server, with the id of the tag or album that was meant."""
    found: dict[tuple[Ref, str], SetField] = {}
    for run in reversed(runs_on(journal, place)):
        for step in journal.steps(run.id) if journal is not None else ():
            action = step.action
            if not isinstance(action, SetField) or step.state is not StepState.DONE:
                continue
            if action.after is None:
                found.pop((action.ref, action.name), None)
            else:
                found[action.ref, action.name] = replace(action, revision=step.revision or action.revision)
    return found
