"""Exceptions that a caller may catch; each knows the exit code that the command line gives."""

from typing import ClassVar


class KeepersError(Exception):
    """Something stopped the work; the text says what, where, why, and what to try next."""

    exit_code: ClassVar[int] = 1


class UsageError(KeepersError):
    """The request makes no sense, or consent is missing."""

    exit_code = 2


class SettingsError(KeepersError):
    """A setting or credential is missing or wrong."""

    exit_code = 5


class PlaceUnreachableError(KeepersError):
    """A server does not answer."""

    exit_code = 6


class NoCatalogError(KeepersError):
    """Nothing has been learned yet, so there is no catalog to read."""

    exit_code = 10


class CatalogBusyError(KeepersError):
    """Another run holds the catalog or the apply lock."""

    exit_code = 11


class CatalogDamagedError(KeepersError):
    """The catalog or the journal fails its integrity check."""


class SourceShrunkError(KeepersError):
    """A known source is empty, gone, or lost more than a tenth of its files."""


class UnreadableError(KeepersError):
    """A file is no photo that can be read; the text is the reason, one short clause."""


class NeedsMemoryError(UnreadableError):
    """A photo could not be decoded in the memory allowed; with more of it, it may be."""


class ChangedError(KeepersError):
    """A file is no longer what it was when the plan was made."""


class RefusedError(KeepersError):
    """A plan breaks a safety rule and may not be run."""
