"""axe finds no fault with any page in either theme, and a long list draws only what is seen."""

import json
import re
from typing import Any

import pytest
from playwright.sync_api import Page, Route, expect

from tests.web.browser.conftest import ROOT, Opener, shot
from tests.web.browser.test_phone import PAGES
from tests.web.served import Client

pytestmark = pytest.mark.slow

AXE = ROOT / "frontend" / "node_modules" / "axe-core" / "axe.min.js"
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


def faults(view: Page) -> list[Any]:
    view.evaluate(AXE.read_text("utf-8"))
    found: list[Any] = view.evaluate(
        """async rules => (await axe.run({runOnly: rules})).violations.map(
            one => [one.id, one.nodes.slice(0, 3).map(node => node.html.slice(0, 160))])""",
        RULES,
    )
    return found


@pytest.mark.skipif(not AXE.is_file(), reason="axe-core is not installed; `make page` installs it")
@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("phone", [False, True], ids=["desk", "phone"])
def test_axe_finds_no_fault(desk: Client, opened: Opener, dark: bool, phone: bool) -> None:
    view = opened(desk, "/?show=all", phone=phone, dark=dark)
    found = {}
    for path in PAGES[:4] if phone and dark else PAGES:
        view.goto(f"http://127.0.0.1:{desk.port}{path}")
        # Before its words have come there is no page that could be busy.
        expect(view.locator("h1")).to_have_count(1)
        expect(view.locator("[aria-busy]")).to_have_count(0)
        found[path] = faults(view)
        if not phone:
            shot(view, f"{'dark' if dark else 'light'}{path.partition('?')[0].replace('/', '-')}")
    view.goto(f"http://127.0.0.1:{desk.port}/?show=all")
    expect(view.locator("#accept")).to_be_visible()
    view.keyboard.press("?")
    expect(view.get_by_role("dialog")).to_be_visible()
    found["help"] = faults(view)
    assert {path: one for path, one in found.items() if one} == {}


def test_every_control_shows_where_the_focus_is(desk: Client, opened: Opener) -> None:
    view = opened(desk, "/?show=all")
    expect(view.locator("#accept")).to_be_visible()
    unseen = []
    for _ in range(40):
        view.keyboard.press("Tab")
        width = view.evaluate("getComputedStyle(document.activeElement).outlineWidth")
        if width != "3px":
            unseen.append(view.evaluate("document.activeElement.outerHTML.slice(0, 120)"))
    assert unseen == []


def test_a_list_of_100000_groups_draws_what_is_seen_and_jumps(desk: Client, opened: Opener) -> None:
    rows, step = 100_000, 200
    model = desk.first()

    def answered(route: Route) -> None:
        url = route.request.url
        if "/marks" in url:
            cursors = [str(at) for at in range(step, rows, step)]
            body: Any = {"total": rows, "step": step, "cursors": cursors, "generation": 1}
        else:
            after = re.search(r"after=(\d+)", url)
            start = int(after[1]) if after else 0
            made = [{**model, "id": f"{model['id']}", "name": f"row {start + at}"} for at in range(step)]
            body = {"groups": made, "next": str(start + step)}
        route.fulfill(status=200, content_type="application/json", body=json.dumps(body))

    view = opened(desk, "/status")
    view.route(re.compile(r"/api/v1/groups(/marks)?\?"), answered)
    view.goto(f"http://127.0.0.1:{desk.port}/?show=all")
    lines = view.locator("button.line")
    expect(lines.first).to_contain_text("row 0")
    assert lines.count() < 40
    view.locator(".list").evaluate("list => { list.scrollTop = 90000 * 64 }")
    expect(view.get_by_text("row 90000", exact=True)).to_be_visible()
    assert lines.count() < 40
    assert view.locator(".list").evaluate("list => list.scrollHeight") == rows * 64
