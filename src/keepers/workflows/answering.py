"""What a person says of a group in a command: remembered by contents, and shown on the page at once."""

from collections.abc import Collection, Sequence
from datetime import datetime

from keepers.catalog import remembered, review_rows, reviews
from keepers.catalog.contents import digest
from keepers.catalog.reviews import Row
from keepers.catalog.store import Catalog
from keepers.model import ContentId, Group, GroupKind
from keepers.workflows import reviewing, saying
from keepers.workflows.saying import Rejudge


def keep(catalog: Catalog, group: Group, wanted: Collection[ContentId], now: datetime) -> None:
    """Remember that these contents of a group stay and the others may go; a step like those of the page."""
    row, numbers = _kept(catalog, group)
    # Equal files are told apart by where they lie, and a command has one word for all of them.
    if row is not None and group.kind is not GroupKind.SAME_BYTES:
        verdicts = {number: content in wanted for content, number in numbers}
        saying.decide(catalog, row.id, row.revision, verdicts, now)
        return
    verdicts_of = {content: content in wanted for content in contents_of(group)}
    remembered.decide(catalog, group.kind, verdicts_of, now.isoformat(timespec="seconds"))
    _count_again(catalog, group)


def part(
    catalog: Catalog, group: Group, wanted: Collection[ContentId], rejudge: Rejudge, now: datetime
) -> None:
    """Remember that these contents of a group are not the same as the others; a step like those of the page."""
    row, numbers = _kept(catalog, group)
    if row is not None:
        parts = [[number for content, number in numbers if content in wanted]]
        saying.part(catalog, row.id, row.revision, parts, rejudge, now)
        return
    others = [content for content in contents_of(group) if content not in wanted]
    remembered.part(catalog, wanted, others, now.isoformat(timespec="seconds"))
    reviewing.outdate(catalog)


def forget(catalog: Catalog, group: Group) -> int:
    """Forget what was said of the contents of a group; how much it was."""
    parted = len(remembered.apart(catalog))
    gone = remembered.forget(catalog, group.kind, contents_of(group))
    _count_again(catalog, group)
    if len(remembered.apart(catalog)) < parted:
        # What is together again is found by grouping alone.
        reviewing.outdate(catalog)
    return gone


def contents_of(group: Group) -> Sequence[ContentId]:
    """The contents of a group, each once."""
    return list(dict.fromkeys(bundle.main.content for bundle in group.members))


def _kept(catalog: Catalog, group: Group) -> tuple[Row | None, list[tuple[ContentId, int]]]:
    """The group as the page has it, and the locations of its photos; none where they are not known well enough."""
    row = reviews.one(catalog, group.id)
    members = [] if row is None else [one for one in review_rows.members(catalog, row.n) if not one.gone]
    numbers = [(one.content, one.number) for one in members]
    is_whole = {content for content, number in numbers if number} == set(contents_of(group))
    return (row, numbers) if is_whole else (None, [])


def _count_again(catalog: Catalog, group: Group) -> None:
    numbers = reviews.of_contents(catalog, [digest(one) for one in contents_of(group)], group.kind)
    if numbers:
        with catalog.writing():
            review_rows.refresh(catalog, numbers, review_rows.next_revision(catalog))
