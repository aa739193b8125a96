"""The face networks on the CPU and on every device that works here: time by batch, line, whole run, agreement.

    python benchmarks/devices.py [PHOTO_FOLDER]

Rounds go by turns, so that ratios hold on a busy machine. On a machine with a GPU and its onnxruntime (docs/gpu.md)
the same command measures that, too. Without a folder, drawn photos of 12 MP without faces are looked at.
"""

import contextlib
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Final

import numpy as np
from PIL import Image

from keepers.detect import mesh
from keepers.detect.devices import CPU, Device, DeviceNet, built_in
from keepers.detect.look import look
from keepers.detect.nets import Floats, Given, OnnxNet
from keepers.detect.opencv import OpenCvNet
from keepers.devices import START_SECONDS, started
from keepers.model import ContentId, Face, Look
from keepers.ports import Failure, LookTask
from keepers.work.local import LocalWorkers

ROUNDS, BATCHES = 5, (1, 16, 32)
#: The networks with a usual input: a photo of 4:3, a face, its points.
NETS: Final = (
    ("detector", (3, 448, 576), 1.0),
    ("mesh", (256, 256, 3), 255.0),
    ("blendshapes", (146, 2), 1.0),
)
FIELDS: Final = (
    "eyes_open",
    "eye_min",
    "smile",
    "sharpness",
    "yaw",
    "roll",
    "light",
    "grimace",
    "confidence",
)
#: The faces that every drawn photo is said to have: small, middle, large.
BOXES: Final = ((0.1, 0.1, 0.06, 0.08), (0.4, 0.3, 0.12, 0.16), (0.6, 0.5, 0.2, 0.26))


def main() -> int:
    print(f"load {os.getloadavg()[0]:.1f}, {len(os.sched_getaffinity(0))} cores")
    devices = [CPU, *(device for device in built_in() if _works(device))]
    print("devices that work here: " + ", ".join(device.name for device in devices))
    _nets(devices)
    with tempfile.TemporaryDirectory() as folder:
        photos = _photos(Path(sys.argv[1])) if len(sys.argv) > 1 else _drawn(Path(folder), 24)
        _shares(photos)
        _runs(devices, photos)
    return 0


def _works(device: Device) -> bool:
    with started(device) as resident:
        why = resident.trouble(START_SECONDS)
    print(f"{device.name}: {why or 'works'}")
    return not why


# ---------------------------------------------------------------- the networks alone


def _nets(devices: list[Device]) -> None:
    """Milliseconds for each picture, by network, runtime and batch; processor time tells more on a busy machine."""
    for (name, size, full), path in zip(NETS, mesh.model_files(""), strict=True):
        one = _noise(1, size)
        runs = {
            f"{device.name} x{batch}": partial(DeviceNet(str(path), device).run, _noise(batch, size), full)
            for batch in BATCHES
            for device in devices
        }
        runs["a worker's x1"] = partial(OnnxNet(str(path)).run, one, full)
        runs["OpenCV x1"] = partial(OpenCvNet(str(path)).run, one, full)
        print(f"{name}, ms a picture by the clock, and of this process:")
        for what, spent in _by_turns(runs).items():
            clock, process = (seconds / int(what.rsplit("x", 1)[1]) * 1000 for seconds in spent)
            print(f"  {what:<20} {clock:8.2f} {process:8.2f}")


def _noise(batch: int, size: tuple[int, ...]) -> Given:
    return np.random.default_rng(batch).integers(0, 256, (batch, *size), np.uint8)


def _by_turns(runs: Mapping[str, Callable[[], object]]) -> dict[str, tuple[float, float]]:
    """The median time of each by the clock and of this process, after one round that does not count."""
    times: dict[str, list[tuple[float, float]]] = {what: [] for what in runs}
    for number in range(ROUNDS + 1):
        for what, run in runs.items():
            start, busy = time.perf_counter(), time.process_time()
            run()
            if number:
                times[what].append((time.perf_counter() - start, time.process_time() - busy))
    return {
        what: (statistics.median(clock for clock, _ in found), statistics.median(busy for _, busy in found))
        for what, found in times.items()
    }


# ---------------------------------------------------------------- whole photos


def _photos(folder: Path) -> list[LookTask]:
    paths = sorted(path for path in folder.rglob("*") if path.suffix.lower() in {".jpg", ".jpeg"})
    return [LookTask(str(path), ContentId(path.name), "default") for path in paths]


def _drawn(folder: Path, number: int) -> list[LookTask]:
    tasks: list[LookTask] = []
    for seed in range(number):
        rng = np.random.default_rng(seed)
        small = Image.fromarray(rng.integers(0, 256, (30, 40, 3), np.uint8))
        path = folder / f"{seed}.jpg"
        small.resize((4000, 3000), Image.Resampling.BICUBIC).save(path, quality=88)
        tasks.append(LookTask(str(path), ContentId(path.name), "default", "", BOXES if seed % 2 else None))
    return tasks


def _shares(tasks: list[LookTask]) -> None:
    """How much of a photo's processor time the networks take: no device can save more than that."""
    spent = 0.0
    plain = OnnxNet.run

    def timed(net: OnnxNet, given: Given, full: float = 1) -> list[Floats]:
        nonlocal spent
        start = time.process_time()
        outputs = plain(net, given, full)
        spent += time.process_time() - start
        return outputs

    faces = sum(len(look(task).faces) for task in tasks)
    OnnxNet.run = timed
    start = time.process_time()
    for task in tasks:
        look(task)
    whole = time.process_time() - start
    OnnxNet.run = plain
    share = spent / whole
    print(
        f"{len(tasks)} photos, {faces} faces: {whole / len(tasks) * 1000:.0f} ms of one core a photo, {share:.0%} of it "
        f"the networks: a device that took no time would let a core do {1 / (1 - share):.1f} times as many"
    )


def _runs(devices: list[Device], tasks: list[LookTask]) -> None:
    """Photos a second of all workers, whose networks run on themselves or in the process that owns a device."""
    cores = len(os.sched_getaffinity(0))
    tasks = [
        replace(task, content=ContentId(f"{number}"))
        for number, task in enumerate(tasks * -(-64 // len(tasks)))
    ]
    with contextlib.ExitStack() as stack:
        ways = {"the workers' CPUs": ""}
        for device in devices:
            resident = stack.enter_context(started(device))
            if not resident.trouble(START_SECONDS):
                ways[f"one process on {device.words}"] = resident.address
        pools = {}
        for what, address in ways.items():
            pools[what] = stack.enter_context(
                contextlib.closing(LocalWorkers(cores, 60, start=("keepers.detect.look",)))
            )
            _judged(pools[what], tasks[: 2 * cores], address)
        looks: dict[str, dict[str, Look]] = {}
        runs = {
            what: (
                lambda what=what, address=address: looks.update({what: _judged(pools[what], tasks, address)})
            )
            for what, address in ways.items()
        }
        times = _by_turns(runs)
    first, _ = times["the workers' CPUs"]
    for what, (seconds, _) in times.items():
        print(f"{what}: {len(tasks) / seconds:.0f} photos/s, {first / seconds:.2f} x; {_apart(looks, what)}")


def _judged(workers: LocalWorkers, tasks: list[LookTask], address: str) -> dict[str, Look]:
    work = [replace(task, device=address) for task in tasks]
    return {task.content: found for task, found in workers.map(look, work) if not isinstance(found, Failure)}


def _apart(looks: dict[str, dict[str, Look]], what: str) -> str:
    """The largest difference of any value of any face to the workers' own."""
    wanted = looks["the workers' CPUs"]
    most, known = 0.0, 0
    for content, one in looks[what].items():
        for face, other in zip(one.faces, wanted[content].faces, strict=True):
            known += face.known != other.known
            most = max([most, *(abs(a - b) for a, b in _values(face, other))])
    return f"values of faces differ by {most:.4f} at most, {known} know something else"


def _values(one: Face, other: Face) -> list[tuple[float, float]]:
    pairs = [(getattr(one, name), getattr(other, name)) for name in FIELDS]
    pairs += zip(one.box, other.box, strict=True)
    return [(a, b) for a, b in pairs if a is not None and b is not None]


if __name__ == "__main__":
    sys.exit(main())
