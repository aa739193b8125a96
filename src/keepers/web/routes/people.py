"""People that Immich knows, and their photos sorted into folders; also under the paths of the tool before."""

# ruff: noqa: ARG001

from typing import Annotated

from fastapi import APIRouter, Path, Query

from keepers.web.answers.asked import Behind
from keepers.web.answers.library import Server
from keepers.web.answers.people import (
    Batch,
    BatchStatus,
    LibraryScan,
    People,
    Person,
    ScanStarted,
    SortHistory,
    SortStats,
    SortStatus,
)
from keepers.web.desk import Here
from keepers.web.later import later

ROUTES = APIRouter(tags=["people"])

PersonId = Annotated[str, Path(min_length=1, max_length=200)]


@ROUTES.get("/status")
async def sort_status(desk: Here) -> SortStatus:
    """Tell whether sorting by people is set up and switched on."""
    later()


@ROUTES.post("/enable")
async def enable_sorting(desk: Here) -> SortStatus:
    """Switch sorting of new photos on."""
    later()


@ROUTES.post("/disable")
async def disable_sorting(desk: Here) -> SortStatus:
    """Switch sorting of new photos off."""
    later()


@ROUTES.get("/people")
async def list_people(desk: Here, asked: Annotated[Behind, Query()]) -> People:
    """List the people that Immich knows, and how many of their photos were sorted."""
    later()


@ROUTES.get("/people/{person}")
async def get_person(desk: Here, person: PersonId) -> Person:
    """Tell of one person."""
    later()


@ROUTES.get("/history")
async def sort_history(desk: Here, asked: Annotated[Behind, Query()]) -> SortHistory:
    """List what was sorted, the latest first."""
    later()


@ROUTES.get("/stats")
async def sort_stats(desk: Here) -> SortStats:
    """Tell how much was sorted."""
    later()


@ROUTES.post("/batch", status_code=202)
async def sort_batch(desk: Here, wanted: Batch) -> BatchStatus:
    """Sort everything that Immich knows."""
    later()


@ROUTES.get("/batch/status")
async def batch_status(desk: Here) -> BatchStatus:
    """Tell how far that has come."""
    later()


@ROUTES.get("/immich/status")
async def sort_server(desk: Here) -> Server:
    """Ask the server whether it is there."""
    later()


@ROUTES.post("/immich/scan", status_code=202)
async def scan_libraries(desk: Here, wanted: LibraryScan) -> ScanStarted:
    """Ask the server to look for new files."""
    later()
