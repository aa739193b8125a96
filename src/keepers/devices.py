"""Which networks look at pictures, and where the face networks run.

That is a GPU when one is asked for, or there and worth it, else the workers' CPUs.
"""

import contextlib
from collections.abc import Callable, Generator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from keepers.config import Settings

if TYPE_CHECKING:
    from keepers.detect.devices import Device
    from keepers.detect.serving import Order
    from keepers.score.scenes import SceneTask
    from keepers.work.resident import Resident
    from keepers.workflows.closer_work import Scenes
    from keepers.workflows.doctor import Check
    from keepers.workflows.judging import Backend

AUTO, CPU = "auto", "cpu"
#: `auto` takes a GPU from so many photos a worker on. The networks take a worker some 30 ms of each photo with
#: a face, and a GPU's libraries seconds to start: with fewer photos the workers are done before it pays.
WORTH: Final = 200
#: How long a GPU's libraries may take to load and prepare themselves.
START_SECONDS: Final = 90
_INSTEAD: Final = "faces are judged on the CPU"


@dataclass(frozen=True, slots=True)
class Devices:
    """What decides which networks run, and where: settings, worker processes, and how to tell the user."""

    settings: Settings
    jobs: int
    say: Callable[[str], None]

    def faces(self) -> "Backend":
        """The face back end that the settings ask for; where it cannot run the user is told, and there is none."""
        from keepers.detect.choose import choose  # noqa: PLC0415 (onnxruntime costs 100 ms)
        from keepers.workflows.judging import Backend  # noqa: PLC0415 (numpy costs 80 ms)

        choice = choose(self.settings.faces, self.settings.model_dir)
        if choice.name == "none":
            self.say(choice.word)
        return Backend(choice.name, choice.method, self.settings.model_dir)

    def scenes(self) -> "Scenes | None":
        """The scene back end that the settings ask for; where one was asked for by name and cannot run the user is told."""
        from keepers.detect.installed import NONE  # noqa: PLC0415 (as the next)
        from keepers.detect.scene_choice import choose  # noqa: PLC0415 (only a closer look embeds)
        from keepers.work.named import Named  # noqa: PLC0415 (only judging needs it)
        from keepers.workflows.closer_work import Scenes  # noqa: PLC0415 (numpy costs 80 ms)

        choice = choose(self.settings.scene, self.settings.model_dir)
        if choice.name == NONE:
            if self.settings.scene not in {AUTO, NONE}:
                self.say(choice.word)
            return None
        embed: Named[SceneTask, bytes] = Named("keepers.detect.scene_look", "embedded")
        return Scenes(choice.name, choice.method, choice.near, embed, self.settings.model_dir)

    def scene_check(self) -> "Check":
        """Which scene back end is there, for `keepers doctor`."""
        from keepers.detect.installed import NONE  # noqa: PLC0415 (as the next)
        from keepers.detect.scene_choice import choose  # noqa: PLC0415 (only few commands need it)
        from keepers.workflows import doctor  # noqa: PLC0415 (the decoders cost 150 ms)

        choice = choose(self.settings.scene, self.settings.model_dir)
        return doctor.scenes(choice.word, working=choice.name != NONE)

    @contextlib.contextmanager
    def using(self, photos: int) -> Generator[str]:
        """While so many photos are judged: the address of the process that runs the networks; empty for the CPU."""
        resident = self._found(photos)
        if resident is None:
            yield ""
            return
        from keepers.detect.far import answers  # noqa: PLC0415 (numpy and onnxruntime cost 150 ms)

        with resident:
            yield resident.address
            if not answers(resident.address):
                why = resident.end or "it does not answer any more"
                self.say(
                    f"the process that ran the face networks is lost ({why}); the rest was judged on the CPU"
                )

    def _found(self, photos: int) -> "Resident[Order] | None":
        wanted = self.settings.device
        if not photos or wanted == CPU or (wanted == AUTO and photos < WORTH * self.jobs):
            return None
        if refusal := self._refusal():
            if wanted != AUTO:
                self.say(f"{wanted} is not used: {refusal}; {_INSTEAD}")
            return None
        troubles: list[str] = []
        for device in _candidates(wanted):
            resident = started(device, self.settings.model_dir)
            if not (why := resident.trouble(START_SECONDS)):
                self.say(f"faces are judged on {device.words}")
                return resident
            resident.close()
            troubles.append(f"{device.name} cannot be used: {why}")
        if not troubles and wanted != AUTO:
            troubles = [_missing(wanted)]
        if troubles:
            self.say("; ".join([*troubles, _INSTEAD]))
        return None

    def _refusal(self) -> str:
        """Why no device is used whatever there is."""
        from keepers.detect.choose import DEFAULT, choose  # noqa: PLC0415 (onnxruntime costs 100 ms)
        from keepers.detect.far import PATIENCE  # noqa: PLC0415 (the same)

        backend = choose(self.settings.faces, self.settings.model_dir).name
        if backend != DEFAULT:
            return f"the face back end is {backend!r}, and only {DEFAULT!r} can run on a device"
        if self.settings.scheduler:
            return "the machines of a Dask cluster use their own CPUs"
        if self.settings.seconds_per_file < 2 * PATIENCE:
            return f"seconds_per_file is below {2 * PATIENCE:g}, too little to wait for a device"
        return ""

    def check(self) -> "Check":
        """What `keepers doctor` says of the device; what onnxruntime was built for is tried."""
        from keepers.detect.devices import is_covered  # noqa: PLC0415 (onnxruntime costs 100 ms)
        from keepers.workflows.doctor import Check  # noqa: PLC0415 (the decoders cost 150 ms)

        wanted = self.settings.device
        if wanted == CPU:
            return Check("device", "ok", f"cpu: {_INSTEAD}")
        candidates = _candidates(wanted)
        troubles: list[str] = []
        for device in candidates:
            with started(device, self.settings.model_dir) as resident:
                why = resident.trouble(START_SECONDS)
            if not why:
                return Check("device", "ok", f"{device.name}: {device.words} works{self._from(wanted)}")
            troubles.append(f"{device.name} cannot be used: {why}")
        if troubles:
            return Check("device", "warn", f"{'; '.join(troubles)}; {_INSTEAD}", "see docs/gpu.md")
        # Who installed the other build of onnxruntime wants it, and may not know that it does not count.
        if wanted == AUTO and not is_covered():
            return Check(
                "device", "off", f"no GPU that onnxruntime was built for: {_INSTEAD}", "see docs/gpu.md"
            )
        missed = _missing("cuda" if wanted == AUTO else wanted)
        return Check("device", "warn", f"{missed}; {_INSTEAD}", "see docs/gpu.md")

    def _from(self, wanted: str) -> str:
        return f", and is used from {WORTH * self.jobs:,} photos on" if wanted == AUTO else ""


def started(device: "Device", model_dir: str = "") -> "Resident[Order]":
    """A process that is to run the default networks on a device."""
    from keepers.detect.mesh import model_files  # noqa: PLC0415 (onnxruntime costs 100 ms)
    from keepers.detect.serving import Order  # noqa: PLC0415 (the same)
    from keepers.work.named import Named  # noqa: PLC0415 (only judging needs it)
    from keepers.work.resident import Resident  # noqa: PLC0415 (multiprocessing costs 100 ms)

    detector, mesh, shapes = (str(path) for path in model_files(model_dir))
    serve: Named[tuple[Order, Callable[[str], None]], None] = Named("keepers.detect.serving", "serve")
    return Resident(serve, lambda address: Order(address, device, (detector, mesh, shapes)))


def _candidates(wanted: str) -> "tuple[Device, ...]":
    from keepers.detect.devices import built_in  # noqa: PLC0415 (onnxruntime costs 100 ms)

    return tuple(device for device in built_in() if wanted in (AUTO, device.name))


def _missing(wanted: str) -> str:
    from keepers.detect.devices import missing, named  # noqa: PLC0415 (onnxruntime costs 100 ms)

    return f"{wanted} cannot be used: {missing(named(wanted))}"
