"""Face analysis: time of a face and of a photo on one core; faces found by size; eyes and smiles as labelled.

    python benchmarks/faces.py DATA_DIR

DATA_DIR holds `faces/faces.json` (images with boxes as fractions, `eyes` open, closed, one_closed, hidden or
uncertain, `smile` yes, no or uncertain). Without it only the time on drawn faces is printed.
"""

import io
import json
import sys
import time
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from keepers.detect.backend import FaceBackend, Picture
from keepers.detect.choose import NONE, backend, choose
from keepers.detect.look import look
from keepers.detect.mesh import HALF_OPEN
from keepers.model import ContentId, Face
from keepers.ports import LookTask

MOST_FACE_MS, MOST_PHOTO_MS = 15.0, 50.0
SIZES = ((0, 24), (24, 48), (48, 96), (96, 10_000))
OVERLAP = 0.4

Rect = tuple[float, float, float, float]


@dataclass(frozen=True, slots=True)
class Cost:
    """CPU milliseconds that looking took, and at how many photos and faces."""

    photos: int
    faces: int
    plain: float
    detected: float
    whole: float


def main() -> int:
    choice = choose("auto")
    print(choice.word)
    if choice.name == NONE:
        return 1
    faces = backend(choice.name, "")
    paths: list[Path] = []
    if len(sys.argv) > 1:
        folder = Path(sys.argv[1])
        truth = json.loads((folder / "faces" / "faces.json").read_text("utf-8"))["images"]
        paths = [folder / image["path"] for image in truth]
        _judged(folder, truth)
    _timed(faces, paths)
    return 0


# ---------------------------------------------------------------- right or wrong


def _judged(folder: Path, truth: list[dict[str, Any]]) -> None:
    found: Counter[tuple[int, bool]] = Counter()
    eyes: Counter[tuple[str, str]] = Counter()
    smiles: Counter[tuple[str, str]] = Counter()
    false = 0
    for image in truth:
        path = folder / image["path"]
        seen = list(look(LookTask(str(path), ContentId(image["path"]), "default")).faces)
        with Image.open(path) as picture:
            width = picture.width
        for labelled in image["faces"]:
            match = max(seen, key=lambda face: _overlap(face.box, labelled["box"]), default=None)
            hit = match is not None and _overlap(match.box, labelled["box"]) >= OVERLAP
            found[_size(labelled["box"][2] * width), hit] += 1
            if match is not None and hit:
                eyes[labelled["eyes"], _eyes(match)] += 1
                smiles[labelled["smile"], _smile(match)] += 1
        if image["complete"]:
            false += sum(
                all(_overlap(face.box, known["box"]) < OVERLAP for known in image["faces"]) for face in seen
            )
    for size in sorted({size for size, _ in found}):
        hits, all_of = found[size, True], found[size, True] + found[size, False]
        low, high = SIZES[size]
        print(f"faces of {low}-{high} px found: {hits}/{all_of}")
    print(f"faces found where there is none: {false}")
    _table("eyes", eyes)
    _table("smile", smiles)


def _table(title: str, counted: Counter[tuple[str, str]]) -> None:
    print(f"{title:>12} labelled, judged: count")
    for (label, verdict), count in sorted(counted.items()):
        print(f"{label:>12}, {verdict:<8} {count}")


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
