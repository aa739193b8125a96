"""What is known: status, settings, folders that hold the same, weak dates, unreadable files."""

# ruff: noqa: ARG001

from typing import Annotated

from fastapi import APIRouter, Path, Query

from keepers.web.answers.asked import Behind, PhotoId
from keepers.web.answers.decisions import Changed
from keepers.web.answers.library import (
    FolderPairs,
    KeepFolder,
    Preferences,
    Servers,
    SetDate,
    SetSetting,
    Setting,
    Settings,
    Status,
    UnreadableFiles,
    WeakDate,
    WeakDates,
)
from keepers.web.desk import Here
from keepers.web.later import later

ROUTES = APIRouter(tags=["library"])


@ROUTES.get("/status", operation_id="getStatus")
async def status(desk: Here) -> Status:
    """Tell what is known and what runs."""
    later()


@ROUTES.get("/status/immich", operation_id="immichStatus")
async def servers(desk: Here) -> Servers:
    """Ask the Immich servers that are set up whether they are there."""
    later()


@ROUTES.get("/settings", operation_id="getSettings")
async def settings(desk: Here) -> Settings:
    """List all settings with their meaning."""
    later()


@ROUTES.put("/settings/{name}", operation_id="setSetting")
async def set_setting(desk: Here, name: Annotated[str, Path(max_length=100)], said: SetSetting) -> Setting:
    """Set one of the settings that the page may set."""
    later()


@ROUTES.get("/preferences", operation_id="getPreferences")
async def preferences(desk: Here) -> Preferences:
    """Tell how the page is liked."""
    later()


@ROUTES.put("/preferences", operation_id="setPreferences")
async def set_preferences(desk: Here, said: Preferences) -> Preferences:
    """Remember how the page is liked."""
    later()


@ROUTES.get("/folders/pairs", operation_id="folderPairs")
async def pairs(desk: Here, asked: Annotated[Behind, Query()]) -> FolderPairs:
    """List pairs of folders that hold the same bytes or pixels, those with the most of them first."""
    later()


@ROUTES.post("/folders/pairs/{pair}/keep", operation_id="keepFolder")
async def keep_folder(desk: Here, pair: Annotated[str, Path(max_length=100)], said: KeepFolder) -> Changed:
    """Keep what lies in one folder of a pair, in all groups that nobody has reviewed."""
    later()


@ROUTES.get("/dates/weak", operation_id="weakDates")
async def weak(desk: Here, asked: Annotated[Behind, Query()]) -> WeakDates:
    """List the photos whose date nothing proves."""
    later()


@ROUTES.put("/photos/{photo}/date", operation_id="setDate")
async def set_date(desk: Here, photo: PhotoId, said: SetDate) -> WeakDate:
    """Give a photo its date."""
    later()


@ROUTES.delete("/photos/{photo}/date", operation_id="unsetDate")
async def unset_date(desk: Here, photo: PhotoId) -> WeakDate:
    """Forget the date that a person gave."""
    later()


@ROUTES.get("/unreadable", operation_id="unreadable")
async def unreadable(desk: Here, asked: Annotated[Behind, Query()]) -> UnreadableFiles:
    """List the files that could not be read."""
    later()
