"""The file systems of this machine, as one place."""

from keepers.places.local.place import LocalPlace
from keepers.places.local.said import Known

__all__ = ["Known", "LocalPlace"]
