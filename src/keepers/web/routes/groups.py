"""Groups: pages of slim rows by key, marks to enter a long list anywhere, and one group with all of it."""

# ruff: noqa: ARG001

from typing import Annotated

from fastapi import APIRouter, Query, Response

from keepers.web.answers.asked import Filter, GroupName, Marked, Page
from keepers.web.answers.groups import Group, GroupPage, Marks, Totals
from keepers.web.desk import Here
from keepers.web.later import later

ROUTES = APIRouter(prefix="/groups", tags=["groups"])


@ROUTES.get("", operation_id="listGroups")
async def rows(desk: Here, asked: Annotated[Page, Query()]) -> GroupPage:
    """List groups in order, some at a time."""
    later()


@ROUTES.get("/totals", operation_id="groupTotals")
async def totals(desk: Here) -> Totals:
    """Count groups by band, kind, year, person and folder, and how far they are reviewed."""
    later()


@ROUTES.get("/marks", operation_id="groupMarks")
async def marks(desk: Here, asked: Annotated[Marked, Query()]) -> Marks:
    """Give the cursors of every so many rows of a filtered list, and how many rows it has."""
    later()


@ROUTES.get("/{group}", operation_id="getGroup")
async def one(desk: Here, group: GroupName, asked: Annotated[Filter, Query()], response: Response) -> Group:
    """Tell all of one group, and which come before and after it; its ETag is its revision."""
    later()
