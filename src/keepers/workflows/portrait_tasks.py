"""What a worker is asked of a picture with faces; light, so that only workers pay for decoders."""

from dataclasses import dataclass

#: A face as fractions of the upright picture: x, y, width, height.
Box = tuple[float, float, float, float]


@dataclass(frozen=True, slots=True)
class BlurTask:
    """One picture, and faces in it as fractions of it. `whole` measures the picture as the old tool did, not the faces."""

    asset: str
    path: str
    boxes: tuple[Box, ...]
    whole: bool = False


@dataclass(frozen=True, slots=True)
class CropTask:
    """One face to be cut out of a picture, and the pixels of a side."""

    key: tuple[str, str]
    path: str
    box: Box
    side: int


@dataclass(frozen=True, slots=True)
class SignTask:
    """A face in a picture that is to be known again; without a box the picture is the server's own portrait of somebody."""

    person: str
    asset: str
    picture: str | bytes
    box: Box | None
