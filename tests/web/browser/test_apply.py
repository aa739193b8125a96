"""Many groups are accepted after a sample, the plan is looked at and applied, and all of it is taken back: in German."""

from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.cli.world import tree
from tests.web.browser.conftest import Opener, shot
from tests.web.browser.german import speaks_german
from tests.web.served import Client, serving

pytestmark = pytest.mark.slow

#: A job on a machine that does much else.
SLOW_MS = 180_000


def accept_band(page: Page, band: str) -> None:
    page.locator("details.bands summary").click()
    page.locator("details.bands button", has_text=band).click()
    dialog = page.get_by_role("dialog")
    accept = dialog.get_by_role("button", name="annehmen")
    for item in dialog.locator("li").all():
        item.scroll_into_view_if_needed()
    expect(accept).to_be_enabled()
    shot(page, "sample")
    accept.click()
    expect(dialog).to_have_count(0)


def test_what_is_accepted_is_planned_applied_and_taken_back(
    own: Client, opened: Opener, photos: Path
) -> None:
    before = tree(photos)
    page = opened(own, "/", locale="de-AT")
    expect(page.locator(".stage")).to_be_visible()
    speaks_german(page)
    accept_band(page, "Genaue Kopie")
    waiting = own.get("/groups/totals")
    assert {band["band"]: band["reviewed"] for band in waiting["bands"]}["exact-copy"] > 0

    page.get_by_role("navigation").get_by_role("link", name="Plan").click()
    planned = own.get("/plan")
    assert planned["files"] > 0
    expect(page.locator(".figures")).to_contain_text(str(planned["files"]))
    assert tree(photos) == before
    speaks_german(page)
    shot(page, "plan")
    page.locator("#apply").click()
    page.locator("#sure").click()
    expect(page.get_by_role("button", name="Alles zurücknehmen")).to_be_visible(timeout=SLOW_MS)
    expect(page.locator("article h2")).to_have_text("Ausführen, was entschieden wurde")
    speaks_german(page)
    shot(page, "applied")
    after = tree(photos)
    gone = [name for name, (_, _, content) in before.items() if content and name not in after]
    assert len(gone) == planned["files"]
    kept = {content for _, _, content in after.values()}
    assert all(before[name][2] in kept for name in gone)

    page.get_by_role("button", name="Alles zurücknehmen").click()
    page.locator("#sure").click()
    page.get_by_role("navigation").get_by_role("link", name="Verlauf").click()
    expect(page.locator(".runs li")).to_have_count(2, timeout=SLOW_MS)
    own.ended(own.get("/jobs")["jobs"][0]["id"])
    page.get_by_role("button", name="Einzelheiten").first.click()
    expect(page.locator(".runs ol li").first).to_be_visible()
    expect(page.locator(".runs h2").first).to_contain_text(
        "Zurückgenommen: Was beim Durchsehen verworfen wurde"
    )
    speaks_german(page)
    files = {name: found for name, found in tree(photos).items() if found[2]}
    assert files == {name: found for name, found in before.items() if found[2]}
    shot(page, "history")


def test_an_empty_catalog_shows_how_to_start(opened: Opener, photos: Path, tmp_path: Path) -> None:
    with serving(tmp_path / "empty.db") as client:
        page = opened(client)
        expect(page.get_by_role("heading", name="Which photos shall Keepers look at?")).to_be_visible()
        shot(page, "start")
        page.get_by_label("Folder on this machine").fill(str(photos))
        page.keyboard.press("Enter")
        expect(page.locator(".stage .picture").first).to_be_visible(timeout=SLOW_MS)
        page.close()
