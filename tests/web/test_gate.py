"""Who may ask: only who shows the key, under our own name, and for changes from our own page."""

import contextlib
import http.client
import re

import pytest

from tests.web.served import Client

pytestmark = pytest.mark.slow

PREFERENCES = "/api/v1/preferences"


def _without(client: Client, *names: str, **more: str) -> Client:
    kept = {name: value for name, value in client.headers.items() if name not in names}
    return Client(client.port, client.token, {**kept, **more})


def test_the_first_address_becomes_a_cookie_that_scripts_and_other_sites_cannot_use(page: Client):
    stranger = Client(page.port, page.token)
    found = stranger.ask("GET", f"/?token={page.token}")
    assert (found.status, found.headers["location"]) == (303, "/")
    assert re.fullmatch(
        rf"keepers_{page.port}=\S+; HttpOnly; Path=/; SameSite=strict", found.headers["set-cookie"]
    )
    with_cookie = _without(stranger, Cookie=found.headers["set-cookie"].partition(";")[0])
    assert with_cookie.ask("GET", "/").status == 200
    assert with_cookie.ask("GET", f"/?token={page.token}").status == 303


@pytest.mark.parametrize(
    "path",
    ["/", "/api/v1/groups", "/api/openapi.json", "/api/v1/photos/1/thumbnail", "/docs", "/nothing", "/?token=wrong",
     "/api/v1/jobs/events", "/api/face-sort/status"],
)  # fmt: skip
def test_nothing_is_told_without_the_key(page: Client, path: str):
    found = Client(page.port, page.token).ask("GET", path)
    assert found.status == 401
    assert found.headers["content-type"] == "application/problem+json"
    assert b"Keepers printed" in found.body


def test_a_person_without_the_key_is_told_so_in_words(page: Client):
    stranger = Client(page.port, page.token)
    found = stranger.ask("GET", "/?show=all&group=x", Accept="text/html,*/*;q=0.8")
    assert (found.status, found.headers["content-type"]) == (401, "text/html; charset=utf-8")
    assert b"keepers review" in found.body
    assert "default-src 'self'" in found.headers["content-security-policy"]
    assert stranger.ask("GET", "/api/v1/groups", Accept="text/html").headers["content-type"].endswith("json")


def test_the_key_counts_nowhere_but_in_the_first_address(page: Client):
    stranger = Client(page.port, page.token)
    assert stranger.ask("GET", f"/api/v1/groups?token={page.token}").status == 401
    assert stranger.ask("GET", "/api/v1/groups", Cookie=f"keepers_{page.port}={page.token}x").status == 401
    assert stranger.ask("GET", "/api/v1/groups", Cookie=f"keepers={page.token}").status == 401
    assert stranger.ask("GET", "/api/v1/groups", Authorization=f"Bearer {page.token}").status == 200


@pytest.mark.parametrize(
    ("host", "status"),
    [("127.0.0.1:{port}", 200), ("localhost:{port}", 200), ("[::1]:{port}", 200), ("evil.example", 421),
     ("evil.example:{port}", 421), ("127.0.0.1.nip.io:{port}", 421), ("127.0.0.1", 421), ("127.0.0.1:{port}@evil", 421),
     ("192.168.0.7:{port}", 421), ("", 421), ("[", 421), ("127.0.0.1:{port}/x", 421)],
)  # fmt: skip
def test_only_our_own_names_are_answered(page: Client, host: str, status: int):
    assert page.ask("GET", "/api/v1/status", Host=host.format(port=page.port)).status == status


@pytest.mark.parametrize(
    ("headers", "status"),
    [({}, 200), ({"Origin": "http://evil.example"}, 403), ({"Origin": "null"}, 403),
     ({"Origin": "http://127.0.0.1:1"}, 403), ({"Sec-Fetch-Site": "cross-site"}, 403), ({"Sec-Fetch-Site": "same-site"}, 403),
     ({"Content-Type": "text/plain"}, 415), ({"Content-Type": "application/x-www-form-urlencoded"}, 415)],
)  # fmt: skip
def test_changes_come_from_our_own_page(page: Client, headers: dict[str, str], status: int):
    assert _without(page, **headers).ask("PUT", PREFERENCES, {"values": {}}).status == status


def test_a_browser_that_tells_no_origin_changes_nothing_and_a_program_with_the_key_may(page: Client):
    assert _without(page, "Origin").ask("PUT", PREFERENCES, {"values": {}}).status == 403
    program = Client(page.port, page.token, {"Authorization": f"Bearer {page.token}"})
    assert program.ask("PUT", PREFERENCES, {"values": {}}).status == 200
    assert program.ask("PUT", PREFERENCES, {"values": {}}, Origin="http://evil.example").status == 403


@pytest.mark.parametrize("method", ["OPTIONS", "TRACE", "PATCH", "CONNECT", "BREW"])
def test_other_methods_are_not_done(page: Client, method: str):
    assert page.ask(method, "/api/v1/groups").status == 405


def test_no_change_by_get_or_by_a_method_that_a_header_names(page: Client):
    name = page.first()["id"]
    for headers in ({}, {"X-HTTP-Method-Override": "POST"}):
        assert page.ask("GET", f"/api/v1/groups/{name}/accept", None, **headers).status == 405
    assert page.get("/decisions")["steps"] == []


@pytest.mark.parametrize(
    ("body", "status"),
    [(b"[" + b"0," * (1 << 20) + b"0]", 413), (b"[" * 100_000, 400), (b"{", 400), (b'{"values": "\xff"}', 400),
     (b"[]", 422), (b'{"values": {"a": 1}}', 422)],
    ids=["large", "deep", "broken", "no-utf-8", "list", "number"],
)  # fmt: skip
def test_bodies_that_make_no_sense_are_refused(page: Client, body: bytes, status: int):
    found = page.ask("PUT", PREFERENCES, body)
    assert (found.status, found.headers["content-type"]) == (status, "application/problem+json")


def test_a_body_of_untold_length_is_counted(page: Client):
    connection = http.client.HTTPConnection("127.0.0.1", page.port, timeout=30)
    with contextlib.closing(connection):
        chunks = (b" " * 65536 for _ in range(32))
        sent = {**page.headers, "Content-Type": "application/json", "Transfer-Encoding": "chunked"}
        connection.request("PUT", PREFERENCES, chunks, sent, encode_chunked=True)
        assert connection.getresponse().status == 413
    assert page.ask("GET", "/api/v1/status").status == 200


def test_a_route_that_needs_no_body_takes_none_that_is_broken(page: Client):
    path = "/api/v1/people-sort/enable"
    assert page.ask("POST", path).status == page.ask("POST", path, {}).status == 200
    assert page.ask("POST", path, b"{").status == 400


def test_long_addresses_and_headers_are_refused(page: Client):
    assert page.ask("GET", "/" + "a" * 20_000).status == 414
    assert page.ask("GET", "/api/v1/status", X_A="a" * 40_000).status == 431


def test_every_answer_keeps_the_page_in_bounds(page: Client):
    for path in ("/", "/api/v1/status", "/nothing.js", "/api/v1/photos/1/thumbnail"):
        headers = page.ask("GET", path).headers
        parts = (part.strip().partition(" ") for part in headers["content-security-policy"].split(";"))
        policy = {name: value for name, _, value in parts}
        assert policy["default-src"] == "'self'"
        assert policy["object-src"] == policy["base-uri"] == policy["frame-ancestors"] == "'none'"
        assert policy["form-action"] == "'self'"
        assert "unsafe" not in headers["content-security-policy"]
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["referrer-policy"] == "no-referrer"
        assert "private" in headers["cache-control"]
        assert "access-control-allow-origin" not in headers
        assert "server" not in headers


def test_listens_on_this_machine_alone(page: Client):
    with open("/proc/net/tcp", encoding="ascii") as table:
        rows = [line.split() for line in table.readlines()[1:]]
    at = {
        row[1].split(":")[0] for row in rows if row[3] == "0A" and int(row[1].split(":")[1], 16) == page.port
    }
    assert at == {"0100007F"}


def test_the_document_names_every_route_and_is_for_those_with_the_key(page: Client):
    found = page.ask("GET", "/api/openapi.json").json
    assert "/api/v1/groups/{group}" in found["paths"]
    old = [path for path in found["paths"] if path.startswith("/api/face-sort/")]
    assert len(old) == 11
    assert all(path.replace("/api/face-sort", "/api/v1/people-sort") in found["paths"] for path in old)
