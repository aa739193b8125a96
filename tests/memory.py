"""A folder on a disk of memory: what is killed or refused there is the same, and to sync costs nothing."""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

MEMORY = Path("/dev/shm")  # noqa: S108
_ENOUGH = 256 << 20


@contextmanager
def in_memory(ordinary: Path) -> Iterator[Path]:
    """A folder of our own in memory; the ordinary one where there is no such disk, or little room on it."""
    free = os.statvfs(MEMORY) if MEMORY.is_dir() and os.access(MEMORY, os.W_OK) else None
    if free is None or free.f_bavail * free.f_frsize < _ENOUGH:
        yield ordinary
        return
    with tempfile.TemporaryDirectory(prefix="keepers-test-", dir=MEMORY) as folder:
        yield Path(folder)
