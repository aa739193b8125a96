"""The trash: emptied only of what a file outside of it still holds, and taken back out of by name."""

import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from keepers.actions import Action, Copy, Plan, Restore, Trash
from keepers.apply.kept import Kept, is_kept
from keepers.catalog import locations
from keepers.catalog.contents import digest
from keepers.catalog.store import Catalog
from keepers.errors import UsageError
from keepers.model import LOCAL, Ref
from keepers.ports import Reader


@dataclass(frozen=True, slots=True)
class Emptying:
    """The plan, and what stays in the trash because nothing else is known to hold it."""

    plan: Plan
    stays: tuple[tuple[Kept, str], ...]


def emptying(items: Sequence[Kept], catalog: Catalog | None, reader: Reader) -> Emptying:
    """Remove what another file holds, too; that file is read again, whole, just before.

    To take it back is to copy that file into the trash again.
    """
    actions: list[Action] = []
    stays: list[tuple[Kept, str]] = []
    for item in items:
        found = survivor(item, items, catalog, reader)
        if found is None:
            stays.append((item, _lonely(item, catalog, reader)))
            continue
        copy = Copy(found, item.ref, item.content, item.size, because="was in the trash")
        because = f"the same bytes are {found.key}"
        actions.append(Trash(item.ref, item.content, item.size, undoes=copy, because=because))
    return Emptying(Plan("The trash is emptied", tuple(actions)), tuple(stays))


def survivor(item: Kept, items: Iterable[Kept], catalog: Catalog | None, reader: Reader) -> Ref | None:
    """A file outside of every quarantine that was seen to hold the same bytes and still has their size."""
    known = [] if catalog is None else locations.copies_of(catalog, digest(item.content))
    names = [Ref(LOCAL, path) for path in known]
    # A link put the same bytes where the file was.
    names += [other.origin for other in items if other.content == item.content and other.origin is not None]
    for ref in dict.fromkeys(names):
        found = None if is_kept(ref) or ref.archive else reader.look(ref)
        if found is not None and found.size == item.size:
            return ref
    return None


def _lonely(item: Kept, catalog: Catalog | None, reader: Reader) -> str:
    if item.instead is not None and catalog is not None:
        for path in locations.copies_of(catalog, digest(item.instead)):
            if reader.look(Ref(LOCAL, path)) is not None:
                return (
                    f"no other file with its bytes is known; {path} shows the same, but is not the same file"
                )
    return "no other file with its bytes is known, so this is the last one"


def restoring(items: Sequence[Kept]) -> Plan:
    """Give files their old names back; those that went together come back together."""
    actions = [
        Restore(item.origin, item.content, item.size, str(item.ref.key), because="was there", unit=item.unit)
        for item in sorted(items, key=lambda item: (item.unit, item.ref))
        if item.origin is not None
    ]
    return Plan("Files from the trash", tuple(actions))


def chosen(items: Sequence[Kept], words: Sequence[str], run: int | None) -> list[Kept]:
    """The items that a person means: by old path or folder, name in the trash, or run; with what went with them.

    UsageError for a word that means none.
    """
    found: set[Ref] = set()
    for word in words:
        path = os.path.abspath(os.path.expanduser(word))
        meant = {item.ref for item in items if _is_meant(item, word, path)}
        if not meant:
            message = f"{word} is not in the trash; `keepers trash list` shows what is"
            raise UsageError(message)
        found |= meant
    if run is not None:
        found |= {item.ref for item in items if item.run == run}
    together = {_together(item) for item in items if item.ref in found}
    return [
        item for item in items if item.ref in found or (_together(item) in together and not item.replaced)
    ]


def _together(item: Kept) -> tuple[str, str]:
    """The same for the files of one photo: they went in one unit, out of one folder."""
    old = item.ref if item.origin is None else item.origin
    return item.unit or item.ref.key, old.key.rpartition("/")[0]


def _is_meant(item: Kept, word: str, path: str) -> bool:
    names = {item.ref.key, item.ref.key.rpartition("/")[2], item.content, item.content.removeprefix("b3:")}
    if word in names or path in names:
        return True
    old = "" if item.origin is None else item.origin.key
    return old == path or old.startswith(path.rstrip("/") + "/")
