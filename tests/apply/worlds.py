"""Small libraries and random plans for them; ways to end the world at any step."""

import os
import stat
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from hypothesis import strategies as st

from keepers.actions import Action, Copy, Link, Move, Plan, SetField, Trash, Write
from keepers.apply.journal import Journal
from keepers.fingerprint.exact import content_id
from keepers.model import PlaceId, Ref

BYTES = (b"first", b"second picture", b"", b"third " * 40)
FOLDERS = ("in", "in/deep", "out", "out/new/far")
NAMES = ("a.jpg", "A.JPG", "b.jpg", "c.jpg")


class Silent:
    """Nobody watches."""

    def stage(self, name: str, items: int, size: int) -> None: ...
    def step(self, items: int, size: int) -> None: ...
    def done(self) -> None: ...
    def say(self, message: str) -> None: ...


class EndOfTheWorldError(BaseException):
    """A power cut: nothing may catch it."""


@dataclass
class Fuse:
    """Ends the world at the given step; None never does."""

    left: int | None = None
    burnt: int = 0

    def __call__(self) -> None:
        self.burnt += 1
        if self.left is not None:
            self.left -= 1
            if self.left < 0:
                raise EndOfTheWorldError


class FragileJournal(Journal):
    """The true journal, with an end of the world before and after each transaction."""

    def __init__(self, path: str, fuse: Callable[[], None]) -> None:
        super().__init__(path)
        self._db.execute("PRAGMA synchronous = OFF")
        self._fuse = fuse

    def intend(self, *args, **kwargs):
        self._fuse()
        super().intend(*args, **kwargs)
        self._fuse()

    def record(self, *args, **kwargs):
        self._fuse()
        super().record(*args, **kwargs)
        self._fuse()

    def set_state(self, *args, **kwargs):
        self._fuse()
        super().set_state(*args, **kwargs)
        self._fuse()

    def add_undo(self, *args, **kwargs):
        self._fuse()
        number = super().add_undo(*args, **kwargs)
        self._fuse()
        return number

    def finish_undo(self, *args, **kwargs):
        self._fuse()
        super().finish_undo(*args, **kwargs)
        self._fuse()


@dataclass(frozen=True)
class Library:
    """What lies there before: bytes by path below the root."""

    files: dict[str, bytes]

    def refs(self, place: PlaceId, root: str) -> dict[Ref, bytes]:
        return {Ref(place, f"{root}/{path}"): data for path, data in self.files.items()}


@st.composite
def libraries(draw):
    paths = draw(
        st.lists(
            st.tuples(st.sampled_from(FOLDERS[:3]), st.sampled_from(NAMES)),
            min_size=1,
            max_size=6,
            unique=True,
        )
    )
    return Library({f"{folder}/{name}": draw(st.sampled_from(BYTES)) for folder, name in paths})


@st.composite
def steps(draw, most: int = 8):
    """Choices that `plan_of` turns into actions: verb, which file, where to, which unit goes on."""
    return draw(
        st.lists(
            st.tuples(
                st.sampled_from(("copy", "second", "move", "write", "swap", "trash", "spare", "link", "set")),
                st.integers(0, 9),
                st.sampled_from(FOLDERS),
                st.sampled_from((*NAMES, "m.txt")),
                st.booleans(),
            ),
            min_size=1,
            max_size=most,
        )
    )


def plan_of(library: Library, choices, place: PlaceId, root: str, *, fields: bool) -> Plan:
    """A plan that mostly makes sense: each action sees what those before it left."""
    now = library.refs(place, root)
    actions: list[Action] = []
    unit = 0
    for verb, which, folder, name, goes_on in choices:
        if not now:
            break
        unit += not goes_on
        ref = sorted(now)[which % len(now)]
        action = _action(verb, now, ref, Ref(place, f"{root}/{folder}/{name}"), f"unit {unit}", fields=fields)
        if action is not None:
            actions.append(action)
    return Plan("a random plan", tuple(actions))


def _action(
    verb: str, now: dict[Ref, bytes], ref: Ref, new: Ref, unit: str, *, fields: bool
) -> Action | None:
    data = now[ref]
    named, size = content_id(data), len(data)
    ours = f"written over {ref.key} {len(now)}".encode()
    match verb:
        case "copy" | "second" if new not in now:
            now[new] = data
            return Copy(ref, new, named, size, unit=unit, linked=verb == "second")
        case "move" if new not in now:
            now[new] = now.pop(ref)
            return Move(ref, new, named, size, unit=unit)
        case "write" if new not in now:
            now[new] = ours
            return Write(new, ours, content_id(ours), unit=unit)
        case "swap":
            now[ref] = ours
            return Write(ref, ours, content_id(ours), named, unit=unit)
        case "trash" | "spare":
            del now[ref]
            return Trash(ref, named, size, rejected=verb == "trash", unit=unit)
        case "link":
            twin = next((other for other in now if other != ref and now[other] == data), None)
            return None if twin is None else Link(ref, twin, named, size, unit=unit)
        case "set" if fields:
            return SetField(ref, "rating", None, "5", unit=unit)
    return None


def lay_out(root: Path, library: Library) -> None:
    """Put a library on the disk, with times and modes of its own."""
    for number, (path, data) in enumerate(sorted(library.files.items())):
        file = root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(data)
        file.chmod((0o644, 0o600, 0o444)[number % 3])
        os.utime(file, ns=(10**18 + number, 10**18 + number * 1_000_000_007))


def picture(root: Path) -> dict[str, tuple[object, ...]]:
    """A whole tree: names, bytes, times, modes, folders with theirs."""
    seen: dict[str, tuple[object, ...]] = {}
    for folder, _, names in os.walk(root):
        status = os.stat(folder)
        seen[folder] = ("folder", status.st_mtime_ns, stat.S_IMODE(status.st_mode))
        for name in names:
            path = Path(folder, name)
            status = path.lstat()
            seen[str(path)] = (path.read_bytes(), status.st_mtime_ns, stat.S_IMODE(status.st_mode))
    return seen
