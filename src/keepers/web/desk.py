"""What all routes share: the session, threads that have the catalog open, and how a request gets at them."""

import asyncio
import dataclasses
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Annotated, Final, TypeVar, cast

from fastapi import Depends, Request

from keepers import config
from keepers.catalog.store import Catalog, open_catalog, reopened
from keepers.errors import KeepersError, SettingsError
from keepers.web.jobs import Jobs
from keepers.web.pictures import Pictures
from keepers.web.samples import Samples
from keepers.wiring import Session
from keepers.workflows import reviewing
from keepers.workflows.saying import Rejudge

if TYPE_CHECKING:
    from keepers.web.answers.groups import Totals
    from keepers.workflows.review_plan import Prepared

R = TypeVar("R")

#: Reading is fast; more threads would only wait for each other.
READERS: Final = 3


class Threads:
    """Threads that each have the catalog open: SQLite's connections stay in the thread that made them."""

    def __init__(self, session: Session, number: int, name: str) -> None:
        self._session = session
        self._own = threading.local()
        self._number = number
        self._pool = ThreadPoolExecutor(number, thread_name_prefix=name)

    async def run(self, what: Callable[[Catalog], R]) -> R:
        """Do something with the catalog in one of the threads."""
        return await asyncio.get_running_loop().run_in_executor(self._pool, self._with_catalog, what)

    def _with_catalog(self, what: Callable[[Catalog], R]) -> R:
        catalog = cast("Catalog | None", getattr(self._own, "catalog", None))
        if catalog is None:
            catalog = reopened(self._session.catalog_file)
            self._own.catalog = catalog
        return what(catalog)

    def close(self) -> None:
        """End the threads, each with its connection: only the last one that is closed puts the catalog into one file."""
        everybody = threading.Barrier(self._number)
        for _ in range(self._number):
            self._pool.submit(self._end, everybody)
        self._pool.shutdown(wait=True)

    def _end(self, everybody: threading.Barrier) -> None:
        # No thread ends twice, so that each has its turn.
        everybody.wait()
        catalog = cast("Catalog | None", getattr(self._own, "catalog", None))
        if catalog is not None:
            catalog.close()


class Desk:
    """One server's session and what works for it."""

    def __init__(self, session: Session, is_ending: Callable[[], bool]) -> None:
        self.session = session
        self.is_ending = is_ending
        self.totals: tuple[object, Totals] | None = None
        self.plan: tuple[int, Prepared] | None = None
        self._readers = Threads(session, READERS, "reading")
        self._writer = Threads(session, 1, "writing")
        self.jobs = Jobs(lambda: self.session.settings, self.write, self.renew, is_ending)
        self.pictures = Pictures(session)
        self.samples = Samples()
        self._checking: asyncio.Task[None] | None = None

    async def read(self, what: Callable[[Catalog], R]) -> R:
        """Ask the catalog something."""
        return await self._readers.run(what)

    async def write(self, what: Callable[[Catalog], R]) -> R:
        """Change something in the catalog; changes come one after the other."""
        return await self._writer.run(what)

    @property
    def rejudged(self) -> Rejudge:
        """What judges groups that a person made, by the present settings."""
        return reviewing.rejudging(self.session.judging)

    def renew(self) -> None:
        """Read the settings again: a job is done, or one of them was set."""
        flags = {"catalog": str(self.session.catalog_file)}
        try:
            settings = config.load(flags, self.session.environment)
        except SettingsError as error:
            # Somebody is editing keepers.toml; what was read before holds until it is right again.
            self.session.progress.say(f"keepers: {error}")
            return
        self.session = dataclasses.replace(self.session, settings=settings)

    async def start(self) -> None:
        """Begin to work; the catalog is made if there is none."""
        await self._writer.run(_nothing)
        await self.jobs.start()
        await self._group_if_old()
        # A catalog of a million photos takes seconds to check; nobody waits for that.
        self._checking = asyncio.create_task(asyncio.to_thread(self._check))

    async def _group_if_old(self) -> None:
        """Have groups made where photos were learned since, or where there are none yet: who opens the page wants them."""
        if await self.read(reviewing.is_old):
            await self.jobs.add({"kind": "group"})

    def _check(self) -> None:
        try:
            open_catalog(self.session.catalog_file, create=True).close()
        except KeepersError as error:
            self.session.progress.say(f"keepers: {error}")

    async def close(self) -> None:
        """End what works."""
        await self.jobs.close()
        if self._checking is not None:
            await self._checking
        await asyncio.to_thread(self.pictures.close)
        await asyncio.to_thread(self._readers.close)
        await asyncio.to_thread(self._writer.close)


def _nothing(_: Catalog) -> None:
    """Have the catalog open."""


def _desk(request: Request) -> Desk:
    return cast("Desk", request.app.state.desk)


Here = Annotated[Desk, Depends(_desk)]
