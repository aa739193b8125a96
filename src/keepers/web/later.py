"""A route whose shape stands and whose work is not in yet."""

from typing import NoReturn

from keepers.web.problems import ProblemError


def later() -> NoReturn:
    """Say that this server cannot do it."""
    raise ProblemError(501, "this route is not in yet")
