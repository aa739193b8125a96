"""An Immich server keeps the promises of a place that is read."""

from datetime import UTC, datetime
from typing import Protocol, runtime_checkable

import pytest

from keepers.errors import SettingsError, UsageError
from keepers.fingerprint.exact import content_id
from keepers.model import Ref
from keepers.places.immich_api import listing
from keepers.places.immich_api.listing import Wanted
from keepers.places.immich_api.place import ImmichReader, place_id
from keepers.ports import Reader
from tests.immich.server import KEY, Fault
from tests.immich.state import Face, an_id

pytestmark = pytest.mark.slow

PLACE = place_id("default")


@runtime_checkable
class Reading(Reader, Protocol):
    """A Reader that can be asked whether it is one."""


@pytest.fixture
def place(client):
    return ImmichReader(client, PLACE)


def ref(key):
    return Ref(PLACE, key)


def keys(place, *roots):
    return [found.ref.key for found in place.listing(roots or [""])]


def test_it_is_a_reader(place):
    assert isinstance(place, Reading)
    assert place.volume(ref("a")).free > 0
    assert place.volume(ref("a")).id == "immich"
    assert place_id("parents") == "immich@parents"


def test_every_asset_is_listed_once_in_the_order_of_keys(server, place):
    state = server.state
    late, early = state.add("late.jpg", taken=datetime(2025, 1, 1, tzinfo=UTC)), state.add("early.jpg")
    archived = state.add("archived.jpg", visibility="archive")
    assert keys(place) == keys(place, "", "") == sorted([late, early, archived])


def test_what_is_trashed_or_locked_is_never_seen(server, place):
    server.state.add("trashed.jpg", trashed=True)
    server.state.add("locked.jpg", visibility="locked")
    assert keys(place) == []


def test_a_server_that_shows_what_was_not_asked_for_is_not_believed(newest, lately):
    body = f'{{"assets": {{"items": [{{"id": "{an_id(5)}", "visibility": "locked"}}], "nextPage": null}}}}'.encode()
    newest.faults.append(Fault("status", "POST /api/search/metadata", status=200, body=body))
    with pytest.raises(SettingsError, match="not asked for"):
        keys(ImmichReader(lately, PLACE))


def test_an_album_is_a_root(server, place):
    one, _ = server.state.add("one.jpg"), server.state.add("two.jpg")
    server.state.album("Trip/to the sea", one)
    assert keys(place, "album/Trip/to the sea") == [one]


@pytest.mark.parametrize(
    ("count", "word"), [(0, "there is none of that name"), (2, "there are 2 of that name")]
)
def test_an_album_that_is_not_one_is_told(server, place, count, word):
    for _ in range(count):
        server.state.album("Trip")
    with pytest.raises(UsageError, match=f"album 'Trip': {word}"):
        keys(place, "album/Trip")


def test_another_root_is_no_address(place):
    with pytest.raises(UsageError, match="immich:folder/x is no address"):
        keys(place, "folder/x")


def test_assets_of_people_can_be_wanted(server, client):
    state = server.state
    one, _ = state.add("one.jpg"), state.add("two.jpg")
    state.people = {an_id(50): "Ada", an_id(51): "Ada Lovelace"}
    state.faces.append(Face(state.fresh(), one, an_id(50), (0, 0, 5, 5), (10, 10)))
    assert [found.id for found in listing.everything(client, Wanted(people=("Ada",)))] == [one]
    day = datetime(2024, 5, 1, tzinfo=UTC)
    assert not list(listing.everything(client, Wanted(taken_before=day)))
    assert len(list(listing.everything(client, Wanted(taken_after=day, type="IMAGE")))) == 2


def test_nobody_is_asked_for_somebody_without_a_name(server, client):
    with pytest.raises(UsageError, match="say --person NAME"):
        list(listing.everything(client, Wanted(people=("",))))
    assert server.requests == []


def test_the_film_of_a_motion_photo_is_listed_and_no_other_hidden_one(server, place):
    state = server.state
    film = state.add("IMG_1.mov", type="VIDEO", visibility="hidden")
    state.add("lonely.mov", type="VIDEO", visibility="hidden")
    photo = state.add("IMG_1.jpg", motion=film)
    assert keys(place) == sorted([film, photo])


def test_looks_without_changing(server, place):
    key = server.state.add("a.jpg", b"a picture")
    found = place.look(ref(key))
    assert found.size == 9
    assert found.mtime_ns == int(server.state.assets[key].updated.timestamp()) * 10**9
    assert place.exists(ref(key))
    assert place.names(ref("")) == ()
    assert place.folder(ref("")) is None
    before = found.revision
    server.state.touch(key)
    assert place.look(ref(key)).revision != before
    server.state.assets[key].trashed = True
    assert not place.exists(ref(key))
    assert {request.split()[0] for request in server.requests} == {"GET"}


def test_bytes_are_named_and_compared_with_the_checksum(server, place):
    key = server.state.add("a.jpg", b"a picture" * 100_000)
    assert place.content(ref(key)) == content_id(b"a picture" * 100_000)
    server.faults.append(Fault("half", f"GET /api/assets/{key}/original"))
    assert place.content(ref(key)) == content_id(b"a picture" * 100_000)
    wrong = b"b" * 900_000
    server.faults.append(Fault("status", f"GET /api/assets/{key}/original", status=200, body=wrong))
    with pytest.raises(OSError, match="other bytes"):
        place.content(ref(key))
    with pytest.raises(FileNotFoundError):
        place.content(ref(an_id(99)))


def test_an_account_is_told_from_another_at_the_same_address(server, place, client):
    assert an_id(1) in place.identity("")
    server.keys[KEY] = {"asset.read"}
    assert server.url in ImmichReader(client, PLACE).identity("")
