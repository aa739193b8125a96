"""A picture for people: a photo before and after its faces were mended, the faces marked and enlarged."""

import io
from collections.abc import Sequence
from typing import Final

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageDraw, ImageFont

Pixels = npt.NDArray[np.uint8]
Box = tuple[float, float, float, float]

#: Pixels of the long side of each whole photo, of an enlarged face, and between things.
_PHOTO, _FACE, _GAP = 760, 300, 16
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
    wide = 2 * photos[0].width + 3 * _GAP
    pair = 2 * _FACE + 2 * _GAP
    each = max(1, (wide - _GAP) // (pair + _GAP))
    wide = max(wide, pair + 2 * _GAP)
    rows = -(-len(mended) // each)
    top = _GAP + _LINE + photos[0].height + _GAP
    sheet = Image.new("RGB", (wide, top + rows * (_FACE + _LINE + _GAP) + (_GAP if rows == 0 else 0)), _PAPER)
    draw, font = ImageDraw.Draw(sheet), ImageFont.load_default(15)
    for number, (photo, word) in enumerate(zip(photos, ("before", "after"), strict=True)):
        left = _GAP + number * (photo.width + _GAP)
        draw.text((left, _GAP - 4), word, _INK, font)
        sheet.paste(photo, (left, _GAP + _LINE))
    for place, (number, box) in enumerate(mended):
        left = _GAP + place % each * (pair + _GAP)
        down = top + place // each * (_FACE + _LINE + _GAP)
        draw.text((left, down - 4), f"face {number}: before and after", _SOFT, font)
        for side, picture in enumerate((before, after)):
            sheet.paste(_enlarged(picture, box), (left + side * (_FACE + 4), down + _LINE))
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
        draw.rounded_rectangle((left, top, right, bottom), 6, outline=(255, 255, 255), width=4)
        draw.rounded_rectangle((left, top, right, bottom), 6, outline=colour, width=2)
        draw.rounded_rectangle((left, bottom - 9, left + 20, bottom + 11), 5, fill=colour)
        draw.text((left + 10, bottom + 1), str(number), (255, 255, 255), font, anchor="mm")
    return picture


def _enlarged(pixels: Pixels, box: Box) -> Image.Image:
    height, width = pixels.shape[:2]
    x, y, wide, high = box
    half = min(_AROUND * max(wide * width, high * height), height, width) / 2
    across = min(max((x + wide / 2) * width, half), width - half)
    down = min(max((y + high / 2) * height, half), height - half)
    part = (across - half, down - half, across + half, down + half)
    return Image.fromarray(pixels).resize(
        (_FACE, _FACE), Image.Resampling.LANCZOS, box=part, reducing_gap=2.0
    )
