"""`keepers people history` and `people stats`: what was sorted to whom."""

import argparse
from typing import Final

from keepers.cli import session, show
from keepers.people_work import tell
from keepers.people_work.tell import Told

_MOST_DAYS: Final = 14


def history(options: argparse.Namespace) -> int:
    """List what was sorted, the latest first."""
    opened = session.opened(options)
    rows = tell.history(opened, limit=max(options.limit, 0), person=options.person)
    if options.json:
        show.document({"history": [row(one) for one in rows]})
        return 0
    for one in rows:
        when = one.row.at[:16].replace("T", " ")
        state = "undone" if one.undone else one.row.action
        where = f"{one.row.original} -> {one.row.target}" if one.row.target else one.row.original
        because = f"  ({one.row.reason})" if one.row.reason else ""
        show.line(f"{when}  {state:<8} {one.row.name or '-'}: {where}{because}")
    if not rows:
        show.line("Nothing was sorted by people yet: keepers people sort --to DIR")
    return 0


def stats(options: argparse.Namespace) -> int:
    """Count what was sorted."""
    counted = tell.counted(session.opened(options))
    people = sorted(counted.people.items(), key=lambda one: (-one[1], one[0]))
    named = [(key, counted.names.get(key, key), number) for key, number in people]
    if options.json:
        show.document(
            {
                "total": counted.total,
                "people": [{"id": key, "name": name, "sorted": number} for key, name, number in named],
                "actions": dict(counted.actions),
                "days": dict(counted.days),
                "latest": counted.latest or None,
            }
        )
        return 0
    show.line(f"{show.count(counted.total, 'photo')} sorted by people.")
    for _, name, number in named:
        show.line(f"{number:>8}  {name}")
    for day, number in list(counted.days.items())[:_MOST_DAYS]:
        show.line(f"{day}: {number:,}")
    return 0


def row(one: Told) -> dict[str, object]:
    """One row as JSON has it, in the words of the old tool's table."""
    return {
        "id": one.row.id,
        "download_id": one.row.download or None,
        "original_path": one.row.original,
        "sorted_path": one.row.target or None,
        "person_name": one.row.name or None,
        "person_id": one.row.person or None,
        "faces_count": one.row.faces,
        "action": one.row.action,
        "reason": one.row.reason or None,
        "sorted_at": one.row.at,
        "run": one.row.run,
        "undone": one.undone,
    }
