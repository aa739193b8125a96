"""Exit codes that scripts rely on: a dry run ends with 0, and a "no" to wiping is never silent."""

from pathlib import Path

import pytest

from tests.cli.drives import lay, original
from tests.cli.world import Keepers, tree

pytestmark = pytest.mark.slow


@pytest.fixture
def drive(tmp_path: Path) -> Path:
    """A drive with a file that cannot be read."""
    cut = {"cut.jpg": b"\xff\xd8\xff\xe0"}
    return lay(tmp_path / "drive", {"a.jpg": original(1), "b.jpg": original(1), **cut})


@pytest.mark.parametrize(
    "words",
    [("import", "--to", "out"), ("import", "--to", "out", "--move"), ("organize", "--to", "out", "--faces", "none"),
     ("duplicates", "--trash")],
)  # fmt: skip
def test_a_dry_run_ends_with_0_whatever_it_could_not_read(
    keepers: Keepers, drive: Path, tmp_path: Path, words: tuple[str, ...]
) -> None:
    command, *more = words
    given = [str(tmp_path / word) if word == "out" else word for word in more]
    before = tree(drive)
    told = keepers(command, drive, *given, "--dry-run")
    assert told.code == 0
    assert "cut.jpg" in told.out, "it is told all the same"
    assert (tree(drive), (tmp_path / "out").exists()) == (before, False)
    assert keepers(command, drive, *given, "--yes").code == 3


def test_who_chains_commands_to_a_no_is_warned(keepers: Keepers, tmp_path: Path) -> None:
    """`keepers missing DRIVE --from … && wipe`: without --fail-on-found, 0 says only that the question was answered."""
    drive = lay(tmp_path / "drive", {"a.jpg": original(1)})
    library = lay(tmp_path / "library", {"b.jpg": original(2)})
    words: list[str | Path] = ["missing", drive, "--from", library]
    for more in ([], ["--json"]):
        told = keepers(*words, *more)
        assert told.code == 0
        assert "--fail-on-found" in told.err
    assert keepers(*words, "-q").err == ""
    asked = keepers(*words, "--fail-on-found")
    assert (asked.code, "--fail-on-found" in asked.err) == (4, False)
    (library / "a.jpg").write_bytes(original(1))
    assert "--fail-on-found" not in keepers(*words).err
