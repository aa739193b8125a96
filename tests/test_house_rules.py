"""The rules of the house that no linter sees, the lock file's floors, and the repository's shape."""

import re
import subprocess
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.version import Version

from tests.house import NO_COVER, offences

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = ROOT / "src" / "keepers"
MODULES = sorted(PACKAGE.rglob("*.py"))
LOCKS = ("run.txt", "build.txt", "dev.txt")

#: Older ones have holes that a hostile picture can use (CVE-2026-40192, -32738, -32882, -3949, ...).
FLOORS = {"pillow": "13.0.0", "pillow-heif": "1.8.0", "rawpy": "0.25", "defusedxml": "0.7.1"}


@pytest.mark.parametrize("module", MODULES, ids=lambda module: str(module.relative_to(PACKAGE)))
def test_no_module_breaks_a_house_rule(module: Path) -> None:
    assert offences(module.relative_to(PACKAGE).as_posix(), module.read_text("utf-8")) == []


@pytest.mark.parametrize(
    "line",
    [
        "path.unlink()",
        "Path('a').rmdir()",
        "path.rename(other)",
        "path.replace(other)",
        "link.symlink_to(path)",
        "shutil.rmtree(folder)",
        "import pickle",
        "from pickle import loads",
        "subprocess.run('ls', shell=True)",
        "subprocess.run('ls', shell=flag)",
        "np.load(file, allow_pickle=True)",
        "os.system('ls')",
        "eval('1')",
        "import onnxruntime as ort",
        "import sqlite3",
        "try: a()\nexcept Exception: pass",
        "try: a()\nexcept (OSError, BaseException): pass",
        "try: a()\nexcept: pass",
        "class PhotoManager: pass",
        "db.execute(f'SELECT a FROM b WHERE c = {name}')",
        "import os  # noqa",
        "a = b  # type: ignore",
        f"a = b  # {NO_COVER}",
        "\n" * 401,
    ],
)
def test_the_rules_see_what_they_forbid(line: str) -> None:
    assert offences("group/duplicates.py", line)


@pytest.mark.parametrize(
    ("path", "line"),
    [
        ("places/files.py", "path.unlink()"),
        ("cli/main.py", "try: a()\nexcept Exception: pass"),
        ("catalog/store.py", "import sqlite3"),
        ("catalog/store.py", "try: a()\nexcept BaseException:\n    back()\n    raise"),
        ("group/series.py", "name.replace('a', 'b')"),
        ("group/series.py", "at.replace(tzinfo=None)"),
        ("group/series.py", "subprocess.run(['ls'], shell=False)"),
        ("group/series.py", "import os  # noqa: F401"),
        ("group/series.py", "a = b  # type: ignore[assignment]"),
        ("group/series.py", "class Database: pass"),
        ("group/series.py", "platform.system()"),
        ("catalog/store.py", "db.execute(f'SELECT a FROM b WHERE c IN ({marks}) AND {_RULE}', values)"),
    ],
)
def test_the_rules_let_honest_code_pass(path: str, line: str) -> None:
    assert offences(path, line) == []


def _locked(name: str) -> dict[str, list[Version]]:
    versions: dict[str, list[Version]] = {}
    for line in (ROOT / "requirements" / name).read_text("utf-8").splitlines():
        if found := re.match(r"([a-z0-9][a-z0-9._-]*)==([^ ;]+)", line):
            versions.setdefault(found[1].replace("_", "-"), []).append(Version(found[2]))
    return versions


@pytest.mark.parametrize(("package", "floor"), FLOORS.items())
@pytest.mark.parametrize("lock", ["run.txt", "dev.txt"])
def test_what_reads_pictures_is_new_enough(lock: str, package: str, floor: str) -> None:
    assert all(version >= Version(floor) for version in _locked(lock)[package])


@pytest.mark.parametrize(("package", "floor"), FLOORS.items())
def test_an_installation_from_the_index_is_held_to_the_same_floors(package: str, floor: str) -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    asked = {need.name: need.specifier for need in map(Requirement, project["dependencies"])}
    assert Version(floor) in asked[package]
    assert not any(Version(older) in asked[package] for older in ("0.0.1", "0.1", "0.7.0"))


def test_every_dependency_is_locked_to_a_version_that_fits() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    locked = _locked("run.txt")
    for need in map(Requirement, project["project"]["dependencies"]):
        assert any(version in need.specifier for version in locked[need.name.lower()]), need
    locked = _locked("build.txt")
    for need in map(Requirement, project["build-system"]["requires"]):
        assert any(version in need.specifier for version in locked[need.name.lower()]), need


@pytest.mark.parametrize("lock", LOCKS)
def test_a_lock_has_hashes_and_no_address(lock: str) -> None:
    text = (ROOT / "requirements" / lock).read_text("utf-8")
    pins = re.split(r"\n(?=\S)", text.strip())
    assert len(pins) > 3
    assert [pin.splitlines()[0] for pin in pins if "--hash=sha256:" not in pin] == []
    assert re.findall(r"//|\bfile:|--index|--find-links|@ ", text) == []


def _tracked() -> list[Path]:
    listing = subprocess.run(
        ["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=False
    ).stdout
    if not listing:
        pytest.skip("git is needed to know which files belong to the repository")
    return [ROOT / name for name in listing.split("\0") if name]


def test_no_file_is_large_or_binary_but_the_pictures_of_the_docs() -> None:
    odd = [
        path.relative_to(ROOT).as_posix()
        for path in _tracked()
        if path.is_file() and (path.stat().st_size > 400_000 or b"\0" in path.read_bytes()[:8000])
    ]
    assert [name for name in odd if not name.startswith("docs/images/")] == []


def test_each_news_fragment_has_an_issue_a_known_kind_and_a_sentence() -> None:
    kinds = {kind["directory"] for kind in _towncrier()["type"]}
    for fragment in (ROOT / "changes").glob("[0-9]*.md"):
        issue, kind, *_ = fragment.name.split(".")
        assert issue.isdigit(), fragment.name
        assert kind in kinds, fragment.name
        assert fragment.read_text("utf-8").strip().endswith("."), fragment.name


def _towncrier() -> dict[str, list[dict[str, str]]]:
    found: dict[str, list[dict[str, str]]] = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))[
        "tool"
    ]["towncrier"]
    return found


def test_decisions_are_numbered_without_gaps_or_doubles() -> None:
    numbers = sorted(int(page.name[:3]) for page in (ROOT / "docs" / "decisions").glob("[0-9]*.md"))
    assert numbers == list(range(1, len(numbers) + 1))
