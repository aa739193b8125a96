"""Ranks copies of one clip: the most pixels, sound, the camera's own facts, the most bits, the longest."""

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Final

from keepers.decide.originality import Copy, Criterion
from keepers.reasons import Reason

#: Sides are rounded to what a codec likes: 640 x 362 is no better than 640 x 360.
_AS_MANY: Final = 0.97
#: Seconds that a container may count more without a picture more.
_AS_LONG: Final = 0.25
#: Seconds of pictures that are worth a copy of their own.
_LONGER: Final = 0.7
#: Bits of H.264 that one bit of other codecs is worth, roughly (reductions published with each: HEVC and VP9
#: near a half, AV1 a third less again; MPEG-2 needs twice, single pictures eight times as many).
_WORTH: Final[Mapping[str, float]] = MappingProxyType({
    "h264": 1.0, "hevc": 1.8, "vp9": 1.7, "av1": 2.4, "libdav1d": 2.4, "vvc": 2.7, "vp8": 0.9, "mpeg4": 0.6,
    "wmv3": 0.8, "vc1": 0.8, "wmv2": 0.5, "wmv1": 0.4, "h263": 0.4, "mpeg2video": 0.45, "mpeg1video": 0.3,
    "mjpeg": 0.12, "dvvideo": 0.1, "prores": 0.12, "dnxhd": 0.12,
})  # fmt: skip
#: How much each part counts in the shown score; the rank itself is decided part by part.
SHARES: Final[Mapping[str, float]] = MappingProxyType({
    "pixels": 0.40, "sound": 0.15, "metadata": 0.10, "bitrate": 0.20, "length": 0.10, "place": 0.05,
})  # fmt: skip


def criteria(copies: Sequence[Copy]) -> tuple[Criterion, ...]:
    """What decides among copies of a clip, the weightiest first."""
    most = max((copy.pixels for copy in copies), default=0)
    longest = max((_seconds(copy) for copy in copies), default=0.0)

    def short(copy: Copy) -> float:
        missing = longest - _seconds(copy)
        return missing if missing > _AS_LONG else 0.0

    return (
        Criterion("readable", lambda c: c.readable, lambda _: Reason("readable"), lambda _: Reason("unreadable")),
        Criterion(
            "pixels", lambda c: 0 if c.pixels >= most * _AS_MANY else c.pixels - most,
            lambda c: Reason("sides", sides=_sides(c)), lambda c: Reason("only-sides", sides=_sides(c))
        ),
        Criterion("sound", _sound, lambda _: Reason("sound"), lambda _: Reason("silent")),
        Criterion(
            "metadata", _camera, lambda _: Reason("more-facts"), lambda _: Reason("fewer-facts")
        ),
        Criterion("bitrate", worth, lambda c: Reason("most-bits", rate=_rate(c)), lambda c: Reason("fewer-bits", rate=_rate(c))),
        Criterion("length", lambda c: -short(c), lambda _: Reason("longest"), lambda c: Reason("shorter", seconds=round(short(c), 1))),
    )  # fmt: skip


def stays(copy: Copy, best: Copy) -> str:
    """Why a copy of a clip stays beside the best one; empty where it may go."""
    if _sound(copy) and not _sound(best):
        return Reason("stays-silent")
    if _seconds(copy) > _seconds(best) + _LONGER:
        return Reason("stays-longer", seconds=round(_seconds(copy) - _seconds(best), 1))
    return ""


def parts(copy: Copy, among: Sequence[Copy]) -> dict[str, float]:
    """The named parts in 0-1: each in proportion to the best of the group."""
    found = {
        "pixels": _share(copy.pixels, max(other.pixels for other in among)),
        "sound": float(_sound(copy) or not any(_sound(other) for other in among)),
        "metadata": _camera(copy) / 2,
        "bitrate": _share(worth(copy), max(worth(other) for other in among)),
        "length": _share(_seconds(copy), max(_seconds(other) for other in among)),
        "place": max(0.0, 1 - copy.second_hand / 3),
    }
    return {name: round(value, 4) for name, value in found.items()}


def worth(copy: Copy) -> float:
    """Bits a second, in those of H.264; a codec that is not known counts like it."""
    facts = copy.facts
    return (facts.bits_per_second or 0) * _WORTH.get(facts.codec, 1.0) if facts else 0.0


def _seconds(copy: Copy) -> float:
    return (copy.facts.seconds or 0.0) if copy.facts else 0.0


def _sound(copy: Copy) -> bool:
    return bool(copy.facts and copy.facts.audio)


def _camera(copy: Copy) -> int:
    """Camera and place; every program that converts films writes a date of its own."""
    return bool(copy.facts and copy.facts.camera) + bool(copy.facts and copy.facts.position)


def _sides(copy: Copy) -> str:
    return f"{copy.facts.width} x {copy.facts.height}" if copy.facts else "unknown size"


def _rate(copy: Copy) -> str:
    facts = copy.facts
    if facts is None or not facts.bits_per_second:
        return "unknown"
    codec = f" {facts.codec.upper()}" if facts.codec else ""
    kilobits = facts.bits_per_second / 1000
    return (f"{kilobits / 1000:.1f} Mbit/s" if kilobits >= 1000 else f"{kilobits:.0f} kbit/s") + codec


def _share(value: float, best: float) -> float:
    return value / best if best > 0 else 1.0
