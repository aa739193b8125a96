"""The command `watch`: each run is a process of its own, so that nothing it does can end the watch."""

import argparse
import json
import os
import shlex
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from types import FrameType
from typing import Final

from keepers.decide.destination import visible
from keepers.errors import UsageError
from keepers.watch.changes import Disk, presence
from keepers.watch.loop import INTERRUPTED, Watching, Why, watching

#: What may be done again and again; sources stand behind the word, or where {} is.
COMMANDS: Final = ("scan", "import", "organize", "duplicates", "group", "verify", "missing", "people", "tidy")
_TAKE_SOURCES: Final = frozenset({"scan", "import", "organize", "duplicates", "group", "verify"})
_SORT: Final = ("people", "sort")
_BEGIN: Final = "import sys; from keepers.cli.start import keepers; sys.exit(keepers())"
_WORDS: Final = {
    0: "done",
    1: "failed",
    2: "was not understood, or needs --yes",
    3: "done, but some files could not be",
    4: "found something",
    5: "failed: the settings are wrong",
    6: "failed: the server was not reached",
    11: "waits: another run is changing things",
    INTERRUPTED: "stopped",
}


def watch(options: argparse.Namespace) -> int:
    """Watch folders until told to stop."""
    sources = folders(options.sources)
    words = command_words(options.do)
    if options.every <= 0 or options.settle < 0:
        raise UsageError("--every must be more than 0 minutes, --settle 0 or more seconds")
    watcher = _Watch(options, sources, words)
    before = {number: signal.signal(number, watcher.hear) for number in (signal.SIGINT, signal.SIGTERM)}
    disk = Disk(sources, watcher.stop, watcher.say, presence(sources))
    disk.restart()
    try:
        code = watching(
            Watching(
                disk,
                watcher.run,
                watcher.stop.is_set,
                time.monotonic,
                options.every * 60,
                options.settle,
            )
        )
    finally:
        disk.close()
        for number, handler in before.items():
            signal.signal(number, handler)
    return 0 if watcher.heard == signal.SIGTERM else code


def folders(given: Sequence[str]) -> tuple[str, ...]:
    """The absolute paths of what is watched; one that is not there may come later."""
    paths: list[str] = []
    for text in given:
        if text.startswith(("takeout:", "apple:", "immich:")):
            message = f"{text}: only folders can be watched"
            raise UsageError(message)
        path = os.path.abspath(os.path.expanduser(text))
        if os.path.lexists(path) and not os.path.isdir(path):
            message = f"{path} is no folder; only folders can be watched"
            raise UsageError(message)
        paths.append(path)
    return tuple(dict.fromkeys(paths))


def command_words(text: str) -> tuple[str, ...]:
    """The words of what is to be done; UsageError where that is nothing that can be done again and again."""
    try:
        words = shlex.split(text)
    except ValueError as error:
        message = f"--do {text!r}: {error}"
        raise UsageError(message) from error
    if words[:1] == ["keepers"]:
        words = words[1:]
    if not words or words[0] not in COMMANDS:
        message = f"--do {text!r} must begin with one of {', '.join(COMMANDS)}"
        raise UsageError(message)
    return tuple(words)


def arguments(words: Sequence[str], sources: Sequence[str]) -> list[str]:
    """The command with the sources in it."""
    if "{}" in words:
        return [part for word in words for part in (sources if word == "{}" else (word,))]
    if tuple(words[:2]) == _SORT:
        # What has just come Immich has to learn of first.
        waits = () if any(word.partition("=")[0] == "--wait" for word in words) else ("--wait",)
        return [*_SORT, *sources, *words[2:], *waits]
    return [words[0], *(sources if words[0] in _TAKE_SOURCES else ()), *words[1:]]


def program() -> list[str]:
    """How this very Keepers is started."""
    script = os.path.join(os.path.dirname(sys.executable), "keepers")
    return [script] if os.access(script, os.X_OK) else [sys.executable, "-c", _BEGIN]


@dataclass(slots=True)
class _Watch:
    options: argparse.Namespace
    sources: tuple[str, ...]
    words: tuple[str, ...]
    stop: threading.Event = field(default_factory=threading.Event)
    child: "subprocess.Popen[bytes] | None" = None
    heard: int = 0

    def hear(self, number: int, _: FrameType | None) -> None:
        """Hand a wish to stop on to the run under way, which brings its photo to an end."""
        self.heard = number
        self.stop.set()
        if self.child is not None and self.child.poll() is None:
            self.child.send_signal(number)

    def run(self, why: Why) -> int:
        """Do the work once with what is there, and say in a line what came of it."""
        there = [path for path in self.sources if os.path.isdir(path)]
        if not there:
            self.say(f"waits for {', '.join(self.sources)}")
            return 0
        started = time.monotonic()
        code = self._carried_out(there)
        self._log(why, code, time.monotonic() - started)
        return code

    def _carried_out(self, there: Sequence[str]) -> int:
        general = ["--catalog", self.options.catalog] if self.options.catalog else []
        general += ["--quiet"] if self.options.quiet else []
        words = [*program(), *general, *arguments(self.words, there)]
        try:
            # A group of its own: Ctrl-C reaches it through `hear` alone, and once.
            self.child = subprocess.Popen(
                words,
                stdin=subprocess.DEVNULL,
                stdout=sys.stderr.fileno() if self.options.json else None,
                start_new_session=True,
            )
        except OSError as error:
            self.say(f"{words[0]} cannot be started: {(error.strerror or str(error)).lower()}")
            return 1
        if self.stop.is_set():
            # The wish came while it was being started.
            self.child.send_signal(self.heard)
        code = self.child.wait()
        self.child = None
        return code

    def _log(self, why: Why, code: int, seconds: float) -> None:
        at = datetime.now().astimezone()
        if self.options.json:
            row = {
                "schema_version": 1,
                "at": at.isoformat(timespec="seconds"),
                "command": shlex.join(self.words),
                "why": why.value,
                "exit": code,
                "seconds": round(seconds, 3),
            }
            sys.stdout.write(json.dumps(row) + "\n")
        else:
            word = _WORDS.get(code, f"ended by signal {-code}" if code < 0 else "failed")
            stamp = at.isoformat(sep=" ", timespec="seconds")
            line = f"{stamp} {shlex.join(self.words)}: {word} (exit {code}, {seconds:.1f} s, {why.value})"
            sys.stdout.write(visible(line) + "\n")
        sys.stdout.flush()

    def say(self, words: str) -> None:
        """Tell the user one sentence."""
        stamp = datetime.now().astimezone().isoformat(sep=" ", timespec="seconds")
        sys.stderr.write(visible(f"{stamp} watch: {words}") + "\n")
        sys.stderr.flush()
