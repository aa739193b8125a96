"""What holds for every test: no network, no real home, steady property tests."""

import os
import signal
import socket
import threading
from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, settings

# As the program does; threads that spin would slow the other tests.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

# Deadlines measure the machine, not the code; a shared two-core machine misses them at random.
settings.register_profile("default", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("proof", settings.get_profile("default"), max_examples=2000)
# The fast part looks at a few examples of each property.
settings.register_profile("quick", settings.get_profile("default"), max_examples=15)
# A merge must not hang on luck: in `make test` the examples are always the same.
settings.register_profile("ci", settings.get_profile("default"), derandomize=True, database=None)
settings.load_profile("default")

# A shell starts what it puts into the background deaf to Ctrl-C, and children inherit that.
if (
    threading.current_thread() is threading.main_thread()
    and signal.getsignal(signal.SIGINT) is signal.SIG_IGN
):
    signal.signal(signal.SIGINT, signal.default_int_handler)

LOOPBACK = ("127.", "::1", "localhost")


@pytest.fixture(scope="session", autouse=True)
def _no_network() -> Iterator[None]:
    connect = socket.socket.connect

    def only_here(self: socket.socket, address: object) -> None:
        remote = self.family in (socket.AF_INET, socket.AF_INET6)
        if remote and not str(address[0]).startswith(LOOPBACK):  # type: ignore[index]
            message = f"a test tried to reach {address!r}"
            raise AssertionError(message)
        connect(self, address)  # type: ignore[arg-type]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(socket.socket, "connect", only_here)
        yield


@pytest.fixture(scope="session", autouse=True)
def _own_home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    home = tmp_path_factory.mktemp("home")
    with pytest.MonkeyPatch.context() as patch:
        for name in [name for name in os.environ if name.startswith("KEEPERS_")]:
            patch.delenv(name)
        patch.setenv("HOME", str(home))
        patch.setenv("XDG_CONFIG_HOME", str(home / "config"))
        patch.setenv("XDG_DATA_HOME", str(home / "data"))
        patch.setenv("XDG_CACHE_HOME", str(home / "cache"))
        yield
