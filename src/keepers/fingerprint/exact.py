"""Content ids: what the bytes are, whatever they are called."""

from blake3 import blake3

from keepers.model import ContentId


def content_id(data: bytes) -> ContentId:
    """Name bytes by their BLAKE3 digest: `b3:` and 64 hex digits."""
    return ContentId("b3:" + blake3(data).hexdigest())
