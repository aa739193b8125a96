"""Carries out tasks on disk, in the one order that loses nothing, with one sync of a folder for many files.

Copy to a temporary, sync it, read it back and compare, place it without replacing, sync the folder,
tell the journal, and only then remove a source and sync its folder.
"""

import contextlib
import functools
import time
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Final

from keepers.actions import Restore
from keepers.errors import ChangedError
from keepers.places import files
from keepers.places.local.deeds import Deed, compare, copy, leave, place, start, sync
from keepers.places.local.look import words
from keepers.places.local.quarantine import of
from keepers.ports import End, Outcome, Task

#: A smaller file is some twenty short calls: threads that make them wait for one another longer than for a disk.
_SMALL: Final = 1 << 18
#: Unless a call takes long, as on a network: so many files are tried, and may take so long each.
_TRIED, _QUICK_SECONDS = 8, 0.004


def perform(tasks: Sequence[Task], placed: Callable[[], None], threads: int = 1) -> Sequence[Outcome]:
    """Carry out tasks that do not touch the same things; what failed has changed nothing.

    Bytes are brought to the disk and read back by so many `threads`: disks that are asked for many files
    at once answer sooner, and the syncs of a file system's journal are shared. Names change in one.
    """
    devices: dict[str, int] = {}
    deeds = [Deed(task, devices) for task in tasks]
    _each(deeds, start, "copying")
    copies = [deed for deed in deeds if deed.wanted is not None or deed.draft is not None]
    with contextlib.ExitStack() as stack:
        each, left = _each, copies
        if threads > 1 and len(copies) > 1:
            pool = ThreadPoolExecutor(min(threads, len(copies)))
            # Who interrupts does not wait for files that nobody has begun to copy.
            stack.callback(pool.shutdown, wait=True, cancel_futures=True)
            each, left = functools.partial(_each_at_once, pool), _copied_alone(copies)
        each(left, copy, "copying")
        each(copies, sync, "writing to the disk")
        each(copies, compare, "reading back")
    _each(deeds, place, "placing")
    _sync_folders(deeds, threads)
    if any(deed.leaves for deed in deeds):
        placed()
        _each(deeds, leave, "removing the source")
        _sync_folders([deed for deed in deeds if deed.leaves], threads)
    return [
        deed.outcome or Outcome(End.DONE, deed.draft.note if deed.draft else "", deed.revision)
        for deed in deeds
    ]


def _each(deeds: Iterable[Deed], step: Callable[[Deed], None], doing: str) -> None:
    for deed in deeds:
        if deed.outcome is None:
            try:
                step(deed)
            except (OSError, ChangedError) as error:
                deed.fail(error, doing)


def _each_at_once(
    pool: ThreadPoolExecutor, deeds: Iterable[Deed], step: Callable[[Deed], None], doing: str
) -> None:
    for future in [pool.submit(_each, (deed,), step, doing) for deed in deeds]:
        future.result()


def _copied_alone(deeds: Sequence[Deed]) -> list[Deed]:
    """Copy the small files for as long as that is quick; what is left to be copied."""
    small: list[Deed] = []
    left: list[Deed] = []
    for deed in deeds:
        (small if getattr(deed.task.action, "size", 0) < _SMALL else left).append(deed)
    started = time.monotonic()
    for number, deed in enumerate(small):
        if number >= _TRIED and time.monotonic() - started > number * _QUICK_SECONDS:
            return [*small[number:], *left]
        _each((deed,), copy, "copying")
    return left


def _sync_folders(deeds: Iterable[Deed], threads: int) -> None:
    """Sync each folder once; where that fails, all that was placed there has failed."""
    waiting = [deed for deed in deeds if deed.outcome is None]
    folders = list(dict.fromkeys(folder for deed in waiting for folder in deed.folders))
    if threads > 1 and len(folders) > threads:
        with ThreadPoolExecutor(threads) as pool:
            faults = list(pool.map(_synced, folders))
    else:
        faults = [_synced(folder) for folder in folders]
    wrong = {folder: fault for folder, fault in zip(folders, faults, strict=True) if fault is not None}
    for deed in waiting:
        fault = next((wrong[folder] for folder in deed.folders if folder in wrong), None)
        if fault is not None:
            deed.fail(fault, "writing a folder to the disk")
        elif isinstance(deed.task.action, Restore):
            try:
                files.remove_folder(of(deed.task.action.kept))
            except OSError as error:
                # The photo is back, and stays; whoever settles the run next removes the folder.
                deed.outcome = Outcome(End.FAILED, words(error, "removing an empty folder of the trash"))


def _synced(folder: str) -> OSError | None:
    try:
        files.sync_folder(folder)
    except OSError as error:
        return error
    return None
