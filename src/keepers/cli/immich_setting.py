"""`keepers immich tag`, `albums`, `favorites`, `dedupe`, `clean` and their like: what a server is to show of the groups."""

import argparse
import dataclasses
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Final

from keepers.actions import Action, SetField
from keepers.apply.journal import Journal
from keepers.apply.ours import kind_of, ours, run_key, runs_on
from keepers.apply.record import Run, RunState, StepState
from keepers.apply.run import Finished, resume, run
from keepers.apply.undo import undo
from keepers.catalog.store import Catalog
from keepers.cli import changing, immich_copies, judging, learning, session, show
from keepers.errors import KeepersError, SettingsError, UsageError
from keepers.model import PlaceId
from keepers.places.immich_api import ImmichPlace, Need, place_id
from keepers.places.immich_api.abilities import CHANGING, DEDUPING, READING
from keepers.plan import text
from keepers.plan.check import Checked
from keepers.plan.immich_actions import Stays
from keepers.wiring import Session
from keepers.workflows import immich_setting
from keepers.workflows.immich_setting import Choice, Prepared, Setting

#: What the key must be allowed to, so that a command can do all it says, and be taken back.
_NEEDS: Final = {
    "tag": ("asset.read", "tag.read", "tag.create", "tag.asset", "tag.delete"),
    "albums": (
        "asset.read", "album.read", "album.create", "album.delete", "albumAsset.create", "albumAsset.delete",
    ),
    "favorites": ("asset.read", "asset.update"),
    "archive": ("asset.read", "asset.update", "album.read"),
    "stack": ("asset.read", "stack.read", "stack.create", "stack.delete"),
    **immich_copies.NEEDS,
}  # fmt: skip
_SHARING: Final = ("user.read", "albumUser.create", "albumUser.delete")
_QUESTION: Final = {
    "tag": "Set {count} on {place}?",
    "albums": "Set {count} on {place}?",
    "favorites": "Set {count} on {place}?",
    "archive": "Take {photos} off the timeline of {place}, into the archive?",
    "stack": "Make {stacks} on {place}?",
    "duplicates": "Show {photos} on the Duplicates page of {place}?",
    "scores": "Note scores on {photos} of {place}?",
}


def setting(options: argparse.Namespace) -> int:
    """Plan and carry out one of the commands that set something on a server."""
    opened = session.opened(options)
    sources = session.sources(options)
    place = _place(options, sources)
    with opened.catalog(create=bool(sources)) as catalog:
        if sources:
            opened.scan(catalog, sources)
        with opened.server(place) as server, opened.journal(create=not options.dry_run) as journal:
            job = _Job(options, opened, catalog, journal, server, place, sources or [f"{place}:"])
            return job.carried_out()


def clean(options: argparse.Namespace) -> int:
    """Take back all that Keepers set on a server, or some kinds of it, the latest first."""
    opened = session.opened(options)
    place = _place(options, ())
    with opened.journal(create=False) as journal:
        # What was imported is the user's own: only undo takes it back.
        runs = [one for one in runs_on(journal, place, options.only or ()) if kind_of(one) != "import"]
        done = [(one, found) for one in runs if journal is not None and (found := _done(journal, one))]
        if options.album_prefix:
            done = [(one, found) for one, found in done if _is_called(found, options.album_prefix)]
        actions = [action for _, found in done for action in found]
        if options.dry_run or not actions or journal is None:
            return _would_clean(options, place, done)
        changing.consent(
            options,
            f"Take back {show.count(len(actions), 'change')} of {show.count(len(done), 'run')} on {place}?",
        )
        with opened.place(place) as server, changing.stopping(opened.progress) as stop:
            ends: list[Finished] = []
            for one, _ in done:
                if stop():
                    break
                ended = undo(one.id, journal, server, progress=opened.progress, stop=stop)
                ends += [ended] if ended is not None else []
                if changing.trouble(server) is not None:
                    break
            trouble = changing.trouble(server)
    return _cleaned(options, ends, trouble)


def _is_called(actions: Sequence[Action], prefix: str) -> bool:
    """Whether a run put photos into albums, all of them with names that begin so."""
    fields = [one.name for one in actions if isinstance(one, SetField) and one.name.startswith("album:")]
    return bool(fields) and all(name.startswith(f"album:{prefix}") for name in fields)


def _done(journal: Journal, one: Run) -> list[Action]:
    begun = {StepState.DONE, StepState.DOING}
    return [step.action for step in journal.steps(one.id) if step.state in begun]


def _set(journal: Journal, run: int) -> list[Action]:
    """What a run has set by now."""
    return [step.action for step in journal.steps(run) if step.state is StepState.DONE]


def _would_clean(
    options: argparse.Namespace, place: PlaceId, done: Sequence[tuple[Run, Sequence[Action]]]
) -> int:
    title = f"take back what Keepers set on {place}"
    actions = [action for _, found in done for action in reversed(found)]
    if options.json:
        show.document({**text.document(title, actions), "runs": [one.id for one, _ in done]})
    elif not actions:
        show.line(f"Nothing that Keepers set is left on {place}.")
    else:
        for line in text.lines(title, actions):
            show.line(line)
    return 0


def _cleaned(options: argparse.Namespace, ends: Sequence[Finished], trouble: KeepersError | None) -> int:
    problems = [problem for ended in ends for problem in ended.problems]
    done = sum(ended.done for ended in ends)
    if options.json:
        show.document(
            {"runs": [ended.run for ended in ends], "done": done, "problems": changing.problems(problems)}
        )
    else:
        show.line(f"{show.count(done, 'change')} taken back.")
    if trouble is not None:
        return changing.lost(trouble)
    changing.tell_problems(options, problems, ())
    return max((ended.exit_code for ended in ends), default=0)


def _place(options: argparse.Namespace, sources: Sequence[str]) -> PlaceId:
    """The one server that the sources, or --server, name."""
    places = {source.partition(":")[0] for source in sources}
    named = {str(place_id(options.server))} if options.server != "default" or not places else set[str]()
    found = sorted(places | named)
    if len(found) != 1 or any(source.startswith("/") for source in sources):
        raise UsageError("name photos of one server only, such as immich: or immich:album/NAME")
    return PlaceId(found[0])


@dataclass(frozen=True, slots=True)
class _Job:
    """One command under way."""

    options: argparse.Namespace
    opened: Session
    catalog: Catalog
    journal: Journal | None
    server: ImmichPlace
    place: PlaceId
    roots: Sequence[str]

    @property
    def choice(self) -> Choice:
        """The options that count."""
        told = vars(self.options)
        names = (
            "prefix",
            "album_prefix",
            "role",
            "rating",
            "describe",
            "merge",
            "hand_on_position",
            "replacing",
        )
        given = {name: told[name] for name in names if name in told}
        if not given.get("prefix", "-").strip("/"):
            raise UsageError("--prefix names the tag above all others; it cannot be empty")
        return Choice(told["what"], share=tuple(told.get("share", ())), every=bool(told["kind"]), **given)

    @property
    def key(self) -> str:
        """What makes another call of the command the same job."""
        told, choice = self.options, dataclasses.astuple(self.choice)
        return run_key(
            told.what,
            self.place,
            list(self.roots),
            choice,
            told.kind,
            told.threshold,
            told.time_window,
            told.min_size,
        )

    def carried_out(self) -> int:
        """Finish what was begun, plan the rest, ask, and do it."""
        self._refuse_without_rights()
        resumed = self._resumed()
        if resumed is not None and resumed.state is not RunState.DONE:
            return self._told(resumed, None)
        prepared = self._prepared()
        if self.options.dry_run:
            return self._would(prepared)
        finished = resumed
        if prepared.checked.actions:
            changing.consent(self.options, self._question(prepared.checked.actions))
            if prepared.groups:
                immich_setting.remember(self.catalog, self.place, prepared)
            assert self.journal is not None  # noqa: S101 (only a dry run has none)
            with changing.stopping(self.opened.progress) as stop:
                finished = run(
                    prepared.checked,
                    self.journal,
                    self.server,
                    progress=self.opened.progress,
                    key=self.key,
                    stop=stop,
                )
        return self._told(finished, prepared)

    def _refuse_without_rights(self) -> None:
        self._refuse_without((*_NEEDS[self.choice.what], *(_SHARING if self.choice.share else ())))

    def _refuse_without(self, wanted: Collection[str]) -> None:
        needs = tuple(need for need in (*READING, *CHANGING, *DEDUPING) if need.permission in wanted)
        abilities = self.server.client.abilities()
        if missing := abilities.missing(needs):
            raise SettingsError(
                f"the API key cannot do this: {_without(missing)}. Add it in Immich: Account Settings, API Keys"
            )
        if why := immich_copies.unfit(self.choice.what, abilities, self.place):
            raise SettingsError(why)

    def _resumed(self) -> Finished | None:
        old = None if self.journal is None or self.options.dry_run else self.journal.unfinished(self.key)
        if old is None or self.journal is None:
            return None
        changing.consent(self.options, f"Finish run {old.id}, {old.title}?")
        self.opened.progress.say(f"finishing run {old.id}, which was stopped")
        with changing.stopping(self.opened.progress) as stop:
            return resume(old.id, self.journal, self.server, progress=self.opened.progress, stop=stop)

    def _prepared(self) -> Prepared:
        setting = Setting(self.catalog, self.place, self.server, ours(self.journal, self.place))
        if self.choice.what in immich_copies.NEEDS:
            copying = immich_copies.Copying(self.options, self.opened, setting, self.server, self.roots)
            prepared = copying.prepared(self.choice)
            self._refuse_without(immich_copies.needed(prepared.checked.actions))
            return prepared
        tidied = self.opened.tidy(self.catalog, self.roots, judging.kinds(self.options))
        return immich_setting.prepare(setting, tidied.decisions, self.choice)

    def _question(self, actions: Sequence[Action]) -> str:
        count = len(actions)
        if self.choice.what == "dedupe":
            return immich_copies.question(actions, self.place, self.options.kind or ())
        return _QUESTION[self.choice.what].format(
            count=show.count(count, "field"),
            photos=show.count(count, "photo"),
            stacks=show.count(count, "stack"),
            place=self.place,
        )

    def _would(self, prepared: Prepared) -> int:
        checked = prepared.checked
        if self.options.json:
            show.document(
                {
                    **text.document(checked.title, checked.actions, checked.refused),
                    "for_good": immich_copies.located(checked.actions),
                    "stays": _rows(prepared.stays),
                }
            )
        else:
            changing.show_plan(self.options, checked)
            if lasting := immich_copies.for_good(checked.actions):
                show.line(lasting)
            _tell_stays(prepared.stays)
        return 0

    def _told(self, finished: Finished | None, prepared: Prepared | None) -> int:
        stays = () if prepared is None else prepared.stays
        checked = Checked("", ()) if prepared is None else prepared.checked
        problems = () if finished is None else finished.problems
        done = () if finished is None or self.journal is None else _set(self.journal, finished.run)
        if self.options.json:
            show.document(
                {
                    "run": None if finished is None else finished.run,
                    "state": None if finished is None else finished.state.value,
                    "groups": None if prepared is None else prepared.settled,
                    "done": 0 if finished is None else finished.done,
                    "problems": changing.problems(problems),
                    "for_good": immich_copies.located(done),
                    "stays": _rows(stays),
                }
            )
        else:
            self._said(finished, 0 if prepared is None else prepared.settled, stays, done)
        if finished is not None and finished.state is RunState.FAILED and self.server.trouble is not None:
            return changing.lost(self.server.trouble)
        changing.tell_problems(self.options, problems, checked.refused)
        code = 0 if finished is None else finished.exit_code
        return code or (learning.PARTLY if checked.refused else 0)

    def _nothing(self, groups: int) -> str:
        """Why there is nothing to do."""
        if self.choice.what == "dedupe":
            return immich_copies.NOTHING
        if not groups:
            return f"Nothing to do: no groups are known on {self.place}."
        if self.choice.what == "stack":
            return f"Nothing to do: nothing is left to stack on {self.place}."
        return f"Nothing to do: {self.place} shows it all already."

    def _said(
        self, finished: Finished | None, groups: int, stays: Sequence[Stays], done: Sequence[Action]
    ) -> None:
        if finished is None:
            show.line(self._nothing(groups))
        else:
            if finished.state is RunState.STOPPED:
                show.line("Stopped; the same command goes on from here.")
            going, located = immich_copies.trashed(done), immich_copies.located(done)
            gone = f", {show.count(going, 'photo')} of that into the trash" if going else ""
            but = f" (all but the position of {show.count(located, 'photo')})" if located else ""
            show.line(f"{finished.title}: {show.count(finished.done, 'field')} set{gone}.")
            show.line(f"Take it back: keepers undo {finished.run}{but}")
        _tell_stays(stays)


def _without(missing: Sequence[Need]) -> str:
    return "; ".join(f"it lacks {need.permission}, so {need.without}" for need in missing)


def _rows(stays: Sequence[Stays]) -> list[dict[str, str]]:
    return [{"path": text.shown(one.ref), "why": one.why} for one in stays]


def _tell_stays(stays: Sequence[Stays]) -> None:
    for one in stays[: learning.SHOWN]:
        show.line(f"  stays: {text.shown(one.ref)}: {one.why}")
    if len(stays) > learning.SHOWN:
        show.line(f"  … and {len(stays) - learning.SHOWN:,} more; --json lists all of them")
