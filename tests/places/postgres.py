"""A PostgreSQL server of the tests' own, on a socket in a folder of its own, without any network."""

import contextlib
import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg

#: Debian keeps them off the PATH, one folder a version.
FOLDERS = [*sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True), *map(Path, os.get_exec_path())]
ABSENT = "PostgreSQL's server is not installed here: apt-get install postgresql"
PASSWORD = "the-password-of-nobody"  # noqa: S105 (of a server that lives for seconds)


def program(name: str) -> str:
    """Where a program of PostgreSQL lies; empty where it is not installed."""
    return next((str(folder / name) for folder in FOLDERS if (folder / name).is_file()), "")


def is_there() -> bool:
    return bool(program("initdb") and program("postgres"))


@contextlib.contextmanager
def running() -> Iterator[str]:
    """A server, as the connection string of its owner."""
    # Sockets have short names, so not below pytest's own folders; PostgreSQL refuses to run as root.
    folder = Path(tempfile.mkdtemp(prefix="pg-", dir="/tmp"))
    user, group = ("nobody", "nogroup") if os.geteuid() == 0 else (None, None)
    if user and group:
        shutil.chown(folder, user, group)
    environment = {"PATH": os.defpath, "LC_ALL": "C", "HOME": str(folder)}
    secret = folder / "password"
    secret.write_text(PASSWORD)
    secret.chmod(0o644)
    data = str(folder / "data")
    try:
        subprocess.run(
            [program("initdb"), "-D", data, "-U", "owner", "-E", "UTF8", "--no-sync", "-A", "scram-sha-256", "--pwfile", str(secret)],
            check=True, capture_output=True, env=environment, cwd=folder, user=user, group=group,
        )  # fmt: skip
        options = {
            "listen_addresses": "", "unix_socket_directories": str(folder), "fsync": "off", "full_page_writes": "off",
            "synchronous_commit": "off", "shared_buffers": "64MB", "max_connections": "40", "log_min_messages": "fatal",
            "timezone": "Asia/Tokyo", "autovacuum": "off",
        }  # fmt: skip
        words = [word for name, value in options.items() for word in ("-c", f"{name}={value}")]
        with (folder / "log").open("wb") as log:
            process = subprocess.Popen(
                [program("postgres"), "-D", data, *words],
                stdout=log,
                stderr=log,
                env=environment,
                cwd=folder,
                user=user,
                group=group,
            )
        where = f"host={folder} user=owner password={PASSWORD} dbname=postgres"
        try:
            _wait(where, process, folder / "log")
            yield where
        finally:
            # A fast shutdown; those who are connected are thrown out.
            process.send_signal(signal.SIGINT)
            process.wait(20)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _wait(where: str, process: subprocess.Popen, log: Path) -> None:
    end = time.monotonic() + 30
    while True:
        try:
            psycopg.connect(where, connect_timeout=5).close()
        except psycopg.OperationalError:
            if process.poll() is not None or time.monotonic() > end:
                raise AssertionError(log.read_text()) from None
            time.sleep(0.05)
        else:
            return
