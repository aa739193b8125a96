"""A picture for people: a photo before and after its faces were mended, the faces marked and enlarged."""

import io
from collections.abc import Sequence
from typing import Final

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageDraw, ImageFont

Pixels = npt.NDArray[np.uint8]
Box = tuple[float, float, float, float]

#: Pixels of the long side of each whole photo, of an enlarged face, between things and between the two halves of a pair.
_PHOTO, _FACE, _GAP, _SLIT = 760, 560, 16, 4
#: The sheet is so wide at least.
_LEAST: Final = 640
#: Paper and ink, and the marks of faces that were mended and of those that were not: light and dark, solid and dashed.
_PAPER, _INK, _SOFT = (250, 249, 246), (32, 32, 30), (110, 108, 102)
_MENDED, _LEFT = (22, 130, 84), (176, 92, 12)
_AROUND: Final = 1.7
_QUALITY: Final = 88
_LINE: Final = 22


def beside(before: Pixels, after: Pixels, faces: Sequence[tuple[Box, bool]]) -> bytes:
    """A JPEG: the photo before and after, every face marked with its number, and below them each mended face enlarged.

    `faces` are boxes as fractions of the photo, and whether the face was mended.
    """
    photos = [_marked(_fitted(one), faces) for one in (before, after)]
    mended = [(number, box) for number, (box, done) in enumerate(faces, 1) if done]
    # One face is shown as wide as the photos; of several, two pairs stand in a row.
    each = 1 if len(mended) == 1 else 2
    wide = max(_LEAST, 2 * photos[0].width + 3 * _GAP)
    side = min(_FACE, (wide - (each + 1) * _GAP - each * _SLIT) // (2 * each))
    top = _GAP + _LINE + photos[0].height + _GAP
    rows = -(-len(mended) // each)
    sheet = Image.new("RGB", (wide, top + rows * (side + _LINE + _GAP)), _PAPER)
    draw, font = ImageDraw.Draw(sheet), ImageFont.load_default(15)
    for number, (photo, word) in enumerate(zip(photos, ("before", "after"), strict=True)):
        left = _GAP + number * (photo.width + _GAP)
        draw.text((left, _GAP - 4), word, _INK, font)
        sheet.paste(photo, (left, _GAP + _LINE))
    for place, (number, box) in enumerate(mended):
        left = _GAP + place % each * (2 * side + _SLIT + _GAP)
        down = top + place // each * (side + _LINE + _GAP)
        draw.text((left, down - 4), f"face {number}: before and after", _SOFT, font)
        for column, picture in enumerate((before, after)):
            sheet.paste(_enlarged(picture, box, side), (left + column * (side + _SLIT), down + _LINE))
    out = io.BytesIO()
    sheet.save(out, "JPEG", quality=_QUALITY, optimize=True)
    return out.getvalue()


def _fitted(pixels: Pixels) -> Image.Image:
    picture = Image.fromarray(pixels)
    picture.thumbnail((_PHOTO, _PHOTO), Image.Resampling.LANCZOS, reducing_gap=2.0)
    return picture


def _marked(picture: Image.Image, faces: Sequence[tuple[Box, bool]]) -> Image.Image:
    draw, font = ImageDraw.Draw(picture), ImageFont.load_default(14)
    for number, ((x, y, wide, high), done) in enumerate(faces, 1):
        colour = _MENDED if done else _LEFT
        left, top = x * picture.width - 4, y * picture.height - 4
        right, bottom = (x + wide) * picture.width + 4, (y + high) * picture.height + 4
        draw.rounded_rectangle((left, top, right, bottom), 6, outline=(255, 255, 255), width=5)
        draw.rounded_rectangle((left, top, right, bottom), 6, outline=colour, width=3)
        draw.rounded_rectangle((left, bottom - 9, left + 20, bottom + 11), 5, fill=colour)
        draw.text((left + 10, bottom + 1), str(number), (255, 255, 255), font, anchor="mm")
    return picture


def _enlarged(pixels: Pixels, box: Box, side: int) -> Image.Image:
    height, width = pixels.shape[:2]
    x, y, wide, high = box
    half = min(_AROUND * max(wide * width, high * height), height, width) / 2
    across = min(max((x + wide / 2) * width, half), width - half)
    down = min(max((y + high / 2) * height, half), height - half)
    part = (across - half, down - half, across + half, down + half)
    return Image.fromarray(pixels).resize((side, side), Image.Resampling.LANCZOS, box=part, reducing_gap=2.0)
