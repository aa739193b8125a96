"""The file systems of this machine, as one place."""

from keepers.places.local.place import LocalPlace

__all__ = ["LocalPlace"]
