"""Where pictures go that were made of photos: beside the photo that they were made of, or into one folder."""

import itertools
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

from keepers.actions import Plan, Write
from keepers.decide.destination import called, collision_key, fitting, split, suffixed
from keepers.fingerprint.exact import content_id
from keepers.model import LOCAL, Asset, ContentId, Ref


@dataclass(frozen=True, slots=True)
class Made:
    """One picture: the photo that its name comes from, the mark behind that name, its bytes, and why it is made."""

    source: Asset
    mark: str
    extension: str
    data: bytes
    because: str


def name(one: Made) -> str:
    """What a picture is called: `STEM_MARK`, after its photo."""
    return fitting(split(called(one.source))[0] + one.mark, one.extension)


def writing(one: Made, target: Ref) -> Write:
    """What puts a picture somewhere, with the time of its photo."""
    when = int(one.source.taken.at.timestamp()) * 1_000_000_000 if one.source.taken is not None else 0
    return Write(
        target, one.data, content_id(one.data), None, one.because, target.key, modified_ns=max(0, when)
    )


@dataclass(frozen=True, slots=True)
class Placed:
    """Where each picture goes, in their order, and the plan that brings those there that are not there yet."""

    paths: tuple[str, ...]
    plan: Plan


Names = Callable[[str], Mapping[str, str]]
Content = Callable[[str], ContentId]


def place(title: str, made: Sequence[Made], folder: str, names: Names, content: Content) -> Placed:
    """Name every picture `STEM_MARK`, with a number behind it where that name is another file's.

    `folder` is where all go; empty: each beside its photo. `names` tells the names in a folder by their
    collision keys, `content` what a file holds.
    """
    taken: dict[str, dict[str, str]] = {}
    given: set[str] = set()
    paths: list[str] = []
    actions: list[Write] = []
    for one in made:
        into = (folder or one.source.ref.key.rpartition("/")[0]).rstrip("/")
        there = taken.setdefault(into, dict(names(into or "/")))
        new = content_id(one.data)
        path, is_new = _free(name(one), into, there, partial(_is, new, content, given))
        if is_new:
            there[collision_key(path.rpartition("/")[2])] = path.rpartition("/")[2]
            actions.append(writing(one, Ref(LOCAL, path)))
        given.add(path)
        paths.append(path)
    return Placed(tuple(paths), Plan(title, tuple(actions)))


def _is(new: ContentId, content: Content, given: Collection[str], path: str) -> bool:
    """Whether a file is the picture, and not another of this plan."""
    return path not in given and content(path) == new


def _free(name: str, into: str, there: Mapping[str, str], is_it: Callable[[str], bool]) -> tuple[str, bool]:
    """The first path that is free, or where the picture is already; whether it is free."""
    for number in itertools.count():
        free = suffixed(name, "", number)
        key = collision_key(free)
        if key not in there:
            return f"{into}/{free}", True
        if is_it(f"{into}/{there[key]}"):
            return f"{into}/{there[key]}", False
    raise AssertionError  # itertools.count never ends
