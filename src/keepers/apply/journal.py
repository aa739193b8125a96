"""The durable record of every run, in an SQLite file of its own.

A rollback journal with `synchronous=EXTRA`: FULL left 3 of 40 power cuts with half a record, EXTRA
none. It works on network drives too, where WAL does not.
"""

import contextlib
import json
import os
import sqlite3
import zlib
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any, Final

from keepers.actions import Action
from keepers.apply.lock import applying
from keepers.apply.record import Run, RunState, Step, StepState
from keepers.apply.rows import decode, encode, payloads
from keepers.errors import CatalogDamagedError, KeepersError
from keepers.model import ContentId, PlaceId, Ref
from keepers.ports import Folder

_SCHEMA: Final = """
CREATE TABLE IF NOT EXISTS runs (
    id INTEGER PRIMARY KEY AUTOINCREMENT, title TEXT NOT NULL, key TEXT NOT NULL, state TEXT NOT NULL,
    started TEXT NOT NULL, undoes INTEGER REFERENCES runs(id), tag TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS steps (
    run INTEGER NOT NULL REFERENCES runs(id), seq INTEGER NOT NULL, action TEXT NOT NULL,
    state TEXT NOT NULL, at TEXT NOT NULL, why TEXT NOT NULL DEFAULT '""',
    kept TEXT NOT NULL DEFAULT '""', revision TEXT NOT NULL DEFAULT '',
    remembered INTEGER NOT NULL DEFAULT 0, modified_ns INTEGER NOT NULL DEFAULT 0,
    mode INTEGER NOT NULL DEFAULT 0, origin INTEGER, PRIMARY KEY (run, seq)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS payloads (content TEXT PRIMARY KEY, data BLOB NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS folders (
    run INTEGER NOT NULL REFERENCES runs(id), place TEXT NOT NULL, key TEXT NOT NULL,
    there INTEGER NOT NULL, before INTEGER NOT NULL, after INTEGER, volume TEXT NOT NULL DEFAULT '',
    PRIMARY KEY (run, place, key)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS leftovers (
    run INTEGER NOT NULL REFERENCES runs(id), place TEXT NOT NULL, key TEXT NOT NULL,
    there INTEGER NOT NULL, modified_ns INTEGER NOT NULL, PRIMARY KEY (run, place, key)) WITHOUT ROWID;
PRAGMA user_version = 2;
"""
_VERSION: Final = 2
#: From version 1: which drive a folder was on.
_SECOND: Final = "ALTER TABLE folders ADD COLUMN volume TEXT NOT NULL DEFAULT ''; PRAGMA user_version = 2;"
_STEP: Final = "seq, action, state, at, why, kept, revision, remembered, modified_ns, mode, origin"
_RUN: Final = "id, title, key, state, started, undoes, tag"


def open_journal(path: str, *, create: bool = True) -> "Journal | None":
    """Open the journal; None where there is none and none may be made."""
    if not os.path.exists(path):
        if not create:
            return None
        os.makedirs(os.path.dirname(os.path.abspath(path)), exist_ok=True)
    return Journal(path)


class Journal:
    """Runs, their actions in order, and what came of each; every method is one transaction."""

    def __init__(self, path: str, now: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        self.path = path
        self._now = now
        with _told(path):
            self._db = sqlite3.connect(path, timeout=10, isolation_level=None)
            self._db.execute("PRAGMA journal_mode = DELETE")
            self._db.execute("PRAGMA synchronous = EXTRA")
            self._prepare()

    def _prepare(self) -> None:
        version = self._db.execute("PRAGMA user_version").fetchone()[0]
        if version > _VERSION:
            message = f"the journal {self.path} was written by a newer Keepers; update this one"
            raise KeepersError(message)
        if version == 0:
            self._db.executescript(f"BEGIN IMMEDIATE; {_SCHEMA} COMMIT;")
        elif self._db.execute("PRAGMA quick_check(1)").fetchone()[0] != "ok":
            message = f"the journal {self.path} is damaged; keep the file, and restore it from a backup"
            raise CatalogDamagedError(message)
        if version == 1:
            self._db.executescript(f"BEGIN IMMEDIATE; {_SECOND} COMMIT;")

    def close(self) -> None:
        """Close the file."""
        self._db.close()

    @contextlib.contextmanager
    def lock(self) -> Generator[None]:
        """Be the one run that changes things; CatalogBusyError where another is."""
        with applying(self.path + ".lock"):
            yield

    @contextlib.contextmanager
    def _writing(self) -> Generator[sqlite3.Connection]:
        with _told(self.path):
            self._db.execute("BEGIN IMMEDIATE")
            try:
                yield self._db
            except BaseException:
                self._db.execute("ROLLBACK")
                raise
            self._db.execute("COMMIT")

    # Runs

    def add(
        self,
        title: str,
        actions: Iterable[Action],
        *,
        key: str = "",
        state: RunState = RunState.PLANNED,
    ) -> int:
        """Store a plan; its number."""
        with self._writing() as db:
            run = self._insert(db, title, key, state, None)
            self._put_steps(db, run, ((action, None) for action in actions))
        return run

    def extend(self, run: int, title: str, actions: Iterable[Action]) -> None:
        """Add actions to a run that goes on; the title tells of all of it."""
        with self._writing() as db:
            row = db.execute("SELECT coalesce(max(seq) + 1, 0) FROM steps WHERE run = ?", (run,)).fetchone()
            first = int(row[0])
            # What was tried before is no part of the unit that is tried again.
            fresh = (replace(a, unit=f"{a.unit}+{first}") if a.unit else a for a in actions)
            self._put_steps(db, run, ((action, None) for action in fresh), first)
            db.execute(
                "UPDATE runs SET title = ?, state = ? WHERE id = ?",
                (json.dumps(title), RunState.RUNNING, run),
            )

    def add_undo(
        self, run: int, title: str, actions: Iterable[tuple[Action, int]], left: Iterable[Folder]
    ) -> int:
        """Store the taking back of a run, which is undone from now on; each action with its step.

        `left` are the folders that are to be tidied when all is done.
        """
        with self._writing() as db:
            number = self._insert(db, title, f"undo {run}", RunState.RUNNING, run)
            self._put_steps(db, number, actions)
            db.executemany(
                "INSERT INTO leftovers VALUES (?, ?, ?, ?, ?)",
                ((number, f.ref.place, json.dumps(f.ref.key), f.there, f.modified_ns) for f in left),
            )
            db.execute("UPDATE runs SET state = ? WHERE id = ?", (RunState.UNDONE, run))
        return number

    def _insert(
        self, db: sqlite3.Connection, title: str, key: str, state: RunState, undoes: int | None
    ) -> int:
        row = (json.dumps(title), json.dumps(key), state, self._stamp(), undoes, os.urandom(4).hex())
        cursor = db.execute(
            "INSERT INTO runs (title, key, state, started, undoes, tag) VALUES (?, ?, ?, ?, ?, ?)", row
        )
        return int(cursor.lastrowid or 0)

    def _put_steps(
        self,
        db: sqlite3.Connection,
        run: int,
        actions: Iterable[tuple[Action, int | None]],
        first: int = 0,
    ) -> None:
        for seq, (action, origin) in enumerate(actions, first):
            db.execute(
                "INSERT INTO steps (run, seq, action, state, at, origin) VALUES (?, ?, ?, ?, '', ?)",
                (run, seq, encode(action), StepState.PLANNED, origin),
            )
            for content, data in payloads(action):
                self._put_payload(db, content, data)

    def _put_payload(self, db: sqlite3.Connection, content: ContentId, data: bytes) -> None:
        if db.execute("SELECT 1 FROM payloads WHERE content = ?", (content,)).fetchone() is None:
            db.execute("INSERT INTO payloads VALUES (?, ?)", (content, zlib.compress(data, 1)))

    def _stamp(self) -> str:
        return self._now().astimezone(UTC).isoformat(timespec="milliseconds")

    def runs(self) -> list[Run]:
        """All runs and stored plans, the oldest first."""
        return [_run(row) for row in self._db.execute(f"SELECT {_RUN} FROM runs ORDER BY id")]

    def run(self, number: int) -> Run | None:
        """One run."""
        row = self._db.execute(f"SELECT {_RUN} FROM runs WHERE id = ?", (number,)).fetchone()
        return None if row is None else _run(row)

    def unfinished(self, key: str) -> Run | None:
        """The latest run of a command that was begun and not finished."""
        open_states = {RunState.RUNNING, RunState.STOPPED, RunState.FAILED}
        return next((r for r in reversed(self.runs()) if r.key == key and r.state in open_states), None)

    def set_state(self, run: int, state: RunState) -> None:
        """Say how far a run has come."""
        with self._writing() as db:
            db.execute("UPDATE runs SET state = ? WHERE id = ?", (state, run))

    # Steps

    def steps(self, run: int, *, payload: bool = False) -> Iterator[Step]:
        """The actions of a run in order; without `payload` those that write have no bytes."""
        data = self.payload if payload else _nothing
        for row in self._db.execute(f"SELECT {_STEP} FROM steps WHERE run = ? ORDER BY seq", (run,)):
            yield _step(row, data)

    def renamed(self) -> Iterator[Step]:
        """The actions that are done under another name than was meant, because the disk needed it."""
        rows = self._db.execute(
            f"SELECT {_STEP} FROM steps WHERE action LIKE '%\"named\":%' AND state IN (?, ?) ORDER BY run, seq",
            (StepState.DONE, StepState.PLACED),
        )
        for row in rows:
            yield _step(row, _nothing)

    def loaded(self, run: int, seq: int) -> Step:
        """One step, with its bytes."""
        row = self._db.execute(f"SELECT {_STEP} FROM steps WHERE run = ? AND seq = ?", (run, seq)).fetchone()
        return _step(row, self.payload)

    def payload(self, content: ContentId) -> bytes:
        """The bytes of a file that Keepers made."""
        row = self._db.execute("SELECT data FROM payloads WHERE content = ?", (content,)).fetchone()
        if row is None:
            message = f"the journal {self.path} has lost the bytes of {content}"
            raise CatalogDamagedError(message)
        return zlib.decompress(row[0])

    def remembers(self, content: ContentId) -> bool:
        """Whether these are bytes of a file that Keepers made."""
        row = self._db.execute("SELECT 1 FROM payloads WHERE content = ?", (content,)).fetchone()
        return row is not None

    def intend(self, run: int, steps: Sequence[Step], folders: Iterable[Folder] = ()) -> None:
        """Write down what is about to be done; the folders it touches, once a run."""
        with self._writing() as db:
            self._update(db, run, steps)
            db.executemany(
                "INSERT OR IGNORE INTO folders (run, place, key, there, before, volume) VALUES (?, ?, ?, ?, ?, ?)",
                (
                    (run, f.ref.place, json.dumps(f.ref.key), f.there, f.modified_ns, f.volume)
                    for f in folders
                ),
            )

    def record(self, run: int, steps: Sequence[Step], folders: Iterable[Folder] = ()) -> None:
        """Write down what came of it, and the times of the folders now."""
        with self._writing() as db:
            self._update(db, run, steps)
            db.executemany(
                "UPDATE folders SET after = ? WHERE run = ? AND place = ? AND key = ?",
                ((f.modified_ns, run, f.ref.place, json.dumps(f.ref.key)) for f in folders if f.there),
            )

    def _update(self, db: sqlite3.Connection, run: int, steps: Iterable[Step]) -> None:
        at = self._stamp()
        db.executemany(
            "UPDATE steps SET state = ?, at = ?, why = ?, kept = ?, revision = ?, remembered = ?,"
            " modified_ns = ?, mode = ? WHERE run = ? AND seq = ?",
            [(*_noted(step, at), run, step.seq) for step in steps],
        )  # fmt: skip

    def folders(self, run: int) -> list[tuple[Folder, int | None]]:
        """The folders that a run made or altered as they were before it, each with its time after it."""
        rows = self._db.execute(
            "SELECT place, key, there, before, after, volume FROM folders WHERE run = ?", (run,)
        )
        return [
            (Folder(Ref(PlaceId(place), json.loads(key)), bool(there), before, volume), after)
            for place, key, there, before, after, volume in rows
        ]

    def leftovers(self, run: int) -> list[Folder]:
        """The folders that an undo has to tidy at its end."""
        rows = self._db.execute("SELECT place, key, there, modified_ns FROM leftovers WHERE run = ?", (run,))
        return [
            Folder(Ref(PlaceId(place), json.loads(key)), bool(there), ns) for place, key, there, ns in rows
        ]

    def finish_undo(self, run: int, state: RunState) -> None:
        """End an undo: mark what it took back."""
        with self._writing() as db:
            db.execute(
                "UPDATE steps SET state = ? WHERE run = (SELECT undoes FROM runs WHERE id = ?)"
                " AND seq IN (SELECT origin FROM steps WHERE run = ? AND state = ?)",
                (StepState.UNDONE, run, run, StepState.DONE),
            )
            db.execute("UPDATE runs SET state = ? WHERE id = ?", (state, run))


@contextlib.contextmanager
def _told(path: str) -> Generator[None]:
    try:
        yield
    except sqlite3.DatabaseError as error:
        message = f"the journal {path} cannot be used: {error}"
        kind = KeepersError if isinstance(error, sqlite3.OperationalError) else CatalogDamagedError
        raise kind(message) from error


def _run(row: tuple[Any, ...]) -> Run:
    number, title, key, state, started, undoes, tag = row
    return Run(number, json.loads(title), json.loads(key), RunState(state), started, undoes, tag)


def _step(row: tuple[Any, ...], data: Callable[[ContentId], bytes]) -> Step:
    seq, action, state, at, why, kept, revision, remembered, modified_ns, mode, origin = row
    texts = (at, json.loads(why), json.loads(kept), revision)
    return Step(
        seq, decode(action, data), StepState(state), *texts, bool(remembered), modified_ns, mode, origin
    )


def _noted(step: Step, at: str) -> tuple[str | int, ...]:
    texts = (step.state, at, json.dumps(step.why), json.dumps(step.kept), step.revision)
    return (*texts, step.remembered, step.modified_ns, step.mode)


def _nothing(_: ContentId) -> bytes:
    return b""
