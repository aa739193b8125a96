"""`keepers enhance`: new pictures of groups that are known; no photo is changed."""

import argparse
import os
from collections.abc import Mapping, Sequence

from keepers import studio, wiring
from keepers.apply.journal import Journal
from keepers.apply.look import world
from keepers.apply.run import Problem, run
from keepers.catalog import sightings
from keepers.cli import changing, learning, session, show
from keepers.create.hdr import Method
from keepers.decide.destination import collision_key
from keepers.errors import UsageError
from keepers.model import LOCAL, Decision, GroupKind, Ref
from keepers.places.local import LocalPlace
from keepers.plan import made_plan, text
from keepers.plan.check import Checked, check
from keepers.plan.made_plan import Made
from keepers.workflows import enhancing
from keepers.workflows.enhancing import Merged, Wish

MARK = "_hdr"


def hdr(options: argparse.Namespace) -> int:
    """Merge the brackets that are known, or those that are named."""
    opened = session.opened(options)
    wish = Wish(Method(options.method), options.hdr_gamma, options.tiff)
    target = _target(options)
    with opened.catalog(create=False) as catalog:
        decisions = _chosen(
            options, opened.tidy(catalog, sightings.everywhere(catalog), [GroupKind.BRACKET]).decisions
        )
        work = studio.enhancing(opened, catalog)
        results = enhancing.merged(work, decisions, wish)
        if options.dry_run:
            return _shown(options, opened, [one for part in results for one in part], target)
        told: list[tuple[Merged, str]] = []
        runs: list[int] = []
        missed: list[Problem] = []
        with opened.journal(create=True) as journal:
            assert journal is not None  # noqa: S101 (create=True makes one)
            for part in results:
                told += _kept(opened, journal, part, target, (runs, missed))
    return _ended(options, told, runs, missed)


def _target(options: argparse.Namespace) -> str:
    """The folder that is named, absolute; empty where each picture is to stand beside its photo."""
    if options.to is None:
        return ""
    if os.path.exists(options.to) and not os.path.isdir(options.to):
        raise UsageError(f"{options.to} is no folder")
    return os.path.abspath(str(options.to))


def _chosen(options: argparse.Namespace, decisions: Sequence[Decision]) -> Sequence[Decision]:
    if not options.groups:
        return decisions
    known = {decision.group.id: decision for decision in decisions}
    if strange := [name for name in options.groups if name not in known]:
        raise UsageError(
            f"{strange[0]} is no bracket that is known; `keepers group --kind bracket` lists them"
        )
    return [known[name] for name in dict.fromkeys(options.groups)]


def _planned(place: LocalPlace, part: Sequence[Merged], target: str) -> tuple[list[str], Checked]:
    """Where each picture of a part goes, empty where there is none, and what is left to do."""
    done = [one for one in part if one.made.data]
    made = [
        Made(
            one.source,
            MARK,
            ".jpg" if one.made.data[:2] == b"\xff\xd8" else ".tif",
            one.made.data,
            f"merged of {', '.join(one.made.used)}",
        )
        for one in done
    ]

    def names(folder: str) -> Mapping[str, str]:
        return {collision_key(name): name for name in place.names(Ref(LOCAL, folder))}

    count = show.count(len(made), "bracket")
    title = f"merge {count}" + (f" to {target}" if target else "")
    placed = made_plan.place(title, made, target, names, lambda path: place.content(Ref(LOCAL, path)))
    where = iter(placed.paths)
    paths = [next(where) if one.made.data else "" for one in part]
    return paths, check(placed.plan, world(placed.plan, place))


def _kept(
    opened: wiring.Session,
    journal: Journal,
    part: Sequence[Merged],
    target: str,
    seen: tuple[list[int], list[Problem]],
) -> list[tuple[Merged, str]]:
    """Write the pictures of a part that are not there yet; where each is."""
    place = opened.local([target] if target else [])
    paths, checked = _planned(place, part, target)
    if checked.actions or checked.refused:
        with changing.stopping(opened.progress) as stop:
            finished = run(checked, journal, place, progress=opened.progress, stop=stop)
        seen[0].append(finished.run)
        seen[1].extend(finished.problems)
        seen[1].extend(Problem(one.action, one.why) for one in checked.refused)
    return list(zip(part, paths, strict=True))


def _shown(
    options: argparse.Namespace, opened: wiring.Session, results: Sequence[Merged], target: str
) -> int:
    _, checked = _planned(opened.local([target] if target else []), results, target)
    changing.show_plan(options, checked)
    if not options.json:
        for one in results:
            _tell(one, "")
    return 0


def _ended(
    options: argparse.Namespace,
    told: Sequence[tuple[Merged, str]],
    runs: Sequence[int],
    missed: Sequence[Problem],
) -> int:
    if options.json:
        show.document(
            {
                "runs": runs,
                "pictures": [_row(one, path) for one, path in told],
                "problems": changing.problems(missed),
            }
        )
    else:
        for one, path in told:
            _tell(one, path)
        made = sum(bool(path) for _, path in told)
        show.line(f"{show.count(made, 'picture')} of {show.count(len(told), 'bracket')}.")
        for number in runs:
            show.line(f"Take it back: keepers undo {number}")
        changing.tell_problems(options, missed, ())
    return learning.PARTLY if missed or any(one.unread for one, _ in told) else 0


def _row(one: Merged, path: str) -> dict[str, object]:
    made = one.made
    return {
        "group": one.decision.group.id,
        "path": path or None,
        "of": [bundle.main.ref.key for bundle in one.decision.group.members],
        "reference": one.source.ref.key if path else None,
        "used": list(made.used),
        "left": list(made.left),
        "moved": round(made.moved, 4),
        "why": made.why,
    }


def _tell(one: Merged, path: str) -> None:
    group, made = one.decision.group, one.made
    if made.why:
        show.line(f"{group.id}: not merged: {made.why}")
        return
    moved = (
        f"; what moved ({made.moved:.0%}) is as in {text.shown(one.source.ref).rpartition('/')[2]}"
        if made.moved >= 0.005
        else ""
    )
    show.line(f"{group.id}: {path or 'would be merged'} of {', '.join(made.used)}{moved}")
    for why in made.left:
        show.line(f"  left out: {why}")
