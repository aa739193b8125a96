"""The groups layout: `group_0001/originals/…`, `best_…`, `metadata.txt`, and the reports beside them."""

import itertools
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from keepers.actions import Action, Copy, Plan, Trash, Write
from keepers.decide.destination import called, collision_key, fitting, group_numbers, name_of, split, suffixed
from keepers.fingerprint.exact import content_id
from keepers.model import LOCAL, Asset, Bundle, ContentId, Decision, Facts, GroupKind, Kind, Ref, Score
from keepers.plan.layout_text import metadata_text, report_text

#: A plan holds every version of the report that a killed run may leave behind. One a group is n^2 bytes
#: in all, so there are 50 at most, evenly spaced, and fewer where a report is megabytes long.
SNAPSHOTS: Final = 50
SNAPSHOT_BYTES: Final = 32 << 20
#: What the pictures are called that are made of the frames of a bracket and of a burst, as the old tool did.
MERGED: Final = "hdr_merged.jpg"
SWAPPED: Final = "face_swapped.jpg"


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture that is made of groups of one kind: its name in their folders, what it is, and what makes it."""

    kind: GroupKind
    name: str
    because: str
    make: Callable[[Decision], bytes | None]


@dataclass(frozen=True, slots=True)
class Target:
    """The folder to organize into, and what is known of it.

    `present` maps the paths of files that are there to their contents, `placed` those that we put there
    by the journal: what a person changed or added is never replaced. `known` has the contents of the
    group folders that were used before.
    """

    root: Ref
    present: Mapping[str, ContentId] = field(default_factory=dict[str, ContentId])
    placed: Mapping[str, ContentId] = field(default_factory=dict[str, ContentId])
    known: Mapping[int, frozenset[ContentId]] = field(default_factory=dict[int, frozenset[ContentId]])

    def path(self, *parts: str) -> str:
        """A path below the root."""
        return "/".join((self.root.key.rstrip("/"), *parts))

    def ref(self, path: str) -> Ref:
        """The thing at a path in the target's place."""
        return Ref(self.root.place, path)

    def is_ours(self, path: str) -> bool:
        """Whether the file at a path is as we left it."""
        return path in self.present and self.placed.get(path) == self.present[path]


@dataclass(frozen=True, slots=True)
class Placing:
    """One group in the target: its folder, where its files go, and what is still to be done for it."""

    decision: Decision
    number: int
    folder: str
    names: Mapping[Ref, str]
    best: tuple[str, ...]
    contents: frozenset[ContentId]
    actions: tuple[Action, ...]


def lay_out(
    decisions: Sequence[Decision],
    target: Target,
    facts: Callable[[ContentId], Facts | None],
    pictures: Sequence[Picture] = (),
) -> tuple[Placing, ...]:
    """Place every group; one whose files are all there already has no actions.

    `pictures` are made only for groups that have none yet.
    """
    contents = [frozenset(asset.content for asset in _assets(decision)) for decision in decisions]
    folders = _folders(target, target.present)
    known = {number: set(there) for number, there in target.known.items()}
    for there in (folders, _folders(target, target.placed)):
        for number, entries in there.items():
            # What a folder holds says what it is even where the catalog was lost.
            held = {content for path, content in entries if "/originals/" in path}
            known.setdefault(number, set()).update(held)
    numbers = group_numbers(contents, known)
    return tuple(
        _placing(decision, held, _Slot(target, number, folders.get(number, [])), facts, pictures)
        for decision, number, held in zip(decisions, numbers, contents, strict=True)
    )


def organize_plan(
    placings: Sequence[Placing],
    target: Target,
    *,
    now: datetime,
    pages: Callable[[Sequence[Placing]], Mapping[str, bytes]],
) -> Plan:
    """All that is to be done, a report after every group; nothing at all where every group is in place.

    `pages` makes the files of the HTML report, and is asked only when there is something to do.
    """
    title = f"organize {len(placings)} {'group' if len(placings) == 1 else 'groups'} to {target.root.key}"
    if not any(placing.actions for placing in placings):
        return Plan(title, ())
    actions: list[Action] = []
    reports = _Reports(target, now, len(placings))
    points = _points(placings, now)
    for number, placing in enumerate(placings, 1):
        actions += placing.actions
        if number in points:
            actions += reports.after(placings[:number])
    for name, data in pages(placings).items():
        actions += _write(target, target.path("reports", name), data, "the page that a person opens")
    return Plan(title, tuple(actions))


def best_photo(decision: Decision) -> Bundle | None:
    """The bundle with the best score among those that stay; the first of `keep` where scores are equal."""
    scores = {score.ref: score.value for score in decision.scores}
    members = {bundle.main.ref: bundle for bundle in decision.group.members}
    kept = [members[ref] for ref in decision.keep if ref in members]
    return max(kept, key=lambda bundle: scores.get(bundle.main.ref, 0.0), default=None)


@dataclass(frozen=True, slots=True)
class _Slot:
    """One group folder of the target and the files that are in it."""

    target: Target
    number: int
    entries: Sequence[tuple[str, ContentId]]

    @property
    def unit(self) -> str:
        return f"group_{self.number:04d}"

    @property
    def folder(self) -> str:
        return self.target.path(self.unit)


class _Names:
    """The names of one folder: those that are there, and those that this plan gives."""

    def __init__(self, folder: str, entries: Iterable[tuple[str, ContentId]]) -> None:
        self._folder = folder
        self._there = {
            collision_key(path[len(folder) + 1 :]): (path, content)
            for path, content in entries
            if path.startswith(folder + "/")
        }
        self._given: set[str] = set()

    def give(self, files: Sequence[tuple[str, ContentId]], stem: str) -> list[tuple[str, bool]]:
        """The path of each file, all with the same suffix, and whether it is there already."""
        for number in itertools.count():
            names = [suffixed(name, stem, number) for name, _ in files]
            if all(self._fits(name, content) for name, (_, content) in zip(names, files, strict=True)):
                return [self._gave(name) for name in names]
        raise AssertionError  # itertools.count never ends

    def _fits(self, name: str, content: ContentId) -> bool:
        key = collision_key(name)
        return key not in self._given and (key not in self._there or self._there[key][1] == content)

    def _gave(self, name: str) -> tuple[str, bool]:
        key = collision_key(name)
        self._given.add(key)
        if key in self._there:
            return self._there[key][0], True
        return f"{self._folder}/{name}", False


class _Reports:
    """The chain of reports: each takes the place of the one before."""

    def __init__(self, target: Target, now: datetime, groups: int) -> None:
        self._target = target
        self._now = now
        self._groups = groups
        self._last: dict[str, ContentId] = {}
        names = {collision_key(path.rpartition("/")[2]) for path in target.present if "/reports/" in path}
        name = f"report_{now:%Y%m%d_%H%M%S}.json"
        free = (suffixed(name, "", number) for number in itertools.count())
        self._path = target.path("reports", next(name for name in free if collision_key(name) not in names))
        self._latest, self._last_latest = _own_path(target, target.path("reports", "latest.json"), None)

    def after(self, done: Sequence[Placing]) -> Iterator[Action]:
        """Write the report of what is done, under its own name and as the latest."""
        data = report_text([(p.decision, _where(p)) for p in done], self._groups, self._now)
        content = content_id(data)
        because = f"the report after {len(done)} of {self._groups}"
        for path, first in ((self._path, None), (self._latest, self._last_latest)):
            before = self._last.get(path, first)
            # Two runs within a second may have the same to report.
            if before != content:
                yield Write(self._target.ref(path), data, content, before, because)
            self._last[path] = content


def _where(placing: Placing) -> dict[str, object]:
    return {"number": placing.number, "folder": placing.folder, "best": list(placing.best)}


def _points(placings: Sequence[Placing], now: datetime) -> frozenset[int]:
    """After how many groups a report is written: after each that changes something, if they are few."""
    changing = [number for number, placing in enumerate(placings, 1) if placing.actions]
    whole = len(report_text([(p.decision, _where(p)) for p in placings], len(placings), now))
    # k reports, growing evenly, are about k/2 times the last one.
    most = max(1, min(SNAPSHOTS, 2 * SNAPSHOT_BYTES // whole))
    chosen = {changing[len(changing) * point // most - 1] for point in range(1, most + 1)}
    return frozenset(changing if len(changing) <= most else chosen) | {len(placings)}


def _folders(target: Target, files: Mapping[str, ContentId]) -> dict[int, list[tuple[str, ContentId]]]:
    """The files in the group folders of the target, by number."""
    start = target.path("group_")
    found: dict[int, list[tuple[str, ContentId]]] = {}
    for path, content in files.items():
        number, _, rest = path.removeprefix(start).partition("/")
        if path.startswith(start) and rest and number.isascii() and number.isdecimal():
            found.setdefault(int(number), []).append((path, content))
    return found


def _assets(decision: Decision) -> Iterator[Asset]:
    for bundle in decision.group.members:
        yield from bundle.assets


def _placing(
    decision: Decision,
    contents: frozenset[ContentId],
    slot: _Slot,
    facts: Callable[[ContentId], Facts | None],
    pictures: Sequence[Picture],
) -> Placing:
    names: dict[Ref, str] = {}
    actions: list[Action] = []
    originals = _Names(f"{slot.folder}/originals", slot.entries)
    because = f"is in group {slot.number} ({decision.group.kind})"
    # Suffixes go in content order, so they do not depend on the order in which files were found.
    for bundle in sorted(decision.group.members, key=lambda member: (member.main.content, member.main.ref)):
        unit = f"{slot.unit}/{name_of(bundle.main.ref)}/{bundle.main.content}"
        for asset, (path, there) in zip(bundle.assets, originals.give(*_distinct(bundle)), strict=True):
            names[asset.ref] = path
            if not there:
                actions.append(_copy(asset, slot.target.ref(path), because, unit))
    made = [action for one in pictures for action in _made(decision, slot, one, fresh=bool(actions))]
    best, more = _best(decision, names, slot)
    text = metadata_text(decision.group.members, facts)
    description = _write(slot.target, f"{slot.folder}/metadata.txt", text, f"describes group {slot.number}")
    return Placing(
        decision, slot.number, slot.folder, names, best, contents, (*actions, *more, *made, *description)
    )


def _made(decision: Decision, slot: _Slot, picture: Picture, *, fresh: bool) -> list[Action]:
    """A picture that is made of the group; one of ours stays while the photos do."""
    path = f"{slot.folder}/{picture.name}"
    if decision.group.kind is not picture.kind or (slot.target.is_ours(path) and not fresh):
        return []
    data = picture.make(decision)
    because = f"{picture.because} of group {slot.number}"
    return [] if data is None else _write(slot.target, path, data, because)


def _distinct(bundle: Bundle) -> tuple[list[tuple[str, ContentId]], str]:
    """The files of a bundle under names of which no two are alike, and the stem that they share."""
    stem = split(called(bundle.main))[0]
    seen: set[str] = set()
    files: list[tuple[str, ContentId]] = []
    for asset in bundle.assets:
        name = called(asset)
        names = (suffixed(name, "", number) for number in itertools.count())
        name = next(free for free in names if collision_key(free) not in seen)
        seen.add(collision_key(name))
        files.append((name, asset.content))
    return files, stem


def _best(decision: Decision, names: Mapping[Ref, str], slot: _Slot) -> tuple[tuple[str, ...], list[Action]]:
    """Copies of the pick in front, every original of its bundle; an earlier pick of ours gives way."""
    bundle = best_photo(decision)
    if bundle is None:
        return (), []
    photos = [asset for asset in bundle.assets if asset.kind is Kind.PHOTO or asset is bundle.main]
    files = [(_best_name(names[asset.ref]), asset.content) for asset in photos]
    given = _Names(slot.folder, slot.entries).give(files, split(files[0][0])[0]) if files else []
    unit = f"{slot.unit}/best/{bundle.main.content}"
    because = _why(decision.scores, bundle)
    actions: list[Action] = [
        _copy(asset, slot.target.ref(path), because, unit)
        for asset, (path, there) in zip(photos, given, strict=True)
        if not there
    ]
    paths = tuple(path for path, _ in given)
    sources = {asset.content: asset for asset in _assets(decision)}
    for path, content in sorted(slot.entries):
        stale = path.startswith(f"{slot.folder}/best_") and path not in paths and slot.target.is_ours(path)
        if stale and content in sources:
            actions.append(_taken_back(sources[content], slot.target.ref(path), unit))
    return paths, actions


def _taken_back(asset: Asset, ref: Ref, unit: str) -> Trash:
    copied = _copy(asset, ref, "was the pick", unit)
    because = "another photo is the pick now"
    return Trash(ref, asset.content, asset.size, undoes=copied, because=because, unit=unit)


def _copy(asset: Asset, target: Ref, because: str, unit: str) -> Copy:
    # An archive's times are those of its making, and what is loaded from a server is new; the photo's own is better.
    named = asset.ref.archive and asset.taken is not None and asset.taken.source != "mtime"
    known = named or asset.ref.place != LOCAL
    taken_ns = int(asset.taken.at.timestamp()) * 1_000_000_000 if asset.taken is not None and known else 0
    return Copy(
        asset.ref,
        target,
        asset.content,
        asset.size,
        because,
        unit,
        asset.revision,
        modified_ns=max(0, taken_ns),
    )


def _best_name(path: str) -> str:
    stem, extension = split(path.rpartition("/")[2])
    return fitting(f"best_{stem}", extension)


def _why(scores: Sequence[Score], bundle: Bundle) -> str:
    reasons = next((score.reasons for score in scores if score.ref == bundle.main.ref), ())
    return "the pick of its group" + (f": {', '.join(reasons)}" if reasons else "")


def _write(target: Target, path: str, data: bytes, because: str) -> list[Action]:
    """Write a file of ours, unless it is there as it should be."""
    content = content_id(data)
    free, replaces = _own_path(target, path, content)
    if replaces == content:
        return []
    return [Write(target.ref(free), data, content, replaces, because)]


def _own_path(target: Target, path: str, content: ContentId | None) -> tuple[str, ContentId | None]:
    """The path for a file of ours, beside one that a person changed, and what it takes the place of."""
    folder, _, name = path.rpartition("/")
    for number in itertools.count():
        free = f"{folder}/{suffixed(name, '', number)}"
        there = target.present.get(free)
        if there is None or there == content or target.is_ours(free):
            return free, there
    raise AssertionError  # itertools.count never ends
