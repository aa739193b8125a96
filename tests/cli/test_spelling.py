"""One folder under two spellings is one folder, on a drive that knows no case (hazards 11, 19)."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from keepers.places.addresses import absolute
from tests.cli.drives import lay, original
from tests.cli.world import Keepers, bytes_in
from tests.places.mounted import mounted

pytestmark = pytest.mark.slow


@pytest.fixture
def drive(tmp_path: Path) -> Iterator[Path]:
    with mounted("exfat", tmp_path / "drives") as made:
        yield made


def test_a_path_is_spelled_as_its_folders_list_it(drive: Path, tmp_path: Path) -> None:
    lay(drive, {"DCIM/Été/a.jpg": b"1"})
    assert absolute(f"{drive}/dcim/ÉTÉ/A.JPG") == f"{drive}/DCIM/Été/a.jpg"
    assert absolute(f"{drive}/dcim/new/Folder") == f"{drive}/DCIM/new/Folder"
    lay(tmp_path, {"DCIM/a.jpg": b"1", "dcim/a.jpg": b"2"})
    assert absolute(f"{tmp_path}/dcim/../dcim/a.jpg") == f"{tmp_path}/dcim/a.jpg"
    assert absolute(f"{tmp_path}/Dcim") == f"{tmp_path}/Dcim"
    assert absolute("/") == "/"


def test_no_folder_holds_its_own_copies(keepers: Keepers, drive: Path) -> None:
    photos = {"a.jpg": original(1), "b.jpg": original(2)}
    lay(drive / "DCIM", photos)
    other = drive / "dcim"
    refused = keepers("missing", drive / "DCIM", "--from", other)
    assert (refused.code, "one folder" in refused.err) == (2, True)
    found = keepers("duplicates", drive / "DCIM", other, "--trash", "--yes", "--json")
    assert (found.code, found.json["groups"]) == (0, [])
    assert keepers("import", drive / "DCIM", "--to", other / "sorted", "--move", "--yes").code == 2
    assert bytes_in(drive) == {f"DCIM/{name}": data for name, data in photos.items()}
