"""Write a picture that was made of photos: as a JPEG or a TIFF that says so."""

import io
from collections.abc import Sequence
from typing import Final

import numpy as np
import numpy.typing as npt
import tifffile
from PIL import Image

from keepers import __version__
from keepers.create.whole import Whole, blended
from keepers.errors import UnreadableError
from keepers.read import xmp_packet

QUALITY: Final = 95
#: "Composite of captured elements" (IPTC Digital Source Type NewsCodes).
COMPOSITE: Final = "http://cv.iptc.org/newscodes/digitalsourcetype/compositeCapture"
_SPACES: Final = (
    ("Iptc4xmpExt", "http://iptc.org/std/Iptc4xmpExt/2008-02-29/"),
    ("xmp", "http://ns.adobe.com/xap/1.0/"),
    ("xmpMM", "http://ns.adobe.com/xap/1.0/mm/"),
    ("stRef", "http://ns.adobe.com/xap/1.0/sType/ResourceRef#"),
)
_XMP_TAG, _PROFILE_TAG = 700, 34675

Light = npt.NDArray[np.float32]


def jpeg(light: Light, source: Whole, parts: Sequence[str]) -> bytes:
    """A JPEG of quality 95, full colour resolution, with the profile, the Exif and the XMP of one source.

    `light` is height x width x 3, 0-1; `parts` are the names of the photos that it was made of.
    """
    picture = Image.fromarray(levels(light))
    return photo(picture, source, parts)


def photo(picture: Image.Image, source: Whole, parts: Sequence[str]) -> bytes:
    """The same of a picture of 8 bits."""
    exif = blended(source.exif, *picture.size)
    out = io.BytesIO()
    picture.save(
        out, "JPEG", quality=QUALITY, subsampling=0, optimize=True, icc_profile=source.profile or None, exif=exif,
        xmp=packet(source.packet, parts),
    )  # fmt: skip
    return out.getvalue()


def tiff(light: Light, source: Whole, parts: Sequence[str]) -> bytes:
    """A TIFF of 16 bits a channel with the profile and the XMP; the date and the camera stand in the XMP."""
    out = io.BytesIO()
    text = packet(source.packet, parts)
    extra = [(_XMP_TAG, "B", len(text), text, False)]
    if source.profile:
        extra.append((_PROFILE_TAG, "B", len(source.profile), source.profile, False))
    values = (np.clip(light, 0, 1) * 65535 + 0.5).astype(np.uint16)
    tifffile.imwrite(out, values, photometric="rgb", compression="zlib", predictor=True, metadata=None, extratags=extra)  # fmt: skip
    return out.getvalue()


def levels(light: Light) -> npt.NDArray[np.uint8]:
    """Floats of 0-1 as 8-bit levels, rounded."""
    return (np.clip(light, 0, 1) * 255 + np.float32(0.5)).astype(np.uint8)


def packet(before: bytes, parts: Sequence[str]) -> bytes:
    """An XMP packet that tells a composite of these photos, with all that the packet before said."""
    text = before.decode("utf-8", "replace")
    # A property may stand in a packet once.
    if "digitalsourcetype" in text or "Ingredients" in text or "CreatorTool" in text:
        return _said(xmp_packet.NEW, parts)
    try:
        xmp_packet.parsed(text)
        return _said(text, parts)
    except UnreadableError:
        return _said(xmp_packet.NEW, parts)


def _said(text: str, parts: Sequence[str]) -> bytes:
    about = f'Iptc4xmpExt:DigitalSourceType="{COMPOSITE}" xmp:CreatorTool="Keepers {__version__}"'
    names = "".join(f'<rdf:li stRef:filePath="{_escaped(name)}"/>' for name in parts)
    rdf = f'<rdf:Bag xmlns:rdf="{xmp_packet.RDF}">{names}</rdf:Bag>'
    inside = f"<xmpMM:Ingredients>{rdf}</xmpMM:Ingredients>"
    return xmp_packet.described(text, _SPACES, about, inside).encode("utf-8", "replace")


def _escaped(name: str) -> str:
    """A file name as the value of an attribute: what XML does not take is left out."""
    plain = "".join(sign for sign in name if sign.isprintable() and not "\ud800" <= sign <= "\udfff")
    return plain.replace("&", "&amp;").replace("<", "&lt;").replace('"', "&quot;")
