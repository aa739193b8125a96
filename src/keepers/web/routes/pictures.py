"""Pictures and films, by the number of the photo; re-encoded, but for originals that are asked for."""

import asyncio
import os
from dataclasses import dataclass
from typing import Annotated, Any, Final

from fastapi import APIRouter, Header, Query
from fastapi.responses import Response

from keepers.catalog import contents, locations, photos, reviews
from keepers.catalog.contents import digest
from keepers.catalog.store import Catalog
from keepers.model import Asset, Bundle, Facts, Kind
from keepers.read import ingredients
from keepers.reasons import Reason
from keepers.web import details, files, rows
from keepers.web.answers.asked import PhotoId
from keepers.web.answers.library import Frame, PhotoFacts, Strip
from keepers.web.desk import Desk, Here
from keepers.web.pictures import FRAMES, FULL, PREVIEW, THUMBNAIL
from keepers.web.problems import missing

ROUTES = APIRouter(prefix="/photos", tags=["pictures"])

_BYTES: Final = {"schema": {"type": "string", "format": "binary"}}
_PICTURE: Final[dict[int | str, dict[str, Any]]] = {
    200: {"description": "An upright JPEG.", "content": {"image/jpeg": _BYTES}},
    304: {"description": "It is the one that is there already."},
}
_FILE: Final[dict[int | str, dict[str, Any]]] = {
    200: {"description": "The bytes.", "content": {"application/octet-stream": _BYTES, "video/mp4": _BYTES}},
    206: {
        "description": "Some of the bytes.",
        "content": {"application/octet-stream": _BYTES, "video/mp4": _BYTES},
    },
    416: {"description": "There are no such bytes."},
}
_NOTHING: Final = Facts("", 0, 0)
NoneMatch = Annotated[str | None, Header(alias="If-None-Match", max_length=200)]
Version = Annotated[str, Query(max_length=80, description="Of the link; with it the picture never changes.")]
Range = Annotated[str | None, Header(alias="Range", max_length=200)]


@dataclass(frozen=True, slots=True)
class _Found:
    asset: Asset
    bundle: Bundle
    facts: Facts


@ROUTES.get("/{photo}", operation_id="getPhoto")
async def get_photo(desk: Here, photo: PhotoId) -> PhotoFacts:
    """Tell all that the file of a photo says of itself."""
    one = await desk.read(lambda catalog: _found(catalog, photo, exif=True))
    sources = await _sources(desk, one) if one.facts.composite else []

    def look(catalog: Catalog) -> PhotoFacts:
        raw = digest(one.asset.content)
        numbers = locations.numbers_of(catalog, [asset.ref for asset in one.bundle.assets])
        groups = reviews.numbered(catalog, reviews.of_contents(catalog, [raw]))
        taken = one.asset.taken
        return PhotoFacts(
            photo=photo,
            name=rows.text(_name(one.asset)),
            path=rows.path(one.asset.ref.place, os.fsencode(one.asset.ref.key)),
            width=one.asset.width,
            height=one.asset.height,
            size=one.asset.size,
            format=one.facts.format,
            taken=None if taken is None else taken.at.isoformat(),
            tags={rows.text(name): rows.text(value) for name, value in one.facts.exif.items()},
            thumbnail=rows.picture(photo, raw, "thumbnail"),
            preview=rows.picture(photo, raw, "preview"),
            original=f"{rows.PHOTOS}/{photo}/original",
            film=details.film_of(one.bundle, one.facts, numbers),
            groups=[row.id for row in groups],
            sources=sources,
        )

    return await desk.read(look)


async def _sources(desk: Desk, one: _Found) -> list[str]:
    path = await desk.pictures.file(one.asset)
    told = await asyncio.to_thread(files.ends, path, ingredients.NEAR)
    return [rows.text(name) for name in ingredients.names(told)]


@ROUTES.get("/{photo}/thumbnail", operation_id="thumbnail", response_class=Response, responses=_PICTURE)
async def thumbnail(desk: Here, photo: PhotoId, v: Version = "", known: NoneMatch = None) -> Response:
    """Give an upright JPEG of at most 384 pixels."""
    return await _picture(desk, photo, THUMBNAIL, v, known)


@ROUTES.get("/{photo}/preview", operation_id="preview", response_class=Response, responses=_PICTURE)
async def preview(desk: Here, photo: PhotoId, v: Version = "", known: NoneMatch = None) -> Response:
    """Give an upright JPEG of at most 2048 pixels."""
    return await _picture(desk, photo, PREVIEW, v, known)


@ROUTES.get("/{photo}/full", operation_id="fullPicture", response_class=Response, responses=_PICTURE)
async def full(desk: Here, photo: PhotoId, v: Version = "", known: NoneMatch = None) -> Response:
    """Give an upright JPEG with all pixels, at most 12,000 a side."""
    return await _picture(desk, photo, FULL, v, known)


@ROUTES.get("/{photo}/original", operation_id="original", response_class=Response, responses=_FILE)
async def original(desk: Here, photo: PhotoId, part: Range = None) -> Response:
    """Give the bytes of the file itself, to be saved."""
    one = await desk.read(lambda catalog: _found(catalog, photo))
    path = await desk.pictures.file(one.asset)
    wanted = files.Wanted(path, one.asset, "application/octet-stream", name=_name(one.asset))
    return await asyncio.to_thread(files.sent, wanted, part)


@ROUTES.get("/{photo}/film", operation_id="film", response_class=Response, responses=_FILE)
async def film(desk: Here, photo: PhotoId, part: Range = None) -> Response:
    """Play a clip, or the film of a Live or Motion Photo."""
    one = await desk.read(lambda catalog: _found(catalog, photo))
    offset = 0
    if one.asset.kind is not Kind.VIDEO:
        if one.facts.film_offset is None or one.asset.ref != one.bundle.main.ref:
            raise missing(Reason("no-film-in", number=photo))
        offset = one.facts.film_offset
    path = await desk.pictures.file(one.asset)
    ending = os.path.splitext(_name(one.asset))[1].lower()
    media = "video/mp4" if offset else files.PLAYED.get(ending, "application/octet-stream")
    return await asyncio.to_thread(files.sent, files.Wanted(path, one.asset, media, offset), part)


@ROUTES.get("/{photo}/strip", operation_id="filmStrip")
async def film_strip(desk: Here, photo: PhotoId) -> Strip:
    """Tell of pictures of a film, evenly spread."""
    one = await desk.read(lambda catalog: _film(catalog, photo))
    seconds = one.facts.seconds or 0.0
    return Strip(
        photo=photo,
        seconds=seconds,
        frames=[
            Frame(at=round((at + 0.5) / FRAMES * seconds, 3), picture=f"{rows.PHOTOS}/{photo}/frame?at={at}")
            for at in range(FRAMES)
        ],
    )


@ROUTES.get("/{photo}/frame", operation_id="frame", response_class=Response, responses=_PICTURE)
async def frame(
    desk: Here,
    photo: PhotoId,
    at: Annotated[int, Query(ge=0, le=FRAMES - 1, description="Which of the pictures of the strip.")],
    known: NoneMatch = None,
) -> Response:
    """Give one picture of a film's strip."""
    one = await desk.read(lambda catalog: _film(catalog, photo))
    etag = f'"{rows.version(digest(one.asset.content))}-{at}"'
    headers = {"etag": etag, "cache-control": "private, no-cache"}
    if known == etag:
        return Response(status_code=304, headers=headers)
    return Response(await desk.pictures.frame(one.asset, at), media_type="image/jpeg", headers=headers)


async def _picture(desk: Desk, photo: int, side: int, asked: str, known: str | None) -> Response:
    one = await desk.read(lambda catalog: _found(catalog, photo))
    version = rows.version(digest(one.asset.content))
    etag = f'"{version}-{side}"'
    # The link names the content: as long as it is that, the picture is the same.
    lasting = "private, max-age=31536000, immutable" if asked == version else "private, no-cache"
    headers = {"etag": etag, "cache-control": lasting}
    if known is not None and etag in (part.strip() for part in known.split(",")):
        return Response(status_code=304, headers=headers)
    return Response(await desk.pictures.jpeg(one.asset, side), media_type="image/jpeg", headers=headers)


def _found(catalog: Catalog, photo: int, *, exif: bool = False) -> _Found:
    known = photos.numbered(catalog, photo)
    if known is None:
        raise missing(Reason("no-photo", number=photo))
    asset, bundle = known
    facts = contents.facts_of(catalog, [asset.content], exif=exif)
    return _Found(asset, bundle, facts.get(asset.content, _NOTHING))


def _film(catalog: Catalog, photo: int) -> _Found:
    one = _found(catalog, photo)
    if one.asset.kind is not Kind.VIDEO:
        raise missing(Reason("no-film", number=photo))
    return one


def _name(asset: Asset) -> str:
    return asset.name or asset.ref.key.rsplit("/", 1)[-1]
