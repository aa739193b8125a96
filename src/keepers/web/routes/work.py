"""What changes things: the plan made of the decisions, jobs and their progress, runs and taking them back."""

from collections import Counter
from collections.abc import AsyncIterator
from typing import Annotated, Any, Final

from fastapi import APIRouter, Path, Query, status
from fastapi.responses import Response, StreamingResponse
from pydantic import BaseModel

from keepers.actions import Action as Deed
from keepers.actions import SetField, Trash, source, target
from keepers.apply.journal import Journal
from keepers.apply.record import Run as Known
from keepers.apply.record import RunState, StepState
from keepers.catalog import jobs as remembered
from keepers.catalog import review_steps
from keepers.catalog.store import Catalog
from keepers.plan import text
from keepers.reasons import Reason
from keepers.web import deeds, rows
from keepers.web.answers.asked import Ahead, Behind
from keepers.web.answers.work import (
    Action,
    Going,
    Job,
    Jobs,
    NewJob,
    Plan,
    Refused,
    Run,
    RunPage,
    Runs,
    Standing,
)  # fmt: skip
from keepers.web.desk import Desk, Here
from keepers.web.problems import missing
from keepers.workflows import reviewing
from keepers.workflows.review_plan import TITLE, Prepared

ROUTES = APIRouter(tags=["work"])

JobId = Annotated[int, Path(ge=1, le=2**53 - 1)]
_EVENTS: Final[dict[int | str, dict[str, Any]]] = {
    200: {
        "description": "Events named `job`, each with a Job as its data, the present jobs first; and events named "
        "`review` with a Standing as theirs, whenever anybody changed the groups or what is said of them.",
        "content": {"text/event-stream": {"schema": {"type": "string"}}},
    }
}
#: A stream says that it is there after so many seconds without an event.
_STILL: Final = 15
_FOLDERS: Final = 50
_REASONS: Final = 200
#: A run in one of these can be taken back.
_UNDOABLE: Final = frozenset({RunState.DONE, RunState.STOPPED, RunState.FAILED, RunState.RUNNING})
_BEGUN: Final = frozenset({StepState.DONE, StepState.PLACED, StepState.DOING, StepState.BACKING})


# ---------------------------------------------------------------- the plan


@ROUTES.get("/plan", operation_id="getPlan")
async def get_plan(desk: Here, asked: Annotated[Ahead, Query()]) -> Plan:
    """Tell what applying the decisions would do; nothing is changed."""
    found = await desk.read(lambda catalog: _prepared(desk, catalog, is_first=asked.after is None))
    return _plan(found, asked.after or 0, asked.limit)


def _prepared(desk: Desk, catalog: Catalog, *, is_first: bool) -> Prepared:
    """The plan; its further pages are of the one that was shown, as long as nothing else was said."""
    revision = review_steps.revision(catalog)
    if is_first or desk.plan is None or desk.plan[0] != revision:
        desk.plan = (revision, deeds.prepared(desk.session, catalog))
    return desk.plan[1]


def _plan(found: Prepared, first: int, limit: int) -> Plan:
    actions = found.actions
    part = actions[first : first + limit]
    trashed = [action for action in actions if isinstance(action, Trash | SetField)]
    files: Counter[str] = Counter()
    sizes: Counter[str] = Counter()
    for action in trashed:
        folder = text.shown(action.ref).rpartition("/")[0] if isinstance(action, Trash) else action.ref.place
        files[folder] += 1
        sizes[folder] += action.size if isinstance(action, Trash) else 0
    return Plan(
        plan=found.name,
        title=TITLE,
        files=len(trashed),
        bytes=sum(sizes.values()),
        groups=found.groups,
        goes_to=[
            Going(folder=rows.text(folder), files=number, bytes=sizes[folder])
            for folder, number in files.most_common(_FOLDERS)
        ],
        actions=[_action(seq, action) for seq, action in enumerate(part, first)],
        next=first + limit if first + limit < len(actions) else None,
        refused=[
            _refused(_verb(one.action), _path(one.action), text.sentence(one.action), one.why)
            for one in found.refused[:_REASONS]
        ],
        stays=[_refused("", one.path, one.path, one.why) for one in found.stays[:_REASONS]],
    )


def _refused(verb: str, path: str, words: str, why: str) -> Refused:
    return Refused(verb=verb, path=rows.text(path), words=rows.text(words), why=rows.said(why))


def _verb(action: Deed) -> str:
    return str(text.row(action)["verb"])


def _path(action: Deed) -> str:
    ref = source(action) or target(action)
    return "" if ref is None else text.shown(ref)


def _action(seq: int, action: Deed, state: str = "planned", why: str = "") -> Action:
    old, new = source(action), target(action)
    row = text.row(action)
    return Action(
        seq=seq,
        verb=_verb(action),
        source=None if old is None else rows.text(text.shown(old)),
        target=None if new is None else rows.text(text.shown(new)),
        field=row["field"],
        before=row["before"],
        after=row["after"],
        words=rows.text(text.sentence(action)),
        because=rows.said(action.because),
        size=0 if isinstance(action, SetField) else action.size,
        state=state,
        why=rows.said(why),
    )


# ---------------------------------------------------------------- jobs


@ROUTES.get("/jobs", operation_id="listJobs")
async def list_jobs(desk: Here, asked: Annotated[Behind, Query()]) -> Jobs:
    """List jobs, the latest first."""
    before = rows.number_of(asked.after)
    found = await desk.read(lambda catalog: remembered.latest(catalog, before, asked.limit + 1))
    more = rows.packed(found[asked.limit - 1].id) if len(found) > asked.limit else None
    return Jobs(jobs=[desk.jobs.shown(one) for one in found[: asked.limit]], next=more)


@ROUTES.post("/jobs", operation_id="startJob", status_code=status.HTTP_202_ACCEPTED)
async def start_job(desk: Here, wanted: NewJob) -> Job:
    """Queue a job; one runs at a time."""
    return desk.jobs.shown(await desk.jobs.add(wanted.model_dump()))


@ROUTES.get("/jobs/events", operation_id="jobEvents", response_class=StreamingResponse, responses=_EVENTS)
async def job_events(desk: Here) -> Response:
    """Tell of every job as it goes on, as server-sent events."""
    return StreamingResponse(_events(desk), media_type="text/event-stream")


async def _events(desk: Desk) -> AsyncIterator[str]:
    yield "retry: 2000\n\n"
    told: Standing | None = None
    silent = 0
    async for job in desk.jobs.events():
        if job is not None:
            yield _event("job", job)
        # Other browsers and commands change what is reviewed, too.
        now = await desk.read(_standing)
        silent = 0 if job is not None or now != told else silent + 1
        if now != told:
            yield _event("review", now)
            told = now
        elif silent and silent % _STILL == 0:
            yield ": still here\n\n"


def _event(name: str, data: BaseModel) -> str:
    return f"event: {name}\ndata: {data.model_dump_json()}\n\n"


def _standing(catalog: Catalog) -> Standing:
    return Standing(revision=review_steps.revision(catalog), stale=reviewing.is_old(catalog))


@ROUTES.get("/jobs/{job}", operation_id="getJob")
async def get_job(desk: Here, job: JobId) -> Job:
    """Tell how far a job is."""
    return desk.jobs.shown(await _job(desk, job))


@ROUTES.post("/jobs/{job}/cancel", operation_id="cancelJob")
async def cancel_job(desk: Here, job: JobId) -> Job:
    """Stop a job after the photo that it is at; what is done is kept."""
    return desk.jobs.shown(await desk.jobs.cancel(await _job(desk, job)))


@ROUTES.post("/jobs/{job}/resume", operation_id="resumeJob", status_code=status.HTTP_202_ACCEPTED)
async def resume_job(desk: Here, job: JobId) -> Job:
    """Go on with a job that was stopped or failed."""
    return desk.jobs.shown(await desk.jobs.resume(await _job(desk, job)))


async def _job(desk: Desk, number: int) -> remembered.Job:
    found = await desk.read(lambda catalog: remembered.one(catalog, number))
    if found is None:
        raise missing(Reason("no-job", number=number))
    return found


# ---------------------------------------------------------------- runs


@ROUTES.get("/runs", operation_id="listRuns")
async def list_runs(desk: Here, asked: Annotated[Behind, Query()]) -> Runs:
    """List the runs that changed something, the latest first."""
    before = rows.number_of(asked.after)

    def look(_: Catalog) -> Runs:
        with desk.session.journal(create=False) as journal:
            if journal is None:
                return Runs(runs=[], next=None)
            known = [run for run in reversed(journal.runs()) if before is None or run.id < before]
            part = known[: asked.limit]
            more = rows.packed(part[-1].id) if len(known) > asked.limit else None
            return Runs(runs=[_run(journal, run) for run in part], next=more)

    return await desk.read(look)


@ROUTES.get("/runs/{run}", operation_id="getRun")
async def get_run(desk: Here, run: JobId, asked: Annotated[Ahead, Query()]) -> RunPage:
    """Tell what a run did."""

    def look(_: Catalog) -> RunPage:
        with desk.session.journal(create=False) as journal:
            known = None if journal is None else journal.run(run)
            if journal is None or known is None:
                raise missing(Reason("no-run", number=run))
            first = asked.after or 0
            actions = [
                _action(step.seq, step.action, _state(step.state), step.why)
                for step in journal.steps(run)
                if first <= step.seq < first + asked.limit
            ]
            shown = _run(journal, known)
            more = first + asked.limit if first + asked.limit < shown.actions else None
            return RunPage(run=shown, actions=actions, next=more)

    return await desk.read(look)


def _run(journal: Journal, run: Known) -> Run:
    steps = [
        (step.state, 0 if isinstance(step.action, SetField) else step.action.size)
        for step in journal.steps(run.id)
    ]
    return Run(
        id=run.id,
        title=rows.text(run.title),
        title_said=rows.said(run.title),
        state=run.state.value,
        state_said=rows.said(Reason(f"is-{run.state.value}")),
        started=run.started,
        undoes=run.undoes,
        actions=len(steps),
        done=sum(state is StepState.DONE for state, _ in steps),
        problems=sum(state in {StepState.FAILED, StepState.SKIPPED} for state, _ in steps),
        bytes=sum(size for state, size in steps if state in _BEGUN),
        can_undo=run.state in _UNDOABLE and run.undoes is None,
    )


def _state(state: StepState) -> str:
    return "planned" if state in {StepState.DOING, StepState.PLACED, StepState.BACKING} else state.value
