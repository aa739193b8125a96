"""May this drive be wiped? What people and reports are told."""

import csv
import json
import os
import stat
from pathlib import Path

import pytest

from keepers.workflows import overlap
from tests.cli.drives import lay, original
from tests.cli.world import Keepers

pytestmark = pytest.mark.slow


@pytest.mark.parametrize("form", ["csv", "json", "html"])
def test_the_report_names_every_file_and_replaces_none(keepers: Keepers, tmp_path: Path, form: str) -> None:
    drive = lay(tmp_path / "drive", {"=1+1.jpg": original(1), "<b>.jpg": original(2), "n.txt": b"x"})
    library = lay(tmp_path / "library", {"a.jpg": original(1)})
    file = tmp_path / f"report.{form}"
    ask = ("missing", drive, "--from", library, "--report", file)
    assert keepers(*ask).code == 3
    text = file.read_text("utf-8")
    if form == "csv":
        rows = list(csv.reader(text.splitlines()))
        assert [row[1] for row in rows[1:]] == ["nowhere", "bit for bit", "not judged"]
    elif form == "json":
        assert [one["fares"] for one in json.loads(text)["every_file"]] == [
            "nowhere",
            "bit for bit",
            "not judged",
        ]
    else:
        assert "&lt;b&gt;.jpg" in text
        assert "<b>.jpg" not in text
        assert "No, not yet" in text
    assert stat.S_IMODE(file.stat().st_mode) & 0o600 == 0o600
    again = keepers(*ask)
    assert (again.code, file.read_text("utf-8")) == (2, text)


@pytest.mark.parametrize("name", ["drive/r.csv", "library/r.html", "r.txt", "nowhere/r.csv"])
def test_a_report_goes_where_it_is_not_lost(keepers: Keepers, tmp_path: Path, name: str) -> None:
    drive = lay(tmp_path / "drive", {"a.jpg": original(1)})
    library = lay(tmp_path / "library", {"a.jpg": original(1)})
    told = keepers("missing", drive, "--from", library, "--report", tmp_path / name)
    assert told.code == 2
    assert not (tmp_path / name).exists()


def test_people_are_told_what_to_do_next(keepers: Keepers, tmp_path: Path) -> None:
    drive = lay(tmp_path / "drive", {"a.jpg": original(1), "b.jpg": original(2)})
    library = lay(tmp_path / "my library", {"a.jpg": original(1)})
    told = keepers("missing", drive, "--from", library)
    assert told.out.startswith("No, not yet. Of 2 files")
    assert f"  {drive}/b.jpg\n" in told.out
    assert f"keepers import {drive} --to '{library}'" in told.out
    assert keepers("import", drive, "--to", library, "--yes").code == 0
    told = keepers("missing", drive, "--from", library)
    assert told.out.startswith("Yes. Each of the 2 files")
    assert f"keepers missing {drive} --from '{library}' --verify" in told.out
    told = keepers("missing", drive, "--from", library, "--verify")
    assert "2 copies" in told.out
    assert "were read again just now" in told.out


def test_a_library_on_the_disk_of_the_drive_is_told(keepers: Keepers, tmp_path: Path) -> None:
    drive = lay(tmp_path / "drive", {"a.jpg": original(1)})
    library = lay(tmp_path / "library", {"a.jpg": original(1)})
    told = keepers("missing", drive, "--from", library, "--json").json
    assert told["safe_to_wipe"] is True
    assert told["notes"] == [
        f"{library} lies on the same disk as the drive: delete the files, but do not format the disk"
    ]


def test_partitions_of_one_disk_are_one_disk(tmp_path: Path) -> None:
    device = os.stat(tmp_path).st_dev
    number = f"{os.major(device)}:{os.minor(device)}"
    part, whole = tmp_path / "devices" / "sda" / "sda1", tmp_path / "devices" / "sda"
    part.mkdir(parents=True)
    for folder in (part, whole):
        sysfs = tmp_path / f"by {folder.name}"
        sysfs.mkdir()
        (sysfs / number).symlink_to(folder)
    (part / "partition").write_text("1")
    assert overlap.disk(str(tmp_path), str(tmp_path / "by sda1")) == str(whole)
    assert overlap.disk(str(tmp_path), str(tmp_path / "by sda")) == str(whole)
    assert overlap.disk(str(tmp_path), str(tmp_path / "devices")) == ""
