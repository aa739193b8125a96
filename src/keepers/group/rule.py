"""What grouping may be told, and what it answers."""

from dataclasses import dataclass

from keepers.model import GroupKind


@dataclass(frozen=True, slots=True)
class Rule:
    """How alike photos must be, and how near in time.

    `threshold` is the old `-t`: so many bits of dHash64 may differ, instead of the default rule.
    `time_window` is in seconds; 0 switches it off, and looks alone decide. Only `kinds` are looked for.
    """

    threshold: int | None = None
    time_window: float = 300.0
    min_size: int = 2
    kinds: tuple[GroupKind, ...] = tuple(GroupKind)


@dataclass(frozen=True, slots=True)
class Cluster:
    """Rows of the table that belong together, ascending, and why.

    `centre` is the row of the original of a same-picture cluster, -1 for the other kinds.
    """

    kind: GroupKind
    rows: tuple[int, ...]
    centre: int = -1
    evidence: tuple[str, ...] = ()
