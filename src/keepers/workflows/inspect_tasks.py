"""What a worker is asked that inspects a photo; light, so that only workers pay for decoders."""

from dataclasses import dataclass

from keepers.model import ContentId


@dataclass(frozen=True, slots=True)
class InspectTask:
    """One photo to inspect."""

    path: str
    content: ContentId
