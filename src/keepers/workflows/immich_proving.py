"""Photos of a server that look identical: their files are read, and only theirs, since pictures of them prove nothing."""

from collections.abc import Callable, Sequence

from keepers.catalog import elsewhere, photos, verified
from keepers.group import duplicates
from keepers.model import Asset, ContentId, PlaceId
from keepers.ports import Failure, View
from keepers.workflows.job import Proof
from keepers.workflows.judging import Judging
from keepers.workflows.likenesses import BESIDE_METHOD
from keepers.workflows.tidy import RAWS


def unread(judging: Judging, roots: Sequence[str], place: PlaceId) -> frozenset[str]:
    """The ids of assets that look identical to another, and whose files nobody here has read."""
    table = photos.table(judging.catalog, roots, RAWS)
    if len(table) < 2:
        return frozenset()
    names = photos.content_ids(judging.catalog)
    rows = {row for pair in duplicates.pixel_candidates(table) for row in pair}
    contents = {names(int(table.content[row])) for row in rows}
    wanted = [content for content in contents if not content.startswith("b3:")]
    found = photos.bundles(judging.catalog, roots, wanted)
    return frozenset(
        one.main.ref.key for bundles in found.values() for one in bundles if one.main.ref.place == place
    )


def beside(judging: Judging, task: Callable[[Proof], str], assets: Sequence[Asset]) -> dict[ContentId, str]:
    """A digest of what files hold beside their pictures, empty for nothing; what could not be told is left out."""
    rows = elsewhere.rows_of(judging.catalog, {asset.content for asset in assets})
    known = verified.besides(judging.catalog, list(rows.values()), BESIDE_METHOD)
    todo = {one.content: one for one in assets if rows.get(one.content) not in known}
    fresh = _told(judging, task, list(todo.values()))
    verified.add_besides(
        judging.catalog, {rows[content]: text for content, text in fresh.items()}, BESIDE_METHOD
    )
    return {content: known[row] for content, row in rows.items() if row in known} | fresh


def _told(judging: Judging, task: Callable[[Proof], str], assets: Sequence[Asset]) -> dict[ContentId, str]:
    if not assets or judging.views is None:
        return {}
    workers = judging.workers()
    judging.progress.stage("comparing", len(assets), 0)
    found: dict[ContentId, str] = {}
    try:
        # A file may go from the folder of pictures when many more were loaded: each is handed on at once.
        shown = judging.views(assets, True)  # noqa: FBT003 (a port)
        work = (Proof(view.path, asset.content) for asset, view in shown if isinstance(view, View))
        for proof, result in workers.map(task, work):
            judging.progress.step(1, 0)
            if not isinstance(result, Failure):
                found[proof.content] = result
    finally:
        workers.close()
        judging.progress.done()
    return found
