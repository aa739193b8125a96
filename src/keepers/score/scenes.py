"""What a worker is asked that embeds the scene of a picture; light, so that only workers pay for networks."""

from dataclasses import dataclass

from keepers.model import ContentId


@dataclass(frozen=True, slots=True)
class SceneTask:
    """One picture whose scene is to be embedded: where its bytes lie, by which scene back end and models."""

    path: str
    content: ContentId
    backend: str
    model_dir: str = ""
