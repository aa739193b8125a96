"""The files within ZIP archives as files of this machine: listed, described, read; never changed."""

import errno
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Final

from blake3 import blake3

from keepers.errors import UnreadableError
from keepers.model import LOCAL, ContentId, Fate, Found, Problem, Ref
from keepers.places import files
from keepers.read import archive, formats

ENDING: Final = ".zip"
#: What a root is called that stands for all that an archive holds.
INSIDE: Final = "!"
_CHUNK: Final = 1 << 20
_NESTED: Final = (".zip", ".tgz", ".tar", ".gz", ".7z", ".rar")


@dataclass(slots=True)
class Members:
    """Lists archives; `junk` says which names are passed over."""

    junk: Callable[[str, bool], str | None]
    known: dict[str, bool] = field(default_factory=dict[str, bool])

    def below(self, path: str, within: str = "") -> Iterator[Found | Problem]:
        """Yield the files of an archive, or those in one of its folders, or one of them; junk folders once."""
        try:
            for member in archive.members(path):
                if not within or member.name == within or member.name.startswith(within + "/"):
                    yield from self._entries(path, member)
        except UnreadableError as error:
            yield Problem(Ref(LOCAL, path), Fate.UNREADABLE, str(error))
        except OSError as error:
            words = f"cannot be read: {(error.strerror or str(error)).lower()}"
            yield Problem(Ref(LOCAL, path), Fate.UNREADABLE, words, lasting=False)

    def _entries(self, path: str, member: archive.Member) -> Iterator[Found | Problem]:
        ref = Ref(LOCAL, f"{path}{INSIDE}/{member.name}")
        folders, _, name = member.name.rpartition("/")
        for folder, why in self._junk_around(folders):
            key = f"{path}{INSIDE}/{folder}"
            if not self.known.get(key):
                self.known[key] = True
                yield Problem(Ref(LOCAL, key), Fate.IGNORED, why)
            return
        seen = member.status
        if reason := self.junk(name, False):  # noqa: FBT003 (the signature others were promised)
            yield Problem(ref, Fate.IGNORED, reason)
        elif name.lower().endswith(_NESTED):
            yield Problem(ref, Fate.IGNORED, "an archive within an archive; unpack it first")
        elif member.fault:
            fate = Fate.IGNORED if formats.by_name(name) is None else Fate.UNREADABLE
            yield Problem(ref, fate, member.fault)
        else:
            yield Found(ref, seen.size, seen.mtime_ns, seen.inode, seen.device)

    def _junk_around(self, folders: str) -> Iterator[tuple[str, str]]:
        """The outermost folder that is junk by its name, with the reason."""
        at = 0
        while folders and at >= 0:
            at = folders.find("/", at + 1)
            outer = folders if at < 0 else folders[:at]
            if reason := self.junk(outer.rpartition("/")[2], True):  # noqa: FBT003 (the same)
                yield outer, reason


def is_archive(name: str) -> bool:
    """Whether a file's name says that it is a ZIP."""
    return name.lower().endswith(ENDING)


def look(ref: Ref) -> Found | None:
    """Describe a file within an archive; None where there is none of that name."""
    seen = archive.status(ref.key)
    return None if seen is None else Found(ref, seen.size, seen.mtime_ns, seen.inode, seen.device)


def content(path: str) -> ContentId:
    """Read all bytes of a file within an archive and name them; OSError where they cannot be read."""
    digest = blake3()
    for chunk in _chunks(path):
        digest.update(chunk)
    return ContentId("b3:" + digest.hexdigest())


def draft_of(source: str, path: str, modified_ns: int) -> files.Draft:
    """Unpack one file under a new name, with the time given, else that which the archive has for it."""
    seen = archive.status(source)
    when = modified_ns or (0 if seen is None else seen.mtime_ns)
    return files.draft_with(_chunks(source), path, modified_ns=when)


def _chunks(path: str) -> Iterator[bytes]:
    try:
        with archive.opened(path) as opened:
            while chunk := opened.file.read(_CHUNK):
                yield chunk
    except UnreadableError as error:
        raise OSError(errno.EIO, str(error), path) from error


def refuse_change(path: str) -> None:
    """OSError for what lies within an archive or an Apple library: those are only read."""
    if archive.located(path) is not None:
        raise OSError(errno.EPERM, "what is in an archive is only read, never changed", path)
    if Ref(LOCAL, path).is_in_library:
        raise OSError(errno.EPERM, "what is in an Apple library is only read, never changed", path)
