"""The bytes of one member of a ZIP archive as a stream that can be sought in; never more than it says it holds."""

import io
import zlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, BinaryIO, Final

from keepers.errors import UnreadableError

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

_CHUNK: Final = 1 << 16
#: A copy of the decoder (about 45 KiB) is kept every so many bytes, so that seeking back in a film unpacks 4 MiB at most.
_EVERY: Final = 4 << 20
_SHORT: Final = "is damaged: its bytes in the archive end too soon"
_WRONG: Final = "is damaged: its bytes in the archive are not those that were packed"


class DamagedMemberError(UnreadableError, OSError):
    """The bytes of a member are not those that were packed."""


class _Member(io.RawIOBase):
    """What both ways of storing have in common: a position, a size, reading all."""

    def __init__(self, size: int) -> None:
        super().__init__()
        self._size = size
        self._at = 0

    def readable(self) -> bool:
        """It can be read."""
        return True

    def seekable(self) -> bool:
        """It can be sought in."""
        return True

    def tell(self) -> int:
        """The position in the unpacked bytes."""
        return self._at

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        """Go to a position of the unpacked bytes; beyond the end there is nothing to read."""
        base = {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: self._size}[whence]
        if base + offset < 0:
            raise ValueError("negative seek position")
        self._at = base + offset
        return self._at

    def readinto(self, buffer: "WriteableBuffer", /) -> int:
        """Fill a buffer with what comes next."""
        view = memoryview(buffer).cast("B")
        data = self._next(len(view))
        view[: len(data)] = data
        self._at += len(data)
        return len(data)

    def readall(self) -> bytes:
        """Everything from here to the end."""
        parts: list[bytes] = []
        while part := self._next(1 << 20):
            self._at += len(part)
            parts.append(part)
        return b"".join(parts)

    def _next(self, most: int) -> bytes:
        raise NotImplementedError


class Stored(_Member):
    """A member whose bytes lie in the archive as they are."""

    def __init__(self, file: BinaryIO, start: int, size: int, crc: int) -> None:
        """Begin at the first byte of the member."""
        super().__init__(size)
        self._file, self._start, self._wanted = file, start, crc
        self._crc = self._checked = 0

    def _next(self, most: int) -> bytes:
        most = min(most, self._size - self._at)
        if most <= 0:
            return b""
        self._file.seek(self._start + self._at)
        data = self._file.read(most)
        if not data:
            raise DamagedMemberError(_SHORT)
        if self._checked == self._at:
            self._crc = zlib.crc32(data, self._crc)
            self._checked += len(data)
            if self._checked == self._size and self._crc != self._wanted:
                raise DamagedMemberError(_WRONG)
        return data


@dataclass(slots=True)
class _Decoder:
    """A decoder, how far it has read and written, and the CRC of what it wrote."""

    inflate: Any  # zlib has no public name for its decoders
    read: int = 0
    written: int = 0
    crc: int = 0

    def copy(self) -> "_Decoder":
        """The same state, which goes its own way."""
        return _Decoder(self.inflate.copy(), self.read, self.written, self.crc)


class Inflated(_Member):
    """A member that is compressed by Deflate (RFC 1951)."""

    def __init__(self, file: BinaryIO, packed: tuple[int, int], size: int, crc: int) -> None:
        """Begin at the first byte of the member, whose compressed bytes have this start and length."""
        super().__init__(size)
        self._file, (self._start, self._packed), self._wanted = file, packed, crc
        self._now = _Decoder(zlib.decompressobj(-zlib.MAX_WBITS))
        self._kept = [self._now.copy()]

    def _next(self, most: int) -> bytes:
        if self._at >= self._size or most <= 0:
            return b""
        if self._at < self._now.written:
            self._now = next(kept for kept in reversed(self._kept) if kept.written <= self._at).copy()
        while (skip := self._at - self._now.written) > 0:
            self._unpacked(min(skip, _CHUNK))
        return self._unpacked(most)

    def _unpacked(self, most: int) -> bytes:
        """Unpack at least one byte, at most so many."""
        now = self._now
        try:
            data = b""
            while not data:
                packed = now.inflate.unconsumed_tail
                if not packed:
                    self._file.seek(self._start + now.read)
                    packed = self._file.read(min(_CHUNK, self._packed - now.read))
                    now.read += len(packed)
                data = now.inflate.decompress(packed, most)
                if not data and (now.inflate.eof or not packed):
                    raise DamagedMemberError(_SHORT)
        except zlib.error as error:
            raise DamagedMemberError(_WRONG) from error
        now.written += len(data)
        now.crc = zlib.crc32(data, now.crc)
        if now.written > self._size or (now.written == self._size and now.crc != self._wanted):
            raise DamagedMemberError(_WRONG)
        if now.written - self._kept[-1].written >= _EVERY:
            self._kept.append(now.copy())
        return data
