"""The story in docs/missing.md is replayed: the page shows what the program says, word for word."""

import re
import shlex
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.cli import story
from tests.cli.world import Keepers

pytestmark = pytest.mark.slow

PAGE = Path(__file__).resolve().parents[2] / "docs" / "missing.md"


def test_the_story_is_true(keepers: Keepers, tmp_path: Path) -> None:
    story.build(tmp_path)
    pictures = tmp_path / "anna" / "Pictures" / "2016" / "08"
    letters = tmp_path / "OLD" / "Letters"
    said: list[str] = []

    def put_back() -> None:
        line = next(line for line in said[-1].splitlines() if "put it back: " in line)
        subprocess.run(shlex.split(line.partition("put it back: ")[2]), check=True)

    # What Anna and her disk do before a command of the story.
    before = {
        2: lambda: shutil.copytree(letters, tmp_path / "anna" / "Documents" / "Letters"),
        3: lambda: story.rot(pictures / "IMG_0005.JPG"),
        5: put_back,
    }
    blocks = re.findall(
        r"^```console\n\$ (.*?)\n(.*?)^```", PAGE.read_text("utf-8"), re.MULTILINE | re.DOTALL
    )
    assert len(blocks) == 6
    for number, (command, output) in enumerate(blocks):
        before.get(number, lambda: None)()
        words = [_real(word, tmp_path) for word in shlex.split(command)]
        answer = keepers(*words[1:])
        said.append(answer.out)
        assert answer.code in {0, 3}, answer.err
        if output:
            assert story.told(answer.out, tmp_path) == story.told(output, tmp_path), command


def _real(word: str, folder: Path) -> str:
    for shown, name in story.SHOWN.items():
        if word.startswith(shown):
            return word.replace(shown, str(folder / name), 1)
    return word
