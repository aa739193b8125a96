"""Exposure merging beside OpenCV's Mertens and enfuse, on the same frames: detail kept, pixels lost, time, memory.

Detail is the local standard deviation (7 x 7 pixels of grey), as a share of the largest that any frame has there, at most 1, its mean
over all that shows something. Lost are pixels whose channels are all below 6 or of which one is above 249.
"""

import argparse
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt

from keepers.create import composite, hdr, vision, whole
from keepers.create.vision import CV
from keepers.errors import UnreadableError

Pixels = npt.NDArray[np.uint8]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folders", nargs="+", type=Path, help="folders with the frames of one bracket each")
    parser.add_argument(
        "--large", action="store_true", help="measure once more with the frames enlarged to 12 megapixels"
    )
    options = parser.parse_args()
    vision.alone()
    print(f"{'bracket':<24} {'by':<9} {'detail':>7} {'lost':>7} {'CPU s':>7}")
    for folder in options.folders:
        files = sorted(path for path in folder.iterdir() if path.suffix.lower() in {".jpg", ".jpeg"})
        frames = [whole.read(str(path)).pixels for path in files]
        for name, merge in WAYS.items():
            began = time.process_time() + resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime
            try:
                merged = merge(frames, files)
            except UnreadableError as error:
                # The others merge anything; there is nothing to compare then.
                print(f"{folder.name:<24} {name:<9} refused: {error}")
                break
            spent = time.process_time() + resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime - began
            if merged is None:
                print(f"{folder.name:<24} {name:<9} absent")
                continue
            print(
                f"{folder.name:<24} {name:<9} {detail(merged, frames):7.3f} {lost(merged):7.2%} {spent:7.2f}"
            )
        if options.large:
            large(frames)


def large(frames: Sequence[Pixels]) -> None:
    """Time and memory of frames of 12 megapixels."""
    grown = [
        hdr.Frame(str(n), CV.resize(one, (4000, 3000), interpolation=CV.INTER_CUBIC))
        for n, one in enumerate(frames)
    ]
    began = time.process_time()
    try:
        hdr.merged(grown)
    except UnreadableError as error:
        print(f"  as {len(frames)} x 12 MP: refused: {error}")
        return
    spent = time.process_time() - began
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
    print(f"  as {len(frames)} x 12 MP: {spent:.1f} s (goal 12 for three), {most:.2f} GB (goal 1.5)")


def ours(frames: Sequence[Pixels], _: Sequence[Path]) -> Pixels:
    return composite.levels(hdr.merged([hdr.Frame(str(n), one) for n, one in enumerate(frames)]).light)


def mertens(frames: Sequence[Pixels], _: Sequence[Path]) -> Pixels | None:
    if len({one.shape for one in frames}) > 1:
        return None
    return composite.levels(CV.createMergeMertens().process(list(frames)))


def enfuse(_: Sequence[Pixels], files: Sequence[Path]) -> Pixels | None:
    program = shutil.which("enfuse")
    if program is None:
        return None
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "merged.tif"
        done = subprocess.run([program, "-o", out, *files], capture_output=True, check=False)
        if done.returncode != 0:
            return None
        return np.asarray(CV.cvtColor(CV.imread(str(out)), CV.COLOR_BGR2RGB))


WAYS: dict[str, Callable[[Sequence[Pixels], Sequence[Path]], Pixels | None]] = {
    "keepers": ours,
    "mertens": mertens,
    "enfuse": enfuse,
}


def spread(pixels: Pixels) -> npt.NDArray[np.float32]:
    grey = CV.cvtColor(pixels, CV.COLOR_RGB2GRAY).astype(np.float32)
    mean = CV.blur(grey, (7, 7))
    return np.sqrt(np.maximum(CV.blur(grey * grey, (7, 7)) - mean * mean, 0))


def detail(merged: Pixels, frames: Sequence[Pixels]) -> float:
    """The share of the frames' best local contrast; where ours is cropped, of the middle that is left."""
    height, width = merged.shape[:2]
    best = np.max([spread(one) for one in frames], axis=0)
    if best.shape != (height, width):
        # Ours is cropped: find where it lies, and compare there.
        frame = max(frames, key=lambda one: float(CV.matchTemplate(one, merged, CV.TM_CCOEFF_NORMED).max()))
        _, _, _, (x, y) = CV.minMaxLoc(CV.matchTemplate(frame, merged, CV.TM_CCOEFF_NORMED))
        best = best[y : y + height, x : x + width]
    telling = best > 3
    return float(np.minimum(spread(merged)[telling] / best[telling], 1).mean())


def lost(merged: Pixels) -> float:
    return float(((merged.max(axis=2) < 6) | (merged.max(axis=2) > 249)).mean())


if __name__ == "__main__":
    sys.exit(main())
