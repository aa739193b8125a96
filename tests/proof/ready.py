"""The program, loaded once: every call that is not disturbed is a fork of it, and costs no start.

`python -m tests.proof.ready` reads calls as lines of JSON, and answers each with how it ended.
"""

import contextlib
import json
import os
import select
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Generator, Sequence
from importlib import import_module
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from keepers.cli.start import keepers

COMMANDS = ("main", "importing", "duplicates", "organizing", "changing")


@contextlib.contextmanager
def loaded(
    program: Path, run: Callable[..., Any], result: Callable[..., Any]
) -> Generator[Callable[..., Any]]:
    """`run`, but what begins with `program` and nothing around it is a fork of one process."""
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.proof.ready"],
        cwd=Path(__file__).parents[2],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    given, answers = process.stdin, process.stdout
    assert given is not None
    assert answers is not None

    def called(argv: Sequence[str], timeout: float, env: dict[str, str]) -> Any:
        if argv[0] != str(program):
            return run(argv, timeout, env)
        started = time.monotonic()
        with TemporaryDirectory(prefix="keepers-ready-") as folder:
            told = [Path(folder, name) for name in ("out", "err")]
            call = {"argv": argv, "env": env, "timeout": timeout, "told": [str(path) for path in told]}
            given.write(json.dumps(call) + "\n")
            given.flush()
            ended = json.loads(answers.readline())
            texts = [path.read_text("utf-8", "replace") for path in told]
        return result(ended["rc"], *texts, time.monotonic() - started, ended["late"])

    try:
        yield called
    finally:
        given.close()
        process.wait()
        answers.close()


def main() -> int:
    """Answer calls until there are no more; in a child, be the program."""
    for name in COMMANDS:
        import_module(f"keepers.cli.{name}")
    answers = os.dup(1)
    for line in sys.stdin:
        call = json.loads(line)
        child = os.fork()
        if child == 0:
            os.close(answers)
            _become(call)
            return keepers()
        os.write(answers, (json.dumps(_ended(child, call["timeout"])) + "\n").encode())
    return 0


def _become(call: dict[str, Any]) -> None:
    os.setsid()
    for path, number in zip(("/dev/null", *call["told"]), (0, 1, 2), strict=True):
        handle = os.open(path, os.O_RDONLY if number == 0 else os.O_WRONLY | os.O_CREAT, 0o600)
        os.dup2(handle, number)
        os.close(handle)
    os.environ.update(call["env"])
    time.tzset()
    sys.argv = call["argv"]


def _ended(child: int, timeout: float) -> dict[str, Any]:
    watched = os.pidfd_open(child)
    late = not select.select([watched], [], [], timeout)[0]
    os.close(watched)
    if late:
        os.killpg(child, signal.SIGKILL)
    return {"rc": os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), "late": late}


if __name__ == "__main__":
    sys.exit(main())
