"""The names of the photos that a picture of ours was made of, as its XMP tells them (xmpMM:Ingredients, XMP part 2)."""

from typing import Final

from keepers.errors import UnreadableError
from keepers.read import xmp_packet
from keepers.read.words import printable

#: A picture of ours tells it at its beginning (JPEG) or at its end (TIFF).
NEAR: Final = 256 << 10
_BEGIN, _END = b"<x:xmpmeta", b"</x:xmpmeta>"
_INGREDIENTS: Final = "{http://ns.adobe.com/xap/1.0/mm/}Ingredients"
_PATH: Final = "{http://ns.adobe.com/xap/1.0/sType/ResourceRef#}filePath"
#: No bracket has more frames.
_MOST: Final = 100


def names(data: bytes) -> tuple[str, ...]:
    """The names, the reference first; none where the bytes hold no such packet or a damaged one."""
    begin = data.find(_BEGIN)
    end = data.find(_END, begin)
    if begin < 0 or end < 0:
        return ()
    try:
        root = xmp_packet.parsed(data[begin : end + len(_END)].decode("utf-8", "replace"))
    except UnreadableError:
        return ()
    listed = [item.get(_PATH, "") for bag in root.iter(_INGREDIENTS) for item in bag.iter()]
    return tuple(printable(name) for name in listed if name)[:_MOST]
