"""Which pictures that look identical have equal pixels: what refutes it cheaply first, then every pixel."""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from typing import Final

from keepers.catalog import contents, photos
from keepers.fingerprint.table import Photos
from keepers.group import duplicates
from keepers.model import ContentId
from keepers.work.named import Named
from keepers.workflows.job import Proof
from keepers.workflows.judging import Judging, worked

#: Raised when the proof of equal pixels changes; older digests are taken again.
METHOD: Final = 3
#: Files of contents to decode.
Files = Callable[[Sequence[ContentId]], Iterable[tuple[ContentId, str]]]

#: How the two digests of a content are kept: one beside the other, a mark for one that was not needed yet.
_BETWEEN, _NOT_TAKEN = ";", "?"
_small: Final[Named[Proof, str]] = Named("keepers.workflows.picture", "small")


def sets(table: Photos) -> list[set[int]]:
    """Sets of rows that look identical, of which nothing proves yet that their pixels are."""
    found: dict[int, set[int]] = {}
    for low, high in duplicates.pixel_candidates(table) if len(table) > 1 else ():
        found.setdefault(low, {low}).add(high)
    return list(found.values())


def proven(judging: Judging, table: Photos, wanted: Sequence[set[int]], files: Files) -> dict[int, str]:
    """Digests of decoded pixels by row, for rows that may have those of another row of their set.

    A picture that its small picture tells from all others of its set has none: it was not worth decoding.
    """
    names = photos.content_ids(judging.catalog)
    name_of = {row: names(int(table.content[row])) for rows in wanted for row in sorted(rows)}
    known = _Known(judging, files, name_of.values())
    jpeg = {row for row in name_of if table.pixels[row].any()}
    alone = [sorted(rows) for rows in wanted if rows <= jpeg]
    known.take_small([name_of[row] for rows in alone for row in rows])
    full = [row for rows in wanted if not rows <= jpeg for row in sorted(rows)]
    for rows in alone:
        counts = Counter(known.small.get(name_of[row], "") for row in rows)
        full += [row for row in rows if counts[known.small.get(name_of[row], "")] > 1]
    known.take_full([name_of[row] for row in full])
    return {row: known.full[name_of[row]] for row in full if known.full.get(name_of[row])}


class _Known:
    """Digests of contents, small and full, from the catalog or taken now; empty ones of what cannot be decoded."""

    def __init__(self, judging: Judging, files: Files, wanted: Iterable[ContentId]) -> None:
        self._judging = judging
        self._files = files
        self.small: dict[ContentId, str] = {}
        self.full: dict[ContentId, str] = {}
        for content, text in contents.full_pixels_of(judging.catalog, wanted, METHOD).items():
            small, full = text.split(_BETWEEN)
            self.small |= {content: small} if small != _NOT_TAKEN else {}
            self.full |= {content: full} if full != _NOT_TAKEN else {}

    def take_small(self, wanted: Iterable[ContentId]) -> None:
        """Take what is not known of these JPEGs, and remember it."""
        self._take(_small, wanted, self.small)

    def take_full(self, wanted: Iterable[ContentId]) -> None:
        """Take what is not known of these, and remember it."""
        self._take(self._judging.prove, wanted, self.full)

    def _take(
        self, task: Callable[[Proof], str], wanted: Iterable[ContentId], known: dict[ContentId, str]
    ) -> None:
        todo = [content for content in dict.fromkeys(wanted) if content not in known]
        if not todo:
            return
        work = (Proof(path, content) for content, path in self._files(todo))
        fresh: list[ContentId] = []
        for proof, result in worked(self._judging, "comparing", task, work, len(todo)):
            if isinstance(result, str) or result.lasting:
                known[proof.content] = result if isinstance(result, str) else ""
                fresh.append(proof.content)
        texts = {
            content: self.small.get(content, _NOT_TAKEN) + _BETWEEN + self.full.get(content, _NOT_TAKEN)
            for content in fresh
        }
        contents.add_full_pixels(self._judging.catalog, texts, METHOD)
