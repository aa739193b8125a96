"""Ranks copies of one picture: which is the original, which a conversion or a messenger's copy of it."""

import re
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from enum import IntEnum
from typing import Final

from keepers.decide.second_hand import MESSENGER, messenger_places, second_names, second_places
from keepers.model import Bundle, ContentId, Facts, GroupKind, Ref, Role
from keepers.read import formats
from keepers.read.merging import merged
from keepers.reasons import Reason


class Origin(IntEnum):
    """Where a copy stands between camera and messenger; the lower, the nearer to the original."""

    RAW = 0
    HEIC = 1
    CAMERA = 2
    PLAIN = 3
    DERIVED = 4
    MESSENGER = 5
    UNREADABLE = 6


ORIGIN_WORDS: Final[Mapping[Origin, Reason]] = {
    Origin.RAW: Reason("origin-raw"),
    Origin.HEIC: Reason("origin-heic"),
    Origin.CAMERA: Reason("origin-camera"),
    Origin.PLAIN: Reason("origin-plain"),
    Origin.DERIVED: Reason("origin-derived"),
    Origin.MESSENGER: Reason("origin-messenger"),
    Origin.UNREADABLE: Reason("unreadable"),
}

RAW_FORMATS: Final = frozenset(form.name for form in formats.FORMATS if form.raw)
#: What cameras write besides RAW and HEIC; beside a camera's file any other was converted.
CAMERA_FORMATS: Final = frozenset({"jpeg", "tiff", "jxl"})
#: Whose cameras write HEIC themselves; from any other it is a conversion.
_HEIC_MAKERS: Final = re.compile(
    r"apple|iphone|ipad|samsung|\bsm-|galaxy|xiaomi|redmi|oneplus|oppo|huawei|honor|pixel|motorola|vivo|nothing"
    r"|eos r|eos-1d x mark iii|ilce|ilme|sony|x-t\d|x-h2|x-s20|x100vi|gfx|nikon z|hasselblad",
    re.IGNORECASE,
)
LOSSLESS: Final = frozenset({"png", "tiff", "bmp", "gif"})
#: Fewer pixels than this share of the largest copy's: it was scaled down or cropped.
SCALED: Final = 0.9

#: With fewer pixels (1280x960) than cameras have had since 2000 it may have been scaled down, whatever camera it names.
CAMERA_PIXELS: Final = 1_228_800

#: Share inside a border from which on there is none to speak of.
_FRAMED: Final = 0.95
_ONE_ASPECT: Final = 0.01
_ONE_SIZE: Final = 0.1
SCREENSHOT: Final = re.compile(
    r"screen[ _-]?shot|screen[ _-]?capture|screencap|bildschirmfoto|capture d.?.cran|schermafbeelding"
    r"|captura de pantalla|istantanea|skjermbilde|zrzut ekranu",
    re.IGNORECASE,
)

_EDITORS: Final = re.compile(
    r"photoshop|lightroom|gimp|snapseed|darktable|rawtherapee|affinity|pixelmator|capture one|luminar|picasa"
    r"|vsco|polarr|canva|dxo|photoscape|facetune|afterlight|irfanview|imagemagick"
    r"|acdsee|krita|paint\.net|acorn|photos? editor",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Copy:
    """One of several copies, with what its bytes and its sidecars say of it."""

    bundle: Bundle
    facts: Facts | None

    @property
    def readable(self) -> bool:
        """Whether there is a picture in it."""
        return self.facts is not None and self.bundle.main.size > 0

    @property
    def pixels(self) -> int:
        """Its number of pixels."""
        return self.facts.width * self.facts.height if self.facts else 0

    @property
    def folder(self) -> str:
        """Where it lies."""
        # pathlib would cost ten times as much, and this is asked for every copy of every group.
        return self.bundle.main.ref.key.rpartition("/")[0]

    @property
    def stem(self) -> str:
        """Its name without its extension."""
        name = self.bundle.main.ref.key.rpartition("/")[2]
        return name.rpartition(".")[0] or name

    @property
    def edited(self) -> bool:
        """Whether somebody worked on it: an editor's mark in it, or an edit beside it."""
        software = self.facts.software if self.facts else ""
        return _edited_beside(self.bundle) or bool(_EDITORS.search(software))

    @property
    def rating(self) -> int:
        """Its stars, a favourite's at least five; 0 where it has none, -1 where it was rejected."""
        return 0 if self.facts is None else self.facts.stars

    @property
    def liked(self) -> str:
        """In words how it is rated."""
        if self.facts is not None and self.facts.favourite and self.facts.rating != self.rating:
            return Reason("favourite")
        if self.facts is not None and self.facts.picked and self.facts.rating != self.rating:
            return Reason("picked")
        return Reason("rated", rating=self.rating)

    @property
    def told(self) -> int:
        """How many of description, keywords, people and albums are known of it."""
        facts = self.facts
        if facts is None:
            return 0
        return sum(map(bool, (facts.description, facts.keywords, facts.people, facts.albums)))

    @property
    def metadata(self) -> int:
        """How many of camera, lens, exposure, place and dates it still knows."""
        facts = self.facts
        if facts is None:
            return 0
        return sum((bool(facts.camera), bool(facts.lens), facts.exposure_seconds is not None,
                    facts.position is not None, bool(facts.dates)))  # fmt: skip

    @property
    def modified(self) -> int:
        """When its file was last changed, in nanoseconds, from the revision `size:time:inode`."""
        parts = self.bundle.main.revision.split(":")
        return int(parts[1]) if len(parts) > 1 and parts[1].lstrip("-").isdigit() else 0

    @property
    def second_hand(self) -> int:
        """How much its name and folders look like a copy's."""
        return second_places(self.folder) + second_names(self.stem)

    def tables(self) -> float:
        """How little it is compressed, by the tables of a JPEG."""
        return float(self.facts.quality or 0) if self.facts else 0.0

    def bytes_per_pixel(self) -> float:
        """How little it is compressed."""
        return self.bundle.main.size / self.pixels if self.pixels else 0.0


def seen(bundle: Bundle, facts: Mapping[ContentId, Facts]) -> Copy:
    """A copy with the facts of its main file and what sidecars and libraries say of it."""
    main = facts.get(bundle.main.content)
    return Copy(bundle, merged(main, [bundle.said]) if main and bundle.said else main)


def _edited_beside(bundle: Bundle) -> bool:
    return any(
        asset.role in {Role.EDITED, Role.ORIGINAL} or asset.ref.key.lower().endswith(".aae")
        for asset in bundle.others
    )


@dataclass(frozen=True, slots=True)
class Criterion:
    """One thing that decides between copies: the larger value wins; words for winner and loser."""

    name: str
    value: Callable[[Copy], float]
    better: Callable[[Copy], str]
    worse: Callable[[Copy], str]


@dataclass(frozen=True, slots=True)
class Company:
    """What the copies of one picture tell of each other.

    Whether a camera named itself in one, the most pixels that a camera may have written, the sizes without a border.
    """

    cameras: bool
    pixels: int
    whole: frozenset[tuple[int, int]]


def company(copies: Sequence[Copy]) -> Company:
    """What `origin` needs to know of all copies of a picture."""
    known = [copy.facts for copy in copies if copy.facts is not None]
    whole = frozenset((facts.width, facts.height) for facts in known if facts.inside > _FRAMED)
    # A screenshot may be larger than the photo it shows.
    written = [copy for copy in copies if _as_written(copy) and not _is_shown(copy, whole)]
    # So may a poster, a collage or an enlargement: none of them makes the camera's own file a scaled one.
    cameras = [copy for copy in written if copy.facts and copy.facts.camera and _only_beside(copy)]
    own = [copy.pixels for copy in cameras if copy.pixels >= CAMERA_PIXELS]
    pixels = max(own or (copy.pixels for copy in written), default=0)
    return Company(any(facts.camera for facts in known), pixels, whole)


def origin(copy: Copy, among: Company) -> Origin:
    """Where a copy stands, seen beside the others."""
    facts = copy.facts
    if facts is None or not copy.readable:
        return Origin.UNREADABLE
    if facts.format in RAW_FORMATS:
        return Origin.RAW
    if MESSENGER.search(copy.stem) or MESSENGER.search(facts.software) or _in_messenger(copy):
        return Origin.MESSENGER
    if _is_shown(copy, among.whole):
        return Origin.DERIVED
    if facts.format == "heic" and _HEIC_MAKERS.search(facts.camera):
        return Origin.HEIC
    scaled = copy.pixels < SCALED * among.pixels
    converted = among.cameras and facts.format not in CAMERA_FORMATS
    if scaled or converted or (copy.edited and not _only_beside(copy)):
        return Origin.DERIVED
    return Origin.CAMERA if facts.camera else Origin.PLAIN


def _as_written(copy: Copy) -> bool:
    """Whether a camera may have written it so."""
    form = copy.facts.format if copy.facts else ""
    return form == "heic" or form in RAW_FORMATS or form in CAMERA_FORMATS


def _is_shown(copy: Copy, whole: Collection[tuple[int, int]]) -> bool:
    """Whether it shows the picture on a screen or in a frame: it may be larger, and is no original."""
    return SCREENSHOT.search(copy.stem) is not None or _is_framed(copy, whole)


def _is_framed(copy: Copy, whole: Collection[tuple[int, int]]) -> bool:
    """Whether another copy shows what lies inside the border of this one: somebody put it into a frame."""
    if copy.facts is None or copy.facts.inside >= _FRAMED:
        return False
    return any(not _same_shape(copy.facts, width, height) for width, height in whole)


def _same_shape(one: Facts, width: int, height: int) -> bool:
    """Whether two pictures have one size, or one aspect and not the difference that a border makes."""
    if (one.width, one.height) == (width, height):
        return True
    aspects = one.width * height / max(1, one.height * width)
    bordered = width * height / max(1.0, one.width * one.height * one.inside)
    return abs(aspects - 1) < _ONE_ASPECT and abs(bordered - 1) > _ONE_SIZE


def _in_messenger(copy: Copy) -> bool:
    return not (copy.facts and copy.facts.camera) and messenger_places(copy.folder)


def _only_beside(copy: Copy) -> bool:
    """Whether the edit lies beside it, and the bytes themselves are untouched."""
    return not _EDITORS.search(copy.facts.software if copy.facts else "")


def ranked(copies: Sequence[Copy], kind: GroupKind) -> tuple[Copy, ...]:
    """The copies, the original first; the same order whatever the order they came in."""
    return ordered(copies, criteria(copies, kind))


def ordered(copies: Sequence[Copy], rules: Sequence[Criterion]) -> tuple[Copy, ...]:
    """The copies by these rules, the best first; the same order whatever the order they came in."""
    return tuple(
        sorted(copies, key=lambda copy: (*(-rule.value(copy) for rule in rules), copy.bundle.main.ref))
    )


def criteria(copies: Sequence[Copy], kind: GroupKind) -> tuple[Criterion, ...]:
    """What decides among these copies, the weightiest first."""
    # Equal bytes come from the same camera.
    asked = () if kind is GroupKind.SAME_BYTES else copies
    among = company(asked)
    origins = {copy.bundle.main.ref: origin(copy, among) for copy in asked}

    def standing(copy: Copy) -> Origin:
        return origins[copy.bundle.main.ref]

    readable = Criterion(
        "readable", lambda c: c.readable, lambda _: Reason("readable"), lambda _: Reason("unreadable")
    )
    source = Criterion(
        "original",
        lambda c: -standing(c),
        lambda c: ORIGIN_WORDS[standing(c)],
        lambda c: ORIGIN_WORDS[standing(c)],
    )
    rating = Criterion("rating", lambda c: c.rating, lambda c: c.liked, lambda _: Reason("rated-lower"))
    edited = Criterion(
        "edited",
        lambda c: _edited_beside(c.bundle),
        lambda _: Reason("edited"),
        lambda _: Reason("not-edited"),
    )
    told = Criterion("told", lambda c: c.told, lambda _: Reason("more-told"), lambda _: Reason("less-told"))
    metadata = Criterion(
        "metadata", lambda c: c.metadata, lambda _: Reason("more-facts"), lambda _: Reason("fewer-facts")
    )
    name = Criterion(
        "place",
        lambda c: -c.second_hand,
        lambda _: Reason("better-place"),
        lambda _: Reason("copy-place"),
    )
    companions = Criterion(
        "companions",
        lambda c: len(c.bundle.others),
        lambda _: Reason("more-files"),
        lambda _: Reason("fewer-files"),
    )
    age = (
        Criterion("taken", lambda c: -_taken(c), lambda _: Reason("earlier"), lambda _: Reason("later")),
        Criterion(
            "modified", lambda c: -c.modified, lambda _: Reason("older-file"), lambda _: Reason("newer-file")
        ),
    )
    if kind is GroupKind.SAME_BYTES:
        return (readable, rating, edited, told, name, companions, *age)
    if kind is GroupKind.SAME_PIXELS:
        return (readable, rating, edited, source, metadata, told, name, companions, *age)
    return (
        readable,
        source,
        *_picture(),
        metadata,
        name,
        _compression(_nearest(copies, origins)),
        rating,
        told,
        companions,
        *age,
    )


def _picture() -> tuple[Criterion, ...]:
    return (
        Criterion(
            "pixels", lambda c: c.pixels, lambda _: Reason("most-pixels"), lambda _: Reason("fewer-pixels")
        ),
        Criterion("lossless", _lossless, lambda _: Reason("lossless"), lambda _: Reason("lossy")),
    )


def _nearest(copies: Sequence[Copy], origins: Mapping[Ref, Origin]) -> Sequence[Copy]:
    """The copies that stand nearest to the original: between these compression may decide."""
    least = min(origins.values(), default=Origin.UNREADABLE)
    return [copy for copy in copies if origins[copy.bundle.main.ref] is least]


def _compression(copies: Sequence[Copy]) -> Criterion:
    """JPEGs by their tables, where all are: sharpening makes a file larger, and no original of it."""
    tabled = all(copy.facts is not None and copy.facts.quality is not None for copy in copies)
    return Criterion(
        "compression",
        Copy.tables if tabled else Copy.bytes_per_pixel,
        lambda _: Reason("least-compressed"),
        lambda _: Reason("more-compressed"),
    )


def _lossless(copy: Copy) -> float:
    """A picture without camera facts is likelier the source in a lossless format than in a lossy one."""
    return bool(copy.facts and copy.facts.format in LOSSLESS and not copy.facts.camera)


def _taken(copy: Copy) -> float:
    taken = copy.bundle.main.taken
    return taken.at.timestamp() if taken else 1e12
