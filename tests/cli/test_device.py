"""Where the face networks run: when a GPU is taken, what is said of it, and that its answers are the CPU's.

There is no GPU where these tests run. What stands for one is a process that owns the networks as it would
own a GPU, by the same onnxruntime, and computes on the CPU.
"""

import os
import signal
from importlib import metadata

import pytest
from PIL import Image

from keepers import devices
from keepers.config import Settings
from keepers.detect import devices as kinds
from keepers.detect import far
from keepers.detect.choose import choose
from keepers.detect.devices import Device
from keepers.devices import WORTH, Devices
from tests.cli.featured_world import peopled
from tests.cli.world import TAKEN, Keepers, jpeg, put
from tests.detect.drawn import face
from tests.immich.server import KEY, running

LIKE_A_GPU = Device("cuda", "CPUExecutionProvider", "an NVIDIA GPU (CUDA)", (), "pip install 'keepers[gpu]'")


@pytest.fixture(autouse=True)
def _models():
    if choose("auto").name == "none":
        pytest.skip("built without face models (KEEPERS_MODELS=skip)")


@pytest.fixture
def one_gpu(monkeypatch):
    monkeypatch.setattr(kinds, "built_in", lambda: (LIKE_A_GPU,))


def told(**settings):
    words: list[str] = []
    return Devices(Settings(**settings), 2, words.append), words


@pytest.mark.parametrize(
    ("settings", "photos"),
    [
        ({"device": "cuda"}, 0),
        ({"device": "cpu"}, 10**6),
        ({"device": "auto"}, 2 * WORTH - 1),
        ({"device": "auto", "faces": "none"}, 10**6),
        ({"device": "auto", "scheduler": "tcp://10.0.0.5:8786"}, 10**6),
    ],
    ids=["nothing to judge", "told not to", "too few for auto", "no faces", "a cluster"],
)
def test_no_process_is_started_and_nothing_said(one_gpu, monkeypatch, settings, photos):
    monkeypatch.setattr(devices, "started", lambda *_: pytest.fail("started"))
    deciding, words = told(**settings)
    with deciding.using(photos) as address:
        assert address == ""
    assert words == []


@pytest.mark.parametrize(
    ("settings", "reason"),
    [
        ({"faces": "none"}, "the face back end is 'none'"),
        ({"scheduler": "tcp://10.0.0.5:8786"}, "a Dask cluster use their own CPUs"),
        ({"seconds_per_file": 5.0}, "seconds_per_file is below 6"),
    ],
)
def test_a_device_that_was_asked_for_and_cannot_be_used_is_told_why(one_gpu, settings, reason):
    deciding, words = told(device="cuda", **settings)
    with deciding.using(1) as address:
        assert address == ""
    assert len(words) == 1
    assert words[0].startswith("cuda is not used: ")
    assert reason in words[0]
    assert words[0].endswith("; faces are judged on the CPU")


def test_a_device_that_onnxruntime_was_not_built_for_is_told_with_what_installs_it(monkeypatch):
    monkeypatch.setattr(kinds, "built_in", tuple)
    deciding, words = told(device="cuda")
    with deciding.using(1) as address:
        assert address == ""
    assert len(words) == 1
    assert "built without CUDAExecutionProvider (pip install 'keepers[gpu]')" in words[0]
    assert deciding.check().state == "warn"
    assert told(device="auto")[0].check().state == "off"
    assert told(device="cpu")[0].check().state == "ok"


def test_two_builds_of_onnxruntime_over_each_other_are_told(monkeypatch):
    monkeypatch.setattr(kinds, "built_in", tuple)
    monkeypatch.setattr(metadata, "version", lambda name: "1.31.1")
    checks = [told(device=device)[0].check() for device in ("cuda", "auto")]
    assert [check.state for check in checks] == ["warn", "warn"]
    assert all("pip install --force-reinstall --no-deps onnxruntime-gpu" in check.detail for check in checks)


@pytest.mark.slow
def test_a_device_that_is_not_there_is_told_once_and_the_next_is_tried(monkeypatch):
    missing = LIKE_A_GPU._replace(name="openvino", provider="OpenVINOExecutionProvider")
    monkeypatch.setattr(kinds, "built_in", lambda: (missing, LIKE_A_GPU))
    deciding, words = told(device="auto")
    with deciding.using(2 * WORTH) as address:
        assert far.answers(address)
    assert words == ["faces are judged on an NVIDIA GPU (CUDA)"]
    alone, words = told(device="openvino")
    with alone.using(1) as address:
        assert address == ""
    assert words == [
        "openvino cannot be used: onnxruntime could not start OpenVINOExecutionProvider; faces are judged on the CPU"
    ]
    check = deciding.check()
    assert (check.state, check.detail) == (
        "ok",
        "cuda: an NVIDIA GPU (CUDA) works, and is used from 400 photos on",
    )


def burst(folder):
    for number, eyes in enumerate((1.0, 0.0, 0.6)):
        at = TAKEN.replace(second=number)
        put(folder / f"{number}.jpg", jpeg(Image.fromarray(face(640, eyes=eyes)), at), at)
    return folder


@pytest.mark.slow
def test_a_run_on_a_device_judges_as_one_on_the_cpu(keepers, one_gpu, tmp_path, capsys):
    photos = burst(tmp_path / "photos")
    words = ("group", photos, "--kind", "burst", "--json")
    there = keepers(*words, "--device", "cuda")
    again = keepers(*words, "--device", "cpu")
    other = Keepers(tmp_path / "other" / "catalog.db", capsys)(*words, "--device", "cpu")
    assert "faces are judged on an NVIDIA GPU (CUDA)" in there.err
    assert there.json == again.json, "what a device measured counts on every device"
    assert len(there.json["groups"]) == 1
    assert there.json == other.json


@pytest.mark.slow
def test_a_process_that_dies_under_the_run_is_told_and_the_run_goes_on(
    keepers, one_gpu, tmp_path, monkeypatch
):
    start = devices.started

    def doomed(device, model_dir=""):
        resident = start(device, model_dir)
        trouble = resident.trouble

        def ready_and_gone(seconds):
            why = trouble(seconds)
            os.kill(resident.process, signal.SIGKILL)
            return why

        monkeypatch.setattr(resident, "trouble", ready_and_gone)
        return resident

    monkeypatch.setattr(devices, "started", doomed)
    done = keepers("group", burst(tmp_path / "photos"), "--kind", "burst", "--json", "--device", "cuda")
    assert done.code == 0
    assert "the process that ran the face networks is lost (it was ended by signal 9)" in done.err
    assert len(done.json["groups"]) == 1


@pytest.mark.slow
def test_the_sharpest_photo_of_somebody_is_the_same_by_a_device(keepers, one_gpu, tmp_path, monkeypatch):
    monkeypatch.setenv("KEEPERS_IMMICH_CACHE_DIR", str(tmp_path / "cache"))
    monkeypatch.setenv("KEEPERS_JOBS", "1")
    monkeypatch.setenv("KEEPERS_IMMICH_API_KEY", KEY)
    with running() as server:
        monkeypatch.setenv("KEEPERS_IMMICH_URL", server.url)
        peopled(server)
        words = ("people", "feature", "--dry-run", "--json", "--no-find-present", "--name", "Anna", "--sharp")
        there, here = (keepers(*words, "--device", device) for device in ("cuda", "cpu"))
    assert "faces are judged on an NVIDIA GPU (CUDA)" in there.err
    assert "judged on" not in here.err
    assert there.json["people"] == here.json["people"]
    assert there.json["people"][0]["chosen"]
