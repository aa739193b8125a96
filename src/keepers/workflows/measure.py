"""Measure one file, in one read: content id, facts, fingerprints. Runs in a worker process."""

import json
import math
import os
import stat
import zlib
from dataclasses import replace
from typing import Final

from blake3 import blake3

from keepers.errors import NeedsMemoryError, UnreadableError
from keepers.fingerprint.perceptual import fingerprint
from keepers.model import Facts, Kind
from keepers.read import damage, formats, metadata, photo
from keepers.workflows.job import Job, Measured

#: Above this a picture is decoded alone, with more memory (SAFETY.md section 1.6).
HEAVY_PIXELS: Final = 50_000_000
MOST_BYTES: Final = 400 << 20
HEAD: Final = 4096
CHUNK: Final = 1 << 20


def measure(job: Job) -> Measured:
    """Read a file once and learn everything from it; OSError when it cannot be opened or read."""
    descriptor = os.open(job.path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    with open(descriptor, "rb", buffering=0) as file:
        status = os.fstat(descriptor)
        if not stat.S_ISREG(status.st_mode):
            message = "became something other than a file"
            raise OSError(message)
        base = Measured(b"", status.st_size, status.st_mtime_ns, status.st_ino, job.kind, fresh=True)
        whole = job.kind is Kind.PHOTO and status.st_size <= MOST_BYTES
        data = file.read() if whole else b""
        digest = blake3(data).digest() if whole else _streamed(file.fileno())
        base = replace(base, b3=digest)
    if digest in job.known:
        return replace(base, fresh=False)
    if status.st_size == 0:
        return replace(base, reason="is empty")
    if job.kind is Kind.COMPANION:
        return base
    if job.kind is Kind.VIDEO:
        return _video(job, base)
    if not whole:
        return replace(base, reason=f"is larger than {MOST_BYTES >> 20} MiB")
    return _photo(job, base, data)


def exposure_value(facts: Facts) -> float | None:
    """EV at ISO 100: log2(N^2 / t) - log2(ISO / 100); None where a part is unknown (ISO 2720)."""
    if not facts.exposure_seconds or not facts.f_number or facts.exposure_seconds < 0 or facts.f_number < 0:
        return None
    iso = facts.iso if facts.iso and facts.iso > 0 else 100.0
    return math.log2(facts.f_number**2 / facts.exposure_seconds) - math.log2(iso / 100)


def _streamed(descriptor: int) -> bytes:
    hasher = blake3()
    while chunk := os.read(descriptor, CHUNK):
        hasher.update(chunk)
    return hasher.digest()


def _video(job: Job, base: Measured) -> Measured:
    try:
        facts = metadata.video_facts(job.path)
    except UnreadableError as error:
        return replace(base, reason=str(error))
    return _with_facts(base, facts)


def _photo(job: Job, base: Measured, data: bytes) -> Measured:
    form = formats.sniff(data[:HEAD], os.path.basename(job.path))
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
        prints = fingerprint(learned.grey).tobytes()
    except NeedsMemoryError as error:
        return replace(base, again=True) if not job.heavy else replace(base, reason=str(error))
    except UnreadableError as error:
        return replace(base, reason=str(error))
    return replace(_with_facts(base, learned.facts), prints=prints)


def _with_facts(base: Measured, facts: Facts) -> Measured:
    text = json.dumps(dict(facts.exif)).encode()
    return replace(base, facts=replace(facts, exif={}), exif=zlib.compress(text, 1), ev=exposure_value(facts))
