"""How makers and services name the files of one photo; every name here is folded (NFC, lower case)."""

import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

#: What Google Photos puts behind the name of a picture that was edited there, by the language of the account.
_EDITED: Final = tuple(sorted((
    "-edited", "-effects",
    "-bearbeitet", "-modifié", "-editado", "-editada", "-ha editado", "-modificato", "-modificata", "-bewerkt",
    "-redigeret", "-redigert", "-redigerad", "-redigerat", "-muokattu", "-edytowane", "-edytowany", "-editat",
    "-upraveno", "-upravené", "-szerkesztett", "-szerkesztve", "-düzenlendi", "-düzenlenmiş", "-uređeno",
    "-urejeno", "-rediģēts", "-redaguota", "-muudetud", "-breytt", "-επεξεργασμένο", "-измененный", "-изменено",
    "-отредактировано", "-відредаговано", "-змінено", "-編集済み", "-已编辑", "-已修改", "-已編輯", "-수정됨",
    "-đã chỉnh sửa", "-diedit", "-แก้ไขแล้ว", "-נערך", "-تم تعديله",
)))  # fmt: skip
#: What Keepers puts behind the name of the photo that it made another of.
MADE: Final = ("_hdr", "_faces")
#: Google cuts the names of an export to 51 characters: 47 of a picture's stem, 46 before `.json`.
_CUT_FROM: Final = 44
CUT_TO: Final = 51
_PICTURE_STEM: Final = 47
_SUPPLEMENT: Final = "supplemental-metadata"
_NUMBER: Final = re.compile(r"\(\d{1,4}\)$")
#: Signs that Google replaces by a low line in file names, and keeps in the titles.
_REPLACED: Final = str.maketrans(dict.fromkeys("%<>=:?¿*#&{}\\@!+|\"'/", "_"))
# iPhone: IMG_E1234 is the edited picture of IMG_1234, IMG_O1234.AAE the recipe of its original.
_APPLE: Final = re.compile(r"^(img_)([eo])(\d{4}.*)$")
# Pixel: PXL_20230330_184138390.RAW-01.COVER.jpg, .RAW-02.ORIGINAL.dng, .PORTRAIT-01.COVER.jpg, .RAW-01.MP.COVER.jpg
_PIXEL: Final = re.compile(r"^(.+\.[a-z_]+)-\d\d(?:\.mp)?\.(cover|original)(\(\d{1,4}\))?$")
# darktable counts the versions of an edit: IMG_1_01.CR2.xmp is the second version of IMG_1.CR2.
_VERSION: Final = re.compile(r"_\d\d(?=\.[^.]+$)")
# GoPro: GL010123.LRV is the small copy of GX010123.MP4 or GH010123.MP4.
_GOPRO: Final = re.compile(r"^gl(\d{6})$")


@dataclass(frozen=True, slots=True)
class Cover:
    """One of the files that a Pixel writes of one shot: which series it is of, and whether people see it."""

    series: str
    is_cover: bool


def cover(stem: str) -> Cover | None:
    """What a Pixel's name says of a file that is one of several of one shot."""
    match = _PIXEL.match(stem) if "cover" in stem or "original" in stem else None
    return Cover(match[1] + (match[3] or ""), match[2] == "cover") if match is not None else None


@dataclass(frozen=True, slots=True)
class Edited:
    """The stem of the original that an edited picture's name points to, and whether Google named it so."""

    stem: str
    google: bool


def edited(stem: str) -> Edited | None:
    """Which original a name claims to be the edit of; None where it claims nothing."""
    apple = _APPLE.match(stem)
    if apple is not None:
        return Edited(apple[1] + apple[3], google=False) if apple[2] == "e" else None
    plain, number = _numbered(stem)
    if plain.endswith("_edited") and len(plain) > 7:
        # osxphotos names what it exports of Apple's library so.
        return Edited(plain[:-7] + number, google=False)
    at = plain.rfind("-", 1)
    # One language writes two words, but never two dashes.
    mark = plain[at:] if at > 0 else ""
    if not mark:
        return None
    cut = len(plain) >= _CUT_FROM
    if mark in _EDITED or (cut and len(mark) > 1 and any(word.startswith(mark) for word in _EDITED)):
        return Edited(plain[:at] + number, google=True)
    return None


def composed(stem: str) -> str:
    """The stem of the photo that a picture of ours was made of first; empty where a name does not say so."""
    plain, number = _numbered(stem)
    return next((plain[: -len(mark)] + number for mark in MADE if plain.endswith(mark)), "")


def _numbered(stem: str) -> tuple[str, str]:
    """A stem and its number: a(1) -> a, (1)."""
    match = _NUMBER.search(stem) if stem.endswith(")") else None
    return (stem[: match.start()], match[0]) if match else (stem, "")


def motion_still(film: str) -> str:
    """The stem of the Motion Photo that Google's export took a film out of: PXL_1.MP.jpg gave PXL_1.MP or PXL_1.mp4."""
    stem, extension = os.path.splitext(film)
    return film if extension in {".mp", ".mv"} else stem + ".mp"


def owners(name: str, form: str) -> Iterator[str]:
    """The names, whole or without extension, of the photo that a companion belongs to, the likeliest first."""
    stem = os.path.splitext(name)[0]
    yield stem
    if form == "json":
        yield from _takeout(stem)
    elif form == "aae":
        match = _APPLE.match(stem)
        if match is not None:
            yield match[1] + match[3]
    elif form == "lowres":
        match = _GOPRO.match(stem)
        if match is not None:
            yield f"gx{match[1]}"
            yield f"gh{match[1]}"
    elif form in {"xmp", "edit"} and _VERSION.search(stem):
        yield _VERSION.sub("", stem)


def _takeout(stem: str) -> Iterator[str]:
    body, number = _numbered(stem)
    for plain in _bodies(body):
        name, extension = os.path.splitext(plain)
        if number and extension:
            # IMG_1.jpg(2).json belongs to IMG_1(2).jpg.
            yield name + number + extension
        elif plain != stem:
            yield plain + number


def _bodies(body: str) -> Iterator[str]:
    """The name before `.supplemental-metadata`, which is cut anywhere behind its dot, else the name itself."""
    plain, dot, rest = body.rpartition(".")
    if dot and plain and _SUPPLEMENT.startswith(rest):
        yield plain
    yield body


def cut(name: str) -> str | None:
    """The beginning of a photo's name, from a JSON name of the length that Google cuts to; None for others."""
    body, _ = _numbered(os.path.splitext(name)[0])
    return body if _CUT_FROM <= len(body) <= CUT_TO else None


def beginnings(name: str) -> Iterator[str]:
    """Every beginning of a photo's name that a cut JSON name may be."""
    whole = plain(name)
    for length in range(_CUT_FROM, min(CUT_TO, len(whole)) + 1):
        yield whole[:length]


def number(name: str) -> str:
    """The number behind a name's stem, in its brackets; empty where there is none."""
    return _numbered(os.path.splitext(name)[0])[1]


def plain(name: str) -> str:
    """The name without its number: a(1).jpg -> a.jpg."""
    stem, extension = os.path.splitext(name)
    return _numbered(stem)[0] + extension


def titled(title: str, name: str) -> str:
    """The loose form of the name that a photo of this title has beside the JSON of this name."""
    _, number = _numbered(os.path.splitext(name)[0])
    stem, extension = os.path.splitext(title)
    return loose(stem[:_PICTURE_STEM] + number + extension)


def loose(name: str) -> str:
    """A name without the difference that Google makes between a title and a file name."""
    return name.translate(_REPLACED)
