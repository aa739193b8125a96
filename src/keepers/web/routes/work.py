"""What changes things: the plan made of the decisions, jobs and their progress, runs and taking them back."""

# ruff: noqa: ARG001

from typing import Annotated, Any, Final

from fastapi import APIRouter, Path, Query, status
from fastapi.responses import Response, StreamingResponse

from keepers.web.answers.asked import Ahead, Behind
from keepers.web.answers.work import Job, Jobs, NewJob, Plan, RunPage, Runs
from keepers.web.desk import Here
from keepers.web.later import later

ROUTES = APIRouter(tags=["work"])

JobId = Annotated[int, Path(ge=1, le=2**53 - 1)]
_EVENTS: Final[dict[int | str, dict[str, Any]]] = {
    200: {
        "description": "Events named `job`, each with a Job as its data; the present jobs come first.",
        "content": {"text/event-stream": {"schema": {"type": "string"}}},
    }
}


@ROUTES.get("/plan", operation_id="getPlan")
async def plan(desk: Here, asked: Annotated[Ahead, Query()]) -> Plan:
    """Tell what applying the decisions would do; nothing is changed."""
    later()


@ROUTES.get("/jobs", operation_id="listJobs")
async def jobs(desk: Here, asked: Annotated[Behind, Query()]) -> Jobs:
    """List jobs, the latest first."""
    later()


@ROUTES.post("/jobs", operation_id="startJob", status_code=status.HTTP_202_ACCEPTED)
async def start(desk: Here, wanted: NewJob) -> Job:
    """Queue a job; one runs at a time."""
    later()


@ROUTES.get("/jobs/events", operation_id="jobEvents", response_class=StreamingResponse, responses=_EVENTS)
async def events(desk: Here) -> Response:
    """Tell of every job as it goes on, as server-sent events."""
    later()


@ROUTES.get("/jobs/{job}", operation_id="getJob")
async def one_job(desk: Here, job: JobId) -> Job:
    """Tell how far a job is."""
    later()


@ROUTES.post("/jobs/{job}/cancel", operation_id="cancelJob")
async def cancel(desk: Here, job: JobId) -> Job:
    """Stop a job after the photo that it is at; what is done is kept."""
    later()


@ROUTES.post("/jobs/{job}/resume", operation_id="resumeJob", status_code=status.HTTP_202_ACCEPTED)
async def resume(desk: Here, job: JobId) -> Job:
    """Go on with a job that was stopped or failed."""
    later()


@ROUTES.get("/runs", operation_id="listRuns")
async def runs(desk: Here, asked: Annotated[Behind, Query()]) -> Runs:
    """List the runs that changed something, the latest first."""
    later()


@ROUTES.get("/runs/{run}", operation_id="getRun")
async def one_run(desk: Here, run: JobId, asked: Annotated[Ahead, Query()]) -> RunPage:
    """Tell what a run did."""
    later()
