"""Which optional libraries are installed, told without importing them."""

from functools import lru_cache
from importlib import util
from typing import Final

#: What makes `video` true.
INSTALL_VIDEO: Final = "pip install 'keepers[video]'"


@lru_cache(maxsize=1)
def video() -> bool:
    """Whether films can be looked into: PyAV is installed."""
    return util.find_spec("av") is not None
