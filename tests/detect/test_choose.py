"""Which back end is taken, and what is said of it."""

import importlib.metadata
import importlib.util

import pytest

from keepers.detect import choose as chooser
from keepers.detect import installed, mesh
from keepers.detect.choose import Choice, choose
from keepers.errors import UsageError


@pytest.fixture
def _no_models(monkeypatch, tmp_path):
    monkeypatch.setattr(mesh, "MODELS", tmp_path)
    chooser.backend.cache_clear()
    yield
    chooser.backend.cache_clear()


def test_none_looks_at_no_faces():
    assert choose("none") == Choice(
        "none", "plain-1", "no faces are looked at; photos are judged by sharpness and exposure"
    )


def test_auto_takes_the_default(faces):
    choice = choose("auto")
    assert choice.name == "default"
    assert choice.method.startswith("default-")
    assert choose("default").method == choice.method


@pytest.mark.usefixtures("_no_models")
@pytest.mark.parametrize("name", ["auto", "default"])
def test_without_models_it_says_so_and_goes_on(name):
    choice = choose(name)
    assert choice.name == "none"
    assert "centerface.onnx" in choice.word
    assert "sharpness and exposure" in choice.word


def test_opencv_that_is_not_installed_is_told_with_what_to_do(monkeypatch):
    monkeypatch.setattr(importlib.util, "find_spec", lambda _: None)
    chooser.backend.cache_clear()
    choice = choose("opencv")
    assert choice.name == "none"
    assert "pip install" in choice.word


def test_an_unknown_name_is_refused_with_those_there_are():
    with pytest.raises(UsageError, match=r"'clairvoyant'.*auto.*default.*none"):
        choose("clairvoyant")


def test_auto_never_takes_a_stranger(monkeypatch):
    stranger = importlib.metadata.EntryPoint("default", "stranger:build", "keepers.face_backends")
    monkeypatch.setattr(installed, "entry_points", lambda **_: importlib.metadata.EntryPoints((stranger,)))
    chooser.backend.cache_clear()
    choice = choose("auto")
    chooser.backend.cache_clear()
    assert choice.name == "none"
    assert "not installed" in choice.word
