"""People that Immich knows, and their photos sorted into folders; also under the paths of the tool before."""

import asyncio
from collections import Counter
from typing import Annotated, Final

from fastapi import APIRouter, Path, Query

from keepers.catalog import jobs as remembered
from keepers.errors import KeepersError
from keepers.people_work import tell
from keepers.people_work.tell import Known, Standing, Told
from keepers.places.immich_api import DEFAULT
from keepers.reasons import Reason
from keepers.web import rows
from keepers.web.answers import people as answers
from keepers.web.answers.asked import Behind
from keepers.web.answers.library import Server
from keepers.web.answers.people import Count
from keepers.web.desk import Desk, Here
from keepers.web.problems import missing, words_of
from keepers.web.routes.library import asked

ROUTES = APIRouter(tags=["people"])

PersonId = Annotated[str, Path(min_length=1, max_length=200)]
_KIND: Final = "people-sort"


@ROUTES.get("/status")
async def sort_status(desk: Here) -> answers.SortStatus:
    """Tell whether sorting by people is set up and switched on."""
    return _standing(await asyncio.to_thread(tell.standing, desk.session))


@ROUTES.post("/enable")
async def enable_sorting(desk: Here) -> answers.SortStatus:
    """Switch sorting of new photos on."""
    return await _switched(desk, on=True)


@ROUTES.post("/disable")
async def disable_sorting(desk: Here) -> answers.SortStatus:
    """Switch sorting of new photos off."""
    return await _switched(desk, on=False)


async def _switched(desk: Desk, *, on: bool) -> answers.SortStatus:
    await desk.write(lambda _: tell.switch(desk.session, on=on))
    desk.renew()
    return await sort_status(desk)


def _standing(found: Standing) -> answers.SortStatus:
    return answers.SortStatus(
        enabled=found.enabled,
        base=rows.text(found.base),
        mode=found.how,
        several=found.several,
        connected=found.people is not None,
        people=found.people or 0,
        sorted=found.sorted,
        words=rows.text(found.trouble),
        words_said=rows.said(found.trouble),
    )


@ROUTES.get("/people")
async def list_people(desk: Here, page: Annotated[Behind, Query()]) -> answers.People:
    """List the people that Immich knows, and how many of their photos were sorted."""
    behind = rows.text_of(page.after)
    try:
        found = await asyncio.to_thread(tell.people, desk.session)
    except KeepersError as error:
        words = words_of(error)
        return answers.People(people=[], next=None, words=rows.text(words), words_said=rows.said(words))
    # Those with the most photos come first; the id of the last one says where a page ended.
    start = next((at + 1 for at, one in enumerate(found) if one.person.id == behind), 0) if behind else 0
    part = found[start : start + page.limit]
    more = rows.packed(part[-1].person.id) if start + page.limit < len(found) else None
    words = "" if found else Reason("knows-nobody")
    return answers.People(
        people=[_person(one) for one in part], next=more, words=words, words_said=rows.said(words)
    )


@ROUTES.get("/people/{person}")
async def get_person(desk: Here, person: PersonId) -> answers.Person:
    """Tell of one person."""
    found = await asyncio.to_thread(tell.people, desk.session, hidden=True)
    one = next((one for one in found if one.person.id == person), None)
    if one is None:
        raise missing(Reason("nobody-of-id"))
    return _person(one)


def _person(one: Known) -> answers.Person:
    known = one.person
    return answers.Person(
        id=known.id,
        name=rows.text(known.name),
        faces=known.faces,
        birth_date=known.birth_date.isoformat() if known.birth_date else None,
        hidden=known.hidden,
        favorite=known.favorite,
        featured=known.featured or None,
        directory=rows.text(one.folder),
        sorted=one.sorted,
    )


@ROUTES.get("/history")
async def sort_history(desk: Here, page: Annotated[Behind, Query()]) -> answers.SortHistory:
    """List what was sorted, the latest first."""
    before = rows.number_of(page.after) or 0
    found = await asyncio.to_thread(tell.history, desk.session, before=before, limit=page.limit + 1)
    part = found[: page.limit]
    more = rows.packed(part[-1].row.id) if len(found) > page.limit else None
    return answers.SortHistory(history=[_sorted(one) for one in part], next=more)


def _sorted(told: Told) -> answers.Sorted:
    row = told.row
    return answers.Sorted(
        id=row.id,
        original_path=rows.text(row.original),
        sorted_path=rows.text(row.target),
        person_id=row.person,
        person_name=rows.text(row.name),
        faces_count=row.faces,
        action=row.action,
        status="undone" if told.undone else row.action,
        sorted_at=row.at,
        message=rows.text(row.reason),
    )


@ROUTES.get("/stats")
async def sort_stats(desk: Here) -> answers.SortStats:
    """Tell how much was sorted."""
    found = await asyncio.to_thread(tell.counted, desk.session)
    people = Counter({found.names.get(key, key): number for key, number in found.people.items()})
    return answers.SortStats(
        total=found.total,
        people=[Count(name=rows.text(name), count=number) for name, number in people.most_common()],
        actions=[Count(name=name, count=number) for name, number in found.actions.items()],
        days=[Count(name=name, count=number) for name, number in found.days.items()],
    )


@ROUTES.post("/batch", status_code=202)
async def sort_batch(desk: Here, wanted: answers.Batch) -> answers.BatchStatus:
    """Sort everything that Immich knows and that lies on this machine."""
    job = await desk.jobs.add({"kind": _KIND, **wanted.model_dump()})
    return answers.BatchStatus(running=True, job=desk.jobs.shown(job))


@ROUTES.get("/batch/status")
async def batch_status(desk: Here) -> answers.BatchStatus:
    """Tell how far that has come."""
    latest = await desk.read(lambda catalog: remembered.latest_of(catalog, _KIND))
    if latest is None:
        return answers.BatchStatus(running=False, job=None)
    shown = desk.jobs.shown(latest)
    return answers.BatchStatus(running=shown.can_cancel, job=shown)


@ROUTES.get("/immich/status")
async def sort_server(desk: Here) -> Server:
    """Ask the server whether it is there."""
    return await asyncio.to_thread(asked, desk, DEFAULT)


@ROUTES.post("/immich/scan", status_code=202)
async def scan_libraries(desk: Here, wanted: answers.LibraryScan) -> answers.ScanStarted:
    """Ask the server to look for new files."""
    names = await asyncio.to_thread(tell.scan_library, desk.session, DEFAULT, wanted.library)
    words = Reason("looks-for-new", names=", ".join(names)) if names else Reason("no-libraries")
    return answers.ScanStarted(started=bool(names), words=rows.text(words))
