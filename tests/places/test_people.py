"""What every road to the people of an Immich server promises: servers of three versions, databases of four."""

import contextlib
import hashlib
import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime

import psycopg
import pytest

from keepers.model import Kind
from keepers.people import People, Person, Seen
from keepers.places import immich_api, immich_db
from keepers.places.immich_api import Profile, RestPeople
from tests.immich.server import KEY, running
from tests.immich.state import Face, State, an_id
from tests.places.immich_rows import Tables
from tests.places.immich_tables import GENERATIONS

pytestmark = pytest.mark.slow

ME, OTHER = an_id(1), an_id(2)
ANNA, BEN, CARA = an_id(50), an_id(51), an_id(52)
SERVERS = {"rest-2.0": (2, 0, 0), "rest-2.7": (2, 7, 5), "rest-3.1": (3, 1, 0)}
ROADS = (*SERVERS, *(f"database-{one}" for one in GENERATIONS))


@dataclass
class World:
    """What a server remembers, and the road by which it is asked."""

    state: State
    road: str
    opening: contextlib.AbstractContextManager[People]

    @property
    def by_rest(self) -> bool:
        return self.road in SERVERS

    def photo(self, name: str, *people: str | None, **fields) -> str:
        """A photo with a face of each of these people, side by side."""
        asset = self.state.add(name, **fields)
        for number, person in enumerate(people):
            self.face(asset, person, (10 + 20 * number, 10, 20 + 20 * number, 30))
        return asset

    def face(self, asset: str, person: str | None, box=(10, 10, 20, 30), image=(100, 100), **fields) -> str:
        key = self.state.fresh()
        self.state.faces.append(Face(key, asset, person, box, image, **fields))
        return key

    def named(self, *names: str) -> tuple[str, ...]:
        keys = tuple(an_id(50 + number) for number in range(len(names)))
        self.state.people |= dict(zip(keys, names, strict=True))
        return keys


@contextlib.contextmanager
def by_database(where: str, generation: str, state: State) -> Iterator[People]:
    with psycopg.connect(where, autocommit=True) as connection:
        Tables(connection, generation).fill(state)
    with contextlib.closing(immich_db.opened(where, owner=ME)) as source:
        yield source


@pytest.fixture(params=ROADS)
def world(request) -> Iterator[World]:
    road = request.param
    if road in SERVERS:
        with running(SERVERS[road]) as server:
            opening = immich_api.opened(Profile("default", server.url, KEY), pause=0.01)
            yield World(server.state, road, _asked(opening))
        return
    generation = road.removeprefix("database-")
    where = request.getfixturevalue("databases")[generation]
    state = State()
    yield World(state, road, by_database(where, generation, state))


@contextlib.contextmanager
def _asked(opening) -> Iterator[People]:
    with opening as client:
        yield RestPeople(client)


def shown(found: Iterator[Seen]) -> dict[str, list[str]]:
    """The people in each photo, by its name; those of nobody as an empty text."""
    return {one.asset.name: sorted(face.person for face in one.faces) for one in found}


def test_people_are_told_with_all_that_is_known_of_them(world):
    world.named("Anna Ümlaut", "Ben", "Cara")
    for number in range(3):
        world.photo(f"{number}.jpg", ANNA, CARA)
    asset = world.photo("both.jpg", ANNA, BEN)
    about = world.state.about
    about[ANNA].birth_date, about[ANNA].favorite = "1990-02-28", True
    about[BEN].hidden = True
    about[ANNA].featured = next(
        one.id for one in world.state.faces if (one.asset, one.person) == (asset, ANNA)
    )
    with world.opening as source:
        found = {one.id: one for one in source.people(hidden=True)}
        assert list(found) == sorted(found)
        assert [one.id for one in source.people()] == [ANNA, CARA]
        featured = source.featured(ANNA)
        nobody = source.featured(CARA)
        unknown = source.featured("no id at all'; --")
    stands = "" if world.by_rest else asset
    assert found[ANNA] == Person(
        ANNA, "Anna Ümlaut", date(1990, 2, 28), hidden=False, favorite=True, featured=stands, faces=4
    )
    assert found[BEN] == Person(BEN, "Ben", hidden=True, faces=1)
    assert found[CARA].faces == 3
    assert (featured, nobody, unknown) == (stands, "", "")


def test_a_person_is_counted_once_a_photo_and_only_on_the_timeline(world):
    world.named("Anna")
    mirror = world.photo("mirror.jpg", ANNA, ANNA)
    world.photo("film.mp4", ANNA, type="VIDEO")
    world.photo("archived.jpg", ANNA, visibility="archive")
    world.photo("trashed.jpg", ANNA, trashed=True)
    world.photo("locked.jpg", ANNA, visibility="locked")
    world.photo("part.mov", ANNA, visibility="hidden")
    world.face(mirror, ANNA, deleted=True)
    with world.opening as source:
        assert [(one.id, one.faces) for one in source.people()] == [(ANNA, 2)]


def test_photos_come_with_all_their_faces(world):
    world.named("Anna", "Ben")
    world.photo("both.jpg", ANNA, BEN, None)
    world.photo("anna.jpg", ANNA)
    world.photo("nobody.jpg")
    world.photo("stranger.jpg", None)
    with world.opening as source:
        assert shown(source.faces()) == {"both.jpg": ["", ANNA, BEN], "anna.jpg": [ANNA]}
        assert shown(source.faces([BEN])) == {"both.jpg": ["", ANNA, BEN]}
        assert shown(source.faces([ANNA, BEN])) == {"both.jpg": ["", ANNA, BEN], "anna.jpg": [ANNA]}
        # Who is in it may be enough; servers from 3.0 on are then not asked for each face.
        people = {name: [one for one in who if one] for name, who in shown(source.faces(boxes=False)).items()}
        assert people == {"both.jpg": [ANNA, BEN], "anna.jpg": [ANNA]}
        assert set(shown(source.faces([BEN], boxes=False))) == {"both.jpg"}
        assert shown(source.faces([])) == {}
        assert shown(source.faces([an_id(99)])) == {}
        assert shown(source.unidentified()) == {"both.jpg": [""], "stranger.jpg": [""]}


def test_what_is_hidden_trashed_locked_removed_or_of_others_stays_out(world):
    world.named("Anna", "Ben")
    world.state.about[BEN].hidden = True
    here = world.photo("here.jpg", ANNA, BEN)
    world.photo("ben.jpg", BEN)
    world.photo("archived.jpg", ANNA, None, visibility="archive")
    out: list[dict] = [
        {"trashed": True},
        {"visibility": "locked"},
        {"visibility": "hidden"},
        {"owner": OTHER},
    ]
    for number, fields in enumerate(out):
        world.photo(f"{number}.jpg", ANNA, None, **fields)
    world.face(here, ANNA, deleted=True)
    world.face(here, None, visible=False)
    world.face(here, ANNA, (50, 10, 50, 30))
    with world.opening as source:
        assert shown(source.faces()) == {"here.jpg": [ANNA]}
        assert shown(source.faces(hidden=True)) == {"here.jpg": [ANNA, BEN], "ben.jpg": [BEN]}
        assert shown(source.faces([BEN])) == {}
        assert shown(source.faces([BEN], hidden=True)) == {"here.jpg": [ANNA, BEN], "ben.jpg": [BEN]}
        assert shown(source.faces(archived=True)) == {"here.jpg": [ANNA], "archived.jpg": ["", ANNA]}
        assert shown(source.unidentified()) == {}
        assert shown(source.unidentified(archived=True)) == {"archived.jpg": [""]}


def test_a_photo_is_told_as_the_server_knows_it(world):
    world.named("Anna")
    film = world.state.add("IMG_1.MOV", type="VIDEO", visibility="hidden")
    photo = world.photo(
        "IMG_1.HEIC", ANNA, taken=datetime(2023, 12, 31, 23, 59, 58, tzinfo=UTC), motion=film,
        exif={"orientation": "6", "dateTimeOriginal": "2023-12-31T22:59:58+00:00"},
    )  # fmt: skip
    world.face(photo, None, (100, 200, 400, 450), (1000, 500), source="exif")
    clip = world.photo("clip.mp4", ANNA, type="VIDEO", library=an_id(7))
    with world.opening as source:
        found = {one.asset.id: one for one in source.faces()}
    told = found[photo].asset
    assert (told.path, told.name, told.kind, told.size) == (
        "/photos/IMG_1.HEIC",
        "IMG_1.HEIC",
        Kind.PHOTO,
        10,
    )
    assert told.sha1 == hashlib.sha1(b"IMG_1.HEIC", usedforsecurity=False).hexdigest()
    assert told.taken == datetime(2023, 12, 31, 23, 59, 58, tzinfo=UTC)
    assert (told.visibility, told.film, told.dated) == ("timeline", film, True)
    # Older servers tell the size before the picture is turned.
    lying = world.road in {"rest-2.0", "database-1.135", "database-1.136"}
    assert (told.width, told.height) == ((3000, 4000) if lying else (4000, 3000))
    stranger = next(one for one in found[photo].faces if not one.person)
    assert stranger.box == pytest.approx((0.1, 0.4, 0.3, 0.5))
    assert (stranger.asset, stranger.source) == (photo, "exif")
    told = found[clip].asset
    assert (told.kind, told.sha1, told.film, told.dated) == (Kind.VIDEO, "", "", False)


def test_a_file_is_found_by_its_bytes_its_path_or_its_name_and_size(world):
    world.named("Anna", "Ben")
    world.state.about[BEN].hidden = True
    first = world.photo("a.jpg", ANNA, BEN, None)
    world.state.add("holiday/a.jpg")
    empty = world.state.add("empty.jpg", visibility="archive")
    world.state.add("trashed.jpg", trashed=True)
    twins = [world.state.add("twin.jpg", b"one"), world.state.add("twin.jpg", b"two")]
    kept = world.state.add("kept.jpg", library=an_id(7))
    sha1 = {name: hashlib.sha1(data, usedforsecurity=False).hexdigest() for name, data in (
        ("a", b"a.jpg"), ("one", b"one"), ("trashed", b"trashed.jpg"), ("kept", b"kept.jpg"), ("other", b"other"),
    )}  # fmt: skip
    with world.opening as source:
        seen = source.of_file(sha1=sha1["a"])
        assert seen is not None
        assert (seen.asset.id, sorted(face.person for face in seen.faces)) == (first, ["", ANNA])
        assert source.of_file(path="/photos/a.jpg") == seen
        assert source.of_file(name="a.jpg", size=5) == seen
        assert source.of_file(sha1=sha1["other"], path="/photos/a.jpg") == seen
        found = source.of_file(path="/photos/empty.jpg")
        assert found is not None
        assert (found.asset.id, found.asset.visibility, found.faces) == (empty, "archive", ())
        twin = source.of_file(sha1=sha1["one"], path="/photos/twin.jpg", name="twin.jpg", size=3)
        assert twin is not None
        assert twin.asset.id == twins[0]
        assert source.of_file(path="/photos/twin.jpg") is None
        assert source.of_file(name="twin.jpg", size=3) is None
        assert source.of_file(sha1=sha1["trashed"], path="/photos/trashed.jpg") is None
        assert source.of_file(name="a.jpg", size=6) is None
        assert source.of_file(sha1=sha1["kept"]) is None
        external = source.of_file(sha1=sha1["kept"], path="/photos/kept.jpg")
        assert external is not None
        assert external.asset.id == kept
        assert source.of_file() is None


def test_names_that_would_fool_us_are_made_harmless(world):
    world.named("../../etc")
    world.photo("../../e\u202evil\n.jpg", ANNA)
    with world.opening as source:
        (one,) = source.faces()
        (person,) = source.people()
    assert one.asset.name == "evil.jpg"
    assert person.name == "../../etc"


def test_an_empty_account_has_nobody(world):
    with world.opening as source:
        assert source.people(hidden=True) == []
        assert list(source.faces()) == []
        assert list(source.unidentified()) == []
        assert source.of_file(path="/photos/a.jpg") is None


def test_a_large_account_is_told_whole(world):
    dice = random.Random(3)
    people = [an_id(50 + number) for number in range(40)]
    world.state.people |= {key: f"Person {number}" for number, key in enumerate(people)}
    for key in people[::9]:
        world.state.about[key].hidden = True
    for number in range(120 if world.by_rest else 3000):
        faces = dice.choices([*people, None], k=dice.choice((0, 0, 1, 1, 2, 5)))
        visibility = dice.choices(("timeline", "archive", "hidden", "locked"), (8, 2, 1, 1))[0]
        world.photo(f"{number}.jpg", *faces, visibility=visibility, trashed=dice.random() < 0.1)
    for face in world.state.faces:
        face.deleted = dice.random() < 0.05
    with world.opening as source:
        if not world.by_rest:
            source._page = 170
        assert shown(source.faces()) == expected(world.state, {"timeline"})
        assert shown(source.faces(archived=True)) == expected(world.state, {"timeline", "archive"})
        assert shown(source.unidentified()) == strangers(world.state)
        counts = {one.id: one.faces for one in source.people(hidden=True)}
    seen = {key: len({face.asset for face in world.state.faces_of(key)}) for key in people}
    # Who is in the archive alone is told by the database, not by the server.
    assert {key: count for key, count in counts.items() if count} == {
        key: count for key, count in seen.items() if count
    }


def expected(state: State, visibilities: set[str]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for face in state.faces:
        asset = state.assets[face.asset]
        hidden = face.person is not None and state.about[face.person].hidden
        if face.is_live and not hidden and not asset.trashed and asset.visibility in visibilities:
            found.setdefault(asset.name, []).append(face.person or "")
    return {name: sorted(people) for name, people in found.items() if any(people)}


def strangers(state: State) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for face in state.faces:
        asset = state.assets[face.asset]
        if face.is_live and face.person is None and not asset.trashed and asset.visibility == "timeline":
            found.setdefault(asset.name, []).append("")
    return found
