"""A server that means harm: every question to it ends, in a value or in words; the key stays with us."""

import itertools
import json
import time

import pytest

from keepers.errors import KeepersError, SettingsError
from keepers.places.immich_api import client as client_module
from keepers.places.immich_api.client import Search
from keepers.places.immich_api.wire import AnswerError
from tests.immich.server import KEY, Fault, running
from tests.immich.state import an_id

pytestmark = pytest.mark.slow

LONG = "x" * 10_000_000
ODD: list[object] = [
    "../../etc/passwd",
    "a\x00b\x1b[2J\u202e",
    "\ud800",
    None,
    True,
    -1,
    1e400,
    10**400,
    [],
    {},
    [[None]],
    [{}],
]


def about_one(client):
    """What is answered with one thing."""
    one, two = an_id(1), an_id(2)
    return [
        client.abilities, client.user, lambda: client.count(Search()), lambda: client.has(Search()),
        lambda: client.asset(one), lambda: client.make_album("a"), lambda: client.stack(one),
        lambda: client.make_stack([one, two]), lambda: list(client.assets(Search())),
    ]  # fmt: skip


def about_many(client):
    """What is answered with a list, with bytes, or with nothing."""
    one, two = an_id(1), an_id(2)
    return [
        lambda: client.faces(one), lambda: client.people("Ada"), lambda: client.update([one], rating=None),
        client.albums, client.own_albums, lambda: client.albums_of(one), lambda: client.put_into_album(one, [two]),
        lambda: client.take_out_of_album(one, [two]), client.tags, lambda: client.make_tags(["a/b"]),
        lambda: client.put_tag(one, [two]), lambda: client.take_tag(one, [two]), lambda: client.drop_tag(one),
        lambda: client.original(one, 5, lambda: bytearray().extend),
        lambda: client.picture(one, "preview").result(),
    ]  # fmt: skip


def words(question):
    """What a question comes to: its value as text, or the words of the refusal."""
    try:
        return repr(question())
    except KeepersError as error:
        return f"refused: {error}"


def survived(server, questions, body, status=200):
    """Answer so to every question; how many of them were refused in words."""
    server.faults[:] = [Fault("status", "", times=10_000, status=status, body=body)]
    found = [words(question) for question in questions]
    refused = [one for one in found if one.startswith("refused")]
    assert not [one for one in found if KEY in one]
    assert not [one for one in refused if len(one) > 1000]
    return len(refused)


ROW = {
    "id": an_id(5), "originalFileName": "a.jpg", "exifInfo": {}, "stack": {"id": an_id(6)}, "tags": [{"value": "a"}],
    "people": [{"id": an_id(7), "name": "Ada"}], "albumName": "a", "value": "a", "success": True, "error": "no",
    "assets": [{"id": an_id(5)}], "primaryAssetId": an_id(5), "major": 3, "minor": 1, "patch": 0, "permissions": ["all"],
}  # fmt: skip


@pytest.mark.parametrize("odd", ODD, ids=lambda one: repr(one)[:20])
def test_values_of_a_wrong_kind_end_in_values_or_words(newest, lately, odd):
    """One answer fits every question here: each takes of it what it knows, and every field is odd in turn."""
    rows = [ROW | {name: odd} for name in sorted(ROW, key=lambda name: name == "id")]
    survived(newest, about_many(lately), json.dumps([*rows, odd]).encode())
    for row in rows:
        body = row | {"assets": {"items": [*rows, odd], "nextPage": odd}} if row["assets"] != odd else row
        survived(newest, about_one(lately), json.dumps(body).encode())


@pytest.mark.parametrize("body", [b"", b"null", b"5", b"{", b"\xff\xfe", b"[" * 100_000, b"{}", b"[]"])
def test_answers_that_are_none_are_told(newest, lately, body):
    assert survived(newest, [*about_one(lately), *about_many(lately)], body) >= 5


@pytest.mark.parametrize(
    "message", [KEY * 9, LONG, ["a", KEY], {"a": KEY}, None], ids=lambda one: repr(one)[:20]
)
@pytest.mark.parametrize("status", [400, 401, 403, 500])
def test_refusals_are_short_and_never_repeat_the_key(newest, lately, status, message):
    newest.faults[:] = [
        Fault("status", "", times=9, status=status, body=json.dumps({"message": message}).encode())
    ]
    with pytest.raises(KeepersError) as caught:
        lately.tags()
    assert KEY not in str(caught.value)
    assert len(str(caught.value)) < 1000


def test_texts_of_ten_megabytes_are_cut(newest, lately):
    row = {
        "id": an_id(5),
        "albumName": LONG,
        "value": LONG,
        "originalFileName": LONG,
        "exifInfo": {"description": LONG},
    }
    page = {"assets": {"items": [row], "nextPage": LONG}}
    newest.faults += [
        Fault("status", "POST /api/search/metadata", status=200, body=json.dumps(page).encode()),
        Fault("status", "GET /api/albums", status=200, body=json.dumps([row]).encode()),
        Fault("status", "GET /api/tags", status=200, body=json.dumps([row]).encode()),
    ]
    (asset,) = lately.assets(Search())
    (album,) = lately.own_albums()
    (tag,) = lately.tags()
    assert (len(asset.name), len(asset.description)) == (255, 10_000)
    assert (len(album.name), len(tag.value)) == (10_000, 10_000)


def test_half_characters_can_be_written_down(newest, lately):
    body = json.dumps([{"id": an_id(5), "albumName": "\ud83d"}]).encode()
    newest.faults.append(Fault("status", "GET /api/albums", status=200, body=body))
    (album,) = lately.own_albums()
    assert album.name.encode() == b"?"


def test_pages_that_are_always_new_end(newest, lately, monkeypatch):
    monkeypatch.setattr(client_module, "MOST_PAGES", 20)
    for number in itertools.count(1):
        page = {"assets": {"items": [{"id": an_id(number)}], "nextPage": str(number + 1)}}
        newest.faults.append(
            Fault("status", "POST /api/search/metadata", status=200, body=json.dumps(page).encode())
        )
        if number == 30:
            break
    with pytest.raises(AnswerError, match="does not end"):
        list(lately.assets(Search()))
    assert len(newest.requests) == 20


@pytest.mark.parametrize("status", [301, 302, 307])
def test_whoever_we_are_sent_to_learns_nothing(newest, lately, status):
    """Neither the key nor what was asked goes to another host, and no question waits for it."""
    with running() as other:
        where = {"Location": f"{other.url}/api/albums?key={KEY}"}
        newest.faults[:] = [Fault("status", "", times=10_000, status=status, headers=where)]
        begun = time.monotonic()
        for question in (*about_one(lately), *about_many(lately)):
            with pytest.raises(SettingsError, match="is not asked") as caught:
                question()
            assert KEY not in str(caught.value)
        assert time.monotonic() - begun < 10
        assert other.requests == []
