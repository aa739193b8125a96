"""The application: all routes under one roof, each behind the same gate."""

import contextlib
from collections.abc import AsyncGenerator, Callable
from typing import Any, Final

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from fastapi.routing import APIRoute

from keepers import __version__
from keepers.web import pages, problems
from keepers.web.answers.library import Problem
from keepers.web.desk import Desk
from keepers.web.gate import App, Gate, Keys
from keepers.web.routes import decisions, featuring, folders, groups, library, people, pictures, work
from keepers.wiring import Session

API: Final = "/api/v1"
OLD: Final = "/api/face-sort"
DOCUMENT: Final = "/api/openapi.json"
#: Routes with a fixed last word come before those that take any word in its place.
ROUTERS: Final = (
    decisions.ROUTES,
    featuring.ROUTES,
    folders.ROUTES,
    groups.ROUTES,
    library.ROUTES,
    pictures.ROUTES,
    work.ROUTES,
)
_WORDS: Final = (
    "Groups of photos that belong together, what a person decides of them, and the jobs that carry it out. "
    "Lists are paged by key: give `next` of one page as `after` of the next. A change to a group takes the revision "
    "that was seen as If-Match; 409 says that somebody was faster. Errors are problem details (RFC 9457)."
)


def camel(route: APIRoute) -> str:
    """The name of an operation that has none of its own: `list_people` becomes `listPeople`."""
    first, *rest = route.name.split("_")
    return first + "".join(word.capitalize() for word in rest)


def old(route: APIRoute) -> str:
    """The same under the path of the tool before."""
    return f"{camel(route)}AsBefore"


def served(session: Session, keys: Keys, is_ending: Callable[[], bool]) -> App:
    """The whole server behind its gate; it begins to work when it is started."""
    app = build(lambda: Desk(session, is_ending))
    pages.install(app, keys)
    return Gate(app, keys)


def build(desk: Callable[[], Desk] | None = None) -> FastAPI:
    """The application; its routes work with the desk that is made when it starts."""

    @contextlib.asynccontextmanager
    async def living(app: FastAPI) -> AsyncGenerator[None]:
        if desk is None:
            yield
            return
        app.state.desk = made = desk()
        await made.start()
        try:
            yield
        finally:
            await made.close()

    app = FastAPI(
        lifespan=living,
        title="Keepers",
        version=__version__,
        description=_WORDS,
        openapi_url=DOCUMENT,
        docs_url=None,
        redoc_url=None,
        responses=problems.ERRORS,
        separate_input_output_schemas=False,
    )
    for router in ROUTERS:
        app.include_router(router, prefix=API)
    for prefix, name in ((f"{API}/people-sort", camel), (OLD, old)):
        app.include_router(people.ROUTES, prefix=prefix, generate_unique_id_function=name)
    problems.install(app)
    app.openapi = lambda: _document(app)  # type: ignore[method-assign]  # the documented way to add to it
    return app


def _document(app: FastAPI) -> dict[str, Any]:
    """The OpenAPI document, with problems as errors have them."""
    if app.openapi_schema is None:
        made = get_openapi(
            title=app.title,
            version=app.version,
            description=app.description,
            routes=app.routes,
            separate_input_output_schemas=False,
        )
        shapes = made["components"]["schemas"]
        shapes["Problem"] = Problem.model_json_schema(ref_template="#/components/schemas/{model}")
        # What it is made of is among the shapes already.
        shapes["Problem"].pop("$defs", None)
        shapes.pop("HTTPValidationError", None)
        shapes.pop("ValidationError", None)
        app.openapi_schema = made
    return app.openapi_schema
