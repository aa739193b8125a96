"""Decisions: stored at once, taken back and done again without end, never over somebody else's."""

# ruff: noqa: ARG001

from typing import Annotated

from fastapi import APIRouter, Query

from keepers.web.answers.asked import Behind, GroupName, Match
from keepers.web.answers.decisions import (
    AcceptBand,
    Changed,
    Head,
    History,
    Merging,
    Parts,
    Sample,
    Some,
    Verdicts,
)
from keepers.web.answers.groups import Band
from keepers.web.desk import Here
from keepers.web.later import later

ROUTES = APIRouter(tags=["decisions"])


@ROUTES.put("/groups/{group}/decision", operation_id="decideGroup")
async def decide(desk: Here, group: GroupName, said: Verdicts, seen: Match = None) -> Changed:
    """Say which photos of a group stay and which may go."""
    later()


@ROUTES.post("/groups/{group}/accept", operation_id="acceptGroup")
async def accept(desk: Here, group: GroupName, seen: Match = None) -> Changed:
    """Take a group as it is shown: what is kept stays, all else may go."""
    later()


@ROUTES.delete("/groups/{group}/decision", operation_id="forgetDecision")
async def forget(desk: Here, group: GroupName, seen: Match = None) -> Changed:
    """Forget what was said of a group; it counts as not reviewed."""
    later()


@ROUTES.post("/groups/{group}/split", operation_id="splitGroup")
async def split(desk: Here, group: GroupName, said: Parts, seen: Match = None) -> Changed:
    """Part a group; photos of different parts are remembered for ever as not the same."""
    later()


@ROUTES.post("/groups/{group}/remove", operation_id="removeFromGroup")
async def remove(desk: Here, group: GroupName, said: Some, seen: Match = None) -> Changed:
    """Take photos out of a group; they are remembered for ever as not the same as the others."""
    later()


@ROUTES.post("/groups/{group}/apart", operation_id="notTheSame")
async def apart(desk: Here, group: GroupName, seen: Match = None) -> Changed:
    """Remember for ever that no two photos of a group are the same."""
    later()


@ROUTES.post("/groups/merge", operation_id="mergeGroups")
async def merge(desk: Here, said: Merging) -> Changed:
    """Make one group of several of one kind, and remember for ever that they belong together."""
    later()


@ROUTES.get("/bands/{band}/sample", operation_id="sampleBand")
async def sample(desk: Here, band: Band) -> Sample:
    """Draw up to 20 groups of a band that nobody has reviewed."""
    later()


@ROUTES.post("/bands/{band}/accept", operation_id="acceptBand")
async def accept_band(desk: Here, band: Band, said: AcceptBand) -> Changed:
    """Accept all groups of a band that nobody has reviewed, as they were when the sample was drawn."""
    later()


@ROUTES.get("/decisions", operation_id="listDecisions")
async def history(desk: Here, asked: Annotated[Behind, Query()]) -> History:
    """List what was said, the latest first."""
    later()


@ROUTES.post("/decisions/undo", operation_id="undoDecision")
async def undo(desk: Here, said: Head) -> Changed:
    """Take the latest step back that was not taken back."""
    later()


@ROUTES.post("/decisions/redo", operation_id="redoDecision")
async def redo(desk: Here, said: Head) -> Changed:
    """Do the step again that was taken back last."""
    later()
