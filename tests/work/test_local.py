"""One bad item costs one item, whatever it does."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from keepers.errors import KeepersError
from keepers.ports import Failure, Workers
from keepers.work import inside
from keepers.work.local import CHUNK_ITEMS, MIB, LocalWorkers
from keepers.work.named import Named
from tests.work.acts import Act, act, leave_at_once, span, squared, threads


@pytest.fixture(scope="module")
def pool() -> Iterator[LocalWorkers]:
    workers = LocalWorkers(2, seconds=1.5, memory=128 * MIB, heavy_memory=256 * MIB)
    yield workers
    workers.close()


def tiny(_: object) -> int:
    return 1000


BAD = [
    (Act("leave", 3), "the decoder stopped (exit code 3)", True),
    (Act("segfault"), "the decoder crashed (signal 11)", True),
    (Act("die"), "the worker was killed (signal 9)", False),
    (Act("allocate", 200), "needs more than 128 MiB of memory", True),
    (Act("complain"), "is cut short", True),
    (Act("be refused"), "permission denied", False),
    # Found by breaking whole runs: it says nothing of the film that was to be decoded.
    (
        Act("miss a library"),
        "the decoder could not be loaded (stream.so: cannot read file data: Input/output error)",
        False,
    ),
    (Act("stumble"), "the decoder failed (ValueError: odd number)", True),
    (Act("hold the interpreter"), "took longer than 1.5 s", True),
]


@pytest.mark.parametrize(("bad", "reason", "lasting"), BAD, ids=[bad.verb for bad, _, _ in BAD])
def test_exactly_the_guilty_item_of_a_chunk_fails(pool, bad, reason, lasting):
    items = [*(Act("double", n) for n in range(7)), bad, *(Act("double", n) for n in range(7, 14))]
    results = dict(pool.map(act, items, weight=tiny))
    assert len(results) == len(items)
    assert results.pop(bad) == Failure(reason, lasting)
    assert all(result == item.number * 2 for item, result in results.items())


def test_what_is_done_together_fails_only_for_the_guilty(pool):
    items = [*(Act("double", number) for number in range(30)), Act("complain")]
    results = dict(pool.map(act, items, weight=tiny, together=squared))
    assert results.pop(Act("complain")) == Failure("is cut short")
    assert results.pop(Act("double", 13)) == Failure("the decoder failed (ValueError: no 26)")
    assert results.pop(Act("double", 20)) == Failure("the decoder stopped (exit code 5)")
    assert results == {item: (2 * item.number) ** 2 for item in results}
    assert len(results) == 28


def test_all_bad_at_once(pool):
    items = [bad for bad, _, _ in BAD if "hold" not in bad.verb]
    results = dict(pool.map(act, items, weight=tiny))
    assert results == {bad: Failure(reason, lasting) for bad, reason, lasting in BAD if bad in results}
    assert len(results) == len(items)


def test_heavy_items_get_more_memory_and_ordinary_ones_after_them_do_not(pool):
    big, small = Act("allocate", 200), Act("allocate", 60)
    monster = Act("allocate", 400)
    results = dict(pool.map(act, [big, small, monster], heavy=lambda it: it.number > 100))
    assert results[big] == 200 << 20
    assert results[small] == 60 << 20
    assert results[monster] == Failure("needs more than 256 MiB of memory")
    assert dict(pool.map(act, [big])) == {big: Failure("needs more than 128 MiB of memory")}


def test_heavy_items_run_alone(pool):
    items = [0.02 + n / 1000 for n in range(12)]
    heavy = set(items[::4])
    spans = dict(pool.map(span, items, heavy=lambda it: it in heavy))
    for item in heavy:
        began, ended = spans[item]
        others = [s for other, s in spans.items() if other != item]
        assert all(e <= began or b >= ended for b, e in others)


def test_items_are_drawn_lazily(pool):
    drawn = 0

    def endless() -> Iterator[Act]:
        nonlocal drawn
        while True:
            drawn += 1
            yield Act("double", drawn)

    results = pool.map(act, endless(), weight=tiny)
    for _ in range(10):
        next(results)
    results.close()
    assert drawn <= CHUNK_ITEMS * 10


def test_no_items_no_results_and_no_processes():
    workers = LocalWorkers(2)
    assert list(workers.map(act, [])) == []
    workers.close()


def test_workers_are_single_threaded_and_leave_our_environment_alone(pool):
    before = dict(os.environ)
    assert set(dict(pool.map(threads, range(4))).values()) == {"1"}
    assert dict(os.environ) == before


@pytest.mark.slow
def test_who_finished_while_nobody_listened_is_not_late(pool):
    list(pool.map(span, [0.1, 0.1]))
    before, found = pool.processes, []
    for item, result in pool.map(span, [0.0, 0.5]):
        found.append((item, result))
        time.sleep(2 / len(found))
    assert [item for item, result in found if not isinstance(result, Failure)] == [0.0, 0.5]
    assert sorted(pool.processes) == sorted(before)


def test_workers_that_were_killed_are_replaced(pool):
    assert dict(pool.map(act, [Act("double", 1)])) == {Act("double", 1): 2}
    for process in pool.processes:
        os.kill(process, signal.SIGKILL)
    results = dict(pool.map(act, [Act("double", n) for n in range(30)]))
    assert results == {Act("double", n): n * 2 for n in range(30)}


def test_a_module_that_cannot_be_preloaded_is_no_fault():
    workers = LocalWorkers(1, start=("no_such_module_anywhere",))
    assert dict(workers.map(act, [Act("double", 1)])) == {Act("double", 1): 2}
    workers.close()


def test_workers_that_cannot_start_are_an_error_and_no_hang(monkeypatch):
    monkeypatch.setattr(inside, "fence", leave_at_once)
    workers = LocalWorkers(1)
    with pytest.raises(KeepersError, match="stop as soon as they start"):
        list(workers.map(act, [Act("double", 1)]))
    workers.close()


def test_a_task_by_name_is_imported_by_workers_alone(pool):
    task: Named[bytes, dict[str, str]] = Named("plistlib", "loads")
    text = b"<plist><dict><key>a</key><string>b</string></dict></plist>"
    sys.modules.pop("plistlib", None)
    assert list(pool.map(task, [text])) == [(text, {"a": "b"})]
    assert "plistlib" not in sys.modules


def test_close_is_prompt_final_and_may_be_repeated():
    workers: Workers = LocalWorkers(2, seconds=60)
    results = workers.map(act, [Act("double", 1), Act("hold the interpreter")])
    next(results)
    began = time.monotonic()
    workers.close()
    workers.close()
    assert time.monotonic() - began < 30, "it waited for the worker"
    with pytest.raises(KeepersError):
        list(workers.map(act, [Act("double", 1)]))


ORPHANS = """
from keepers.work.local import LocalWorkers
from tests.work.acts import Act, act

if __name__ == "__main__":
    workers = LocalWorkers(2, seconds=60)
    for _ in workers.map(act, [Act("double"), Act("hold the interpreter"), Act("sleep")]):
        print(*workers.processes, flush=True)
"""


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGINT])
def test_no_worker_outlives_its_parent(how, tmp_path):
    script = tmp_path / "script.py"
    script.write_text(ORPHANS)
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])}
    with subprocess.Popen(
        [sys.executable, script], stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment, text=True
    ) as parent:
        assert parent.stdout is not None
        processes = [int(word) for word in parent.stdout.readline().split()]
        time.sleep(0.2)
        parent.send_signal(how)
        parent.communicate(timeout=60)
    assert len(processes) == 2
    deadline = time.monotonic() + 30
    while any(Path(f"/proc/{process}/cmdline").exists() for process in processes):
        assert time.monotonic() < deadline, "a worker still runs"
        time.sleep(0.05)


def test_what_c_code_writes_to_stderr_is_not_shown(capfd: pytest.CaptureFixture[str]) -> None:
    workers = LocalWorkers(1)
    try:
        assert list(workers.map(act, [Act("chatter")])) == [
            (Act("chatter"), len("TIFFFillStrip: Read error"))
        ]
    finally:
        workers.close()
    assert capfd.readouterr().err == ""


COUNTED = """
from keepers.work.local import LocalWorkers
from tests.work.acts import Act, act

if __name__ == "__main__":
    workers = LocalWorkers(1)
    print([result for _, result in workers.map(act, [Act("double", 4)])])
    workers.close()
"""


def test_a_long_path_for_temporary_files_is_no_fault(tmp_path: Path) -> None:
    script, far = tmp_path / "script.py", tmp_path / ("x" * 100)
    script.write_text(COUNTED)
    far.mkdir()
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2]), "TMPDIR": str(far)}
    told = subprocess.run(
        [sys.executable, script], capture_output=True, env=environment, text=True, check=False
    )
    assert (told.stdout, told.stderr) == ("[8]\n", "")


FORSAKEN = """
import os
from multiprocessing import forkserver
from keepers.work.local import LocalWorkers
from tests.work.acts import Act, act

if __name__ == "__main__":
    workers = LocalWorkers(1)
    print([result for _, result in workers.map(act, [Act("double", 4)])])
    status, order = forkserver.connect_to_new_process([])
    os.close(order)
    while os.read(status, 64):
        pass
    workers.close()
"""


def test_a_worker_whose_parent_went_before_it_began_says_nothing(tmp_path: Path) -> None:
    script = tmp_path / "script.py"
    script.write_text(FORSAKEN)
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])}
    told = subprocess.run(
        [sys.executable, script], capture_output=True, env=environment, text=True, check=False, timeout=60
    )
    assert (told.stdout, told.stderr) == ("[8]\n", "")
