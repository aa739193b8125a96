"""Decisions: stored at once, taken back and done again without end, never over somebody else's."""

from collections.abc import Callable
from typing import Annotated, Final

from fastapi import APIRouter, Query

from keepers.catalog import review_steps, reviews
from keepers.catalog.review_steps import State
from keepers.catalog.store import Catalog
from keepers.errors import UsageError
from keepers.reasons import Reason
from keepers.web import rows
from keepers.web.answers import decisions as answers
from keepers.web.answers.asked import Behind, GroupName, Match
from keepers.web.answers.groups import Band
from keepers.web.changes import changed, now, step
from keepers.web.desk import Desk, Here
from keepers.web.problems import ProblemError, conflict, missing, words_of
from keepers.workflows import saying
from keepers.workflows.saying import Said, UnknownGroupError

ROUTES = APIRouter(tags=["decisions"])

_SAMPLE: Final = 20


@ROUTES.put("/groups/{group}/decision", operation_id="decideGroup")
async def decide(desk: Here, group: GroupName, said: answers.Verdicts, seen: Match = None) -> answers.Changed:
    """Say which photos of a group stay and which may go."""
    if both := set(said.keep) & set(said.drop):
        raise UsageError(Reason("keep-or-drop", number=min(both)))
    verdicts = {**dict.fromkeys(said.keep, True), **dict.fromkeys(said.drop, False)}
    revision = _revision(seen)
    return await _changed(desk, lambda catalog: saying.decide(catalog, group, revision, verdicts, now()))


@ROUTES.post("/groups/{group}/accept", operation_id="acceptGroup")
async def accept(desk: Here, group: GroupName, seen: Match = None) -> answers.Changed:
    """Take a group as it is shown: what is kept stays, all else may go."""
    revision = _revision(seen)
    return await _changed(desk, lambda catalog: saying.accept(catalog, group, revision, now()))


@ROUTES.delete("/groups/{group}/decision", operation_id="forgetDecision")
async def forget(desk: Here, group: GroupName, seen: Match = None) -> answers.Changed:
    """Forget what was said of a group; it counts as not reviewed."""
    revision = _revision(seen)
    return await _changed(desk, lambda catalog: saying.forget(catalog, group, revision, now()))


@ROUTES.post("/groups/{group}/split", operation_id="splitGroup")
async def split(desk: Here, group: GroupName, said: answers.Parts, seen: Match = None) -> answers.Changed:
    """Part a group; photos of different parts are remembered for ever as not the same."""
    revision = _revision(seen)
    return await _changed(
        desk, lambda catalog: saying.part(catalog, group, revision, said.parts, desk.rejudged, now())
    )


@ROUTES.post("/groups/{group}/remove", operation_id="removeFromGroup")
async def remove(desk: Here, group: GroupName, said: answers.Some, seen: Match = None) -> answers.Changed:
    """Take photos out of a group; they are remembered for ever as not the same as the others."""
    revision = _revision(seen)
    parts = [said.photos]
    return await _changed(
        desk, lambda catalog: saying.part(catalog, group, revision, parts, desk.rejudged, now())
    )


@ROUTES.post("/groups/{group}/apart", operation_id="notTheSame")
async def apart(desk: Here, group: GroupName, seen: Match = None) -> answers.Changed:
    """Remember for ever that no two photos of a group are the same."""
    revision = _revision(seen)
    return await _changed(
        desk, lambda catalog: saying.part(catalog, group, revision, (), desk.rejudged, now())
    )


@ROUTES.post("/groups/merge", operation_id="mergeGroups")
async def merge(desk: Here, said: answers.Merging) -> answers.Changed:
    """Make one group of several of one kind, and remember for ever that they belong together."""
    seen = {one.id: one.revision for one in said.groups}
    return await _changed(desk, lambda catalog: saying.merge(catalog, seen, desk.rejudged, now()))


@ROUTES.get("/bands/{band}/sample", operation_id="sampleBand")
async def sample(desk: Here, band: Band) -> answers.Sample:
    """Draw up to 20 groups of a band that nobody has reviewed."""

    def look(catalog: Catalog) -> answers.Sample:
        newest = review_steps.revision(catalog)
        left = reviews.unreviewed(catalog, band.value, newest)
        freed = next((count for count in reviews.counts(catalog, "band") if count.value == band.value), None)
        drawn = reviews.sample(catalog, band.value, _SAMPLE)
        name = desk.samples.add(band, newest)
        return answers.Sample(
            band=band,
            sample=name,
            groups=[rows.row(one) for one in drawn],
            left=len(left),
            freed=0 if freed is None else freed.freed,
        )

    return await desk.read(look)


@ROUTES.post("/bands/{band}/accept", operation_id="acceptBand")
async def accept_band(desk: Here, band: Band, said: answers.AcceptBand) -> answers.Changed:
    """Accept all groups of a band that nobody has reviewed, as they were when the sample was drawn."""
    newest = desk.samples.find(said.sample, band)
    if newest is None:
        raise conflict(Reason("no-sample", band=band.value))

    def change(catalog: Catalog) -> Said:
        left = reviews.unreviewed(catalog, band.value, newest)
        if not left:
            raise conflict(Reason("band-done", band=band.value))
        return saying.accept_many(catalog, left, Reason("said-band", n=len(left), band=band.value), now())

    return await _changed(desk, change)


@ROUTES.get("/decisions", operation_id="listDecisions")
async def list_decisions(desk: Here, asked: Annotated[Behind, Query()]) -> answers.History:
    """List what was said, the latest first."""
    before = rows.number_of(asked.after)

    def look(catalog: Catalog) -> answers.History:
        found = review_steps.steps(catalog, before, asked.limit + 1)
        more = rows.packed(found[asked.limit - 1].id) if len(found) > asked.limit else None
        return answers.History(
            head=saying.head_of(catalog),
            can_undo=review_steps.last(catalog, State.HOLDS) is not None,
            can_redo=review_steps.last(catalog, State.UNDONE) is not None,
            revision=review_steps.revision(catalog),
            steps=[step(one) for one in found[: asked.limit]],
            next=more,
        )

    return await desk.read(look)


@ROUTES.post("/decisions/undo", operation_id="undoDecision")
async def undo(desk: Here, said: answers.Head) -> answers.Changed:
    """Take the latest step back that was not taken back."""
    return await _changed(desk, lambda catalog: saying.undo(catalog, said.head, desk.rejudged, now()))


@ROUTES.post("/decisions/redo", operation_id="redoDecision")
async def redo(desk: Here, said: answers.Head) -> answers.Changed:
    """Do the step again that was taken back last."""
    return await _changed(desk, lambda catalog: saying.redo(catalog, said.head, desk.rejudged, now()))


async def _changed(desk: Desk, what: Callable[[Catalog], Said]) -> answers.Changed:
    """Do it in the thread that writes, and tell what is so now."""
    try:
        return await desk.write(lambda catalog: changed(catalog, what(catalog)))
    except UnknownGroupError as error:
        raise missing(words_of(error)) from error


def _revision(seen: str | None) -> int:
    """The revision that came along; a problem where none did."""
    if seen is None:
        raise ProblemError(428, Reason("say-revision"), Reason("read-etag"))
    text = seen.strip().strip('"')
    if not text.isascii() or not text.isdigit() or len(text) > 15:
        raise UsageError(Reason("no-revision", given=repr(seen)))
    return int(text)
