"""File names that somebody else tells, made harmless."""

import re
import unicodedata
from typing import Final

_LONGEST_TEXT: Final = 10_000
#: The longest name that file systems take.
_LONGEST_NAME: Final = 255
#: Nearly all names are such; looking at each character of the others costs ten times as long.
_PLAIN: Final = re.compile(r"[0-9A-Za-z_][0-9A-Za-z_ ().-]{0,120}\.[0-9A-Za-z]{1,8}")


def file_name(raw: str, instead: str) -> str:
    """A file name out of hostile text: one part of a path, composed, without control characters, never empty."""
    if _PLAIN.fullmatch(raw):
        return raw
    plain = "".join(
        c for c in unicodedata.normalize("NFC", raw[:_LONGEST_TEXT]) if unicodedata.category(c)[0] != "C"
    )
    last = re.split(r"[/\\]", plain)[-1].strip()
    if not last.strip("."):
        return instead
    stem, dot, extension = last.rpartition(".")
    if not dot or len(extension) > 16:
        stem, dot, extension = last, "", ""
    room = _LONGEST_NAME - len((dot + extension).encode())
    return stem.encode()[:room].decode(errors="ignore") + dot + extension
