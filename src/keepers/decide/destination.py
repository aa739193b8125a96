"""Where things go: safe names that never clash, and numbers that stay the same on re-runs."""

import unicodedata
from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from typing import Final

from keepers.model import LOCAL, Asset, ContentId, PlaceId, Ref

#: Bytes that a file name may have on ext4, XFS, Btrfs and APFS.
NAME_BYTES: Final = 255
#: Temporaries of our own begin so; a photo of that name would be cleaned away as one.
OURS: Final = ".keepers-"
_HOSTILE: Final = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})
#: Emoji are joined by these, and scripts of India and Iran need them.
_JOINERS: Final = frozenset("\u200c\u200d")


def name_of(ref: Ref) -> str:
    """The file name of a thing, fit to be written: as it is for this disk, made harmless for elsewhere.

    Names from a server, an archive or a tag are hostile text (SAFETY.md section 1.8).
    """
    name = ref.key.replace("\0", "").rpartition("/")[2]
    if ref.place != LOCAL or ref.archive:
        name = harmless(name)
    if name in ("", ".", ".."):
        return "unnamed"
    if name.startswith(OURS):
        name = "_" + name
    return fitting(*split(name))


def called(asset: Asset) -> str:
    """The file name for a copy: the one that it came with, where its library keeps it under another."""
    return name_of(Ref(PlaceId(""), asset.name)) if asset.name else name_of(asset.ref)


def harmless(text: str) -> str:
    """One path component from hostile text: NFC, no separators, controls or bidi marks, no outer dots."""
    kept = (c for c in unicodedata.normalize("NFC", text) if unicodedata.category(c) not in _HOSTILE)
    return "".join(kept).replace("/", "_").replace("\\", "_").strip(" .")


def visible(text: str) -> str:
    """The same text for people: characters that could drive a terminal or turn a name around, escaped."""
    return "".join(
        c if c in _JOINERS or unicodedata.category(c) not in _HOSTILE else _escaped(c) for c in text
    )


def collision_key(name: str) -> str:
    """Equal for names that some file system takes for one: NFC and casefold, whatever the target is."""
    if name.isascii():
        return name.lower()
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", name).casefold())


def split(name: str) -> tuple[str, str]:
    """Stem and extension with its dot; a name that only begins with a dot has no extension."""
    stem, dot, extension = name.rpartition(".")
    return (stem, dot + extension) if stem else (name, "")


def suffixed(name: str, stem: str, number: int) -> str:
    """The `number`-th name beside `name` (0 is itself): `_1` after the stem that its bundle shares.

    So IMG_1.CR2, IMG_1.JPG and IMG_1.JPG.xmp become IMG_1_1.CR2, IMG_1_1.JPG and IMG_1_1.JPG.xmp.
    """
    if number == 0:
        return name
    if not (stem and name.startswith(stem)):
        stem = split(name)[0]
    return fitting(stem, f"_{number}{name[len(stem) :]}")


def fitting(head: str, tail: str) -> str:
    """`head` and `tail` in at most 255 bytes: the head is cut, on the border of a character."""
    room = NAME_BYTES - _bytes(tail)
    if room < NAME_BYTES // 2:
        return _cut(head + tail, NAME_BYTES)
    return _cut(head, room) + tail


def group_numbers(
    groups: Sequence[AbstractSet[ContentId]], known: Mapping[int, AbstractSet[ContentId]]
) -> tuple[int, ...]:
    """A folder number for each group: that of the known folder most like it, else the next new one.

    Alike is what shares the largest part of all their contents, and two photos at least (one, where
    either holds no more), so a group that grew, shrank or was split keeps its folder.
    """
    holders: dict[ContentId, list[int]] = {}
    for number, contents in known.items():
        for content in contents:
            holders.setdefault(content, []).append(number)
    likeness: list[tuple[float, int, int]] = []
    for index, contents in enumerate(groups):
        shared: dict[int, int] = {}
        for content in contents:
            for number in holders.get(content, ()):
                shared[number] = shared.get(number, 0) + 1
        for number, count in shared.items():
            if count >= min(2, len(contents), len(known[number])):
                part = count / (len(contents) + len(known[number]) - count)
                likeness.append((-part, number, index))
    return _assigned(len(groups), likeness, max(known, default=0))


def _assigned(groups: int, likeness: list[tuple[float, int, int]], last: int) -> tuple[int, ...]:
    numbers: dict[int, int] = {}
    used: set[int] = set()
    for _, number, index in sorted(likeness):
        if number not in used and index not in numbers:
            numbers[index] = number
            used.add(number)
    for index in range(groups):
        if index not in numbers:
            last += 1
            numbers[index] = last
    return tuple(numbers[index] for index in range(groups))


def _escaped(character: str) -> str:
    code = ord(character)
    if 0xDC80 <= code <= 0xDCFF:  # a byte that is no UTF-8, as surrogateescape keeps it
        return f"\\x{code - 0xDC00:02x}"
    short = {"\n": "\\n", "\r": "\\r", "\t": "\\t"}.get(character)
    return short or (
        f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"
    )


def _bytes(text: str) -> int:
    return len(text.encode("utf-8", "surrogateescape"))


def _cut(text: str, room: int) -> str:
    while _bytes(text) > room:
        text = text[:-1]
    return text
