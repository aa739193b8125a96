"""Hard edits of pictures, as people, apps and phones make them: each takes a picture and a source of chance."""

import math
from collections.abc import Callable

import cv2
import numpy as np
import numpy.typing as npt

Rgb = npt.NDArray[np.uint8]
Random = np.random.Generator
PHONES = ((1080, 2340), (1170, 2532), (750, 1334), (1440, 3120), (1284, 2778))


def crop(picture: Rgb, random: Random, keep: float, stretch: float = 1.0) -> Rgb:
    """A part of so much of the area anywhere, its shape changed by up to a factor."""
    high, wide = picture.shape[:2]
    shape = math.exp(random.uniform(-1, 1) * math.log(stretch)) if stretch > 1 else 1.0
    w = min(wide, round(wide * math.sqrt(keep * shape)))
    h = min(high, round(high * math.sqrt(keep / shape)))
    x, y = int(random.integers(0, wide - w + 1)), int(random.integers(0, high - h + 1))
    return np.ascontiguousarray(picture[y : y + h, x : x + w])


def tilt(picture: Rgb, random: Random, least: float, most: float, *, inside: bool) -> Rgb:
    """Turned by some degrees: the largest upright part without corners, or all of it on black or white."""
    degrees = float(random.uniform(least, most) * random.choice([-1, 1]))
    high, wide = picture.shape[:2]
    matrix = cv2.getRotationMatrix2D(((wide - 1) / 2, (high - 1) / 2), degrees, 1)
    sine, cosine = abs(math.sin(math.radians(degrees))), abs(math.cos(math.radians(degrees)))
    if not inside:
        size = (round(wide * cosine + high * sine), round(wide * sine + high * cosine))
        matrix[:, 2] += (size[0] - wide) / 2, (size[1] - high) / 2
        grey = int(random.choice([0, 255]))
        return cv2.warpAffine(picture, matrix, size, flags=cv2.INTER_AREA, borderValue=(grey, grey, grey))
    turned = cv2.warpAffine(picture, matrix, (wide, high), flags=cv2.INTER_LINEAR)
    scale = 1 / max(cosine + sine * high / wide, cosine + sine * wide / high)
    w, h = int(wide * scale), int(high * scale)
    return np.ascontiguousarray(turned[(high - h) // 2 :, (wide - w) // 2 :][:h, :w])


def mirror(picture: Rgb) -> Rgb:
    """Left is right."""
    return np.ascontiguousarray(picture[:, ::-1])


def turn(picture: Rgb, random: Random) -> Rgb:
    """A quarter, a half or three quarters round."""
    return np.ascontiguousarray(np.rot90(picture, int(random.integers(1, 4))))


def border(picture: Rgb, random: Random, kind: str) -> Rgb:
    """In a frame of 3 to 20 % a side, or a square one: white, black, or the picture itself, blurred."""
    high, wide = picture.shape[:2]
    square = random.random() < 0.5
    edge = 0 if square and wide != high else round(random.uniform(0.03, 0.2) * max(high, wide))
    w, h = (max(high, wide) + 2 * edge,) * 2 if square else (wide + 2 * edge, high + 2 * edge)
    if kind == "blurred":
        scale = max(w / wide, h / high)
        large = cv2.resize(picture, (math.ceil(wide * scale), math.ceil(high * scale)))
        framed = cv2.GaussianBlur(large[:h, :w], (0, 0), max(h, w) / 40)
    else:
        framed = np.full((h, w, 3), 255 if kind == "white" else 0, np.uint8)
    framed[(h - high) // 2 :, (w - wide) // 2 :][:high, :wide] = picture
    return framed


def screenshot(picture: Rgb, random: Random) -> Rgb:
    """Shown on a phone: bars, buttons and words above and below, as wide as the screen or zoomed to its height."""
    wide, high = PHONES[int(random.integers(len(PHONES)))]
    if random.random() < 0.25:
        wide, high = high, wide
    dark = random.random() < 0.6
    screen = np.full((high, wide, 3), 0 if dark else 255, np.uint8)
    ink = (230, 230, 230) if dark else (40, 40, 40)
    scale = min(wide / picture.shape[1], high / picture.shape[0])
    if random.random() < 0.35:
        scale = min(scale * random.uniform(1.0, 1.6), 3 * scale)
    shown = cv2.resize(picture, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    top, left = (high - shown.shape[0]) // 2, (wide - shown.shape[1]) // 2
    y, x = max(0, -top), max(0, -left)
    part = shown[y : y + high, x : x + wide]
    screen[max(0, top) :, max(0, left) :][: part.shape[0], : part.shape[1]] = part
    line = max(wide, high) // 60
    for at in range(random.integers(2, 5)):
        cv2.putText(
            screen, f"{at}7:4{at}", (line * (2 + 9 * at), line * 2), 0, line / 26, ink, 2, cv2.LINE_AA
        )
        cv2.circle(screen, ((at + 1) * wide // 5, high - 3 * line), line, ink, 3, cv2.LINE_AA)
    return screen


def rephotographed(picture: Rgb, random: Random, *, paper: bool) -> Rgb:
    """Photographed from a screen or from paper: seen askew, lit unevenly, with glare, stripes and grain."""
    high, wide = picture.shape[:2]
    pad = random.uniform(0.04, 0.12)
    w, h = round(wide * (1 + 2 * pad)), round(high * (1 + 2 * pad))
    corners = np.array([[0, 0], [wide, 0], [wide, high], [0, high]], np.float32)
    there = corners + (pad * wide, pad * high) + random.uniform(-1, 1, (4, 2)) * pad * 0.8 * min(wide, high)
    grey = int(random.integers(140, 230) if paper else random.integers(5, 40))
    matrix = cv2.getPerspectiveTransform(corners, there.astype(np.float32))
    seen = cv2.warpPerspective(picture, matrix, (w, h), flags=cv2.INTER_AREA, borderValue=(grey,) * 3)
    seen = cv2.GaussianBlur(seen, (0, 0), 0.8 * max(w, h) / 1200).astype(np.float32)
    y, x = np.mgrid[0:h, 0:w].astype(np.float32)
    stripes = 0 if paper else 6 * np.sin(x * random.uniform(0.5, 1.3) + y * random.uniform(0.1, 0.9))
    fall = 0.75 + 0.35 * (x / w * random.random() + y / h * random.random())
    spot = np.exp(
        -(((x - random.random() * w) / (0.12 * w)) ** 2 + ((y - random.random() * h) / (0.12 * h)) ** 2)
    )
    tint = random.uniform(0.9, 1.1, 3)
    lit = (
        seen * fall[..., None] * tint + np.asarray(stripes)[..., None]
        if not paper
        else seen * fall[..., None] * tint
    )
    lit = lit + 110 * spot[..., None] * (0.5 if paper else 1) + random.normal(0, 5, (h, w, 1))
    return np.clip(lit * 0.92 + 12, 0, 255).astype(np.uint8)


def sticker(picture: Rgb, random: Random) -> Rgb:
    """Two or three coloured shapes and a word over 5 to 15 % of the picture."""
    drawn = picture.copy()
    high, wide = drawn.shape[:2]
    for _ in range(random.integers(2, 4)):
        centre = (int(random.uniform(0.1, 0.9) * wide), int(random.uniform(0.1, 0.9) * high))
        colour = tuple(int(v) for v in random.integers(0, 256, 3))
        axes = (int(random.uniform(0.06, 0.16) * wide), int(random.uniform(0.06, 0.16) * high))
        cv2.ellipse(drawn, centre, axes, float(random.uniform(0, 180)), 0, 360, colour, -1, cv2.LINE_AA)
        cv2.putText(drawn, "Wow!", centre, 0, wide / 500, (255, 255, 255), max(2, wide // 200), cv2.LINE_AA)
    return drawn


def caption(picture: Rgb, random: Random) -> Rgb:
    """A band with words over the top, the bottom or both, or below the picture."""
    drawn = picture.copy()
    high, wide = drawn.shape[:2]
    band = round(random.uniform(0.1, 0.2) * high)
    light = random.random() < 0.5
    strip = np.full((band, wide, 3), 255 if light else 0, np.uint8)
    ink = (0, 0, 0) if light else (255, 255, 255)
    cv2.putText(
        strip,
        "when it is Monday",
        (wide // 20, band * 2 // 3),
        0,
        wide / 600,
        ink,
        max(2, wide // 300),
        cv2.LINE_AA,
    )
    where = int(random.integers(3))
    if where == 0:
        drawn[:band] = strip
    elif where == 1:
        drawn[-band:] = strip
    else:
        drawn = np.vstack([strip, drawn])
    return drawn


def collage(picture: Rgb, random: Random, other: Rgb) -> Rgb:
    """Beside another photo, of one height."""
    high = min(picture.shape[0], other.shape[0], 900)
    both = [
        cv2.resize(
            one, (max(1, round(one.shape[1] * high / one.shape[0])), high), interpolation=cv2.INTER_AREA
        )
        for one in (picture, other)
    ]
    gap = np.full((high, int(random.integers(0, 24)), 3), 255, np.uint8)
    return np.hstack([both[0], gap, both[1]])


def small(picture: Rgb, side: int) -> Rgb:
    """Scaled down to so long a side."""
    scale = side / max(picture.shape[:2])
    return (
        picture if scale >= 1 else cv2.resize(picture, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    )


def filtered(picture: Rgb, random: Random) -> Rgb:
    """A filter of an app: contrast, warmth, a vignette."""
    high, wide = picture.shape[:2]
    y, x = np.mgrid[-1 : 1 : high * 1j, -1 : 1 : wide * 1j].astype(np.float32)
    shade = (1 - 0.35 * np.clip(x * x + y * y, 0, 1.6) / 1.6)[..., None]
    warm = np.array([1.1, 1.0, 0.85], np.float32)
    curve = 255 * (np.clip(picture / 255.0, 0, 1) ** random.uniform(0.75, 1.3))
    return np.clip(((curve - 128) * random.uniform(1.05, 1.3) + 128) * warm * shade, 0, 255).astype(np.uint8)


Edit = Callable[[Rgb, Random], Rgb]
EDITS: dict[str, Edit] = {
    "crop 90 %": lambda p, r: crop(p, r, 0.90),
    "crop 75 %": lambda p, r: crop(p, r, 0.75),
    "crop 60 %": lambda p, r: crop(p, r, 0.60),
    "crop 40 %": lambda p, r: crop(p, r, 0.40),
    "crop 25 %": lambda p, r: crop(p, r, 0.25),
    "crop to another shape": lambda p, r: crop(p, r, r.uniform(0.35, 0.8), 1.8),
    "tilt 1-5, cropped": lambda p, r: tilt(p, r, 1, 5, inside=True),
    "tilt 5-15, cropped": lambda p, r: tilt(p, r, 5, 15, inside=True),
    "tilt 1-15, with corners": lambda p, r: tilt(p, r, 1, 15, inside=False),
    "mirror": lambda p, _: mirror(p),
    "quarter turns": turn,
    "white border": lambda p, r: border(p, r, "white"),
    "black border": lambda p, r: border(p, r, "black"),
    "blurred border": lambda p, r: border(p, r, "blurred"),
    "screenshot": screenshot,
    "photo of a screen": lambda p, r: rephotographed(p, r, paper=False),
    "photo of paper": lambda p, r: rephotographed(p, r, paper=True),
    "stickers": sticker,
    "caption": caption,
    "crop 60 %, 480 pixels": lambda p, r: small(crop(p, r, 0.6), 480),
    "crop and mirror": lambda p, r: mirror(crop(p, r, r.uniform(0.4, 0.8))),
    "crop and quarter turn": lambda p, r: turn(crop(p, r, r.uniform(0.4, 0.8)), r),
    "crop and filter": lambda p, r: filtered(crop(p, r, r.uniform(0.4, 0.8), 1.4), r),
    "crop, tilt and caption": lambda p, r: caption(tilt(crop(p, r, 0.7), r, 2, 6, inside=True), r),
    "screenshot of a crop": lambda p, r: screenshot(crop(p, r, r.uniform(0.4, 0.8), 1.4), r),
    "crop of a screenshot": lambda p, r: crop(screenshot(p, r), r, 0.8, 1.2),
}  # fmt: skip
COLLAGE = "collage of two"
