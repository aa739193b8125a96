"""Sort photos into folders of the people who are in them, as a server knows them; nothing is overwritten or lost.

`prepare` decides and checks, the caller runs what was checked, `intend` and `remember` stand before and behind the run.
"""

import itertools
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from keepers.actions import Action, Copy, Move, Plan
from keepers.apply.look import world
from keepers.apply.record import Step, StepState
from keepers.catalog import library, photos
from keepers.catalog import people as remembered
from keepers.catalog.people import Sorted
from keepers.catalog.store import Catalog
from keepers.decide.destination import collision_key
from keepers.decide.people_choice import Choice, Rules, Several, choice, known_people
from keepers.model import LOCAL, Bundle, ContentId, Fate, Kind, Ref
from keepers.people import Person
from keepers.plan import people_plan
from keepers.plan.check import Checked, check
from keepers.plan.import_plan import Line
from keepers.plan.people_folders import Given, Owner, Style, folders, together
from keepers.plan.people_plan import Ground, How, Placed, Sorting
from keepers.plan.world import World
from keepers.ports import Progress, Reader
from keepers.workflows import following
from keepers.workflows.people_matching import Account, Circle, Matched, Matching, Patience, matched
from keepers.workflows.scan import ScanReport
from keepers.workflows.settling import Settling, torn, unsettled

_DONE = {How.COPY: "copied", How.MOVE: "moved", How.LINK: "linked"}


@dataclass(frozen=True, slots=True)
class Request:
    """What was asked for; paths are absolute. `only` are ids of people, all of them if empty.

    With `again` photos that were sorted before and are not there any more are sorted once more.
    """

    sources: tuple[str, ...]
    base: str
    how: How = How.COPY
    rules: Rules = field(default_factory=Rules)
    style: Style = Style.NAMED
    only: frozenset[str] = frozenset()
    again: bool = False
    archived: bool = False
    download: str = ""


@dataclass(frozen=True, slots=True)
class PeopleSorting:
    """What sorting works with; `undone` are the runs of the journal that were taken back."""

    catalog: Catalog
    reader: Reader
    progress: Progress
    settling: Settling
    account: Account
    patience: Patience
    undone: frozenset[int]
    now: datetime


@dataclass(frozen=True, slots=True)
class Left:
    """One photo that is not sorted, and why: a word for programs and a sentence for people.

    `target` is where it lies already, if it does. `files` are all that belong to the photo.
    """

    path: str
    content: ContentId
    reason: str
    message: str
    faces: int = 0
    name: str = ""
    target: str = ""
    files: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Prepared:
    """A checked plan of a sorting, what was decided photo by photo, and what stays; `owners` have their folders by id."""

    checked: Checked
    placed: tuple[Placed, ...]
    left: tuple[Left, ...]
    owners: Mapping[str, tuple[str, str]]
    assets: Mapping[ContentId, str]
    unreadable: tuple[tuple[str, str], ...] = ()


def prepare(work: PeopleSorting, request: Request, scanned: ScanReport) -> Prepared:
    """Decide about every photo of the sources; a plan without actions where there is nothing to sort."""
    found = _bundles(work.catalog, request)
    wanted = [one for one in found if one.main.kind is Kind.PHOTO or request.rules.videos]
    boxes = request.rules.several is Several.FIRST or request.rules.min_faces > 1
    matching = Matching(work.catalog, work.account, work.progress, request.archived, boxes)
    told = matched(matching, wanted, lambda: _circle(work, request), work.patience)
    known = told.circle.known
    choices = {one.main.ref: _choice(one, told, known, request.rules) for one in found}
    left = [_not_chosen(one, choices[one.main.ref]) for one in found if not choices[one.main.ref].people]
    chosen = [one for one in found if choices[one.main.ref].people]
    chosen, waiting = _settled(work, chosen, scanned)
    chosen, elsewhere = _linkable(work, request, chosen)
    sortings = [_sorting(one, choices[one.main.ref]) for one in chosen]
    sortings, before = _once(work, request, sortings)
    owners = _folders(work, request, sortings, told.circle.everybody)
    placed = people_plan.place(
        sortings,
        {key: folder for key, (_, folder) in owners.items()},
        _ground(work, request.base),
        request.how,
    )
    checked, placed = _checked(work, request, placed)
    assets = {content: seen.asset.id for content, seen in told.seen.items()}
    return Prepared(
        checked, placed, (*left, *waiting, *elsewhere, *before), owners, assets, scanned.unreadable
    )


def intend(work: PeopleSorting, request: Request, prepared: Prepared) -> None:
    """Remember the folders and what is about to be sorted, so that a run that breaks off is known, too."""
    remembered.set_folders(work.catalog, request.base, prepared.owners)
    rows = [
        Sorted(
            one.main.asset.ref.key,
            one.main.path,
            request.base,
            one.owner.id,
            one.owner.name,
            one.sorting.faces,
            one.main.content,
            done(one),
            asset=prepared.assets.get(one.sorting.bundle.main.content, ""),
            download=request.download,
        )
        for one in prepared.placed
        if one.main.action is not None
    ]
    remembered.intend(work.catalog, rows, work.now.isoformat())


def remember(catalog: Catalog, reader: Reader, run: int, steps: Iterable[Step], now: datetime) -> None:
    """Remember what a run has sorted, and that it lies there."""
    told = list(steps)
    following.placed(catalog, reader, told)
    targets = (
        step.action.target.key
        for step in told
        if step.state is StepState.DONE and isinstance(step.action, Copy | Move)
    )
    remembered.confirm(catalog, run, targets, now.isoformat())


def done(placed: Placed) -> str:
    """What is done with a photo, as histories say it."""
    action = placed.main.action
    if action is None:
        return "skipped"
    how = How.MOVE if isinstance(action, Move) else How.LINK if action.linked else How.COPY
    return _DONE[how]


def _bundles(catalog: Catalog, request: Request) -> list[Bundle]:
    """The photos of the sources; what lies in the base is where it belongs."""
    files = library.files(catalog, request.sources)
    found = photos.bundles(
        catalog, request.sources, {file.content for file in files if file.is_main and file.fate is Fate.PHOTO}
    )
    start = request.base.rstrip("/") + "/"
    return sorted(
        (
            one
            for one in itertools.chain.from_iterable(found.values())
            if not one.main.ref.key.startswith(start)
        ),
        key=lambda bundle: bundle.main.ref,
    )


def _circle(work: PeopleSorting, request: Request) -> Circle:
    everybody = {one.id: one for one in work.account.people.people(hidden=True, counted=False)}
    known = known_people(everybody, request.rules)
    return Circle(
        everybody, {key: one for key, one in known.items() if not request.only or key in request.only}
    )


def _choice(bundle: Bundle, told: Matched, known: Mapping[str, Person], rules: Rules) -> Choice:
    if bundle.main.kind is not Kind.PHOTO and not rules.videos:
        return Choice((), 0, "not-an-image", "Not an image file")
    seen = told.seen.get(bundle.main.content)
    if seen is not None:
        return choice(seen, known, rules)
    if bundle.main.content in told.asked:
        return Choice((), 0, "unknown", "Immich does not know this file")
    return Choice((), 0, "not-told", "No identified faces found, or Immich does not know this file")


def _not_chosen(bundle: Bundle, made: Choice) -> Left:
    return _left(bundle, made.reason, made.message, made.faces)


def _left(
    bundle: Bundle, reason: str, message: str, faces: int = 0, name: str = "", target: str = ""
) -> Left:
    main = bundle.main
    files = tuple(asset.ref.key for asset in bundle.assets)
    return Left(main.ref.key, main.content, reason, message, faces, name, target, files)


def _settled(
    work: PeopleSorting, bundles: Sequence[Bundle], scanned: ScanReport
) -> tuple[list[Bundle], list[Left]]:
    """Those that are complete, and those that are left for later as a whole."""
    waiting = {**torn(bundles, scanned.unreadable), **unsettled(work.settling, bundles)}
    ready: list[Bundle] = []
    later: list[Left] = []
    for one in bundles:
        why = next((waiting[asset.ref] for asset in one.assets if asset.ref in waiting), "")
        if why:
            later.append(_left(one, "later", why))
        else:
            ready.append(one)
    return ready, later


def _linkable(
    work: PeopleSorting, request: Request, bundles: Sequence[Bundle]
) -> tuple[list[Bundle], list[Left]]:
    """Those that can have a second name in the base; one file has names on one drive only."""
    if request.how is not How.LINK:
        return list(bundles), []
    there = work.reader.volume(Ref(LOCAL, f"{request.base}/photo")).id
    volumes: dict[str, str] = {}
    ready: list[Bundle] = []
    apart: list[Left] = []
    for one in bundles:
        folder = one.main.ref.key.rpartition("/")[0]
        if folder not in volumes:
            volumes[folder] = work.reader.volume(one.main.ref).id
        if volumes[folder] == there or one.main.ref.archive:
            ready.append(one)
        else:
            words = f"It lies on another drive than {request.base}, so it cannot be linked; --copy can do it"
            apart.append(_left(one, "other-drive", words))
    return ready, apart


def _sorting(bundle: Bundle, made: Choice) -> Sorting:
    owners = [Owner(person.id, person.name) for person in made.people]
    return Sorting(bundle, (together(owners),) if made.together else tuple(owners), made.faces)


def _once(
    work: PeopleSorting, request: Request, sortings: Sequence[Sorting]
) -> tuple[list[Sorting], list[Left]]:
    """What was not sorted before to the same person and then taken out of the folder."""
    if request.again:
        return list(sortings), []
    before = remembered.sorted_before(
        work.catalog, request.base, {one.bundle.main.content for one in sortings}, work.undone
    )
    held = _held(work, request.base)
    fresh: list[Sorting] = []
    left: list[Left] = []
    for one in sortings:
        main = one.bundle.main
        gone = {
            key: path
            for key, path in before.get(main.content, {}).items()
            if (key, main.content) not in held and work.reader.look(Ref(LOCAL, path)) is None
        }
        kept = tuple(owner for owner in one.owners if owner.id not in gone)
        for owner in one.owners:
            if owner.id in gone:
                words = f"Sorted to {owner.name} before, and taken away from there since; --again sorts it once more"
                left.append(_left(one.bundle, "sorted-before", words, one.faces, owner.name, gone[owner.id]))
        if kept:
            fresh.append(replace(one, owners=kept))
    return fresh, left


def _held(work: PeopleSorting, base: str) -> set[tuple[str, ContentId]]:
    """Which contents lie below whose folder, under whatever name."""
    start = base.rstrip("/") + "/"
    owners = {
        collision_key(folder): key for key, (_, folder) in remembered.folders(work.catalog, base).items()
    }
    found = (
        (owners.get(collision_key(one.path[len(start) :].partition("/")[0])), one.content)
        for one in library.files(work.catalog, [base])
    )
    return {(key, content) for key, content in found if key is not None}


def _folders(
    work: PeopleSorting, request: Request, sortings: Iterable[Sorting], everybody: Mapping[str, Person]
) -> dict[str, tuple[str, str]]:
    """Name and folder of everybody who gets something, by id; a folder that is not there any more binds nobody."""
    there = {collision_key(name) for name in work.reader.names(Ref(LOCAL, request.base))}
    known = {
        key: Given(name, folder)
        for key, (name, folder) in remembered.folders(work.catalog, request.base).items()
        if collision_key(folder) in there
    }
    gone = frozenset(key for key in known if not all(part in everybody for part in key.split("+")))
    owners = {owner.id: owner for one in sortings for owner in one.owners}
    found = folders(list(owners.values()), known, gone, request.style)
    return {key: (owners[key].name, folder) for key, folder in found.items()}


def _ground(work: PeopleSorting, base: str) -> Ground:
    listed: dict[str, Sequence[str]] = {}

    def names(path: str) -> Sequence[str]:
        # Everybody's folder is looked for in the base.
        if path not in listed:
            listed[path] = work.reader.names(Ref(LOCAL, path))
        return listed[path]

    def blocked(path: str) -> str:
        ref = Ref(LOCAL, path)
        if work.reader.folder(ref) is not None or not work.reader.exists(ref):
            return ""
        kind = (
            "is a file"
            if work.reader.look(ref) is not None
            else "is a symbolic link, which is never followed,"
        )
        return f"{path} {kind} and no folder"

    there = {one.path: one.content for one in library.files(work.catalog, [base])}
    return Ground(base, there, names, blocked)


def _checked(
    work: PeopleSorting, request: Request, placed: Sequence[Placed]
) -> tuple[Checked, tuple[Placed, ...]]:
    """The plan without what is refused, and the lines with the names that the disk of the base takes."""
    actions = people_plan.actions(placed)
    count = sum(one.main.action is not None for one in placed)
    title = f"{request.how.value} {count} {'photo' if count == 1 else 'photos'} of people to {request.base}"
    plan = Plan(title, actions)
    ground = world(plan, work.reader)
    checked = check(plan, ground)
    refused = {_ends(one.action): one.why for one in checked.refused}
    named = tuple(replace(one, lines=tuple(_named(line, ground) for line in one.lines)) for one in placed)
    return checked, people_plan.without(named, refused)


def _ends(action: Action) -> tuple[Ref, Ref]:
    assert isinstance(action, Copy | Move)  # noqa: S101 (a sorting plans nothing else)
    return action.source, action.target


def _named(line: Line, ground: World) -> Line:
    if line.action is None or line.action.target not in ground.names:
        return line
    target = ground.names[line.action.target][0]
    return replace(line, path=target.key, action=replace(line.action, target=target))
