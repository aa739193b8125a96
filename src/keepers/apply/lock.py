"""One apply lock: a single run changes things at a time."""

import contextlib
import fcntl
import os
from collections.abc import Generator

from keepers.errors import CatalogBusyError


@contextlib.contextmanager
def applying(path: str) -> Generator[None]:
    """Hold the lock file; CatalogBusyError says who else does. A dead process holds nothing."""
    handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            holder = os.pread(handle, 32, 0).decode("ascii", "replace").strip() or "another process"
            message = (
                f"another run is changing things at the moment (process {holder}); "
                "wait until it is done, then try again"
            )
            raise CatalogBusyError(message) from error
        os.ftruncate(handle, 0)
        os.pwrite(handle, f"{os.getpid()}\n".encode("ascii"), 0)
        yield
    finally:
        os.close(handle)
