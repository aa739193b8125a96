"""`keepers duplicates`: which copies may go.

Exact copies in folders of which nothing is known yet are found without measuring a photo; so this module imports
little. All else is done in `resolving`.
"""

import argparse
import gc
import os
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

from keepers import config
from keepers.cli import show
from keepers.decide.copies import Settled
from keepers.decide.rules import Rule, parsed
from keepers.errors import UsageError
from keepers.model import GroupKind
from keepers.places.addresses import Sources, absolute, inside, sources
from keepers.plan.duplicates_document import document, names

if TYPE_CHECKING:
    from keepers.workflows.equal_bytes import Sought

FOUND: Final = 4
PARTLY: Final = 3
SHOWN: Final = 20
REPORTS: Final = (".csv", ".json", ".html", ".log")
NEXT: Final = "Nothing was changed. Next: the same command with --trash, --hardlink or --reflink"
_DEEDS: Final = ("trash", "hardlink", "reflink")


@dataclass(frozen=True, slots=True)
class Asked:
    """What was asked for: where to look, what may not be changed, which copy to keep, which reports to write."""

    sources: Sources
    references: tuple[str, ...]
    rules: tuple[Rule, ...]
    reports: tuple[str, ...]


def duplicates(options: argparse.Namespace) -> int:
    """Print the duplicates; with an action, settle those that are certain."""
    asked_for_more = any(getattr(options, deed) for deed in _DEEDS) or options.limit is not None
    if not asked_for_more and options.kind == [GroupKind.SAME_BYTES] and not options.dry_run:
        found = _equal_bytes(options)
        if found is not None:
            return found
    from keepers.cli.resolving import resolve  # noqa: PLC0415 (imports all that a scan needs)

    return resolve(options)


def asked(options: argparse.Namespace) -> Asked:
    """Read the options; UsageError where they make no sense together."""
    rules, rest = parsed(options.keep, absolute) if options.keep else ((), ())
    given = [*options.sources, *rest]
    if options.reference and not given:
        message = "name the SOURCE that may be changed before --reference DIR"
        raise UsageError(message)
    both = sources([*given, *options.reference])
    references = sources(options.reference).paths
    for path in sources(given):
        if any(inside(path, reference) for reference in references):
            message = f"the source {path} lies in the reference, which is never changed"
            raise UsageError(message)
    if options.report:
        from keepers.cli import report_files  # noqa: PLC0415 (only who wants a report pays for it)

        reports = tuple(report_files.chosen(path, REPORTS, both) for path in options.report)
    else:
        reports = ()
    return Asked(both, references, rules, reports)


def _equal_bytes(options: argparse.Namespace) -> int | None:
    """The short way; None where a whole scan is needed."""
    wanted = asked(options)
    if not wanted.sources or wanted.sources.takeouts or wanted.sources.apples:
        return None
    # What is listed is kept until the end: to look for circles in it costs a twentieth of the time.
    gc.disable()
    try:
        sought = _sought(options, wanted)
    finally:
        gc.freeze()
        gc.enable()
    if sought is None:
        return None
    write(wanted.reports, sought.groups, wanted.sources.paths)
    rows = [{"path": path, "reason": reason} for path, reason in sought.unreadable]
    if options.json:
        show.document({**document(sought.groups), "unreadable": rows})
    else:
        tell(sought.groups)
        for path, reason in sought.unreadable[:SHOWN]:
            show.line(f"  unreadable: {path}: {reason}")
        for path in wanted.reports:
            show.line(f"Report: {path}")
        show.line(NEXT)
    if options.fail_on_found and any(group.drop for group in sought.groups):
        return FOUND
    return PARTLY if sought.unreadable else 0


def _sought(options: argparse.Namespace, wanted: Asked) -> "Sought | None":
    from keepers.catalog import copies  # noqa: PLC0415 (only the short way comes here)
    from keepers.catalog.store import open_catalog  # noqa: PLC0415 (only the short way comes here)
    from keepers.places import files  # noqa: PLC0415 (only the short way comes here)
    from keepers.places.local.listing import Listing  # noqa: PLC0415 (only the short way comes here)
    from keepers.read import formats  # noqa: PLC0415 (only the short way comes here)
    from keepers.workflows import equal_bytes  # noqa: PLC0415 (only the short way comes here)

    flags = {name: getattr(options, name, None) for name in ("catalog", "jobs")}
    settings = config.load(flags, os.environ)
    catalog = open_catalog(config.catalog_file(settings, os.environ), create=True)
    try:
        if not copies.is_fresh(catalog, wanted.sources):
            return None
        seeking = equal_bytes.Seeking(
            catalog,
            lambda roots: Listing(formats.fate_by_name).below(roots),
            lambda ref, most, room: files.begun(ref.key, most, room),
            show.Terminal(quiet=options.quiet),
            settings.jobs or len(os.sched_getaffinity(0)),
            wanted.sources,
            wanted.references,
        )
        return equal_bytes.seek(seeking, wanted.rules)
    finally:
        catalog.close()


def write(reports: Sequence[str], groups: Sequence[Settled], folders: tuple[str, ...]) -> None:
    """Write the reports that were asked for."""
    if not reports:
        return
    from keepers.cli import report_files  # noqa: PLC0415 (only who wants a report pays for it)
    from keepers.plan import duplicates_report  # noqa: PLC0415 (only who wants a report pays for it)

    report = duplicates_report.Report(groups, folders, datetime.now(UTC).astimezone())
    for path in reports:
        match os.path.splitext(path)[1].lower():
            case ".csv":
                data = duplicates_report.as_csv(report)
            case ".json":
                data = duplicates_report.as_json(report)
            case ".log":
                data = duplicates_report.as_log(report, report_files.sha256)
            case _:
                data = duplicates_report.page(report)
        report_files.put(path, data)


def tell(groups: Sequence[Settled]) -> None:
    """Print the first groups, and what all of them free."""
    for group in groups[:SHOWN]:
        show.line(f"{group.id}: {show.size(group.freed)}")
        show.line(f"  keep  {group.keep.ref.key}  - {group.reason}")
        for item in group.drop:
            for ref in names(item):
                show.line(f"        {ref.key}")
        for item, why in group.stay:
            show.line(f"  stays {item.ref.key}: {why}")
    if len(groups) > SHOWN:
        show.line(f"… and {len(groups) - SHOWN:,} more groups; --report F.html or --json shows all.")
    freed = sum(group.freed for group in groups)
    show.line(f"{show.count(len(groups), 'group')}; {show.size(freed)} could be freed.")
