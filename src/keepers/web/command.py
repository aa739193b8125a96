"""The commands `serve` and `review`: the page and its API on one port of this machine."""

import argparse
import gc
import ipaddress
import os
import signal
import socket
import sys
import threading
import webbrowser
from types import FrameType
from typing import Final

import uvicorn

from keepers import config
from keepers.config import Settings
from keepers.errors import SettingsError, UsageError
from keepers.ports import Progress
from keepers.web import app, passwords
from keepers.web.gate import App, Keys
from keepers.wiring import Session

PORT: Final = 8177
HERE: Final = "127.0.0.1"
_LOCAL: Final = frozenset({"127.0.0.1", "localhost", "::1"})
#: How often Python looks for circles, as it does by itself.
_COLLECTED: Final = (700, 10, 10)
#: A stream of events ends by itself when the server does; nobody waits longer for a slow client.
_GRACE: Final = 3


class Silent:
    """Progress that nobody looks at: jobs tell theirs through the API."""

    def stage(self, name: str, items: int, size: int) -> None:
        """Begin a stage."""

    def step(self, items: int, size: int) -> None:
        """Add what is done."""

    def done(self) -> None:
        """End the stage."""

    def say(self, message: str) -> None:
        """Tell a sentence on stderr."""
        sys.stderr.write(message + "\n")


def serve(options: argparse.Namespace) -> int:
    """Run the page and its API until told to stop."""
    return _run(options, open_page=False)


def review(options: argparse.Namespace) -> int:
    """The same on this machine alone, and open it in the browser."""
    options.host, options.password_file, options.set_password, options.name = HERE, "", False, []
    return _run(options, open_page=not options.no_open)


def _run(options: argparse.Namespace, *, open_page: bool) -> int:
    if options.set_password:
        return _set_password()
    # Unlike a command, a server lives long: what it has made goes when it is needed no more.
    gc.set_threshold(*_COLLECTED)
    settings = config.load({"catalog": options.catalog}, os.environ)
    password = _password(options)
    with _listening(options.host, options.port) as listening:
        port = listening.getsockname()[1]
        keys = Keys(port, _names(options), password, beyond=not _is_here(options.host))
        ending = threading.Event()
        made = app.served(session(settings), keys, ending.is_set)
        address = f"http://{_shown(options.host)}:{port}/?token={keys.token}"
        sys.stdout.write(address + "\n")
        sys.stdout.flush()
        if not options.quiet:
            sys.stderr.write("Keepers runs; open the address above. It ends with Ctrl-C.\n")
        if open_page:
            threading.Thread(target=webbrowser.open, args=(address,), daemon=True).start()
        _serve(made, listening, ending)
    return 0


def session(settings: Settings, progress: Progress | None = None) -> Session:
    """The session that the routes work with."""
    return Session(settings, os.environ, progress or Silent())


class _Server(uvicorn.Server):
    """A server that says when it is told to end: until then streams of events stay open."""

    def __init__(self, settings: uvicorn.Config, ending: threading.Event) -> None:
        super().__init__(settings)
        self._ending = ending

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """Begin to end."""
        self._ending.set()
        super().handle_exit(sig, frame)


def _serve(made: App, listening: socket.socket, ending: threading.Event) -> None:
    settings = uvicorn.Config(
        made,
        http="h11",
        ws="none",
        lifespan="on",
        log_level="warning",
        access_log=False,
        server_header=False,
        proxy_headers=False,
        timeout_graceful_shutdown=_GRACE,
    )
    # uvicorn ends on these and then raises them once more, for whoever heard them before it.
    before = {number: signal.signal(number, _ended) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        _Server(settings, ending).run(sockets=[listening])
    finally:
        for number, heard in before.items():
            signal.signal(number, heard)


def _ended(*_: object) -> None:
    """The server has come to its end."""


def _listening(host: str, port: int | None) -> socket.socket:
    """A listening socket; where no port was asked for and the usual one is taken, any that is free."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    wanted = (port,) if port is not None else (PORT, 0)
    for number in wanted:
        try:
            return socket.create_server((host, number), family=family, backlog=512)
        except (OSError, OverflowError) as error:
            if number == wanted[-1]:
                message = f"cannot listen at {host}, port {number}: {error}; choose another with --port"
                raise UsageError(message) from error
    raise AssertionError


def _names(options: argparse.Namespace) -> frozenset[str]:
    if options.host in _LOCAL:
        return _LOCAL | frozenset(options.name)
    machine = socket.gethostname().lower()
    return _LOCAL | {
        options.host.lower(),
        machine,
        f"{machine}.local",
        *(name.lower() for name in options.name),
    }


def _password(options: argparse.Namespace) -> passwords.Password | None:
    # On this machine the key is enough, unless somebody sets a password all the same.
    if _is_here(options.host) and not options.password_file and not os.environ.get(passwords.VARIABLE):
        return None
    found = passwords.found(options.password_file, os.environ)
    if found is None:
        message = (
            f"--host {options.host} opens the page to other machines, which needs a password: "
            f"keepers serve --set-password, or {passwords.VARIABLE}"
        )
        raise SettingsError(message)
    return found


def _is_here(host: str) -> bool:
    if host in _LOCAL:
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _shown(host: str) -> str:
    if host in {"0.0.0.0", "::"}:  # noqa: S104 (what was asked for is only shown)
        return socket.gethostname()
    return f"[{host}]" if ":" in host else host


def _set_password() -> int:
    import getpass  # noqa: PLC0415 (only this needs a terminal)

    if not sys.stdin.isatty():
        message = f"--set-password asks for it, and this is no terminal; {passwords.VARIABLE} sets it, too"
        raise UsageError(message)
    first = getpass.getpass("Password for the page: ")
    if getpass.getpass("Once more: ") != first:
        raise UsageError("these were two passwords; nothing was kept")
    path = passwords.store(passwords.made(first), os.environ)
    sys.stdout.write(f"The password's digest is kept in {path}; keepers serve --host ADDRESS asks for it.\n")
    return 0
