"""`keepers suggest`: photos that may be in the way, and why; a list to look through, never an action by itself."""

import argparse
import os
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

from keepers.catalog import inspections, sightings
from keepers.catalog.store import Catalog
from keepers.cli import learning, report_files, session, show
from keepers.errors import UsageError
from keepers.model import Asset, ContentId
from keepers.plan import suggest_report
from keepers.plan.suggest_report import Report
from keepers.plan.text import shown
from keepers.score.suggestions import CERTAIN, Suggested, SuggestionKind
from keepers.wiring import Session
from keepers.work.named import Named
from keepers.workflows import suggesting
from keepers.workflows.judging import view_paths
from keepers.workflows.suggesting import Found, Suggesting, Wish
from keepers.workflows.thumbnails import Drawing

if TYPE_CHECKING:
    from keepers.score.inspection import Inspection
    from keepers.workflows.inspect_tasks import InspectTask
    from keepers.workflows.job import Thumb

REPORTS: Final = (".html", ".csv", ".json")
SHOWN: Final = 20
#: Longest side of the pictures on the page.
SIDE: Final = 320


def suggest(options: argparse.Namespace) -> int:
    """Print what may be in the way, or remember what is not."""
    _refuse_nonsense(options)
    if options.reviewed:
        from keepers.cli.suggesting_reviewed import reviewed  # noqa: PLC0415 (servers cost 150 ms)

        return reviewed(options)
    if options.keep or options.unkeep:
        return _said(options)
    wish = _wish(options)
    opened = session.opened(options)
    sources = session.sources(options)
    reports = [report_files.chosen(path, REPORTS, sources) for path in options.report]
    with opened.catalog(create=bool(sources)) as catalog:
        scanned = opened.scan(catalog, sources) if sources else None
        work = _work(opened, catalog)
        found = suggesting.suggest(work, sources or sightings.everywhere(catalog), wish)
        report = Report(found.suggested, found.photos, tuple(sources), datetime.now(UTC).astimezone())
        _write(opened, work, report, reports)
    if options.json:
        show.document({**suggest_report.document(report), "kept": found.kept, "unseen": found.unseen})
    else:
        _tell(found, reports)
    return learning.PARTLY if scanned is not None and scanned.unreadable else 0


def _refuse_nonsense(options: argparse.Namespace) -> None:
    """What would be passed over in silence."""
    if options.sources and (options.reviewed or options.keep or options.unkeep):
        raise UsageError("--keep, --unkeep and --reviewed take files and lists; leave out the SOURCE")
    if options.dry_run and not options.reviewed:
        raise UsageError("--dry-run is for --reviewed F.csv: a list of suggestions changes nothing")


def _wish(options: argparse.Namespace) -> Wish:
    certainty = CERTAIN if options.min_certainty is None else options.min_certainty
    if not 0 <= certainty <= 1:
        raise UsageError("--min-certainty must lie between 0 and 1, such as 0.8")
    return Wish(tuple(SuggestionKind(kind) for kind in options.kind or ()), certainty)


def _work(opened: Session, catalog: Catalog) -> Suggesting:
    inspect: Named[InspectTask, Inspection] = Named("keepers.workflows.inspecting", "inspect")
    views = opened.judging(catalog, ()).views
    return Suggesting(catalog, opened.progress, opened.picture_workers, inspect, views, opened.limit)


def _write(opened: Session, work: Suggesting, report: Report, paths: Sequence[str]) -> None:
    for path in paths:
        match os.path.splitext(path)[1].lower():
            case ".csv":
                data = suggest_report.as_csv(report)
            case ".json":
                data = suggest_report.as_json(report)
            case _:
                data = suggest_report.page(report, _thumbnails(opened, work, report))
        report_files.put(path, data)


def _thumbnails(opened: Session, work: Suggesting, report: Report) -> dict[ContentId, bytes]:
    thumbnail: Named[Thumb, bytes] = Named("keepers.workflows.picture", "thumbnail")
    mains: list[Asset] = [line.bundle.main for line in report.lines[: suggest_report.SHOWN]]
    paths = {asset.content: path for asset, path in view_paths(work.views, work.progress, mains, exact=False)}
    return (
        Drawing(opened.picture_workers, thumbnail, opened.progress).thumbnails(paths, SIDE) if paths else {}
    )


def _tell(found: Found, reports: Sequence[str]) -> None:
    for kind in SuggestionKind:
        number = sum(line.first.kind is kind for line in found.suggested)
        if number:
            show.line(f"{number:>9,}  {kind}")
    for line in found.suggested[:SHOWN]:
        _tell_one(line)
    if len(found.suggested) > SHOWN:
        show.line(f"… and {len(found.suggested) - SHOWN:,} more; --report F.html or --json shows all.")
    show.line(f"{len(found.suggested):,} of {show.count(found.photos, 'photo')} may be in the way.")
    if found.kept:
        show.line(
            f"{show.count(found.kept, 'photo')} that you said to keep {'is' if found.kept == 1 else 'are'} left out."
        )
    if found.unseen:
        show.line(
            f"{show.count(found.unseen, 'photo')} judged by name and facts alone: the pixels cannot be read, or --limit "
            "left them for the next time."
        )
    for path in reports:
        show.line(f"Report: {path}")
    if found.suggested and not reports:
        show.line(
            "Look through them: the same command with --report F.html, or F.csv to decide in a spreadsheet."
        )
    if found.suggested:
        show.line("What is not in the way: keepers suggest --keep FILE")
    show.line("Nothing was changed.")


def _tell_one(line: Suggested) -> None:
    main = line.bundle.main
    name = shown(main.ref) + (f" ({main.name})" if main.name else "")
    taken = f"  {main.taken.at:%Y-%m-%d}" if main.taken else ""
    also = "".join(f"; maybe {one.kind}" for one in line.suggestions[1:])
    show.line(f"  {line.first.certainty:.2f}  {line.first.kind:<11} {name}{taken}")
    show.line(f"        {'; '.join(line.first.why)}{also}")


def _said(options: argparse.Namespace) -> int:
    """Remember that photos are not in the way, or forget it."""
    opened = session.opened(options)
    paths = [
        path if sightings.is_server(path) else os.path.abspath(os.path.expanduser(path))
        for path in options.keep or options.unkeep
    ]
    with opened.catalog(create=False) as catalog:
        contents = suggesting.contents_at(catalog, paths)
        if options.keep:
            inspections.keep(catalog, contents.values(), datetime.now(UTC).isoformat(timespec="seconds"))
        else:
            inspections.forget(catalog, contents.values())
    if options.json:
        show.document({"keep" if options.keep else "unkeep": list(contents)})
    elif options.keep:
        show.line(
            f"{show.count(len(contents), 'photo')} will not be suggested again. Nothing was changed on disk."
        )
    else:
        show.line(f"{show.count(len(contents), 'photo')} may be suggested again.")
    return 0
