"""JPEG XL, an extra: its Pillow plug-in is GPL-3, so nobody gets it unasked."""

import importlib
import importlib.util

from keepers.errors import UnreadableError


def available(name: str) -> None:
    """Load the JPEG XL plug-in when a file needs it; UnreadableError says how to get it."""
    if name != "jxl":
        return
    if importlib.util.find_spec("pillow_jxl") is None:
        raise UnreadableError("is JPEG XL, which needs the extra: pip install 'keepers[jxl]'")
    importlib.import_module("pillow_jxl")
