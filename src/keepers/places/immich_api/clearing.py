"""Many tags that are taken back at once: what is left of them is seen by one search for the tag above them all."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from keepers.actions import SetField
from keepers.errors import KeepersError
from keepers.places.immich_api.client import Search
from keepers.places.immich_api.records import Tag
from keepers.places.immich_api.sight import EVERYWHERE, TAG, Now, Sight
from keepers.plan.immich_actions import YES

#: Fewer are asked for one by one.
_MANY: Final = 8
#: Photos that have other tags below it, too, are asked one by one; beyond so many, tags are.
_FEW: Final = 500


@dataclass(slots=True)
class Clearing:
    """Tags below `root` that are taken from photos; `tokens` are the tasks that are looked at by it.

    A search for a tag also finds what has tags below it. That is not taken on trust: only photos that it found before,
    by nothing but such tags, are not asked one by one afterwards.
    """

    sight: Sight
    root: Tag
    tokens: frozenset[str]
    #: The ids of tags below the root that nothing has any more.
    unused: frozenset[str] = field(default=frozenset())

    def left(self, wishes: Sequence[tuple[str, SetField]]) -> dict[str, Now]:
        """How the fields are after the tags were taken away."""
        mine = [(token, one) for token, one in wishes if token in self.tokens]
        found = tagged(self.sight, self.root)
        below = [tag for tag in self.sight.tags().values() if tag.value.startswith(self.root.value + "/")]
        if not found:
            self.unused = frozenset(tag.id for tag in below)
            return {token: None for token, _ in mine}
        if len(found) > _FEW:
            return {
                token: self.sight.values(one.name, one.revision, [one.ref.key])[one.ref.key]
                for token, one in mine
            }
        known: Mapping[str, tuple[str, ...] | KeepersError] = self.sight.tags_of(sorted(found))
        held = [tags for tags in known.values() if not isinstance(tags, KeepersError)]
        if len(held) == len(known):
            used = {tag for tags in held for tag in tags}
            self.unused = frozenset(tag.id for tag in below if tag.value not in used)
        return {token: _now(known.get(one.ref.key, ()), one) for token, one in mine}


def _now(tags: tuple[str, ...] | KeepersError, action: SetField) -> Now:
    if isinstance(tags, KeepersError):
        return tags
    return YES if action.name.removeprefix(TAG) in tags else None


def clearing(sight: Sight, wishes: Sequence[tuple[str, SetField]]) -> Clearing | None:
    """How many tags of one kin are taken away together; None where there are few, or they have nothing in common."""
    going = [(token, one) for token, one in wishes if one.name.startswith(TAG) and one.after is None]
    names = {one.name.removeprefix(TAG) for _, one in going}
    root = sight.tags().get(_above(names)) if len(names) >= _MANY else None
    if root is None:
        return None
    direct = root.value in names
    before = set[str]() if direct else tagged(sight, root)
    tokens = frozenset(token for token, one in going if one.ref.key in before)
    return Clearing(sight, root, tokens) if tokens else None


def _above(names: set[str]) -> str:
    """The longest tag above all of these."""
    parts = [name.split("/")[:-1] for name in sorted(names)]
    shared: list[str] = []
    for level in zip(*parts, strict=False):
        if len(set(level)) > 1:
            break
        shared.append(level[0])
    return "/".join(shared)


def tagged(sight: Sight, tag: Tag) -> set[str]:
    """The ids of all photos that have a tag or one below it, those in the trash, too."""
    search = Search(tag=tag.id, with_trashed=True, bare=True)
    return {one.id for where in EVERYWHERE for one in sight.client.assets(replace(search, visibility=where))}
