"""What is said of groups: at once, never over somebody else's, taken back and done again, also after a restart."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.web.served import Client, serving

pytestmark = pytest.mark.slow


@pytest.fixture
def client(page: Client) -> Iterator[Client]:
    """A server that many share; what a test says there is taken back behind it."""
    yield page
    history = page.get("/decisions")
    while history["can_undo"]:
        history = page.send("POST", "/decisions/undo", {"head": history["head"]})
    assert page.get("/groups/totals")["reviewed"] == 0


def _match(group: Any) -> dict[str, str]:
    row = group.get("row", group)
    return {"If_Match": f'"{row["revision"]}"'}


def _decide(client: Client, group: Any, keep: list[int], drop: list[int]) -> Any:
    return client.send(
        "PUT", f"/groups/{group['row']['id']}/decision", {"keep": keep, "drop": drop}, **_match(group)
    )


def test_a_group_says_what_is_proposed_and_why(client: Client):
    group = client.group(client.first(kind="burst")["id"])
    assert [one["keep"] for one in group["members"]] == [True, False, False]
    assert group["best"] == group["members"][0]["photo"]
    assert group["members"][0]["name"].endswith("1.jpg")
    assert all(one["said"] is None and one["reasons"] for one in group["members"])
    assert {one["field"] for one in group["differences"] if one["equal"]} >= {
        "pixels",
        "format",
        "camera",
    }
    answer = client.ask("GET", f"/api/v1/groups/{group['row']['id']}")
    assert answer.headers["etag"] == f'"{group["row"]["revision"]}"'


def test_what_is_said_holds_at_once_and_is_taken_back_and_done_again_after_a_restart(own: Path):
    with serving(own) as client:
        group = client.group(client.first(kind="burst")["id"])
        best, second, third = (one["photo"] for one in group["members"])
        said = _decide(client, group, [second], [best, third])
        assert (said["can_undo"], said["can_redo"], said["changed"]) == (True, False, 1)
        assert said["groups"][0]["reviewed"]
        name = group["row"]["id"]
        other = client.first(kind="burst", reviewed="false")
        accepted = client.send("POST", f"/groups/{other['id']}/accept", **_match(other))
        assert client.get("/groups/totals")["reviewed"] == 2
        head = accepted["head"]
    with serving(own) as client:
        assert [one["said"] for one in client.group(name)["members"]] == [False, True, False]
        back = client.send("POST", "/decisions/undo", {"head": head})
        assert (back["step"]["undone"], back["groups"][0]["id"]) == (True, other["id"])
        back = client.send("POST", "/decisions/undo", {"head": back["head"]})
        assert (back["can_undo"], back["can_redo"]) == (False, True)
        assert [one["said"] for one in client.group(name)["members"]] == [None, None, None]
        assert client.get("/groups/totals")["reviewed"] == 0
        head = back["head"]
    with serving(own) as client:
        again = client.send("POST", "/decisions/redo", {"head": head})
        assert again["groups"][0]["id"] == name
        again = client.send("POST", "/decisions/redo", {"head": again["head"]})
        assert not again["can_redo"]
        assert [one["said"] for one in client.group(name)["members"]] == [False, True, False]
        assert client.ask("POST", "/api/v1/decisions/redo", {"head": again["head"]}).status == 409
        steps = client.get("/decisions")["steps"]
        assert [(step["id"], step["undone"]) for step in steps] == [(2, False), (1, False)]


def test_who_says_something_else_after_taking_back_cannot_do_the_old_again(client: Client):
    group = client.group(client.first(kind="burst")["id"])
    said = _decide(client, group, [group["best"]], [])
    client.send("POST", "/decisions/undo", {"head": said["head"]})
    fresh = client.first(kind="burst")
    said = client.send("POST", f"/groups/{fresh['id']}/accept", **_match(fresh))
    assert (said["can_undo"], said["can_redo"]) == (True, False)


def test_two_browsers_do_not_overwrite_each_other(client: Client):
    one = client
    other = Client.browser(one.port, one.token)
    seen_by_one = one.group(one.first(kind="burst")["id"])
    seen_by_other = other.group(seen_by_one["row"]["id"])
    _decide(one, seen_by_one, [seen_by_one["best"]], [])
    body = {"keep": [], "drop": [seen_by_other["best"]]}
    path = f"/api/v1/groups/{seen_by_other['row']['id']}/decision"
    late = other.ask("PUT", path, body, **_match(seen_by_other))
    assert (late.status, late.json["title"]) == (409, "Conflict")
    assert other.group(seen_by_other["row"]["id"])["members"][0]["said"] is True
    assert other.ask("PUT", path, body).status == 428
    assert other.ask("POST", "/api/v1/decisions/undo", {"head": 0}).status == 409
    again = other.group(seen_by_other["row"]["id"])
    assert other.ask("PUT", path, body, **_match(again)).status == 200


def test_nonsense_is_refused(client: Client):
    group = client.first(kind="burst")
    path = f"/api/v1/groups/{group['id']}/decision"
    head = client.get("/decisions")["head"]
    for keep, drop in (([1, 1], [1]), ([999_999], []), ([0], []), (["x"], [])):
        assert client.ask("PUT", path, {"keep": keep, "drop": drop}, **_match(group)).status == 422
    other = path.replace(group["id"], "burst-0")
    assert client.ask("PUT", other, {"keep": [], "drop": []}, **_match(group)).status == 404
    assert client.get("/decisions")["head"] == head


def test_a_band_is_accepted_after_its_sample_was_shown_and_only_what_was_there_then(client: Client):
    body = {"sample": "guessed"}
    assert client.ask("POST", "/api/v1/bands/exact-copy/accept", body).status == 409
    shown = client.get("/bands/exact-copy/sample")
    assert (len(shown["groups"]), shown["left"]) == (2, 2)
    assert client.ask("POST", "/api/v1/bands/burst/accept", {"sample": shown["sample"]}).status == 409
    said = client.send("POST", "/bands/exact-copy/accept", {"sample": shown["sample"]})
    assert (said["changed"], said["step"]["count"]) == (2, 2)
    assert client.get("/bands/exact-copy/sample")["left"] == 0
    back = client.send("POST", "/decisions/undo", {"head": said["head"]})
    assert back["changed"] == 2
    assert client.get("/bands/exact-copy/sample")["left"] == 2
    # What was drawn before the groups changed says nothing of them as they are now.
    assert client.ask("POST", "/api/v1/bands/exact-copy/accept", {"sample": shown["sample"]}).status == 409


def test_a_group_is_parted_for_ever_and_made_whole_again(client: Client):
    group = client.group(client.first(kind="burst")["id"])
    name, third = group["row"]["id"], group["members"][2]["photo"]
    said = client.send("POST", f"/groups/{name}/remove", {"photos": [third]}, **_match(group))
    assert (said["gone"], [one["photos"] for one in said["groups"]]) == ([name], [2])
    assert client.ask("GET", f"/api/v1/groups/{name}").status == 404
    parted = said["groups"][0]["id"]
    client.done({"kind": "group"})
    assert client.group(parted)["row"]["photos"] == 2
    assert client.ask("GET", f"/api/v1/groups/{name}").status == 404
    back = client.send("POST", "/decisions/undo", {"head": said["head"]})
    assert back["groups"][0]["id"] == name
    again = client.send("POST", "/decisions/redo", {"head": back["head"]})
    assert again["groups"][0]["id"] == parted
    client.send("POST", "/decisions/undo", {"head": again["head"]})
    client.done({"kind": "group"})
    assert client.group(name)["row"]["photos"] == 3


def test_groups_are_made_one_for_ever_and_parted_again(client: Client):
    one, other = client.get("/groups?kind=burst")["groups"]
    body = {"groups": [{"id": row["id"], "revision": row["revision"]} for row in (one, other)]}
    said = client.send("POST", "/groups/merge", body)
    assert (sorted(said["gone"]), [row["photos"] for row in said["groups"]]) == (
        sorted([one["id"], other["id"]]),
        [6],
    )
    client.done({"kind": "group"})
    whole = client.group(said["groups"][0]["id"])
    assert len(whole["members"]) == 6
    assert client.ask("POST", "/api/v1/groups/merge", body).status == 404
    members = [member["photo"] for member in whole["members"]]
    parts = client.send(
        "POST",
        f"/groups/{whole['row']['id']}/split",
        {"parts": [members[:2], members[2:]]},
        **_match(whole),
    )
    assert sorted(row["photos"] for row in parts["groups"]) == [2, 4]
    client.done({"kind": "group"})
    assert sorted(row["photos"] for row in client.get("/groups?kind=burst")["groups"]) == [2, 4]


def test_no_two_photos_of_a_group_are_the_same(client: Client):
    row = client.first(kind="burst")
    said = client.send("POST", f"/groups/{row['id']}/apart", **_match(row))
    assert (said["gone"], said["groups"]) == ([row["id"]], [])
    client.done({"kind": "group"})
    assert client.ask("GET", f"/api/v1/groups/{row['id']}").status == 404
    proven = client.first(kind="same-bytes")
    assert client.ask("POST", f"/api/v1/groups/{proven['id']}/apart", **_match(proven)).status == 422


def test_which_of_equal_files_stays_is_remembered_where_they_lie(client: Client):
    group = client.group(client.first(kind="same-bytes")["id"])
    (kept,) = (one["photo"] for one in group["members"] if not one["keep"])
    _decide(client, group, [kept], [group["best"]])
    client.done({"kind": "group"})
    again = client.group(group["row"]["id"])
    assert {one["photo"]: one["said"] for one in again["members"]} == {kept: True, group["best"]: False}
    assert again["row"]["reviewed"]
    client.send("DELETE", f"/groups/{group['row']['id']}/decision", **_match(again))
    assert not client.group(group["row"]["id"])["row"]["reviewed"]
