"""Imported by the fork server alone: a worker whose parent was gone before it told what to do ends in silence.

Ctrl-C or a kill may come between the request for a process and the first word to it. Nobody waits for such
a process, and the traceback of the end of its pipe would be all that a person sees.
"""

import gc
import sys
from types import TracebackType

_usual = sys.excepthook


def _told(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    if not issubclass(kind, EOFError):
        _usual(kind, error, trace)


# The children of the fork server inherit it; what fails once a worker has begun is not told this way.
sys.excepthook = _told
# What the modules make lives as long as the fork server.
gc.set_threshold(200_000)
