"""Look into films: facts and single pictures, by PyAV (the extra `video`), which is imported when first needed.

Only file objects are handed to FFmpeg, with the demuxer named by the file's own first bytes and a list of allowed
decoders: no protocol, no playlist, no other file is ever opened. Sound is never decoded.
"""

import contextlib
import errno
import itertools
import math
from collections.abc import Generator, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

import numpy as np
import numpy.typing as npt

from keepers.errors import NeedsMemoryError, UnreadableError
from keepers.model import Facts, Kind
from keepers.read import archive, formats
from keepers.read.film import rate
from keepers.read.xmp import iso_claim

if TYPE_CHECKING:
    from av.container import InputContainer
    from av.packet import Packet
    from av.video.codeccontext import VideoCodecContext
    from av.video.frame import VideoFrame
    from av.video.stream import VideoStream

Levels = npt.NDArray[np.uint8]

#: FFmpeg's demuxer for each of our formats.
_DEMUXERS: Final = {
    "mov": "mov", "mp4": "mov", "avi": "avi", "matroska": "matroska", "mpeg": "mpeg", "mpegts": "mpegts", "asf": "asf",
}  # fmt: skip
#: What cameras, phones, discs and messengers write; nobody needs the 200 decoders of games and consoles.
_CODECS: Final = frozenset((
    "h264", "hevc", "vvc", "libdav1d", "av1", "vp8", "vp9", "libvpx", "libvpx-vp9", "mpeg4", "mpeg2video", "mpeg1video",
    "mjpeg", "h263", "msmpeg4v1", "msmpeg4v2", "msmpeg4", "wmv1", "wmv2", "wmv3", "vc1", "dvvideo", "prores", "cinepak",
    "indeo3", "indeo5", "svq1", "svq3", "theora", "flv", "rawvideo", "dnxhd", "cfhd",
))  # fmt: skip
#: A film of 8K has 33 million; what claims more is no camera's.
_MOST_PIXELS: Final = 40_000_000
#: Longest side of a picture that is handed out to be hashed.
SIDE: Final = 160
#: Some containers round times to milliseconds.
_ROUNDING: Final = 0.004
#: How far to go back (seconds) where the container leads to no complete picture before the moment.
_BACK: Final = (0.0, 3.0, 12.0, math.inf)
_BEFORE: Final = 3.0
_MOST_PACKETS: Final = 4000
#: Decoding costs .09 us a byte (measured, one thread); so many pixels cost as much as a byte, where all are
#: new, and where most are those of the picture before.
_NEW_PIXELS: Final = 30
_PIXELS: Final = 140
#: What the pictures of a clip may cost, in bytes: .12 s for key frames, 4 s for exact ones.
KEY_BUDGET: Final = 1_300_000
EXACT_BUDGET: Final = 45_000_000
#: So many pictures are taken whatever they cost.
_LEAST: Final = 3
#: From so long before the wanted picture on all are decoded, and not only those that others refer to.
_SETTLED: Final = 0.3
#: A jump back to a key frame pays where it is nearer to the next moment than so many seconds.
_JUMP: Final = 2.0
#: Where to look for a poster (share of the length), and the grey deviation of a picture that shows something.
_POSTERS: Final = (0.3, 0.0, 0.6, 0.85)
_CONTRAST: Final = 20.0
#: What each packet costs at least, and how many broken ones are borne.
_OVERHEAD: Final = 200
_DAMAGED: Final = "is damaged: its pictures cannot be decoded"
_FAULTS: Final = 64


@dataclass(frozen=True, slots=True)
class Picture:
    """One picture of a film: the moment that was asked for, when it is shown, its small upright grey levels."""

    moment: float
    at: float
    grey: Levels


@contextlib.contextmanager
def opened(path: str, *, exact: bool = False) -> Generator["Film"]:
    """Open a film, for `exact_pictures` or for the others.

    UnreadableError where it is none or has no pictures that may be decoded.

    What FFmpeg finds wrong later only costs pictures; NeedsMemoryError where memory did not suffice.
    """
    import av  # noqa: PLC0415 (100 ms and 100 MiB of address space: for those who have films)
    from av.error import FFmpegError  # noqa: PLC0415

    with archive.opened(path) as held:
        form = formats.sniff(held.file.read(4096), path)
        held.file.seek(0)
        if form is None or form.kind is not Kind.VIDEO:
            raise UnreadableError("its bytes are no film")
        try:
            with av.open(
                held.file, "r", format=_DEMUXERS[form.name], metadata_errors="replace", buffer_size=1 << 16,
                options={"codec_whitelist": ",".join(sorted(_CODECS)), "max_streams": "64", "max_pixels": str(_MOST_PIXELS)},
            ) as container:  # fmt: skip
                stream = _stream(container)
                # A fifth of the time of HEVC. It does not show in the 160 pixels of a key frame, but what is lost
                # adds up in the pictures that build on one another: they agree by .98 then, not by .998.
                smooth = {} if exact else {"skip_loop_filter": "all"}
                stream.codec_context.options = {"max_pixels": str(_MOST_PIXELS), **smooth}
                yield Film(container, stream, held.status.size)
        except MemoryError as error:
            raise NeedsMemoryError("needs more memory than a film may take") from error
        except FFmpegError as error:
            raise UnreadableError(_DAMAGED) from error
        except OSError as error:
            # A damaged index sends FFmpeg to places before the file; all else says nothing of the film.
            if error.errno != errno.EINVAL:
                raise
            raise UnreadableError(_DAMAGED) from error


def _stream(container: "InputContainer") -> "VideoStream":
    """The first stream of pictures that is no cover."""
    for stream in container.streams.video:
        # None where FFmpeg has no decoder, whatever its types say.
        codec: VideoCodecContext | None = getattr(stream, "codec_context", None)
        if codec is None or codec.name not in _CODECS or "attached_pic" in str(stream.disposition):
            continue
        if codec.width * codec.height > _MOST_PIXELS:
            raise UnreadableError(f"claims {codec.width} x {codec.height} pixels")
        codec.thread_count = 1
        return stream
    raise UnreadableError("has no pictures that can be decoded")


class Film:
    """One open film; times count in seconds from its first picture."""

    def __init__(self, container: "InputContainer", stream: "VideoStream", size: int) -> None:
        """Wrap what `opened` opened."""
        self._container = container
        self._stream = stream
        self._codec = stream.codec_context
        self._base = float(stream.time_base or 0) or 1e-3
        self._size = size
        self._origin = float("nan")
        self._faults = 0
        self._spent = 0.0
        self._wanted = 0.0

    @property
    def seconds(self) -> float:
        """How long its pictures last, or all of it where only that is known; 0 where nothing is."""
        length = self._stream.duration
        if length and length > 0:
            return length * self._base
        length = self._container.duration
        return length / 1e6 if length and length > 0 else 0.0

    def facts(self, header: Facts) -> Facts:
        """What the header told, completed."""
        wide, high = header.width, header.height
        if not wide:
            frame = self._key_frame(0.0)
            wide, high = (self._codec.width, self._codec.height) if frame is None else _upright_size(frame)
        seconds = self.seconds or header.seconds
        tags = {**self._stream.metadata, **self._container.metadata}
        claim = iso_claim("quicktime:header", tags.get("creation_time", tags.get("date", "")))
        return header._replace(width=wide, height=high, codec=self._codec.name, seconds=seconds, bits_per_second=rate(self._size, seconds),
            audio=bool(self._container.streams.audio), dates=header.dates or ((claim,) if claim else ()),
        )  # fmt: skip

    def key_pictures(self, moments: Sequence[float]) -> Iterator[Picture]:
        """The nearest complete picture (key frame) at or before each moment, as far as their cost allows.

        The first moment is 0; the others come in an order that covers the film early.
        """
        self._spent = 0.0
        known: dict[int, Picture] = {}
        for number, moment in enumerate(_spread(moments)):
            if self._spent > KEY_BUDGET and number >= _LEAST:
                return
            packet = self._key_packet(moment)
            stamp = None if packet is None else _stamp(packet)
            if packet is None or stamp is None:
                continue
            if stamp not in known:
                frame = self._decoded_alone(packet)
                if frame is None:
                    continue
                known[stamp] = Picture(moment, self._time(frame), _small(frame))
            yield replace(known[stamp], moment=moment)

    def exact_pictures(self, moments: Sequence[float]) -> Iterator[Picture]:
        """The very pictures that are shown at ascending moments, the first of them 0."""
        self._spent = 0.0
        flow: Iterator[VideoFrame] | None = None
        shown: VideoFrame | None = None
        ahead: VideoFrame | None = None
        for moment in moments:
            if flow is None or self._pays(moment, ahead):
                shown, ahead, flow = None, None, self._flow(moment)
            self._wanted = moment
            while ahead is None or self._time(ahead) <= moment + _ROUNDING:
                shown, ahead = ahead or shown, next(flow, None)
                if ahead is None:
                    break
            if shown is not None and self._spent <= EXACT_BUDGET:
                yield Picture(moment, self._time(shown), _small(shown))

    def poster(self, side: int) -> Levels:
        """An upright RGB picture that shows something; UnreadableError where there is none."""
        best: VideoFrame | None = None
        contrast = -1.0
        for share in _POSTERS:
            frame = self._key_frame(self.seconds * share)
            seen = float(_small(frame).std()) if frame is not None else -1.0
            if seen > contrast:
                best, contrast = frame, seen
            if contrast >= _CONTRAST:
                break
        if best is None:
            raise UnreadableError("no picture of this film can be decoded")
        return _scaled(best, side, "rgb24")

    def still(self, share: float, side: int) -> Levels:
        """The upright RGB key picture at or before a part of the film (0-1); UnreadableError where there is none."""
        frame = self._key_frame(self.seconds * share)
        if frame is None:
            raise UnreadableError("no picture of this film can be decoded there")
        return _scaled(frame, side, "rgb24")

    # ---------------------------------------------------------------- decoding

    def _time(self, frame: "VideoFrame") -> float:
        """When a picture is shown; the first one that is ever asked for is the first of the film."""
        stamp = _stamp(frame)
        time = self._start if stamp is None else stamp * self._base
        if math.isnan(self._origin):
            self._origin = time
        return time - self._origin

    @property
    def _start(self) -> float:
        return (self._stream.start_time or 0) * self._base

    def _seek(self, moment: float) -> "Iterator[Packet[VideoStream]]":
        """The packets from the last key frame before a moment on, if the container can find it."""
        # A program or transport stream is entered somewhere near; before its first time lies its first byte.
        streamed = self._container.format.name in {"mpeg", "mpegts"}
        at = self._start + (moment if moment > 0 else -_BEFORE * streamed)
        self._container.seek(math.floor(at / self._base) + 1, stream=self._stream)
        return itertools.islice(self._container.demux(self._stream), _MOST_PACKETS)

    def _key_packet(self, moment: float) -> "Packet[VideoStream] | None":
        for back in _BACK:
            for packet in self._seek(moment - back):
                stamp = _stamp(packet)
                if not packet.is_keyframe or stamp is None or not packet.size:
                    continue
                if stamp * self._base - self._start <= max(moment, 0.0) + _ROUNDING or moment <= 0:
                    return packet
                break
        return None

    def _key_frame(self, moment: float) -> "VideoFrame | None":
        packet = self._key_packet(moment)
        return None if packet is None else self._decoded_alone(packet)

    def _decoded_alone(self, packet: "Packet[VideoStream]") -> "VideoFrame | None":
        """The picture of a key frame; the decoder is asked to wait for no other. The next seek wakes it up."""
        self._codec.skip_frame = "DEFAULT"
        frames = self._decoded(packet) or self._decoded(None)
        return frames[0] if frames else None

    def _flow(self, moment: float) -> "Iterator[VideoFrame]":
        """All pictures from the last key frame before a moment on, until they cost too much."""
        self._wanted = moment
        first = self._key_packet(moment)
        if first is None:
            return
        yield from self._decoded(first)
        for packet in self._container.demux(self._stream):
            stamp = _stamp(packet)
            time = math.inf if stamp is None else stamp * self._base - self._start
            self._codec.skip_frame = "NONREF" if time < self._wanted - _SETTLED else "DEFAULT"
            yield from self._decoded(packet if packet.size else None)
            if self._spent > EXACT_BUDGET or not packet.size:
                return

    def _pays(self, moment: float, ahead: "VideoFrame | None") -> bool:
        """Whether to jump: there is a key frame between here and the moment, or perhaps one."""
        if ahead is None:
            return True
        here = self._time(ahead)
        entries = self._stream.index_entries
        at = (
            entries.search_timestamp(  # pyright: ignore[reportUnknownMemberType]  # untyped
                math.floor((self._start + moment) / self._base)
            )
            if len(entries)
            else -1
        )
        if at < 0:
            return moment - here > _JUMP
        return entries[at].timestamp * self._base - self._start > here

    def _decoded(self, packet: "Packet[VideoStream] | None") -> "list[VideoFrame]":
        if packet is not None:
            each = _NEW_PIXELS if packet.is_keyframe else _PIXELS
            self._spent += packet.size + self._codec.width * self._codec.height / each + _OVERHEAD
        try:
            return self._codec.decode(packet)  # pyright: ignore[reportUnknownMemberType]  # its packet is generic
        except (ValueError, EOFError):
            # What FFmpeg's InvalidDataError is; one broken picture says nothing of the next.
            self._faults += 1
            if self._faults > _FAULTS:
                raise
            return []


def _stamp(timed: "Packet[VideoStream] | VideoFrame") -> int | None:
    return timed.dts if timed.pts is None else timed.pts


def _spread(moments: Sequence[float]) -> list[float]:
    """The first moment, then always the middle of the widest gap: bits of the place reversed."""
    places = range(len(moments))
    return [moments[at] for at in sorted(places, key=lambda at: f"{16 * at // len(moments):04b}"[::-1])]


def _small(frame: "VideoFrame") -> Levels:
    return _scaled(frame, SIDE, "gray")


def _scaled(frame: "VideoFrame", side: int, colours: str) -> Levels:
    """An upright copy, `side` pixels at its longest at most."""
    scale = min(1.0, side / max(frame.width, frame.height, 1))
    wide, high = max(1, round(frame.width * scale)), max(1, round(frame.height * scale))
    small = frame.reformat(width=wide, height=high, format=colours, interpolation="AREA", threads=1)
    # The rotation is counter-clockwise, as numpy's.
    turned = np.rot90(small.to_ndarray(), round(frame.rotation / 90) % 4)
    return np.ascontiguousarray(turned, np.uint8)


def _upright_size(frame: "VideoFrame") -> tuple[int, int]:
    sides = frame.width, frame.height
    return (sides[1], sides[0]) if round(frame.rotation / 90) % 2 else sides
