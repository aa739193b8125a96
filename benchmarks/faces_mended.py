"""Closed eyes mended from other frames: how many faces, from which frames, and why the others were refused.

    python benchmarks/faces_mended.py DATA_DIR [--pictures DIR] [--kind KIND]

DATA_DIR holds `bursts/best.json` (frames with times) and `faces/` (photos of people). Three kinds of bursts are tried:

- bursts:   every frame of a burst in which a main face has its eyes closed, mended from the other frames;
- moods:    photos of one person in several moods, closed by drawing the upper lids down, mended from all others: most
            heads are turned otherwise, so most must be refused;
- moved:    every photo with open faces, its lids drawn down, mended from itself as another frame would show it: shifted,
            turned by 12 degrees, at 0.8 of the size, at 0.65 of the light with noise and a warmer colour, blurred (which must
            be refused).

With `--pictures`, before and after of each stand there side by side: what a program calls open, a person must look at.
"""

import argparse
import json
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
import numpy.typing as npt
from PIL import Image

from keepers.create import whole
from keepers.create.faces_guards import CLOSED
from keepers.create.vision import CV
from keepers.detect.look import look
from keepers.detect.traces import trace
from keepers.model import ContentId
from keepers.ports import LookTask
from keepers.score.faces import MAIN
from keepers.score.traced import TraceTask
from keepers.workflows.mending import Mended, Mending, Shot, mend

Pixels = npt.NDArray[np.uint8]
Points = npt.NDArray[np.float64]

BACKEND: Final = "default"
#: Upper lid, lower lid (both from corner to corner) and the lower edge of the brow, of both eyes.
EYES: Final = (
    ((33, 246, 161, 160, 159, 158, 157, 173, 133), (33, 7, 163, 144, 145, 153, 154, 155, 133), (46, 53, 52, 65, 55)),
    ((263, 466, 388, 387, 386, 385, 384, 398, 362), (263, 249, 390, 373, 374, 380, 381, 382, 362), (276, 283, 282, 295, 285)),
)  # fmt: skip
#: Faces smaller than this are not closed by drawing: nobody would see it.
SMALLEST: Final = 40
#: Photos with a series of moods of one person.
MOODS: Final = "stock_emotions"


@dataclass(frozen=True, slots=True)
class Case:
    """One photo to be mended and the frames to mend it from."""

    kind: str
    name: str
    target: Path
    donors: tuple[Path, ...]


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("data", type=Path, help="the folder of labelled photos")
    parser.add_argument("--pictures", type=Path, help="a folder for before and after of each photo")
    parser.add_argument("--kind", choices=tuple(KINDS), action="append", help="only bursts of this kind")
    options = parser.parse_args()
    if options.pictures:
        options.pictures.mkdir(parents=True, exist_ok=True)
    sums: Counter[tuple[str, str]] = Counter()
    print(f"{'burst':<34} {'face':>5} {'px':>5} {'eyes':>11} {'s':>5}  what became of it")
    with tempfile.TemporaryDirectory() as folder:
        for case in cases(options.data, Path(folder), options.kind or tuple(KINDS)):
            began = time.perf_counter()
            made = mended(case)
            spent = time.perf_counter() - began
            for number, fate in enumerate(made.faces, 1):
                side = fate.box[2] * Image.open(case.target).width
                eyes = " ".join(
                    "   -" if value is None else f"{value:.2f}" for value in (fate.before, fate.after)
                )
                word = f"from {fate.donor}" if fate.donor else f"refused: {fate.why}"
                print(
                    f"{case.kind + ' ' + case.name:<34} {number:>5} {side:5.0f} {eyes:>11} {spent:5.1f}  {word}",
                    flush=True,
                )
                sums[case.kind, "mended" if fate.donor else "refused"] += 1
            if made.shown and options.pictures:
                (options.pictures / f"{case.kind}_{case.name}.jpg").write_bytes(made.shown)
    for kind in dict.fromkeys(kind for kind, _ in sums):
        print(f"{kind}: {sums[kind, 'mended']} mended, {sums[kind, 'refused']} refused")


def cases(data: Path, folder: Path, kinds: Sequence[str]) -> Iterator[Case]:
    """All bursts of some kinds, one after another; what is made for them goes to the folder."""
    for kind in kinds:
        yield from KINDS[kind](data, folder)


def mended(case: Case) -> Mended:
    """What becomes of the main faces whose eyes are closed or unknown."""
    target = shot(case.target)
    most = max((face.box[2] * face.box[3] for face in target.faces), default=0.0)
    closed = tuple(
        number
        for number, face in enumerate(target.faces)
        if (face.eyes_open is None or face.eyes_open < CLOSED) and face.box[2] * face.box[3] >= MAIN * most
    )
    if not closed:
        return Mended(why="no main face has closed eyes")
    donors = tuple(shot(path) for path in case.donors)
    return mend(Mending(case.name, target, closed, donors, 0, trace, BACKEND, shown=True))


def shot(path: Path) -> Shot:
    """A frame with the faces that looking at it finds."""
    return Shot(str(path), path.name, look(LookTask(str(path), ContentId(path.name), BACKEND)).faces)


def _bursts(data: Path, _: Path) -> Iterator[Case]:
    for burst in json.loads((data / "bursts" / "best.json").read_text("utf-8"))["bursts"]:
        frames = [data / frame["path"] for frame in burst["frames"]]
        for frame in frames:
            yield Case(
                "bursts",
                f"{burst['title']} {frame.stem}",
                frame,
                tuple(one for one in frames if one != frame),
            )


def _moods(data: Path, folder: Path) -> Iterator[Case]:
    files = sorted((data / "faces").glob(f"*{MOODS}*"))
    for file in files:
        yield from _closed(file, folder, "moods", [one for one in files if one != file])


def _moved(data: Path, folder: Path) -> Iterator[Case]:
    for file in sorted((data / "faces").glob("*.jpg")):
        for name, pixels in variations(whole.read(str(file)).pixels):
            donor = folder / f"{name}.png"
            Image.fromarray(pixels).save(donor)
            yield from _closed(file, folder, f"moved {name}", [donor])


def _closed(file: Path, folder: Path, kind: str, donors: Sequence[Path]) -> Iterator[Case]:
    pixels = whole.read(str(file)).pixels
    height, width = pixels.shape[:2]
    faces = tuple(
        face
        for face in shot(file).faces
        if max(face.box[2] * width, face.box[3] * height) >= SMALLEST and (face.eyes_open or 0.0) >= CLOSED
    )
    if not faces:
        return
    drawn = pixels
    for traced in trace(TraceTask(pixels, faces, BACKEND)):
        drawn = lids_down(drawn, traced.points)
    target = folder / f"{file.stem}.png"
    Image.fromarray(drawn).save(target)
    yield Case(kind, file.stem, target, tuple(donors))


def variations(pixels: Pixels) -> Iterator[tuple[str, Pixels]]:
    """The photo as other frames of a burst would show it."""
    height, width = pixels.shape[:2]
    middle = (width / 2, height / 2)
    random = np.random.default_rng(7)
    moves = {
        "shifted": np.array([[1, 0, 9.3], [0, 1, -6.6]]),
        "turned": CV.getRotationMatrix2D(middle, 12, 1.0),
        "smaller": CV.getRotationMatrix2D(middle, 0, 0.8),
    }
    for name, matrix in moves.items():
        yield (
            name,
            CV.warpAffine(pixels, matrix, (width, height), flags=CV.INTER_AREA, borderMode=CV.BORDER_REFLECT),
        )
    dark = pixels * np.array([0.70, 0.65, 0.58]) + random.normal(0, 4, pixels.shape)
    yield "dark", np.clip(dark, 0, 255).astype(np.uint8)
    yield "blurred", CV.GaussianBlur(pixels, (0, 0), max(2.0, width / 300))


def lids_down(pixels: Pixels, points: Points) -> Pixels:
    """The face with its eyes closed: what lies between brow and upper lid is stretched down to the lower lid."""
    drawn = pixels.copy()
    height, width = pixels.shape[:2]
    for upper, lower, brow in EYES:
        ends = points[[upper[0], upper[-1]]]
        start, end = ends[np.argsort(ends[:, 0])]
        wide = float(np.hypot(*(end - start)))
        along = (end - start) / wide
        turn = np.array([along, (-along[1], along[0])])
        lines = [(points[list(part)] - start) @ turn.T for part in (upper, lower, brow)]
        up, low, top = (line[np.argsort(line[:, 0])] for line in lines)
        left, first = np.maximum(np.floor(np.minimum(start, end) - wide), 0).astype(int)
        right, last = np.minimum(np.ceil(np.maximum(start, end) + wide), (width, height)).astype(int)
        rows, columns = np.mgrid[first:last, left:right].astype(np.float64)
        place = np.stack([columns - start[0], rows - start[1]], -1) @ turn.T
        u, v = place[..., 0], place[..., 1]
        lid = np.interp(u, up[:, 0], up[:, 1])
        bottom = np.maximum(np.interp(u, low[:, 0], low[:, 1]) + 0.02 * wide, lid)
        ceiling = np.minimum(np.interp(u, top[:, 0], top[:, 1]), lid - 0.15 * wide) + 0.06 * wide
        share = (v - ceiling) / np.maximum(bottom - ceiling, 1e-3)
        moved = (share >= 0) & (share <= 1) & (u >= 0) & (u <= wide)
        source = np.stack([u, np.where(moved, ceiling + share * (lid - ceiling), v)], -1) @ turn + start
        maps = source.astype(np.float32)
        drawn[first:last, left:right] = CV.remap(
            pixels, maps[..., 0], maps[..., 1], CV.INTER_LINEAR, borderMode=CV.BORDER_REPLICATE
        )
    return drawn


KINDS: Final[dict[str, Callable[[Path, Path], Iterator[Case]]]] = {
    "bursts": _bursts,
    "moods": _moods,
    "moved": _moved,
}


if __name__ == "__main__":
    main()
