"""The best photo of each person: looked for, shown, set on the server, all of it as jobs."""

import json
from typing import Annotated, Any

from fastapi import APIRouter, Query, status

from keepers.catalog import jobs as remembered
from keepers.catalog import locations, review_rows
from keepers.catalog.store import Catalog
from keepers.model import PlaceId, Ref
from keepers.web import rows
from keepers.web.answers.asked import Ahead
from keepers.web.answers.people import Featured, FeaturePlan, FeatureRun
from keepers.web.answers.work import Job
from keepers.web.deeds import FEATURING
from keepers.web.desk import Desk, Here

ROUTES = APIRouter(prefix="/people-feature", tags=["people"])


@ROUTES.get("/plan", operation_id="getFeaturePlan")
async def get_plan(desk: Here, asked: Annotated[Ahead, Query()]) -> FeaturePlan:
    """Tell which photo would stand for whom, as it was found last, and how far a job about it is."""
    return await desk.read(lambda catalog: _plan(desk, catalog, asked.after or 0, asked.limit))


@ROUTES.post("/run", operation_id="runFeature", status_code=status.HTTP_202_ACCEPTED)
async def run(desk: Here, wanted: FeatureRun) -> Job:
    """Queue a job that looks for the best photos, or one that sets those of a plan."""
    return desk.jobs.shown(await desk.jobs.add({"kind": FEATURING, "plan": wanted.plan}))


def _plan(desk: Desk, catalog: Catalog, first: int, limit: int) -> FeaturePlan:
    kept: dict[str, Any] = json.loads(review_rows.note(catalog, FEATURING) or "{}")
    choices = kept.get("choices", [])
    part = choices[first : first + limit]
    latest = remembered.latest_of(catalog, FEATURING)
    place = PlaceId(str(kept.get("place", "")))
    numbers = locations.numbers_of(catalog, [Ref(place, one["asset"]) for one in part if one["asset"]])
    return FeaturePlan(
        plan=str(kept.get("plan", "")),
        changes=int(kept.get("changes", 0)),
        people=[_featured(one, numbers.get(Ref(place, one["asset"]))) for one in part],
        next=first + limit if first + limit < len(choices) else None,
        job=None if latest is None else desk.jobs.shown(latest),
    )


def _featured(one: dict[str, Any], number: int | None) -> Featured:
    return Featured(
        person=one["person"],
        name=rows.text(one["name"]),
        asset=one["asset"],
        file=rows.text(one["file"]),
        before=one["before"],
        why=rows.text(one["why"]),
        why_said=rows.said(one["why"]),
        thumbnail=None if number is None else f"{rows.PHOTOS}/{number}/thumbnail",
    )
