"""Pairs of photos that may show one scene, by embeddings of a back end: proposals for a closer look, and no more."""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Final

import numpy as np

from keepers.catalog import scenes
from keepers.fingerprint import cosine
from keepers.fingerprint.cosine import Embedded
from keepers.ports import Failure
from keepers.score.scenes import SceneTask
from keepers.workflows.closer_work import Looking, Scenes

if TYPE_CHECKING:
    from keepers.model import ContentId

#: The nearest of a photo that are compared with it. Of 1,350 edits of 50 photos, 98 in 100 are nearest to their own
#: original among these; but other edits of that photo may be nearer still, hence eight.
_MOST: Final = 8
#: Photos whose embeddings are in memory at once: 8 MB for a row of 512.
_BLOCK: Final = 4000
#: Embeddings remembered at once: a crash costs at most these.
_ROWS: Final = 64


def unseen(looking: Looking, given: Scenes, contents: Sequence[int]) -> list[int]:
    """Those of the contents (by row) that nobody has embedded yet."""
    known = scenes.known(looking.catalog, given.method)
    return [content for content in contents if content not in known]


def embed(looking: Looking, given: Scenes, contents: Sequence[int]) -> None:
    """Embed the pictures of contents (by row), and remember that."""
    todo = unseen(looking, given, contents)
    work = (
        SceneTask(path, looking.names(content), given.name, given.model_dir)
        for content, path in looking.paths(todo)
    )
    fresh: list[tuple[ContentId, bytes]] = []
    for task, result in looking.run("embedding scenes", given.embed, work, len(todo)):
        if not isinstance(result, Failure):
            fresh.append((task.content, result))
        elif result.lasting:
            fresh.append((task.content, b""))
        if len(fresh) >= _ROWS:
            scenes.remember(looking.catalog, given.method, fresh)
            fresh = []
    scenes.remember(looking.catalog, given.method, fresh)


def proposed(
    looking: Looking, given: Scenes, asking: Sequence[int], among: Sequence[int]
) -> list[tuple[int, int]]:
    """Pairs of contents (by row): one that asks, and one of those nearest to it."""
    found: set[tuple[int, int]] = set()
    ordered = sorted(asking)
    for start in range(0, len(ordered), _BLOCK):
        queries = Embedded(*scenes.stored(looking.catalog, given.method, ordered[start : start + _BLOCK]))
        found.update(cosine.nearest(queries, _parts(looking, given, among), given.near, _MOST))
    return sorted(found)


def _parts(looking: Looking, given: Scenes, contents: Sequence[int]) -> Iterator[Embedded]:
    ordered = np.sort(np.asarray(contents, np.int64)).tolist()
    for start in range(0, len(ordered), _BLOCK):
        part = Embedded(*scenes.stored(looking.catalog, given.method, ordered[start : start + _BLOCK]))
        if len(part.rows):
            yield part
