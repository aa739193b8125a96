"""The nouns: frozen values that every stage speaks of."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Final, NamedTuple, NewType

PlaceId = NewType("PlaceId", str)
ContentId = NewType("ContentId", str)

#: The file systems of this machine are one place; its keys are absolute paths (docs/decisions/001).
LOCAL: Final = PlaceId("local")
#: A person's pick of a burst is liked as much as a photo of four stars.
_PICKED: Final = 4
#: A favourite is liked as much as a photo of five stars.
_FAVOURITE: Final = 5
#: Typed so that nobody changes it; a proxy could not be sent to another process.
_NO_TAGS: Final[Mapping[str, str]] = {}


class Kind(StrEnum):
    """What a file is to a photo library."""

    PHOTO = "photo"
    VIDEO = "video"
    COMPANION = "companion"


class Fate(StrEnum):
    """Where every file that a scan meets ends up; each file has exactly one."""

    PHOTO = "photo"
    COMPANION = "companion"
    UNREADABLE = "unreadable"
    IGNORED = "ignored"


class Role(StrEnum):
    """What a file is within its bundle."""

    MAIN = "main"
    RAW = "raw"
    JPEG = "jpeg"
    LIVE_VIDEO = "live-video"
    MOTION_VIDEO = "motion-video"
    SIDECAR = "sidecar"
    EDITED = "edited"
    ORIGINAL = "original"


class Ref(NamedTuple):
    """Names one thing in one place: an absolute path (surrogateescape text), or a server's id.

    A plan is checked by looking names up: those of a dataclass are hashed and compared in Python.
    """

    place: PlaceId
    key: str

    @property
    def archive(self) -> str:
        """The ZIP archive that holds it, told by its name alone; empty where there is none."""
        parts = split_archive(self.key) if self.place == LOCAL else None
        return "" if parts is None else parts[0]

    @property
    def is_in_library(self) -> bool:
        """Whether it lies within a library of Apple Photos, which no other program may change."""
        return self.place == LOCAL and ".photoslibrary/" in self.key.lower()


def split_archive(key: str) -> tuple[str, str] | None:
    """Split `/a/b.zip!/c/d.jpg` into the archive's path and the name within; None where there is no archive."""
    at = key.lower().find(".zip!")
    if at < 0 or key[at + 5 : at + 6] not in {"", "/"}:
        return None
    return key[: at + 4], key[at + 6 :]


@dataclass(frozen=True, slots=True)
class Taken:
    """The capture time: an aware datetime that keeps the local wall time, and what proved it.

    `note` says in one clause which evidence was refused and why; empty where none was.
    """

    at: datetime
    source: str
    certain: bool
    note: str = ""


@dataclass(frozen=True, slots=True)
class Asset:
    """One file as far as grouping and planning need it; its EXIF facts stay in the catalog.

    `name` is the file name that it came with, where its library keeps it under another.
    """

    ref: Ref
    kind: Kind
    size: int
    revision: str
    content: ContentId
    taken: Taken | None = None
    width: int = 0
    height: int = 0
    role: Role = Role.MAIN
    name: str = ""


@dataclass(frozen=True, slots=True)
class Bundle:
    """One photo as people see it: its main file, its companions, and where else its bytes lie.

    `said` is what sidecars and libraries say of it: stars, favourite, words, people, albums.
    """

    main: Asset
    others: tuple[Asset, ...] = ()
    copies: tuple[Ref, ...] = ()
    said: "Facts | None" = None

    @property
    def assets(self) -> tuple[Asset, ...]:
        """All files of the photo, the main one first."""
        return (self.main, *self.others)


class GroupKind(StrEnum):
    """Why photos belong together."""

    SAME_BYTES = "same-bytes"
    SAME_PIXELS = "same-pixels"
    SAME_PICTURE = "same-picture"
    SAME_CLIP = "same-clip"
    BURST = "burst"
    BRACKET = "bracket"


@dataclass(frozen=True, slots=True)
class Group:
    """Photos that belong together; the id depends on kind and contents alone."""

    id: str
    kind: GroupKind
    members: tuple[Bundle, ...]
    evidence: tuple[str, ...] = ()


class DateClaim(NamedTuple):
    """A date that some evidence states: ISO wall time, and minutes east of UTC where it says so."""

    source: str
    wall: str
    offset: int | None = None


class Facts(NamedTuple):
    """What the bytes of one photo say of themselves; keyed by content and method version.

    `width` and `height` are upright. `pixels` is a digest that is equal only where the decoded
    pixels, depth, frames, orientation and colour profile are equal; empty where not proven.
    `exif` holds the text of every tag of IFD0, the Exif and the GPS IFD. `exposure_mode` is the
    Exif value (2 = auto bracket). `burst` is the camera's own burst id. `mode` says how colours are
    stored, in Pillow's words (RGB, L, CMYK); empty where not told. `quality` is that of a JPEG in libjpeg's
    scale of 1 to 100, by its tables; `inside` the share of the picture inside its border, 1 without one. `certainty` of dates is
    judged later, together with name, folder and modification time.

    `live_id` is Apple's content identifier, equal in still and film of one Live Photo. A film has
    `seconds` of length, `audio`, `bits_per_second` and, with PyAV, a `codec` in FFmpeg's words. A sidecar
    states `title` (the file name that it speaks of), `description`, `keywords`, `people`, `albums` and
    whether the photo is a `favourite`. A library knows whether a person `picked` it from its burst. A `composite` was
    made of other photos by Keepers.
    """

    format: str
    width: int
    height: int
    frames: int = 1
    camera: str = ""
    lens: str = ""
    software: str = ""
    exif: Mapping[str, str] = _NO_TAGS
    position: tuple[float, float] | None = None
    exposure_seconds: float | None = None
    f_number: float | None = None
    iso: float | None = None
    bias_ev: float | None = None
    exposure_mode: int | None = None
    burst: str = ""
    rating: int | None = None
    dates: tuple[DateClaim, ...] = ()
    pixels: str = ""
    film_offset: int | None = None
    mode: str = ""
    quality: int | None = None
    inside: float = 1.0
    live_id: str = ""
    seconds: float | None = None
    audio: bool | None = None
    bits_per_second: int | None = None
    codec: str = ""
    title: str = ""
    description: str = ""
    keywords: tuple[str, ...] = ()
    people: tuple[str, ...] = ()
    favourite: bool = False
    albums: tuple[str, ...] = ()
    picked: bool = False
    composite: bool = False

    @property
    def stars(self) -> int:
        """How it is rated, a favourite with at least five stars and a person's pick of a burst with four.

        0 where it is not rated, -1 where it was rejected.
        """
        least = _FAVOURITE if self.favourite else _PICKED if self.picked else -1
        return max(self.rating or 0, least)


@dataclass(frozen=True, slots=True)
class Face:
    """One face in an upright picture; None means unknown, never bad.

    The box is (x, y, w, h) as fractions of the upright picture, top left first. Eyes, smile, grimace,
    sharpness and light lie in 0-1; yaw and roll are in radians. `known` names what was measured.
    """

    box: tuple[float, float, float, float]
    confidence: float
    eyes_open: float | None = None
    eye_min: float | None = None
    smile: float | None = None
    sharpness: float | None = None
    yaw: float | None = None
    roll: float | None = None
    light: float | None = None
    known: frozenset[str] = frozenset()
    grimace: float | None = None


@dataclass(frozen=True, slots=True)
class Look:
    """What judging measured in one content: raw technical values and the faces.

    `sharpness` is a contrast-normalised Laplacian (open-ended, compare within a group only),
    `clipped` the fraction of pixels at either end, `contrast` the grey deviation in 0-1,
    `composition` in 0-1. `method` names the back end, model hash and version that measured it.
    """

    content: ContentId
    method: str
    sharpness: float
    clipped: float
    contrast: float
    composition: float
    faces: tuple[Face, ...] = ()


@dataclass(frozen=True, slots=True)
class Score:
    """How good a photo is among its group: a value in 0-1, its parts, the reasons in words."""

    ref: Ref
    value: float
    parts: Mapping[str, float] = field(default_factory=dict[str, float])
    reasons: tuple[str, ...] = ()


class Stage(StrEnum):
    """What was done to a picture since the camera wrote it."""

    ORIGINAL = "original"
    COPY = "copy"
    EDIT = "edit"
    EXPORT = "export"
    MESSENGER = "messenger-copy"
    SCREENSHOT = "screenshot"


@dataclass(frozen=True, slots=True)
class Version:
    """One version of a picture, the version it was made of (None: the original), how many steps from it."""

    ref: Ref
    stage: Stage
    made_of: Ref | None
    depth: int = 0


@dataclass(frozen=True, slots=True)
class Decision:
    """Which photos of a group stay and which may go, why, and who said so (`rule` or `user`).

    `versions` is the version tree of a same-picture group, each version after its source.
    """

    group: Group
    keep: tuple[Ref, ...]
    drop: tuple[Ref, ...]
    scores: tuple[Score, ...]
    flip: str = ""
    by: str = "rule"
    versions: tuple[Version, ...] = ()


@dataclass(frozen=True, slots=True)
class Found:
    """One file system entry as `lstat` shows it, before anything is read."""

    ref: Ref
    size: int
    mtime_ns: int
    inode: int
    device: int
    links: int = 1

    @property
    def revision(self) -> str:
        """What changes when the file changes: size, modification time and inode."""
        return f"{self.size}:{self.mtime_ns}:{self.inode}"


@dataclass(frozen=True, slots=True)
class Problem:
    """A file that was passed over or could not be read, and why in one short clause."""

    ref: Ref
    fate: Fate
    reason: str
    lasting: bool = True
