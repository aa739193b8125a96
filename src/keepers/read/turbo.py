"""libjpeg-turbo through simplejpeg: the fastest way from JPEG bytes to a picture at n/8 of its size."""

import numpy as np
import numpy.typing as npt
import simplejpeg  # type: ignore[import-untyped]  # pyright: ignore[reportMissingTypeStubs]


def decoded(data: bytes | memoryview, space: str, high: int, wide: int) -> npt.NDArray[np.uint8]:
    """Decode to "GRAY" or "RGB" at the smallest scale that is still `high` and `wide`.

    ValueError, with libjpeg's words, at its first error or warning.
    """
    pixels: npt.NDArray[np.uint8] = simplejpeg.decode_jpeg(data, space, min_height=high, min_width=wide)
    return pixels[:, :, 0] if space == "GRAY" and pixels.ndim == 3 else pixels


def encoded(pixels: npt.NDArray[np.uint8], quality: int) -> bytes:
    """Encode an RGB picture as a JPEG."""
    data: bytes = simplejpeg.encode_jpeg(np.ascontiguousarray(pixels), quality, "RGB")
    return data
