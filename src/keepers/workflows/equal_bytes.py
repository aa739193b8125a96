"""The short way to exact copies: files of equal size are hashed, nothing is decoded; for a fresh catalog.

A later scan uses the digests that are remembered here. Which files are one photo is told by their names; where
only a look inside could tell, as of a still and a film of one name, the whole scan is needed.
"""

import contextlib
import os
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from queue import Empty, SimpleQueue
from threading import Thread
from typing import TYPE_CHECKING, Final, TypeVar

from keepers.catalog import copies, hashed, remembered
from keepers.catalog.contents import content_id
from keepers.catalog.store import Catalog
from keepers.decide.copies import Candidates, Item, Settled, group_id, settle
from keepers.decide.originality import Copy, Criterion, criteria, ordered, seen
from keepers.decide.rules import Rule
from keepers.errors import SourceShrunkError
from keepers.model import Asset, Bundle, ContentId, Facts, Fate, Found, GroupKind, Kind, Problem, Ref, Role
from keepers.read import bundles, formats, merging

if TYPE_CHECKING:
    from keepers.ports import Progress

_T = TypeVar("_T")
_R = TypeVar("_R")

_HEAD: Final = 4096
#: What a file is read into: it fits into the cache of a core beside what hashing needs.
_ROOM: Final = 1 << 18
#: Its bytes do not begin as those of a picture or film; so it is no photo, whatever its name.
_NO_PICTURE: Final = "no picture"
#: Handing one file at a time to a thread would cost half as much as hashing it.
_TOGETHER: Final = 16
_NOTHING: Final = Facts("", 0, 0)
#: Equal bytes are equally readable; originality only has to know that there is a picture.
_PICTURE: Final = Facts("", 1, 1)
_WITH_FILM: Final = frozenset({"jpeg", "heic"})


@dataclass(frozen=True, slots=True)
class Seeking:
    """What it works with; `jobs` is the number of threads.

    `read` names the bytes of a file, and gives the first and the revision after it was read; the memory it reads
    into is ours.
    """

    catalog: Catalog
    listing: Callable[[Sequence[str]], Iterable[Found | Problem]]
    read: Callable[[Ref, int, bytearray], tuple[ContentId, bytes, str]]
    progress: "Progress"
    jobs: int
    roots: Sequence[str]
    references: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Sought:
    """The settled groups, and what could not be read."""

    groups: tuple[Settled, ...]
    unreadable: tuple[tuple[str, str], ...]


def seek(seeking: Seeking, rules: Sequence[Rule]) -> Sought | None:
    """The exact copies at or below the roots; None where only a whole scan can tell."""
    found = _Files(seeking)
    found.listed()
    found.read()
    groups = found.groups()
    if groups is None:
        return None
    return Sought(tuple(settle(groups, rules)), tuple(sorted(found.unreadable.items())))


@dataclass(slots=True)
class _Files:
    """What lies below the roots, and which of it holds the same bytes."""

    seeking: Seeking
    files: dict[str, Found] = field(default_factory=dict[str, Found])
    forms: dict[str, formats.Format] = field(default_factory=dict[str, formats.Format])
    inodes: dict[tuple[int, int], list[str]] = field(default_factory=dict[tuple[int, int], list[str]])
    contents: dict[tuple[int, int], ContentId] = field(default_factory=dict[tuple[int, int], ContentId])
    unreadable: dict[str, str] = field(default_factory=dict[str, str])
    #: What decides between equal bytes is the same for every group.
    rules: Sequence[Criterion] = criteria((), GroupKind.SAME_BYTES)

    def listed(self) -> None:
        """List every file that may be part of a photo; SourceShrunkError where a root has none."""
        progress = self.seeking.progress
        progress.stage("looking", 0, 0)
        for root in self.seeking.roots:
            number = 0
            for entry in self.seeking.listing([root]):
                number += 1
                if isinstance(entry, Problem):
                    if entry.fate is Fate.UNREADABLE:
                        self.unreadable[entry.ref.key] = entry.reason
                elif (form := formats.by_name(entry.ref.key)) is not None:
                    self._see(entry, form)
            if not number:
                message = f"{root} holds no files"
                raise SourceShrunkError(message)
            progress.step(number, 0)
        progress.done()

    def _see(self, found: Found, form: formats.Format) -> None:
        path = found.ref.key
        self.files[path] = found
        self.forms[path] = form
        self.inodes.setdefault((found.device, found.inode), []).append(path)

    def read(self) -> None:
        """Hash the files of equal size, each once whatever its names; what was read before is known."""
        sizes: dict[int, list[tuple[int, int]]] = defaultdict(list)
        for inode, names in self.inodes.items():
            sizes[self.files[names[0]].size].append(inode)
        wanted = [inode for size, same in sizes.items() if size and len(same) > 1 for inode in same]
        known = copies.revisions(self.seeking.catalog, self.seeking.roots)
        fresh: list[Found] = []
        for inode in wanted:
            found = self.files[self.inodes[inode][0]]
            old = known.get(found.ref.key)
            if old is not None and old[0] == found.revision:
                self.contents[inode] = content_id(old[1])
            else:
                fresh.append(found)
        if fresh:
            hashed.remember(self.seeking.catalog, self._hashed(fresh))

    def _hashed(self, fresh: Sequence[Found]) -> list[tuple[Found, ContentId]]:
        done: list[tuple[Found, ContentId]] = []
        progress = self.seeking.progress
        progress.stage("reading", len(fresh), sum(found.size for found in fresh))
        parts = [fresh[start : start + _TOGETHER] for start in range(0, len(fresh), _TOGETHER)]
        for part, results in _threaded(self._contents, parts, self.seeking.jobs):
            progress.step(len(part), sum(found.size for found in part))
            for found, result in zip(part, results, strict=True):
                if result.startswith("b3:"):
                    self.contents[found.device, found.inode] = ContentId(result)
                    done.append((found, ContentId(result)))
                elif result != _NO_PICTURE:
                    self.unreadable[found.ref.key] = result
        progress.done()
        return done

    def _contents(self, part: Sequence[Found]) -> list[str]:
        room = bytearray(_ROOM)
        return [self._content(found, room) for found in part]

    def _content(self, found: Found, room: bytearray) -> str:
        """The content of a file, or why it has none that can be relied on."""
        try:
            content, head, revision = self.seeking.read(found.ref, _HEAD, room)
        except OSError as error:
            return (error.strerror or str(error)).lower()
        if revision != found.revision:
            return "changed while it was read"
        return content if formats.sniff(head, os.path.basename(found.ref.key)) is not None else _NO_PICTURE

    def groups(self) -> list[Candidates] | None:
        """Photos whose main files are equal; None where only a look inside could tell what is one photo."""
        same: dict[ContentId, int] = defaultdict(int)
        for content in self.contents.values():
            same[content] += 1
        members = [
            name
            for inode, content in self.contents.items()
            if same[content] > 1
            for name in self.inodes[inode]
        ]
        folders = sorted({name.rpartition("/")[0] for name in members})
        beside: dict[str, list[str]] = {folder: [] for folder in folders}
        for path in self.files:
            if (folder := path.rpartition("/")[0]) in beside:
                beside[folder].append(path)
        photos: dict[ContentId, list[Bundle]] = defaultdict(list)
        wanted = frozenset(members)
        for paths in beside.values():
            found = self._bundles(paths, wanted)
            if found is None:
                return None
            for bundle in found:
                photos[bundle.main.content].append(bundle)
        said = remembered.verdicts(self.seeking.catalog, GroupKind.SAME_BYTES, list(photos))
        return [
            group
            for content, same_bytes in photos.items()
            if not said.get(content)
            for group in self._candidates(same_bytes)
        ]

    def _bundles(self, paths: Sequence[str], wanted: frozenset[str]) -> list[Bundle] | None:
        forms = [self.forms[path] for path in paths]
        entries = [
            bundles.Entry(path.rpartition("/")[2], form.kind, form.name)
            for path, form in zip(paths, forms, strict=True)
        ]
        if _is_doubtful(paths, entries, wanted):
            return None
        found: list[Bundle] = []
        for main, others in bundles.bundles(entries):
            if paths[main] in wanted and entries[main].kind is not Kind.COMPANION:
                assets = tuple(self._asset(paths[index], entries[index], role) for index, role in others)
                beside = [asset for asset in assets if asset.role is Role.SIDECAR]
                said = list(self._said(beside)) if beside else []
                found.append(
                    Bundle(
                        self._asset(paths[main], entries[main], Role.MAIN),
                        assets,
                        said=merging.merged(_NOTHING, said) if said else None,
                    )
                )
        return found

    def _asset(self, path: str, entry: bundles.Entry, role: Role) -> Asset:
        found = self.files[path]
        content = self.contents.get((found.device, found.inode)) or ContentId(f"ref:{path}")
        return Asset(found.ref, entry.kind, found.size, found.revision, content, role=role)

    def _said(self, assets: Iterable[Asset]) -> Iterator[Facts]:
        from keepers.read import archive, sidecars  # noqa: PLC0415 (reading XML and its like costs 50 ms)

        for asset in assets:
            try:
                with archive.opened(asset.ref.key) as opened:
                    data = bytes(opened.file.read(sidecars.MOST_BYTES + 1))
            except OSError:
                continue
            if (facts := sidecars.facts(data, os.path.basename(asset.ref.key))) is not None:
                yield facts

    def _candidates(self, same: Sequence[Bundle]) -> Iterator[Candidates]:
        """The group of one content, hard links to one file counted once."""
        first: dict[tuple[int, int], Bundle] = {}
        twins: dict[tuple[int, int], list[Bundle]] = defaultdict(list)
        for bundle in sorted(same, key=lambda bundle: bundle.main.ref):
            found = self.files[bundle.main.ref.key]
            inode = found.device, found.inode
            if first.setdefault(inode, bundle) is not bundle:
                twins[inode].append(bundle)
        if len(first) < 2:
            return
        content = same[0].main.content
        facts = {content: _PICTURE}
        ranked, decided = _ranked([seen(bundle, facts) for bundle in first.values()], self.rules)
        yield Candidates(
            group_id(GroupKind.SAME_BYTES, [content]),
            GroupKind.SAME_BYTES,
            tuple(self._item(copy.bundle, twins) for copy in ranked),
            decided.better(ranked[0]) if decided else "as good as the others; the path decides",
        )

    def _item(self, bundle: Bundle, twins: Mapping[tuple[int, int], Sequence[Bundle]]) -> Item:
        found = self.files[bundle.main.ref.key]
        names = tuple(
            twin.main.ref
            for twin in twins.get((found.device, found.inode), ())
            if not twin.others and not self._is_reference(twin.main.ref)
        )
        is_reference = self._is_reference(bundle.main.ref)
        return Item(
            bundle,
            bundle.said or _NOTHING,
            names,
            found.links > 1 + len(names),
            "it lies in a reference folder" if is_reference else "",
            is_reference,
        )

    def _is_reference(self, ref: Ref) -> bool:
        return any(ref.key.startswith(root.rstrip("/") + "/") for root in self.seeking.references)


def _ranked(copies: Sequence[Copy], rules: Sequence[Criterion]) -> tuple[Sequence[Copy], Criterion | None]:
    """The copies, the best first, and the first rule that tells any apart; each rule is asked only where it counts."""
    for at, rule in enumerate(rules):
        values = [rule.value(copy) for copy in copies]
        if values.count(values[0]) < len(values):
            if len(copies) == 2:
                return copies if values[0] > values[1] else copies[::-1], rule
            return ordered(copies, rules[at:]), rule
    return ordered(copies, ()), None


def _is_doubtful(paths: Sequence[str], entries: Sequence[bundles.Entry], wanted: frozenset[str]) -> bool:
    """Whether a still and a film share a name: only their times tell whether they are a Live Photo."""
    if not any(entry.kind is Kind.VIDEO for entry in entries):
        return False
    stems: Mapping[str, list[int]] = defaultdict(list)
    for index, entry in enumerate(entries):
        if entry.kind is not Kind.COMPANION:
            stems[os.path.splitext(entry.name)[0].casefold()].append(index)
    for group in stems.values():
        if len(group) > 1 and any(paths[index] in wanted for index in group):
            films = any(entries[index].kind is Kind.VIDEO for index in group)
            if films and any(entries[index].format in _WITH_FILM for index in group):
                return True
    return False


def _threaded(task: Callable[[_T], _R], items: Sequence[_T], number: int) -> Iterator[tuple[_T, _R]]:
    """Each item with its result, as they come; concurrent.futures would take 20 ms to import.

    A task never raises. Hashing and reading let other threads run.
    """
    todo, done = SimpleQueue[_T](), SimpleQueue[tuple[_T, _R]]()
    for item in items:
        todo.put(item)

    def work() -> None:
        with contextlib.suppress(Empty):
            while True:
                item = todo.get_nowait()
                done.put((item, task(item)))

    for _ in range(max(1, min(number, len(items)))):
        Thread(target=work, daemon=True).start()
    for _ in items:
        yield done.get()
