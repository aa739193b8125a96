"""A folder on a disk of memory: what is killed or refused there is the same, and to sync costs nothing."""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

MEMORY = Path("/dev/shm")  # noqa: S108
_ENOUGH = 256 << 20


@contextmanager
def in_memory() -> Iterator[Path]:
    """A folder of our own; on an ordinary disk where there is none of memory, or little room on it."""
    free = os.statvfs(MEMORY) if MEMORY.is_dir() and os.access(MEMORY, os.W_OK) else None
    there = free is not None and free.f_bavail * free.f_frsize >= _ENOUGH
    with tempfile.TemporaryDirectory(prefix="keepers-test-", dir=MEMORY if there else None) as folder:
        yield Path(folder)
