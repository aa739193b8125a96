"""Small pictures for the pages that people open."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from keepers.model import ContentId
from keepers.ports import Failure, Progress, Workers
from keepers.workflows.job import Thumb


@dataclass(frozen=True, slots=True)
class Drawing:
    """What making them takes."""

    workers: Callable[[], Workers]
    thumbnail: Callable[[Thumb], bytes]
    progress: Progress

    def thumbnails(self, wanted: Mapping[ContentId, str], side: int) -> dict[ContentId, bytes]:
        """Upright JPEGs of `side` pixels by content; what cannot be decoded has none."""
        work = [Thumb(path, content, side) for content, path in wanted.items()]
        made: dict[ContentId, bytes] = {}
        workers = self.workers()
        self.progress.stage("thumbnails", len(work), 0)
        try:
            for thumb, result in workers.map(self.thumbnail, work):
                if not isinstance(result, Failure):
                    made[thumb.content] = result
                self.progress.step(1, 0)
        finally:
            workers.close()
            self.progress.done()
        return made
