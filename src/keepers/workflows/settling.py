"""Tells which files are still being written, and which photos cannot be read as a whole: those are left for later."""

import errno
import os
import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from keepers.model import Asset, Bundle, Ref
from keepers.ports import Reader

#: A download that stands still keeps its file open; older files are not asked, for each costs an open.
ASKED_SECONDS: Final = 24 * 3600
_NS: Final = 1_000_000_000
#: What the system says when a disk fails or a right is missing, and never a decoder of what it has read.
_SYSTEM: Final = frozenset(os.strerror(number).lower() for number in errno.errorcode)


@dataclass(frozen=True, slots=True)
class Settling:
    """How to find out: by looking twice, `seconds` apart, and by asking whether somebody writes."""

    reader: Reader
    has_writer: Callable[[str], bool]
    seconds: float
    now_ns: Callable[[], int] = time.time_ns
    pause: Callable[[float], None] = time.sleep


def unsettled(settling: Settling, bundles: Sequence[Bundle]) -> dict[Ref, str]:
    """Files of photos that changed since the scan or are being written, and why; waits `seconds` at most.

    A photo with such a file is left as a whole by who asks.
    """
    reasons: dict[Ref, str] = {}
    young: list[Asset] = []
    youngest = 0
    for asset in _on_disk(bundles):
        why, mtime_ns = _look(settling, asset)
        if why:
            reasons[asset.ref] = why
        elif 0 <= settling.now_ns() - mtime_ns < settling.seconds * _NS:
            young.append(asset)
            youngest = max(youngest, mtime_ns)
    if young:
        settling.pause(max(0.0, settling.seconds - (settling.now_ns() - youngest) / _NS))
        again = ((asset, _look(settling, asset)[0]) for asset in young)
        reasons.update((asset.ref, why) for asset, why in again if why)
    return reasons


def torn(bundles: Iterable[Bundle], unreadable: Iterable[tuple[str, str]]) -> dict[Ref, str]:
    """Photos beside which a file of their name could not be read, and why.

    Whoever moved such a photo would part it from its film or sidecar, perhaps for ever: once the disk reads again,
    that file belongs to nothing. A file that was read and is damaged will not become better, and holds nothing up.
    """
    failed: dict[str, list[tuple[str, str]]] = defaultdict(list)
    for path, reason in unreadable:
        if reason.lower() in _SYSTEM:
            folder, _, name = path.rpartition("/")
            failed[folder].append((name, reason))
    reasons: dict[Ref, str] = {}
    for bundle in bundles:
        folder, _, main = bundle.main.ref.key.rpartition("/")
        stem = main.rpartition(".")[0].casefold() + "."
        for name, reason in failed.get(folder, ()):
            if name.casefold().startswith(stem):
                reasons[bundle.main.ref] = f"{name}, which seems to belong to it, cannot be read: {reason}"
    return reasons


def is_young(settling: Settling, ref: Ref) -> bool:
    """Whether a file that could not be read may just not be complete yet."""
    if ref.archive:
        return False
    found = settling.reader.look(ref)
    if found is None:
        return False
    age = settling.now_ns() - found.mtime_ns
    return 0 <= age < settling.seconds * _NS or (age < ASKED_SECONDS * _NS and settling.has_writer(ref.key))


def _on_disk(bundles: Iterable[Bundle]) -> Iterable[Asset]:
    return (asset for bundle in bundles for asset in bundle.assets if not asset.ref.archive)


def _look(settling: Settling, asset: Asset) -> tuple[str, int]:
    found = settling.reader.look(asset.ref)
    if found is None:
        return "it is gone", 0
    if found.revision != asset.revision:
        return "it is still being written: it has changed since it was read", found.mtime_ns
    recent = settling.now_ns() - found.mtime_ns < ASKED_SECONDS * _NS
    if recent and settling.has_writer(asset.ref.key):
        return "it is still being written: a program has it open for writing", found.mtime_ns
    return "", found.mtime_ns
