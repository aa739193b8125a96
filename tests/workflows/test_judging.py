"""Photos that could not be looked at are told, with how many and why; those that could are judged all the same."""

from collections.abc import Iterator, Sequence
from contextlib import closing, nullcontext
from dataclasses import dataclass, replace

import pytest

from keepers.catalog.store import open_catalog
from keepers.errors import PlaceUnreachableError, UnreadableError
from keepers.group.rule import Rule
from keepers.model import LOCAL, Asset, Bundle, ContentId, Kind, Look, PlaceId, Ref
from keepers.ports import Failure, LookTask, View, Viewed
from keepers.score.weights import Weights
from keepers.workflows.job import Footage, Proof
from keepers.workflows.judging import Backend, Judging, look_at, worked
from tests.workflows.near import Here, Silent

SERVER = PlaceId("immich")
CUT_OFF = "it ends too early"
TOLD = "could not be looked at, so others are preferred; the next run tries again:"


class Heard(Silent):
    """Keeps what was said."""

    def __init__(self) -> None:
        self.said: list[str] = []

    def say(self, message: str) -> None:
        self.said.append(message)


def look(task: LookTask) -> Look:
    if "bad" in task.path:
        raise UnreadableError(CUT_OFF)
    return Look(task.content, "", 1.0, 0.0, 0.2, 0.5)


def never(_: Proof | Footage) -> str:
    raise AssertionError


def views(assets: Sequence[Asset], exact: bool) -> Iterator[Viewed]:
    """A server that has no picture of one photo, and goes away when it is asked for many."""
    assert not exact
    for asset in assets:
        yield asset, Failure("it has no preview") if "bad" in asset.name else View(f"/cache/{asset.name}")
    if len(assets) > 2:
        message = "the server is gone"
        raise PlaceUnreachableError(message)


@pytest.fixture
def judging(tmp_path) -> Iterator[Judging]:
    with closing(open_catalog(tmp_path / "catalog.db", create=True)) as catalog:
        yield Judging(
            catalog, Heard(), Here, Here, look, never, lambda film: never(film).encode(), lambda: Backend("none", "m"),
            Rule(), Weights(), lambda _: nullcontext(""), views=views,
        )  # fmt: skip


def photo(name: str, place: PlaceId = LOCAL) -> Bundle:
    key = f"/photos/{name}" if place == LOCAL else f"id-of-{name}"
    content = ContentId(f"b3:{name.encode().hex():0<64}")
    return Bundle(Asset(Ref(place, key), Kind.PHOTO, 1, "r", content, name=name))


@pytest.mark.parametrize(
    ("photos", "seen", "said"),
    [
        ([photo("a.jpg"), photo("b.jpg")], 2, []),
        (
            [photo("a.jpg"), photo("bad.jpg")],
            1,
            [f"1 photo {TOLD} /photos/bad.jpg: {CUT_OFF}"],
        ),
        (
            [photo("a.jpg"), *(photo(f"bad{number}.jpg") for number in range(5))],
            1,
            [f"5 photos {TOLD} {'; '.join(f'/photos/bad{n}.jpg: {CUT_OFF}' for n in range(3))}; and 2 more"],
        ),
        (
            [photo("s.jpg", SERVER), photo("bad.jpg", SERVER)],
            1,
            [f"1 photo {TOLD} bad.jpg: it has no preview"],
        ),
        (
            [photo(f"{number}.jpg", SERVER) for number in range(3)],
            3,
            ["photos of the server are judged without looking at them: the server is gone"],
        ),
    ],
)
def test_what_could_not_be_looked_at_is_told(judging, photos, seen, said):
    assert len(look_at(judging, photos)) == seen
    assert judging.progress.said == said


def test_a_film_is_not_looked_at(judging):
    film = photo("bad.mp4")
    assert look_at(judging, [replace(film, main=replace(film.main, kind=Kind.VIDEO))]) == {}
    assert judging.progress.said == []


@dataclass
class Gone:
    """Workers that lose every second thing; what is damaged stays so, what lost its worker may not the next time."""

    reason: str
    lasting: bool

    def map(self, task, work, heavy=None, known=None):
        for number, item in enumerate(work):
            yield item, Failure(self.reason, lasting=self.lasting) if number % 2 else task(item)

    def close(self) -> None:
        pass


@pytest.mark.parametrize(
    ("lasting", "said"),
    [
        (False, ["2 of 5 could not be compared (the worker died), which proves nothing; the next run tries again"]),
        (True, []),
    ],
    ids=["may go better", "damaged"],
)  # fmt: skip
def test_comparisons_that_may_go_better_the_next_time_are_told(judging, lasting, said):
    given = replace(judging, comparers=lambda: Gone("the worker died", lasting))
    done = [
        one for one, result in worked(given, "comparing", str, range(5), 5) if not isinstance(result, Failure)
    ]
    assert done == [0, 2, 4]
    assert judging.progress.said == said
