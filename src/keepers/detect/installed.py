"""Which back ends are installed, by their entry points; our own go before another package's of the same name."""

from dataclasses import dataclass
from importlib.metadata import EntryPoint, entry_points

from keepers.detect.backend import NotAvailableError
from keepers.errors import UsageError

AUTO, NONE = "auto", "none"


@dataclass(frozen=True, slots=True)
class Installed:
    """The back ends of one kind: their entry point group, the name of our own, and what builds it.

    `auto` may take only our own, which opens no socket; another package's is taken only when it is asked for by name.
    """

    kind: str
    group: str
    default: str
    ours: str

    def names(self) -> tuple[str, ...]:
        """The names of all installed ones."""
        return tuple(sorted({point.name for point in entry_points(group=self.group)}))

    def wanted(self, name: str) -> str:
        """The back end that a setting asks for; UsageError when there is none of that name."""
        if name == AUTO:
            return self.default
        names = self.names()
        if name not in names:
            known = ", ".join((AUTO, *names, NONE))
            message = f"there is no {self.kind} back end called {name!r}; there are: {known}"
            raise UsageError(message)
        return name

    def point(self, name: str) -> EntryPoint:
        """The entry point of a back end; NotAvailableError where none is installed."""
        found = sorted(
            entry_points(group=self.group, name=name),
            key=lambda point: (point.value != self.ours, point.value),
        )
        if not found or (name == self.default and found[0].value != self.ours):
            raise NotAvailableError("it is not installed")
        return found[0]
