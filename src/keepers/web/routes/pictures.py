"""Pictures and films, by the number of the photo; re-encoded, but for originals that are asked for."""

# ruff: noqa: ARG001

from typing import Annotated, Any, Final

from fastapi import APIRouter, Header, Query
from fastapi.responses import Response

from keepers.web.answers.asked import PhotoId
from keepers.web.answers.library import PhotoFacts, Strip
from keepers.web.desk import Here
from keepers.web.later import later

ROUTES = APIRouter(prefix="/photos", tags=["pictures"])

_PICTURE: Final[dict[int | str, dict[str, Any]]] = {
    200: {
        "description": "An upright JPEG.",
        "content": {"image/jpeg": {"schema": {"type": "string", "format": "binary"}}},
    },
    304: {"description": "It is the one that is there already."},
}
_FILE: Final[dict[int | str, dict[str, Any]]] = {
    200: {
        "description": "The bytes.",
        "content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}},
    },
    206: {
        "description": "Some of the bytes.",
        "content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}},
    },
    416: {"description": "There are no such bytes."},
}
NoneMatch = Annotated[str | None, Header(alias="If-None-Match", max_length=200)]
Version = Annotated[str, Query(max_length=80, description="Of the link; with it the picture never changes.")]
Range = Annotated[str | None, Header(alias="Range", max_length=200)]


@ROUTES.get("/{photo}", operation_id="getPhoto")
async def facts(desk: Here, photo: PhotoId) -> PhotoFacts:
    """Tell all that the file of a photo says of itself."""
    later()


@ROUTES.get("/{photo}/thumbnail", operation_id="thumbnail", response_class=Response, responses=_PICTURE)
async def thumbnail(desk: Here, photo: PhotoId, v: Version = "", known: NoneMatch = None) -> Response:
    """Give an upright JPEG of at most 384 pixels."""
    later()


@ROUTES.get("/{photo}/preview", operation_id="preview", response_class=Response, responses=_PICTURE)
async def preview(desk: Here, photo: PhotoId, v: Version = "", known: NoneMatch = None) -> Response:
    """Give an upright JPEG of at most 2048 pixels."""
    later()


@ROUTES.get("/{photo}/original", operation_id="original", response_class=Response, responses=_FILE)
async def original(desk: Here, photo: PhotoId, part: Range = None) -> Response:
    """Give the bytes of the file itself, to be saved."""
    later()


@ROUTES.get("/{photo}/film", operation_id="film", response_class=Response, responses=_FILE)
async def film(desk: Here, photo: PhotoId, part: Range = None) -> Response:
    """Play a clip, or the film of a Live or Motion Photo."""
    later()


@ROUTES.get("/{photo}/strip", operation_id="filmStrip")
async def strip(desk: Here, photo: PhotoId) -> Strip:
    """Tell of pictures of a film, evenly spread."""
    later()


@ROUTES.get("/{photo}/frame", operation_id="frame", response_class=Response, responses=_PICTURE)
async def frame(
    desk: Here,
    photo: PhotoId,
    at: Annotated[int, Query(ge=0, le=23, description="Which of the pictures of the strip.")],
    known: NoneMatch = None,
) -> Response:
    """Give one picture of a film's strip."""
    later()
