"""A real server on a loopback port, started as users start it, and a client that shows every header."""

import contextlib
import http.client
import json
import os
import re
import select
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self

BEGIN = "import sys; from keepers.cli.start import keepers; sys.exit(keepers())"


@dataclass(frozen=True)
class Answer:
    """What came back."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        """The body, read."""
        return json.loads(self.body)


@dataclass
class Client:
    """Asks one server; `headers` are sent with each request."""

    port: int
    token: str
    headers: dict[str, str] = field(default_factory=dict)

    @classmethod
    def browser(cls, port: int, token: str) -> Self:
        """One that sends what our own page sends."""
        own = {
            "Cookie": f"keepers_{port}={token}",
            "Origin": f"http://127.0.0.1:{port}",
            "Sec-Fetch-Site": "same-origin",
        }
        return cls(port, token, own)

    def ask(self, method: str, path: str, body: Any = None, **headers: str) -> Answer:
        """One request; a body that is no bytes goes as JSON; None as a header leaves it out."""
        sent = {**self.headers, **{name.replace("_", "-"): value for name, value in headers.items()}}
        data = body if isinstance(body, bytes | None) else json.dumps(body).encode()
        if data is not None:
            sent.setdefault("Content-Type", "application/json")
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        try:
            connection.request(method, path, data, sent)
            found = connection.getresponse()
            return Answer(found.status, {k.lower(): v for k, v in found.getheaders()}, found.read())
        finally:
            connection.close()

    def get(self, path: str, **headers: str) -> Any:
        """What a GET that works answers."""
        found = self.ask("GET", f"/api/v1{path}", **headers)
        assert found.status == 200, (path, found)
        return found.json

    def send(self, method: str, path: str, body: Any = None, **headers: str) -> Any:
        """What a change that works answers."""
        found = self.ask(method, f"/api/v1{path}", body, **headers)
        assert found.status in {200, 202}, (path, found)
        return found.json

    def done(self, body: Mapping[str, Any]) -> Any:
        """A job, when it has ended."""
        return self.ended(self.send("POST", "/jobs", body)["id"])

    def ended(self, job: int, seconds: float = 60) -> Any:
        """A job, when it is not under way any more."""
        end = time.monotonic() + seconds
        while (now := self.get(f"/jobs/{job}"))["state"] in {"queued", "running"}:
            assert time.monotonic() < end, now
            time.sleep(0.05)
        return now

    def first(self, **filters: str) -> Any:
        """The first group that passes."""
        query = "&".join(f"{name}={value}" for name, value in filters.items())
        return self.get(f"/groups?limit=1&{query}")["groups"][0]

    def group(self, name: str) -> Any:
        """All of a group."""
        return self.get(f"/groups/{name}")


@contextlib.contextmanager
def serving(catalog: Path, *words: str, environment: Mapping[str, str] | None = None) -> Iterator[Client]:
    """A server of a catalog, stopped as by Ctrl-C at the end; it must come to an end by itself then."""
    command = [sys.executable, "-c", BEGIN, "--catalog", str(catalog), "serve", "--port", "0", *words]
    process = subprocess.Popen(
        command,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env={**os.environ, "KEEPERS_FACES": "none", "KEEPERS_JOBS": "1", **(environment or {})},
    )
    try:
        yield _known(process)
    finally:
        process.send_signal(signal.SIGINT)
        try:
            _, said = process.communicate(timeout=30)
        except subprocess.TimeoutExpired:
            process.kill()
            _, said = process.communicate()
    assert process.returncode == 0, said
    assert b"Traceback" not in said, said


def _known(process: "subprocess.Popen[bytes]") -> Client:
    assert process.stdout is not None
    ready, _, _ = select.select([process.stdout], [], [], 30)
    assert ready, "the server printed nothing"
    line = process.stdout.readline().decode()
    found = re.fullmatch(r"http://\S+:(\d+)/\?token=(\S+)\n", line)
    assert found, (line, process.stderr.read() if process.stderr and process.poll() is not None else b"")
    return Client.browser(int(found[1]), found[2])
