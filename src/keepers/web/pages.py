"""The page itself: the files that the build put into the package, each by its fixed name; and the login."""

import asyncio
import html
import mimetypes
import os
from dataclasses import dataclass
from typing import Final
from urllib.parse import parse_qs

from fastapi import APIRouter, FastAPI, Request
from starlette.responses import HTMLResponse, PlainTextResponse, RedirectResponse, Response

from keepers.reasons import Reason
from keepers.web import problems
from keepers.web.answers.library import LoggedIn, Login
from keepers.web.gate import LOGIN, LOGIN_API, Keys, Receive, Scope, Send

FOLDER: Final = os.path.join(os.path.dirname(__file__), "static")
_INDEX: Final = "index.html"
_ASSETS: Final = "/assets/"
#: A name with a digest of its bytes in it never means other bytes.
_FOR_EVER: Final = "private, max-age=31536000, immutable"
_NOT_BUILT: Final = (
    "The page is not built in this copy of Keepers; the HTTP API works (/api/openapi.json).\n"
    "To build it: python -m build_tools.page\n"
)
_TYPES: Final = {
    ".js": "text/javascript",
    ".css": "text/css",
    ".svg": "image/svg+xml",
    ".woff2": "font/woff2",
}
_FORM: Final = """<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Keepers</title>
<meta name="viewport" content="width=device-width"></head><body><h1>Keepers</h1>{said}
<form method="post" action="/login"><p><label>Password · <span lang="de">Passwort</span> <input type="password" name="password" autofocus
autocomplete="current-password" required></label></p><p><button>Open · <span lang="de">Öffnen</span></button></p></form></body></html>"""


@dataclass(frozen=True, slots=True)
class Built:
    """One file of the page."""

    path: str
    media: str
    lasting: bool


def built() -> dict[str, Built]:
    """The files of the page by their addresses; none where it is not built."""
    found: dict[str, Built] = {}
    for folder, _, names in os.walk(FOLDER):
        for name in names:
            path = os.path.join(folder, name)
            address = "/" + os.path.relpath(path, FOLDER).replace(os.sep, "/")
            ending = os.path.splitext(name)[1]
            media = _TYPES.get(ending) or mimetypes.guess_type(name)[0] or "application/octet-stream"
            found[address] = Built(path, media, lasting=address.startswith(_ASSETS))
    return found


def install(app: FastAPI, keys: Keys) -> None:
    """Serve the page at every address that is none of the API's."""
    if keys.password is not None:
        app.include_router(_login(keys), prefix="")
    pages = built()

    async def page(scope: Scope, receive: Receive, send: Send) -> None:
        await (await found(scope))(scope, receive, send)

    async def found(scope: Scope) -> Response:
        path: str = scope["path"]
        if scope["method"] not in {"GET", "HEAD"}:
            return problems.answer(405, Reason("not-done-here", method=scope["method"]))
        known = pages.get(path)
        if known is None and path.startswith(_ASSETS):
            # Keepers was updated while this server runs, and the page is already the new one.
            known = built().get(path)
        if known is None and not path.startswith("/api/") and "." not in path.rpartition("/")[2]:
            known = pages.get(f"/{_INDEX}")
            if known is None and path == "/":
                return PlainTextResponse(_NOT_BUILT)
        if known is None:
            return problems.answer(404, Reason("no-page"))
        data = await asyncio.to_thread(_read, known.path)
        kept = _FOR_EVER if known.lasting else "private, no-cache"
        return Response(data, media_type=known.media, headers={"cache-control": kept})

    # What no route of the API answers to; a wrong method on one of them is told before.
    app.router.default = page


def _read(path: str) -> bytes:
    with open(path, "rb") as file:
        return file.read()


def _login(keys: Keys) -> APIRouter:
    router = APIRouter()

    @router.get(LOGIN, include_in_schema=False)
    async def form() -> Response:
        """Ask for the password."""
        return HTMLResponse(_FORM.format(said=""))

    @router.post(LOGIN, include_in_schema=False)
    async def typed(request: Request) -> Response:
        """Take the password that was typed."""
        body = (await request.body()).decode("utf-8", "replace")
        wrong = await _tried(keys, parse_qs(body).get("password", [""])[0])
        if wrong is None:
            return keys.set_on(RedirectResponse("/", 303))
        said = f"<p role='alert'>{html.escape(wrong[1])}</p>"
        return HTMLResponse(_FORM.format(said=said), wrong[0])

    @router.post(LOGIN_API, operation_id="logIn", tags=["login"])
    async def log_in(said: Login, response: Response) -> LoggedIn:
        """Take the password from a program; the answer sets the cookie."""
        wrong = await _tried(keys, said.password)
        if wrong is not None:
            raise problems.ProblemError(*wrong)
        keys.set_on(response)
        return LoggedIn(ok=True)

    return router


async def _tried(keys: Keys, given: str) -> tuple[int, str] | None:
    """Try a password; the status and the sentence where it is wrong or came too soon."""
    password = keys.password
    if password is None:
        return 404, Reason("no-password")
    if seconds := password.wait():
        return 429, Reason("wait-password", seconds=seconds)
    if await asyncio.to_thread(password.is_right, given):
        return None
    return 401, Reason("wrong-password")
