"""Which files of this machine hold the bytes of assets, by the checksums that servers tell."""

import hashlib
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Final

from keepers.catalog import served
from keepers.catalog.store import Catalog
from keepers.ports import Served
from keepers.read import archive

#: Files hashed at once: reading waits more than computing.
_THREADS: Final = 4
_CHUNK: Final = 1 << 20


def hash_alike(catalog: Catalog, sizes: Iterable[int]) -> None:
    """Take the SHA-1 of files of this machine that are as large as an asset."""
    work = list(served.unhashed(catalog, sizes))
    if not work:
        return
    found: dict[int, bytes] = {}
    with ThreadPoolExecutor(_THREADS) as threads:
        for (number, _, _), sha1 in zip(work, threads.map(_unchanged, work), strict=True):
            if sha1:
                found[number] = sha1
    served.add_aliases(catalog, found)


def apart(part: Sequence[Served]) -> tuple[list[Served], list[Served]]:
    """Assets whose files lie on this machine, by their bytes where the server tells a checksum, and the others."""
    checked = [one for one in part if one.here and one.sha1]
    with ThreadPoolExecutor(_THREADS) as threads:
        sums = zip(checked, threads.map(_digest, (one.here for one in checked)), strict=True)
        others = {one.id for one, sha1 in sums if sha1.hex() != one.sha1}
    mine = [one for one in part if one.here and one.id not in others]
    rest = [replace(one, here="") for one in part if not one.here or one.id in others]
    return mine, rest


def _unchanged(work: tuple[int, str, int]) -> bytes:
    """The SHA-1 of a file that is as it was when it was measured; empty where it is not."""
    return _digest(work[1], work[2])


def _digest(path: str, mtime_ns: int | None = None) -> bytes:
    """The SHA-1 of a file; empty where it cannot be read, or has another time."""
    hasher = hashlib.sha1(usedforsecurity=False)
    try:
        with archive.opened(path) as opened:
            if mtime_ns is not None and opened.status.mtime_ns != mtime_ns:
                return b""
            while chunk := opened.file.read(_CHUNK):
                hasher.update(chunk)
    except OSError:
        return b""
    return hasher.digest()
