"""Where each photo of an import goes, with all that belongs to it; what is there already stays out.

No name is ever taken from another file: photos that share a name are both kept, one with a suffix from
the hash of its bytes. The unit of everything is the photo with its companions.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Final

from keepers.actions import Copy, Move
from keepers.decide.contest import Standing
from keepers.decide.destination import called, collision_key, fitting, split
from keepers.model import LOCAL, Asset, Bundle, ContentId, Kind, Ref, Taken

#: So many digits of the hash tell two photos of one name apart; more where even they are taken.
_SUFFIXES: Final = (0, 8, 16, 64)


class Outcome(StrEnum):
    """What becomes of one file of a source."""

    COPY = "copied"
    MOVE = "moved"
    THERE = "there already"
    TWICE = "same bytes twice"
    WORSE = "worse version"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Wish:
    """One photo that is to be imported: where it would like to lie, and when it was taken.

    A photo of a `fixed` source is copied even where others are moved. `worth` says which of equal files
    comes from the best place; `because` says why it is imported.
    """

    bundle: Bundle
    folders: tuple[str, ...]
    name: str
    taken: Taken | None
    standing: Standing | None = None
    fixed: bool = False
    worth: float = 0.0
    because: str = "is new"


@dataclass(frozen=True, slots=True)
class Shelf:
    """The library: the contents of its known files by path, and how to look into its folders.

    `names` lists a folder, `blocked` says why one cannot be filled (empty: it can).
    """

    root: str
    present: Mapping[str, ContentId]
    names: Callable[[str], Sequence[str]]
    blocked: Callable[[str], str]


@dataclass(frozen=True, slots=True)
class Line:
    """What was decided of one file, and why; `path` is where its bytes, or the better version, lie."""

    asset: Asset
    taken: Taken | None
    outcome: Outcome
    path: str
    content: ContentId
    wins: bool
    reason: str
    action: Copy | Move | None = None


def lay_out(
    wishes: Sequence[Wish], shelf: Shelf, *, move: bool = False, only_best: bool = False
) -> tuple[Line, ...]:
    """Decide about every file; the same for the same files, whatever their order.

    With `only_best` a worse version stays where it is, if a better one is in the library or comes along.
    """
    names = _Names(shelf)
    homes: dict[ContentId, list[str]] = {}
    for path in sorted(shelf.present):
        homes.setdefault(shelf.present[path], []).append(path)
    old = frozenset(homes)
    made: list[tuple[Ref, tuple[Line, ...]]] = []
    for number, wish in enumerate(sorted(wishes, key=_rank)):
        job = _Job(wish, f"import/{number}/{wish.bundle.main.content}", move and not wish.fixed)
        lines = tuple(_placed(job, names, homes, old, only_best=only_best))
        for line in lines:
            if line.action is not None:
                homes.setdefault(line.content, []).append(line.path)
        made.append((wish.bundle.main.ref, lines))
    # Neighbours are read and synced together: in content order, every wave touched every folder.
    return tuple(line for _, lines in sorted(made, key=_by_source) for line in lines)


def _by_source(row: tuple[Ref, tuple[Line, ...]]) -> Ref:
    return row[0]


def without(lines: Iterable[Line], refused: Mapping[Ref, str]) -> tuple[Line, ...]:
    """The lines after a check: files whose action was refused stay where they are."""
    return tuple(
        replace(line, outcome=Outcome.REFUSED, reason=refused[line.asset.ref], wins=False, action=None)
        if line.action is not None and line.asset.ref in refused
        else line
        for line in lines
    )


def _rank(wish: Wish) -> tuple[bool, bool, ContentId, float, int, Ref]:
    """Winners first, so that they get the plain names; then in content order; last what belongs to no photo."""
    loses = wish.standing is not None and not wish.standing.wins
    main = wish.bundle.main
    return main.kind is Kind.COMPANION, loses, main.content, -wish.worth, -len(wish.bundle.others), main.ref


@dataclass(frozen=True, slots=True)
class _Job:
    wish: Wish
    unit: str
    move: bool

    def does(self, asset: Asset, path: str, because: str) -> Line:
        """The line of a file that is copied or moved."""
        standing = self.wish.standing
        wins = standing is None or standing.wins
        # What lies in an archive or in another program's library is never changed.
        moves = self.move and not asset.ref.archive and not asset.ref.is_in_library
        why = because if standing is None else f"{because}; {standing.reason}"
        if self.move and not moves:
            why += "; copied, for where it lies nothing is changed"
        target = Ref(LOCAL, path)
        action = (
            Move(asset.ref, target, asset.content, asset.size, because, self.unit, asset.revision)
            if moves
            else Copy(
                asset.ref,
                target,
                asset.content,
                asset.size,
                because,
                self.unit,
                asset.revision,
                self._time(asset),
            )
        )
        outcome = Outcome.MOVE if moves else Outcome.COPY
        return Line(asset, self.wish.taken, outcome, path, asset.content, wins, why, action)

    def stays(self, asset: Asset, outcome: Outcome, path: str, content: ContentId, reason: str) -> Line:
        """The line of a file that is not imported."""
        return Line(asset, self.wish.taken, outcome, path, content, wins=False, reason=reason)

    def _time(self, asset: Asset) -> int:
        # An archive's times are those of its making; the photo's own is better.
        taken = self.wish.taken
        if not asset.ref.archive or taken is None or taken.source == "mtime":
            return 0
        return max(0, int(taken.at.timestamp()) * 1_000_000_000)


def _placed(
    job: _Job,
    names: "_Names",
    homes: Mapping[ContentId, Sequence[str]],
    old: frozenset[ContentId],
    *,
    only_best: bool,
) -> Iterator[Line]:
    wish = job.wish
    main, standing = wish.bundle.main, wish.standing
    if main.content in homes:
        home = homes[main.content][0]
        word = (
            "the same bytes are in the library"
            if main.content in old
            else "the same bytes come from elsewhere"
        )
        outcome = Outcome.THERE if main.content in old else Outcome.TWICE
        yield job.stays(main, outcome, home, main.content, word)
        yield from _beside(job, names, homes[main.content])
        return
    if only_best and standing is not None and not standing.wins and standing.best in homes:
        for asset in wish.bundle.assets:
            yield job.stays(asset, Outcome.WORSE, homes[standing.best][0], standing.best, standing.reason)
        return
    folder, why = names.folder(wish.folders)
    if why:
        path = f"{folder}/{wish.name}"
        for asset in wish.bundle.assets:
            yield job.stays(asset, Outcome.REFUSED, path, asset.content, why)
        return
    yield from _together(job, names, folder)


def _together(job: _Job, names: "_Names", folder: str) -> Iterator[Line]:
    """The whole photo under one new stem, with the suffix that keeps all its names free."""
    wish = job.wish
    main = wish.bundle.main
    digits = main.content.removeprefix("b3:")
    taken: list[str] = []
    suffix = ""
    for length in _SUFFIXES:
        suffix = f"_{digits[:length]}" if length else ""
        taken = _named(wish.bundle, _suffixed(wish.name, suffix))
        if all(
            names.fits(folder, name, a.content) for name, a in zip(taken, wish.bundle.assets, strict=True)
        ):
            break
    else:
        for asset in wish.bundle.assets:
            yield job.stays(
                asset, Outcome.REFUSED, f"{folder}/{wish.name}", asset.content, "its name is taken"
            )
        return
    because = f"{wish.because}; its name was taken, so it has {suffix}" if suffix else wish.because
    for number, (name, asset) in enumerate(zip(taken, wish.bundle.assets, strict=True)):
        path, there = names.take(folder, name, asset.content)
        if there:
            yield job.stays(asset, Outcome.THERE, path, asset.content, "the same bytes are in their place")
        else:
            yield job.does(asset, path, because if number == 0 else f"belongs to {called(main)}")


def _beside(job: _Job, names: "_Names", homes: Sequence[str]) -> Iterator[Line]:
    """The companions of a photo that is in the library go to it, unless they are with one of its copies."""
    bundle = job.wish.bundle
    for number, asset in enumerate(bundle.others, 1):
        found = [_free(names, home, bundle, number) for home in homes]
        folder, chosen = next((spot for spot in found if spot is not None and names.has(*spot)), None) or (
            next((spot for spot in found if spot is not None), ("", ""))
        )
        if not chosen:
            yield job.stays(asset, Outcome.REFUSED, homes[0], asset.content, "its name is taken")
            continue
        path, there = names.take(folder, chosen, asset.content)
        if there:
            yield job.stays(asset, Outcome.THERE, path, asset.content, "the same bytes are in their place")
        else:
            yield job.does(asset, path, "belongs to a photo that is in the library")


def _free(names: "_Names", home: str, bundle: Bundle, number: int) -> tuple[str, str] | None:
    """Folder and name for one companion beside a copy of its photo; None where all are taken."""
    folder, _, name = home.rpartition("/")
    asset = bundle.assets[number]
    plain = _named(bundle, name)[number]
    digits = asset.content.removeprefix("b3:")
    free = (_suffixed(plain, f"_{digits[:length]}" if length else "") for length in _SUFFIXES)
    chosen = next((one for one in free if names.fits(folder, one, asset.content)), None)
    return None if chosen is None else (folder, chosen)


def _suffixed(name: str, suffix: str) -> str:
    stem, extension = split(name)
    return fitting(stem, suffix + extension) if suffix else name


def _named(bundle: Bundle, name: str) -> list[str]:
    """The names of all files of a photo whose main file gets this one; no two are alike."""
    old = called(bundle.main)
    found: list[str] = []
    seen: set[str] = set()
    for number, asset in enumerate(bundle.assets):
        wanted = name if number == 0 else _followed(called(asset), old, name)
        free = (_suffixed(wanted, f"_{count}" if count else "") for count in range(len(bundle.assets)))
        chosen = next(one for one in free if collision_key(one) not in seen)
        seen.add(collision_key(chosen))
        found.append(chosen)
    return found


def _followed(name: str, old: str, new: str) -> str:
    """The name of a companion when its main file is renamed."""
    stem, ending = split(new)
    was = split(old)[0]
    if name.startswith(old):
        return fitting(stem, ending + name[len(old) :])
    if name.startswith(was):
        return fitting(stem, name[len(was) :])
    own, extension = split(name)
    if was and was in stem:
        # IMG_E1234.HEIC of IMG_1234.HEIC: what was put around the stem goes around this one.
        before, _, after = stem.partition(was)
        return fitting(before + own, after + extension)
    return fitting(f"{stem}_{own}", extension)


@dataclass(slots=True)
class _Names:
    """The names in the folders of the library: those on disk, and those that this plan gives."""

    shelf: Shelf
    known: dict[str, dict[str, str]] = field(default_factory=dict[str, dict[str, str]])
    given: dict[tuple[str, str], ContentId] = field(default_factory=dict[tuple[str, str], ContentId])

    def folder(self, parts: Sequence[str]) -> tuple[str, str]:
        """The path of a folder, in the spelling that is there; and why it cannot be filled, if so."""
        path = self.shelf.root.rstrip("/")
        for part in parts:
            key = collision_key(part)
            there = self._in(path)
            if (path, key) in self.given:
                return f"{path}/{there[key]}", f"{path}/{there[key]} is to be a photo"
            path = f"{path}/{there.setdefault(key, part)}"
            if why := self.shelf.blocked(path):
                return path, why
        return path, ""

    def fits(self, folder: str, name: str, content: ContentId) -> bool:
        """Whether a name is free, or belongs to these very bytes."""
        key = collision_key(name)
        there = self._in(folder).get(key)
        if there is None:
            return True
        held = self.given.get((folder, key)) or self.shelf.present.get(f"{folder}/{there}")
        return held == content

    def has(self, folder: str, name: str) -> bool:
        """Whether a name is taken."""
        return collision_key(name) in self._in(folder)

    def take(self, folder: str, name: str, content: ContentId) -> tuple[str, bool]:
        """The path of a name that fits, and whether it is there already."""
        key = collision_key(name)
        there = self._in(folder).get(key)
        if there is not None:
            return f"{folder}/{there}", True
        self._in(folder)[key] = name
        self.given[folder, key] = content
        return f"{folder}/{name}", False

    def _in(self, folder: str) -> dict[str, str]:
        if folder not in self.known:
            self.known[folder] = {collision_key(name): name for name in self.shelf.names(folder)}
        return self.known[folder]
