"""A real Dask cluster on this machine: one bad item costs one item there, too."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from keepers.errors import KeepersError, PlaceUnreachableError
from keepers.ports import Failure
from keepers.work import afar, choose
from keepers.work import dask as dask_workers
from keepers.work.dask import DaskWorkers
from keepers.work.local import MIB, LocalWorkers
from tests.work.acts import Act, act, squared
from tests.work.test_local import BAD, tiny

pytestmark = pytest.mark.slow
FENCE = afar.Fence(1.5, (), 128 * MIB, 256 * MIB)


@dataclass(frozen=True, slots=True)
class Cluster:
    address: str
    folder: Path
    scheduler: "subprocess.Popen[bytes]"

    def worker(self, *options: str) -> "subprocess.Popen[bytes]":
        return started(
            self.folder, "dask_worker", self.address, "--no-dashboard", "--nthreads", "2", "--local-directory",
            str(self.folder), *options,
        )  # fmt: skip


def started(folder: Path, program: str, *options: str) -> "subprocess.Popen[bytes]":
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])}
    with (folder / f"{program}.log").open("ab") as log:
        return subprocess.Popen(
            [sys.executable, "-m", f"distributed.cli.{program}", *options],
            env=environment,
            stdout=log,
            stderr=log,
        )


def begun(folder: Path) -> Cluster:
    file = folder / "scheduler.json"
    options = ("--host", "127.0.0.1", "--port", "0", "--no-dashboard", "--scheduler-file", str(file))
    scheduler = started(folder, "dask_scheduler", *options)
    deadline = time.monotonic() + 30
    while not file.exists() or not file.read_text():
        assert time.monotonic() < deadline, (folder / "dask_scheduler.log").read_text()
        time.sleep(0.05)
    return Cluster(json.loads(file.read_text())["address"], folder, scheduler)


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    made = begun(tmp_path_factory.mktemp("dask"))
    worker = made.worker()
    yield made
    for process in (worker, made.scheduler):
        process.terminate()
        process.wait(10)


@pytest.fixture
def said() -> list[str]:
    return []


@pytest.fixture
def pool(cluster: Cluster, said: list[str]) -> Iterator[DaskWorkers]:
    workers = DaskWorkers(cluster.address, LocalWorkers(1, 1.5, 128 * MIB, (), 256 * MIB), FENCE, said.append)
    yield workers
    workers.close()


def test_exactly_the_guilty_items_fail(pool):
    bad = [one for one in BAD if "hold" not in one[0].verb]
    items = [*(Act("double", n) for n in range(200)), *(one[0] for one in bad)]
    results = dict(pool.map(act, items, weight=tiny))
    assert {one: results.pop(one) for one, _, _ in bad} == {
        one: Failure(why, lasting) for one, why, lasting in bad
    }
    assert results == {Act("double", n): n * 2 for n in range(200)}


def test_what_travels_together_is_finished_together_and_heavy_items_stay_here(pool):
    small, big = Act("double", 3), Act("allocate", 200)
    results = dict(pool.map(act, [small, big], weight=tiny, heavy=lambda it: it == big, together=squared))
    assert results == {small: 36, big: (200 << 20) ** 2}


@dataclass(frozen=True, slots=True)
class Read:
    path: str


def size(it: Read) -> int:
    with open(it.path, "rb") as file:
        return len(file.read())


def test_what_the_cluster_does_not_see_is_read_here(pool, said, tmp_path, monkeypatch):
    (tmp_path / "seen").write_bytes(b"123")
    items = [Read(str(tmp_path / "seen")), Read(str(tmp_path / "gone"))]
    gone = Failure("no such file or directory", lasting=False)
    assert dict(pool.map(size, items)) == {items[0]: 3, items[1]: gone}
    assert said == []
    # Below this process's own folder in /proc, a file is there for us and for nobody else.
    mine = Read("/proc/self/fd/9999")
    with (tmp_path / "seen").open("rb") as file:
        mine = Read(f"/proc/self/fd/{os.dup2(file.fileno(), 9999)}")
        monkeypatch.setattr(pool, "here", Ourselves())
        assert dict(pool.map(size, [mine])) == {mine: 3}
        os.close(9999)
    assert "do not see /proc/self/fd/9999: mount its drive there" in said[0]


class Ourselves:
    """Runs in this very process, which is what a path below /proc/self needs."""

    def map(self, task, items, **_options):
        return ((item, task(item)) for item in items)

    def close(self):
        pass


def test_a_lost_machine_is_replaced_by_another(cluster, pool):
    # Both names of a worker process end with it: its own and its nanny's.
    lost = cluster.worker("--no-nanny")
    deadline = time.monotonic() + 30
    while len(pool.client.nthreads()) < 2:
        assert time.monotonic() < deadline
        time.sleep(0.05)
    results = pool.map(act, [Act("double", n) for n in range(3000)], weight=tiny)
    found = [next(results)]
    lost.kill()
    lost.wait()
    found += results
    assert dict(found) == {Act("double", n): n * 2 for n in range(3000)}


def test_another_version_is_refused(pool, monkeypatch):
    monkeypatch.setattr(dask_workers, "__version__", "0.0.1")
    with pytest.raises(KeepersError, match=r"has another version: .*; this machine has keepers 0\.0\.1"):
        list(pool.map(act, [Act("double", 1)]))


def test_a_scheduler_that_goes_away_is_an_error_and_no_hang(tmp_path, monkeypatch):
    made = begun(tmp_path)
    worker = made.worker()
    workers = DaskWorkers(made.address, LocalWorkers(1), FENCE, print)
    try:
        results = workers.map(act, [Act("double", n) for n in range(100)] + [Act("sleep")] * 2, weight=tiny)
        next(results)
        made.scheduler.send_signal(signal.SIGKILL)
        with pytest.raises(PlaceUnreachableError, match="went away"):
            list(results)
    finally:
        workers.close()
        worker.kill()
        worker.wait()
        made.scheduler.wait()


def test_a_whole_scan_on_a_cluster_learns_what_one_at_home_does(cluster, tmp_path):
    photos = tmp_path / "photos"
    photos.mkdir()
    for number in range(20):
        # Three qualities of each picture, so that there is something to find.
        shapes = np.random.default_rng(number // 3).integers(0, 256, (7, 9, 3), dtype=np.uint8)
        picture = Image.fromarray(shapes).resize((640, 480), Image.Resampling.BICUBIC)
        picture.save(photos / f"{number:02}.jpg", quality=70 + 10 * (number % 3))
    (photos / "broken.jpg").write_bytes(b"\xff\xd8\xff\xe0 and no more")
    told = []
    for name, options in (("here", []), ("there", ["--scheduler", cluster.address])):
        catalog = tmp_path / f"{name}.db"
        command = [
            str(Path(sys.executable).with_name("keepers")),
            "group",
            str(photos),
            "--catalog",
            str(catalog),
            "--json",
            *options,
        ]
        done = subprocess.run(command, capture_output=True, check=False, text=True)
        assert done.returncode == 3, done.stderr
        told.append(json.loads(done.stdout))
    assert told[0] == told[1]
    assert told[0]["groups"]


def test_a_cluster_without_workers_is_an_error(tmp_path, monkeypatch):
    made = begun(tmp_path)
    monkeypatch.setattr(dask_workers, "IDLE_SECONDS", 0)
    workers = choose.workers(made.address, 1, 10, (), print)
    with pytest.raises(PlaceUnreachableError, match="has no workers"):
        list(workers.map(act, [Act("double", 1)]))
    workers.close()
    made.scheduler.kill()
    made.scheduler.wait()


def test_no_scheduler_is_an_error(monkeypatch):
    monkeypatch.setattr(dask_workers, "ANSWER_SECONDS", 1)
    with pytest.raises(PlaceUnreachableError, match="does not answer"):
        choose.workers("tcp://127.0.0.1:1", 1, 10, (), print)
