"""What is known: status, settings, how the page is liked, weak dates, unreadable files."""

import asyncio
import json
import os
from datetime import UTC, datetime
from typing import Annotated, Final

from fastapi import APIRouter, Path, Query

from keepers import __version__, config, servers
from keepers.catalog import locations, photos, review_lists, review_rows, sightings
from keepers.catalog.review_lists import Weak
from keepers.catalog.store import Catalog
from keepers.errors import KeepersError, UsageError
from keepers.model import Bundle
from keepers.places import addresses
from keepers.reasons import Reason
from keepers.web import rows
from keepers.web.answers import library as answers
from keepers.web.answers.asked import Behind, PhotoId
from keepers.web.answers.library import Root, Server, Setting
from keepers.web.desk import Desk, Here
from keepers.web.problems import ProblemError, missing, words_of
from keepers.workflows import dating
from keepers.workflows.folders import Dating

ROUTES = APIRouter(tags=["library"])

#: What the page may set: nothing that names a path, a server, or what may be done to folders.
EDITABLE: Final = frozenset({
    "jobs", "seconds_per_file", "home_zone", "threshold", "time_window", "min_size", "settle_seconds", "faces",
    "immich_cache_size", "preview_cache_size", "weight_faces", "weight_technical", "weight_composition", "weight_eyes",
    "weight_smile", "weight_face_sharpness", "weight_frontality", "weight_light",
})  # fmt: skip
_LIKED: Final = "preferences"


@ROUTES.get("/status", operation_id="getStatus")
async def get_status(desk: Here) -> answers.Status:
    """Tell what is known and what runs."""
    size = await desk.pictures.size()
    status = await desk.read(lambda catalog: _status(desk, catalog, size))
    present = desk.jobs.present
    status.job = None if present is None else desk.jobs.shown(present)
    return status


def _status(desk: Desk, catalog: Catalog, size: int) -> answers.Status:
    everywhere = sightings.everywhere(catalog)
    counts = sightings.counts(catalog, everywhere)
    roots = [(path, files, when) for path, files, when in locations.roots(catalog)]
    return answers.Status(
        version=__version__,
        catalog=rows.text(str(catalog.file)),
        state=rows.state(catalog, review_rows.note(catalog, "grouped_at")),
        photos=counts.photos,
        companions=counts.companions,
        unreadable=counts.unreadable,
        ignored=counts.ignored,
        bytes=counts.bytes,
        weak_dates=review_lists.count_weak(catalog),
        roots=[
            Root(path=rows.text(path), files=files, scanned=when, there=os.path.lexists(path))
            for path, files, when in roots
        ],
        job=None,
        servers=profiles(desk),
        previews=size,
        previews_most=desk.pictures.most,
    )


def profiles(desk: Desk) -> list[str]:
    """The Immich servers that are set up, by name."""
    return list(addresses.server_names(desk.session.environment))


@ROUTES.get("/status/immich", operation_id="immichStatus")
async def immich_status(desk: Here) -> answers.Servers:
    """Ask the Immich servers that are set up whether they are there."""
    return answers.Servers(servers=[await asyncio.to_thread(asked, desk, name) for name in profiles(desk)])


def asked(desk: Desk, name: str) -> Server:
    """Whether a server answers, and what it is."""
    try:
        with servers.client(desk.session.environment, name) as client:
            url = client.wire.url
            release = client.abilities().release
    except KeepersError as error:
        return _answered(name, "", "", words_of(error), Reason("check-server", name=name))
    return _answered(name, url, str(release), Reason("answers"), "")


def _answered(name: str, url: str, version: str, words: str, following: str) -> Server:
    return Server(
        name=name,
        url=url,
        reachable=url != "",
        version=version,
        words=rows.text(words),
        next=following,
        words_said=rows.said(words),
        next_said=rows.said(following),
    )


# ---------------------------------------------------------------- settings


@ROUTES.get("/settings", operation_id="getSettings")
async def get_settings(desk: Here) -> answers.Settings:
    """List all settings with their meaning."""
    file = str(config.config_file(desk.session.environment))
    return answers.Settings(file=rows.text(file), settings=_settings(desk))


def _settings(desk: Desk) -> list[Setting]:
    return [
        Setting(
            name=one.name,
            value=rows.text(one.value) if isinstance(one.value, str) else one.value,
            default=one.default,
            doc=one.doc,
            variable=one.variable,
            editable=one.name in EDITABLE and one.variable not in desk.session.environment,
        )
        for one in config.describe(desk.session.settings)
    ]


@ROUTES.put("/settings/{name}", operation_id="setSetting")
async def set_setting(
    desk: Here, name: Annotated[str, Path(max_length=100)], said: answers.SetSetting
) -> Setting:
    """Set one of the settings that the page may set."""
    known = next((one for one in _settings(desk) if one.name == name), None)
    if known is None:
        raise missing(Reason("no-setting"))
    if not known.editable:
        raise ProblemError(403, Reason("not-from-page", name=name), Reason("set-by-command", name=name))
    value = config.checked(name, said.value, "the page")
    await desk.write(lambda _: config.store(config.config_file(desk.session.environment), name, value))
    desk.renew()
    return next(one for one in _settings(desk) if one.name == name)


@ROUTES.get("/preferences", operation_id="getPreferences")
async def get_preferences(desk: Here) -> answers.Preferences:
    """Tell how the page is liked."""
    return await desk.read(_liked)


def _liked(catalog: Catalog) -> answers.Preferences:
    return answers.Preferences(values=json.loads(review_rows.note(catalog, _LIKED) or "{}"))


@ROUTES.put("/preferences", operation_id="setPreferences")
async def set_preferences(desk: Here, said: answers.Preferences) -> answers.Preferences:
    """Remember how the page is liked."""
    await desk.write(lambda catalog: review_rows.put_note(catalog, _LIKED, json.dumps(said.values)))
    return await desk.read(_liked)


# ---------------------------------------------------------------- dates and unreadable files


@ROUTES.get("/dates/weak", operation_id="weakDates")
async def weak_dates(desk: Here, page: Annotated[Behind, Query()]) -> answers.WeakDates:
    """List the photos whose date nothing proves."""
    behind = _key(page.after)
    found = await desk.read(lambda catalog: review_lists.weak(catalog, behind, page.limit + 1))
    part = found[: page.limit]
    more = None
    if len(found) > page.limit:
        place = part[-1].path.partition(":")[0] if not part[-1].path.startswith("/") else "local"
        more = rows.packed(place, part[-1].key.hex())
    return answers.WeakDates(dates=[_weak(one) for one in part], next=more)


@ROUTES.put("/photos/{photo}/date", operation_id="setDate")
async def set_date(desk: Here, photo: PhotoId, said: answers.SetDate) -> answers.WeakDate:
    """Give a photo its date."""

    def change(catalog: Catalog) -> answers.WeakDate:
        now = _dating(desk)
        dating.set_date(catalog, _bundle(catalog, photo), dating.stated(said.date, now.now), now)
        return _weak(_dated(catalog, photo))

    return await desk.write(change)


@ROUTES.delete("/photos/{photo}/date", operation_id="unsetDate")
async def unset_date(desk: Here, photo: PhotoId) -> answers.WeakDate:
    """Forget the date that a person gave."""

    def change(catalog: Catalog) -> answers.WeakDate:
        dating.unset_date(catalog, _bundle(catalog, photo), _dating(desk))
        return _weak(_dated(catalog, photo))

    return await desk.write(change)


@ROUTES.get("/unreadable", operation_id="unreadable")
async def unreadable(desk: Here, page: Annotated[Behind, Query()]) -> answers.UnreadableFiles:
    """List the files that could not be read."""
    place, key = _key(page.after)
    found = await desk.read(lambda catalog: review_lists.unreadable(catalog, (key, place), page.limit + 1))
    part = found[: page.limit]
    more = rows.packed(part[-1][1], part[-1][0].hex()) if len(found) > page.limit else None
    files = [
        answers.Unreadable(
            path=rows.path(place, key), reason=rows.text(reason), reason_said=rows.said(reason)
        )
        for key, place, reason in part
    ]
    return answers.UnreadableFiles(files=files, next=more)


def _key(after: str | None) -> tuple[str, bytes]:
    """The place and key behind which a page begins."""
    if not after:
        return "", b""
    match rows.unpacked(after):
        case [str(place), str(key)]:
            try:
                return place.encode("utf-8", "replace").decode(), bytes.fromhex(key)
            except ValueError:
                pass
        case _:
            pass
    raise UsageError(Reason("no-cursor"))


def _bundle(catalog: Catalog, photo: int) -> Bundle:
    found = photos.numbered(catalog, photo)
    if found is None:
        raise missing(Reason("no-photo", number=photo))
    return found[1]


def _dated(catalog: Catalog, photo: int) -> Weak:
    found = review_lists.dated(catalog, photo)
    if found is None:
        raise missing(Reason("no-photo", number=photo))
    return found


def _weak(one: Weak) -> answers.WeakDate:
    return answers.WeakDate(
        photo=one.number,
        name=rows.text(one.path.rpartition("/")[2]),
        path=rows.text(one.path),
        at=one.at,
        source=one.source,
        note=rows.text(one.note),
        note_said=rows.said(one.note),
        thumbnail=rows.picture(one.number, one.content, "thumbnail"),
    )


def _dating(desk: Desk) -> Dating:
    return Dating(desk.session.home, datetime.now(UTC))
