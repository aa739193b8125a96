"""What a person's picks taught, and since when they count."""

import json
from collections.abc import Sequence
from dataclasses import asdict

from keepers.catalog.contents import BATCH, content_id, digest
from keepers.catalog.store import Catalog
from keepers.model import ContentId, GroupKind
from keepers.score.taste import Taste


def read(catalog: Catalog) -> Taste | None:
    """What was learned last; None where nothing was."""
    row = catalog.db.execute("SELECT learned FROM taste").fetchone()
    return Taste(**json.loads(row[0])) if row is not None and row[0] else None


def remember(catalog: Catalog, taste: Taste | None) -> None:
    """Keep what was learned, or that nothing was."""
    text = "" if taste is None else json.dumps(asdict(taste))
    with catalog.writing() as db:
        db.execute(
            "INSERT INTO taste (one, learned) VALUES (1, ?) ON CONFLICT (one) DO UPDATE SET learned = excluded.learned",
            (text,),
        )


def forget(catalog: Catalog, at: str) -> None:
    """Forget what was learned; picks made before this moment teach nothing any more."""
    with catalog.writing() as db:
        db.execute("INSERT OR REPLACE INTO taste (one, learned, since) VALUES (1, '', ?)", (at,))


def said(catalog: Catalog, kind: GroupKind, contents: Sequence[ContentId]) -> dict[ContentId, bool]:
    """Which of these contents stay (True) and which may go (False), as far as a person said so since the last `forget`."""
    found: dict[ContentId, bool] = {}
    for start in range(0, len(contents), BATCH):
        wanted = [digest(content) for content in contents[start : start + BATCH]]
        marks = ",".join("?" * len(wanted))
        rows = catalog.db.execute(
            f"""SELECT content, keep FROM decided WHERE kind = ? AND content IN ({marks})
                AND at >= coalesce((SELECT since FROM taste), '')""",
            [kind, *wanted],
        )
        found.update((content_id(b3), bool(keep)) for b3, keep in rows)
    return found
