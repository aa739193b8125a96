"""A scene back end of another package: photos are alike if their colours are."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from keepers.detect.backend import Picture
from keepers.detect.scene import Embeddings


class Colours:
    """Embeds how often each of 64 colours occurs."""

    method = "colours-1"
    near = 0.8

    def embed(self, pictures: Sequence[Picture]) -> Embeddings:
        """A row of 64 for each picture."""
        weights = np.array([16, 4, 1])
        counts = [
            np.bincount((picture // 64 @ weights).ravel(), minlength=64).astype(np.float32)
            for picture in pictures
        ]
        return np.array([row / np.linalg.norm(row) for row in counts], np.float32).reshape(-1, 64)


def build(_: str) -> Colours:
    """What the entry point names."""
    return Colours()


def installed(folder: Path) -> Path:
    """A folder for `sys.path` that has a package with the back end `colours` in it, as installing it would make."""
    about = folder / "colours-1.dist-info"
    about.mkdir(parents=True)
    (about / "METADATA").write_text("Metadata-Version: 2.1\nName: colours\nVersion: 1\n")
    (about / "entry_points.txt").write_text(
        "[keepers.scene_backends]\ncolours = tests.detect.colours:build\n"
    )
    return folder
