"""Whether some program has a file open for writing: a hint that the kernel gives."""

import fcntl
import os
import signal
from typing import Final

_READ: Final = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC


def has_writer(path: str) -> bool:
    """Whether a program writes to this file; False also where that cannot be told.

    A read lease is given only on a file that nobody has open for writing (fcntl(2)). It is handed back
    at once; who opens the file meanwhile waits for that, and we are told by a signal that is ignored.
    """
    try:
        handle = os.open(path, _READ)
    except OSError:
        return False
    try:
        fcntl.fcntl(handle, fcntl.F_SETSIG, signal.SIGURG)
        fcntl.fcntl(handle, fcntl.F_SETLEASE, fcntl.F_RDLCK)
        fcntl.fcntl(handle, fcntl.F_SETLEASE, fcntl.F_UNLCK)
    except BlockingIOError:
        return True
    except OSError:
        # Files of others, and network drives, give no lease.
        return False
    finally:
        os.close(handle)
    return False
