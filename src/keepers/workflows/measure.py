"""Measure one file, in one read: content id, facts, fingerprints. Runs in a worker process."""

import os
from collections.abc import Sequence
from dataclasses import replace
from functools import lru_cache
from typing import Final

import numpy as np
from blake3 import blake3

from keepers.errors import NeedsMemoryError, UnreadableError
from keepers.fingerprint.perceptual import fingerprints
from keepers.model import Facts, Kind
from keepers.read import archive, damage, formats, metadata, photo, sidecars
from keepers.read.packed import pack
from keepers.workflows import footage
from keepers.workflows.job import Job, Measured

#: Above this a picture is decoded alone, with more memory (SAFETY.md section 1.6).
HEAVY_PIXELS: Final = 50_000_000
MOST_BYTES: Final = 400 << 20
HEAD: Final = 4096
CHUNK: Final = 1 << 20
#: Larger files are read into memory of their own.
ROOM: Final = 16 << 20


def measure(job: Job) -> Measured:
    """Read a file once and learn all that `finished` needs.

    OSError when it cannot be opened or read.
    """
    with archive.opened(job.path, buffered=False) as opened:
        status = opened.status
        whole = job.kind is not Kind.VIDEO and status.size <= (
            MOST_BYTES if job.kind is Kind.PHOTO else sidecars.MOST_BYTES
        )
        data = _read(opened.file) if whole else b""
        digest = blake3(data).digest() if whole else _streamed(opened.file)
    fresh = digest not in job.known
    base = Measured(digest, status.size, status.mtime_ns, status.inode, job.kind, fresh)
    if not fresh:
        return base
    if status.size == 0:
        return replace(base, reason="is empty")
    if job.kind is Kind.COMPANION:
        return _companion(job, base, data)
    if job.kind is Kind.VIDEO:
        return _video(job, base)
    if not whole:
        return replace(base, reason=f"is larger than {MOST_BYTES >> 20} MiB")
    return _photo(job, base, data)


def finished(results: Sequence[Measured]) -> Sequence[Measured]:
    """Fingerprint the pictures of files that were measured one after another, and pack their facts.

    Decoding drives all else out of the processor's caches; together these steps cost a quarter.
    """
    prints = iter(fingerprints([one.grey for one in results if one.grey is not None]))
    return [_finished(one, None if one.grey is None else next(prints)) for one in results]


def _finished(one: Measured, prints: np.void | None) -> Measured:
    facts = one.facts
    if facts is None:
        return one
    if prints is None:
        return replace(one, facts=None, packed=pack(facts))
    inside = float(prints["trim_share"])
    if inside < 1:
        facts = replace(facts, inside=round(inside, 4))
    return replace(one, facts=None, packed=pack(facts), prints=prints.tobytes(), grey=None)


@lru_cache(maxsize=1)
def _room() -> memoryview:
    """Where files are read to, again and again: fresh memory for each would cost 0.2 ms a file."""
    return memoryview(bytearray(ROOM))


def _read(file: archive.File) -> bytes | memoryview:
    """All bytes of a file; they last until the next file is read."""
    room, have = _room(), 0
    while have < ROOM and (got := file.readinto(room[have:])):
        have += got
    return room[:have] if have < ROOM else bytes(room) + file.read()


def _streamed(file: archive.File) -> bytes:
    hasher = blake3()
    while chunk := file.read(CHUNK):
        hasher.update(chunk)
    return hasher.digest()


def _companion(job: Job, base: Measured, data: bytes | memoryview) -> Measured:
    """What a sidecar says; a name alone tells what kind of companion any other file is."""
    said = sidecars.facts(bytes(data), os.path.basename(job.path))
    if said is None:
        form = formats.by_name(job.path)
        said = Facts("" if form is None else form.name, 0, 0)
    return replace(base, facts=said)


def _video(job: Job, base: Measured) -> Measured:
    try:
        facts = metadata.video_facts(job.path)
    except UnreadableError as error:
        return replace(base, reason=str(error))
    try:
        facts, clip = footage.learned(job.path, facts)
    except NeedsMemoryError:
        return replace(base, facts=facts) if job.heavy else replace(base, again=True)
    return replace(base, facts=facts, clip=clip)


def _photo(job: Job, base: Measured, data: bytes | memoryview) -> Measured:
    form = formats.sniff(bytes(data[:HEAD]), os.path.basename(job.path))
    if form is None:
        if formats.by_name(job.path) is None:
            return replace(base, reason="is no photo", ignored=True)
        return replace(base, reason="its bytes are no picture")
    if form.kind is Kind.VIDEO:
        return replace(_video(job, base), kind=Kind.VIDEO)
    try:
        learned = photo.learned(data, form, damage.MOST_PIXELS if job.heavy else HEAVY_PIXELS)
        if learned.grey is None:
            return replace(base, again=True)
    except NeedsMemoryError as error:
        return replace(base, again=True) if not job.heavy else replace(base, reason=str(error))
    except UnreadableError as error:
        return replace(base, reason=str(error))
    return replace(base, facts=learned.facts, grey=learned.grey)
