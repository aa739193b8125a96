"""Originals of servers in a folder of our own, for as long as they are worked with; and whose faces are in them."""

import contextlib
import fcntl
import hashlib
import os
import re
import time
from collections.abc import Generator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Final

from keepers.errors import RefusedError
from keepers.model import Asset, Ref
from keepers.places import files
from keepers.places.immich_api.records import FaceBox
from keepers.places.immich_api.viewing import Galleries
from keepers.places.immich_api.wire import AT_ONCE, AnswerError
from keepers.ports import Failure, Progress

#: What was fetched lies here, beside the pictures that are kept, so that a second name of a file takes no room.
FOLDER: Final = "fetched"
#: Folders that a run has left behind are this old at least: younger ones may just be made.
_LEFT_SECONDS: Final = 600.0
_ENDING: Final = re.compile(r"\.[0-9A-Za-z]{1,5}$")
#: What servers say of an asset that is not there any more.
_GONE: Final = frozenset({400, 404})
_OTHER: Final = "the server sent other bytes than those that are known of it"
#: What is loaded is kept, too, where its folder has no second names for files.
_SPACE: Final = 2


@contextlib.contextmanager
def fetched(
    galleries: Galleries, folder: str, assets: Sequence[Asset], lying: Mapping[Ref, str], progress: Progress
) -> Generator[Mapping[Ref, str | Failure]]:
    """Files with the bytes of assets, proved by what is known of them, or why there are none; gone at the end.

    What is `lying` on this machine is read there. RefusedError where `folder` has no room for the rest,
    PlaceUnreachableError when a server is gone.
    """
    found: dict[Ref, str | Failure] = {}
    wanted = {asset.ref: asset for asset in assets}
    for ref, asset in wanted.items():
        path = lying.get(ref, "")
        if path and not _fault(path, asset):
            found[ref] = path
    left = [asset for ref, asset in wanted.items() if ref not in found]
    if not left:
        yield found
        return
    _refuse_without_room(folder, sum(asset.size for asset in left))
    _sweep(f"{folder}/{FOLDER}")
    with _folder(f"{folder}/{FOLDER}") as own:
        progress.stage("loading originals", len(left), sum(asset.size for asset in left))
        try:
            for number, (asset, view) in enumerate(galleries.views(left, exact=True)):
                if isinstance(view, Failure):
                    found[asset.ref] = view
                else:
                    found[asset.ref] = _kept(view.path, f"{own}/{number}{_ending(asset.name)}", asset)
                progress.step(1, asset.size)
        finally:
            progress.done()
        yield found


def whose(galleries: Galleries, refs: Sequence[Ref]) -> dict[Ref, tuple[FaceBox, ...]]:
    """The faces that servers found in assets, many asked at once; ForbiddenError where a key may not read faces."""

    def faces(ref: Ref) -> tuple[FaceBox, ...]:
        try:
            return galleries.reader(ref.place).client.faces(ref.key)
        except AnswerError as error:
            if error.status in _GONE:
                return ()
            raise

    found: dict[Ref, tuple[FaceBox, ...]] = {}
    for place in dict.fromkeys(ref.place for ref in refs):
        mine = [ref for ref in dict.fromkeys(refs) if ref.place == place]
        # One first: what refuses it would refuse all.
        found[mine[0]] = faces(mine[0])
        with ThreadPoolExecutor(AT_ONCE) as threads:
            found.update(zip(mine[1:], threads.map(faces, mine[1:]), strict=True))
    return found


def _kept(path: str, name: str, asset: Asset) -> str | Failure:
    """A second name for what was loaded, which others may drop from the pictures; a copy where there are no such names."""
    try:
        try:
            files.link(path, name)
        except OSError:
            files.draft_of(path, name).close()
        why = _fault(name, asset)
    except OSError as error:
        return Failure(f"it could not be kept: {(error.strerror or str(error)).lower()}", lasting=False)
    return Failure(why, lasting=False) if why else name


def _fault(path: str, asset: Asset) -> str:
    """Why a file is not the asset, by its digest, or by its size where nobody has read the bytes; empty where it is."""
    kind, _, digest = asset.content.partition(":")
    try:
        if kind == "b3":
            return "" if files.content(path) == asset.content else _OTHER
        if kind == "sha1":
            return "" if _sha1(path) == digest else _OTHER
        seen = files.status(path)
    except OSError:
        return "it cannot be read"
    return "" if seen is not None and asset.size in {0, seen.st_size} else _OTHER


def _sha1(path: str) -> str:
    with files.opened(path) as handle, os.fdopen(handle, "rb", closefd=False) as read:
        return hashlib.file_digest(read, lambda: hashlib.sha1(usedforsecurity=False)).hexdigest()


def _ending(name: str) -> str:
    found = _ENDING.search(name)
    return found[0].lower() if found else ""


def _refuse_without_room(folder: str, size: int) -> None:
    free = files.volume(folder)[1]
    if size * _SPACE > free:
        raise RefusedError(
            f"there is not enough space for originals in {folder}: {size * _SPACE / 1e6:,.1f} MB are needed and "
            f"{free / 1e6:,.1f} MB are free; name another folder with --immich-cache-dir"
        )


@contextlib.contextmanager
def _folder(outer: str) -> Generator[str]:
    """A new folder of our own, held as long as it is used, so that no other run takes it for one that was left."""
    path = _made(outer)
    handle = os.open(path, os.O_RDONLY | os.O_DIRECTORY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield path
    finally:
        _emptied(path)
        os.close(handle)


def _made(outer: str) -> str:
    files.make_folder(outer)
    number = 0
    while True:
        path = f"{outer}/{os.getpid()}-{number}"
        with contextlib.suppress(FileExistsError):
            os.mkdir(path, 0o700)
            return path
        number += 1


def _sweep(outer: str) -> None:
    """Remove what runs that were killed have left."""
    if files.status(outer) is None:
        return
    for name in os.listdir(outer):
        path = f"{outer}/{name}"
        seen = files.status(path)
        if seen is None or time.time() - seen.st_mtime < _LEFT_SECONDS:
            continue
        with contextlib.suppress(OSError):
            handle = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
                _emptied(path)
            finally:
                os.close(handle)


def _emptied(path: str) -> None:
    """Remove a folder of ours and the files in it."""
    for name in os.listdir(path):
        files.erase(f"{path}/{name}")
    files.remove_folder(path)
