"""The files of the page: those that were there at the start, and those of an update that came later."""

import asyncio
import gzip
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI

from keepers.web import pages
from keepers.web.gate import Keys


def _asked(app: FastAPI, path: str) -> tuple[int, bytes]:
    told: list[Any] = []

    async def receive() -> Any:
        return {"type": "http.request"}

    async def send(message: Any) -> None:
        told.append(message)

    scope = {"type": "http", "method": "GET", "path": path, "query_string": b"", "headers": []}
    # In a thread of its own: a browser that another test left open has a loop in this one.
    with ThreadPoolExecutor(1) as thread:
        thread.submit(asyncio.run, app(scope, receive, send)).result()
    return told[0]["status"], b"".join(one.get("body", b"") for one in told[1:])


def test_a_page_that_was_updated_meanwhile_is_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(pages, "FOLDER", str(tmp_path))
    (tmp_path / "assets").mkdir()
    (tmp_path / "index.html").write_bytes(b"old")
    app = FastAPI()
    pages.install(app, Keys(1, frozenset({"localhost"}), None, beyond=False))
    assert _asked(app, "/plan") == (200, b"old")
    (tmp_path / "index.html").write_bytes(b"new")
    (tmp_path / "assets" / "index-2.js").write_bytes(b"script")
    assert _asked(app, "/") == (200, b"new")
    assert _asked(app, "/assets/index-2.js") == (200, b"script")
    for path in ("/assets/index-1.js", "/assets/../../secret.js"):
        assert _asked(app, path)[0] == 404


#: What a browser loads in each language, gzipped; German refusals come only when there is one to tell.
@pytest.mark.parametrize("language", ["english", "german"])
def test_the_page_in_one_language_is_at_most_80_kb(language: str):
    folder = Path(pages.FOLDER)
    if not (folder / "index.html").is_file():
        pytest.skip("the page is not built; `make page` builds it")
    parts = [
        folder / "index.html",
        *(folder / "assets").glob("index-*"),
        *(folder / "assets").glob(f"{language}-*"),
    ]
    assert len(parts) == 4
    assert sum(len(gzip.compress(part.read_bytes())) for part in parts) <= 80_000
