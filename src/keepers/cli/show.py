"""What people see: JSON on stdout, sentences and progress on stderr, hostile names made harmless."""

import json
import sys
import time
import unicodedata
from collections.abc import Mapping, Sequence
from typing import Final, cast

QUIET_SECONDS: Final = 10.0
REDRAW_SECONDS: Final = 0.2
_UNITS: Final = ("B", "KB", "MB", "GB", "TB")


def document(value: Mapping[str, object]) -> None:
    """Print one JSON document, in ASCII, with its schema version first: a line a member, and a line a row of a list."""
    # Indenting all of it takes ten times as long, which is seconds where there are 20,000 groups.
    members = (
        f"{json.dumps(name)}: {_member(held)}" for name, held in {"schema_version": 1, **value}.items()
    )
    # One write: json.dump would make one for each word.
    sys.stdout.write("{\n " + ",\n ".join(members) + "\n}\n")


def _member(held: object) -> str:
    if not isinstance(held, list | tuple) or not held:
        return json.dumps(held)
    rows = cast("Sequence[object]", held)
    return "[\n  " + ",\n  ".join(map(json.dumps, rows)) + "\n ]"


def line(text: str = "") -> None:
    """Print one line for people."""
    sys.stdout.write(printable(text) + "\n")


def printable(text: str) -> str:
    """Replace control, bidi and undecodable characters, which can fool or drive a terminal."""
    return "".join(
        c if unicodedata.category(c) not in ("Cc", "Cf", "Cs", "Zl", "Zp") else _escaped(c) for c in text
    )


def size(number: float) -> str:
    """Bytes in the unit that people use."""
    unit = 0
    while number >= 1000 and unit < len(_UNITS) - 1:
        number /= 1000
        unit += 1
    return f"{number:.0f} {_UNITS[unit]}" if unit == 0 or number >= 100 else f"{number:.1f} {_UNITS[unit]}"


def count(number: int, one: str, many: str = "") -> str:
    """A number with its noun: 1 photo, 1,204 photos."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"


class Terminal:
    """Shows progress on stderr: a line redrawn on a terminal, else a plain line every 10 s."""

    def __init__(self, *, quiet: bool) -> None:
        """Show nothing at all if `quiet`."""
        self._quiet = quiet
        self._live = sys.stderr.isatty()
        self._name = ""
        self._items = self._size = self._done = self._read = 0
        self._started = self._shown = 0.0
        self._drawn = False

    def stage(self, name: str, items: int, size: int) -> None:
        """Begin a stage of so many items and bytes (0 where unknown)."""
        self._name, self._items, self._size, self._done, self._read = name, items, size, 0, 0
        self._started = self._shown = time.monotonic()
        self._drawn = False

    def step(self, items: int, size: int) -> None:
        """Add finished items and bytes; redraw when it is time."""
        self._done += items
        self._read += size
        now = time.monotonic()
        if not self._quiet and now - self._shown >= (REDRAW_SECONDS if self._live else QUIET_SECONDS):
            self._shown = now
            self._draw(now)

    def done(self) -> None:
        """End the stage: one last line, if any was shown."""
        if not self._quiet and (self._drawn or (self._live and self._done)):
            self._draw(time.monotonic())
            if self._live:
                sys.stderr.write("\n")
        sys.stderr.flush()

    def say(self, message: str) -> None:
        """Tell one sentence, unless quiet."""
        if not self._quiet:
            sys.stderr.write(printable(message) + "\n")

    def _draw(self, now: float) -> None:
        self._drawn = True
        spent = max(now - self._started, 1e-6)
        text = f"{self._name:<10} {self._done:,}"
        if self._items:
            text += f"/{self._items:,}"
        text += f"  {self._done / spent:,.0f}/s"
        if self._read:
            text += f"  {size(self._read / spent)}/s"
        share = self._read / self._size if self._size else self._done / self._items if self._items else 0.0
        if 0 < share < 1:
            left = int(spent * (1 - share) / share)
            text += f"  {share:.0%}  {left // 3600}:{left // 60 % 60:02d}:{left % 60:02d} left"
        sys.stderr.write(f"\r\x1b[K{text}" if self._live else text + "\n")
        sys.stderr.flush()


def _escaped(character: str) -> str:
    code = ord(character)
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"
