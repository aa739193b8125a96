"""Pictures for the page: made by worker processes, kept in a folder of bounded size, some made ahead of the viewer."""

import asyncio
import contextlib
import os
import threading
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import CancelledError, Future, ThreadPoolExecutor
from pathlib import Path
from typing import Final, TypeVar, cast

from keepers import servers
from keepers.errors import KeepersError, UnreadableError
from keepers.model import LOCAL, Asset
from keepers.places import files
from keepers.places.immich_api.pictures import Pictures as Folder
from keepers.ports import Failure, Workers
from keepers.reasons import Reason
from keepers.web.heard import heard
from keepers.wiring import Session
from keepers.work.local import LocalWorkers
from keepers.work.named import Named
from keepers.workflows.job import Still, Thumb

R = TypeVar("R")

THUMBNAIL, PREVIEW = 384, 2048
#: All pixels of what cameras take; of more than this no screen shows any.
FULL: Final = 12_000
#: Pictures of a film's strip.
FRAMES: Final = 24
_OWNER: Final = "keepers"
#: Larger ones are decoded with more memory.
_HEAVY: Final = 60_000_000
_SECONDS: Final = 30.0
_THREADS: Final = 4


class Pictures:
    """Makes and keeps pictures of catalogued contents."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._own = threading.local()
        number = max(2, min(_THREADS, session.jobs))
        self._pool = ThreadPoolExecutor(number, thread_name_prefix="pictures")
        self._later = ThreadPoolExecutor(1, thread_name_prefix="ahead")
        self._workers: Workers = LocalWorkers(number, seconds=_SECONDS, start=("keepers.workflows.picture",))
        self._lock = threading.Lock()
        self._loading = tuple(threading.Lock() for _ in range(16))
        self._making: dict[tuple[str, str], Future[bytes]] = {}
        self._ahead: deque[tuple[Asset, int]] = deque()
        self._closed = False

    @property
    def folder(self) -> Path:
        """Where pictures are kept."""
        environment = self._session.environment
        base = environment.get("XDG_CACHE_HOME") or os.path.join(os.path.expanduser("~"), ".cache")
        return Path(base) / "keepers" / "previews"

    @property
    def most(self) -> int:
        """How many bytes they may take."""
        return self._session.settings.preview_cache_size << 20

    async def jpeg(self, asset: Asset, side: int) -> bytes:
        """An upright JPEG of a photo or film; UnreadableError where there is none."""
        return await asyncio.wrap_future(self._wanted(asset, side))

    async def frame(self, asset: Asset, number: int) -> bytes:
        """One of the pictures of a film's strip."""
        share = (number + 0.5) / FRAMES
        return await asyncio.get_running_loop().run_in_executor(self._pool, self._frame, asset, share)

    async def file(self, asset: Asset) -> str:
        """A file of this machine with the bytes of an asset, as they were catalogued."""
        return await asyncio.get_running_loop().run_in_executor(
            self._pool, lambda: self._path(asset, exact=True)
        )

    async def size(self) -> int:
        """How many bytes are kept."""
        return await asyncio.get_running_loop().run_in_executor(self._pool, lambda: self._folder().size)

    def ahead(self, assets: Sequence[Asset]) -> None:
        """Make previews of these when nothing else is to be done; those asked for before are forgotten."""
        with self._lock:
            self._ahead = deque((asset, PREVIEW) for asset in assets)
        if assets and not self._closed:
            self._later.submit(self._make_ahead)

    def close(self) -> None:
        """End the threads and processes."""
        self._closed = True
        with self._lock:
            self._ahead.clear()
        self._workers.close()
        self._pool.shutdown(wait=True, cancel_futures=True)
        self._later.shutdown(wait=True, cancel_futures=True)

    # ---------------------------------------------------------------- making

    def _wanted(self, asset: Asset, side: int) -> "Future[bytes]":
        """The picture, made once however many ask for it."""
        key = (asset.content, str(side))
        with self._lock:
            known = self._making.get(key)
            if known is not None:
                return known
            made = self._pool.submit(self._kept, asset, side)
            self._making[key] = made
        made.add_done_callback(lambda _: self._making.pop(key, None))
        return made

    def _kept(self, asset: Asset, side: int) -> bytes:
        thumbnail: Named[Thumb, bytes] = Named("keepers.workflows.picture", "thumbnail")

        def make() -> bytes:
            larger = None if side >= PREVIEW else self._folder().find(_OWNER, asset.content, str(PREVIEW))
            if larger is not None:
                # A twentieth of the pixels of a camera's; where room was made just now, the original has them all.
                with contextlib.suppress(UnreadableError):
                    return self._worked(thumbnail, Thumb(larger.path, asset.content, side), heavy=False)
            task = Thumb(self._path(asset, exact=False), asset.content, side)
            return self._worked(thumbnail, task, heavy=asset.width * asset.height > _HEAVY)

        return self._once(asset, str(side), make)

    def _frame(self, asset: Asset, share: float) -> bytes:
        def make() -> bytes:
            still: Named[Still, bytes] = Named("keepers.workflows.picture", "still")
            return self._worked(still, Still(self._path(asset, exact=True), THUMBNAIL, share), heavy=False)

        return self._once(asset, f"frame {share:.4f}", make)

    def _once(self, asset: Asset, kind: str, make: Callable[[], bytes]) -> bytes:
        """A picture that is kept, or made now and kept then."""
        folder = self._folder()
        found = folder.find(_OWNER, asset.content, kind)
        if found is not None:
            # Another thread may just have made room.
            with contextlib.suppress(OSError), open(found.path, "rb") as file:
                return file.read()
        data = make()
        # A full disk, or another server that keeps the same picture now, is no reason not to show it.
        with contextlib.suppress(OSError):
            folder.keep(_OWNER, asset.content, kind, data, etag="", stamp="")
        return data

    def _worked(self, task: "Named[R, bytes]", item: R, *, heavy: bool) -> bytes:
        for _, result in self._workers.map(task, [item], heavy=lambda _: heavy):
            if isinstance(result, Failure):
                raise UnreadableError(Reason("cannot-show-why", why=heard(result.reason)))
            return result
        raise UnreadableError(Reason("cannot-show"))

    def _path(self, asset: Asset, *, exact: bool) -> str:
        """A file to read an asset from; UnreadableError where it is not what was catalogued."""
        if asset.ref.place == LOCAL:
            return _unchanged(asset)
        opened = servers.galleries(self._session.settings, self._session.environment, exact=exact)
        try:
            # Two threads that load one asset would write one file.
            with self._loading[hash(asset.content) % len(self._loading)]:
                view = next((view for _, view in servers.views(opened, [asset], exact=exact)), None)
        except OSError as error:
            why = heard(error.strerror or str(error))
            raise UnreadableError(Reason("picture-not-kept", why=why)) from error
        if view is None:
            raise UnreadableError(Reason("server-lost-it"))
        if isinstance(view, Failure):
            raise UnreadableError(view.reason)
        return view.path

    def _folder(self) -> Folder:
        """The folder, through this thread's own connection to its index."""
        own = cast("Folder | None", getattr(self._own, "folder", None))
        if own is None:
            own = Folder(str(self.folder), self.most)
            self._own.folder = own
        return own

    def _make_ahead(self) -> None:
        while True:
            with self._lock:
                if self._closed or not self._ahead:
                    return
                asset, side = self._ahead.popleft()
            # Who looks at it will be told what is wrong with it.
            with contextlib.suppress(KeepersError, OSError, CancelledError, RuntimeError):
                self._wanted(asset, side).result()


def _unchanged(asset: Asset) -> str:
    if asset.ref.archive:
        return asset.ref.key
    found = files.status(asset.ref.key)
    if found is None or files.revision(found) != asset.revision:
        raise UnreadableError(Reason("file-gone"))
    return asset.ref.key
