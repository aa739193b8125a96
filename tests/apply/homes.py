"""A place in memory with a journal on disk, and short words for actions in it."""

from keepers.actions import Action, Copy, Plan, Write
from keepers.apply.look import world
from keepers.apply.run import Finished, run
from keepers.apply.undo import undo
from keepers.fingerprint.exact import content_id
from keepers.model import Ref
from keepers.places.memory import MEMORY, MemoryPlace
from keepers.plan.check import check
from tests.apply.worlds import FragileJournal, Fuse, Silent

SILENT = Silent()


class Home:
    """A place in memory, a journal, and the shortest way to use them."""

    def __init__(self, folder) -> None:
        self.place = MemoryPlace()
        self.path = str(folder / "journal.db")
        self.journal = FragileJournal(self.path, Fuse())

    def put(self, path: str, data: bytes) -> Ref:
        return self.place.put(path, data)

    def files(self) -> dict[str, bytes]:
        return {path: item.data for path, item in self.place.files.items()}

    def checked(self, *actions: Action):
        plan = Plan("a plan", actions)
        checked = check(plan, world(plan, self.place))
        assert checked.refused == ()
        return checked

    def run(self, *actions: Action, **how) -> Finished:
        return run(self.checked(*actions), self.journal, self.place, progress=SILENT, **how)

    def undo(self, number: int | None = None) -> Finished | None:
        return undo(number, self.journal, self.place, progress=SILENT)


def ref(path: str) -> Ref:
    return Ref(MEMORY, path)


def copy(old: str, new: str, data: bytes, unit: str = "") -> Copy:
    return Copy(ref(old), ref(new), content_id(data), len(data), unit=unit)


def write(path: str, data: bytes, replaces: bytes | None = None) -> Write:
    return Write(ref(path), data, content_id(data), None if replaces is None else content_id(replaces))
