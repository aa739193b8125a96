"""A second name of one file is no duplicate, and is still found in the groups."""

import os
from pathlib import Path

import pytest

from tests.cli.world import TAKEN, Keepers, jpeg, picture, put


@pytest.mark.slow
def test_other_names_of_a_member_stand_beside_its_copies(keepers: Keepers, tmp_path: Path) -> None:
    folder = tmp_path / "folder"
    large, small = picture(1), picture(1).resize((240, 160))
    photo = put(folder / "m.jpg", jpeg(large, TAKEN))
    put(folder / "small.jpg", jpeg(small, TAKEN))
    copy = put(folder / "n.jpg", photo.read_bytes())
    os.link(photo, folder / "z.jpg")
    os.link(copy, folder / "a.jpg")

    groups = {one["kind"]: one for one in keepers("group", folder, "--json").json["groups"]}
    members = groups["same-picture"]["members"]
    shown = sorted(path for one in members for path in (one["path"], *one["copies"]))
    assert shown == sorted(str(path) for path in folder.iterdir())
    # Two files hold the bytes, whatever their names: one of them may go.
    assert len(groups["same-bytes"]["members"]) == 2
    found = keepers("duplicates", "--kind", "same-bytes", "--json").json["groups"]
    assert len(found) == 1
