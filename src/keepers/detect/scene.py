"""What a scene back end promises: pictures of one scene come close to each other, whatever was cut, turned or put around."""

from collections.abc import Sequence
from typing import Protocol

import numpy as np
import numpy.typing as npt

from keepers.detect.backend import Picture

Embeddings = npt.NDArray[np.float32]
"""One row of unit length for each picture: the dot product of two rows is their cosine."""


class SceneBackend(Protocol):
    """Embeds pictures; the same picture always gives the same row.

    Made by the function that an entry point of the group `keepers.scene_backends` names: it takes the
    folder of the user's own models (empty: none) and raises `NotAvailableError` with the reason when
    something it needs is missing. Making one is cheap: models are loaded at first use, once a process,
    with one thread. None of it opens a socket.
    """

    @property
    def method(self) -> str:
        """Names back end, model and version; pictures are embedded again when it changes."""
        ...

    @property
    def near(self) -> float:
        """The cosine from which two pictures are worth comparing closely: low enough to miss little."""
        ...

    def embed(self, pictures: Sequence[Picture]) -> Embeddings:
        """Embed upright pictures of any sizes: a row of unit length each, in order."""
        ...
