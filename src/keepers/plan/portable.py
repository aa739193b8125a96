"""Names for file systems that take only what Windows takes (exFAT, FAT, NTFS, SMB), and the way back.

A character that is not taken becomes the one that looks like it, as rclone does it (rclone.org/overview,
"Restricted filenames"), so that people can still read the name. The true name is kept with the action, in the
journal: undo and a copy back give it back to the byte.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from keepers.actions import Action, Copy, Move, Plan, SetField, Write, source, target
from keepers.decide.destination import split
from keepers.model import ContentId, Ref
from keepers.plan.world import around, folder, spot

#: Characters of UTF-16 that a name may have on exFAT, FAT and NTFS.
NAME_UNITS: Final = 255
#: Full-width forms begin so far behind the characters they look like; signs for controls begin at U+2400.
_WIDE, _SIGNS = 0xFEE0, 0x2400
_FORBIDDEN: Final = {ord(c): chr(ord(c) + _WIDE) for c in '<>:"\\|?*'}
_CONTROLS: Final = {code: chr(_SIGNS + code) for code in range(1, 32)} | {127: "\u2421"}
_TABLE: Final = _FORBIDDEN | _CONTROLS
_QUOTE: Final = "\u201b"
_BYTES: Final = {0xDC00 + byte: f"{_QUOTE}{byte:02X}" for byte in range(128, 256)}
_LAST: Final = {".": "\uff0e", " ": "\u2420"}
_RESERVED: Final = frozenset(
    {"con", "prn", "aux", "nul", *(f"{port}{n}" for port in ("com", "lpt") for n in "123456789¹²³")}
)
#: So many digits of the hash tell two names apart that became one.
_DIGITS: Final = 8


def portable(name: str) -> str:
    """The name as Windows would take it; the same where it does."""
    kept = name.translate(_TABLE | _BYTES)
    stem, dot, rest = kept.partition(".")
    if stem.rstrip(" ").lower() in _RESERVED:
        kept = f"{stem}_{dot}{rest}"
    if kept[-1:] in _LAST:
        kept = kept[:-1] + _LAST[kept[-1]]
    head, ending = split(kept)
    while _units(kept) > NAME_UNITS:
        if not head or _units(ending) >= NAME_UNITS:
            head, ending = kept, ""
        head = head[:-1]
        kept = head + ending
    return kept


def _units(text: str) -> int:
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


@dataclass(frozen=True, slots=True)
class Ground:
    """What is asked of the places: whether a name is there, needs to be portable, and was another once."""

    exists: Callable[[Ref], bool]
    is_portable: Callable[[Ref], bool]
    true_path: Callable[[Ref, ContentId], str]


def fitted(plan: Plan, ground: Ground) -> Mapping[Ref, tuple[Ref, str]]:
    """Which targets of a plan get another name, and the true path of each where it is not its own.

    All of a unit fare alike, so that a photo and its companions still share their stem.
    """
    fitting = _Fitting(ground)
    unit: list[Action] = []
    for action in plan.actions:
        if unit and not (action.unit and action.unit == unit[0].unit):
            fitting.add(unit)
            unit = []
        unit.append(action)
    fitting.add(unit)
    return fitting.names


def renamed(action: Action, names: Mapping[Ref, tuple[Ref, str]]) -> Action:
    """An action with the name that its target's file system takes."""
    new = target(action)
    if new is None or new not in names or isinstance(action, SetField):
        return action
    given, true = names[new]
    match action:
        case Copy() | Move():
            return replace(action, target=given, named=true)
        case Write(replaces=None):
            return replace(action, target=given)
        case _:
            return action


@dataclass(slots=True)
class _Fitting:
    ground: Ground
    names: dict[Ref, tuple[Ref, str]] = field(default_factory=dict[Ref, tuple[Ref, str]])
    given: set[Ref] = field(default_factory=set[Ref])
    there: dict[Ref, bool] = field(default_factory=dict[Ref, bool])

    def add(self, unit: Sequence[Action]) -> None:
        """Name the targets of one unit."""
        added = [a for a in unit if isinstance(a, Copy | Move) or (isinstance(a, Write) and not a.replaces)]
        known = _swaps(self._true(a) for a in added)
        wishes = [(ref, Ref(ref.place, self._back(ref, known))) for ref in map(target, added) if ref]
        chosen = [(ref, self._taken_by_disk(true), true) for ref, true in wishes]
        if any(not self._is_free(ref, new) for ref, new, _ in chosen):
            mark = "_" + added[0].content.removeprefix("b3:")[:_DIGITS]
            chosen = [(ref, _marked(new, mark), true) for ref, new, true in chosen]
        for ref, new, true in chosen:
            if new != ref:
                self.given.add(spot(new))
            if new != ref or new != true:
                self.names[ref] = new, "" if new == true else true.key

    def _true(self, action: Copy | Move | Write) -> tuple[str, str]:
        old = source(action)
        return ("", "") if old is None else (old.key, self.ground.true_path(old, action.content))

    def _back(self, ref: Ref, known: Mapping[str, str]) -> str:
        """The path with the names that its parts had before; folders that are there stay as they are."""
        if not known:
            return ref.key
        there, new = self._split(ref)
        parts = [_restored(part, known) for part in new]
        return "/".join((there.rstrip("/"), *parts))

    def _taken_by_disk(self, ref: Ref) -> Ref:
        if not self.ground.is_portable(ref):
            return ref
        there, new = self._split(ref)
        return Ref(ref.place, "/".join((there.rstrip("/"), *map(portable, new))))

    def _split(self, ref: Ref) -> tuple[str, list[str]]:
        """The innermost folder around a thing that is there, and the names that will be made in it."""
        for outer in around(ref):
            if outer not in self.there:
                self.there[outer] = outer.key == "/" or self.ground.exists(outer)
            if self.there[outer]:
                return outer.key, ref.key[len(outer.key.rstrip("/")) + 1 :].split("/")
        return "/", ref.key.lstrip("/").split("/")

    def _is_free(self, ref: Ref, new: Ref) -> bool:
        """Whether no other name became this one; whether the name that was meant is free, others check."""
        return spot(new) not in self.given and (new == ref or not self.ground.exists(new))


def _swaps(pairs: Iterable[tuple[str, str]]) -> dict[str, str]:
    """Names of folders and files that their disk needed, and what they were before."""
    found: dict[str, str] = {}
    for now, true in pairs:
        parts, others = now.split("/"), true.split("/")
        if true and len(parts) == len(others):
            found.update((a, b) for a, b in zip(parts, others, strict=True) if a != b)
    return found


def _restored(name: str, known: Mapping[str, str]) -> str:
    """A name, or one that was made from it by adding to its stem, as it was before."""
    if name in known:
        return known[name]
    for now, true in known.items():
        stem = split(now)[0]
        if name.startswith(stem) and name != stem:
            return split(true)[0] + name[len(stem) :]
    return name


def _marked(ref: Ref, mark: str) -> Ref:
    """The name with a mark before its first dot, where a photo and its companions have the same stem."""
    outer, name = folder(ref).key.rstrip("/"), ref.key.rpartition("/")[2]
    stem, dot, rest = name[1:].partition(".")
    while _units(name[:1] + stem + mark + dot + rest) > NAME_UNITS and stem:
        stem = stem[:-1]
    return Ref(ref.place, f"{outer}/{name[:1]}{stem}{mark}{dot}{rest}")
