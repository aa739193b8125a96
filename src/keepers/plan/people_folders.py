"""What the folders of people are called: safe names, one for each person, the same on every run.

Names come from a server, so they are hostile text. Two people never share a folder: not when they have the same name,
nor when some file system takes two names for one. What a person's folder is called is remembered by the caller, so a
person who gets another name keeps it.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import count
from typing import Final

from keepers.decide.destination import NAME_BYTES, collision_key, harmless
from keepers.plan.portable import portable

#: More names than these make no name for a folder.
MOST_NAMES: Final = 3
#: Room that is left in a name for what tells two people apart.
_SPARE: Final = 48
_ID_DIGITS: Final = 8
_UNWANTED: Final = re.compile(r"[^\w\s-]")
_GAPS: Final = re.compile(r"[-\s]+")
_NO_DIGIT: Final = re.compile(r"[^0-9A-Za-z]+")


class Style(StrEnum):
    """How a folder is called after a person: by the name as it is, or `anna_maria_smith`."""

    NAMED = "named"
    LOWER_CASE = "lower-case"


@dataclass(frozen=True, slots=True)
class Owner:
    """Whose a folder is: one person, or several who are seen together; `id` names them for ever."""

    id: str
    name: str


@dataclass(frozen=True, slots=True)
class Given:
    """A folder that somebody has already, and the name that they had then."""

    name: str
    folder: str


def together(people: Sequence[Owner]) -> Owner:
    """Several people as the owner of one folder, whatever order they are told in."""
    ordered = sorted(people, key=lambda one: (one.name, one.id))
    more = " and others" if len(ordered) > MOST_NAMES else ""
    # A comma in a name must not make two combinations of one.
    return Owner(
        "+".join(sorted(one.id for one in ordered)),
        ", ".join(one.name for one in ordered[:MOST_NAMES]) + more,
    )


def folder_name(name: str, key: str = "", style: Style = Style.NAMED) -> str:
    """One part of a path for a name: readable, and taken as it is by every file system.

    Where nothing of the name can be kept, `key` (the server's id) makes one.
    """
    text = name
    if style is Style.LOWER_CASE:
        text = _GAPS.sub("_", _UNWANTED.sub("", name).strip()).lower()
    return _safe(text) or _safe(f"person-{_NO_DIGIT.sub('', key)[:_ID_DIGITS] or 'unknown'}")


def folders(
    wanted: Sequence[Owner],
    known: Mapping[str, Given],
    gone: frozenset[str] = frozenset(),
    style: Style = Style.NAMED,
) -> dict[str, str]:
    """The folder of each of the wanted, by id; that of another is never given.

    `known` are the folders that were given before, by id. The folder of somebody whom the server does not know any more
    (`gone`) goes to the first newcomer of the same name: a server that finds its faces anew gives new ids to the same
    people.
    """
    found: dict[str, str] = {}
    taken = {collision_key(one.folder) for one in known.values()}
    left = {known[one].name: one for one in sorted(gone & known.keys(), reverse=True)}
    for owner in sorted(wanted, key=lambda one: one.id):
        if owner.id in found:
            continue
        given = known.get(owner.id)
        if given is None and owner.name in left:
            given = known[left.pop(owner.name)]
        folder = _free(owner, taken, style) if given is None else given.folder
        taken.add(collision_key(folder))
        found[owner.id] = folder
    return found


def _free(owner: Owner, taken: set[str], style: Style) -> str:
    plain = folder_name(owner.name, owner.id, style)
    if collision_key(plain) not in taken:
        return plain
    mark = "_" if style is Style.LOWER_CASE else " "
    for number in count(2):
        tail = f"{mark}{number}" if style is Style.LOWER_CASE else f"{mark}({number})"
        made = plain + tail
        if collision_key(made) not in taken:
            return made
    raise AssertionError  # itertools.count never ends


def _safe(text: str) -> str:
    """Harmless and portable; the same when it is made safe once more."""
    name = portable(harmless(text)) if harmless(text) else ""
    return _cut(name).rstrip(" .")


def _cut(name: str) -> str:
    room = NAME_BYTES - _SPARE
    while len(name.encode("utf-8", "surrogateescape")) > room:
        name = name[:-1]
    return name
