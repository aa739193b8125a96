"""Embeddings of scenes, by content and method, so that none is made twice."""

from collections.abc import Iterable, Sequence

import numpy as np
import numpy.typing as npt

from keepers.catalog.contents import BATCH, digest
from keepers.catalog.store import Catalog
from keepers.model import ContentId


def known(catalog: Catalog, method: str) -> set[int]:
    """The contents (by row) that this method has embedded, those that cannot be decoded among them."""
    return {row[0] for row in catalog.db.execute("SELECT content FROM scene WHERE method = ?", (method,))}


def stored(
    catalog: Catalog, method: str, wanted: Sequence[int]
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.float32]]:
    """The contents (by row) among the wanted ones that have an embedding, ascending, and these: a row each."""
    found: list[tuple[int, bytes]] = []
    for start in range(0, len(wanted), BATCH):
        part = wanted[start : start + BATCH]
        marks = ",".join("?" * len(part))
        found += catalog.db.execute(
            f"SELECT content, embedding FROM scene WHERE method = ? AND embedding != x'' AND content IN ({marks})",
            [method, *part],
        )
    found.sort()
    contents = np.array([content for content, _ in found], np.int64)
    numbers = np.frombuffer(b"".join(data for _, data in found), np.float16)
    return contents, numbers.astype(np.float32).reshape(len(found), -1 if found else 0)


def remember(catalog: Catalog, method: str, found: Iterable[tuple[ContentId, bytes]]) -> None:
    """Keep embeddings of contents as halves (float16); empty: the picture cannot be decoded."""
    with catalog.writing() as db:
        db.executemany(
            "INSERT OR REPLACE INTO scene SELECT id, ?, ? FROM content WHERE b3 = ?",
            [(method, data, digest(content)) for content, data in found],
        )
