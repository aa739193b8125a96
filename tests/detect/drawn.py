"""A face drawn by program: enough for the networks to find and judge, and nobody's."""

import numpy as np
from PIL import Image, ImageDraw, ImageFilter

SKIN, HAIR, LIPS = (214, 164, 134), (62, 42, 30), (176, 84, 84)


def face(size: int = 512, *, eyes: float = 1.0, glasses: bool = False) -> np.ndarray:
    """An upright frontal face on grey, filling the middle; `eyes` from shut (0) to open (1)."""
    picture = Image.new("RGB", (size * 2, size * 2), (120, 128, 136))
    draw = ImageDraw.Draw(picture)

    def oval(x: float, y: float, wide: float, high: float, colour: tuple[int, int, int]) -> None:
        scale = size * 2
        draw.ellipse(
            ((x - wide) * scale, (y - high) * scale, (x + wide) * scale, (y + high) * scale), fill=colour
        )

    oval(0.5, 0.44, 0.235, 0.31, HAIR)
    draw.rectangle((size * 0.88, size * 1.4, size * 1.12, size * 1.8), fill=(196, 146, 118))
    oval(0.5, 1.02, 0.38, 0.19, (54, 74, 110))
    oval(0.5, 0.5, 0.19, 0.255, SKIN)
    oval(0.5, 0.26, 0.15, 0.06, HAIR)
    for side in (-1, 1):
        x = 0.5 + side * 0.078
        oval(x, 0.405, 0.05, 0.011, HAIR)
        oval(x, 0.412, 0.05, 0.009, SKIN)
        oval(x, 0.452, 0.046, 0.03, (190, 140, 114))
        if eyes > 0:
            oval(x, 0.455, 0.037, 0.020 * eyes, (244, 242, 238))
            oval(x, 0.455, 0.016, min(0.016, 0.020 * eyes), (70, 48, 36))
            oval(x, 0.455, 0.007, min(0.007, 0.020 * eyes), (12, 10, 10))
            oval(x, 0.455 - 0.020 * eyes, 0.037, 0.004, (40, 28, 24))
        else:
            oval(x, 0.462, 0.037, 0.004, (60, 42, 34))
        oval(0.5 + side * 0.018, 0.573, 0.012, 0.007, (150, 98, 80))
    oval(0.5, 0.53, 0.017, 0.05, (224, 178, 150))
    oval(0.5, 0.64, 0.062, 0.017, LIPS)
    draw.line(
        (size * 0.88, size * 1.28, size * 1.12, size * 1.28), fill=(110, 50, 50), width=max(1, size // 128)
    )
    if glasses:
        for side in (-1, 1):
            oval(0.5 + side * 0.085, 0.46, 0.072, 0.058, (18, 18, 20))
        draw.line((size * 0.96, size * 0.9, size * 1.04, size * 0.9), fill=(18, 18, 20), width=size // 64)
    picture = picture.filter(ImageFilter.GaussianBlur(size / 128)).resize(
        (size, size), Image.Resampling.LANCZOS
    )
    return np.asarray(picture)
