"""`keepers people feature`: the best photo of each person stands for them."""

import argparse
import dataclasses
import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from random import Random
from typing import TYPE_CHECKING, Final

from keepers import servers
from keepers.actions import Action, SetField
from keepers.apply.journal import Journal
from keepers.apply.latest import latest
from keepers.apply.ours import run_key
from keepers.apply.record import RunState
from keepers.apply.run import Finished, resume, run
from keepers.cli import changing, people_feature_rows, report_files, session, show
from keepers.decide.featuring import refuse_nonsense
from keepers.detect.choose import choose
from keepers.errors import SettingsError, UsageError
from keepers.model import PlaceId
from keepers.places.immich_api import CHANGING, READING, ImmichPlace, place_id
from keepers.plan import text
from keepers.plan.check import Checked
from keepers.plan.people_feature import FEATURED, PERSON, UNKNOWN, Present
from keepers.plan.people_sheet import Sheet, page
from keepers.score.featured import Bias, Lean
from keepers.score.nearness import around
from keepers.wiring import Session
from keepers.work.named import Named
from keepers.workflows import people_featuring
from keepers.workflows.people_featuring import Featuring, Judge, Picked, Who

if TYPE_CHECKING:
    from keepers.model import Look
    from keepers.ports import LookTask
    from keepers.workflows.portrait_tasks import BlurTask, CropTask, SignTask

#: The previews of so many photos are loaded unasked, to find out which of them stands for somebody now.
_FEW: Final = 2000
_WHAT: Final = "feature"
_MODULE: Final = "keepers.workflows.portraits"
_NEEDS: Final = ("asset.read", "person.read", "face.read")
_LOOKS: Final = "asset.view"
_SETS: Final = "person.update"


def feature(options: argparse.Namespace) -> int:
    """Pick, show, ask, set, read back."""
    opened = session.opened(options)
    who, wanted = _who(options), bias(options)
    refuse_nonsense(wanted)
    report = report_files.chosen(options.report, (".html",), ()) if options.report else ""
    if options.top < 1:
        raise UsageError("--top must be 1 or more")
    chance = Random(options.seed)  # noqa: S311 (nothing secret depends on it)
    judge = _judge(options, opened)
    with (
        servers.featuring(opened.settings, os.environ, options.server, options.via) as (
            place,
            source,
            pictures,
        ),
        opened.journal(create=not options.dry_run) as journal,
    ):
        exact = place.featured_by is not None
        job = Featuring(source, pictures, judge, opened.progress, datetime.now(UTC), chance, exact)
        return _Job(options, opened, place, job, journal, who, wanted, report).carried_out()


def _who(options: argparse.Namespace) -> Who:
    some = bool(options.ids or options.names or options.favorites)
    named = True if options.named else False if options.unnamed else None if options.all or some else True
    return Who(tuple(options.ids), tuple(options.names), options.favorites, named)


def bias(options: argparse.Namespace) -> Bias:
    """What makes a photo a good one, by the options; UsageError where a date is none."""
    date = around(options.date) if options.date is not None else None
    if options.date is not None and date is None:
        raise UsageError(f"--date {options.date}: write it like 2019-12-24, 12-24 or 2019")
    return Bias(
        low_pixel=options.low_pixel,
        blur=_lean(forward=options.sharp, reverse=options.blurry),
        recency=_lean(forward=options.newest, reverse=options.oldest),
        date=date,
        birthday=options.birthday,
        sigma=options.sigma,
        random=options.random,
    )


def _lean(*, forward: bool, reverse: bool) -> Lean:
    return Lean.FORWARD if forward else Lean.REVERSE if reverse else Lean.OFF


def _judge(options: argparse.Namespace, opened: Session) -> Judge:
    look: Named[LookTask, Look] = Named("keepers.detect.look", "look")
    sharpness: Named[BlurTask, tuple[float | None, ...]] = Named(_MODULE, "sharpness")
    crop: Named[CropTask, bytes] = Named(_MODULE, "crop")
    signature: Named[SignTask, bytes] = Named(_MODULE, "signature")
    old = options.blur_by != "face"
    backend = "none"
    if (options.sharp or options.blurry) and not old:
        backend = choose(opened.settings.faces, opened.settings.model_dir).name
    return Judge(
        opened.picture_workers,
        look,
        sharpness,
        crop,
        signature,
        backend,
        opened.settings.model_dir,
        old,
        opened.devices.using,
    )


@dataclass(frozen=True, slots=True)
class _Job:
    """One command under way."""

    options: argparse.Namespace
    opened: Session
    place: ImmichPlace
    job: Featuring
    journal: Journal | None
    who: Who
    bias: Bias
    report: str

    @property
    def where(self) -> PlaceId:
        """The server's place."""
        return place_id(self.options.server)

    @property
    def key(self) -> str:
        """What makes another call of the command the same job."""
        told = self.options
        asked = [dataclasses.astuple(self.who), str(self.bias), told.photo, told.blur_by]
        return run_key(_WHAT, self.where, asked)

    def carried_out(self) -> int:
        """Finish what was begun, pick, ask, and set it."""
        may_look = self._rights()
        resumed = self._resumed()
        if resumed is not None and resumed.state is not RunState.DONE:
            return self._told(resumed, {})
        picked = self._picked()
        now = self._present(picked, may_look=may_look)
        checked = people_featuring.prepare(self.where, picked.picks, now)
        if self.report:
            self._put_report(picked, now)
        rows = people_feature_rows.plan(checked, picked, now, self.options.top)
        if self.options.json and self.options.dry_run:
            show.document(rows)
        elif not self.options.quiet and not self.options.json:
            self._tell(checked, picked, now)
        if self.options.dry_run:
            return 0
        wanted = self._agreed(checked)
        rows["actions"] = [text.row(action) for action in wanted.actions]
        return self._told(resumed if not wanted.actions else self._run(wanted), rows)

    def _rights(self) -> bool:
        """Whether the key may see pictures; SettingsError where it may not do what was asked for."""
        looks = self.report or self.bias.blur is not Lean.OFF or self.options.find_present
        wanted = {*_NEEDS, *((_LOOKS,) if looks else ()), *(() if self.options.dry_run else (_SETS,))}
        needs = tuple(need for need in (*READING, *CHANGING) if need.permission in wanted)
        abilities = self.place.client.abilities()
        missing = abilities.missing(needs)
        if missing:
            lacks = "; ".join(f"it lacks {need.permission}, so {need.without}" for need in missing)
            raise SettingsError(
                f"the API key cannot do this: {lacks}. Add it in Immich: Account Settings, API Keys"
            )
        return abilities.may(_LOOKS)

    def _resumed(self) -> Finished | None:
        old = None if self.journal is None or self.options.dry_run else self.journal.unfinished(self.key)
        if old is None or self.journal is None:
            return None
        changing.consent(self.options, f"Finish run {old.id}, {old.title}?")
        self.opened.progress.say(f"finishing run {old.id}, which was stopped")
        with changing.stopping(self.opened.progress) as stop:
            return resume(old.id, self.journal, self.place, progress=self.opened.progress, stop=stop)

    def _picked(self) -> Picked:
        if self.options.photo:
            return people_featuring.set_to(self.job, self.who, self.options.photo)
        return people_featuring.pick(self.job, self.who, self.bias)

    def _remembered(self) -> dict[str, tuple[str, str]]:
        known = latest(self.journal, _WHAT, self.where, FEATURED)
        return {ref.key.removeprefix(PERSON): told for ref, told in known.items()}

    def _present(self, picked: Picked, *, may_look: bool) -> dict[str, Present]:
        now = people_featuring.present(self.job, picked.picks, self._remembered())
        wanted = self.options.find_present
        if wanted is False or self.job.exact or not may_look:
            return now
        loaded = self.bias.blur is not Lean.OFF
        most = None if wanted or loaded else _FEW
        return people_featuring.recognise(self.job, picked, now, most=most)

    def _put_report(self, picked: Picked, now: dict[str, Present]) -> None:
        faces = people_featuring.faces(self.job, picked, now, self.options.top)
        names = {asset: shot.name for held in picked.shots.values() for asset, shot in held.items()}
        title = f"Featured photos on {self.place.client.wire.url}"
        sheet = Sheet(
            title, picked.picks, now, self.job.now.astimezone(self.opened.home), self.options.top, faces, names,
            self._photos,
        )  # fmt: skip
        report_files.put(self.report, page(sheet))
        self.opened.progress.say(f"the sheet is {self.report}")

    @property
    def _photos(self) -> str:
        return f"{self.place.client.wire.url}/photos"

    def _tell(self, checked: Checked, picked: Picked, now: dict[str, Present]) -> None:
        for row in people_feature_rows.lines(checked, picked, now, every=bool(self.options.verbose)):
            show.line(row)

    def _agreed(self, checked: Checked) -> Checked:
        """What of the plan is to be done: all of it, or what was said yes to."""
        if not checked.actions or (self.options.yes and not self.options.confirm):
            return checked
        if not self.options.confirm:
            people = show.count(len(checked.actions), "person", "people")
            changing.consent(self.options, f"Set the featured photo of {people} on {self.where}?")
            return checked
        if not sys.stdin.isatty():
            raise UsageError(
                "--confirm asks for each person, and nobody is there to answer; say --yes instead"
            )
        kept: list[Action] = []
        for action in checked.actions:
            answer = self._asked(action)
            if answer == "q":
                break
            kept += [action] if answer in {"y", "yes"} else []
        return dataclasses.replace(checked, actions=tuple(kept))

    def _asked(self, action: Action) -> str:
        chosen = action.after if isinstance(action, SetField) else None
        because = show.printable(action.because)
        sys.stderr.write(f"{because}\n  {self._photos}/{chosen}\nSet it? [y/N/q] ")
        sys.stderr.flush()
        return sys.stdin.readline().strip().lower()

    def _run(self, checked: Checked) -> Finished:
        assert self.journal is not None  # noqa: S101 (only a dry run has none)
        with changing.stopping(self.opened.progress) as stop:
            return run(
                checked, self.journal, self.place, progress=self.opened.progress, key=self.key, stop=stop
            )

    def _told(self, finished: Finished | None, rows: Mapping[str, object]) -> int:
        problems = () if finished is None else finished.problems
        if self.options.json:
            show.document(
                {
                    "run": None if finished is None else finished.run,
                    "state": None if finished is None else finished.state.value,
                    "done": 0 if finished is None else finished.done,
                    "problems": changing.problems(problems),
                    **rows,
                }
            )
        elif finished is None:
            show.line("Nothing was set.")
        else:
            if finished.state is RunState.STOPPED:
                show.line("Stopped; the same command goes on from here.")
            show.line(f"{finished.title}: {show.count(finished.done, 'featured photo')} set.")
            show.line(f"Take it back: keepers undo {finished.run}{_but(self.journal, finished.run)}")
        if finished is not None and finished.state is RunState.FAILED and self.place.trouble is not None:
            return changing.lost(self.place.trouble)
        changing.tell_problems(self.options, problems, ())
        return 0 if finished is None else finished.exit_code


def _but(journal: Journal | None, number: int) -> str:
    """For how many people undo will not bring back what stood there."""
    steps = () if journal is None else journal.steps(number)
    lost = sum(isinstance(step.action, SetField) and step.action.before in {UNKNOWN, None} for step in steps)
    return (
        f" (not for {show.count(lost, 'person', 'people')}, whose photo before is not known)" if lost else ""
    )
