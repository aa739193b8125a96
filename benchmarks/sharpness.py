"""Sharpness: is the sharp photo, or face, measured as sharper than its version that a program made worse?

    python benchmarks/sharpness.py DATA_DIR [--model-dir DIR]

DATA_DIR holds `base/` and `faces/faces.json`. The variance of the Laplacian and Tenengrad's squared gradients, both as
they are in textbooks (S. Pertuz and others, Pattern Recognition 46, 2013), are beside ours. Faces are found in the sharp
photo and measured at the same place in both. Prints Markdown.
"""

import argparse
import sys
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from typing import Final

import numpy as np
from _degraded import SHARPNESS, Picture, fitted, same
from _intervals import share, table
from _judging import JOBS, Photo, back_ends, sharp_photos
from PIL import Image

from keepers.detect.backend import FaceBackend
from keepers.detect.choose import backend
from keepers.detect.installed import NONE
from keepers.score.technical import technical


def laplacian(picture: Picture) -> float:
    """The variance of the Laplacian of the grey photo."""
    grey = _grey(picture)
    around = grey[:-2, 1:-1] + grey[2:, 1:-1] + grey[1:-1, :-2] + grey[1:-1, 2:]
    return float(np.var(around - 4 * grey[1:-1, 1:-1]))


def tenengrad(picture: Picture) -> float:
    """The mean square of the Sobel gradients of the grey photo."""
    grey = _grey(picture)
    rows = grey[:-2] + 2 * grey[1:-1] + grey[2:]
    columns = grey[:, :-2] + 2 * grey[:, 1:-1] + grey[:, 2:]
    across, down = rows[:, 2:] - rows[:, :-2], columns[2:] - columns[:-2]
    return float(np.mean(across * across + down * down))


def keepers(picture: Picture) -> float:
    """What Keepers measures of a photo."""
    return technical(picture).sharpness


MEASURES: Final = {"Keepers": keepers, "Laplacian's variance": laplacian, "Tenengrad": tenengrad}

#: Of one photo: whether a measure is right, by measure and kind of pair; several times where there are several faces.
Orderings = dict[tuple[str, str], list[bool]]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path)
    parser.add_argument("--model-dir", default="", help="models for the back ends")
    given = parser.parse_args()
    names = [name for name, _ in back_ends(given.model_dir) if name != NONE]
    photos = sharp_photos(given.data)
    with ProcessPoolExecutor(JOBS, get_context("forkserver")) as pool:
        each = list(pool.map(_orderings, photos, [names] * len(photos), [given.model_dir] * len(photos)))
    columns = [*MEASURES, *map(_faces, names)]
    rows: list[Sequence[object]] = [("the sharp one is sharper", *columns)]
    for pair in SHARPNESS:
        cells = [
            share((photo.cluster, right) for photo, found in zip(photos, each, strict=True)
                  for right in found[column, pair.name])
            for column in columns
        ]  # fmt: skip
        rows.append((pair.name, *cells))
    print(table(*rows))
    return 0


def _faces(name: str) -> str:
    return f"faces, `{name}`"


def _orderings(photo: Photo, names: Sequence[str], model_dir: str) -> Orderings:
    with Image.open(photo.path) as opened:
        picture = fitted(opened)
    seen = {name: _FacesAt(backend(name, model_dir), picture) for name in names}
    sharp = _measured(picture, seen)
    found: Orderings = {}
    for pair in SHARPNESS:
        better = sharp if pair.better is same else _measured(pair.better(picture), seen)
        worse = _measured(pair.worse(picture), seen)
        for column, values in better.items():
            found[column, pair.name] = [one > other for one, other in zip(values, worse[column], strict=True)]
    return found


class _FacesAt:
    """The sharpness of faces at the places where a photo has them."""

    def __init__(self, chosen: FaceBackend, picture: Picture) -> None:
        self._chosen, self._boxes = chosen, chosen.detect(picture)

    def sharpness(self, picture: Picture) -> list[float]:
        """How sharp each is in another version of the photo."""
        return [
            face.sharpness or 0.0 for face in self._chosen.analyse(picture, self._boxes, picture.shape[1])
        ]


def _measured(picture: Picture, seen: dict[str, _FacesAt]) -> dict[str, list[float]]:
    plain = {name: [measure(picture)] for name, measure in MEASURES.items()}
    return plain | {_faces(name): faces.sharpness(picture) for name, faces in seen.items()}


def _grey(picture: Picture) -> "np.ndarray[tuple[int, int], np.dtype[np.float64]]":
    return np.asarray(Image.fromarray(picture).convert("L"), np.float64)


if __name__ == "__main__":
    sys.exit(main())
