"""The gate before every route: who may ask, from which site, how much; and what a page may do.

Everything is refused that does not show the secret of this server, whatever address it asks for: by a cookie that the
first address is exchanged for, or by `Authorization: Bearer`. A page of another site can send neither: the cookie
is SameSite=Strict, and no answer lets another site set headers (no CORS).
"""

import hmac
import ipaddress
import json
import secrets
from collections.abc import Awaitable, Callable, Mapping, MutableMapping
from dataclasses import dataclass, field
from http.cookies import CookieError, SimpleCookie
from typing import Any, Final
from urllib.parse import parse_qs, urlsplit

from starlette.responses import HTMLResponse, RedirectResponse, Response

from keepers.reasons import Reason
from keepers.web import problems
from keepers.web.passwords import Password

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]

#: Decisions on a group of thousands of photos fit many times over.
MOST_BODY: Final = 1 << 20
#: A cursor holds a path of 4,096 bytes at most, in hex and packed.
_MOST_ADDRESS, _MOST_HEADERS = 16 << 10, 32 << 10
#: So much of a body that is refused is taken in all the same.
_DRAINED: Final = 32 << 20
LOGIN: Final = "/login"
LOGIN_API: Final = "/api/v1/login"
_READING: Final = frozenset({"GET", "HEAD"})
_WRITING: Final = frozenset({"POST", "PUT", "DELETE"})
#: No script but ours, no frame around us, nothing from elsewhere; pictures and films also from memory.
_POLICY: Final = (
    "default-src 'self'; img-src 'self' blob: data:; media-src 'self' blob:; object-src 'none'; base-uri 'none'; "
    "form-action 'self'; frame-ancestors 'none'"
)
_HEADERS: Final = (
    (b"content-security-policy", _POLICY.encode()),
    (b"x-content-type-options", b"nosniff"),
    (b"x-frame-options", b"DENY"),
    (b"referrer-policy", b"no-referrer"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"cross-origin-resource-policy", b"same-origin"),
    (b"permissions-policy", b"camera=(), geolocation=(), microphone=()"),
)
_DOOR: Final = """<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Keepers</title>
<meta name="viewport" content="width=device-width"></head><body><h1>Keepers</h1>
<p>This browser is not known to this server.</p>
<p>Open the address that <code>keepers review</code> or <code>keepers serve</code> printed when it was started: it carries the
key to this page, which is another one after each start.</p>
<p lang="de">Dieser Server kennt diesen Browser nicht. Bitte die Adresse öffnen, die <code>keepers review</code> oder
<code>keepers serve</code> beim Start gezeigt hat: sie enthält den Schlüssel zu dieser Seite, bei jedem Start einen anderen.</p>
</body></html>"""


@dataclass(frozen=True, slots=True)
class Keys:
    """The secret of one server, and the names that it answers to; `beyond` this machine also to addresses in numbers."""

    port: int
    names: frozenset[str] = frozenset()
    password: Password | None = None
    beyond: bool = False
    token: str = field(default_factory=lambda: secrets.token_urlsafe(32))

    @property
    def cookie(self) -> str:
        """The name of the cookie: browsers do not tell ports apart, and two servers may run."""
        return f"keepers_{self.port}"

    def is_ours(self, given: str) -> bool:
        """Whether this is the secret; takes as long for any other."""
        return hmac.compare_digest(given.encode("utf-8", "surrogateescape"), self.token.encode())

    def answers_to(self, host: str) -> bool:
        """Whether a Host header names this server: what another site's name may point to is not enough."""
        try:
            parts = urlsplit(f"//{host}")
            name, port = parts.hostname or "", parts.port or 80
        except ValueError:
            return False
        if parts.username is not None or parts.path or port != self.port:
            return False
        return name in self.names or (self.beyond and _is_number(name))

    def set_on(self, response: Response) -> Response:
        """Let a response hand the secret to the browser."""
        response.set_cookie(self.cookie, self.token, path="/", httponly=True, samesite="strict")
        return response


def _is_number(name: str) -> bool:
    """Whether it is an address in numbers, which no name server has a say in."""
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True


class Gate:
    """Lets through to the application what may pass."""

    def __init__(self, app: App, keys: Keys) -> None:
        self._app = app
        self._keys = keys

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Check one request; refuse it, or hand it on."""
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
            return
        if scope["type"] != "http":
            await send({"type": "websocket.close", "code": 1008})
            return
        headers = _headers(scope)
        marked = _marking(send, scope["path"])
        refused = self._refusal(scope, headers)
        if refused is not None:
            if refused.status_code == 413:
                await _drain(receive)
            await refused(scope, receive, marked)
            return
        if scope["method"] in _WRITING:
            body = await _body(receive)
            refused = _unfit(body, scope["path"])
            if refused is not None:
                await refused(scope, receive, marked)
                return
            receive = _again(body or b"", receive)
        await self._app(scope, receive, marked)

    def _refusal(self, scope: Scope, headers: Mapping[str, str]) -> Response | None:
        method: str = scope["method"]
        if len(scope["path"]) + len(scope["query_string"]) > _MOST_ADDRESS:
            return problems.answer(414, Reason("long-address"))
        if sum(len(name) + len(value) for name, value in scope["headers"]) > _MOST_HEADERS:
            return problems.answer(431, Reason("long-headers"))
        if not self._keys.answers_to(headers.get("host", "")):
            return problems.answer(421, Reason("other-name"))
        if method not in _READING | _WRITING:
            return problems.answer(405, Reason("not-done-here", method=method))
        if method in _WRITING and (refused := self._from_elsewhere(headers)) is not None:
            return refused
        return self._unknown(scope, headers) or _too_large(method, scope["path"], headers)

    def _from_elsewhere(self, headers: Mapping[str, str]) -> Response | None:
        """A change must come from our own page, or from a program that shows the secret by itself."""
        if self._bears(headers) and "origin" not in headers and "sec-fetch-site" not in headers:
            return None
        origin = headers.get("origin", "")
        if origin not in {f"http://{headers['host']}", f"https://{headers['host']}"}:
            return problems.answer(403, Reason("other-page"))
        if headers.get("sec-fetch-site", "same-origin") != "same-origin":
            return problems.answer(403, Reason("other-page"))
        return None

    def _unknown(self, scope: Scope, headers: Mapping[str, str]) -> Response | None:
        path: str = scope["path"]
        if self._bears(headers) or self._has_cookie(headers):
            if path == "/" and scope["method"] == "GET" and b"token=" in scope["query_string"]:
                return RedirectResponse("/", 303)
            return None
        if path == "/" and scope["method"] == "GET":
            given = parse_qs(scope["query_string"].decode("latin-1")).get("token", [""])[0]
            if given and self._keys.is_ours(given):
                return self._keys.set_on(RedirectResponse("/", 303))
            if self._keys.password is not None:
                return RedirectResponse(LOGIN, 303)
        if self._keys.password is not None and path in {LOGIN, LOGIN_API}:
            return None
        if (
            scope["method"] == "GET"
            and "text/html" in headers.get("accept", "")
            and not path.startswith("/api/")
        ):
            # Somebody opened a bookmark, or a tab of a server of before: words for people.
            return HTMLResponse(_DOOR, 401)
        return problems.answer(401, Reason("not-known"))

    def _bears(self, headers: Mapping[str, str]) -> bool:
        kind, _, given = headers.get("authorization", "").partition(" ")
        return kind.lower() == "bearer" and self._keys.is_ours(given.strip())

    def _has_cookie(self, headers: Mapping[str, str]) -> bool:
        try:
            found = SimpleCookie(headers.get("cookie", "")).get(self._keys.cookie)
        except CookieError:
            return False
        return found is not None and self._keys.is_ours(found.value)


def _headers(scope: Scope) -> dict[str, str]:
    """Headers by name; what is there twice stands with a comma, so that it equals nothing that is expected."""
    found: dict[str, str] = {}
    for name, value in scope["headers"]:
        key, text = name.decode("latin-1").lower(), value.decode("latin-1")
        found[key] = f"{found[key]}, {text}" if key in found else text
    return found


def _too_large(method: str, path: str, headers: Mapping[str, str]) -> Response | None:
    length = headers.get("content-length", "0")
    if not length.isascii() or not length.isdigit() or int(length[:20]) > MOST_BODY:
        return problems.answer(413, Reason("large-body", n=MOST_BODY))
    if method not in _WRITING:
        return None
    has_body = length != "0" or "transfer-encoding" in headers
    kind = headers.get("content-type", "").partition(";")[0].strip().lower()
    if has_body and kind != "application/json" and path != LOGIN:
        return problems.answer(415, Reason("body-json"))
    if "transfer-encoding" in headers and "content-length" in headers:
        return problems.answer(400, Reason("body-length"))
    return None


async def _drain(receive: Receive) -> None:
    """Take in what a client is sending: one that is cut off in the midst of it never reads the answer."""
    seen = 0
    while seen <= _DRAINED:
        message = await receive()
        seen += len(message.get("body", b""))
        if message["type"] != "http.request" or not message.get("more_body"):
            return


def _marking(send: Send, path: str) -> Send:
    """Put the headers that keep a page in bounds on every answer; what is personal is kept by no proxy."""

    async def marked(message: Message) -> None:
        if message["type"] == "http.response.start":
            own = {name.lower() for name, _ in message["headers"]}
            more = [pair for pair in _HEADERS if pair[0] not in own]
            if b"cache-control" not in own:
                more.append((b"cache-control", b"no-cache, private" if path == "/" else b"no-store, private"))
            message["headers"] = [*message["headers"], *more]
        await send(message)

    return marked


async def _body(receive: Receive) -> bytes | None:
    """The whole body, whose length need not have been told; None where it is too large."""
    parts: list[bytes] = []
    size = 0
    while True:
        message = await receive()
        part = message.get("body", b"")
        size += len(part)
        if size <= MOST_BODY:
            parts.append(part)
        if message["type"] != "http.request" or not message.get("more_body") or size > _DRAINED:
            return b"".join(parts) if size <= MOST_BODY else None


def _unfit(body: bytes | None, path: str) -> Response | None:
    """A body is JSON, whether the route looks at it or not: what is half understood may be meant otherwise."""
    if body is None:
        return problems.answer(413, Reason("large-body", n=MOST_BODY))
    if not body or path == LOGIN:
        return None
    try:
        json.loads(body)
    except (ValueError, RecursionError):
        return problems.answer(400, Reason("body-no-json"))
    return None


def _again(body: bytes, receive: Receive) -> Receive:
    """Give the application the body that was read already, then what comes behind it."""
    given = False

    async def receiving() -> Message:
        nonlocal given
        if given:
            return await receive()
        given = True
        return {"type": "http.request", "body": body, "more_body": False}

    return receiving
