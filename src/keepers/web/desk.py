"""What all routes share: the session, threads that have the catalog open, and how a request gets at them."""

import asyncio
import contextlib
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Annotated, Final, ParamSpec, TypeVar, cast

from fastapi import Depends, Request

from keepers.catalog.store import Catalog, open_catalog
from keepers.wiring import Session

R = TypeVar("R")
P = ParamSpec("P")

#: Reading is fast; more threads would only wait for each other.
READERS: Final = 3


class Threads:
    """Threads that each have the catalog open: SQLite's connections stay in the thread that made them."""

    def __init__(self, session: Session, number: int, name: str) -> None:
        self._session = session
        self._own = threading.local()
        self._opened: list[Catalog] = []
        self._pool = ThreadPoolExecutor(number, thread_name_prefix=name)

    async def run(self, what: Callable[[Catalog], R]) -> R:
        """Do something with the catalog in one of the threads."""
        return await asyncio.get_running_loop().run_in_executor(self._pool, self._with_catalog, what)

    def _with_catalog(self, what: Callable[[Catalog], R]) -> R:
        catalog = cast("Catalog | None", getattr(self._own, "catalog", None))
        if catalog is None:
            catalog = open_catalog(self._session.catalog_file, create=True)
            self._own.catalog = catalog
        return what(catalog)

    def close(self) -> None:
        """End the threads; the connections go with them."""
        self._pool.shutdown(wait=True, cancel_futures=True)


class Desk:
    """One server's session and what works for it."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self._readers = Threads(session, READERS, "reading")
        self._writer = Threads(session, 1, "writing")

    async def read(self, what: Callable[[Catalog], R]) -> R:
        """Ask the catalog something."""
        return await self._readers.run(what)

    async def write(self, what: Callable[[Catalog], R]) -> R:
        """Change something in the catalog; changes come one after the other."""
        return await self._writer.run(what)

    def close(self) -> None:
        """End what works."""
        with contextlib.ExitStack() as stack:
            stack.callback(self._readers.close)
            stack.callback(self._writer.close)


def _desk(request: Request) -> Desk:
    return cast("Desk", request.app.state.desk)


Here = Annotated[Desk, Depends(_desk)]
