"""One file on its way to an Immich server: the form that servers from 2.0 on take."""

import contextlib
import io
import os
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import BinaryIO, Final

from keepers.actions import Copy, Write
from keepers.model import Found, Ref
from keepers.places import files
from keepers.places.immich_api.wire import Ask, Form
from keepers.plan.upload_plan import Upload, sidecars
from keepers.ports import Reader

#: 2.x refuses an upload that names no device; 3.x does not look at it.
_DEVICE: Final = "keepers"
#: Before it, the document of the interface calls `metadata` required: data of other programs, of which there is none.
_WITHOUT_METADATA: Final = (2, 7, 0)


def more_fields(version: tuple[int, int, int]) -> dict[str, str]:
    """What servers of a version want to be told beside what all do."""
    return {"metadata": "[]"} if version < _WITHOUT_METADATA else {}


def posting(machine: Reader, action: Copy, wanted: Upload, found: Found, more: Mapping[str, str]) -> Ask:
    """The question that sends one file of a machine, its XMP file with it; `more` are further fields."""
    fields = {**_fields(wanted, found.size, action.modified_ns or found.mtime_ns, found.mtime_ns), **more}
    outer, _, name = action.source.key.rpartition("/")
    beside = sidecars(name, machine.names(Ref(action.source.place, outer or "/")))

    def form(opened: contextlib.ExitStack) -> Form:
        def stream(path: str) -> BinaryIO:
            handle = opened.enter_context(files.opened(path))
            return opened.enter_context(os.fdopen(handle, "rb", closefd=False))

        sent = {"assetData": (wanted.name, stream(action.source.key))}
        if beside:
            sent["sidecarData"] = (beside[0], stream(f"{outer}/{beside[0]}"))
        return Form(fields, sent)

    return _ask(wanted, found.size, form)


def posting_made(action: Write, wanted: Upload, more: Mapping[str, str]) -> Ask:
    """The question that sends bytes that Keepers made, with the time that they are given."""
    at = action.modified_ns
    fields = {**_fields(wanted, action.size, at, at), **more}
    return _ask(
        wanted, action.size, lambda _: Form(fields, {"assetData": (wanted.name, io.BytesIO(action.data))})
    )


def _fields(wanted: Upload, size: int, created_ns: int, modified_ns: int) -> dict[str, str]:
    return {
        "deviceAssetId": f"{wanted.name}-{size}",
        "deviceId": _DEVICE,
        "fileCreatedAt": _iso(created_ns),
        "fileModifiedAt": _iso(modified_ns),
        "filename": wanted.name,
    }


def _ask(wanted: Upload, size: int, form: Callable[[contextlib.ExitStack], Form]) -> Ask:
    return Ask(
        "POST",
        "assets",
        headers={"x-immich-checksum": wanted.sha1},
        repeatable=False,
        # 100 KB/s is the slowest that is worth waiting for.
        seconds=60.0 + size / 100_000,
        form=form,
    )


def _iso(ns: int) -> str:
    at = datetime.fromtimestamp(ns // 10**9, UTC).replace(microsecond=ns % 10**9 // 1000)
    return at.isoformat(timespec="milliseconds").replace("+00:00", "Z")
