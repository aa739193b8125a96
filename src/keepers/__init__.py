"""Keepers: find the copies and the series in a photo library, keep the best, undo anything."""

__version__ = "0.1.0"
