"""The file systems of this machine, as one place."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from keepers.places.local.place import LocalPlace
    from keepers.places.local.said import Known

__all__ = ["Known", "LocalPlace"]


def __getattr__(name: str) -> object:
    """The place, once somebody asks for it: to list folders takes a third of the imports."""
    if name == "LocalPlace":
        from keepers.places.local.place import LocalPlace  # noqa: PLC0415 (see above)

        return LocalPlace
    if name == "Known":
        from keepers.places.local.said import Known  # noqa: PLC0415 (see above)

        return Known
    message = f"module {__name__!r} has no attribute {name!r}"
    raise AttributeError(message)
