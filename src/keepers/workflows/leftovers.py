"""Files that a scan passes over but that hold something: documents, archives, recycle bins, other programs' libraries."""

import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from keepers.catalog import hashed
from keepers.catalog.store import Catalog
from keepers.model import LOCAL, ContentId, Found, Problem, Ref
from keepers.ports import Reader
from keepers.read import formats

#: Reasons of a listing that say: here is nothing that anybody made. Whatever has another reason holds data, so
#: that a reason that is new is on the safe side.
HARMLESS: Final = frozenset({
    "thumbnails of a NAS", "thumbnails", "a system file", "a system folder", "a macOS resource fork", "a Finder file",
    "a lock file", "a symbolic link, which is never followed", "a named pipe, no file", "a socket, no file",
    "a device, no file", "no regular file", "the same folder is listed under another name",
})  # fmt: skip
#: What a file system check saved has no name any more, but may be a photo.
_SAVED: Final = "lost+found"


@dataclass(frozen=True, slots=True)
class Leftover:
    """A file that holds something and that Keepers cannot judge; the whole entry it belongs to, and why.

    `found` is None where it could not be looked at.
    """

    entry: str
    reason: str
    path: str
    found: Found | None


@dataclass(frozen=True, slots=True)
class Looking:
    """What looking at leftovers takes; `everything` lists folders without passing anything over."""

    catalog: Catalog
    reader: Reader
    everything: Callable[[Sequence[str]], Iterator[Found | Problem]]

    def content(self, found: Found) -> ContentId:
        """The content of a file, read once for each of its revisions; OSError where it cannot be read."""
        known = hashed.known(self.catalog, found)
        if known is None:
            known = self.reader.content(found.ref)
            hashed.remember(self.catalog, [(found, known)])
        return known


def leftovers(looking: Looking, ignored: Iterable[tuple[str, str]]) -> Iterator[Leftover]:
    """The files that hold something among the entries that a scan passed over, each with its reason."""
    for entry, reason in ignored:
        if reason in HARMLESS and os.path.basename(entry) != _SAVED:
            continue
        if looking.reader.folder(Ref(LOCAL, entry)) is None:
            yield from _file(looking, entry, reason)
        else:
            yield from _folder(looking, entry, reason)


def _file(looking: Looking, entry: str, reason: str) -> Iterator[Leftover]:
    try:
        found = looking.reader.look(Ref(LOCAL, entry))
    except OSError as error:
        yield Leftover(entry, f"{reason}; cannot be looked at: {_words(error)}", entry, None)
        return
    if found is not None and found.size:
        yield Leftover(entry, reason, entry, found)


def _folder(looking: Looking, entry: str, reason: str) -> Iterator[Leftover]:
    """The files of a folder, each with how many there are."""
    held = [one for one in looking.everything([entry]) if not _is_nothing(one)]
    files = f"with {len(held):,} {'file' if len(held) == 1 else 'files'} in it"
    for one in held:
        if isinstance(one, Problem):
            yield Leftover(entry, f"{reason}; {one.reason}", one.ref.key, None)
        else:
            yield Leftover(entry, f"{reason}, {files}", one.ref.key, one)


def _is_nothing(one: Found | Problem) -> bool:
    if isinstance(one, Problem):
        return one.reason in HARMLESS
    return not one.size or formats.fate_by_name(os.path.basename(one.ref.key), False) in HARMLESS  # noqa: FBT003


def _words(error: OSError) -> str:
    return (error.strerror or str(error)).lower()
