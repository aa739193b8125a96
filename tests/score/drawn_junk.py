"""Small pictures of every kind that the suggestions tell apart, drawn with nothing but Pillow."""

import numpy as np
from PIL import Image, ImageDraw, ImageFilter, ImageFont

WORDS = [
    "milk",
    "bread",
    "total",
    "change",
    "garden",
    "paper",
    "water",
    "please",
    "thank",
    "meeting",
    "tomorrow",
    "where",
    "train",
    "letter",
]


def scene(seed=1, size=(960, 640)):
    """Overlapping shapes with fine texture: sharp everywhere, as a photo of leaves is."""
    rng = np.random.default_rng(seed)
    image = Image.new("RGB", size, (90, 120, 140))
    draw = ImageDraw.Draw(image)
    for _ in range(260):
        x, y = rng.integers(0, size[0]), rng.integers(0, size[1])
        wide, high = rng.integers(12, 120, 2)
        colour = tuple(int(value) for value in rng.integers(20, 235, 3))
        draw.ellipse((x, y, x + wide, y + high), fill=colour)
    return grained(image, 3, seed)


def grained(image, deviation, seed=1):
    noise = np.random.default_rng(seed).normal(0, deviation, (image.height, image.width, 3))
    return Image.fromarray(np.clip(np.asarray(image, np.float32) + noise, 0, 255).astype(np.uint8))


def defocused(image, sigma):
    return grained(image.filter(ImageFilter.GaussianBlur(sigma)), 1)


def moved(image, length):
    """Moved sideways while it was exposed."""
    values = np.asarray(image, np.float32)
    total = sum(np.roll(values, step, axis=1) for step in range(length))
    return grained(Image.fromarray((total / length).astype(np.uint8)), 1)


def subject(image):
    """Only a twelfth of it is sharp, as with a wide open lens."""
    soft = image.filter(ImageFilter.GaussianBlur(6))
    box = (360, 220, 600, 420)
    soft.paste(image.crop(box), box)
    return soft


def lines(draw, box, size, ink):
    left, top, right, bottom = box
    font = ImageFont.load_default(size)
    rng = np.random.default_rng(size)
    for line in range(top, bottom - size, size * 8 // 5):
        text = ""
        while draw.textlength(f"{text} wwwwwww", font=font) < right - left:
            text = f"{text} {rng.choice(WORDS)}"
        draw.text((left, line), text, ink, font)


def printed(turn=0.0):
    """A page on a dark table, under light that falls off, turned by so many degrees."""
    page = Image.new("RGB", (560, 780), "#f6f3ea")
    lines(ImageDraw.Draw(page), (40, 50, 530, 740), 13, "#222222")
    image = grained(Image.new("RGB", (768, 1024), (70, 52, 40)), 6)
    mask = Image.new("L", page.size, 255).rotate(turn, expand=True)
    image.paste(page.rotate(turn, expand=True, resample=Image.Resampling.BICUBIC), (90, 110), mask)
    light = np.linspace(1.0, 0.75, 1024)[:, None, None]
    return grained(Image.fromarray((np.asarray(image) * light).astype(np.uint8)), 2)


def screen(size=(540, 1170)):
    """A conversation: bars, bubbles, lettering, exact colours."""
    image = Image.new("RGB", size, "white")
    draw = ImageDraw.Draw(image)
    draw.rectangle((0, 0, size[0], 110), fill="#e9e9ec")
    for number, top in enumerate(range(140, size[1] - 120, 110)):
        left = 20 if number % 2 else 160
        draw.rounded_rectangle(
            (left, top, left + 340, top + 90), 18, fill="#0a84ff" if number % 2 else "#e9e9ec"
        )
        lines(draw, (left + 14, top + 8, left + 330, top + 90), 20, "black")
    draw.rectangle((0, size[1] - 90, size[0], size[1]), fill="#f2f2f7")
    return image


def captioned(image):
    """A band with two lines of lettering above the picture."""
    made = Image.new("RGB", (image.width, image.height + 120), "white")
    made.paste(image, (0, 120))
    font = ImageFont.load_default(36)
    draw = ImageDraw.Draw(made)
    for line, text in enumerate(("When the meeting was a letter", "and there is no bread tomorrow")):
        draw.text((40, 14 + 48 * line), text, "black", font)
    return made


def lettered(image):
    """Outlined lettering on the picture, above and below."""
    made = image.copy()
    draw = ImageDraw.Draw(made)
    font = ImageFont.load_default(76)
    for top, text in ((10, "WHERE IS THE TRAIN"), (image.height - 100, "TOMORROW PLEASE")):
        draw.text((60, top), text, "white", font, stroke_width=6, stroke_fill="black")
    return made
