"""`organize immich: --to DIR`: originals are loaded, and nothing but originals comes into the folders."""

import hashlib
import json

import pytest

from keepers.places.immich_api import wire
from tests.cli.test_served import cache, newest  # noqa: F401 (fixtures)
from tests.immich.server import Fault
from tests.immich.uploads import upload_all

pytestmark = pytest.mark.slow


def files(folder):
    """Every file below a folder, with its digest."""
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


@pytest.fixture
def stocked(newest, photos):  # noqa: F811 (the fixture)
    """A server that has the photos, and their digests by name."""
    upload_all(newest.state, photos)
    return newest, {one.name: hashlib.sha256(one.data).hexdigest() for one in newest.state.assets.values()}


def test_groups_hold_the_originals_and_can_be_taken_back(keepers, stocked, tmp_path):
    made, digests = stocked
    target = tmp_path / "out"
    told = keepers("organize", "immich:", "--to", str(target), "--json")
    assert told.code == 0, told.err
    found = files(target)
    originals = {path.rpartition("/")[2]: digest for path, digest in found.items() if "/originals/" in path}
    assert len(originals) > 3
    assert originals == {name: digests[name] for name in originals}
    best = [path for path in found if "/best_" in path]
    assert best
    assert all(found[path] == digests[path.rpartition("/best_")[2]] for path in best)
    text = next(target.glob("group_*/metadata.txt")).read_text()
    assert "exif_DateTimeOriginal: " in text
    assert "filepath: immich:" in text
    page = (target / "reports" / "index.html").read_text()
    assert page.count("data:image") >= len(originals)
    assert all(f">{name}<" in page for name in originals)
    taken = {path.stat().st_mtime for path in target.glob("group_*/originals/*")}
    assert max(taken) < 1_725_000_000
    before = len(made.requests)
    assert "Nothing to do" in keepers("organize", "immich:", "--to", str(target)).out
    assert not [one for one in made.requests[before:] if one.endswith("/original")]
    assert files(target) == found
    assert keepers("undo", "--yes").code == 0
    assert not target.exists()


def test_a_dry_run_loads_and_writes_nothing(keepers, stocked, tmp_path):
    made, _ = stocked
    told = keepers("organize", "immich:", "--to", str(tmp_path / "out"), "--dry-run", "--json")
    assert told.code == 0
    assert {row["verb"] for row in told.json["actions"]} == {"copy", "write"}
    assert all(row["from"].startswith("immich:") for row in told.json["actions"] if row["verb"] == "copy")
    assert not made.asked("GET /api/assets/") or not any(one.endswith("/original") for one in made.requests)
    assert not (tmp_path / "out").exists()


def test_other_bytes_than_the_checksum_says_are_left_out_and_told(keepers, stocked, tmp_path):
    made, _ = stocked
    rotten = next(one for one in made.state.assets.values() if one.name == "DSC_101.jpg")
    request = f"GET /api/assets/{rotten.id}/original"
    made.faults.append(Fault("status", request, times=9, status=200, body=b"others"))
    told = keepers("organize", "immich:", "--to", str(tmp_path / "out"))
    assert told.code == 3
    assert f"immich:{rotten.id}" in told.out + told.err
    names = {path.name for path in (tmp_path / "out").rglob("*")}
    assert "DSC_102.jpg" in names
    assert rotten.name not in names


def test_a_server_that_goes_away_is_said_once_and_the_next_call_goes_on(
    keepers, stocked, tmp_path, monkeypatch
):
    monkeypatch.setattr(wire, "ATTEMPTS", 1)
    made, digests = stocked
    target = tmp_path / "out"
    keepers("group", "immich:")
    made.faults.append(Fault("cut", "GET /api/assets/", times=1000))
    told = keepers("organize", "immich:", "--to", str(target))
    assert told.code == 6
    made.faults.clear()
    told = keepers("organize", "immich:", "--to", str(target), "--json")
    assert told.code == 0, told.err
    originals = {path.name for path in target.glob("group_*/originals/*")}
    assert originals <= digests.keys()
    assert len(originals) > 3


def test_a_copy_stays_when_its_photo_is_gone_from_the_server(keepers, stocked, tmp_path):
    made, _ = stocked
    target = tmp_path / "out"
    assert keepers("organize", "immich:", "--to", str(target)).code == 0
    kept = next(iter(target.glob("group_*/originals/*")))
    asset = next(one for one in made.state.assets.values() if one.name == kept.name)
    asset.trashed = True
    told = keepers("undo", "--yes")
    assert told.code == 3
    assert kept.exists()
    left = {path.name.removeprefix("best_") for path in target.rglob("*") if path.is_file()}
    assert left == {kept.name}
    assert json.loads(keepers("history", "--json").out)["runs"]


def test_a_namesake_is_never_copied_instead(keepers, stocked, photos, tmp_path):
    made, digests = stocked
    for asset in made.state.assets.values():
        asset.library = "00000000-0000-4000-8000-000000000007"
    for file in photos.rglob("*.jpg"):
        data = bytearray(file.read_bytes())
        data[-3] ^= 1
        file.write_bytes(data)
    # The odd byte breaks one of them.
    assert keepers("scan", photos, "immich:").code == 3
    told = keepers("organize", "immich:", "--to", str(tmp_path / "out"))
    assert told.code == 0, told.err
    found = {
        path.name: digest
        for path, digest in ((tmp_path / p, d) for p, d in files(tmp_path / "out").items())
        if path.parent.name == "originals"
    }
    assert len(found) > 3
    assert found == {name: digests[name] for name in found}
