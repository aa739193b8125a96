"""The scale of a face's sharpness, apart from what measures it: most who ask for it never see a pixel."""

from typing import Final

#: Face sharpness where the 0-1 scale reads one half; 139 sharp faces had a median near it.
HALF: Final = 0.05


def on_scale(strength: float) -> float:
    """An open-ended sharpness as a value from 0 to 1."""
    return strength / (strength + HALF)


def of_scale(sharpness: float) -> float:
    """The open-ended sharpness behind a value of the 0-1 scale: only such are in proportion."""
    return HALF * sharpness / max(1e-6, 1 - sharpness)
