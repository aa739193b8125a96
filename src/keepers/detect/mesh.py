"""The default face back end: CenterFace finds, MediaPipe's face mesh and blendshapes judge."""

import functools
import hashlib
import json
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
import numpy.typing as npt
from PIL import Image

from keepers.detect import centerface
from keepers.detect import landmarks as at
from keepers.detect.backend import Box, NotAvailableError, Picture
from keepers.detect.covered import EyeRegion, eye_region
from keepers.detect.crops import Square, cut
from keepers.detect.nets import Net, OnnxNet
from keepers.model import Face
from keepers.score.technical import face_light, face_sharpness

#: Raised with every change of what is measured from the same models.
VERSION: Final = 1
MODELS: Final = Path(__file__).with_name("models")
DETECTOR, MESH, SHAPES = "centerface.onnx", "face_mesh.onnx", "face_blendshapes.onnx"
#: Pixels a side of what the mesh network reads.
SIZE: Final = 256
#: The mesh is made for a square 1.5 times as large as the points it finds; the square to start with is the
#: median of those that a second pass found around CenterFace's boxes: smaller, and a little further down.
AROUND_POINTS, AROUND_BOX, BELOW_BOX = 1.5, 1.35, 0.036
#: Long side in pixels of the unscaled photo under which eyes and smile are unknown. 40 and 41 px: 12 of 12
#: verdicts right; under 40: people who look down read as blinking.
SMALL: Final = 40
#: Yaw in radians from which the far eye is not counted, and from which no eye is.
TURNED, PROFILE = 0.45, 1.0
PRESENT: Final = 0.5
#: Half from the blink and half from the aspect ratio, closed eyes reach .10 to .32, open ones start at .43:
#: what lies between is put at one half of the scale. Below it eyes need show no iris to be believed.
BETWEEN: Final = 0.38
HALF_OPEN: Final = 0.5
#: Two passes that differ more than this in the eyes have not found the eyes.
UNSTEADY: Final = 0.4

Floats = npt.NDArray[np.float64]


def build(model_dir: str, load: Callable[[str], Net] = OnnxNet) -> "MeshBackend":
    """The default back end, with a folder's own models where it has some; `load` runs them elsewhere."""
    return MeshBackend("default", model_files(model_dir), load)


def model_files(model_dir: str) -> tuple[Path, Path, Path]:
    """Detector, mesh and blendshapes, a folder's own before ours; NotAvailableError where one is missing."""
    own = Path(model_dir) if model_dir else MODELS
    detector, mesh, shapes = (
        path if (path := own / name).is_file() else MODELS / name for name in (DETECTOR, MESH, SHAPES)
    )
    for path in (detector, mesh, shapes):
        if not path.is_file():
            raise NotAvailableError(f"its model {path.name} is not in this installation")
    return detector, mesh, shapes


@dataclass(frozen=True, slots=True)
class _Seen:
    """One pass of the mesh network over a face."""

    square: Square
    crop: Picture
    mesh: Floats
    presence: float


@dataclass(frozen=True, slots=True)
class _Eyes:
    """How far each eye is open, and how the head is turned."""

    right: float
    left: float
    yaw: float

    @property
    def counted(self) -> tuple[float, ...]:
        """The eyes that can be seen from here."""
        if abs(self.yaw) > PROFILE:
            return ()
        if abs(self.yaw) > TURNED:
            return (self.left,) if self.yaw > 0 else (self.right,)
        return (self.right, self.left)


@dataclass(frozen=True, slots=True)
class _Mouth:
    """What the face does: a smile, or what nobody wants on a photo."""

    smile: float
    grimace: float


@dataclass(frozen=True, slots=True)
class _Examined:
    """A face after its first pass, and its second where there was one; `before` is the first's eyes, where asked."""

    first: _Seen
    seen: _Seen
    eyes: _Eyes
    mouth: _Mouth
    before: _Eyes | None


class MeshBackend:
    """Three networks that some runtime loads: detector, mesh, blendshapes."""

    def __init__(self, name: str, files: tuple[Path, Path, Path], load: Callable[[str], Net]) -> None:
        self._name, self._files, self._load = name, files, load

    @functools.cached_property
    def method(self) -> str:
        """Names back end, models and version."""
        return f"{self._name}-{VERSION}:{_fingerprint(self._files)}"

    @functools.cached_property
    def _detector(self) -> Net:
        return self._load(str(self._files[0]))

    @functools.cached_property
    def _mesh(self) -> Net:
        return self._load(str(self._files[1]))

    @functools.cached_property
    def _shapes(self) -> Net:
        return self._load(str(self._files[2]))

    def detect(self, picture: Picture) -> tuple[Box, ...]:
        """Find the faces, the most certain first."""
        return centerface.find(self._detector, picture)

    def analyse(self, picture: Picture, boxes: tuple[Box, ...], full_width: int) -> tuple[Face, ...]:
        """Measure each face; what cannot be told stays None."""
        height, width = picture.shape[:2]
        enlarged = max(1.0, full_width / width)
        sides = [max(box.width * width, box.height * height) for box in boxes]
        seen = iter(
            self._examined(
                picture,
                [
                    _square(box, width, height, side)
                    for box, side in zip(boxes, sides, strict=True)
                    if side >= 2
                ],
            )
        )
        return tuple(
            _face(box, next(seen), side, enlarged) if side >= 2 else _plain(box)
            for box, side in zip(boxes, sides, strict=True)
        )

    def _examined(self, picture: Picture, squares: Sequence[Square]) -> list[_Examined]:
        """What the networks say of the faces in squares, all faces of a pass at once."""
        first = self._looks(picture, squares)
        better = [around(one.square.back(one.mesh[:, :2] / SIZE)) for one in first]
        far = [row for row, one in enumerate(first) if not _near(one.square, better[row])]
        seen = dict(enumerate(first)) | dict(
            zip(far, self._looks(picture, [better[row] for row in far]), strict=True)
        )
        said = self._expressions([seen[row] for row in range(len(first))])
        # Whether both passes agree is only asked where there are eyes to count.
        asked = [
            row
            for row in far
            if min(first[row].presence, seen[row].presence) >= PRESENT and said[row][0].counted
        ]
        before = dict(zip(asked, self._expressions([first[row] for row in asked]), strict=True))
        return [
            _Examined(first[row], seen[row], *said[row], before[row][0] if row in before else None)
            for row in range(len(first))
        ]

    def _looks(self, picture: Picture, squares: Sequence[Square]) -> list[_Seen]:
        if not squares:
            return []
        crops = [cut(picture, square, SIZE) for square in squares]
        points, presence, _ = self._mesh.run(np.stack(crops), 255)
        meshes = points.reshape(-1, 478, 3).astype(np.float64)
        certain = [1 / (1 + math.exp(-float(one))) for one in presence.ravel()]
        return [_Seen(*one) for one in zip(squares, crops, meshes, certain, strict=True)]

    def _expressions(self, seen: Sequence[_Seen]) -> list[tuple[_Eyes, _Mouth]]:
        if not seen:
            return []
        points = [one.square.back(one.mesh[:, :2] / SIZE) for one in seen]
        subsets = np.stack([one[at.SUBSET] for one in points]).astype(np.float32)
        shapes = self._shapes.run(subsets)[0].reshape(len(seen), -1)
        return [_expression(*one) for one in zip(seen, points, shapes, strict=True)]


def _plain(box: Box) -> Face:
    return Face((box.x, box.y, box.width, box.height), box.confidence)


def _face(box: Box, found: _Examined, side: float, enlarged: float) -> Face:
    seen, eyes, mouth = found.seen, found.eyes, found.mouth
    known = {"sharpness", "light", "yaw", "roll"}
    inner = _inner(seen.crop)
    counted = _counted(found, side)
    large = side * enlarged >= SMALL
    if counted and large:
        known.add("eyes")
    if large and seen.presence >= PRESENT and abs(eyes.yaw) <= PROFILE:
        known |= {"smile", "grimace"}
    return Face(
        (box.x, box.y, box.width, box.height),
        box.confidence,
        eyes_open=_rounded(sum(counted) / len(counted)) if "eyes" in known else None,
        eye_min=_rounded(min(counted)) if "eyes" in known else None,
        smile=_rounded(mouth.smile) if "smile" in known else None,
        sharpness=_rounded(face_sharpness(inner)),
        yaw=_rounded(eyes.yaw),
        roll=_rounded(seen.square.turn),
        light=_rounded(face_light(inner)),
        known=frozenset(known),
        grimace=_rounded(mouth.grimace) if "smile" in known else None,
    )


def _expression(seen: _Seen, points: Floats, shapes: npt.NDArray[np.float32]) -> tuple[_Eyes, _Mouth]:
    right = _open(float(shapes[at.BLINK_RIGHT]), points, at.RIGHT_EYE)
    left = _open(float(shapes[at.BLINK_LEFT]), points, at.LEFT_EYE)
    across = seen.mesh[at.LEFT_SIDE] - seen.mesh[at.RIGHT_SIDE]
    return _Eyes(right, left, math.atan2(float(across[2]), float(across[0]))), _mouth(shapes, points)


def _counted(found: _Examined, side: float) -> tuple[float, ...]:
    """The eyes whose state is known: seen, uncovered, and found alike in both passes."""
    eyes, before = found.eyes, found.before
    if min(found.first.presence, found.seen.presence) < PRESENT or not eyes.counted:
        return ()
    if before is not None and max(abs(before.left - eyes.left), abs(before.right - eyes.right)) > UNSTEADY:
        return ()
    region = eye_region(found.seen.crop, found.seen.mesh[:, :2])
    return eyes.counted if _believed(region, eyes.counted, side) else ()


def _believed(region: EyeRegion, counted: tuple[float, ...], side: float) -> bool:
    """Whether nothing covers the eyes; closed ones have no iris to show."""
    return not region.covered and (sum(counted) < HALF_OPEN * len(counted) or region.shows_open_eyes(side))


def _near(square: Square, better: Square) -> bool:
    """Whether a second pass would see the same: the networks are steady within this."""
    shift = math.hypot(square.x - better.x, square.y - better.y) / square.side
    turn = abs(math.remainder(square.turn - better.turn, math.tau))
    return shift < 0.035 and 0.93 < better.side / square.side < 1.07 and turn < 0.09


def _inner(crop: Picture) -> Picture:
    """The middle of a mesh network's input that the face fills, at the size where sharpness is compared."""
    edge = SIZE * (1 - 1 / AROUND_POINTS) / 2
    middle = (edge, edge, SIZE - edge, SIZE - edge)
    return np.asarray(Image.fromarray(crop).resize((112, 112), Image.Resampling.BILINEAR, box=middle))


def _square(box: Box, width: int, height: int, side: float) -> Square:
    turn = 0.0
    if box.points:
        (x0, y0), (x1, y1) = box.points[:2]
        turn = math.atan2((y1 - y0) * height, (x1 - x0) * width)
    whole = AROUND_BOX * side
    x, y = (box.x + box.width / 2) * width, (box.y + box.height / 2) * height
    down = BELOW_BOX * whole
    return Square(x - math.sin(turn) * down, y + math.cos(turn) * down, whole, turn)


def around(points: Floats) -> Square:
    """The square around the points of a mesh (pixels of the picture), its eyes level, as MediaPipe follows a face."""
    across = points[at.LEFT_EYE[0]] - points[at.RIGHT_EYE[0]]
    turn = math.atan2(float(across[1]), float(across[0]))
    cos, sin = math.cos(turn), math.sin(turn)
    level = points @ np.array([[cos, -sin], [sin, cos]])
    low, high = level.min(axis=0), level.max(axis=0)
    x, y = (low + high) / 2
    side = max(1.0, AROUND_POINTS * float((high - low).max()))
    return Square(float(x * cos - y * sin), float(x * sin + y * cos), side, turn)


def _open(blink: float, points: Floats, eye: tuple[int, ...]) -> float:
    """Half from the blink blendshape, half from the eye aspect ratio (Soukupova and Cech, 2016)."""
    outer, up1, up2, inner, down1, down2 = points[list(eye)]
    wide = float(np.hypot(*(outer - inner))) + 1e-6
    ratio = (float(np.hypot(*(up1 - down2))) + float(np.hypot(*(up2 - down1)))) / (2 * wide)
    both = 0.5 * (1 - blink) + 0.5 * _part((ratio - 0.06) / 0.20)
    if both < BETWEEN:
        return HALF_OPEN * both / BETWEEN
    return 1 - (1 - HALF_OPEN) * (1 - both) / (1 - BETWEEN)


def _mouth(shapes: npt.NDArray[np.float32], points: Floats) -> _Mouth:
    """Smile and grimace from blendshapes.

    Closed lips alone score .7 on neutral passport faces; clear smiles lift a lip. A grimace is brows drawn
    down, a lip lifted without a smile, or a mouth wide open under wide eyes (a laugh narrows them).
    """

    def mean(*numbers: int) -> float:
        return float(shapes[list(numbers)].mean())

    upper, lower, middle_left, middle_right = points[list(at.LIPS)]
    gap = float(np.hypot(*(upper - lower))) / (float(np.hypot(*(middle_left - middle_right))) + 1e-6)
    curl = mean(at.SMILE_LEFT, at.SMILE_RIGHT)
    lifted = mean(*at.UPPER_LIP)
    smile = 0.75 * curl + 0.35 * max(mean(*at.LOWER_LIP), lifted)
    squint = mean(*at.SQUINT) + mean(at.BLINK_LEFT, at.BLINK_RIGHT)
    jaw = _part((float(shapes[at.JAW_OPEN]) - 0.15) / 0.15)
    gape = jaw * _part((gap - 0.3) / 0.15) * _part(1.25 - 2 * squint)
    grimace = 1.5 * mean(*at.BROWS_DOWN) * (1 - curl) + 0.7 * max(0.0, lifted - curl) + gape
    return _Mouth(_part(smile), _part(grimace))


def _part(value: float) -> float:
    return min(1.0, max(0.0, value))


def _rounded(value: float) -> float:
    return round(float(value), 4)


@functools.lru_cache(maxsize=4)
def _fingerprint(files: tuple[Path, ...]) -> str:
    """Tells models apart: ours by the build's manifest, as rebuilding changes nothing, others by bytes."""
    digest = hashlib.sha256()
    for path in files:
        if path.parent == MODELS and (MODELS / "manifest.json").is_file():
            manifest = json.loads((MODELS / "manifest.json").read_text("ascii"))
            digest.update(json.dumps([path.name, manifest["sources"], manifest["converter"]]).encode())
        else:
            digest.update(path.read_bytes())
    return digest.hexdigest()[:12]
