"""File names that somebody else tells, made harmless."""

import re
import unicodedata
from typing import Final

_LONGEST_TEXT: Final = 10_000
#: The longest name that file systems take.
_LONGEST_NAME: Final = 255


def file_name(raw: str, instead: str) -> str:
    """A file name out of hostile text: one part of a path, composed, without control characters, never empty."""
    plain = raw[:_LONGEST_TEXT]
    # Nearly all are plain, and looking at each character costs ten times as long.
    if not (plain.isascii() and plain.isprintable()):
        plain = "".join(c for c in unicodedata.normalize("NFC", plain) if unicodedata.category(c)[0] != "C")
    last = re.split(r"[/\\]", plain)[-1].strip()
    if not last.strip("."):
        return instead
    stem, dot, extension = last.rpartition(".")
    if not dot or len(extension) > 16:
        stem, dot, extension = last, "", ""
    room = _LONGEST_NAME - len((dot + extension).encode())
    return stem.encode()[:room].decode(errors="ignore") + dot + extension
