"""What may stand between us and a server, and what it does to questions and answers."""

import contextlib
import re
import socket
import struct
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

_QUESTION = re.compile(rb"(GET|POST|PUT|DELETE|PATCH) \S+ HTTP/1\.1\r\n")
_LENGTH = re.compile(rb"(?i)\r\ncontent-length: (\d+)\r\n")
#: A KiB a second, in twentieths.
_STEP, _PAUSE = 51, 0.05


class Trouble(StrEnum):
    CUT = "cut"  # ended in the middle of the answer, as if it were whole
    RESET = "reset"  # the same, but with an error of the connection
    HANG = "hang"  # nothing more comes, and nothing ends
    TRICKLE = "trickle"  # 1 KiB/s
    AWAY = "502"  # said by the proxy itself: the server never hears the question
    BUSY = "429"  # the same, with the time to wait


_SAID = {
    Trouble.AWAY: b"HTTP/1.1 502 Bad Gateway\r\nContent-Type: text/html\r\nContent-Length: 13\r\n\r\n<html></html>",
    Trouble.BUSY: b"HTTP/1.1 429 Too Many Requests\r\nRetry-After: 0\r\nContent-Length: 0\r\n\r\n",
}


@dataclass
class Proxy:
    """Passes everything on, but from question number `at` on troubles `times` of them.

    `kept` bytes of an answer get through before it is cut, so that the server has done what was asked.
    """

    port: int
    trouble: Trouble = Trouble.CUT
    at: int = 0
    times: int = 0
    kept: int = 20
    questions: int = 0
    url: str = ""

    def __post_init__(self) -> None:
        self.lock = threading.Lock()
        self.stop = threading.Event()

    def heal(self) -> None:
        self.times = 0

    def due(self) -> Trouble | None:
        """Whether the question that begins now is troubled."""
        with self.lock:
            self.questions += 1
            if self.questions < self.at or not self.times:
                return None
            self.times -= 1
            return self.trouble


@contextlib.contextmanager
def between(port: int) -> Iterator[Proxy]:
    """A proxy before the server at a port of this machine."""
    proxy = Proxy(port)
    with socket.create_server(("127.0.0.1", 0)) as listening:
        proxy.url = f"http://127.0.0.1:{listening.getsockname()[1]}"
        thread = threading.Thread(target=_accept, args=(proxy, listening), daemon=True)
        thread.start()
        yield proxy
        proxy.stop.set()
        # A thread that waits in accept() is woken by a connection alone.
        socket.create_connection(listening.getsockname()).close()
        thread.join()


def _accept(proxy: Proxy, listening: socket.socket) -> None:
    while not proxy.stop.is_set():
        client, _ = listening.accept()
        threading.Thread(target=_serve, args=(proxy, client), daemon=True).start()


def _serve(proxy: Proxy, client: socket.socket) -> None:
    """One connection: question by question, since nobody asks before the answer is there."""
    with client, contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", proxy.port)) as server:
        for one in (client, server):
            one.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        while question := _message(client):
            trouble = proxy.due() if _QUESTION.match(question) else None
            if trouble is not None and trouble in _SAID:
                client.sendall(_SAID[trouble])
                continue
            server.sendall(question)
            answer = _message(server)
            if trouble is not None:
                _spoil(proxy, trouble, client, answer)
                return
            client.sendall(answer)


def _message(one: socket.socket) -> bytes:
    """A whole question or answer; empty at the end."""
    data = b""
    while b"\r\n\r\n" not in data:
        more = one.recv(65536)
        if not more:
            return b""
        data += more
    length = _LENGTH.search(data)
    whole = data.index(b"\r\n\r\n") + 4 + (int(length[1]) if length else 0)
    while len(data) < whole:
        more = one.recv(65536)
        if not more:
            return b""
        data += more
    return data


def _spoil(proxy: Proxy, trouble: Trouble, client: socket.socket, answer: bytes) -> None:
    if trouble is Trouble.TRICKLE:
        for start in range(0, len(answer), _STEP):
            client.sendall(answer[start : start + _STEP])
            time.sleep(_PAUSE)
        return
    client.sendall(answer[: proxy.kept])
    if trouble is Trouble.HANG:
        proxy.stop.wait(30)
    if trouble is Trouble.RESET:
        # With nothing to wait for, closing is a reset.
        client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
