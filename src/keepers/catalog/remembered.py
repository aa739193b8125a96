"""What people decided about photos, as facts about contents: true wherever the bytes lie."""

import os
from collections.abc import Iterable, Mapping, Sequence

from keepers.catalog.contents import BATCH, content_id, digest
from keepers.catalog.store import Catalog
from keepers.model import ContentId, GroupKind, Ref


def decide(catalog: Catalog, kind: GroupKind, verdicts: Mapping[ContentId, bool], at: str) -> None:
    """Remember for the groups of a kind which contents stay (True) and which may go (False)."""
    with catalog.writing() as db:
        db.executemany(
            "INSERT OR REPLACE INTO decided VALUES (?, ?, ?, ?)",
            [(kind, digest(content), keep, at) for content, keep in verdicts.items()],
        )


def part(catalog: Catalog, some: Iterable[ContentId], others: Sequence[ContentId], at: str) -> None:
    """Remember that none of some contents is the same as any of the others, in whatever kind of group."""
    pairs = [tuple(sorted((digest(one), digest(other)))) for one in some for other in others if one != other]
    with catalog.writing() as db:
        db.executemany("INSERT OR REPLACE INTO not_same VALUES (?, ?, ?)", [(*pair, at) for pair in pairs])


def forget(catalog: Catalog, kind: GroupKind, contents: Sequence[ContentId]) -> int:
    """Forget what was decided for contents in groups of a kind, and that they are not the same; how much it was."""
    wanted = [digest(content) for content in contents]
    marks = ",".join("?" * len(wanted))
    with catalog.writing() as db:
        gone = db.execute(
            f"DELETE FROM decided WHERE kind = ? AND content IN ({marks})", [kind, *wanted]
        ).rowcount
        gone += db.execute(
            f"DELETE FROM not_same WHERE one IN ({marks}) OR other IN ({marks})", [*wanted, *wanted]
        ).rowcount
    return gone


def verdicts(catalog: Catalog, kind: GroupKind, contents: Sequence[ContentId]) -> dict[ContentId, bool]:
    """Which of these contents stay (True) and which may go (False), as far as a person said so."""
    found: dict[ContentId, bool] = {}
    for start in range(0, len(contents), BATCH):
        wanted = [digest(content) for content in contents[start : start + BATCH]]
        marks = ",".join("?" * len(wanted))
        rows = catalog.db.execute(
            f"SELECT content, keep FROM decided WHERE kind = ? AND content IN ({marks})", [kind, *wanted]
        )
        found.update((content_id(b3), bool(keep)) for b3, keep in rows)
    return found


def copies(catalog: Catalog, wanted: Mapping[Ref, ContentId]) -> dict[Ref, bool]:
    """Which of these copies stay (True) and which may go (False), as far as a person said so of these bytes there."""
    found: dict[Ref, bool] = {}
    for ref, content in wanted.items():
        row = catalog.db.execute(
            "SELECT keep FROM decided_copy WHERE place = ? AND key = ? AND content = ?",
            (ref.place, os.fsencode(ref.key), digest(content)),
        ).fetchone()
        if row is not None:
            found[ref] = bool(row[0])
    return found


def apart(catalog: Catalog) -> set[tuple[ContentId, ContentId]]:
    """All pairs of contents of which a person said that they are not the same, each in content order."""
    rows = catalog.db.execute("SELECT one, other FROM not_same")
    return {(content_id(one), content_id(other)) for one, other in rows}


def is_empty(catalog: Catalog) -> bool:
    """Whether nobody has decided anything yet."""
    row = catalog.db.execute(
        "SELECT EXISTS (SELECT 1 FROM decided) OR EXISTS (SELECT 1 FROM not_same) OR EXISTS (SELECT 1 FROM decided_copy)"
    ).fetchone()
    return not row[0]
