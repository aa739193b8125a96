"""Ctrl-C at the worst moments: while the program is being imported, at work, and when it has finished."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

#: Interrupts itself when it first looks for a module, or at the very end.
INTERRUPTED = """
import atexit, os, signal, sys

class Finder:
    def find_spec(self, name, path, target=None):
        if name == os.environ["WHEN"]:
            os.kill(os.getpid(), signal.SIGINT)

def ended():
    if os.environ["WHEN"] == "the end":
        os.kill(os.getpid(), signal.SIGINT)

sys.meta_path.insert(0, Finder())
atexit.register(ended)
from keepers.cli import start
sys.exit(getattr(start, os.environ["PROGRAM"])())
"""
NO_CATALOG = 10


def run(when: str, folder: Path, *words: str, program: str = "keepers") -> subprocess.CompletedProcess[str]:
    """Run a program that is interrupted at that moment."""
    surroundings = {**os.environ, "WHEN": when, "PROGRAM": program, "HOME": str(folder)}
    return subprocess.run(
        [sys.executable, "-c", INTERRUPTED, *words],
        env=surroundings, capture_output=True, text=True, check=False, timeout=60,
    )  # fmt: skip


@pytest.mark.parametrize("when", ["argparse", "keepers.cli.parser", "keepers.wiring", "the end"])
def test_an_interrupt_before_or_after_the_work_just_ends_the_program(when: str, tmp_path: Path) -> None:
    ended = run(when, tmp_path, "status", "--catalog", str(tmp_path / "c.db"))
    assert ended.returncode == -signal.SIGINT
    assert "Traceback" not in ended.stderr


def test_the_old_command_too(tmp_path: Path) -> None:
    words = ("-s", str(tmp_path), "-o", str(tmp_path / "out"))
    ended = run("keepers.wiring", tmp_path, *words, program="photo_organizer")
    assert (ended.returncode, ended.stderr) == (-signal.SIGINT, "")


def test_nobody_is_interrupted_who_was_told_not_to_listen(tmp_path: Path) -> None:
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        ended = run("keepers.wiring", tmp_path, "status", "--catalog", str(tmp_path / "c.db"))
    finally:
        signal.signal(signal.SIGINT, before)
    assert ended.returncode == NO_CATALOG
