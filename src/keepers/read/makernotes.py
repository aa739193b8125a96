"""What the makers' own notes tell: Apple's identifiers, and which frames came of one press of the shutter.

Layouts as Phil Harvey's ExifTool documents them (TagNames/Apple, Canon, Nikon, Sony).
"""

from dataclasses import dataclass
from typing import Final

from keepers.read import tiff

_MAKER_NOTE: Final = 0x927C
_MOST_APPLE = _MOST_NIKON = 1 << 16
# Apple: the identifiers of a burst and of a Live Photo.
_BURST_ID, _LIVE_ID = 0x000B, 0x0011
# Canon: CameraSettings (word 5: drive), ShotInfo (word 9: frame within the series), number of the file.
_SETTINGS, _SHOT, _FILE_NUMBER = 0x0001, 0x0004, 0x0008
_DRIVES: Final = frozenset({1, 3, 4, 5, 8, 9, 10})
# Nikon: how the shutter was released (bit 0: continuous, bit 4: a series of exposures), and its count.
_RELEASE, _COUNT = 0x0089, 0x00A7
_CONTINUOUS, _EXPOSURES = 1, 16
# Sony, enciphered: mode of release, shots since the camera was switched on, frame within the series.
_SEQUENCE: Final = 0x9400
_SERIES: Final = frozenset({1, 5})


@dataclass(frozen=True, slots=True)
class Note:
    """Identifiers that the camera gave; empty where it gave none."""

    burst: str = ""
    live_id: str = ""


@dataclass(frozen=True, slots=True)
class _Layout:
    """Where Sony keeps its numbers, by the first byte of the block."""

    mode: int
    shots: int
    frame: int


_OLD: Final = _Layout(0x10, 0x1A, 0x08)
_MIDDLE: Final = _Layout(0x10, 0x16, 0x08)
_NEW: Final = _Layout(0x09, 0x0A, 0x12)
_LAYOUTS: Final = {
    **dict.fromkeys((0x07, 0x09, 0x0A), _OLD),
    0x0C: _MIDDLE,
    **dict.fromkeys((0x23, 0x24, 0x26, 0x28, 0x31, 0x32, 0x33, 0x41), _NEW),
}
#: Sony's cipher maps b to b^3 mod 249; bytes from 249 on stand for themselves.
_PLAIN: Final = bytes.maketrans(bytes(b**3 % 249 for b in range(249)), bytes(range(249)))
_NOTHING: Final = Note()
#: How ids begin that count frames, where others name a series.
COUNTED: Final = "nikon:"


def note(make: str, value: tiff.Value | tiff.Blob | None, block: tiff.Bytes, photo: int) -> Note:
    """Read the maker note of an Exif block whose Exif directory lies at `photo`; never an exception."""
    if value is None or not isinstance(value, bytes | tiff.Blob):
        return _NOTHING
    start = bytes(block[value.start : value.start + 10]) if isinstance(value, tiff.Blob) else value[:10]
    if start == b"Apple iOS\0":
        return _apple(value, block)
    maker = make[:5].casefold()
    if maker == "canon":
        return Note(burst=_canon(tiff.directory(block, tiff.place(block, photo, _MAKER_NOTE)).tags))
    if maker == "nikon" and start[:6] == b"Nikon\0":
        return Note(burst=_nikon(value, block))
    if maker[:4] == "sony":
        at = tiff.place(block, photo, _MAKER_NOTE)
        # Twelve bytes of signature, SONY DSC and zeros, come before the directory where there is one.
        signed = start[:4] == b"SONY"
        return Note(burst=_sony(tiff.directory(block, at + 12 if signed else at).tags, block))
    return _NOTHING


def _apple(value: bytes | tiff.Blob, block: tiff.Bytes) -> Note:
    if isinstance(value, tiff.Blob):
        value = bytes(block[value.start : value.start + min(value.size, _MOST_APPLE)])
    # Offsets in the note count from its start, as in a TIFF file whose directory begins at byte 14.
    tags = tiff.directory(value[12:14] + value[2:], 14).tags
    burst, live = tags.get(_BURST_ID), tags.get(_LIVE_ID)
    return Note(_line(burst), _line(live))


def _line(value: tiff.Value | tiff.Blob | None) -> str:
    return value if isinstance(value, str) and value.isprintable() and len(value) <= 100 else ""


def _words(value: tiff.Value | tiff.Blob | None) -> tuple[int, ...]:
    if not isinstance(value, tuple):
        return ()
    return tuple(item for item in value if isinstance(item, int))


def _canon(tags: dict[int, tiff.Value | tiff.Blob]) -> str:
    """The number of the file minus that of the frame is one for all frames of a series."""
    settings, shot, number = _words(tags.get(_SETTINGS)), _words(tags.get(_SHOT)), tags.get(_FILE_NUMBER)
    if len(settings) <= 5 or len(shot) <= 9 or not isinstance(number, int) or not number:
        return ""
    return f"canon:{number - shot[9]}" if settings[5] in _DRIVES and 0 < shot[9] < 1000 else ""


def _nikon(value: bytes | tiff.Blob, block: tiff.Bytes) -> str:
    """The count of the shutter in continuous drive: no frame names its series, but the frames of one count on."""
    if isinstance(value, tiff.Blob):
        value = bytes(block[value.start : value.start + min(value.size, _MOST_NIKON)])
    # A signature, a version, and then a TIFF structure of its own.
    own = value[10:]
    tags = tiff.directory(own, tiff.first(own)).tags
    release, count = tiff.integer(tags.get(_RELEASE)) or 0, tiff.integer(tags.get(_COUNT)) or 0
    return f"{COUNTED}{count}" if release & _CONTINUOUS and not release & _EXPOSURES and count > 0 else ""


def _sony(tags: dict[int, tiff.Value | tiff.Blob], block: tiff.Bytes) -> str:
    """The number of shots since power-up minus that of the frame is one for all frames of a series."""
    value = tags.get(_SEQUENCE)
    if isinstance(value, tiff.Blob):
        value = bytes(block[value.start : value.start + 64])
    layout = _LAYOUTS.get(value[0]) if isinstance(value, bytes) and len(value) >= 0x20 else None
    if not isinstance(value, bytes) or layout is None:
        return ""
    plain = value.translate(_PLAIN)
    shots = int.from_bytes(plain[layout.shots : layout.shots + 4], "little")
    frame = int.from_bytes(plain[layout.frame : layout.frame + 4], "little")
    if plain[layout.mode] not in _SERIES or not shots or frame >= 10_000:
        return ""
    return f"sony:{shots - frame}"


def counted(burst: str) -> tuple[str, int] | None:
    """The body and the count of a frame whose id counts it (`nikon:4711:2001234`); None for the id of a series."""
    count, colon, body = burst.removeprefix(COUNTED).partition(":")
    return (body, int(count)) if burst.startswith(COUNTED) and colon and count.isdecimal() else None
