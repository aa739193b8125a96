"""A group is judged, accepted and taken back by keys alone; what is said reaches the server."""

import re
from typing import Any

import pytest
from playwright.sync_api import Page, Route, expect

from tests.web.browser.conftest import Opener, shot
from tests.web.served import Client

pytestmark = pytest.mark.slow


def shown_group(page: Page) -> str:
    expect(page.locator(".stage .picture").first).to_be_visible()
    found = re.search(r"[?&]group=([^&]+)", page.url)
    assert found, page.url
    return found[1]


def saved(page: Page) -> None:
    expect(page.get_by_text("Saving…")).to_have_count(0)


def verdicts(client: Client, group: str) -> list[Any]:
    return [member["said"] for member in client.group(group)["members"]]


def test_a_group_is_judged_accepted_and_taken_back_by_keys(desk: Client, opened: Opener) -> None:
    page = opened(desk, "/?band=burst&band=maybe")
    group = shown_group(page)
    assert verdicts(desk, group) == [None, None, None]
    page.keyboard.press("ArrowRight")
    page.keyboard.press("p")
    expect(page.locator("figure").nth(1)).to_contain_text("Stays")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("x")
    saved(page)
    assert verdicts(desk, group) == [None, True, False]
    shot(page, "judged")

    page.keyboard.press("Enter")
    page.wait_for_function("group => !location.search.includes(group)", arg=group)
    saved(page)
    assert desk.group(group)["row"]["reviewed"] is True
    expect(page.locator("button.line").first).to_contain_text("reviewed")
    page.keyboard.press("ArrowUp")
    expect(page.locator("figure").first).to_contain_text("Stays")
    page.keyboard.press("ArrowDown")
    page.wait_for_function("group => !location.search.includes(group)", arg=group)

    page.keyboard.press("Control+z")
    page.wait_for_function("group => location.search.includes(group)", arg=group)
    assert desk.group(group)["row"]["reviewed"] is False
    assert verdicts(desk, group) == [None, True, False]
    page.keyboard.press("Control+Shift+Z")
    expect(page.locator(".fate .chip.keep", has_text="reviewed")).to_be_visible()
    assert desk.group(group)["row"]["reviewed"] is True

    page.keyboard.press("h")
    steps = page.get_by_role("dialog").get_by_role("listitem")
    expect(steps.nth(0)).to_contain_text("accepted")
    assert steps.count() >= 3


def test_only_this_all_and_as_suggested(desk: Client, opened: Opener) -> None:
    page = opened(desk, "/?band=burst&band=maybe")
    group = shown_group(page)
    for key, said in (
        ("Shift+P", [True, False, False]),
        ("a", [True, True, True]),
        ("u", [None, None, None]),
    ):
        page.keyboard.press(key)
        saved(page)
        assert verdicts(desk, group) == said, key
        reviewed = desk.get("/groups/totals")["reviewed"]
        expect(page.locator(".progress")).to_contain_text(f"{reviewed} / 6")


def test_nobody_decides_by_typing_and_single_keys_can_be_switched_off(desk: Client, opened: Opener) -> None:
    page = opened(desk, "/?band=burst&band=maybe")
    group = shown_group(page)
    page.keyboard.press("/")
    page.get_by_label("Folder").press_sequentially("xap")
    saved(page)
    assert verdicts(desk, group) == [None, None, None]

    desk.send("PUT", "/preferences", {"values": {"single": "off"}})
    page = opened(desk, "/?band=burst&band=maybe")
    assert shown_group(page) == group
    page.keyboard.press("x")
    page.keyboard.press("ArrowRight")
    expect(page.locator("figure.focused")).to_contain_text("2 ·")
    assert verdicts(desk, group) == [None, None, None]


def test_the_help_shows_the_keys_as_they_are_mapped(desk: Client, opened: Opener) -> None:
    desk.send("PUT", "/preferences", {"values": {"keys": '{"keep": "k"}'}})
    page = opened(desk, "/?band=burst&band=maybe")
    group = shown_group(page)
    page.keyboard.press("?")
    line = page.get_by_role("dialog").locator("dl > div", has_text="Keep this photo")
    expect(line.locator("kbd")).to_have_text("K")
    page.keyboard.press("Escape")
    page.keyboard.press("k")
    saved(page)
    assert verdicts(desk, group)[0] is True


def test_zoom_is_the_same_in_all_photos_and_stays_for_the_next_group(desk: Client, opened: Opener) -> None:
    view = opened(desk, "/?band=burst&band=maybe")
    shown_group(view)
    moved = view.locator(".stage .moved")
    view.keyboard.press("z")
    zoomed = moved.evaluate_all("all => all.map(one => one.style.transform)")
    assert len(set(zoomed)) == 1
    assert "scale(2.5)" in zoomed[0]
    before = shown_group(view)
    view.keyboard.press("ArrowDown")
    view.wait_for_function("group => !location.search.includes(group)", arg=before)
    assert set(moved.evaluate_all("all => all.map(one => one.style.transform)")) == set(zoomed)
    view.keyboard.press("Escape")
    assert "scale(1)" in moved.first.evaluate("one => one.style.transform")


def test_a_wheel_zooms_all_photos_about_the_pointer(desk: Client, opened: Opener) -> None:
    view = opened(desk, "/?band=burst&band=maybe")
    shown_group(view)
    box = view.locator(".stage .picture").nth(1).bounding_box()
    assert box
    view.mouse.move(box["x"] + box["width"] * 0.9, box["y"] + box["height"] * 0.9)
    view.mouse.wheel(0, -600)
    view.wait_for_function("!document.querySelector('.stage .moved').style.transform.includes('scale(1)')")
    zoomed = view.locator(".stage .moved").evaluate_all("all => all.map(one => one.style.transform)")
    assert len(set(zoomed)) == 1
    left = float(re.search(r"translate\((-[\d.]+)%", zoomed[0])[1])  # type: ignore[index]
    scale = float(re.search(r"scale\(([\d.]+)\)", zoomed[0])[1])  # type: ignore[index]
    assert left == pytest.approx(-90 * (scale - 1), rel=0.02)


def test_holding_a_key_shows_the_best_in_place(desk: Client, opened: Opener) -> None:
    view = opened(desk, "/?band=burst&band=maybe")
    shown_group(view)
    view.keyboard.press("ArrowRight")
    pictures = view.locator(".stage .picture")
    best, other = (pictures.nth(at).locator("img").last.get_attribute("src") for at in (0, 1))
    assert best != other
    view.keyboard.down("v")
    expect(pictures.nth(1).locator("img").last).to_have_attribute("src", str(best))
    view.keyboard.up("v")
    expect(pictures.nth(1).locator("img").last).to_have_attribute("src", str(other))


def test_all_pixels_come_only_when_they_are_asked_for(desk: Client, opened: Opener) -> None:
    view = opened(desk, "/?band=burst&band=maybe")
    shown_group(view)
    picture = view.locator(".stage .moved img").last
    assert "/full" not in str(picture.get_attribute("src"))
    view.keyboard.press("o")
    expect(picture).to_have_attribute("src", re.compile("/full"))
    view.wait_for_function(
        "() => [...document.querySelectorAll('.stage .moved img')].some(one => one.naturalWidth === 480)"
    )
    view.keyboard.press("o")
    expect(picture).not_to_have_attribute("src", re.compile("/full"))


def test_a_photo_box_has_the_shape_of_its_photo(desk: Client, opened: Opener) -> None:
    view = opened(desk, "/?show=all")
    group = desk.group(shown_group(view))
    for at, member in enumerate(group["members"]):
        box = view.locator(".stage .picture").nth(at).bounding_box()
        assert box
        assert box["width"] / box["height"] == pytest.approx(member["width"] / member["height"], rel=0.02)


def test_a_group_is_split_and_the_split_taken_back(desk: Client, opened: Opener) -> None:
    page = opened(desk, "/?band=burst&band=maybe")
    group = shown_group(page)
    before = desk.get("/groups/totals")["groups"]
    page.keyboard.press("s")
    page.locator(".stage .picture").nth(2).click()
    expect(page.get_by_role("button", name="Split off 1 photo")).to_be_enabled()
    page.keyboard.press("s")
    page.wait_for_function("() => document.querySelectorAll('.stage .picture').length === 2")
    assert {len(desk.group(row["id"])["members"]) for row in desk.get("/groups")["groups"]} >= {2}
    page.keyboard.press("Control+z")
    page.wait_for_function("() => document.querySelectorAll('.stage .picture').length === 3")
    assert desk.get("/groups/totals")["groups"] == before
    assert len(desk.group(group)["members"]) == 3


def test_two_browsers_do_not_overwrite_each_other(desk: Client, opened: Opener) -> None:
    page = opened(desk, "/?band=burst&band=maybe")
    group = shown_group(page)
    seen = desk.group(group)
    photos = [member["photo"] for member in seen["members"]]
    desk.send(
        "PUT",
        f"/groups/{group}/decision",
        {"keep": photos, "drop": []},
        If_Match=str(seen["row"]["revision"]),
    )
    page.keyboard.press("x")
    expect(page.get_by_role("alert")).to_contain_text("Somebody else changed this meanwhile")
    assert verdicts(desk, group) == [True, True, True]
    expect(page.locator("figure").first).to_contain_text("Stays")


def test_what_another_browser_says_appears_without_a_reload(desk: Client, opened: Opener) -> None:
    page = opened(desk, "/?show=all&band=burst&band=maybe")
    group = shown_group(page)
    expect(page.locator("figure").first).to_contain_text("Would stay")
    row = desk.group(group)["row"]
    desk.send("POST", f"/groups/{group}/accept", If_Match=f'"{row["revision"]}"')
    expect(page.locator("figure").first).to_contain_text("Stays")
    expect(page.locator(".progress")).to_contain_text("1 / ")
    expect(page.locator("button.line").first).to_contain_text("reviewed")
    assert shown_group(page) == group
    page.keyboard.press("Control+z")
    expect(page.locator("figure").first).to_contain_text("Would stay")


@pytest.mark.parametrize("job", [False, True], ids=["somebody decided", "a job ended"])
def test_who_goes_on_while_the_list_comes_anew_is_not_fetched_back(
    desk: Client, opened: Opener, job: bool
) -> None:
    page = opened(desk, "/?show=all")
    first = shown_group(page)
    held: list[Route] = []
    released: list[bool] = []

    def answer(route: Route) -> None:
        if released:
            route.continue_()
        else:
            held.append(route)

    page.route("**/api/v1/groups**", answer)
    if job:
        desk.done({"kind": "scan", "sources": [], "then_group": False})
    else:
        last = desk.get("/groups?limit=200")["groups"][-1]
        desk.send("POST", f"/groups/{last['id']}/accept", If_Match=f'"{last["revision"]}"')
    page.wait_for_timeout(100)
    for _ in range(100):
        if len(held) >= 2:
            break
        page.wait_for_timeout(100)
    page.keyboard.press("ArrowDown")
    page.wait_for_timeout(300)
    released.append(True)
    for route in held:
        route.continue_()
    page.wait_for_function("group => !location.search.includes(group)", arg=first)
    page.wait_for_timeout(500)
    assert first not in page.url
