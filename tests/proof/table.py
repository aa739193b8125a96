"""Gathers what trials found into the table of docs/reliability.md."""

import json
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.proof.blackbox import scenarios

BEGIN, END = "<!-- From here on `make proof` writes this page. -->\n", "<!-- Up to here. -->\n"
MODES = {
    "kill": "kill -9",
    "error": "failing system call",
    "read": "source that cannot be read",
    "short": "write that lies",
    "nospc": "full disk",
}


@dataclass
class Row:
    """All trials of one scenario and mode."""

    tried: set[str] = field(default_factory=set)
    broke: set[str] = field(default_factory=set)
    lost: set[str] = field(default_factory=set)
    limits: dict[str, str] = field(default_factory=dict)
    points: int = 0


def publish(results: Path, page: Path) -> None:
    """Put what was found into the page, in place of what stands there."""
    text = page.read_text("utf-8")
    head, rest = text.split(BEGIN)
    _, tail = rest.split(END)
    page.write_text(head + BEGIN + "\n" + table(results) + "\n" + END + tail, "utf-8")


def table(results: Path) -> str:
    """The table as text: what was tried, what held, where content was lost."""
    rows = _rows(results)
    lines = [
        "| command | disturbed by | `--jobs` | faults | all held | as the disk allowed | content lost |",
        "|---|---|---|---|---|---|---|",
    ]
    names = {scenario.name: scenario.says for scenario in scenarios(1)}
    for (name, mode, jobs), row in sorted(rows.items(), key=lambda item: _order(names, item[0])):
        every = " (every one)" if mode == "kill" and jobs == 1 and len(row.tried) >= row.points else ""
        held = len(row.tried) - len(row.broke) - len(row.limits)
        lines.append(
            f"| {names[name]} | {MODES.get(mode, mode)} | {jobs} | {len(row.tried)}{every} "
            f"| {held} | {len(row.limits)} | {len(row.lost)} |"
        )
    limits = sorted({words for row in rows.values() for words in row.limits.values()})
    tried, lost, broke = (
        _sum(sets) for sets in zip(*((r.tried, r.lost, r.broke) for r in rows.values()), strict=True)
    )
    lines += ["", f"{tried} faults; {lost} of them lost content, {broke} broke another promise."]
    lines += ["", "As the disk allowed: " + "; ".join(limits) + "."] if limits else []
    return "\n".join(lines) + "\n"


def _was_over(trial: dict[str, Any]) -> bool:
    """Whether a run came to its end before the call at which it was to be killed."""
    return str(trial["mode"]).startswith(("kill", "power")) and trial["rc"] == 0


def _sum(sets: Iterable[set[str]]) -> int:
    return sum(map(len, sets))


def _order(names: dict[str, str], key: tuple[str, str, int]) -> tuple[int, int, str, int]:
    name, mode, jobs = key
    return list(names).index(name), list(MODES).index(mode) if mode in MODES else len(MODES), mode, jobs


def _rows(results: Path) -> dict[tuple[str, str, int], Row]:
    rows: dict[tuple[str, str, int], Row] = defaultdict(Row)
    for file in sorted(results.glob("*.json")):
        told: dict[str, Any] = json.loads(file.read_text("utf-8"))
        for trial in told["rows"]:
            if trial["mode"] == "undisturbed" or _was_over(trial):
                continue
            mode = trial["mode"] if told["mode"] == "powercut" else told["mode"]
            row = rows[told["scenario"], mode, told["jobs"]]
            row.points = max(row.points, told["writes"])
            row.tried.add(trial["fault"])
            if trial["broke"]:
                row.broke.add(trial["fault"])
            if "limit" in trial:
                row.limits[trial["fault"]] = trial["limit"]
            if trial.get("lost"):
                row.lost.add(trial["fault"])
    return rows
