"""Draws printed pages and receipts, and how a camera sees them lie on a table."""

import random

import numpy as np
from _lettering import WORDS, fill, font, sentence
from PIL import Image, ImageDraw, ImageEnhance, ImageFilter


def _lines(draw: ImageDraw.ImageDraw, box: tuple[int, int, int, int], unit: int, rng: random.Random) -> None:
    left, top, right, bottom = box
    for line in range(top, bottom, unit * 8 // 5):
        if rng.random() < 0.12:
            continue
        text = ""
        while draw.textlength(f"{text} wwww", font=font(unit)) < (right - left) * rng.uniform(0.85, 1.0):
            text = f"{text} {rng.choice(WORDS)}"
        draw.text((left, line), text.strip(), "#222222", font(unit))


def page(rng: random.Random) -> Image.Image:
    width, height = 1240, 1754
    paper = Image.new("RGB", (width, height), rng.choice(("white", "#fbfaf5", "#f3efe2")))
    draw = ImageDraw.Draw(paper)
    unit = rng.choice((20, 24, 28))
    draw.text((120, 110), sentence(rng, 4), "black", font(2 * unit))
    _lines(draw, (120, 260, width - 120, height - 140), unit, rng)
    return paper


def receipt(rng: random.Random) -> Image.Image:
    width, height = 560, rng.randint(1100, 1700)
    paper = Image.new("RGB", (width, height), rng.choice(("white", "#f6f6f2", "#efeee8")))
    draw = ImageDraw.Draw(paper)
    draw.text((120, 40), sentence(rng, 2).upper(), "#222222", font(40))
    top = 160
    while top < height - 260:
        draw.text((40, top), sentence(rng, 2), "#333333", font(26))
        draw.text((width - 130, top), f"{rng.randint(0, 40)}.{rng.randint(0, 99):02d}", "#333333", font(26))
        top += 40
        if rng.random() < 0.1:
            top += 30
    draw.text((40, height - 230), "TOTAL", "black", font(44))
    draw.text((width - 190, height - 230), f"{rng.randint(10, 200)}.00", "black", font(44))
    at = 80
    while at < width - 80:
        wide = rng.choice((2, 4, 6))
        draw.rectangle((at, height - 150, at + wide, height - 50), fill="black")
        at += wide + rng.choice((3, 5, 7))
    return paper


def on_table(paper: Image.Image, photo: Image.Image, rng: random.Random) -> Image.Image:
    """The paper as a camera sees it lie: in perspective, under uneven light, a little soft."""
    width, height = (1536, 2048) if rng.random() < 0.7 else (2048, 1536)
    ground = fill(photo, width, height).filter(ImageFilter.GaussianBlur(rng.choice((0, 6, 14))))
    ground = ImageEnhance.Brightness(ground).enhance(rng.uniform(0.35, 0.75))
    scale = rng.uniform(0.72, 0.97) * min(width / paper.width, height / paper.height)
    wide, high = paper.width * scale, paper.height * scale
    turn = rng.uniform(-0.22, 0.22)
    corners = []
    for x, y in ((-1, -1), (1, -1), (1, 1), (-1, 1)):
        dx = x * wide / 2 * rng.uniform(0.9, 1.04)
        dy = y * high / 2 * rng.uniform(0.9, 1.04)
        corners.append(
            (
                width / 2 + dx * np.cos(turn) - dy * np.sin(turn),
                height / 2 + dx * np.sin(turn) + dy * np.cos(turn),
            )
        )
    source = ((0, 0), (paper.width, 0), (paper.width, paper.height), (0, paper.height))
    across = _homography(corners, source)
    seen = paper.transform((width, height), Image.Transform.PERSPECTIVE, across, Image.Resampling.BICUBIC)
    mask = Image.new("L", paper.size, 255).transform((width, height), Image.Transform.PERSPECTIVE, across)
    ground.paste(seen, (0, 0), mask)
    down, right = np.mgrid[0:height, 0:width]
    falls = rng.uniform(0, 6.28)
    light = rng.uniform(0.7, 1.0) + rng.uniform(0, 0.22) * (
        np.cos(falls) * (right / width - 0.5) + np.sin(falls) * (down / height - 0.5)
    )
    warm = np.array((1.0, rng.uniform(0.9, 1.0), rng.uniform(0.72, 1.0)))
    grain = np.random.default_rng(rng.getrandbits(32)).normal(0, rng.uniform(1, 5), (height, width, 1))
    lit = np.asarray(ground, np.float32) * light[..., None] * warm + grain
    made = Image.fromarray(np.clip(lit, 0, 255).astype(np.uint8))
    return made.filter(ImageFilter.GaussianBlur(rng.uniform(0.3, 1.2)))


def _homography(to: list[tuple[float, float]], source: tuple[tuple[int, int], ...]) -> list[float]:
    rows: list[list[float]] = []
    right: list[float] = []
    for (x, y), (u, v) in zip(to, source, strict=True):
        rows += [[x, y, 1, 0, 0, 0, -u * x, -u * y], [0, 0, 0, x, y, 1, -v * x, -v * y]]
        right += [u, v]
    return [float(value) for value in np.linalg.solve(np.array(rows), np.array(right))]
