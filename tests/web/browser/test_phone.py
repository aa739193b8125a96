"""On a phone: nothing overflows or overlaps, the main button is in view, and fingers do what keys do elsewhere."""

from collections.abc import Sequence
from typing import Any

import pytest
from playwright.sync_api import CDPSession, Page, expect

from tests.web.browser.conftest import PHONE, Opener, shot
from tests.web.served import Client

pytestmark = pytest.mark.slow

PAGES = (
    "/?show=all",
    "/plan",
    "/history",
    "/people",
    "/folders",
    "/dates",
    "/unreadable",
    "/jobs",
    "/settings",
    "/status",
)

#: Pairs of controls whose boxes share more than a pixel, where neither holds the other.
OVERLAPS = """() => {
  const seen = [...document.querySelectorAll('button, a, input, select, summary')].filter(one => {
    const box = one.getBoundingClientRect();
    const at = document.elementFromPoint(box.x + box.width / 2, box.y + box.height / 2);
    return box.width > 0 && box.height > 0 && at !== null && (one.contains(at) || at.contains(one));
  });
  const found = [];
  for (const [i, a] of seen.entries()) for (const b of seen.slice(i + 1)) {
    if (a.contains(b) || b.contains(a)) continue;
    const p = a.getBoundingClientRect(), q = b.getBoundingClientRect();
    const wide = Math.min(p.right, q.right) - Math.max(p.left, q.left);
    const high = Math.min(p.bottom, q.bottom) - Math.max(p.top, q.top);
    if (wide > 1 && high > 1) found.push([a.outerHTML.slice(0, 120), b.outerHTML.slice(0, 120)]);
  }
  return found;
}"""

#: Buttons that a thumb would miss.
SMALL = """() => [...document.querySelectorAll('button, summary, select')].filter(one => {
  const box = one.getBoundingClientRect();
  return box.width > 0 && (box.width < 43.5 || box.height < 39.5);
}).map(one => one.outerHTML.slice(0, 120))"""


@pytest.mark.parametrize("path", PAGES)
def test_nothing_overflows_or_overlaps(desk: Client, opened: Opener, path: str) -> None:
    view = opened(desk, path, phone=True)
    expect(view.locator("[aria-busy]")).to_have_count(0)
    shot(view, f"phone{path.partition('?')[0].replace('/', '-')}")
    assert view.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    assert (
        view.evaluate("Math.max(...[...document.querySelectorAll('.sheet')].map(s => s.scrollWidth), 0)")
        <= 390
    )
    assert view.evaluate(OVERLAPS) == []
    assert view.evaluate(SMALL) == []


def test_the_main_button_is_in_view_and_in_reach_of_a_thumb(desk: Client, opened: Opener) -> None:
    view = opened(desk, "/?show=all", phone=True)
    box = view.locator("#accept").bounding_box()
    assert box
    assert box["y"] + box["height"] <= PHONE["height"]
    assert box["y"] > PHONE["height"] * 0.75
    assert box["height"] >= 44
    for name in ("Groups", "Details"):
        view.get_by_role("button", name=name, exact=True).tap()
        assert view.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
        assert view.evaluate(OVERLAPS) == []
        shot(view, f"phone-{name.lower()}")
    view.get_by_text("Group", exact=True).tap()
    items = view.locator(".items:visible").bounding_box()
    assert items
    assert items["x"] >= 0
    assert items["x"] + items["width"] <= PHONE["width"]
    view.get_by_role("button", name="Split…").tap()
    view.locator(".thumb").nth(1).tap()
    expect(view.get_by_role("button", name="Split off 1 photo")).to_be_in_viewport()


def touch(cdp: CDPSession, kind: str, points: Sequence[tuple[float, float]]) -> None:
    cdp.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": [{"x": x, "y": y} for x, y in points]})


def drag(cdp: CDPSession, start: tuple[float, float], end: tuple[float, float]) -> None:
    touch(cdp, "touchStart", [start])
    for part in (0.3, 0.6, 1.0):
        touch(
            cdp, "touchMove", [(start[0] + (end[0] - start[0]) * part, start[1] + (end[1] - start[1]) * part)]
        )
    touch(cdp, "touchEnd", [])


def middle(view: Page) -> tuple[float, float]:
    box = view.locator(".photo").bounding_box()
    assert box
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


def said(client: Client, group: str) -> list[Any]:
    return [member["said"] for member in client.group(group)["members"]]


def test_fingers_swipe_hold_zoom_and_decide(desk: Client, opened: Opener) -> None:
    group = desk.first(kind="burst")["id"]
    view = opened(desk, f"/?show=all&kind=burst&group={group}", phone=True)
    cdp = view.context.new_cdp_session(view)
    line, picture = view.locator(".phone .line"), view.locator(".photo .moved img").last
    expect(line).to_contain_text("1 of 3")
    best = picture.get_attribute("src")
    x, y = middle(view)

    drag(cdp, (x + 120, y), (x - 120, y))
    expect(line).to_contain_text("2 of 3")
    second = picture.get_attribute("src")
    assert second != best

    touch(cdp, "touchStart", [(x, y)])
    expect(picture).to_have_attribute("src", str(best))
    touch(cdp, "touchEnd", [])
    expect(picture).to_have_attribute("src", str(second))

    touch(cdp, "touchStart", [(x - 20, y), (x + 20, y)])
    touch(cdp, "touchMove", [(x - 60, y), (x + 60, y)])
    touch(cdp, "touchEnd", [])
    assert "scale(1)" not in view.locator(".photo .moved").evaluate("one => one.style.transform")

    view.get_by_role("button", name="Keep", exact=True).tap()
    view.get_by_role("button", name="Accept").tap()
    view.wait_for_function("group => !location.search.includes(group)", arg=group)
    view.wait_for_function("() => !document.body.textContent.includes('Saving…')")
    assert desk.group(group)["row"]["reviewed"] is True
    assert said(desk, group)[1] is True
    view.get_by_role("button", name="Undo").tap()
    view.wait_for_function("group => location.search.includes(group)", arg=group)
    assert desk.group(group)["row"]["reviewed"] is False
