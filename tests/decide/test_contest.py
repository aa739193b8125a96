"""Contests between versions: by our judgement, or by the rule of the old importer; dates in its order."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone

import pytest

from keepers.decide import old_dates
from keepers.decide.contest import Rule, standings
from keepers.model import (
    LOCAL,
    Asset,
    Bundle,
    ContentId,
    DateClaim,
    Decision,
    Group,
    GroupKind,
    Kind,
    Ref,
    Score,
    Taken,
)

NOW = datetime(2026, 1, 1, tzinfo=UTC)
OLD, NEW = datetime(2019, 7, 3, tzinfo=UTC), datetime(2019, 7, 4, tzinfo=UTC)


def photo(path: str, size: int, at: datetime | None = OLD) -> Bundle:
    taken = None if at is None else Taken(at, "exif", certain=True)
    return Bundle(Asset(Ref(LOCAL, path), Kind.PHOTO, size, "", ContentId(f"b3:{path}"), taken))


def decided(*members: Bundle, keep: tuple[str, ...] = ()) -> Decision:
    refs = tuple(bundle.main.ref for bundle in members)
    kept = tuple(ref for ref in refs if ref.key in keep)
    scores = tuple(Score(ref, 0.9 if ref in kept else 0.1, {}, ("fewer pixels",)) for ref in refs)
    return Decision(
        Group("g", GroupKind.SAME_PICTURE, members),
        kept,
        tuple(ref for ref in refs if ref not in kept),
        scores,
    )


@pytest.mark.parametrize(
    ("one", "other", "winner", "why"),
    [
        (photo("/lib/a", 10), photo("/new/a", 20), "b3:/new/a", "larger size"),
        (photo("/lib/a", 10, NEW), photo("/new/a", 10, OLD), "b3:/new/a", "older date"),
        (photo("/lib/a", 10, None), photo("/new/a", 10, OLD), "b3:/new/a", "older date"),
        (photo("/lib/a", 10), photo("/a/a", 10), "b3:/lib/a", "default, what is in place stays"),
    ],
)
def test_the_old_rule(one: Bundle, other: Bundle, winner: str, why: str) -> None:
    for members in ((one, other), (other, one)):
        found = standings([decided(*members)], Rule.S3, lambda ref: ref.key.startswith("/lib"))
        assert {content for content, standing in found.items() if standing.wins} == {winner}
        assert {standing.best for standing in found.values()} == {winner}
        assert {standing.reason.partition(": ")[2] for standing in found.values()} == {why}


def test_our_rule_is_what_was_decided() -> None:
    found = standings(
        [decided(photo("/a", 1), photo("/b", 2), photo("/c", 3), keep=("/a", "/c"))],
        Rule.DEFAULT,
        lambda _: False,
    )
    assert {content: standing.wins for content, standing in found.items()} == {
        "b3:/a": True,
        "b3:/b": False,
        "b3:/c": True,
    }
    assert found[ContentId("b3:/b")].reason == "a worse version: fewer pixels"
    assert found[ContentId("b3:/b")].best == "b3:/a"


def test_who_loses_anywhere_has_lost() -> None:
    first = decided(photo("/a", 1), photo("/b", 2), keep=("/b",))
    second = decided(photo("/b", 2), photo("/c", 3), keep=("/c",))
    for order in ([first, second], [second, first]):
        found = standings(order, Rule.DEFAULT, lambda _: False)
        assert [found[ContentId(f"b3:/{name}")].wins for name in "abc"] == [False, False, True]


def claims(*rows: tuple[str, str, int | None]) -> list[DateClaim]:
    return [DateClaim(*row) for row in rows]


ZONE = timezone(timedelta(hours=2))
MTIME = int(datetime(2020, 2, 2, 12, tzinfo=UTC).timestamp()) * 1_000_000_000


@pytest.mark.parametrize(
    ("stated", "day"),
    [
        (claims(("exif:original", "2019-07-03T10:00:00", None), ("exif:digitized", "2019-07-05T10:00:00", None)), 5),
        (claims(("exif:original", "2019-07-03T10:00:00", None), ("quicktime:header", "2019-07-06T10:00:00", 0)), 3),
        (claims(("exif:digitized", "0000-00-00T00:00:00", None), ("exif:original", "2019-07-03T10:00:00", None)), 3),
        (claims(("exif:digitized", "2031-07-05T10:00:00", None), ("exif:original", "2019-07-03T10:00:00", None)), 3),
        (claims(("exif:digitized", "nonsense", None)), 2),
        ([], 2),
    ],
)  # fmt: skip
def test_dates_in_the_old_order(stated: list[DateClaim], day: int) -> None:
    assert old_dates.taken(stated, MTIME, NOW, UTC).at.day == day


def test_a_film_in_utc_is_told_in_local_time() -> None:
    told = old_dates.taken(claims(("quicktime:header", "2019-06-30T23:30:00", 0)), MTIME, NOW, ZONE)
    assert (told.at.month, told.at.day, told.at.hour) == (7, 1, 1)


def test_a_decision_without_a_keeper_judges_nobody() -> None:
    assert standings([replace(decided(photo("/a", 1)), keep=())], Rule.DEFAULT, lambda _: False) == {}
