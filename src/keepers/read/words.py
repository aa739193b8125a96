"""Texts out of files, made harmless; a module of its own, for reading Exif takes long to import."""

from typing import Final

_MOST_TEXT: Final = 500


def printable(text: str, most: int = _MOST_TEXT) -> str:
    """One line of bounded length without control characters, whatever a file says."""
    if len(text) > most:
        text = text[:most] + "..."
    text = text.strip("\0 ")
    if text.isprintable():
        return text
    return "".join([char if char.isprintable() else " " for char in text]).strip()
