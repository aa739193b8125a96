"""`keepers group --second-pass`: crops and screenshots of other photos, found in other folders and under other names."""

import pytest
from PIL import Image

from tests.cli.world import TAKEN, jpeg, put
from tests.score import drawn_junk

pytestmark = pytest.mark.slow


@pytest.fixture
def folder(tmp_path):
    """Three photos of a camera, a crop of the first, a screenshot of the second, and the crop of a photo that is not there."""
    photos = [drawn_junk.scene(seed, (720, 480)) for seed in (1, 2, 3, 4)]
    for number, photo in enumerate(photos[:3]):
        put(tmp_path / f"in/camera/IMG_{number}.jpg", jpeg(photo, TAKEN.replace(day=number + 1)))
    put(tmp_path / "in/sent/a.jpg", jpeg(photos[0].crop((150, 60, 560, 400)), quality=75))
    screen = Image.new("RGB", (540, 960), "black")
    screen.paste(photos[1].resize((540, 360)), (0, 300))
    put(tmp_path / "in/sent/b.jpg", jpeg(screen))
    put(tmp_path / "in/sent/c.jpg", jpeg(photos[3].crop((100, 50, 500, 400)), quality=75))
    return tmp_path / "in"


def pictures(keepers, *words):
    told = keepers("group", *words, "--faces", "none", "--kind", "same-picture", "--json")
    assert told.code == 0, told.err
    return [sorted(m["path"].rsplit("/", 1)[1] for m in group["members"]) for group in told.json["groups"]]


def test_crops_and_screenshots_are_found_and_the_same_with_any_number_of_workers(keepers, folder):
    found = pictures(keepers, folder, "--second-pass", "on", "--jobs", "1")
    assert sorted(found) == [["IMG_0.jpg", "a.jpg"], ["IMG_1.jpg", "b.jpg"]]
    keepers.catalog.unlink()
    assert pictures(keepers, folder, "--second-pass", "on", "--jobs", "2") == found
    assert ["IMG_0.jpg", "a.jpg"] not in pictures(keepers, folder, "--second-pass", "off")


def test_few_photos_are_looked_at_by_themselves_and_many_are_told_of(keepers, folder, monkeypatch):
    monkeypatch.setattr("keepers.workflows.closer.FEW", 2)
    told = keepers("group", folder, "--second-pass", "auto", "--faces", "none", "--jobs", "1")
    assert "--second-pass on" in told.err
    monkeypatch.setattr("keepers.workflows.closer.FEW", 250)
    assert ["IMG_0.jpg", "a.jpg"] in pictures(keepers, folder, "--second-pass", "auto", "--jobs", "1")


def test_a_photo_that_cannot_be_decoded_any_more_is_left_out(keepers, folder):
    assert keepers("scan", folder).code == 0
    (folder / "sent/a.jpg").unlink()
    found = pictures(keepers, "--second-pass", "on", "--jobs", "1")
    assert [names for names in found if "a.jpg" in names] == []
