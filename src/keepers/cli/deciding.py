"""`keepers decide`: what a person decides of a group, remembered by contents and never asked again."""

import argparse
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from keepers import wiring
from keepers.catalog import remembered
from keepers.catalog.store import Catalog
from keepers.cli import session, show
from keepers.errors import UsageError
from keepers.model import Bundle, ContentId, Group, GroupKind
from keepers.workflows import answering, reviewing
from keepers.workflows.tidy import tidy

_EQUAL = (GroupKind.SAME_BYTES, GroupKind.SAME_PIXELS)


def decide(options: argparse.Namespace) -> int:
    """Remember which photos of a group stay, or that some are not the same; nothing but the catalog changes."""
    opened = session.opened(options)
    roots = wiring.sources(options.among)
    with opened.catalog(create=False) as catalog:
        group = _group(opened, catalog, options.group, roots)
        contents = [bundle.main.content for bundle in group.members]
        answer = _Answer(opened, catalog, group, datetime.now(UTC))
        if options.forget:
            words = answer.forget()
        elif options.keep_all:
            words = answer.keep(set(contents))
        elif options.keep:
            words = answer.keep(_named(group, options.keep))
        else:
            words = answer.part(_named(group, options.not_same))
        verdicts = remembered.verdicts(catalog, group.kind, contents)
    if options.json:
        show.document({"group": group.id, "kind": group.kind.value, **_rows(group, verdicts), "said": words})
    else:
        show.line(words)
    return 0


@dataclass(frozen=True, slots=True)
class _Answer:
    opened: wiring.Session
    catalog: Catalog
    group: Group
    now: datetime

    def keep(self, wanted: set[ContentId]) -> str:
        """Remember that these stay and the others may go."""
        contents = answering.contents_of(self.group)
        answering.keep(self.catalog, self.group, wanted, self.now)
        if wanted.issuperset(contents):
            return f"All of {self.group.id} stay; you will not be asked again."
        stay = show.count(len(wanted.intersection(contents)), "photo")
        return f"{stay} of {self.group.id} stay, the others may go. Nothing was changed on disk."

    def part(self, wanted: set[ContentId]) -> str:
        """Remember that these are not the same as the others."""
        if self.group.kind in _EQUAL:
            message = (
                f"the photos of {self.group.id} are equal, which was proven; --keep-all keeps all of them"
            )
            raise UsageError(message)
        if wanted.issuperset(answering.contents_of(self.group)):
            raise UsageError("name only those photos that are not the same as the others of the group")
        answering.part(self.catalog, self.group, wanted, reviewing.rejudging(self.opened.judging), self.now)
        return f"{show.count(len(wanted), 'photo')} of {self.group.id} will not be grouped with the others again."

    def forget(self) -> str:
        """Forget what was decided."""
        gone = answering.forget(self.catalog, self.group)
        return f"What was decided of {self.group.id} is forgotten." if gone else "Nothing was decided of it."


def _group(opened: wiring.Session, catalog: Catalog, name: str, roots: Sequence[str]) -> Group:
    """The group of this name, as people left it or as it was before they parted it."""
    kinds = [kind for kind in GroupKind if name.startswith(f"{kind.value}-")]
    if not kinds:
        message = f"{name} is no id of a group; `keepers group` shows them"
        raise UsageError(message)
    judging = opened.judging(catalog, kinds)
    for one in (judging, replace(judging, remembered=False)):
        for decision in tidy(one, roots).decisions:
            if decision.group.id == name:
                return decision.group
    message = (
        f"there is no group {name} among all that is known; a group of some folders alone is named with "
        "--in FOLDER, as in `keepers group FOLDER`"
    )
    raise UsageError(message)


def _named(group: Group, files: Sequence[str]) -> set[ContentId]:
    """The contents of the photos that these paths are of."""
    found: set[ContentId] = set()
    for file in files:
        path = os.path.abspath(os.path.expanduser(file))
        contents = {b.main.content for b in group.members if path in _paths(b)}
        # As the list of a group shows it, a name alone will do where one photo of the group bears it.
        contents = contents or {
            b.main.content for b in group.members if file in map(os.path.basename, _paths(b))
        }
        content = contents.pop() if len(contents) == 1 else None
        if content is None:
            message = f"{path} is not in {group.id}; `keepers explain {group.id}` shows what is"
            raise UsageError(message)
        found.add(content)
    if group.kind is GroupKind.SAME_BYTES:
        message = (
            "equal bytes cannot be told apart by what they are; say --keep-all, or which copy stays with "
            "`keepers duplicates --keep 'in DIR'`"
        )
        raise UsageError(message)
    return found


def _paths(bundle: Bundle) -> set[str]:
    return {asset.ref.key for asset in bundle.assets} | {ref.key for ref in bundle.copies}


def _rows(group: Group, verdicts: Mapping[ContentId, bool]) -> dict[str, object]:
    def paths(*, verdict: bool | None) -> list[str]:
        return [b.main.ref.key for b in group.members if verdicts.get(b.main.content) is verdict]

    return {"keep": paths(verdict=True), "drop": paths(verdict=False), "undecided": paths(verdict=None)}
