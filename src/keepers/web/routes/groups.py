"""Groups: pages of slim rows by key, marks to enter a long list anywhere, and one group with all of it."""

from typing import Annotated, Final

from fastapi import APIRouter, Query, Response

from keepers.catalog import locations, review_rows, review_steps, reviews
from keepers.catalog.reviews import Count, Wanted
from keepers.catalog.store import Catalog
from keepers.model import Asset
from keepers.reasons import Reason
from keepers.web import details, rows
from keepers.web.answers.asked import Filter, GroupName, Marked, Page
from keepers.web.answers.groups import Band, BandCount, Choice, Group, GroupPage, Marks, Totals
from keepers.web.desk import Desk, Here
from keepers.web.problems import missing
from keepers.workflows import reviewing

ROUTES = APIRouter(prefix="/groups", tags=["groups"])

#: Filters offer so many people and folders, those with the most groups.
_CHOICES: Final = 200
#: Previews are made ahead for so many groups on either side.
_AHEAD: Final = 2


@ROUTES.get("", operation_id="listGroups")
async def list_groups(desk: Here, asked: Annotated[Page, Query()]) -> GroupPage:
    """List groups in order, some at a time."""
    key = rows.key_of(asked.order, asked.after)
    wanted = rows.wanted(asked)
    found = await desk.read(lambda catalog: reviews.page(catalog, wanted, key, asked.limit + 1))
    more = len(found) > asked.limit
    found = found[: asked.limit]
    last = rows.cursor(asked.order, (found[-1].at, found[-1].n)) if more else None
    return GroupPage(groups=[rows.row(one) for one in found], next=last)


@ROUTES.get("/totals", operation_id="groupTotals")
async def totals(desk: Here) -> Totals:
    """Count groups by band, kind, year, person and folder, and how far they are reviewed."""
    return await desk.read(lambda catalog: _known_totals(desk, catalog))


def _known_totals(desk: Desk, catalog: Catalog) -> Totals:
    """Counting 100,000 groups takes 0.1 s, and nothing changes until a revision does."""
    scanned = locations.latest_scan(catalog)
    state = rows.state(catalog, review_rows.note(catalog, "grouped_at"))
    key = (review_steps.revision(catalog), state, scanned)
    if desk.totals is None or desk.totals[0] != key:
        desk.totals = (key, _totals(catalog))
    return desk.totals[1]


@ROUTES.get("/marks", operation_id="groupMarks")
async def marks(desk: Here, asked: Annotated[Marked, Query()]) -> Marks:
    """Give the cursors of every so many rows of a filtered list, and how many rows it has."""
    wanted = rows.wanted(asked)

    def look(catalog: Catalog) -> Marks:
        total, keys = reviews.marks(catalog, wanted, asked.step)
        cursors = [rows.cursor(asked.order, key) for key in keys]
        return Marks(total=total, step=asked.step, cursors=cursors, generation=_generation(catalog))

    return await desk.read(look)


@ROUTES.get("/{group}", operation_id="getGroup")
async def get_group(
    desk: Here, group: GroupName, asked: Annotated[Filter, Query()], response: Response
) -> Group:
    """Tell all of one group, and which come before and after it; its ETag is its revision."""
    wanted = rows.wanted(asked)
    made, ahead = await desk.read(lambda catalog: _group(catalog, group, wanted))
    desk.pictures.ahead(ahead)
    response.headers["ETag"] = f'"{made.row.revision}"'
    return made


def _group(catalog: Catalog, name: str, wanted: Wanted) -> tuple[Group, list[Asset]]:
    row = reviews.one(catalog, name, wanted.order)
    if row is None or row.photos < 1:
        raise missing(Reason("no-group", name=name))
    made, own = details.group(catalog, row)
    key = (row.at, row.n)
    after = reviews.page(catalog, wanted, key, _AHEAD)
    before = reviews.before(catalog, wanted, key, _AHEAD)
    made.before = before[0].id if before else None
    made.after = after[0].id if after else None
    near = [asset for other in (*after, *before) for asset in details.mains(catalog, other)]
    return made, [*own, *near]


def _totals(catalog: Catalog) -> Totals:
    groups, photos, reviewed, freed, freed_reviewed = reviews.totals(catalog)
    grouped_at = review_rows.note(catalog, "grouped_at")
    bands = {count.value: count for count in reviews.counts(catalog, "band")}
    return Totals(
        state=rows.state(catalog, grouped_at),
        groups=groups,
        photos=photos,
        reviewed=reviewed,
        freed=freed,
        freed_reviewed=freed_reviewed,
        bands=[_band(band, bands.get(band.value)) for band in Band],
        kinds=_choices(reviews.counts(catalog, "kind")),
        years=_choices(reviews.counts(catalog, "year")),
        people=_choices(reviews.people(catalog, _CHOICES)),
        folders=_choices(reviews.folders(catalog, _CHOICES)),
        grouped_at=grouped_at or None,
        stale=bool(grouped_at) and reviewing.is_old(catalog),
        generation=_generation(catalog),
    )


def _generation(catalog: Catalog) -> int:
    return int(review_rows.note(catalog, "generation") or "0")


def _band(band: Band, count: Count | None) -> BandCount:
    if count is None:
        return BandCount(band=band, groups=0, reviewed=0, freed=0)
    return BandCount(band=band, groups=count.groups, reviewed=count.reviewed, freed=count.freed)


def _choices(counts: list[Count]) -> list[Choice]:
    return [Choice(value=rows.text(count.value), groups=count.groups) for count in counts]
