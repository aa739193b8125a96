"""A modest word on composition: faces that the edge cuts are worse, and so is a face squeezed to a side."""

from collections.abc import Sequence
from typing import Final

BoxFractions = tuple[float, float, float, float]

#: What is given where nothing can be said, and where there is nothing to object to.
NEUTRAL, GOOD = 0.5, 1.0
#: A face nearer to the edge than this share of its own size looks cut off.
ROOM: Final = 0.15
#: Largest distance from the middle, in halves of the picture, that is as good as a third point.
THIRDS: Final = 0.45


def composition(boxes: Sequence[BoxFractions]) -> float:
    """Place of the faces in 0-1, each weighed by its side; neutral without faces, as we cannot tell."""
    sides = [max(box[2], box[3]) for box in boxes]
    if not sum(sides):
        return NEUTRAL
    placed = sum(side * _placed(box) for side, box in zip(sides, boxes, strict=True))
    return round(placed / sum(sides), 4)


def _placed(box: BoxFractions) -> float:
    x, y, width, height = box
    # The forehead is part of the box, hair and hat are not: hence room above as well.
    room = (
        min(x / width, y / height, (1 - x - width) / width, (1 - y - height) / height)
        if width * height
        else 0
    )
    cut = min(1.0, max(0.0, room / ROOM))
    away = max(abs(2 * (x + width / 2) - 1), abs(2 * (y + height / 2) - 1))
    central = GOOD - max(0.0, away - THIRDS) / (1 - THIRDS) * 0.5
    return cut * central
