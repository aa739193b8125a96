"""Draws what phones and desktops show: a conversation, settings, an article with a photo, windows."""

import random

from _lettering import fill, font, sentence
from PIL import Image, ImageDraw, ImageFilter

PHONES = ((1170, 2532), (1080, 2400), (750, 1334), (1284, 2778), (1440, 3120))
DESKS = ((1920, 1080), (2560, 1440), (1366, 768))


def _theme(rng: random.Random) -> tuple[str, str, str]:
    return rng.choice((("white", "black", "#e9e9ec"), ("#121212", "#f0f0f0", "#2c2c2e"), ("#f2f2f7", "#1c1c1e", "white"),
                       ("#0b141a", "#e9edef", "#202c33")))  # fmt: skip


def _status(draw: ImageDraw.ImageDraw, width: int, unit: int, ink: str, rng: random.Random) -> None:
    draw.text((unit, unit // 2), f"{rng.randint(0, 23)}:{rng.randint(10, 59)}", ink, font(unit))
    draw.rectangle((width - 3 * unit, unit // 2, width - unit, unit * 5 // 4), outline=ink, width=3)
    draw.rectangle((width - 3 * unit, unit // 2, width - 2 * unit, unit * 5 // 4), fill=ink)


def chat(photo: Image.Image, rng: random.Random) -> Image.Image:
    width, height = rng.choice(PHONES)
    ground, ink, soft = _theme(rng)
    image = Image.new("RGB", (width, height), ground)
    draw = ImageDraw.Draw(image)
    unit = width // 26
    draw.rectangle((0, 0, width, 5 * unit), fill=soft)
    _status(draw, width, unit, ink, rng)
    draw.text((3 * unit, 3 * unit), sentence(rng, 2), ink, font(unit * 5 // 4))
    top = 6 * unit
    while top < height - 5 * unit:
        lines = rng.randint(1, 4)
        mine = rng.random() < 0.5
        wide = rng.randint(9, 19) * unit
        left = width - wide - unit if mine else unit
        high = lines * unit * 3 // 2 + unit
        colour = rng.choice(("#0a84ff", "#d9fdd3", "#005c4b")) if mine else soft
        if rng.random() < 0.15:
            image.paste(fill(photo, wide, wide * 3 // 4), (left, top))
            high = wide * 3 // 4
        else:
            draw.rounded_rectangle((left, top, left + wide, top + high), unit, fill=colour)
            for line in range(lines):
                draw.text((left + unit // 2, top + unit // 2 + line * unit * 3 // 2), sentence(rng, wide // unit // 4),
                          ink, font(unit))  # fmt: skip
        top += high + unit
    draw.rounded_rectangle((unit, height - 4 * unit, width - unit, height - 2 * unit), unit, fill=soft)
    return image


def settings(photo: Image.Image, rng: random.Random) -> Image.Image:  # noqa: ARG001 (all are called alike)
    width, height = rng.choice(PHONES)
    ground, ink, soft = _theme(rng)
    image = Image.new("RGB", (width, height), soft)
    draw = ImageDraw.Draw(image)
    unit = width // 26
    _status(draw, width, unit, ink, rng)
    draw.text((unit, 3 * unit), sentence(rng, 1), ink, font(2 * unit))
    for row, top in enumerate(range(7 * unit, height - 3 * unit, 3 * unit)):
        if row % rng.randint(4, 6) == 0:
            continue
        draw.rectangle((unit, top, width - unit, top + 3 * unit - 2), fill=ground)
        draw.rounded_rectangle((2 * unit, top + unit // 2, 4 * unit, top + 5 * unit // 2), 9,
                               fill=rng.choice(("red", "green", "orange", "blue", "gray")))  # fmt: skip
        draw.text((5 * unit, top + unit), sentence(rng, rng.randint(1, 3)), ink, font(unit * 5 // 4))
    return image


def article(photo: Image.Image, rng: random.Random) -> Image.Image:
    width, height = rng.choice(PHONES)
    ground, ink, soft = _theme(rng)
    image = Image.new("RGB", (width, height), ground)
    draw = ImageDraw.Draw(image)
    unit = width // 26
    draw.rectangle((0, 0, width, 4 * unit), fill=soft)
    _status(draw, width, unit, ink, rng)
    high = width * rng.randint(5, 8) // 10
    image.paste(fill(photo, width, high), (0, 4 * unit))
    top = 5 * unit + high
    draw.text((unit, top), sentence(rng, 4), ink, font(2 * unit))
    for line in range(top + 4 * unit, height - 3 * unit, unit * 8 // 5):
        draw.text((unit, line), sentence(rng, 7), ink, font(unit))
    return image


def desktop(photo: Image.Image, rng: random.Random) -> Image.Image:
    width, height = rng.choice(DESKS)
    ground, ink, soft = _theme(rng)
    image = fill(photo, width, height).filter(ImageFilter.GaussianBlur(3))
    draw = ImageDraw.Draw(image)
    unit = height // 45
    draw.rectangle((0, height - 2 * unit, width, height), fill=soft)
    left, top = width // rng.randint(8, 20), height // rng.randint(9, 20)
    right, bottom = width - left, height - 4 * unit
    draw.rectangle((left, top, right, bottom), fill=ground)
    draw.rectangle((left, top, right, top + 2 * unit), fill=soft)
    draw.rectangle((left, top, left + (right - left) // 5, bottom), fill=soft)
    for line in range(top + 3 * unit, bottom - unit, unit * 3 // 2):
        draw.text((left + unit, line), sentence(rng, 2), ink, font(unit * 4 // 5))
        if rng.random() < 0.8:
            draw.text(
                (left + (right - left) // 4, line),
                sentence(rng, rng.randint(3, 10)),
                ink,
                font(unit * 4 // 5),
            )
    return image
