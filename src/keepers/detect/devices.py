"""The devices that can run the face networks besides the CPU, and how onnxruntime is told to use them."""

import ctypes
import sys
from importlib import metadata
from typing import Any, Final, NamedTuple

import numpy as np
import onnxruntime  # type: ignore[import-untyped]  # pyright: ignore[reportMissingTypeStubs]

from keepers.detect.nets import Floats, Given, floats, session

#: Pictures that go through a network at once; fewer are filled up to one of these numbers, since a device
#: prepares itself anew for each number that it has not seen.
COUNTS: Final = (1, 2, 4, 8, 16, 32)
MOST: Final = COUNTS[-1]
_RUNTIME: Final[Any] = onnxruntime


class Device(NamedTuple):
    """One kind of device: its name for users, onnxruntime's name, words, options and what installs it.

    The options ask for single precision: results of all devices must agree.
    """

    name: str
    provider: str
    words: str
    options: tuple[tuple[str, str], ...]
    install: str


CPU: Final = Device("cpu", "CPUExecutionProvider", "the CPU", (), "")
#: In the order in which `auto` tries them.
DEVICES: Final = (
    Device(
        "cuda",
        "CUDAExecutionProvider",
        "an NVIDIA GPU (CUDA)",
        # TF32 would keep 10 bits of each number (onnxruntime, CUDA-ExecutionProvider).
        (("use_tf32", "0"), ("cudnn_conv_algo_search", "HEURISTIC")),
        "pip install 'keepers[gpu]'",
    ),
    Device(
        "openvino",
        "OpenVINOExecutionProvider",
        "an Intel GPU (OpenVINO)",
        (("device_type", "GPU"), ("precision", "ACCURACY")),
        "pip install onnxruntime-openvino",
    ),
    Device(
        "directml",
        "DmlExecutionProvider",
        "a GPU (DirectML)",
        (),
        "pip install onnxruntime-directml, on Windows",
    ),
    Device(
        "coreml",
        "CoreMLExecutionProvider",
        "an Apple GPU (CoreML)",
        (("ModelFormat", "MLProgram"), ("MLComputeUnits", "CPUAndGPU")),
        "it comes with onnxruntime on macOS",
    ),
)


def built_in() -> tuple[Device, ...]:
    """The devices that this onnxruntime was built for, in order; whether they are there is another question."""
    available: list[str] = _RUNTIME.get_available_providers()
    return tuple(device for device in DEVICES if device.provider in available)


def named(name: str) -> Device:
    """The device of a name; KeyError where there is none."""
    return {device.name: device for device in (CPU, *DEVICES)}[name]


class DeviceNet:
    """A network from an .onnx file on a device; a batch goes through it at once where its graph allows that."""

    def __init__(self, path: str, device: Device) -> None:
        self._session, self._input = session(path, device.provider, dict(device.options))
        self._single = isinstance(self._session.get_inputs()[0].shape[0], int)
        #: False where onnxruntime took the CPU instead.
        self.is_there: bool = self._session.get_providers()[0] == device.provider

    def run(self, given: Given, full: float = 1) -> list[Floats]:
        """Give all its outputs for a batch, a row each member."""
        step = 1 if self._single else MOST
        parts = [self._run(floats(given[at : at + step], full)) for at in range(0, len(given), step)]
        return parts[0] if len(parts) == 1 else [np.concatenate(rows) for rows in zip(*parts, strict=True)]

    def _run(self, given: Floats) -> list[Floats]:
        number = len(given)
        room = next(count for count in COUNTS if count >= number) - number
        if room and not self._single:
            given = np.concatenate([given, np.zeros((room, *given.shape[1:]), np.float32)])
        outputs: list[Floats] = self._session.run(None, {self._input: given})
        return [_rows(np.asarray(output, np.float32), len(given))[:number] for output in outputs]


def _rows(output: Floats, number: int) -> Floats:
    """A row each member, where a network for single pictures left that size out."""
    return output if output.shape[0] == number else output[np.newaxis]


def prepare(device: Device) -> None:
    """Load what a device's libraries need before its first network: CUDA from pip's packages, where it is there."""
    if device.name == "cuda" and hasattr(_RUNTIME, "preload_dlls"):
        _RUNTIME.preload_dlls()


def missing(device: Device) -> str:
    """Why this onnxruntime has nothing for a device, and what would help."""
    if device.name == "cuda" and is_covered():
        return (
            "onnxruntime lies over onnxruntime-gpu: pip install --force-reinstall --no-deps onnxruntime-gpu"
        )
    return f"this onnxruntime {_RUNTIME.__version__} was built without {device.provider} ({device.install})"


def is_covered() -> bool:
    """Whether onnxruntime-gpu is installed and the plain onnxruntime, which lies in the same folder, over it."""
    return "CUDAExecutionProvider" not in _RUNTIME.get_available_providers() and _is_installed(
        "onnxruntime-gpu"
    )


def why_not(device: Device) -> str:
    """Why a device that onnxruntime was built for could not be used, as far as that can be told."""
    if device.name == "cuda" and sys.platform == "linux" and not _is_loadable("libcuda.so.1"):
        return "there is no NVIDIA driver (libcuda.so.1)"
    if device.name == "cuda":
        return "CUDA or cuDNN could not be loaded, or no GPU is free (`nvidia-smi` lists them)"
    return f"onnxruntime could not start {device.provider}"


def _is_installed(package: str) -> bool:
    try:
        metadata.version(package)
    except metadata.PackageNotFoundError:
        return False
    return True


def _is_loadable(library: str) -> bool:
    try:
        ctypes.CDLL(library)
    except OSError:
        return False
    return True
