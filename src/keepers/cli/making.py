"""What the commands that make pictures share: the plan, the runs, what is told."""

import argparse
import contextlib
from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Generic, Protocol, TypeVar

from keepers import wiring
from keepers.apply.journal import Journal
from keepers.apply.look import world
from keepers.apply.record import RunState
from keepers.apply.run import Finished, Problem, resume, run
from keepers.cli import changing, learning, show
from keepers.decide.destination import collision_key, visible
from keepers.errors import KeepersError, PlaceUnreachableError, RefusedError, SettingsError
from keepers.model import LOCAL, Asset, Decision, Ref
from keepers.places.local import LocalPlace
from keepers.plan import made_plan, text
from keepers.plan.check import Checked, check
from keepers.plan.made_plan import Made
from keepers.workflows import originals
from keepers.workflows.originals import Far

if TYPE_CHECKING:
    # It costs 150 ms, and is needed only where photos lie on a server.
    from keepers.cli.sending import Sending, Sent


class Result(Protocol):
    """What became of one thing that a picture was to be made of."""

    @property
    def decision(self) -> Decision:
        """The group that it is made of."""
        ...

    @property
    def far(self) -> Far | None:
        """What would be loaded from a server first, where that is all that is asked."""
        ...

    @property
    def source(self) -> Asset:
        """The photo that the picture is named after."""
        ...

    @property
    def data(self) -> bytes:
        """The picture; empty where there is none."""
        ...

    @property
    def unread(self) -> bool:
        """Whether a file could not be read."""
        ...


T = TypeVar("T", bound=Result)


@dataclass(frozen=True, slots=True)
class Words(Generic[T]):
    """How pictures of one kind are named and told.

    `mark` stands behind the name of the photo, `deed` and `noun` in the title ("merge", "bracket"); `beside` has
    the photos of which a picture goes next to one; `because` says why a picture is made; `row` and `tell` tell one result with its path,
    which is empty where there is none; `after` says what else is to be said of all.
    """

    mark: str
    deed: str
    noun: str
    beside: Callable[[T], Sequence[Asset]]
    because: Callable[[T], str]
    row: Callable[[T, str], Mapping[str, object]]
    tell: Callable[[T, str], None]
    after: Callable[[Sequence[T]], None] | None = None


@dataclass(slots=True)
class Making(Generic[T]):
    """The pictures of one command: some at a time, each portion a run that the same command finishes.

    Those of photos of servers go there by `sending`, unless there is a folder for all.
    """

    options: argparse.Namespace
    opened: wiring.Session
    words: Words[T]
    target: str
    key: str
    sending: "Sending | None" = None
    told: list[tuple[T, str]] = field(default_factory=list[tuple[T, str]])
    runs: list[Finished] = field(default_factory=list[Finished])
    refused: list[Problem] = field(default_factory=list[Problem])
    trouble: KeepersError | None = None

    def done(self, results: Generator[Sequence[T]]) -> int:
        """Carry out what is asked for, or show it; the exit code."""
        if self.options.dry_run:
            return self._shown([one for part in results for one in part])
        if self.sending is not None:
            self.sending.consent()
        with self.opened.journal(create=True) as journal, contextlib.closing(results):
            assert journal is not None  # noqa: S101 (create=True makes one)
            try:
                self._made(journal, results)
            except (PlaceUnreachableError, SettingsError, RefusedError) as error:
                if not self.told and not self.runs:
                    raise
                self.trouble = error
        return self._ended()

    def _made(self, journal: Journal, results: Iterator[Sequence[T]]) -> None:
        """Finish a run that was stopped, then write what is not there yet."""
        if (old := journal.unfinished(self.key)) is not None:
            self.opened.progress.say(f"finishing run {old.id}, which was stopped")
            with changing.stopping(self.opened.progress) as stop:
                place = self.opened.local(_roots(self.target))
                self.runs.append(resume(old.id, journal, place, progress=self.opened.progress, stop=stop))
        for sent in () if self.sending is None or self._is_stopped() else self.sending.resumed(journal):
            self._note(sent)
        while not self._is_stopped() and (part := next(results, None)) is not None:
            self._write(journal, part)

    def _is_stopped(self) -> bool:
        return self.trouble is not None or (bool(self.runs) and self.runs[-1].state is not RunState.DONE)

    def _note(self, sent: "Sent") -> None:
        self.refused += sent.problems
        self.trouble = self.trouble or sent.trouble
        if sent.finished is not None:
            self.runs.append(sent.finished)

    def _goes(self, one: T) -> bool:
        """Whether a picture goes to a server."""
        return bool(one.data) and not self.target and one.source.ref.place != LOCAL

    def _write(self, journal: Journal, part: Sequence[T]) -> None:
        """Write what stays on this machine, send what goes to servers, and note where each picture is."""
        here = [number for number, one in enumerate(part) if not self._goes(one)]
        paths = dict(zip(here, self._written(journal, [part[number] for number in here]), strict=True))
        for place in dict.fromkeys(one.source.ref.place for one in part if self._goes(one)):
            mine = [n for n, one in enumerate(part) if self._goes(one) and one.source.ref.place == place]
            if self.sending is None or self._is_stopped():
                break
            title = f"{self.words.deed} {show.count(len(mine), self.words.noun)}"
            sent = self.sending.sent(journal, place, title, [self._picture(part[n]) for n in mine])
            self._note(sent)
            paths |= dict(zip(mine, sent.names, strict=True))
        if not self._is_stopped():
            self.told += [(one, paths.get(number, "")) for number, one in enumerate(part)]

    def _picture(self, one: T) -> Made:
        return Made(one.source, self.words.mark, extension(one.data), one.data, self.words.because(one))

    def _written(self, journal: Journal, part: Sequence[T]) -> list[str]:
        place = self.opened.local(_roots(self.target))
        paths, checked = self._planned(place, part)
        self.refused += [Problem(one.action, one.why) for one in checked.refused]
        if checked.actions:
            with changing.stopping(self.opened.progress) as stop:
                progress = self.opened.progress
                self.runs.append(run(checked, journal, place, progress=progress, key=self.key, stop=stop))
        return paths

    def _planned(self, place: LocalPlace, part: Sequence[T]) -> tuple[list[str], Checked]:
        """Where each picture of a part goes, empty where there is none, and what is left to do."""
        made = [self._picture(one) for one in part if one.data]

        def names(folder: str) -> Mapping[str, str]:
            return {collision_key(name): name for name in place.names(Ref(LOCAL, folder))}

        count = show.count(len(made), self.words.noun)
        title = f"{self.words.deed} {count}" + (f" to {self.target}" if self.target else "")
        placed = made_plan.place(
            title, made, self.target, names, lambda path: place.content(Ref(LOCAL, path))
        )
        where = iter(placed.paths)
        paths = [next(where) if one.data else "" for one in part]
        return paths, check(placed.plan, world(placed.plan, place))

    def _shown(self, results: Sequence[T]) -> int:
        _, checked = self._planned(self.opened.local(_roots(self.target)), results)
        if self.options.json:
            document = text.document(checked.title, checked.actions, checked.refused)
            show.document({**document, "loads": [self._load(one, one.far) for one in results if one.far]})
            return 0
        if checked.actions or not any(one.far for one in results):
            changing.show_plan(self.options, checked)
        for one in results:
            if one.far is None:
                self.words.tell(one, "")
            else:
                self._tell_load(one, one.far)
        return 0

    def _load(self, one: T, far: Far) -> dict[str, object]:
        """What would be loaded for a picture, and where that would go: into a folder, or beside one of some photos."""
        beside = [] if self.target else [named(asset) for asset in self.words.beside(one)]
        return {
            "group": one.decision.group.id,
            "photos": far.photos,
            "bytes": far.size,
            "to": self.target or None,
            "beside": beside,
        }

    def _tell_load(self, one: T, far: Far) -> None:
        size = f"{show.count(far.photos, 'photo')} ({far.size / 1e6:,.1f} MB)"
        where = f"written to {self.target}" if self.target else f"put beside {self._beside(one)}"
        show.line(f"{one.decision.group.id}: {size} would be loaded; what is made of them would be {where}")

    def _beside(self, one: T) -> str:
        photos = self.words.beside(one)
        places = {asset.ref.place for asset in photos}
        what = "one of them" if len(photos) > 1 else visible(originals.name(photos[0]))
        return what if len(places) > 1 or LOCAL in places else f"{what} on {min(places)}"

    def _ended(self) -> int:
        missed = [*self.refused, *(problem for one in self.runs for problem in one.problems)]
        runs = list(dict.fromkeys(one.run for one in self.runs))
        if self.options.json:
            rows = [self.words.row(one, path) for one, path in self.told]
            show.document({"runs": runs, "pictures": rows, "problems": changing.problems(missed)})
        else:
            self._tell(runs, missed)
        if self.trouble is not None:
            return changing.lost(self.trouble)
        codes = [code for one in self.runs if (code := one.exit_code)]
        partly = learning.PARTLY if missed or any(one.unread for one, _ in self.told) else 0
        return codes[-1] if codes else partly

    def _tell(self, runs: Sequence[int], missed: Sequence[Problem]) -> None:
        for one, path in self.told:
            if one.data and not path:
                show.line(
                    f"{one.decision.group.id}: a picture was made, and could not be put beside its photo"
                )
            else:
                self.words.tell(one, path)
        made = sum(bool(path) for _, path in self.told)
        show.line(f"{show.count(made, 'picture')} of {show.count(len(self.told), self.words.noun)}.")
        if self.words.after is not None:
            self.words.after([one for one, _ in self.told])
        if any(one.state is RunState.STOPPED for one in self.runs):
            show.line("Stopped; the same command goes on from here.")
        for number in runs:
            show.line(f"Take it back: keepers undo {number}")
        changing.tell_problems(self.options, () if self.trouble else missed, ())


def named(asset: Asset) -> str:
    """A photo as documents name it."""
    return asset.ref.key if asset.ref.place == LOCAL else f"{asset.ref.place}:{asset.ref.key}"


def extension(data: bytes) -> str:
    """The extension of a picture that we made: a JPEG or a TIFF."""
    return ".jpg" if data[:2] == b"\xff\xd8" else ".tif"


def _roots(target: str) -> tuple[str, ...]:
    return (target,) if target else ()
