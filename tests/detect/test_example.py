"""The documented example of a back end of one's own: installed as its users do, and judging photos."""

import importlib.util
import json
import os
import shutil
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest
from PIL import Image

from tests.cli.world import TAKEN, jpeg, put
from tests.detect.drawn import face
from tests.detect.yunet_drawn import drawn_yunet

EXAMPLE = Path(__file__).resolve().parents[2] / "docs" / "examples" / "keepers-yunet"
MODEL = "face_detection_yunet_2023mar.onnx"

pytestmark = [
    pytest.mark.slow,
    pytest.mark.usefixtures("faces"),
    pytest.mark.skipif(
        importlib.util.find_spec("hatchling") is None, reason="`make setup` installs hatchling"
    ),
]


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where pip put the example, built from a copy, without a network."""
    room = tmp_path_factory.mktemp("example")
    shutil.copytree(EXAMPLE, room / "source")
    options = ["--quiet", "--no-index", "--no-deps", "--no-build-isolation", "--disable-pip-version-check"]
    command: list[str | Path] = [
        sys.executable,
        "-m",
        "pip",
        "install",
        *options,
        "--target",
        room / "site",
        room / "source",
    ]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=120)
    assert done.returncode == 0, done.stderr
    return room / "site"


@pytest.fixture
def world(installed, tmp_path):
    """A burst whose first frame has its eyes shut, a folder with a model, and the command."""
    for number, eyes in enumerate((0.0, 1.0)):
        picture = Image.fromarray(face(eyes=eyes))
        put(tmp_path / "photos" / f"IMG_{number}.jpg", jpeg(picture, TAKEN + timedelta(seconds=number)))
    put(tmp_path / "models" / MODEL, drawn_yunet())

    def keepers(*arguments: str) -> "subprocess.CompletedProcess[str]":
        program = Path(sys.executable).with_name("keepers")
        command = [program, *arguments, "--catalog", tmp_path / "catalog.db"]
        environment = {**os.environ, "PYTHONPATH": str(installed)}
        return subprocess.run(
            command, env=environment, cwd=tmp_path, capture_output=True, text=True, check=False, timeout=120
        )

    return keepers


def test_it_finds_the_faces_that_our_networks_judge(world):
    done = world("group", "photos", "--faces", "yunet", "--model-dir", "models", "--json")
    assert done.returncode == 0, done.stderr
    (group,) = json.loads(done.stdout)["groups"]
    told = {Path(member["path"]).name: (member["keep"], member["reasons"]) for member in group["members"]}
    assert told["IMG_0.jpg"] == (False, ["eyes open 0/1"])
    assert told["IMG_1.jpg"] == (True, ["eyes open 1/1"])


def test_without_its_model_it_says_what_is_missing_and_photos_are_judged_without_faces(world):
    done = world("group", "photos", "--faces", "yunet", "--json")
    assert done.returncode == 0
    assert f"the back end 'yunet' cannot be used: its model {MODEL} is not in the folder" in done.stderr
    (group,) = json.loads(done.stdout)["groups"]
    assert "eyes" not in str([member["reasons"] for member in group["members"]])


def test_where_it_is_not_installed_the_names_that_there_are_are_told(world):
    done = world("group", "photos", "--faces", "yunetta")
    assert done.returncode == 2
    assert (
        "there is no face back end called 'yunetta'; there are: auto, default, opencv, yunet, none"
        in done.stderr
    )
