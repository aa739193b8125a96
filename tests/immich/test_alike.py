"""Smart search as a source of proposals: asked of servers of all versions, bounded, and done without where it fails."""

import io

import pytest
from PIL import Image

from keepers.errors import SettingsError
from keepers.places import immich_api
from keepers.places.immich_api import Profile
from keepers.places.immich_api.wire import AnswerError, ForbiddenError
from tests.immich.server import KEY, Fault


def picture(colour, *, size=(64, 48)):
    buffer = io.BytesIO()
    Image.new("RGB", size, colour).save(buffer, "PNG")
    return buffer.getvalue()


def add(server, *colours, **fields):
    server.state.smart = True
    return [
        server.state.add(f"{number}.png", picture(colour), **fields) for number, colour in enumerate(colours)
    ]


def test_the_nearest_of_each_are_told_without_itself(server, client):
    red, blue, reddish = add(server, "red", "blue", (250, 10, 10))
    archived = server.state.add("4.png", picture("red"), visibility="archive")
    found = dict(immich_api.alike(client, [red, blue]))
    assert set(found) == {red, blue}
    assert found[red] == (reddish, blue, archived)
    assert len(server.asked("POST /api/search/smart")) == 4


def test_no_more_than_eight_of_a_visibility_are_told(server, client):
    first, *_ = add(server, *(["red"] * 30))
    assert len(dict(immich_api.alike(client, [first]))[first]) == 8


def test_what_the_server_has_not_looked_at_yet_is_left_out(server, client):
    red, blue = add(server, "red", "blue")
    new = server.state.add("new.jpg", b"no picture")
    assert set(dict(immich_api.alike(client, [red, new, blue]))) == {red, blue}


def test_where_it_is_switched_off_nothing_is_asked(server, client):
    (red,) = add(server, "red")
    server.state.smart = False
    with pytest.raises(SettingsError, match="smart search is switched off"):
        list(immich_api.alike(client, [red]))
    assert server.asked("POST /api/search/smart") == []


def test_one_failure_costs_one_photo_and_is_told_at_the_end(server, client):
    red, blue, green = add(server, "red", "blue", "green")
    server.state.puzzling.add(blue)
    told = immich_api.alike(client, [red, blue, green])
    assert {next(told)[0], next(told)[0]} == {red, green}
    with pytest.raises(AnswerError, match="500"):
        next(told)


def test_a_server_that_fails_again_and_again_is_given_up(newest, lately):
    some = add(newest, *(["red"] * 40))
    newest.faults.append(Fault("status", "POST /api/search/smart", times=10_000, status=500))
    with pytest.raises(AnswerError):
        list(immich_api.alike(lately, some))
    assert len(newest.asked("POST /api/search/smart")) < 120


def test_a_key_that_may_not_ask_is_told(newest):
    (red,) = add(newest, "red")
    newest.keys[KEY] = {"asset.view"}
    with (
        immich_api.opened(Profile("default", newest.url, KEY), pause=0.01) as client,
        pytest.raises(ForbiddenError, match=r"asset\.read"),
    ):
        list(immich_api.alike(client, [red]))
