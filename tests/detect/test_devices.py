"""The networks in a process of their own: the same faces, whoever else asks, and whatever becomes of it."""

import os
import signal
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing

import numpy as np
import pytest

from keepers import config
from keepers.detect import choose, devices, far, mesh
from keepers.detect.backend import Box
from keepers.detect.devices import COUNTS, CPU, DeviceNet
from keepers.detect.nets import OnnxNet
from keepers.detect.serving import Question, shares, together
from keepers.devices import started
from keepers.model import Face
from tests.detect.drawn import face

#: Faces agree within this: eyes, smile and their like lie in 0-1, boxes are fractions, angles are in radians.
TOLERANCE = 0.002
FIELDS = ("eyes_open", "eye_min", "smile", "sharpness", "yaw", "roll", "light", "grimace", "confidence")


@pytest.fixture(scope="module")
def address(faces):
    with started(CPU) as resident:
        assert resident.trouble(60) == ""
        yield resident.address


#: Two faces that somebody else found, besides those that the detector finds.
GIVEN = (Box(0.31, 0.24, 0.38, 0.5), Box(0.16, 0.24, 0.19, 0.5))


def pictures():
    """Pictures of four sizes with two faces, one, and none."""
    one, shut = face(), face(eyes=0.0)
    wide = np.full((512, 576, 3), 120, np.uint8)
    wide[:, 32:544] = one
    pair = np.concatenate([one, shut], axis=1)
    return [pair, one, shut, wide, face(glasses=True), np.full((200, 300, 3), 128, np.uint8)]


def same(one: Face, other: Face) -> bool:
    numbers = [(getattr(one, name), getattr(other, name)) for name in FIELDS]
    numbers += list(zip(one.box, other.box, strict=True))
    return one.known == other.known and all(
        (a is None and b is None) or a == pytest.approx(b, abs=TOLERANCE) for a, b in numbers
    )


def judged(backend):
    def judge(picture):
        boxes = (*backend.detect(picture), *GIVEN)
        return backend.analyse(picture, boxes, picture.shape[1])

    return judge


@pytest.mark.slow
def test_many_workers_at_once_get_the_faces_that_each_would_find_alone(faces, address, monkeypatch):
    """Batches of mixed sizes, with a short one at the end, against single pictures on the worker's own CPU."""
    monkeypatch.setattr(far, "PATIENCE", 60.0)
    given = pictures() * 3
    alone = [judged(faces)(picture) for picture in pictures()] * 3

    def asked(picture):
        with closing(far.Line(address)) as line:
            found = judged(mesh.build("", far.over(line)))(picture)
            # A line that was cut on the way stays so, and the worker's CPU has answered.
            assert line.ask(2, np.zeros((1, 146, 2), np.float32), 1) is not None
            return found

    with ThreadPoolExecutor(len(given)) as pool:
        served = list(pool.map(asked, given))
    assert [len(one) for one in served] == [len(one) for one in alone]
    assert [len(one) for one in served[:6]] == [2, 3, 3, 3, 3, 2]
    assert all(
        same(a, b) for one, other in zip(served, alone, strict=True) for a, b in zip(one, other, strict=True)
    )


@pytest.mark.slow
@pytest.mark.parametrize("number", [3, 33])
def test_a_batch_gives_what_its_members_give(faces, number):
    """Including one that is filled up, and one larger than goes through at once."""
    random = np.random.default_rng(number)
    for path, size, full in zip(
        mesh.model_files(""), ((3, 96, 128), (256, 256, 3), (146, 2)), (1, 255, 1), strict=True
    ):
        given = random.integers(0, 256, (number, *size), np.uint8)
        together_ = DeviceNet(str(path), CPU).run(given, full)
        single = OnnxNet(str(path))
        for row in {0, number // 2, number - 1}:
            for some, one in zip(together_, single.run(given[row : row + 1], full), strict=True):
                assert some.shape[0] == number
                assert np.abs(some[row] - one[0]).max() <= 1e-4 * max(1.0, float(np.abs(one).max())), path


def question(number, rows, size):
    return Question(None, number, np.zeros((rows, *size), np.uint8), 1.0)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("asked", "parts"),
    [
        ([], []),
        ([(0, 1, (3, 64, 96))] * 33, [32, 1]),
        ([(0, 1, (3, 64, 96)), (0, 1, (3, 96, 64)), (0, 1, (3, 64, 96))], [2, 1]),
        ([(0, 1, (3, 64, 96)), (1, 1, (3, 64, 96))], [1, 1]),
        ([(1, 20, (8, 8, 3)), (1, 20, (8, 8, 3)), (1, 12, (8, 8, 3))], [20, 32]),
    ],
    ids=["none", "33 of one size", "two sizes", "two networks", "faces of three photos"],
)
def test_only_pictures_of_one_size_for_one_network_go_together(asked, parts):
    made = list(together([question(*one) for one in asked]))
    assert [sum(len(one.given) for one in batch) for batch in made] == parts
    assert all(len({one.kind for one in batch}) == 1 for batch in made)


def test_everybody_gets_their_own_rows():
    outputs = [np.arange(12, dtype=np.float32).reshape(6, 2), np.arange(6, dtype=np.float32)]
    given = list(shares(outputs, [1, 3, 2]))
    assert [[rows.tolist() for rows in one] for one in given] == [
        [[[0, 1]], [0]],
        [[[2, 3], [4, 5], [6, 7]], [1, 2, 3]],
        [[[8, 9], [10, 11]], [4, 5]],
    ]


def test_the_devices_that_can_be_asked_for_are_those_that_there_are():
    assert ("auto", CPU.name, *(device.name for device in devices.DEVICES)) == config.DEVICES


def test_counts_of_a_batch_are_few_and_reach_the_most():
    assert COUNTS[-1] == devices.MOST == 32
    assert list(COUNTS) == sorted(COUNTS)


@pytest.mark.slow
def test_a_process_that_dies_or_hangs_leaves_the_worker_its_own_cpu(faces, monkeypatch):
    monkeypatch.setattr(far, "PATIENCE", 0.5)
    picture, box = face(), (Box(0.31, 0.24, 0.38, 0.5),)
    alone = faces.analyse(picture, box, 512)
    with started(CPU) as resident:
        assert resident.trouble(60) == ""
        hanging = mesh.build("", far.over(far.Line(resident.address)))
        assert same(hanging.analyse(picture, box, 512)[0], alone[0])
        os.kill(resident.process, signal.SIGSTOP)
        assert same(hanging.analyse(picture, box, 512)[0], alone[0])
        assert not far.answers(resident.address)
        os.kill(resident.process, signal.SIGKILL)
        late = mesh.build("", far.over(far.Line(resident.address)))
        assert same(late.analyse(picture, box, 512)[0], alone[0])
        resident.close()
        assert resident.end == "it was ended by signal 9"
    assert not os.path.exists(resident.address)


def test_nobody_at_the_address_leaves_the_cpu(faces, tmp_path):
    backend = choose.backend("default", "", str(tmp_path / "nobody"))
    assert backend.method == faces.method
    assert backend.detect(face()) == faces.detect(face())


@pytest.mark.slow
def test_what_a_device_cannot_do_is_told_before_it_is_used(faces):
    """This onnxruntime was built without CUDA, or there is no GPU: either way the reason is a sentence."""
    cuda = devices.named("cuda")
    if cuda in devices.built_in():
        pytest.skip("this onnxruntime was built with CUDA")
    with started(cuda) as resident:
        why = resident.trouble(60)
    assert "CUDA" in why or "NVIDIA" in why
