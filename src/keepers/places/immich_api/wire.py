"""Questions to one server and its answers: bounded in time and size, repeated only where that is safe."""

import contextlib
import json
import re
import ssl
from collections.abc import Callable, Generator, Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field
from typing import Any, BinaryIO, Final, TypeVar

import anyio
import httpx2
from anyio.from_thread import BlockingPortal, start_blocking_portal

from keepers import __version__
from keepers.errors import KeepersError, PlaceUnreachableError, SettingsError
from keepers.places.immich_api.profile import Profile, is_refused

T = TypeVar("T")

MOST_JSON: Final = 64 << 20
SECONDS: Final = 30.0
#: No question may take longer, however large its answer is.
LONGEST: Final = 24 * 3600.0
ATTEMPTS: Final = 4
#: Asked at once: 2 cores loaded thumbnails no faster with more.
AT_ONCE: Final = 8
_LONGEST_PAUSE: Final = 30.0
_HOPS: Final = 3
_MOVED: Final = frozenset({301, 302, 303, 307, 308})
#: The server, or what stands before it, is not there for the moment.
_AWAY: Final = frozenset({502, 503, 504})
#: Something broke in the server: a database under load does so now and then, and another attempt goes through.
_BROKEN: Final = 500
_SAID: Final = 300
_MOST_SAID: Final = 1 << 20
_MISSING: Final = re.compile(r"Missing required permission: ([\w.]{1,60})")


class AnswerError(KeepersError):
    """The server refused a question, or gave an answer that makes no sense."""

    def __init__(self, text: str, status: int = 0) -> None:
        """Keep the HTTP status beside the sentence; 0 where there was none."""
        super().__init__(text)
        self.status = status


class ForbiddenError(SettingsError):
    """The API key may not do this."""

    def __init__(self, text: str, permission: str = "") -> None:
        """Keep the name of the permission that is missing; empty where the server did not tell."""
        super().__init__(text)
        self.permission = permission


@dataclass(frozen=True, slots=True)
class Form:
    """Fields and files of a form; each file by its field, with its name."""

    fields: Mapping[str, str]
    files: Mapping[str, tuple[str, BinaryIO]]


@dataclass(frozen=True, slots=True)
class Ask:
    """One question. `repeatable` where asking twice does the same as asking once.

    `form` opens anew with each attempt what is sent instead of a `body`; what it opens is closed after it.

    `receiver` begins anew with each attempt and is handed the bytes as they come; the answer then holds none.
    """

    method: str
    path: str
    body: object = None
    query: Mapping[str, str] = field(default_factory=dict[str, str])
    headers: Mapping[str, str] = field(default_factory=dict[str, str])
    repeatable: bool = True
    most: int = MOST_JSON
    seconds: float = SECONDS
    receiver: Callable[[], Callable[[bytes], object]] | None = None
    form: Callable[[contextlib.ExitStack], Form] | None = None


@dataclass(frozen=True, slots=True)
class Answer:
    """Status, headers (names in small letters) and all bytes of an answer."""

    status: int
    headers: Mapping[str, str]
    body: bytes = field(repr=False)

    @property
    def value(self) -> object:
        """What the JSON of the answer says; AnswerError where it is none."""
        try:
            return json.loads(self.body)
        except (ValueError, RecursionError) as error:
            message = "the server's answer is no JSON; does the url name an Immich server?"
            raise AnswerError(message, self.status) from error


class _AgainError(Exception):
    """This attempt failed; another may not."""

    def __init__(
        self, why: str, *, always: bool = False, after: float = 0.0, last: KeepersError | None = None
    ) -> None:
        """`last` is what it means when no attempt is left; without one, that the server is not there."""
        super().__init__(why)
        self.always = always
        self.after = after
        self.last = last


class Wire:
    """Connections to one server. The key travels in a header, to this server alone."""

    def __init__(
        self, profile: Profile, portal: BlockingPortal, *, pause: float = 0.5, longest: float = LONGEST
    ) -> None:
        """Ask the server of a profile; `pause` seconds lie before the first repetition, none lasts longer than `longest`."""
        self._profile = profile
        self._portal = portal
        self._pause = pause
        self._longest = longest
        self._api = httpx2.URL(profile.url + "/api/")
        self._gate = anyio.Semaphore(AT_ONCE)
        self._looked_up = False
        self._client = httpx2.AsyncClient(
            headers={"x-api-key": profile.key, "accept": "*/*", "user-agent": f"keepers/{__version__}"},
            verify=_trust(profile),
            # No proxies and no .netrc of the environment: they would see or replace the key.
            trust_env=False,
            follow_redirects=False,
            limits=httpx2.Limits(max_connections=AT_ONCE, max_keepalive_connections=AT_ONCE),
        )

    @property
    def url(self) -> str:
        """The server's address."""
        return self._profile.url

    @property
    def paths(self) -> Mapping[str, str]:
        """Folders of the server with those of this machine that hold the same files, as the settings say."""
        return self._profile.paths

    def ask(self, ask: Ask) -> Answer:
        """Ask, and wait for the whole answer.

        PlaceUnreachableError when none comes in time, ForbiddenError and SettingsError where the key is refused,
        AnswerError for every other refusal.
        """
        return self._portal.call(self._asked, ask)

    def start(self, ask: Ask) -> Future[Answer]:
        """Begin to ask; at most AT_ONCE questions are under way at once."""
        return self._portal.start_task_soon(self._asked, ask)

    async def close(self) -> None:
        """End all connections."""
        await self._client.aclose()

    async def _asked(self, ask: Ask) -> Answer:
        async with self._gate:
            seconds = min(ask.seconds, self._longest)
            for attempt in range(1, ATTEMPTS + 1):
                try:
                    with anyio.fail_after(seconds):
                        return await self._attempt(ask)
                except TimeoutError:
                    again = _AgainError(f"gave no whole answer within {seconds:g} s")
                except _AgainError as error:
                    again = error
                if attempt == ATTEMPTS or not (ask.repeatable or again.always):
                    raise again.last or PlaceUnreachableError(f"the Immich server at {self.url} {again}")
                await anyio.sleep(again.after or self._pause * 2 ** (attempt - 1))
        raise AssertionError

    async def _attempt(self, ask: Ask) -> Answer:
        try:
            await self._look_up()
            return await self._followed(ask)
        except (httpx2.ConnectError, httpx2.ConnectTimeout, httpx2.PoolTimeout) as error:
            raise _AgainError(f"cannot be reached: {self._clean(str(error))}", always=True) from error
        except httpx2.TransportError as error:
            raise _AgainError(f"broke off: {self._clean(str(error) or type(error).__name__)}") from error
        except httpx2.DecodingError as error:
            raise AnswerError(f"the answer of {self.url} cannot be unpacked") from error

    async def _look_up(self) -> None:
        """Refuse a name that leads to an address which no server of photos has."""
        if self._looked_up:
            return
        try:
            found = await anyio.getaddrinfo(self._api.host, self._api.port or 80)
        except OSError as error:
            raise _AgainError(f"cannot be reached: {self._clean(str(error))}", always=True) from error
        if any(is_refused(str(address[0])) for *_, address in found):
            raise SettingsError(
                f"{self.url} leads to an address that no Immich server has, so it is not asked"
            )
        self._looked_up = True

    async def _followed(self, ask: Ask) -> Answer:
        url = self._api.join(ask.path)
        query: Mapping[str, str] | None = ask.query or None
        for _ in range(_HOPS):
            answer = await self._sent(ask, url, query)
            if answer.status not in _MOVED:
                return self._judged(ask, answer)
            target = self._target(url, answer.headers.get("location", ""))
            if ask.method != "GET" or _origin(target) != _origin(self._api):
                raise SettingsError(
                    f"{self.url} sends us on to {target.scheme}://{self._clean(target.host)}, which is not asked: the API key "
                    "goes to the server that you named alone. If that is your server, name it in url"
                )
            url, query = target, None
        raise AnswerError(f"{self.url} sends us round in circles")

    def _target(self, url: httpx2.URL, location: str) -> httpx2.URL:
        try:
            return url.join(location[:2000])
        except httpx2.InvalidURL as error:
            raise AnswerError(f"{self.url} sends us on to no address") from error

    async def _sent(self, ask: Ask, url: httpx2.URL, query: Mapping[str, str] | None) -> Answer:
        timeout = httpx2.Timeout(ask.seconds)
        with contextlib.ExitStack() as opened:
            form = ask.form(opened) if ask.form is not None else Form({}, {})
            async with self._client.stream(
                ask.method, url, params=query, json=ask.body, data=form.fields or None, files=form.files or None,
                headers=dict(ask.headers), timeout=timeout,
            ) as response:  # fmt: skip
                return await self._received(ask, response)

    async def _received(self, ask: Ask, response: httpx2.Response) -> Answer:
        body = bytearray()
        take: Callable[[bytes], object] = body.extend
        if ask.receiver is not None and response.status_code == 200:
            take = ask.receiver()
        size = 0
        # What is wanted may be small, and yet its refusal is a sentence.
        most = ask.most if response.status_code == 200 else max(ask.most, _MOST_SAID)
        async for chunk in response.aiter_bytes():
            size += len(chunk)
            take(chunk)
            if size > most:
                bound = f"{most >> 20} MiB" if most >> 20 else f"the {most} bytes that were told"
                raise AnswerError(f"the answer of {self.url} is larger than {bound}")
        headers = {name.lower(): value for name, value in response.headers.items()}
        return Answer(response.status_code, headers, bytes(body))

    def _judged(self, ask: Ask, answer: Answer) -> Answer:
        status = answer.status
        if status < 300 or status == 304:
            return answer
        said = self._said(answer)
        if status == 429:
            raise _AgainError(f"is too busy: {said}", always=True, after=_pause(answer.headers))
        if status in _AWAY:
            raise _AgainError(f"is away for the moment ({status}): {said}", after=_pause(answer.headers))
        if status == 403:
            found = _MISSING.search(said)
            permission = found[1] if found else ""
            raise ForbiddenError(
                f"the API key may not do this: it lacks the permission {permission or '(' + said + ')'}. Add it in Immich: "
                "Account Settings, API Keys",
                permission,
            )
        if status == 401 and "levated" not in said:
            raise SettingsError(
                f"the Immich server at {self.url} does not know the API key of the profile {self._profile.name}: {said}"
            )
        refused = AnswerError(
            f"{ask.method} {ask.path.split('?')[0]}: the server says {status}, {said}", status
        )
        raise _AgainError(said, last=refused) if status == _BROKEN else refused

    def _said(self, answer: Answer) -> str:
        """The server's own words: 2.x sends a text or a list, 3.x a text and a list of errors."""
        try:
            value: Any = json.loads(answer.body)
            words: Any = value.get("message")
        except (ValueError, RecursionError, AttributeError):
            words = ""
        if isinstance(words, list):
            words = "; ".join(str(word) for word in words)  # pyright: ignore[reportUnknownVariableType, reportUnknownArgumentType]  (JSON)
        return self._clean(str(words or "no reason"))

    def _clean(self, text: str) -> str:
        """A text of a server for people: short, and without our key should it repeat it."""
        return text.replace(self._profile.key, "***")[:_SAID]


def _origin(url: httpx2.URL) -> tuple[str, str, int | None]:
    return url.scheme, url.host, url.port


def _pause(headers: Mapping[str, str]) -> float:
    """How long the server asks us to wait; 0 where it does not say so in seconds."""
    said = headers.get("retry-after", "")
    return min(float(said), _LONGEST_PAUSE) if said.isdecimal() and len(said) < 9 else 0.0


def _trust(profile: Profile) -> ssl.SSLContext | bool:
    """Whose certificates count: those of this machine, or those of a file alone."""
    if not profile.ca_file:
        # Loading the machine's costs 0.2 s, and plain http never asks for them: then nobody is trusted.
        return True if profile.url.startswith("https:") else ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    try:
        return ssl.create_default_context(cafile=profile.ca_file)
    except (OSError, ssl.SSLError) as error:
        raise SettingsError(f"the certificates in {profile.ca_file} cannot be read: {error}") from error


def gathered(
    begin: Callable[[T], Future[Answer]], items: Sequence[T], *, ahead: int = 2 * AT_ONCE
) -> Generator[tuple[T, Future[Answer]]]:
    """Each item with its answer, in order, while the next are under way; the rest is given up where this ends early."""
    waiting: list[tuple[T, Future[Answer]]] = []
    try:
        for item in items:
            waiting.append((item, begin(item)))
            if len(waiting) > ahead:
                yield waiting.pop(0)
        while waiting:
            yield waiting.pop(0)
    finally:
        for _, future in waiting:
            future.cancel()


@contextlib.contextmanager
def connected(profile: Profile, *, pause: float = 0.5, longest: float = LONGEST) -> Generator[Wire]:
    """Connections to the server of a profile, ended at the end."""
    with start_blocking_portal() as portal:
        wire = portal.call(_opened, profile, portal, pause, longest)
        try:
            yield wire
        finally:
            portal.call(wire.close)


async def _opened(profile: Profile, portal: BlockingPortal, pause: float, longest: float) -> Wire:
    return Wire(profile, portal, pause=pause, longest=longest)
