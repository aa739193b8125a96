"""Measure one file, in one read: content id, facts, fingerprints. Runs in a worker process."""

import contextlib
import mmap
import os
from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from blake3 import blake3

from keepers.errors import NeedsMemoryError, UnreadableError
from keepers.fingerprint.perceptual import fingerprints
from keepers.model import Facts, Kind
from keepers.read import archive, damage, formats, metadata, photo
from keepers.read.packed import pack
from keepers.workflows.job import Job, Measured

if TYPE_CHECKING:
    from hashlib import _Hash  # pyright: ignore[reportPrivateUsage]  (the only name of its type)

#: Above this a picture is decoded alone, with more memory (SAFETY.md section 1.6).
HEAVY_PIXELS: Final = 50_000_000
MOST_BYTES: Final = 400 << 20
HEAD: Final = 4096
CHUNK: Final = 1 << 20
#: Larger files are read into memory of their own.
ROOM: Final = 16 << 20
#: The bytes of smaller files are kept until `finished`: as many as travel together find room.
SMALL: Final = 1 << 20
SHELF: Final = 10 << 20


def measure(job: Job) -> Measured:
    """Read a file once and learn all that `finished` needs.

    OSError when it cannot be opened or read.
    """
    return _measured(job, None)


def measure_for_servers(job: Job) -> Measured:
    """The same, and the SHA-1 by which Immich servers know the bytes of photos and films."""
    from hashlib import sha1  # noqa: PLC0415 (OpenSSL costs 3 ms, and few have a server)

    return _measured(job, None if job.kind is Kind.COMPANION else sha1(usedforsecurity=False))


def _measured(job: Job, sha1: "_Hash | None") -> Measured:
    with archive.opened(job.path, buffered=False) as opened:
        status = opened.status
        whole = job.kind is not Kind.VIDEO and status.size <= _most_bytes(job.kind)
        data, lasts = _shelf().read(opened.file, status.size) if whole else (b"", False)
        if sha1 is not None:
            sha1.update(data)
        digest = blake3(data).digest() if whole else _streamed(opened.file, sha1)
    fresh = digest not in job.known
    base = Measured(
        digest,
        status.size,
        status.mtime_ns,
        status.inode,
        job.kind,
        fresh,
        sha1=b"" if sha1 is None else sha1.digest(),
    )
    if not fresh:
        return base
    if status.size == 0:
        return base._replace(reason="is empty")
    if job.kind is Kind.COMPANION:
        return _companion(job, base, data)
    if job.kind is Kind.VIDEO:
        return _video(job, base)
    if not whole:
        return base._replace(reason=f"is larger than {MOST_BYTES >> 20} MiB")
    return _photo(job, base, data, lasts=lasts)


def finished(results: Sequence[Measured]) -> Sequence[Measured]:
    """Learn what is left of files that were measured one after another: facts, fingerprints, all packed.

    Decoding drives all else out of the processor's caches; together these steps cost a quarter. What
    was measured before, and is not among `results`, can be finished no more.
    """
    results = _jpegs(results)
    _shelf().empty()
    prints = iter(fingerprints([one.grey for one in results if one.grey is not None]))
    return [_finished(one, None if one.grey is None else next(prints)) for one in results]


def _finished(one: Measured, prints: np.void | None) -> Measured:
    facts = one.facts
    if facts is None:
        return one
    if prints is None:
        return one._replace(facts=None, packed=pack(facts))
    inside = float(prints["trim_share"])
    if inside < 1:
        facts = facts._replace(inside=round(inside, 4))
    return one._replace(facts=None, packed=pack(facts), prints=prints.tobytes(), grey=None)


def _jpegs(results: Sequence[Measured]) -> list[Measured]:
    """Learn the JPEGs that wait for it, step by step: what does a step is not forgotten from one to the next."""
    done: list[Any] = [one.begun for one in results]
    for step in (photo.decoded, photo.ended):
        done = [_done(step, before) for before in done]
    return [
        one if one.begun is None else _told(one._replace(begun=None), now)
        for one, now in zip(results, done, strict=True)
    ]


def _done(step: Callable[[Any], object], before: object) -> object:
    """What a step gives, or the error that it or one before it met."""
    if before is None or isinstance(before, Exception):
        return before
    try:
        return step(before)
    except UnreadableError as error:
        return error


def _told(one: Measured, learned: photo.Learned | Exception) -> Measured:
    if isinstance(learned, NeedsMemoryError):
        return one._replace(again=True)
    if isinstance(learned, Exception):
        return one._replace(reason=str(learned))
    return one._replace(facts=learned.facts, grey=learned.grey)


class _Shelf:
    """Memory that files are read to, again and again: fresh memory for each would cost 0.2 ms a file."""

    def __init__(self) -> None:
        self._room = _memory(ROOM)
        self._kept = _memory(SHELF)
        self._used = 0

    def empty(self) -> None:
        """Begin again at the front."""
        self._used = 0

    def read(self, file: archive.File, size: int) -> tuple[bytes | memoryview, bool]:
        """All bytes of a file that had `size`, and whether they last until the shelf is emptied, or the next file."""
        end = self._used + SMALL + 1
        lasts = size <= SMALL and end <= SHELF
        room, have = self._kept[self._used : end] if lasts else self._room, 0
        while have < len(room) and (got := file.readinto(room[have:])):
            have += got
        if have == len(room):
            return bytes(room) + file.read(), True
        self._used += have * lasts
        return room[:have], lasts


def _memory(size: int) -> memoryview:
    """Memory that the kernel gives when it is first written to, 2 MiB at a time where it can (madvise(2))."""
    room = mmap.mmap(-1, size, mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS)
    if hasattr(mmap, "MADV_HUGEPAGE"):
        # A kernel without large pages says so; small ones do as well, 5 ms later.
        with contextlib.suppress(OSError):
            room.madvise(mmap.MADV_HUGEPAGE)
    return memoryview(room)


@lru_cache(maxsize=1)
def _shelf() -> _Shelf:
    return _Shelf()


def _streamed(file: archive.File, also: "_Hash | None") -> bytes:
    hasher = blake3()
    while chunk := file.read(CHUNK):
        hasher.update(chunk)
        if also is not None:
            also.update(chunk)
    return hasher.digest()


def _most_bytes(kind: Kind) -> int:
    """How large a file may be that is read whole."""
    if kind is Kind.PHOTO:
        return MOST_BYTES
    from keepers.read import sidecars  # noqa: PLC0415 (reading XML and its like costs 10 ms)

    return sidecars.MOST_BYTES


def _companion(job: Job, base: Measured, data: bytes | memoryview) -> Measured:
    """What a sidecar says; a name alone tells what kind of companion any other file is."""
    from keepers.read import sidecars  # noqa: PLC0415 (as above)

    said = sidecars.facts(bytes(data), os.path.basename(job.path))
    if said is None:
        form = formats.by_name(job.path)
        said = Facts("" if form is None else form.name, 0, 0)
    return base._replace(facts=said)


def _video(job: Job, base: Measured) -> Measured:
    from keepers.workflows import footage  # noqa: PLC0415 (decoding films costs 10 ms, and many have none)

    try:
        facts = metadata.video_facts(job.path)
    except UnreadableError as error:
        return base._replace(reason=str(error))
    try:
        facts, clip = footage.learned(job.path, facts)
    except NeedsMemoryError:
        return base._replace(facts=facts) if job.heavy else base._replace(again=True)
    return base._replace(facts=facts, clip=clip)


def _photo(job: Job, base: Measured, data: bytes | memoryview, *, lasts: bool) -> Measured:
    form = formats.sniff(bytes(data[:HEAD]), os.path.basename(job.path))
    if form is None:
        if formats.by_name(job.path) is None:
            return base._replace(reason="is no photo", ignored=True)
        return base._replace(reason="its bytes are no picture")
    if form.kind is Kind.VIDEO:
        return _video(job, base)._replace(kind=Kind.VIDEO)
    most = damage.MOST_PIXELS if job.heavy else HEAVY_PIXELS
    try:
        if lasts and form.name == "jpeg":
            return base._replace(begun=photo.begun(data, form, most))
        learned = photo.learned(data, form, most)
        if learned.grey is None:
            return base._replace(again=True)
    except NeedsMemoryError as error:
        return base._replace(again=True) if not job.heavy else base._replace(reason=str(error))
    except UnreadableError as error:
        return base._replace(reason=str(error))
    return base._replace(facts=learned.facts, grey=learned.grey)
