"""Where each photo goes that shows somebody: into the folder of every person, as a whole, over nothing that is there.

Within one folder all is as in an import: the same bytes are not brought in twice, other photos of the same name get a
suffix from the hash of their bytes.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from keepers.actions import Copy, Move
from keepers.decide.destination import called, collision_key
from keepers.model import Bundle, ContentId, Ref
from keepers.plan.import_plan import Line, Outcome, Shelf, Wish, lay_out
from keepers.plan.people_folders import Owner


class How(StrEnum):
    """What is done with a photo that is sorted."""

    COPY = "copy"
    MOVE = "move"
    LINK = "link"


@dataclass(frozen=True, slots=True)
class Sorting:
    """A photo, and the owners of the folders that it goes to; `faces` were found in it."""

    bundle: Bundle
    owners: tuple[Owner, ...]
    faces: int


@dataclass(frozen=True, slots=True)
class Ground:
    """The folder that holds the people's folders: its known files, and how to look into it and below it."""

    base: str
    present: Mapping[str, ContentId]
    names: Callable[[str], Sequence[str]]
    blocked: Callable[[str], str]


@dataclass(frozen=True, slots=True)
class Placed:
    """What was decided of one photo for one folder: a line for each of its files, the main one first."""

    sorting: Sorting
    owner: Owner
    folder: str
    lines: tuple[Line, ...]

    @property
    def main(self) -> Line:
        """What was decided of the photo itself."""
        return self.lines[0]


def place(
    sortings: Sequence[Sorting], folders: Mapping[str, str], ground: Ground, how: How = How.COPY
) -> tuple[Placed, ...]:
    """Decide about every file, photo by photo; `folders` has a name for every owner.

    What goes to several folders is copied to all but the last when it is to be moved.
    """
    below = _below(ground)
    found: dict[Ref, list[Placed]] = {}
    wanted: dict[str, list[Sorting]] = {}
    owners: dict[str, Owner] = {}
    for sorting in sortings:
        for owner in sorting.owners:
            wanted.setdefault(owner.id, []).append(sorting)
            owners[owner.id] = owner
    for key in sorted(wanted, key=lambda key: folders[key]):
        present = below.get(collision_key(folders[key]), {})
        shelf = Shelf(ground.base, present, ground.names, ground.blocked)
        for one in _in_folder(wanted[key], owners[key], folders, shelf, how):
            found.setdefault(one.sorting.bundle.main.ref, []).append(one)
    return tuple(
        placed
        for number, ref in enumerate(sorted(found))
        for placed in _one_fate(found[ref], f"people/{number}/")
    )


def actions(placed: Iterable[Placed]) -> tuple[Copy | Move, ...]:
    """What is to be done, the actions of one photo next to each other and its copies first."""
    found: dict[Ref, list[Copy | Move]] = {}
    for one in placed:
        rows = found.setdefault(one.sorting.bundle.main.ref, [])
        rows += [line.action for line in one.lines if line.action is not None]
    return tuple(
        action for rows in found.values() for action in sorted(rows, key=lambda row: isinstance(row, Move))
    )


def without(placed: Iterable[Placed], refused: Mapping[tuple[Ref, Ref], str]) -> tuple[Placed, ...]:
    """What is left after a check; `refused` says why, by source and target."""

    def left(line: Line) -> Line:
        why = refused.get((line.action.source, line.action.target)) if line.action is not None else None
        if why is None:
            return line
        return replace(line, outcome=Outcome.REFUSED, reason=why, wins=False, action=None)

    return tuple(replace(one, lines=tuple(map(left, one.lines))) for one in placed)


def _in_folder(
    sortings: Sequence[Sorting], owner: Owner, folders: Mapping[str, str], shelf: Shelf, how: How
) -> Iterable[Placed]:
    folder = folders[owner.id]
    holder = {asset.ref: one for one in sortings for asset in one.bundle.assets}
    wishes = [
        Wish(
            one.bundle,
            (folder,),
            called(one.bundle.main),
            one.bundle.main.taken,
            fixed=owner.id != max(one.owners, key=lambda other: folders[other.id]).id,
            because=f"shows {owner.name}",
        )
        for one in sortings
    ]
    lines: dict[Ref, list[Line]] = {}
    for line in lay_out(wishes, shelf, move=how is How.MOVE):
        sorting = holder[line.asset.ref]
        lines.setdefault(sorting.bundle.main.ref, []).append(_linked(line) if how is How.LINK else line)
    for rows in lines.values():
        yield Placed(holder[rows[0].asset.ref], owner, folder, tuple(rows))


def _linked(line: Line) -> Line:
    """A second name instead of a copy, where the file is one of this machine that may have one."""
    if not isinstance(line.action, Copy) or line.asset.ref.archive or line.asset.ref.is_in_library:
        return line
    return replace(line, action=replace(line.action, linked=True))


def _one_fate(placed: Sequence[Placed], start: str) -> Iterable[Placed]:
    """A photo that goes to several folders goes to all of them, or to none.

    Its unit is its own: a server may hold the same bytes twice, with other people on each.
    """
    unit = start + placed[0].sorting.bundle.main.content
    for one in placed:
        lines = (
            line if line.action is None else replace(line, action=replace(line.action, unit=unit))
            for line in one.lines
        )
        yield replace(one, lines=tuple(lines))


def _below(ground: Ground) -> dict[str, dict[str, ContentId]]:
    """The known files by the folder of the base that they lie in, by what file systems take for its name."""
    found: dict[str, dict[str, ContentId]] = {}
    start = ground.base.rstrip("/") + "/"
    for path, content in ground.present.items():
        if path.startswith(start):
            found.setdefault(collision_key(path[len(start) :].partition("/")[0]), {})[path] = content
    return found
