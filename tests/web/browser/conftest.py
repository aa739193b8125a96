"""One Chromium for all tests; each test has a profile, a page and, where it changes something, a library of its own."""

import re
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page, expect, sync_playwright

from tests.cli.world import copied
from tests.web.served import Client, serving

ROOT = Path(__file__).resolve().parents[3]
STATIC = ROOT / "src" / "keepers" / "web" / "static"
#: What was looked at, kept for those who want to see it.
PICTURES = ROOT / ".cache" / "screenshots"
FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
DESK = {"width": 1440, "height": 900}
PHONE = {"width": 390, "height": 844}

#: Playwright gives what is expected 5 s, which a busy machine of two cores may need for itself.
PATIENCE_MS = 15_000

Opener = Callable[..., Page]


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    chromium = shutil.which("chromium")
    if chromium is None:
        pytest.skip("chromium is not installed; `scripts/packages chromium` installs it")
    if not (STATIC / "index.html").is_file():
        pytest.skip("the page is not built; `make page` builds it")
    expect.set_options(timeout=PATIENCE_MS)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=list(FLAGS))
        yield browser
        browser.close()


def scanned(client: Client, folder: Path) -> Client:
    job = client.ended(client.send("POST", "/jobs", {"kind": "scan", "sources": [str(folder)]})["id"], 180)
    assert job["state"] == "done", job
    return client


@pytest.fixture(scope="session")
def shared(drawn: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Client]:
    with serving(tmp_path_factory.mktemp("shared") / "catalog.db") as client:
        yield scanned(client, drawn)


@pytest.fixture
def desk(shared: Client) -> Iterator[Client]:
    """A server whose decisions a test may change: they are taken back at its end. Starting one costs seconds."""
    yield shared
    while (now := shared.get("/decisions?limit=1"))["can_undo"]:
        shared.send("POST", "/decisions/undo", {"head": now["head"]})
    shared.send("PUT", "/preferences", {"values": {}})


@pytest.fixture
def photos(drawn: Path, tmp_path: Path) -> Path:
    return copied(drawn, tmp_path / "photos")


@pytest.fixture
def own(photos: Path, tmp_path: Path) -> Iterator[Client]:
    """A server whose library a test may change on disk."""
    with serving(tmp_path / "catalog.db") as client:
        yield scanned(client, photos)


@pytest.fixture
def opened(browser: Browser) -> Iterator[Opener]:
    """Opens a page of a server as a person would: by the address that was printed.

    Whatever the browser complains of, such as a script that the policy refuses, fails the test.
    """
    complaints: list[str] = []

    def open_page(
        client: Client, path: str = "/", *, phone: bool = False, dark: bool = False, locale: str = "en-GB"
    ) -> Page:
        context = browser.new_context(
            viewport=PHONE if phone else DESK,  # type: ignore[arg-type]  # a dict of these two
            has_touch=phone,
            is_mobile=phone,
            color_scheme="dark" if dark else "light",
            locale=locale,
            reduced_motion="reduce",
        )
        page = context.new_page()
        page.set_default_timeout(PATIENCE_MS)

        def heard(message: ConsoleMessage) -> None:
            # The answers 404, 409 and 422 are part of what is tested; the browser tells of them too.
            if message.type == "error" and not re.search(r"status of (404|409|422)", message.text):
                complaints.append(f"{message.text} {message.location.get('url', '')}")

        page.on("console", heard)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.goto(f"http://127.0.0.1:{client.port}/?token={client.token}")
        if path != "/":
            page.goto(f"http://127.0.0.1:{client.port}{path}")
        page.wait_for_load_state("load")
        return page

    yield open_page
    for context in browser.contexts:
        context.close()
    assert complaints == []


def shot(page: Page, name: str) -> None:
    """Keep what the page looks like."""
    PICTURES.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=PICTURES / f"{name}.png")
