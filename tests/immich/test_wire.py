"""Time, size, repetition, redirects, and where the key goes."""

import logging
import ssl
import subprocess
import time
import traceback

import pytest

from keepers.errors import PlaceUnreachableError, SettingsError
from keepers.places import immich_api
from keepers.places.immich_api import Profile
from keepers.places.immich_api.wire import AnswerError, Ask, ForbiddenError, gathered
from tests.immich.server import KEY, Fault, running

pytestmark = pytest.mark.slow

VERSION = "server/version"


def ask(client, **more):
    return client.wire.ask(Ask("GET", VERSION, **more))


def test_the_key_travels_in_a_header_alone(newest, lately):
    lately.abilities()
    assert {headers["x-api-key"] for headers in newest.headers} == {KEY}
    assert not [line for line in newest.lines if KEY in line]


@pytest.mark.parametrize("what", ["cut", "half"])
def test_a_broken_answer_to_a_question_is_asked_for_again(newest, lately, what):
    newest.faults.append(Fault(what, "GET /api/server", times=2))
    assert ask(lately).value == {"major": 3, "minor": 1, "patch": 0, "prerelease": None}
    assert len(newest.asked("GET /api/server/version")) == 3


@pytest.mark.parametrize("status", [429, 502, 503, 504])
def test_a_server_that_is_away_or_busy_is_asked_again(newest, lately, status):
    newest.faults.append(Fault("status", "GET /api/server", status=status, times=3))
    assert ask(lately).status == 200


def test_a_server_that_broke_is_asked_again(newest, lately):
    newest.faults.append(Fault("status", "GET /api/server", status=500, times=3))
    assert ask(lately).status == 200
    assert len(newest.requests) == 4


def test_an_error_of_the_server_that_stays_is_told(newest, lately):
    newest.faults.append(Fault("status", "GET /api/server", status=500, times=9))
    with pytest.raises(AnswerError, match="500, on purpose"):
        ask(lately)
    assert len(newest.requests) == 4


def test_what_would_happen_twice_is_not_sent_to_a_server_that_broke(newest, lately):
    newest.faults.append(Fault("status", "POST /api/albums", status=500))
    with pytest.raises(AnswerError, match="500, on purpose"):
        lately.make_album("Holiday")
    assert newest.asked("POST") == ["POST /api/albums"]


@pytest.mark.parametrize("status", [400, 404, 501])
def test_a_refusal_is_told_at_once(newest, lately, status):
    newest.faults.append(Fault("status", "GET /api/server", status=status))
    with pytest.raises(AnswerError, match=f"{status}, on purpose"):
        ask(lately)
    assert len(newest.requests) == 1


def test_what_would_happen_twice_is_not_sent_twice(newest, lately):
    for fault in (
        Fault("done-but-cut", "POST /api/albums"),
        Fault("status", "POST /api/albums", status=502),
    ):
        newest.faults.append(fault)
        newest.requests.clear()
        with pytest.raises(PlaceUnreachableError):
            lately.make_album("Holiday")
        assert len(newest.requests) == 1
    assert [album.name for album in newest.state.albums.values()] == ["Holiday"]


def test_a_busy_server_has_done_nothing_so_even_making_is_repeated(newest, lately):
    newest.faults.append(Fault("status", "POST /api/albums", status=429))
    lately.make_album("Holiday")
    assert len(newest.state.albums) == 1


def test_the_server_says_how_long_to_wait(newest, lately):
    newest.faults.append(Fault("status", "GET /api/server", status=429, headers={"Retry-After": "1"}))
    started = time.monotonic()
    ask(lately)
    assert time.monotonic() - started >= 1


@pytest.mark.parametrize("what", ["hang", "trickle", "headers"])
def test_no_answer_takes_longer_than_it_may(newest, lately, what):
    """A KiB a second would last for ever if only the waits between bytes were bounded."""
    for number in range(40):
        newest.state.album(f"a rather long name of an album {number}")
    newest.faults.append(Fault(what, "GET /api/albums", times=9))
    started = time.monotonic()
    with pytest.raises(PlaceUnreachableError, match=r"within 0\.2 s"):
        lately.wire.ask(Ask("GET", "albums", seconds=0.2))
    assert time.monotonic() - started < 4


def test_an_answer_without_end_is_refused(newest, lately):
    newest.faults.append(Fault("status", "GET /api/server", status=200, body=b" " * (2 << 20)))
    with pytest.raises(AnswerError, match="larger than 1 MiB"):
        ask(lately, most=1 << 20)


@pytest.mark.parametrize("body", [b"<html>", b"\xff", b"[" * 100_000, b""])
def test_what_is_no_json_is_told(newest, lately, body):
    newest.faults.append(Fault("status", "GET /api/server", status=200, body=body))
    with pytest.raises(AnswerError, match="no JSON"):
        lately.abilities()


def test_a_redirect_within_the_server_is_followed(newest, lately):
    key = newest.state.add("a.jpg", b"the bytes")
    assert lately.picture(key, "fullsize").result().body == b"the bytes"


def test_the_key_never_goes_to_another_server(newest, lately):
    with running() as other:
        elsewhere = {"Location": f"{other.url}/api/server/version"}
        newest.faults.append(Fault("status", "GET /api/server", status=302, headers=elsewhere))
        with pytest.raises(SettingsError, match="which is not asked"):
            ask(lately)
        assert other.requests == []


@pytest.mark.parametrize(
    "where", ["https://127.0.0.1/", "file:///etc/passwd", "//evil.example/", "http://[", "/x"]
)
def test_odd_redirects_end(newest, lately, where):
    newest.faults.append(Fault("status", "GET /api/", status=302, times=9, headers={"Location": where}))
    with pytest.raises((SettingsError, AnswerError)):
        ask(lately)
    assert len(newest.requests) <= 3


def test_a_redirected_change_is_not_made(newest, lately):
    newest.faults.append(Fault("status", "POST /api/albums", status=307, headers={"Location": "/api/albums"}))
    with pytest.raises(SettingsError, match="sends us on"):
        lately.make_album("Holiday")
    assert not newest.state.albums


def test_a_key_that_may_not_is_told_with_the_permission(server, client):
    server.keys[KEY] = {"asset.read"}
    with pytest.raises(ForbiddenError, match=r"lacks the permission tag\.create") as caught:
        client.make_tags(["a"])
    assert caught.value.permission == "tag.create"
    assert caught.value.exit_code == 5


def test_a_key_that_is_unknown_is_told(server, client):
    server.keys.clear()
    with pytest.raises(SettingsError, match="does not know the API key of the profile default"):
        client.tags()


def test_nobody_there_is_told_with_its_own_exit_code():
    with immich_api.opened(Profile("default", "http://127.0.0.1:9", KEY), pause=0.001) as client:
        with pytest.raises(PlaceUnreachableError, match=r"http://127\.0\.0\.1:9 cannot be reached") as caught:
            client.tags()
        assert caught.value.exit_code == 6


def test_the_key_is_in_no_error_and_no_log(newest, lately, caplog):
    caplog.set_level(logging.DEBUG)
    body = f'{{"message": "bad {KEY}"}}'.encode()
    newest.faults.append(Fault("status", "GET /api/server", status=400, body=body))
    with pytest.raises(AnswerError) as caught:
        ask(lately)
    lately.abilities()
    assert "bad ***" in str(caught.value)
    assert KEY not in "".join(traceback.format_exception(caught.value))
    assert KEY not in caplog.text
    assert KEY not in repr(Profile("default", newest.url, KEY))


def test_many_questions_are_under_way_at_once_and_come_in_order(newest, lately):
    keys = [newest.state.add(f"{number}.jpg") for number in range(50)]
    loaded = [
        (key, future.result().body) for key, future in gathered(lambda k: lately.picture(k, "preview"), keys)
    ]
    assert loaded == [(key, f"{number}.jpg".encode()) for number, key in enumerate(keys)]


def test_a_server_that_nobody_vouches_for_is_not_talked_to(tmp_path):
    ca_file, key_file = tmp_path / "ca.pem", tmp_path / "key.pem"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes",
         "-keyout", key_file, "-out", ca_file, "-days", "2", "-subj", "/CN=here",
         "-addext", "subjectAltName=IP:127.0.0.1"],
        check=True, capture_output=True,
    )  # fmt: skip
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(ca_file, key_file)
    with running(tls=tls) as server:
        with immich_api.opened(Profile("default", server.url, KEY, str(ca_file))) as client:
            assert client.abilities().version == (3, 1, 0)
        asked = len(server.requests)
        with (
            immich_api.opened(Profile("default", server.url, KEY), pause=0.001) as client,
            pytest.raises(PlaceUnreachableError, match=r"(?i)certificate"),
        ):
            client.abilities()
        assert len(server.requests) == asked


def test_certificates_that_cannot_be_read_are_told(newest):
    profile = Profile("default", newest.url, KEY, "/no/such")
    with pytest.raises(SettingsError, match="cannot be read"), immich_api.opened(profile):
        pass
