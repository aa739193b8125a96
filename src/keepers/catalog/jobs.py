"""What the page has set to work: jobs and what came of them, so that a restart forgets none."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from keepers.catalog.store import Catalog
from keepers.reasons import packed, read, unpacked, written

_COLUMNS: Final = (
    "SELECT id, kind, title, state, asked, queued, started, ended, said, result, error, run FROM job"
)
_ENDED: Final = "the page's server ended before the job did"


@dataclass(frozen=True, slots=True)
class Job:
    """One job; `asked` is what was wanted, `said` the latest sentences that it told."""

    id: int
    kind: str
    title: str
    state: str
    asked: dict[str, Any]
    queued: str
    started: str | None = None
    ended: str | None = None
    said: tuple[str, ...] = ()
    result: str = ""
    error: str = ""
    run: int | None = None


def add(catalog: Catalog, kind: str, title: str, asked: dict[str, Any], at: str) -> Job:
    """Remember a new job; it is queued."""
    with catalog.writing() as db:
        number = db.execute(
            "INSERT INTO job (kind, title, state, asked, queued) VALUES (?, ?, 'queued', ?, ?)",
            (kind, title, json.dumps(asked), at),
        ).lastrowid
    return Job(int(number or 0), kind, title, "queued", asked, at)


def put(catalog: Catalog, job: Job) -> None:
    """Remember how far a job is."""
    with catalog.writing() as db:
        db.execute(
            """UPDATE job SET state = ?, queued = ?, started = ?, ended = ?, said = ?, result = ?, error = ?, run = ?
                WHERE id = ?""",
            (
                job.state, job.queued, job.started, job.ended, json.dumps([packed(one) for one in job.said]),
                written(job.result), written(job.error), job.run, job.id,
            ),
        )  # fmt: skip


def one(catalog: Catalog, number: int) -> Job | None:
    """One job; None where there is none."""
    row = catalog.db.execute(f"{_COLUMNS} WHERE id = ?", (number,)).fetchone()
    return None if row is None else _job(row)


def latest(catalog: Catalog, before: int | None, limit: int) -> list[Job]:
    """Jobs, the latest first."""
    rows = catalog.db.execute(
        f"{_COLUMNS} WHERE ? IS NULL OR id < ? ORDER BY id DESC LIMIT ?", (before, before, limit)
    )
    return [_job(row) for row in rows]


def latest_of(catalog: Catalog, kind: str) -> Job | None:
    """The latest job of a kind; None where there was none."""
    row = catalog.db.execute(f"{_COLUMNS} WHERE kind = ? ORDER BY id DESC LIMIT 1", (kind,)).fetchone()
    return None if row is None else _job(row)


def stop_all(catalog: Catalog, at: str) -> None:
    """Say of jobs that were under way when a server ended that they were stopped."""
    with catalog.writing() as db:
        db.execute(
            "UPDATE job SET state = 'stopped', ended = ?, error = ? WHERE state IN ('queued', 'running')",
            (at, _ENDED),
        )


def _job(row: Sequence[Any]) -> Job:
    number, kind, title, state, asked, queued, started, ended, said, result, error, run = row
    return Job(
        number,
        kind,
        title,
        state,
        json.loads(asked),
        queued,
        started,
        ended,
        tuple(unpacked(one) for one in json.loads(said)),
        read(result),
        read(error),
        run,
    )
