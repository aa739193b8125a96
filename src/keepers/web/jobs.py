"""Jobs: one process at a time does what was asked, tells how it goes, and can be stopped and gone on with."""

import asyncio
import contextlib
import dataclasses
import json
import sys
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any, Final

from keepers.catalog import jobs
from keepers.catalog.jobs import Job
from keepers.catalog.store import Catalog
from keepers.config import Settings
from keepers.errors import KeepersError
from keepers.reasons import Reason, unpacked
from keepers.web import problems, rows
from keepers.web.answers import work as answers

_WORKER: Final = (sys.executable, "-m", "keepers.web.worker")
_SENTENCES: Final = 20
#: A listener that reads so slowly misses some of what was told; the next event tells all of it again.
_WAITING: Final = 64
#: How often a stream of events looks whether the server ends.
_TICK: Final = 1.0
_OPEN: Final = frozenset({"queued", "running"})


@dataclass(slots=True)
class Jobs:
    """The jobs of one server."""

    settings: Callable[[], Settings]
    write: Callable[[Callable[[Catalog], Any]], Awaitable[Any]]
    changed: Callable[[], None]
    is_ending: Callable[[], bool]
    queue: deque[Job] = field(default_factory=deque[Job])
    present: Job | None = None
    progress: answers.Progress | None = None
    listeners: set["asyncio.Queue[Job]"] = field(default_factory=set["asyncio.Queue[Job]"])
    _process: asyncio.subprocess.Process | None = None
    _wake: asyncio.Event = field(default_factory=asyncio.Event)
    _task: "asyncio.Task[None] | None" = None
    _ending: bool = False

    async def start(self) -> None:
        """Begin to work; what a server before left open counts as stopped."""
        await self.write(lambda catalog: jobs.stop_all(catalog, _now()))
        self._task = asyncio.create_task(self._work())

    async def close(self) -> None:
        """Stop what is under way, and end."""
        self._ending = True
        self._wake.set()
        if self._process is not None:
            await _stop(self._process)
        if self._task is not None:
            await self._task

    async def add(self, wanted: dict[str, Any]) -> Job:
        """Queue a job."""
        kind = str(wanted["kind"])
        title = _title(kind, wanted)
        job: Job = await self.write(lambda catalog: jobs.add(catalog, kind, title, wanted, _now()))
        self._enqueue(job)
        return job

    async def resume(self, job: Job) -> Job:
        """Go on with a job that was stopped or failed."""
        if job.state not in {"stopped", "failed"}:
            state = Reason(f"is-{job.state}")
            raise problems.conflict(Reason("job-not-stopped", number=job.id, state=state))
        again = replace(job, state="queued", queued=_now(), ended=None, error="", result="")
        await self._put(again)
        self._enqueue(again)
        return again

    async def cancel(self, job: Job) -> Job:
        """Stop a job; one under way ends after the photo that it is at."""
        if self.present is not None and self.present.id == job.id and self._process is not None:
            if self.present.state not in _OPEN:
                state = Reason(f"is-{self.present.state}")
                raise problems.conflict(Reason("job-over", number=job.id, state=state))
            await _ask_to_stop(self._process)
            return self.present
        waiting = next((one for one in self.queue if one.id == job.id), None)
        if waiting is None:
            raise problems.conflict(Reason("job-not-begun", number=job.id))
        self.queue.remove(waiting)
        stopped = replace(waiting, state="stopped", ended=_now(), result=Reason("stopped-before"))
        await self._put(stopped)
        self._tell(stopped)
        return stopped

    def shown(self, job: Job) -> answers.Job:
        """A job as it is answered."""
        # One that has just ended may wait for its next turn while its process goes.
        here = self.present is not None and self.present.id == job.id and self.present.state in _OPEN
        now = self.present if here and self.present is not None else job
        return answers.Job(
            id=now.id,
            kind=answers.JobKind(now.kind),
            title=now.title,
            title_said=rows.said(_title(now.kind, now.asked)),
            state=answers.JobState(now.state),
            queued=now.queued,
            started=now.started,
            ended=now.ended,
            progress=self.progress if here else None,
            said=list(now.said),
            latest_said=rows.said(now.said[-1] if now.said else ""),
            result=now.result,
            result_said=rows.said(now.result),
            error=now.error,
            error_said=rows.said(now.error),
            run=now.run,
            can_cancel=now.state in _OPEN,
            can_resume=now.state in {"stopped", "failed"},
        )

    async def events(self) -> AsyncIterator[answers.Job | None]:
        """Every change of any job as it comes, the present ones first; None where for a second there is none."""
        listener: asyncio.Queue[Job] = asyncio.Queue(_WAITING)
        self.listeners.add(listener)
        try:
            for job in ([self.present] if self.present is not None else []) + list(self.queue):
                yield self.shown(job)
            while not self.is_ending():
                try:
                    job = await asyncio.wait_for(listener.get(), _TICK)
                except TimeoutError:
                    yield None
                    continue
                yield self.shown(job)
        finally:
            self.listeners.discard(listener)

    # ---------------------------------------------------------------- the one worker

    def _enqueue(self, job: Job) -> None:
        self.queue.append(job)
        self._tell(job)
        self._wake.set()

    async def _work(self) -> None:
        while not self._ending:
            await self._wake.wait()
            self._wake.clear()
            while self.queue and not self._ending:
                job = self.queue.popleft()
                try:
                    await self._do(job)
                except (KeepersError, OSError) as error:
                    # The catalog was in use, or no process could be started; the next job may be luckier.
                    await self._fail(job, error)

    async def _fail(self, job: Job, error: Exception) -> None:
        if self._process is not None:
            with contextlib.suppress(ProcessLookupError):
                self._process.kill()
        self._process, self.present, self.progress = None, None, None
        failed = replace(job, state="failed", ended=_now(), error=problems.words_of(error))
        with contextlib.suppress(KeepersError):
            await self._put(failed)
        self._tell(failed)

    async def _do(self, job: Job) -> None:
        await self._set(replace(job, state="running", started=_now()))
        self.progress = None
        process = await asyncio.create_subprocess_exec(
            *_WORKER,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            limit=1 << 20,
            # Ctrl-C in the terminal is for the server, which then asks the job to stop.
            start_new_session=True,
        )
        self._process = process
        assert process.stdin is not None  # noqa: S101 (asked for above)
        assert process.stdout is not None  # noqa: S101 (asked for above)
        order = {"settings": dataclasses.asdict(self.settings()), "job": job.asked}
        process.stdin.write(json.dumps(order).encode() + b"\n")
        with contextlib.suppress(ConnectionError):
            await process.stdin.drain()
        async for line in process.stdout:
            # A library that prints is no reason to lose a job.
            if line.startswith(b"{"):
                await self._heard(json.loads(line))
        code = await process.wait()
        process.stdin.close()
        self._process = None
        if self.present is not None and self.present.state == "running":
            state = "stopped" if self._ending else "failed"
            error = Reason("process-ended", exit=code)
            await self._set(replace(self.present, state=state, ended=_now(), error=error))
        self.present, self.progress = None, None
        self.changed()

    async def _heard(self, line: dict[str, Any]) -> None:
        assert self.present is not None  # noqa: S101 (a line comes of the present job)
        if "stage" in line:
            self.progress = _progress(line)
            self._tell(self.present)
        elif "say" in line:
            self.present = replace(
                self.present, said=(*self.present.said, unpacked(line["say"]))[-_SENTENCES:]
            )
            self._tell(self.present)
        elif "end" in line:
            await self._set(
                replace(
                    self.present,
                    state=str(line["end"]),
                    ended=_now(),
                    result=unpacked(line.get("result") or ""),
                    error=unpacked(line.get("error") or ""),
                    run=line.get("run"),
                )
            )

    async def _set(self, job: Job) -> None:
        self.present = job
        await self._put(job)
        self._tell(job)

    async def _put(self, job: Job) -> None:
        await self.write(lambda catalog: jobs.put(catalog, job))

    def _tell(self, job: Job) -> None:
        for listener in self.listeners:
            with contextlib.suppress(asyncio.QueueFull):
                listener.put_nowait(job)


def _title(kind: str, asked: Mapping[str, Any]) -> Reason:
    """What a job is called."""
    if kind == "scan" and asked.get("sources"):
        return Reason("job-scan-of", sources=", ".join(asked["sources"][:3]))
    return Reason("job-undo", run=asked["run"]) if kind == "undo" else Reason(f"job-{kind}")


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="milliseconds")


def _progress(line: dict[str, Any]) -> answers.Progress:
    done, total, size, total_bytes = line["done"], line["total"], line["bytes"], line["total_bytes"]
    seconds = float(line["seconds"])
    share = size / total_bytes if total_bytes else done / total if total else 0.0
    left = round(seconds / share - seconds, 1) if share > 0 and seconds > 0 else None
    return answers.Progress(
        stage=line["stage"],
        stage_said=rows.said(line["stage"]),
        done=done,
        total=total,
        bytes=size,
        total_bytes=total_bytes,
        seconds=seconds,
        left=left,
    )


async def _ask_to_stop(process: asyncio.subprocess.Process) -> None:
    if process.stdin is not None and not process.stdin.is_closing():
        with contextlib.suppress(ConnectionError):
            process.stdin.write(b"stop\n")
            await process.stdin.drain()


async def _stop(process: asyncio.subprocess.Process) -> None:
    """Let the process bring its photo to an end; kill it where it takes too long."""
    await _ask_to_stop(process)
    try:
        await asyncio.wait_for(process.wait(), 20)
    except TimeoutError:
        process.kill()
