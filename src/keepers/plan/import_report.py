"""The decision report of an import: the columns of the old importer, all of them filled; CSV and JSON."""

import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Final

from keepers.model import Asset, ContentId, Taken
from keepers.plan.import_plan import Line, Outcome
from keepers.plan.page_table import as_table

COLUMNS: Final = (
    "Log date", "Destination", "Source", "Winner?", "Reason", "Source size", "Source hash", "Source date",
    "Destination size", "Destination hash", "Destination date",
)  # fmt: skip

Passed = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of contents that lie in the library: their size, and when they were taken."""

    size: int
    taken: Taken | None
    mtime_ns: int


@dataclass(frozen=True, slots=True)
class Report:
    """All that an import decided, and what it left out and why, by path."""

    lines: tuple[Line, ...]
    to: str
    when: datetime
    known: Mapping[ContentId, Known] = field(default_factory=dict[ContentId, Known])
    unreadable: Passed = ()
    ignored: Passed = ()
    waiting: Passed = ()
    alone: Passed = ()
    thumbnails: Mapping[ContentId, bytes] = field(default_factory=dict[ContentId, bytes])

    def counts(self) -> dict[Outcome, int]:
        """How many files ended how."""
        counted = Counter(line.outcome for line in self.lines)
        return {outcome: counted[outcome] for outcome in Outcome if counted[outcome]}


def as_csv(report: Report) -> bytes:
    """The table for a spreadsheet."""
    return as_table(COLUMNS, (_row(line, report) for line in report.lines))


def as_json(report: Report) -> bytes:
    """The same for scripts, with what was left out."""
    return (json.dumps({"schema_version": 1, **document(report)}, indent=1) + "\n").encode()


def document(report: Report) -> dict[str, object]:
    """What `import --json` says of decisions."""
    return {
        "to": report.to,
        "log_date": report.when.isoformat(timespec="seconds"),
        "counts": {outcome.value: count for outcome, count in report.counts().items()},
        "decisions": [_decision(line, report) for line in report.lines],
        "waiting": _passed(report.waiting),
        "without_photo": _passed(report.alone),
        "unreadable": _passed(report.unreadable),
        "ignored": _passed(report.ignored),
    }


def modified(asset: Asset) -> int:
    """The modification time of a file as it was scanned, in nanoseconds."""
    parts = asset.revision.split(":")
    return int(parts[1]) if len(parts) == 3 else 0


def _passed(rows: Passed) -> list[dict[str, str]]:
    return [{"path": path, "reason": reason} for path, reason in rows]


def _decision(line: Line, report: Report) -> dict[str, object]:
    row = _row(line, report)
    names = (column.lower().rstrip("?").replace(" ", "_") for column in COLUMNS)
    told: dict[str, object] = dict(zip(names, row, strict=True))
    told["winner"] = line.wins
    told["source_size"], told["destination_size"] = line.asset.size, int(row[8])
    del told["log_date"]
    return {"outcome": line.outcome.value, **told}


def _row(line: Line, report: Report) -> tuple[str, ...]:
    asset = line.asset
    date = _date(line.taken, modified(asset))
    size, there = asset.size, date
    if line.content != asset.content or line.action is None:
        known = report.known.get(line.content)
        if known is not None:
            size, there = known.size, _date(known.taken, known.mtime_ns)
    return (
        report.when.isoformat(timespec="seconds"), line.path, asset.ref.key, "yes" if line.wins else "no",
        f"{line.outcome.value}: {line.reason}", str(asset.size), asset.content, date, str(size), line.content, there,
    )  # fmt: skip


def _date(taken: Taken | None, mtime_ns: int) -> str:
    """When a photo was taken; where nothing tells, when its file was changed."""
    at = taken.at if taken is not None else datetime.fromtimestamp(mtime_ns // 1_000_000_000, UTC)
    return at.isoformat(timespec="seconds")
