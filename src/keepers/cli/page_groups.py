"""Keeps the groups that a command found, so that the review page shows them at once."""

import argparse
from collections.abc import Sequence
from datetime import UTC, datetime

from keepers.catalog.store import Catalog
from keepers.model import LOCAL, Ref
from keepers.wiring import Session
from keepers.workflows import reviewing
from keepers.workflows.tidy import JUDGED, Tidied

#: Options with which other groups are found than those that the page would show.
_OTHERWISE = (
    "kind",
    "threshold",
    "time_window",
    "min_size",
    "faces",
    "model_dir",
    "limit",
    "second_pass",
    "scene",
)


def keep(
    options: argparse.Namespace, opened: Session, catalog: Catalog, roots: Sequence[str], tidied: Tidied
) -> None:
    """Keep the groups, unless they are of a part of what is known or were made by rules of this one call.

    Then the page groups by itself when it is opened.
    """
    if any(getattr(options, name, None) not in (None, [], ()) for name in _OTHERWISE) or not reviewing.is_all(
        catalog, roots
    ):
        return
    reviewing.keep(catalog, tidied, _method(opened, tidied), datetime.now(UTC), opened.progress)
    place = opened.local()
    reviewing.mark_gone(catalog, [path for path in opened.moved_away() if not place.exists(Ref(LOCAL, path))])


def _method(opened: Session, tidied: Tidied) -> str:
    """The method of the looks by which the groups were judged; empty where there was nothing to look at."""
    if not any(decision.group.kind in JUDGED for decision in tidied.proposed):
        return ""
    from keepers.detect.choose import choose  # noqa: PLC0415 (onnxruntime costs 100 ms)

    return choose(opened.settings.faces, opened.settings.model_dir).method
