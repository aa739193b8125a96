"""What a person says of groups on the page: stored at once, never over somebody else's, taken back without end."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import combinations, pairwise, product
from typing import Final

from keepers.catalog import review_rows, review_steps, reviews
from keepers.catalog.contents import content_id, digest
from keepers.catalog.review_rows import KeptGroup, Verdict
from keepers.catalog.review_steps import Fact, Pair, Shape, State
from keepers.catalog.reviews import Row
from keepers.catalog.store import Catalog
from keepers.errors import ChangedError, UsageError
from keepers.model import ContentId, GroupKind
from keepers.reasons import Reason

#: Groups of a kind that a person made, as they are kept.
Rejudge = Callable[[Catalog, GroupKind, Sequence[Sequence[ContentId]], tuple[str, ...]], Sequence[KeptGroup]]

_PROVEN: Final = (GroupKind.SAME_BYTES, GroupKind.SAME_PIXELS)
_MADE: Final = (Reason("person-made"),)
_HEAD: Final = "head"


@dataclass(frozen=True, slots=True)
class Said:
    """What came of it: the step, the groups that changed by number, how many, and those that are no more."""

    step: int
    changed: tuple[int, ...]
    gone: tuple[str, ...] = ()


class UnknownGroupError(UsageError):
    """There is no group of that name any more."""


def decide(catalog: Catalog, name: str, seen: int, verdicts: Mapping[int, bool], now: datetime) -> Said:
    """Say which photos, by location, of a group stay and which may go; of the others nothing is said any more."""
    with catalog.writing():
        row = _seen(catalog, name, seen)
        members = _there(catalog, row)
        _check(name, verdicts, members)
        wanted = {one.ord: verdicts.get(one.number) for one in members}
        kept = sum(value is True for value in wanted.values())
        gone = sum(value is False for value in wanted.values())
        words = (
            Reason("said", name=row.name, keep=kept, drop=gone)
            if verdicts
            else Reason("said-nothing", name=row.name)
        )
        return _say(catalog, [row], list(_facts(row, members, wanted)), words, now)


def accept(catalog: Catalog, name: str, seen: int, now: datetime) -> Said:
    """Take a group as it is shown."""
    with catalog.writing():
        row = _seen(catalog, name, seen)
        members = _there(catalog, row)
        wanted: dict[int, bool | None] = {one.ord: one.keep for one in members}
        kept = sum(one.keep for one in members)
        words = Reason("said-accepted", name=row.name, keep=kept, drop=len(members) - kept)
        return _say(catalog, [row], list(_facts(row, members, wanted)), words, now)


def accept_many(catalog: Catalog, numbers: Sequence[int], words: str, now: datetime) -> Said:
    """Take many groups as they are shown."""
    with catalog.writing():
        rows = reviews.numbered(catalog, numbers)
        at = now.isoformat(timespec="seconds")
        step = review_steps.add(catalog, words, [row.id for row in rows], None, at)
        review_steps.say_of_groups(catalog, step, [row.n for row in rows])
        return _hold(catalog, step, at, back=False)


def keep_where(
    catalog: Catalog, verdicts: Mapping[int, Mapping[int, bool]], words: str, now: datetime
) -> Said:
    """Say of many groups, by number, which members, by order, stay and which may go."""
    with catalog.writing():
        rows = reviews.numbered(catalog, sorted(verdicts))
        facts = [fact for row in rows for fact in _facts(row, _there(catalog, row), {**verdicts[row.n]})]
        return _say(catalog, rows, facts, words, now)


def forget(catalog: Catalog, name: str, seen: int, now: datetime) -> Said:
    """Forget what was said of a group."""
    return decide(catalog, name, seen, {}, now)


def part(
    catalog: Catalog, name: str, seen: int, parts: Sequence[Sequence[int]], rejudge: Rejudge, now: datetime
) -> Said:
    """Part a group by locations; what is in no part stays together. No parts: no two photos are the same."""
    row = _seen(catalog, name, seen)
    if GroupKind(row.kind) in _PROVEN:
        message = f"the photos of {name} are equal, which was proven; keep all of them instead"
        raise UsageError(message)
    members = _there(catalog, row)
    classes = _classes(name, members, parts)
    before = (tuple(digest(one.content) for one in members),)
    shape = Shape(row.kind, before, tuple(classes), tuple(_parting(catalog, row.kind, classes)))
    words = (
        Reason("said-parted", name=row.name, parts=len(classes))
        if parts
        else Reason("said-apart", name=row.name)
    )
    return _reshape(catalog, {name: seen}, shape, words, rejudge, now)


def _classes(
    name: str, members: Sequence[Verdict], parts: Sequence[Sequence[int]]
) -> list[tuple[bytes, ...]]:
    _check(name, {number: True for some in parts for number in some}, members)
    by_number = {one.number: digest(one.content) for one in members}
    classes = [tuple(dict.fromkeys(by_number[number] for number in some)) for some in parts]
    if not parts:
        classes = [(digest(one.content),) for one in members]
    named = {content for some in classes for content in some}
    if sum(map(len, classes)) != len(named):
        raise UsageError("a photo can be in one part only")
    rest = tuple(digest(one.content) for one in members if digest(one.content) not in named)
    classes += [rest] if rest else []
    if len(classes) < 2:
        raise UsageError("name at least two parts, or fewer photos than the group has")
    return classes


def merge(catalog: Catalog, seen: Mapping[str, int], rejudge: Rejudge, now: datetime) -> Said:
    """Make one group of several."""
    rows = [_seen(catalog, name, revision) for name, revision in seen.items()]
    if len({row.kind for row in rows}) != 1 or len(rows) < 2:
        raise UsageError("name two groups or more, all of one kind")
    kind = rows[0].kind
    if GroupKind(kind) in _PROVEN:
        raise UsageError("what is equal is grouped already; other photos cannot join it")
    before = tuple(tuple(digest(one.content) for one in _there(catalog, row)) for row in rows)
    together = tuple(sorted({content for some in before for content in some}))
    pairs = [
        *(_pair(a[0], b[0], kind, before=False, after=True) for a, b in pairwise(before)),
        *_no_more_apart(catalog, before),
    ]
    words = Reason("said-merged", name=rows[0].name, groups=len(rows))
    return _reshape(catalog, seen, Shape(kind, before, (together,), tuple(pairs)), words, rejudge, now)


def undo(catalog: Catalog, head: int, rejudge: Rejudge, now: datetime) -> Said:
    """Take back the latest step that holds."""
    return _turn(catalog, head, rejudge, now, back=True)


def redo(catalog: Catalog, head: int, rejudge: Rejudge, now: datetime) -> Said:
    """Do the step again that was taken back last."""
    return _turn(catalog, head, rejudge, now, back=False)


def head_of(catalog: Catalog) -> int:
    """A number that moves with every step, taken back or not."""
    return int(review_rows.note(catalog, _HEAD) or "0")


def _turn(catalog: Catalog, head: int, rejudge: Rejudge, now: datetime, *, back: bool) -> Said:
    step = _step_to_turn(catalog, head, back=back)
    at = now.isoformat(timespec="seconds")
    shape = review_steps.shape_of(catalog, step)
    fresh: Sequence[KeptGroup] = ()
    if shape is not None:
        here, there = (shape.after, shape.before) if back else (shape.before, shape.after)
        shape = Shape(shape.kind, here, there, ())
        fresh = _rejudged(catalog, shape, rejudge)
    with catalog.writing():
        _step_to_turn(catalog, head, back=back)
        if shape is None:
            return _hold(catalog, step, at, back=back)
        return _swap(catalog, step, at, shape, fresh, back=back)


def _step_to_turn(catalog: Catalog, head: int, *, back: bool) -> int:
    if head != head_of(catalog):
        raise ChangedError("something else was said meanwhile; look at the history, then try again")
    step = review_steps.last(catalog, State.HOLDS if back else State.UNDONE)
    if step is None:
        raise ChangedError("there is nothing to take back" if back else "there is nothing to do again")
    return step


# ---------------------------------------------------------------- one group


def _seen(catalog: Catalog, name: str, seen: int) -> Row:
    row = reviews.one(catalog, name)
    if row is None:
        message = f"there is no group {name} any more; read the list again"
        raise UnknownGroupError(message)
    if row.revision != seen:
        message = f"{name} was changed meanwhile (revision {row.revision}, you saw {seen})"
        raise ChangedError(message)
    return row


def _there(catalog: Catalog, row: Row) -> list[Verdict]:
    return [one for one in review_rows.members(catalog, row.n) if not one.gone]


def _check(name: str, wanted: Mapping[int, bool], members: Sequence[Verdict]) -> None:
    strange = set(wanted) - {one.number for one in members if one.number}
    if strange:
        message = f"photo {min(strange)} is not in {name}"
        raise UsageError(message)


def _facts(row: Row, members: Sequence[Verdict], wanted: Mapping[int, bool | None]) -> Iterator[Fact]:
    """What changes with members, by order; the same contents are the same fact."""
    for one in members:
        if one.ord not in wanted:
            continue
        own = row.kind == GroupKind.SAME_BYTES
        place, key = (one.ref.place, one.ref.key.encode("utf-8", "surrogateescape")) if own else ("", b"")
        yield Fact(row.kind, digest(one.content), place, key, one.said, wanted[one.ord])


def _say(catalog: Catalog, rows: Sequence[Row], facts: Sequence[Fact], words: str, now: datetime) -> Said:
    at = now.isoformat(timespec="seconds")
    step = review_steps.add(catalog, words, [row.id for row in rows], None, at)
    review_steps.say(catalog, step, facts)
    return _hold(catalog, step, at, back=False)


def _hold(catalog: Catalog, step: int, at: str, *, back: bool) -> Said:
    review_steps.carry_out(catalog, step, at, back=back)
    numbers = review_steps.touched(catalog, step)
    review_rows.refresh(catalog, numbers, review_rows.next_revision(catalog))
    _move_head(catalog)
    return Said(step, tuple(numbers))


def _move_head(catalog: Catalog) -> None:
    review_rows.put_note(catalog, _HEAD, str(head_of(catalog) + 1))


# ---------------------------------------------------------------- groups that are parted or joined


def _pair(one: bytes, other: bytes, kind: str, *, before: bool, after: bool) -> Pair:
    low, high = sorted((one, other))
    return Pair(low, high, kind, before, after)


def _parting(catalog: Catalog, kind: str, classes: Sequence[Sequence[bytes]]) -> Iterator[Pair]:
    """Pairs that are not the same any more; where groups had been joined, what stays together is joined anew."""
    everything = [content for some in classes for content in some]
    was_joined = any(
        review_steps.is_joined(catalog, kind, *sorted(two)) for two in combinations(everything, 2)
    )
    for some, others in combinations(classes, 2):
        for one, other in product(some, others):
            low, high = sorted((one, other))
            yield Pair(low, high, "", review_steps.is_apart(catalog, low, high), after=True)
            if review_steps.is_joined(catalog, kind, low, high):
                yield Pair(low, high, kind, before=True, after=False)
    if was_joined:
        for some in classes:
            for one, other in pairwise(some):
                low, high = sorted((one, other))
                yield Pair(low, high, kind, review_steps.is_joined(catalog, kind, low, high), after=True)


def _no_more_apart(catalog: Catalog, groups: Sequence[Sequence[bytes]]) -> Iterator[Pair]:
    for some, others in combinations(groups, 2):
        for one, other in product(some, others):
            low, high = sorted((one, other))
            if low != high and review_steps.is_apart(catalog, low, high):
                yield Pair(low, high, "", before=True, after=False)


def _reshape(
    catalog: Catalog, seen: Mapping[str, int], shape: Shape, words: str, rejudge: Rejudge, now: datetime
) -> Said:
    # Judging may look at photos, which takes its time and writes by itself.
    fresh = _rejudged(catalog, shape, rejudge)
    at = now.isoformat(timespec="seconds")
    with catalog.writing():
        rows = [_seen(catalog, name, revision) for name, revision in seen.items()]
        step = review_steps.add(catalog, words, [row.id for row in rows], shape, at)
        return _swap(catalog, step, at, shape, fresh, back=False)


def _rejudged(catalog: Catalog, shape: Shape, rejudge: Rejudge) -> Sequence[KeptGroup]:
    wanted = [[content_id(content) for content in some] for some in shape.after if len(some) > 1]
    return rejudge(catalog, GroupKind(shape.kind), wanted, _MADE) if wanted else ()


def _swap(
    catalog: Catalog, step: int, at: str, shape: Shape, fresh: Sequence[KeptGroup], *, back: bool
) -> Said:
    """Put the groups after a step in place of those before it; groups made meanwhile of the same contents go, too."""
    review_steps.carry_out(catalog, step, at, back=back)
    contents = [content for some in shape.before for content in some]
    old = reviews.numbered(catalog, reviews.of_contents(catalog, contents, shape.kind))
    place = min((row.place for row in old), default=0.0)
    review_rows.drop(catalog, [row.n for row in old])
    numbers = review_rows.add(catalog, fresh, place, review_rows.next_revision(catalog))
    _move_head(catalog)
    names = {group.id for group in fresh}
    return Said(step, tuple(numbers), tuple(row.id for row in old if row.id not in names))
