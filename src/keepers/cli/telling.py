"""What libraries told of a photo, for people and for scripts."""

from collections.abc import Iterable

from keepers.cli import show


def as_json(told: Iterable[tuple[str, str]]) -> dict[str, list[str]]:
    """The values of each field."""
    values: dict[str, list[str]] = {}
    for field, value in told:
        values.setdefault(field, []).append(value)
    return values


def tell(told: Iterable[tuple[str, str]]) -> None:
    """One line a field."""
    for field, values in as_json(told).items():
        show.line(f"  {field:<8} {', '.join(values)}")
