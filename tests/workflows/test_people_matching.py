"""Which asset a photo is, and how long a server is waited for: against people who behave, and a clock that is told the time."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta

import pytest

from keepers.catalog import people as remembered
from keepers.catalog.store import open_catalog
from keepers.fingerprint.exact import content_id
from keepers.model import LOCAL, Asset, Bundle, Kind, PlaceId, Ref, Role
from keepers.people import Person, PersonFace, Pictured, Seen
from keepers.workflows import people_matching
from keepers.workflows.people_matching import Account, Circle, Matching, Patience, matched

ANNA = Person("anna", "Anna")
CIRCLE = Circle({"anna": ANNA}, {"anna": ANNA})


class Clock:
    """Time passes only while somebody waits."""

    def __init__(self) -> None:
        self.time = datetime(2026, 1, 1, tzinfo=UTC)
        self.pauses: list[float] = []

    def now(self) -> datetime:
        return self.time

    def pause(self, seconds: float) -> None:
        self.pauses.append(seconds)
        self.time += timedelta(seconds=seconds)


class Learning:
    """A server that learns: each photo is known from a time on, and its faces from another."""

    def __init__(self, clock: Clock) -> None:
        self.clock = clock
        self.began = clock.now()
        self.known: dict[str, tuple[float, float, Seen]] = {}
        self.asked = 0

    def learn(self, path: str, known: float, faces: float, seen: Seen) -> None:
        self.known[path] = known, faces, seen

    def _now(self, path: str) -> Seen | None:
        known, faces, seen = self.known.get(path, (1e9, 1e9, None))
        passed = (self.clock.now() - self.began).total_seconds()
        if seen is None or passed < known:
            return None
        return seen if passed >= faces else seen._replace(faces=())

    def of_file(
        self, *, path: str = "", sha1: str = "", name: str = "", size: int | None = None
    ) -> Seen | None:
        self.asked += 1
        return self._now(path)

    def faces(
        self,
        people: Sequence[str] | None = None,
        *,
        archived: bool = False,
        hidden: bool = False,
        boxes: bool = True,
    ) -> Iterator[Seen]:
        found = [self._now(path) for path in self.known]
        yield from (one for one in found if one is not None and one.faces)

    def people(self, *, hidden: bool = False, counted: bool = True) -> Sequence[Person]:
        return [ANNA]

    def unidentified(self, *, archived: bool = False) -> Iterator[Seen]:
        return iter(())

    def featured(self, person: str) -> str:
        return ""

    def close(self) -> None:
        pass


def seen(path: str, size: int | None = 10, visibility: str = "timeline") -> Seen:
    face = PersonFace("f", path, "anna", (0.1, 0.1, 0.2, 0.2))
    asset = Pictured(path, path, path.rpartition("/")[2], Kind.PHOTO, size=size, visibility=visibility)
    return Seen(asset, (face,))


def photo(path: str, *others: Asset) -> Bundle:
    return Bundle(Asset(Ref(LOCAL, path), Kind.PHOTO, 10, "", content_id(path.encode())), others)


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def server(clock):
    return Learning(clock)


@pytest.fixture
def look(tmp_path, clock, server, silent):
    catalog = open_catalog(tmp_path / "catalog.db", create=True)

    def ask(*bundles: Bundle, seconds: float = 0.0, archived: bool = False):
        account = Account(PlaceId("immich"), server, lambda path: path, lambda path: path)
        matching = Matching(catalog, account, silent, archived)
        return matched(matching, bundles, lambda: CIRCLE, Patience(clock, clock.pause, seconds, quiet=5.0))

    yield ask
    catalog.close()


@pytest.fixture
def silent():
    class Silent:
        def stage(self, name: str, items: int, size: int) -> None: ...
        def step(self, items: int, size: int) -> None: ...
        def done(self) -> None: ...
        def say(self, message: str) -> None: ...

    return Silent()


def test_a_photo_whose_faces_come_soon_is_not_given_up(look, clock, server):
    server.learn("/a", 3, 6, seen("/a"))
    found = look(photo("/a"), seconds=60)
    assert [bool(one.faces) for one in found.seen.values()] == [True]
    assert clock.pauses == [1, 2, 4]


def test_a_photo_that_never_comes_costs_the_whole_time_and_only_once(look, clock):
    found = look(photo("/never"), seconds=40)
    assert (found.seen, found.asked) == ({}, {photo("/never").main.content})
    assert sum(clock.pauses) == 40
    assert clock.pauses == [1, 2, 4, 8, 15, 10]
    look(photo("/never"), seconds=40)
    assert sum(clock.pauses) == 40, "it had its time"


def test_a_photo_without_faces_is_given_up_when_it_was_quiet_for_a_while(look, clock, server):
    server.learn("/a", 0, 1e9, seen("/a"))
    found = look(photo("/a"), seconds=600)
    assert [one.faces for one in found.seen.values()] == [()]
    assert sum(clock.pauses) < 10


def test_nobody_is_waited_for_without_patience(look, clock, server):
    look(photo("/a"))
    assert (clock.pauses, server.asked) == ([], 1)


def test_another_size_or_the_archive_is_not_taken_for_the_photo(look, server):
    server.learn("/other", 0, 0, seen("/other", size=11))
    server.learn("/kept", 0, 0, seen("/kept", visibility="archive"))
    assert look(photo("/other"), photo("/kept")).seen == {}
    assert len(look(photo("/kept"), archived=True).seen) == 1


def test_what_is_known_of_the_jpeg_counts_for_the_raw_and_films_are_not_asked_for(look, server):
    raw = photo(
        "/a.cr2",
        Asset(Ref(LOCAL, "/a.jpg"), Kind.PHOTO, 10, "", content_id(b"jpeg"), role=Role.JPEG),
        Asset(Ref(LOCAL, "/a.mov"), Kind.VIDEO, 10, "", content_id(b"film"), role=Role.LIVE_VIDEO),
        Asset(Ref(LOCAL, "/a.xmp"), Kind.COMPANION, 10, "", content_id(b"side"), role=Role.SIDECAR),
    )
    server.learn("/a.jpg", 0, 0, seen("/a.jpg"))
    found = look(raw)
    assert found.seen[raw.main.content].asset.path == "/a.jpg"
    assert server.asked == 2


def test_many_photos_are_found_in_one_list(look, server, monkeypatch):
    monkeypatch.setattr(people_matching, "FEW", 2)
    photos = [photo(f"/{number}") for number in range(5)]
    for number in range(3):
        server.learn(f"/{number}", 0, 0, seen(f"/{number}"))
    server.learn("/3", 0, 0, seen("/3", size=99))
    found = look(*photos)
    assert {one.asset.path for one in found.seen.values()} == {"/0", "/1", "/2"}
    assert (server.asked, found.asked) == (0, set())


def test_waiting_is_remembered_by_content(tmp_path):
    catalog = open_catalog(tmp_path / "catalog.db", create=True)
    one, other = content_id(b"one"), content_id(b"other")
    remembered.set_awaited(catalog, [one], "2026-01-01")
    assert remembered.fresh(catalog, [one, other]) == {other}
    catalog.close()
