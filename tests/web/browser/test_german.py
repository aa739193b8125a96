"""Every page in German, with what fails and what is refused on it: nothing of ours is left in English."""

from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.cli.featured_world import peopled
from tests.immich.server import KEY, running
from tests.web.browser.conftest import Opener, shot
from tests.web.browser.german import speaks_german
from tests.web.browser.test_phone import PAGES
from tests.web.served import Client, serving

pytestmark = pytest.mark.slow


def _refused(page: Page, words: str) -> None:
    expect(page.locator("[role=alert] p").first).to_contain_text(words)
    speaks_german(page)
    page.get_by_role("button", name="Schließen").last.click()


def test_each_page_and_each_refusal_is_german(desk: Client, opened: Opener) -> None:
    desk.done({"kind": "scan", "sources": ["/there/is/no/such/folder"]})
    page = opened(desk, "/?show=all", locale="de-DE")
    expect(page.locator("#accept")).to_be_visible()
    for path in PAGES:
        page.goto(f"http://127.0.0.1:{desk.port}{path}")
        expect(page.locator("main h1, .stage").first).to_be_visible()
        speaks_german(page)
        shot(page, f"german{path.partition('?')[0].replace('/', '-')}")

    page.goto(f"http://127.0.0.1:{desk.port}/jobs")
    expect(page.locator(".error").first).to_contain_text("Datei oder Ordner gibt es nicht")
    page.goto(f"http://127.0.0.1:{desk.port}/settings")
    least = page.get_by_label("min_size", exact=True)
    least.fill("1")
    least.press("Enter")
    _refused(page, "min_size muss mindestens 2 sein")

    page.goto(f"http://127.0.0.1:{desk.port}/?show=all")
    expect(page.locator("#accept")).to_be_visible()
    first = desk.group(page.url.rpartition("group=")[2].partition("&")[0])
    keep = [one["photo"] for one in first["members"]]
    # Another browser is faster.
    desk.send(
        "PUT",
        f"/groups/{first['row']['id']}/decision",
        {"keep": keep, "drop": []},
        If_Match=str(first["row"]["revision"]),
    )
    page.keyboard.press("x")
    _refused(page, "Jemand anders hat das inzwischen geändert")
    page.keyboard.press("h")
    expect(page.get_by_role("dialog")).to_be_visible()
    speaks_german(page)


def test_people_are_german_from_the_first_look_to_the_history(opened: Opener, tmp_path: Path) -> None:
    with running() as immich:
        peopled(immich)
        environment = {
            "KEEPERS_CONFIG": str(tmp_path / "keepers.toml"),
            "KEEPERS_IMMICH_URL": immich.url,
            "KEEPERS_IMMICH_API_KEY": KEY,
        }
        with serving(tmp_path / "catalog.db", environment=environment) as client:
            page = opened(client, "/people", locale="de-CH")
            page.get_by_role("button", name="Die besten Fotos suchen").click()
            page.get_by_role("button", name="3 Fotos setzen").click(timeout=120_000)
            page.locator("#sure").click()
            expect(page.get_by_role("button", name="Alles zurücknehmen")).to_be_visible(timeout=120_000)
            expect(page.locator("article p").first).to_contain_text(
                "Bestes Foto für 3 Personen: 3 Fotos gesetzt"
            )
            speaks_german(page)
            page.goto(f"http://127.0.0.1:{client.port}/history")
            page.get_by_role("button", name="Einzelheiten").click()
            expect(page.locator(".because").first).to_contain_text(
                "Anna: das beste von 4: das größte Gesicht"
            )
            speaks_german(page)
            page.goto(f"http://127.0.0.1:{client.port}/status")
            expect(page.locator("strong")).to_have_text("default")
            speaks_german(page)
            page.close()
