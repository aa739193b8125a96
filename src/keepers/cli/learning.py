"""The commands that learn and tell what was learned: scan, report."""

import argparse
import json
import sys

from keepers.catalog import sightings
from keepers.catalog.space import taken
from keepers.cli import session, show
from keepers.model import Fate

PARTLY = 3
SHOWN = 20


def scan(options: argparse.Namespace) -> int:
    """Learn the sources; exit code 3 when some files could not be read."""
    opened = session.opened(options)
    sources = session.sources(options)
    with opened.catalog(create=True) as catalog:
        report = opened.scan(catalog, sources)
    if options.json:
        show.document(
            {
                "files": report.files,
                "photos": report.photos,
                "bytes": report.bytes,
                "companions": report.companions,
                "unreadable": [{"path": path, "reason": reason} for path, reason in report.unreadable],
                "ignored": [{"path": path, "reason": reason} for path, reason in report.ignored],
                "measured": report.measured,
                "seconds": round(report.seconds, 3),
            }
        )
    else:
        show.line(
            f"{show.count(report.files, 'file')}, {show.size(report.bytes)}: {show.count(report.photos, 'photo')}, "
            f"{show.count(report.companions, 'companion')}, {len(report.unreadable):,} unreadable, {len(report.ignored):,} ignored"
        )
        show.line(
            f"{show.count(report.measured, 'file')} measured in {report.seconds:.1f} s, the rest was known."
        )
        unreadable(report.unreadable)
        show.line("Nothing was changed. Next: keepers group")
    return PARTLY if report.unreadable else 0


def unreadable(rows: tuple[tuple[str, str], ...]) -> None:
    """List the first unreadable files for people, and how to see the others."""
    for path, reason in rows[:SHOWN]:
        show.line(f"  unreadable: {path}: {reason}")
    if len(rows) > SHOWN:
        show.line(f"  … and {len(rows) - SHOWN:,} more: keepers report unreadable")


def report(options: argparse.Namespace) -> int:
    """List every file that could not be read at its latest scan, each once."""
    with session.opened(options).catalog(create=False) as catalog:
        everywhere = sightings.everywhere(catalog)
        rows = dict(sightings.folder_problems(catalog, []))
        rows.update(sightings.reasons(catalog, everywhere, Fate.UNREADABLE))
    ordered = sorted(rows.items())
    if options.jsonl:
        sys.stdout.writelines(json.dumps({"path": path, "reason": reason}) + "\n" for path, reason in ordered)
    elif options.json:
        show.document({"unreadable": [{"path": path, "reason": reason} for path, reason in ordered]})
    else:
        for path, reason in ordered:
            show.line(f"{path}: {reason}")
        show.line(f"{show.count(len(ordered), 'unreadable file')}.")
    return 0


def space(options: argparse.Namespace) -> int:
    """Say what the known folders take, and how much of it copies of the same bytes do."""
    with session.opened(options).catalog(create=False) as catalog:
        rows, total = taken(catalog)
    told = [
        {"path": row.path, "files": row.files, "bytes": row.bytes, "again": row.again}
        for row in sorted(rows, key=lambda row: (-row.bytes, row.path))
    ]
    if options.jsonl:
        sys.stdout.writelines(json.dumps(row) + "\n" for row in told)
    elif options.json:
        show.document({"space": told, "files": total.files, "bytes": total.bytes, "again": total.again})
    else:
        for row in sorted(rows, key=lambda row: (-row.bytes, row.path)):
            show.line(f"{show.size(row.bytes):>9}  {row.path}  ({show.size(row.again)} of it exact copies)")
        show.line(
            f"{show.count(total.files, 'file')}, {show.size(total.bytes)}, {show.size(total.again)} of it exact copies. "
            "Next: keepers duplicates"
        )
    return 0
