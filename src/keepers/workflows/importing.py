"""Bring the photos of messy drives into a dated library: nothing is overwritten, nothing is deleted."""

import itertools
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, tzinfo
from typing import Final

from keepers.actions import Copy, Move, Plan, Write, source
from keepers.apply.look import world
from keepers.catalog import contents, library, photos
from keepers.catalog.store import Catalog
from keepers.decide import old_dates
from keepers.decide.contest import Rule, Standing, standings
from keepers.decide.destination import called, split
from keepers.decide.template import Facts as Spoken
from keepers.decide.template import Template
from keepers.errors import SourceShrunkError
from keepers.fingerprint.exact import content_id
from keepers.model import LOCAL, Bundle, ContentId, Decision, Facts, Fate, GroupKind, Kind, Ref, Taken
from keepers.plan import import_page, import_report
from keepers.plan.check import Checked, check
from keepers.plan.import_plan import Line, Shelf, Wish, lay_out, without
from keepers.plan.import_report import Known, Report, modified
from keepers.ports import Progress, Reader, Rights
from keepers.workflows import lone
from keepers.workflows.scan import ScanReport
from keepers.workflows.settling import Settling, is_young, torn, unsettled

#: How a report is written, by the end of its name; the old importer called its table a log.
FORMATS: Final[Mapping[str, Callable[[Report], bytes]]] = {
    ".csv": import_report.as_csv,
    ".log": import_report.as_csv,
    ".json": import_report.as_json,
    ".html": import_page.page,
    ".htm": import_page.page,
}


@dataclass(frozen=True, slots=True)
class Request:
    """What an import was asked for; paths are absolute, `references` are never changed."""

    sources: tuple[str, ...]
    target: str
    template: Template
    undated: Template
    references: tuple[str, ...] = ()
    move: bool = False
    only_best: bool = False
    rule: Rule = Rule.DEFAULT
    old_dates: bool = False
    reports: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Importing:
    """What importing works with; `versions` groups the versions of pictures below some folders.

    `reread` names the bytes of a file as the disk gives them back. `draw` makes small pictures of contents, each with a path that holds it.
    """

    catalog: Catalog
    reader: Reader
    progress: Progress
    settling: Settling
    versions: Callable[[Sequence[str]], Sequence[Decision]]
    placed: Callable[[str], Mapping[str, ContentId]]
    reread: Callable[[Ref], ContentId]
    draw: Callable[[Mapping[ContentId, str], int], Mapping[ContentId, bytes]]
    now: datetime
    home: tzinfo


@dataclass(frozen=True, slots=True)
class Prepared:
    """A checked plan of an import, and the report of what was decided."""

    checked: Checked
    report: Report


def check_library(catalog: Catalog, target: str, *, is_empty: bool, moved: frozenset[str]) -> None:
    """SourceShrunkError where a library that is known to hold photos is gone or empty."""
    if not is_empty:
        return
    lost = sum(path not in moved for path in library.paths(catalog, target))
    if lost:
        message = (
            f"the library {target} holds no files, but {lost} are known from there; is its drive mounted? "
            "If they were meant to go, say so with --accept-missing"
        )
        raise SourceShrunkError(message)


def prepare(importing: Importing, request: Request, scanned: ScanReport) -> Prepared:
    """Decide about every file of the sources; a plan without actions where there is nothing to bring in."""
    photographed = _bundles(importing.catalog, request.sources)
    alone = lone.companions(importing.catalog, request.sources, (*scanned.unreadable, *scanned.ignored))
    found = [*photographed, *alone.bundles]
    waiting = {**torn(photographed, scanned.unreadable), **unsettled(importing.settling, found)}
    # Bytes that were wrong when they were last read again are no copy, neither here nor there.
    doubts = lone.Doubts(importing.catalog, importing.reread, importing.now.isoformat())
    wrong = doubts.wrong([*request.sources, request.target], found)
    rotten = lone.rotten(found, wrong)
    kept = waiting.keys() | rotten.keys()
    ready = [bundle for bundle in found if not any(asset.ref in kept for asset in bundle.assets)]
    wishes = _wishes(importing, request, ready)
    there = [one for one in library.files(importing.catalog, [request.target]) if one.path not in wrong]
    lines = lay_out(
        wishes,
        _shelf(importing.reader, request.target, there),
        move=request.move,
        only_best=request.only_best,
    )
    ours = importing.placed(request.target)
    spare = lone.rejoined(request.target, there, ours, _actions(lines))
    checked = _checked(Plan(_title(lines, request), (*_actions(lines), *spare)), importing)
    lines = without(
        lines, {ref: one.why for one in checked.refused if (ref := source(one.action)) is not None}
    )
    late = _late(importing.settling, scanned, waiting)
    report = Report(
        _as_named(lines, checked),
        request.target,
        importing.now.astimezone(importing.home),
        _known(importing.catalog, request, there, found),
        (
            *((path, why) for path, why in scanned.unreadable if path not in late),
            *((ref.key, why) for ref, why in rotten.items()),
        ),
        scanned.ignored,
        tuple(sorted(late.items())),
        _alone(importing.catalog, request.sources, found, alone.stay),
    )
    if not checked.actions or not request.reports:
        return Prepared(checked, report)
    shown = report
    if any(FORMATS[split(path)[1].lower()] is import_page.page for path in request.reports):
        drawn = importing.draw(import_page.pictured(report.lines), import_page.SIDE)
        shown = replace(report, thumbnails=drawn)
    writes = tuple(_written(importing, path, shown) for path in request.reports)
    spare = lone.rejoined(request.target, there, ours, _actions(lines))
    whole = _checked(Plan(_title(lines, request), (*_actions(lines), *spare, *writes)), importing)
    return Prepared(Checked(whole.title, whole.actions, (*checked.refused, *whole.refused)), report)


def _actions(lines: Iterable[Line]) -> tuple[Copy | Move, ...]:
    return tuple(line.action for line in lines if line.action is not None)


def _as_named(lines: Iterable[Line], checked: Checked) -> tuple[Line, ...]:
    """The lines with the names that the library's disk takes."""
    named = {a.source: a.target.key for a in checked.actions if isinstance(a, Copy | Move)}
    return tuple(replace(line, path=named.get(line.asset.ref, line.path)) for line in lines)


def _checked(plan: Plan, importing: Importing) -> Checked:
    return check(plan, world(plan, importing.reader))


def _title(lines: Iterable[Line], request: Request) -> str:
    count = sum(line.action is not None for line in lines)
    return f"{'move' if request.move else 'import'} {count} {'file' if count == 1 else 'files'} to {request.target}"


def _bundles(catalog: Catalog, roots: Sequence[str]) -> list[Bundle]:
    mains = {f.content for f in library.files(catalog, roots) if f.is_main and f.fate is Fate.PHOTO}
    found = photos.bundles(catalog, roots, mains)
    return sorted(itertools.chain.from_iterable(found.values()), key=lambda bundle: bundle.main.ref)


def _wishes(importing: Importing, request: Request, bundles: Sequence[Bundle]) -> list[Wish]:
    facts = contents.facts_of(
        importing.catalog, {asset.content for bundle in bundles for asset in bundle.assets}
    )
    judged: Mapping[ContentId, Standing] = {}
    worth: dict[Ref, float] = {}
    if bundles:
        decisions = importing.versions([*request.sources, request.target])
        copies = [one for one in decisions if one.group.kind is GroupKind.SAME_BYTES]
        rivals = [one for one in decisions if one.group.kind is not GroupKind.SAME_BYTES]
        judged = standings(rivals, request.rule, lambda ref: _inside(ref.key, request.target))
        worth = {score.ref: score.value for one in copies for score in one.scores}
    wishes: list[Wish] = []
    for bundle in bundles:
        taken = _taken(importing, request, bundle, facts)
        is_alone = bundle.main.kind is Kind.COMPANION
        template = lone.place() if is_alone else request.template
        if template.needs_date and (taken is None or (taken.source == "mtime" and not request.old_dates)):
            template = request.undated
        *folders, name = template.path(_spoken(bundle, taken, request, facts))
        fixed = any(_inside(bundle.main.ref.key, path) for path in request.references)
        fixed = fixed or importing.reader.rights(bundle.main.ref) is Rights.REFERENCE
        main = bundle.main
        standing = judged.get(main.content)
        wish = Wish(bundle, tuple(folders), name, taken, standing, fixed, worth.get(main.ref, 0.0))
        # Its photo may be on its way, to this folder too: what is copied is parted from nothing.
        wishes.append(replace(wish, because="belongs to no photo", fixed=True) if is_alone else wish)
    return wishes


def _taken(
    importing: Importing, request: Request, bundle: Bundle, facts: Mapping[ContentId, Facts]
) -> Taken | None:
    if not request.old_dates:
        return bundle.main.taken
    told = facts.get(bundle.main.content)
    claims = () if told is None else told.dates
    return old_dates.taken(claims, modified(bundle.main), importing.now, importing.home)


def _spoken(
    bundle: Bundle, taken: Taken | None, request: Request, facts: Mapping[ContentId, Facts]
) -> Spoken:
    own = facts.get(bundle.main.content)
    people = {
        name: None
        for asset in bundle.assets
        if asset.content in facts
        for name in facts[asset.content].people
    }
    folder = bundle.main.ref.key.rpartition("/")[0]
    outer = next((path for path in request.sources if _inside(folder, path)), folder)
    return Spoken(
        called(bundle.main),
        None if taken is None else taken.at,
        "" if own is None else own.camera,
        # Below an archive a path begins with what parts it from the archive's own.
        folder[len(outer) :].removeprefix("!").strip("/"),
        tuple(people),
    )


def _inside(path: str, folder: str) -> bool:
    return path == folder or path.startswith(folder.rstrip("/") + "/")


def _shelf(reader: Reader, target: str, there: Sequence[library.File]) -> Shelf:
    def blocked(path: str) -> str:
        ref = Ref(LOCAL, path)
        if reader.folder(ref) is not None or not reader.exists(ref):
            return ""
        kind = "is a file" if reader.look(ref) is not None else "is a symbolic link, which is never followed,"
        return f"{path} {kind} and no folder"

    return Shelf(
        target, {f.path: f.content for f in there}, lambda path: reader.names(Ref(LOCAL, path)), blocked
    )


def _late(settling: Settling, scanned: ScanReport, waiting: Mapping[Ref, str]) -> dict[str, str]:
    """What is left for later, with those that may be unreadable only because they are not complete."""
    late = {ref.key: why for ref, why in waiting.items()}
    for path, reason in scanned.unreadable:
        if is_young(settling, Ref(LOCAL, path)):
            late[path] = f"it may still be being written: {reason}"
    return late


def _alone(
    catalog: Catalog, sources: Sequence[str], bundles: Iterable[Bundle], stay: Mapping[str, str]
) -> tuple[tuple[str, str], ...]:
    listed = {asset.ref.key for bundle in bundles for asset in bundle.assets}
    paths = (file.path for file in library.files(catalog, sources))
    another = "it is another name of a file that is listed"
    return tuple((path, stay.get(path, another)) for path in paths if path not in listed)


def _known(
    catalog: Catalog, request: Request, there: Sequence[library.File], found: Sequence[Bundle]
) -> dict[ContentId, Known]:
    """What is known of the contents of the library, and of what comes into it."""
    bundles = [*found, *_bundles(catalog, [request.target])]
    known = {file.content: Known(file.size, None, file.mtime_ns) for file in reversed(there)}
    for bundle in bundles:
        for asset in bundle.assets:
            known[asset.content] = Known(asset.size, bundle.main.taken, modified(asset))
    return known


def _written(importing: Importing, path: str, report: Report) -> Write:
    """The report as a file; one that is ours gives way, a stranger's name is left alone."""
    stem, ending = split(path)
    data = FORMATS[ending.lower()](report)
    ours = importing.placed(path.rpartition("/")[0] or "/")
    for number in itertools.count():
        free = f"{stem}_{number}{ending}" if number else path
        ref = Ref(LOCAL, free)
        if not importing.reader.exists(ref):
            return Write(ref, data, content_id(data), because="the report of what was decided")
        if (
            importing.reader.look(ref) is not None
            and free in ours
            and importing.reader.content(ref) == ours[free]
        ):
            return Write(ref, data, content_id(data), ours[free], "the report of what was decided")
    raise AssertionError  # itertools.count never ends
