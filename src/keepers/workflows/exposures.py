"""Merge the frames of one bracket to one picture. Runs in a worker process."""

from dataclasses import dataclass
from typing import Final

from keepers.create import composite, hdr, vision, whole
from keepers.create.hdr import Frame, Method
from keepers.errors import UnreadableError
from keepers.read import xmp

#: Bytes that a merge takes for each pixel of a frame, by its number of frames, and what is there before it (measured:
#: 1.1 GB for 3 frames of 12 megapixels).
_EACH, _FRAME, _BASE = 56, 12, 300 << 20
#: The least that a merge may take.
LEAST: Final = 512 << 20


@dataclass(frozen=True, slots=True)
class Shot:
    """One frame of a bracket: its file, its name for people, and its exposure relative to the others where it is known."""

    path: str
    name: str
    exposure: float | None


@dataclass(frozen=True, slots=True)
class Bracket:
    """What is to be merged, and how; `tiff` asks for 16 bits a channel."""

    group: str
    shots: tuple[Shot, ...]
    pixels: int
    method: Method = Method.FUSION
    gamma: float = 2.2
    tiff: bool = False

    @property
    def path(self) -> str:
        """The file that is named where the merge fails."""
        return self.shots[0].path

    @property
    def memory(self) -> int:
        """Bytes that merging takes."""
        return max(LEAST, _BASE + self.pixels * (_EACH + _FRAME * len(self.shots)))


@dataclass(frozen=True, slots=True)
class Developed:
    """The merged picture and what became of each frame; without `data`, `why` says why there is none."""

    data: bytes = b""
    reference: int = 0
    used: tuple[str, ...] = ()
    left: tuple[str, ...] = ()
    moved: float = 0.0
    why: str = ""


def merge(bracket: Bracket) -> Developed:
    """Merge a bracket; one that is none is told, a frame that cannot be read is an error."""
    vision.alone()
    read = [(shot, whole.read(shot.path)) for shot in bracket.shots]
    # A server shows what was made of photos as one more of them.
    ours = [number for number, (_, source) in enumerate(read) if not xmp.parsed(source.packet).composite]
    if len(ours) < 2:
        return Developed(why="fewer than two of its pictures are photos; the others were made of some")
    sources = [read[number][1] for number in ours]
    shots = [read[number][0] for number in ours]
    del read
    frames = [
        Frame(shot.name, source.pixels, shot.exposure) for shot, source in zip(shots, sources, strict=True)
    ]
    try:
        made = hdr.merged(frames, bracket.method, bracket.gamma)
    except UnreadableError as error:
        return Developed(why=str(error))
    used = tuple(shots[index].name for index in made.used)
    source = sources[made.reference]
    data = (composite.tiff if bracket.tiff else composite.jpeg)(made.light, source, used)
    return Developed(data, ours[made.reference], used, tuple(why for _, why in made.left), made.moved)
