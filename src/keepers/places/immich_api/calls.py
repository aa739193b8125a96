"""Further operations of Immich's REST interface: trash, faces, duplicates, data of other programs."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from keepers.errors import KeepersError, SettingsError
from keepers.places.immich_api import records
from keepers.places.immich_api.client import BATCH, PAGE
from keepers.places.immich_api.records import Given, Json
from keepers.places.immich_api.wire import AnswerError, Ask, Wire
from keepers.plan.immich_pages import in_one_form

_GONE: Final = frozenset({400, 404})


@dataclass(frozen=True, slots=True)
class Face:
    """A face in an asset: whose it is, and its box in the pixels of a picture of that width and height."""

    id: str
    person: str
    box: tuple[int, int, int, int]
    image: tuple[int, int]


@dataclass(frozen=True, slots=True)
class Resolution:
    """What is to become of a group of Immich's Duplicates page."""

    duplicate: str
    keep: tuple[str, ...]
    trash: tuple[str, ...]


# The trash


def trash(wire: Wire, assets: Sequence[str]) -> None:
    """Move assets into the trash; one that is not ours refuses all of its batch."""
    for part in _batches(assets):
        wire.ask(Ask("DELETE", "assets", {"ids": part, "force": False}))


def restore(wire: Wire, assets: Sequence[str]) -> None:
    """Bring assets back from the trash."""
    for part in _batches(assets):
        wire.ask(Ask("POST", "trash/restore/assets", {"ids": part}))


# Stacks


def cover_stack(wire: Wire, stack: str, asset: str) -> None:
    """Put one of its assets on top of a stack."""
    wire.ask(Ask("PUT", f"stacks/{records.identifier(stack)}", {"primaryAssetId": asset}))


# Faces


def faces(wire: Wire, asset: str) -> list[Face]:
    """The faces of people in an asset."""
    told = wire.ask(Ask("GET", "faces", query={"id": records.identifier(asset)})).value
    return [face for row in records.objects(told, "faces") if (face := _face(row)) is not None]


def _face(row: Json) -> Face | None:
    person = row.get("person")
    if not isinstance(person, dict):
        return None
    left, top = records.number(row, "boundingBoxX1"), records.number(row, "boundingBoxY1")
    right, bottom = records.number(row, "boundingBoxX2"), records.number(row, "boundingBoxY2")
    image = records.number(row, "imageWidth"), records.number(row, "imageHeight")
    key = records.identifier(records.mapping(person, "a person").get("id"))  # pyright: ignore[reportUnknownArgumentType]  (JSON)
    return Face(records.identifier(row.get("id")), key, (left, top, right, bottom), image)


def add_face(wire: Wire, asset: str, face: Face) -> None:
    """Say that somebody is to be seen in an asset; not asked twice, since that would make two faces."""
    left, top, right, bottom = face.box
    body = {
        "assetId": asset, "personId": face.person, "x": left, "y": top, "width": right - left, "height": bottom - top,
        "imageWidth": face.image[0], "imageHeight": face.image[1],
    }  # fmt: skip
    wire.ask(Ask("POST", "faces", body, repeatable=False))


def drop_face(wire: Wire, face: str) -> None:
    """Remove a face that we added, for good; what is gone already is no error."""
    _gone_is_well(wire, Ask("DELETE", f"faces/{records.identifier(face)}", {"force": True}))


# Immich's own duplicates


def resolve(wire: Wire, groups: Sequence[Resolution]) -> list[Given]:
    """Let the server merge groups of its Duplicates page and trash what goes; what became of each, by its id.

    Asked again, a group that was resolved is not found any more: what has become of its assets must be looked at.
    """
    body = [
        {"duplicateId": one.duplicate, "keepAssetIds": list(one.keep), "trashAssetIds": list(one.trash)}
        for one in groups
    ]
    told = wire.ask(Ask("POST", "duplicates/resolve", {"groups": body}, repeatable=False)).value
    return [records.given(row) for row in records.objects(told, "results")]


# Data of other programs


def data(wire: Wire, asset: str, key: str) -> str | None:
    """What a program has noted on an asset, as JSON in one fixed form; None where it has noted nothing."""
    try:
        told = wire.ask(Ask("GET", f"assets/{records.identifier(asset)}/metadata")).value
    except AnswerError as error:
        if error.status in _GONE:
            return None
        raise
    rows = (row for row in records.objects(told, "data") if row.get("key") == key)
    return next((in_one_form(row.get("value")) for row in rows), None)


def set_data(wire: Wire, key: str, texts: Mapping[str, str]) -> dict[str, KeepersError]:
    """Note JSON objects on assets: all in one call where the server takes that, else one by one; why not, by asset."""
    found: dict[str, KeepersError] = {}
    items = [{"assetId": one, "key": key, "value": json.loads(text)} for one, text in texts.items()]
    for start in range(0, len(items), PAGE):
        part = items[start : start + PAGE]
        try:
            wire.ask(Ask("PUT", "assets/metadata", {"items": part}))
        except AnswerError as error:
            if error.status not in _GONE:
                raise
            found |= _noted_alone(wire, key, part)
    return found


def _noted_alone(wire: Wire, key: str, items: Sequence[Mapping[str, object]]) -> dict[str, KeepersError]:
    found: dict[str, KeepersError] = {}
    for one in items:
        asset = str(one["assetId"])
        try:
            body = {"items": [{"key": key, "value": one["value"]}]}
            wire.ask(Ask("PUT", f"assets/{asset}/metadata", body))
        except AnswerError as error:
            if "must be one of" in str(error):
                raise SettingsError(
                    f"the server at {wire.url} keeps no data of other programs on photos; Immich 2.7 and newer do"
                ) from error
            found[asset] = error
    return found


def drop_data(wire: Wire, key: str, assets: Sequence[str]) -> None:
    """Remove what was noted on assets: in one call where the server has that; what is gone already is no error."""
    for start in range(0, len(assets), PAGE):
        part = assets[start : start + PAGE]
        try:
            items = [{"assetId": one, "key": key} for one in part]
            wire.ask(Ask("DELETE", "assets/metadata", {"items": items}))
        except AnswerError as error:
            if error.status not in _GONE:
                raise
            for one in part:
                _gone_is_well(wire, Ask("DELETE", f"assets/{records.identifier(one)}/metadata/{key}"))


def _gone_is_well(wire: Wire, ask: Ask) -> None:
    try:
        wire.ask(ask)
    except AnswerError as error:
        if error.status not in _GONE:
            raise


def _batches(keys: Sequence[str]) -> Iterator[list[str]]:
    return (list(keys[start : start + BATCH]) for start in range(0, len(keys), BATCH))
