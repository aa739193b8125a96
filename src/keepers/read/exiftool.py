"""Phil Harvey's ExifTool, where it is installed, for files that tell our own readers no date or camera.

One process answers many questions (`-stay_open`, as its manual describes): the first costs 0.2 s, others a few
milliseconds. Nothing is ever written with it.
"""

import contextlib
import os
import selectors
import shutil
import subprocess
import time
from collections.abc import Callable, Generator
from types import TracebackType
from typing import Final, Self

from keepers.model import Facts
from keepers.read.formats import WELL_READ

#: An answer that takes longer comes from a file that is meant to harm.
_SECONDS: Final = 10.0
_MOST_ANSWER: Final = 1 << 20
_ASKED: Final = (
    "DateTimeOriginal", "SubSecDateTimeOriginal", "CreateDate", "CreationDate", "OffsetTimeOriginal", "Make", "Model",
    "GPSLatitude", "GPSLongitude", "Rating", "LensModel", "Software", "ContentIdentifier",
)  # fmt: skip


def program() -> str | None:
    """Where ExifTool is installed; None where it is not."""
    return shutil.which("exiftool")


def lacks(facts: Facts) -> bool:
    """Whether our own readers found no moment of the shot where another may: only then is it worth asking."""
    return facts.format not in WELL_READ and not any(
        claim.source.partition(":")[0] in {"exif", "xmp", "quicktime"} for claim in facts.dates
    )


def completed(facts: Facts, told: Facts) -> Facts:
    """The facts with what they lacked; nothing that was known is changed."""
    return facts._replace(camera=facts.camera or told.camera, lens=facts.lens or told.lens,
        software=facts.software or told.software, position=facts.position or told.position,
        rating=told.rating if facts.rating is None else facts.rating, live_id=facts.live_id or told.live_id,
        dates=(*facts.dates, *(claim for claim in told.dates if claim not in facts.dates)),
    )  # fmt: skip


@contextlib.contextmanager
def asking() -> Generator[Callable[[str, Facts], Facts]]:
    """A function that completes the facts of a file at a path, or leaves them where ExifTool is not installed."""
    found = program()
    if found is None:
        yield lambda _, facts: facts
        return
    with ExifTool(found) as tool:

        def complete(path: str, facts: Facts) -> Facts:
            told = tool.facts(path) if lacks(facts) else None
            return facts if told is None else completed(facts, told)

        yield complete


class ExifTool:
    """One running ExifTool that is asked about files; once it fails it stays silent.

    Use it as a context; the process starts with the first question and ends with the context.
    """

    def __init__(self, path: str, seconds: float = _SECONDS) -> None:
        """Remember the program; nothing is started yet."""
        self._path, self._seconds = path, seconds
        self._process: subprocess.Popen[bytes] | None = None
        self._failed = False
        self._asked = 0

    def __enter__(self) -> Self:
        """Start nothing yet."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None
    ) -> None:
        """End the process."""
        self.close()

    def close(self) -> None:
        """End the process, kindly first."""
        process, self._process = self._process, None
        if process is None:
            return
        try:
            process.communicate(b"-stay_open\nFalse\n", timeout=1)
        except (subprocess.TimeoutExpired, OSError, ValueError):
            process.kill()
            # Its end closes the pipes, too; there may be words left in one that nobody reads any more.
            with contextlib.suppress(OSError), process:
                pass

    def facts(self, path: str) -> Facts | None:
        """What ExifTool says of a file; None where it says nothing, or is not able to answer."""
        name = os.fsencode(os.path.abspath(path))
        # A line ends a name in the list of arguments; Perl once took a last "|" for a command (CVE-2022-23935).
        if self._failed or b"\n" in name or b"\r" in name or name.endswith(b"|"):
            return None
        try:
            answer = self._answer(name)
        except (OSError, ValueError):
            self._fail()
            return None
        if answer is None:
            return None
        from keepers.read import exiftool_told  # noqa: PLC0415 (reading XMP and its like costs 20 ms; few files need it)

        return exiftool_told.facts(answer)

    def _answer(self, name: bytes) -> bytes | None:
        process = self._process or self._started()
        self._asked += 1
        ready = b"{ready%d}" % self._asked
        tags = b"".join(b"-%s\n" % tag.encode() for tag in _ASKED)
        assert process.stdin is not None  # noqa: S101  # opened as a pipe
        process.stdin.write(b"-j\n-n\n-G0\n%s%s\n-execute%d\n" % (tags, name, self._asked))
        process.stdin.flush()
        answer = self._read(process, ready)
        if answer is None:
            self._fail()
        return answer

    def _started(self) -> subprocess.Popen[bytes]:
        self._process = subprocess.Popen(
            # No configuration of the user's: it is code that ExifTool would run.
            [*_leash(), self._path, "-config", "", "-stay_open", "True", "-@", "-"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        return self._process

    def _read(self, process: subprocess.Popen[bytes], ready: bytes) -> bytes | None:
        """The answer up to its end mark; None where the time is over, the process died, or it talks too much."""
        assert process.stdout is not None  # noqa: S101  # opened as a pipe
        found, end = b"", time.monotonic() + self._seconds
        with selectors.DefaultSelector() as waiting:
            waiting.register(process.stdout, selectors.EVENT_READ)
            while ready not in found:
                left = end - time.monotonic()
                if left <= 0 or len(found) > _MOST_ANSWER or not waiting.select(left):
                    return None
                part = os.read(process.stdout.fileno(), 1 << 16)
                if not part:
                    return None
                found += part
        return found.partition(ready)[0]

    def _fail(self) -> None:
        self._failed = True
        if self._process is not None:
            self._process.kill()
        self.close()


def _leash() -> list[str]:
    """Lets the kernel end the process when we are killed: ExifTool takes the end of its input for a pause, and waits."""
    setpriv = shutil.which("setpriv")
    return [] if setpriv is None else [setpriv, "--pdeathsig", "KILL", "--"]
