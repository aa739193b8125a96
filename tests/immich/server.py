"""A loopback server that behaves like Immich 2.x and 3.x, and can be told to misbehave."""

import contextlib
import json
import re
import ssl
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from email.message import Message
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qsl, urlsplit

from tests.immich import answers, openapi, receiving
from tests.immich.answers import Refusal
from tests.immich.routes import ROUTES, Route
from tests.immich.state import State

KEY = "an-immich-key-that-is-secret"
TRICKLE = 0.05


@dataclass
class Fault:
    """What goes wrong with requests whose `METHOD path` begins so, and how often."""

    what: str
    request: str
    times: int = 1
    status: int = 500
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b'{"message": "on purpose"}'


class Server:
    """One running server; `version` tells how it behaves."""

    def __init__(self, version: tuple[int, int, int], *, port: int = 0) -> None:
        self.version = version
        self.state = State()
        self.keys = {KEY: {"all"}}
        self.faults: list[Fault] = []
        self.requests: list[str] = []
        #: The same with what stood behind the path.
        self.lines: list[str] = []
        self.headers: list[dict[str, str]] = []
        self.stop = threading.Event()
        #: Who answers what; a benchmark may know a quicker way.
        self.routes: Sequence[Route] = ROUTES
        #: Called after a request was carried out, before it is answered.
        self.after: Callable[[str], None] = lambda request: None
        self.lock = threading.Lock()
        #: What was asked or answered against Immich's own documents.
        self.complaints: list[str] = []
        owner = self

        class Answering(_Answering):
            server_of_photos = owner

        self.http = ThreadingHTTPServer(("127.0.0.1", port), Answering)
        self.http.daemon_threads = True
        self.url = f"http://127.0.0.1:{self.http.server_port}"

    def fault(self, request: str) -> Fault | None:
        for fault in self.faults:
            if fault.times and request.startswith(fault.request):
                fault.times -= 1
                return fault
        return None

    def compare(self, request: tuple[str, str, dict, object], status: int, answer: object) -> None:
        """Hold a question and its answer against the document of the version."""
        document = openapi.document(self.version)
        method, path, query, body = request
        if document is None or status >= 300:
            return
        found = [
            *document.asked(method, path, query, body),
            *document.answered(method, path, status, answer),
        ]
        self.complaints += [f"{document.version} {method} {path}: {one}" for one in found]

    def asked(self, start: str) -> list[str]:
        return [request for request in self.requests if request.startswith(start)]


@contextlib.contextmanager
def running(version: tuple[int, int, int] = (3, 1, 0), tls: ssl.SSLContext | None = None) -> Iterator[Server]:
    server = Server(version)
    if tls is not None:
        server.http.socket = tls.wrap_socket(server.http.socket, server_side=True)
        server.url = server.url.replace("http:", "https:")
    thread = threading.Thread(target=server.http.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.stop.set()
        server.http.shutdown()
        server.http.server_close()
        thread.join()
    assert not server.complaints, "\n".join(dict.fromkeys(server.complaints))


def _small(headers: Message) -> Iterator[tuple[str, str]]:
    return ((name.lower(), value) for name, value in headers.items())


class _Answering(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server_of_photos: Server
    # Without it every small answer waits 40 ms for the client's acknowledgement.
    disable_nagle_algorithm = True

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 (the library's name)
        pass

    def handle(self) -> None:
        with contextlib.suppress(ConnectionError, ssl.SSLError):
            super().handle()

    def _handle(self) -> None:
        server = self.server_of_photos
        parts = urlsplit(self.path)
        length = int(self.headers.get("content-length", 0))
        raw = self.rfile.read(length)
        request = f"{self.command} {parts.path}"
        with server.lock:
            server.requests.append(request)
            server.lines.append(f"{self.command} {self.path}")
            server.headers.append(dict(_small(self.headers)))
            fault = server.fault(request)
        if fault is not None and self._misbehave(fault):
            return
        body = receiving.read(self.headers.get("content-type", ""), raw)
        query = dict(parse_qsl(parts.query))
        with server.lock:
            status, answer, headers = self._answer(parts.path, query, body)
            server.compare((self.command, parts.path.removeprefix("/api"), query, body), status, answer)
            server.after(request)
        if fault is not None and fault.what == "done-but-cut":
            self.close_connection = True
            return
        data = answer if isinstance(answer, bytes) else b"" if answer is None else json.dumps(answer).encode()
        if fault is not None and fault.what == "trickle":
            self._trickle(status, data)
            return
        self._send(status, data, headers)

    do_GET = do_POST = do_PUT = do_DELETE = do_PATCH = _handle  # noqa: N815 (the library's names)

    def _answer(self, path: str, query: dict, body: dict) -> tuple[int, object, dict[str, str]]:
        server = self.server_of_photos
        world = answers.World(server.state, server.version, server.keys, dict(_small(self.headers)))
        for method, pattern, permission, function in server.routes:
            found = re.fullmatch("/api" + pattern, path)
            if found is None or method != self.command:
                continue
            try:
                world.allow(permission)
                made = function(world, body, query, *found.groups())
            except Refusal as refusal:
                return refusal.status, world.refused(refusal), {}
            return made if isinstance(made, tuple) else (200, made, {})
        return 404, world.refused(Refusal(404, f"Cannot {self.command} {path}")), {}

    def _misbehave(self, fault: Fault) -> bool:
        match fault.what:
            case "status":
                self._send(fault.status, fault.body, fault.headers)
            case "hang":
                self.server_of_photos.stop.wait(30)
                self.close_connection = True
            case "cut":
                self.close_connection = True
            case "half":
                self.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n{")
                self.close_connection = True
            case "headers":
                self._slowly(b"HTTP/1.1 200 OK\r\nX-Slow: " + b"a" * 1000)
            case _:
                return False
        return True

    def _trickle(self, status: int, data: bytes) -> None:
        self._slowly(f"HTTP/1.1 {status} OK\r\nContent-Length: {len(data)}\r\n\r\n".encode() + data)

    def _slowly(self, data: bytes) -> None:
        """One KiB a second, in small parts, so that no single wait is long."""
        self.close_connection = True
        step = int(1024 * TRICKLE)
        for start in range(0, len(data), step):
            if self.server_of_photos.stop.is_set():
                return
            self.wfile.write(data[start : start + step])
            self.wfile.flush()
            time.sleep(TRICKLE)

    def _send(self, status: int, data: bytes, headers: dict[str, str]) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        if status not in {204, 304}:
            self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        if status not in {204, 304}:
            self.wfile.write(data)
