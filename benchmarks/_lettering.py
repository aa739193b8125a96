"""Words in some size, and a photo that fills some room: what drawn screens, pages and memes are made of."""

import random

from PIL import Image, ImageFont

WORDS = [
    "milk",
    "bread",
    "apples",
    "total",
    "cash",
    "change",
    "table",
    "garden",
    "station",
    "ticket",
    "number",
    "street",
    "morning",
    "coffee",
    "paper",
    "order",
    "water",
    "please",
    "thank",
    "you",
    "meeting",
    "today",
    "tomorrow",
    "when",
    "where",
    "because",
    "house",
    "train",
    "window",
    "letter",
    "contract",
    "party",
    "section",
    "general",
    "terms",
    "payment",
    "within",
    "days",
    "account",
    "holiday",
    "weather",
    "photo",
    "answer",
    "question",
    "really",
    "great",
    "sure",
    "later",
]


def font(size: int) -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
    return ImageFont.load_default(max(8, size))


def sentence(rng: random.Random, count: int) -> str:
    return " ".join(rng.choice(WORDS) for _ in range(count)).capitalize()


def fill(photo: Image.Image, width: int, height: int) -> Image.Image:
    scale = max(width / photo.width, height / photo.height)
    sized = photo.resize((max(width, round(photo.width * scale)), max(height, round(photo.height * scale))))
    return sized.crop((0, 0, width, height))
