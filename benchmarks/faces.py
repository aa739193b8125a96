"""Face analysis: time of a face and of a photo on one core; faces found by size; eyes and smiles as labelled.

    python benchmarks/faces.py [DATA_DIR] [--model-dir DIR]

DATA_DIR holds `faces/faces.json` (images with boxes as fractions, `eyes` open, closed, one_closed, hidden or
uncertain, `smile` yes, no or uncertain), and every back end that can run here is judged by them. Without it only the time
on drawn faces is printed.
"""

import argparse
import io
import json
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np
from _intervals import share, table
from _judging import back_ends, looks, people_key
from PIL import Image, ImageOps

from keepers.detect.backend import FaceBackend, Picture
from keepers.detect.choose import backend
from keepers.detect.installed import NONE
from keepers.detect.look import look
from keepers.detect.mesh import HALF_OPEN
from keepers.model import ContentId, Face, Look
from keepers.ports import LookTask

MOST_FACE_MS, MOST_PHOTO_MS = 15.0, 50.0
LARGEST = 10_000
SIZES = ((0, 24), (24, 48), (48, 96), (96, LARGEST))
OVERLAP = 0.4

Rect = tuple[float, float, float, float]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path, nargs="?")
    parser.add_argument("--model-dir", default="", help="models for the back ends")
    given = parser.parse_args()
    names = [name for name, _ in back_ends(given.model_dir) if name != NONE]
    if not names:
        return 1
    paths: list[Path] = []
    if given.data is not None:
        truth = json.loads((given.data / "faces" / "faces.json").read_text("utf-8"))["images"]
        paths = [given.data / image["path"] for image in truth]
        columns = {name: _judged(truth, looks(paths, name, given.model_dir), given.data) for name in names}
        rows = list(next(iter(columns.values())))
        head = ["faces", *(f"`{name}`" for name in names)]
        print(table(head, *((row, *(columns[name][row] for name in names)) for row in rows)))
    _timed(backend(names[0], given.model_dir), paths)
    return 0


# ---------------------------------------------------------------- right or wrong


class Cases:
    """Labelled faces with what was made of them, each with the people that it shows."""

    def __init__(self) -> None:
        self.found: dict[int, list[tuple[str, bool]]] = {size: [] for size in range(len(SIZES))}
        self.eyes: dict[str, list[tuple[str, str]]] = {}
        self.smiles: dict[str, list[tuple[str, str]]] = {}
        self.false = self.empty = 0

    def rows(self) -> dict[str, str]:
        """The figures, by what they are of."""
        rows = {
            f"found, {low}-{high} px" if high < LARGEST else f"found, from {low} px": str(
                share(self.found[size])
            )
            for size, (low, high) in enumerate(SIZES)
            if self.found[size]
        }
        rows["found, all"] = str(share(case for some in self.found.values() for case in some))
        rows["faces where there is none"] = f"{self.false} in {self.empty} photos"
        for title, told, label, wanted, other in (
            ("eyes open, called open", self.eyes, "open", "open", "closed"),
            ("eyes closed, called closed", self.eyes, "closed", "closed", "open"),
            ("one eye closed, called closed", self.eyes, "one_closed", "closed", "open"),
            ("eyes covered, left unknown", self.eyes, "hidden", "unknown", ""),
            ("smile, called one", self.smiles, "yes", "yes", "no"),
            ("no smile, called none", self.smiles, "no", "no", "yes"),
        ):
            cases = told.get(label, [])
            wrong = sum(verdict == other for _, verdict in cases)
            unknown = sum(verdict == "unknown" != wanted for _, verdict in cases)
            more = [f"{wrong} wrong"] * (wrong > 0) + [f"{unknown} unknown"] * (unknown > 0)
            right = share((whom, verdict == wanted) for whom, verdict in cases)
            rows[title] = ", ".join((str(right), *more))
        return rows


def _judged(truth: list[dict[str, Any]], seen: dict[Path, Look], folder: Path) -> dict[str, str]:
    cases = Cases()
    for image in truth:
        path = folder / image["path"]
        faces = list(seen[path].faces)
        with Image.open(path) as picture:
            width = ImageOps.exif_transpose(picture).width
        for labelled in image["faces"]:
            match = max(faces, key=lambda face: _overlap(face.box, labelled["box"]), default=None)
            hit = match is not None and _overlap(match.box, labelled["box"]) >= OVERLAP
            # Where nobody's name is told, the faces of one photo count as one cluster.
            whom = people_key(image["path"])
            cases.found[_size(labelled["box"][2] * width)].append((whom, hit))
            if match is not None and hit:
                cases.eyes.setdefault(labelled["eyes"], []).append((whom, _eyes(match)))
                cases.smiles.setdefault(labelled["smile"], []).append((whom, _smile(match)))
        if image["complete"]:
            cases.empty += not image["faces"]
            cases.false += sum(
                all(_overlap(face.box, known["box"]) < OVERLAP for known in image["faces"]) for face in faces
            )
    return cases.rows()


def _eyes(face: Face) -> str:
    if face.eyes_open is None:
        return "unknown"
    return "open" if face.eyes_open >= HALF_OPEN else "closed"


def _smile(face: Face) -> str:
    if face.smile is None:
        return "unknown"
    return "yes" if face.smile >= 0.5 else "no"


def _size(pixels: float) -> int:
    return next(number for number, (low, high) in enumerate(SIZES) if low <= pixels < high)


def _overlap(one: Rect, other: Rect) -> float:
    wide = min(one[0] + one[2], other[0] + other[2]) - max(one[0], other[0])
    high = min(one[1] + one[3], other[1] + other[3]) - max(one[1], other[1])
    both = max(0.0, wide) * max(0.0, high)
    return both / (one[2] * one[3] + other[2] * other[3] - both)


# ---------------------------------------------------------------- time


def _timed(faces: FaceBackend, paths: list[Path]) -> None:
    """Prints the time of each stage and its share of what is allowed, side by side in one run."""
    pictures = [_read(path) for path in paths] or [_shaded(1200, 900), _shaded(1632, 1224)]
    boxes = [faces.detect(picture) for picture in pictures]
    faces.analyse(pictures[0], boxes[0], pictures[0].shape[1])
    start = time.process_time()
    for picture, found in zip(pictures, boxes, strict=True):
        faces.analyse(picture, found, picture.shape[1])
    faces_ms = (time.process_time() - start) * 1000
    count = sum(len(found) for found in boxes)
    if count:
        _ratio("a face", faces_ms / count, MOST_FACE_MS)
    for megapixels, size in ((2, (1632, 1224)), (12, (4000, 3000))):
        path = Path(f".keepers-bench-{megapixels}.jpg")
        path.write_bytes(_jpeg(_shaded(*size)))
        try:
            look(LookTask(str(path), ContentId("b3:bench"), "default"))
            times = [_once(path) for _ in range(7)]
        finally:
            path.unlink()
        _ratio(f"a photo of {megapixels} MP, reading and decoding included", sorted(times)[3], MOST_PHOTO_MS)


def _once(path: Path) -> float:
    start = time.process_time()
    look(LookTask(str(path), ContentId("b3:bench"), "default"))
    return (time.process_time() - start) * 1000


def _ratio(what: str, milliseconds: float, most: float) -> None:
    print(f"{what}: {milliseconds:.1f} ms of {most:.0f} allowed = {milliseconds / most:.2f}")


def _read(path: Path) -> Picture:
    with Image.open(path) as picture:
        rgb = picture.convert("RGB")
    rgb.thumbnail((960, 960))
    return np.asarray(rgb)


def _shaded(width: int, height: int) -> Picture:
    random = np.random.default_rng(width)
    small = Image.fromarray(random.integers(0, 255, (9, 12, 3), dtype=np.uint8))
    smooth = np.asarray(small.resize((width, height), Image.Resampling.BICUBIC), np.float32)
    return np.clip(smooth + random.normal(0, 6, (height, width, 1)), 0, 255).astype(np.uint8)


def _jpeg(picture: Picture) -> bytes:
    buffer = io.BytesIO()
    Image.fromarray(picture).save(buffer, "JPEG", quality=88)
    return buffer.getvalue()


if __name__ == "__main__":
    sys.exit(main())
