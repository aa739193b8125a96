"""What jobs do, each by the workflow that the command line uses, too."""

import dataclasses
import json
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final, Protocol

from keepers.apply.history import moved_away
from keepers.apply.ours import place_of
from keepers.apply.record import RunState
from keepers.apply.run import Finished, resume, run
from keepers.apply.undo import run_to_undo
from keepers.apply.undo import undo as undo_run
from keepers.catalog import locations, review_rows, sightings
from keepers.catalog.store import Catalog
from keepers.errors import ChangedError, UsageError
from keepers.model import LOCAL, GroupKind, Ref
from keepers.reasons import Reason
from keepers.web.heard import heard
from keepers.wiring import Filter, Session, sources
from keepers.workflows import following, review_plan, reviewing

#: Where the plan of featured photos is kept for the page.
FEATURING: Final = "people-feature"
_STATES: Final = {RunState.DONE: "done", RunState.STOPPED: "stopped", RunState.UNDONE: "done"}


class Asked(Protocol):
    """Somebody who may want the work to stop."""

    def asked(self) -> AbstractContextManager[Callable[[], bool]]:
        """While this lasts, the work asks by itself whether to stop."""
        ...


@dataclass(frozen=True, slots=True)
class Done:
    """How a job ended."""

    state: str = "done"
    result: str = ""
    error: str = ""
    run: int | None = None


def do(session: Session, job: dict[str, Any], wish: Asked) -> Done:
    """Do a job; KeyboardInterrupt where it was stopped in the midst of what resumes by itself."""
    match job["kind"]:
        case "scan":
            return _scan(session, job)
        case "group":
            with session.catalog(create=True) as catalog:
                return Done(result=_group(session, catalog))
        case "apply":
            return _apply(session, str(job["plan"]), wish)
        case "undo":
            return _undo(session, int(job["run"]), wish)
        case "people-sort":
            return _sort(session, job, wish)
        case "people-feature":
            return _feature(session, str(job["plan"]), wish)
        case other:
            raise UsageError(Reason("no-job-kind", kind=str(other)))


def _scan(session: Session, job: dict[str, Any]) -> Done:
    with session.catalog(create=True) as catalog:
        given = sources(job["sources"] or _known(catalog), Filter())
        if not given:
            raise UsageError(Reason("nothing-known"))
        report = session.scan(catalog, given)
        words = Reason(
            "scanned",
            files=Reason("number-files", n=report.files),
            photos=Reason("number-photos", n=report.photos),
            unreadable=len(report.unreadable),
            new=report.measured,
        )
        if job["then_group"]:
            words = Reason("and-then", first=words, then=_group(session, catalog))
    return Done(result=words)


def _known(catalog: Catalog) -> list[str]:
    servers = [root for root in sightings.everywhere(catalog) if root != "/"]
    return [*(path for path, _, _ in locations.roots(catalog)), *servers]


def _group(session: Session, catalog: Catalog) -> str:
    kinds = tuple(GroupKind)
    tidied = session.tidy(catalog, sightings.everywhere(catalog), kinds)
    method = session.judging(catalog, kinds).backend().method
    number = reviewing.keep(catalog, tidied, method, datetime.now(UTC), session.progress)
    with session.journal(create=False) as journal:
        place = session.local()
        reviewing.mark_gone(
            catalog, (path for path in moved_away(journal) if not place.exists(Ref(LOCAL, path)))
        )
    return Reason(
        "grouped",
        groups=Reason("number-groups", n=number),
        photos=Reason("number-photos", n=tidied.ungrouped),
    )


def prepared(session: Session, catalog: Catalog) -> review_plan.Prepared:
    """The plan of what was said so far."""
    roots = [path for path, _, _ in locations.roots(catalog)]
    work = session.deduplicating(catalog, session.local(roots), (), ())
    return review_plan.prepare(work, session.place)


def _apply(session: Session, plan: str, wish: Asked) -> Done:
    with session.catalog(create=False) as catalog, session.journal(create=True) as journal:
        assert journal is not None  # noqa: S101 (create=True makes one)
        roots = [path for path, _, _ in locations.roots(catalog)]
        old = review_plan.unfinished(journal)
        found = prepared(session, catalog) if old is None else None
        if found is not None and found.name != plan:
            raise ChangedError(Reason("plan-changed"))
        ended: list[Finished] = []
        with wish.asked() as stop:
            if old is not None:
                where = place_of([step.action for step in journal.steps(old.id)])
                with session.place(where, roots) as place:
                    ended.append(resume(old.id, journal, place, progress=session.progress, stop=stop))
            for part in () if found is None else found.parts:
                if stop() or not part.checked.actions:
                    continue
                with session.place(part.place, roots) as place:
                    ended.append(
                        run(part.checked, journal, place, progress=session.progress, key=part.key, stop=stop)
                    )
        for one in ended:
            following.noted(catalog, session.local(), journal, one.run)
    if not ended:
        return Done(result=Reason("nothing-to-do"))
    worst = next((one for one in ended if one.state in {RunState.STOPPED, RunState.FAILED}), ended[0])
    changes = Reason("number-changes", n=sum(one.done for one in ended))
    title = heard(worst.title)
    if len(ended) == 1:
        return _ended(worst, Reason("applied", title=title, changes=changes))
    return _ended(worst, Reason("applied-runs", title=title, changes=changes, runs=len(ended)))


def _undo(session: Session, number: int, wish: Asked) -> Done:
    with session.catalog(create=True) as catalog, session.journal(create=False) as journal:
        wanted = None if journal is None else run_to_undo(journal, number)
        if journal is None or wanted is None:
            return Done(result=Reason("nothing-to-undo"))
        roots = [path for path, _, _ in locations.roots(catalog)]
        steps = [step.action for step in journal.steps(wanted.id)]
        with session.place(place_of(steps), roots) as place, wish.asked() as stop:
            ended = undo_run(number, journal, place, progress=session.progress, stop=stop)
        if ended is None:
            return Done(result=Reason("nothing-to-undo"))
        following.noted(catalog, session.local(), journal, ended.run)
    return _ended(ended, Reason("taken-back", changes=Reason("number-changes", n=ended.done)))


def _sort(session: Session, job: dict[str, Any], wish: Asked) -> Done:
    from keepers.people_work.sort import Asked as Sorting  # noqa: PLC0415 (other jobs need no server)
    from keepers.people_work.sort import Work  # noqa: PLC0415 (the same)

    dry = bool(job["dry_run"])
    ended = Work(session, wish.asked).sort(Sorting(people=tuple(job["people"])), dry=dry)
    if ended.finished is not None:
        files = Reason("number-files", n=ended.finished.done)
        return _ended(ended.finished, Reason("sorted", title=heard(ended.finished.title), files=files))
    planned = 0 if ended.prepared is None else len(ended.prepared.checked.actions)
    if not dry:
        return Done(result=Reason("nothing-to-sort"))
    return Done(result=Reason("would-sort", files=Reason("number-files", n=planned)))


def _feature(session: Session, plan: str, wish: Asked) -> Done:
    from keepers.people_work import featuring  # noqa: PLC0415 (other jobs need no server)

    with session.catalog(create=True) as catalog:
        if not plan:
            offer = featuring.offer(session)
            review_rows.put_note(catalog, FEATURING, json.dumps(dataclasses.asdict(offer)))
            return Done(result=Reason("would-feature", people=Reason("number-people", n=offer.changes)))
        finished = featuring.carry_out(session, plan, wish.asked)
        review_rows.put_note(catalog, FEATURING, "")
    if finished is None:
        return Done(result=Reason("nothing-to-set"))
    photos = Reason("number-photos", n=finished.done)
    return _ended(finished, Reason("featured", title=heard(finished.title), photos=photos))


def _ended(ended: Finished, words: str) -> Done:
    state = _STATES.get(ended.state, "failed")
    left = ""
    if ended.problems:
        left = Reason("could-not", n=len(ended.problems), why=heard(ended.problems[0].why))
    if state == "stopped":
        words = Reason("stopped-after", changes=Reason("number-changes", n=ended.done))
    whole = Reason("and-then", first=words, then=left) if left else words
    return Done(state, whole, left if state == "failed" else "", ended.run)
