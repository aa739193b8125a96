"""Where the programs begin. Before a command runs, and after it, Ctrl-C simply ends the process.

The imports of a command take up to half a second. An interrupt raised within them would show a traceback,
or be lost where Python imports through a callback.
"""

import gc
import os
import signal
from importlib import import_module
from typing import Final

#: New values after which the garbage collector looks for circles.
VALUES: Final = 200_000


def keepers() -> int:
    """Be the program `keepers`; the exit code."""
    return _program("keepers.cli.main", "main")


def photo_organizer() -> int:
    """Be the program `photo-organizer`; the exit code."""
    return _program("keepers.cli.old", "photo_organizer")


def photo_organizer_immich() -> int:
    """Be the program `photo-organizer-immich`; the exit code."""
    return _program("keepers.cli.old_script", "photo_organizer_immich")


def photo_import() -> int:
    """Be the program `photo-import`; the exit code."""
    return _program("keepers.cli.old_import", "photo_import")


def photo_find_duplicates() -> int:
    """Be the program `photo-find-duplicates`; the exit code."""
    return _program("keepers.cli.old_duplicates", "photo_find_duplicates")


def immich_featured_photo_organizer() -> int:
    """Be the program `immich-featured-photo-organizer`; the exit code."""
    return _program("keepers.cli.old_featured", "immich_featured_photo_organizer")


def _program(module: str, name: str) -> int:
    # Whoever started us may have had Ctrl-C ignored, as a shell does for a job in the background.
    heard = signal.getsignal(signal.SIGINT) is signal.default_int_handler
    if heard:
        signal.signal(signal.SIGINT, signal.SIG_DFL)
    # We share work out ourselves; threads of OpenBLAS would wait for it, spinning.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    # What a command makes, it keeps: to look through all of it after every 700 values costs a tenth of the time.
    gc.set_threshold(VALUES)
    code: int = getattr(import_module(module), name)()
    # Python looks for circles once more before it ends, through all that goes with the process anyway.
    gc.freeze()
    if heard:
        signal.signal(signal.SIGINT, signal.SIG_DFL)
    return code
