"""Whole commands on a disk that knows no rights, no links and not every name."""

import os
from pathlib import Path

import pytest

from tests.cli.drives import lay, original
from tests.cli.world import Keepers, bytes_in
from tests.places.mounted import mounted

pytestmark = pytest.mark.slow

SIDE = b'<x:xmpmeta xmlns:x="adobe:ns:meta/"/>'


def test_an_import_to_exfat_and_back_loses_nothing(keepers: Keepers, tmp_path: Path) -> None:
    """Hazards 11, 29, 50, 51: two cases of one name, names that Windows refuses, bytes that are no text."""
    odd = os.fsdecode(b"b\xff.jpg")
    files = {
        "1/IMG.jpg": original(1), "2/img.JPG": original(2), "3/a:b?.jpg": original(3), "3/a:b?.jpg.xmp": SIDE,
        f"4/{odd}": original(4), "5/lost:.xmp": SIDE + b" ",
    }  # fmt: skip
    drive = lay(tmp_path / "drive", files)
    with mounted("exfat", tmp_path / "disks") as disk:
        library = disk / "Photos"
        library.mkdir()
        refused = keepers("import", drive, "--to", library)
        assert refused.code == 2
        assert "keep no rights" in refused.err
        assert "--trust-target" in refused.err
        assert "chmod" not in refused.err

        words: list[str | Path] = ["import", drive, "--to", library, "--trust-target", "--json"]
        assert keepers(*words).json["done"] == len(files)
        assert sorted(bytes_in(library).values()) == sorted(files.values())
        assert keepers(*words).json["actions"] == []
        assert keepers("missing", drive, "--from", library, "--verify", "--json").json["safe_to_wipe"] is True

        back = tmp_path / "back"
        assert keepers("import", library, "--to", back).code == 0
        found = bytes_in(back)
        assert sorted(found.values()) == sorted(files.values())
        assert {Path(name).name for name in found} >= {"a:b?.jpg", "a:b?.jpg.xmp", odd}
        assert keepers("undo", "--yes").code == 0
        assert keepers("undo", "--yes").code == 0
        assert list(library.iterdir()) == []
    assert bytes_in(drive) == files
