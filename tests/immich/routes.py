"""Every question that our server answers: its method, its path, the permission that it takes, and who answers."""

from collections.abc import Callable

from tests.immich import answers, external, holders, persons, receiving, resolving, smart

Route = tuple[str, str, str | None, Callable]

ROUTES: tuple[Route, ...] = (
    *answers.ROUTES,
    *holders.ROUTES,
    *receiving.ROUTES,
    *persons.ROUTES,
    *external.ROUTES,
    *resolving.ROUTES,
    *smart.ROUTES,
)
