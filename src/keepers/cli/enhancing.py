"""`keepers enhance`: new pictures of groups that are known; no photo is changed."""

import argparse
import contextlib
import json
import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from keepers import studio, wiring
from keepers.apply.journal import Journal
from keepers.apply.look import world
from keepers.apply.record import RunState
from keepers.apply.run import Finished, Problem, resume, run
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
        key = json.dumps(["enhance hdr", target, *options.groups, wish.method, wish.gamma, wish.tiff])
        with opened.journal(create=True) as journal, contextlib.closing(results):
            assert journal is not None  # noqa: S101 (create=True makes one)
            return _Making(options, opened, journal, target, key).made(results)


@dataclass(slots=True)
class _Making:
    """The pictures of one command: some at a time, each portion a run that the same command finishes."""

    options: argparse.Namespace
    opened: wiring.Session
    journal: Journal
    target: str
    key: str
    told: list[tuple[Merged, str]] = field(default_factory=list[tuple[Merged, str]])
    runs: list[Finished] = field(default_factory=list[Finished])
    refused: list[Problem] = field(default_factory=list[Problem])

    def made(self, results: Iterator[Sequence[Merged]]) -> int:
        """Finish a run that was stopped, then write what is not there yet; the exit code."""
        if (old := self.journal.unfinished(self.key)) is not None:
            self.opened.progress.say(f"finishing run {old.id}, which was stopped")
            with changing.stopping(self.opened.progress) as stop:
                place = self.opened.local(_roots(self.target))
                self.runs.append(
                    resume(old.id, self.journal, place, progress=self.opened.progress, stop=stop)
                )
        while not self._is_stopped() and (part := next(results, None)) is not None:
            self._write(part)
        return _ended(self.options, self)

    def _is_stopped(self) -> bool:
        return bool(self.runs) and self.runs[-1].state is not RunState.DONE

    def _write(self, part: Sequence[Merged]) -> None:
        place = self.opened.local(_roots(self.target))
        paths, checked = _planned(place, part, self.target)
        self.refused += [Problem(one.action, one.why) for one in checked.refused]
        if checked.actions:
            with changing.stopping(self.opened.progress) as stop:
                progress = self.opened.progress
                done = run(checked, self.journal, place, progress=progress, key=self.key, stop=stop)
                self.runs.append(done)
        if not self._is_stopped():
            self.told += zip(part, paths, strict=True)


def _roots(target: str) -> tuple[str, ...]:
    return (target,) if target else ()


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


def _shown(
    options: argparse.Namespace, opened: wiring.Session, results: Sequence[Merged], target: str
) -> int:
    _, checked = _planned(opened.local(_roots(target)), results, target)
    changing.show_plan(options, checked)
    if not options.json:
        for one in results:
            _tell(one, "")
    return 0


def _ended(options: argparse.Namespace, making: _Making) -> int:
    missed = [*making.refused, *(problem for one in making.runs for problem in one.problems)]
    runs = list(dict.fromkeys(one.run for one in making.runs))
    if options.json:
        show.document(
            {
                "runs": runs,
                "pictures": [_row(one, path) for one, path in making.told],
                "problems": changing.problems(missed),
            }
        )
    else:
        for one, path in making.told:
            _tell(one, path)
        made = sum(bool(path) for _, path in making.told)
        show.line(f"{show.count(made, 'picture')} of {show.count(len(making.told), 'bracket')}.")
        if any(one.state is RunState.STOPPED for one in making.runs):
            show.line("Stopped; the same command goes on from here.")
        for number in runs:
            show.line(f"Take it back: keepers undo {number}")
        changing.tell_problems(options, missed, ())
    codes = [code for one in making.runs if (code := one.exit_code)]
    partly = learning.PARTLY if missed or any(one.unread for one, _ in making.told) else 0
    return codes[-1] if codes else partly


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
