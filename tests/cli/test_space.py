"""`keepers report space`: what the folders take, and how much of it copies do."""

import json
import os
from pathlib import Path

import pytest

from tests.cli.world import TAKEN, Keepers, jpeg, picture, put


@pytest.mark.slow
def test_what_takes_room(keepers: Keepers, tmp_path: Path) -> None:
    one, other = (jpeg(picture(seed, (160, 120)), TAKEN) for seed in (1, 2))
    large = tmp_path / "large"
    put(large / "a.jpg", one)
    put(large / "b.jpg", other)
    put(large / "a copy.jpg", one)
    os.link(large / "b.jpg", large / "another name of b.jpg")
    small = put(tmp_path / "small/b.jpg", other).parent
    keepers("scan", large, small)

    told = keepers("report", "space", "--json").json
    assert told["space"] == [
        {"path": str(large), "files": 4, "bytes": 2 * len(one) + len(other), "again": len(one)},
        {"path": str(small), "files": 1, "bytes": len(other), "again": len(other)},
    ]
    assert (told["files"], told["bytes"]) == (5, 2 * len(one) + 2 * len(other))
    assert told["again"] == keepers("duplicates", "--json").json["bytes_freed"]
    lines = keepers("report", "space", "--jsonl").out.splitlines()
    assert [json.loads(line) for line in lines] == told["space"]
    assert str(large) in keepers("report", "space").out
