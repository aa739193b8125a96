"""`keepers enhance faces` and `organize --enable-face-swap`: eyes opened in a new file, and taken back."""

import io

import pytest
from PIL import Image

from tests.cli.world import tree
from tests.create.facing import Person, installed, scene, shut

pytestmark = pytest.mark.slow

LEFT, RIGHT = Person(150, 170), Person(330, 190, 62)


@pytest.fixture
def drawn(tmp_path, monkeypatch):
    """A face back end by an entry point, as another package would bring it."""
    monkeypatch.syspath_prepend(str(installed(tmp_path / "site")))


@pytest.fixture
def burst(tmp_path, drawn):
    folder = tmp_path / "photos"
    folder.mkdir()
    frames = [scene(LEFT, shut(RIGHT)), scene(shut(LEFT), RIGHT, light=0.97), scene(shut(LEFT), shut(RIGHT))]
    for number, pixels in enumerate(frames):
        write(folder / f"IMG_{number}.JPG", pixels, number)
    return folder


def write(path, pixels, second):
    exif = Image.Exif()
    exif[0x010F], exif[0x0110] = "NIKON CORPORATION", "NIKON D80"
    exif.get_ifd(0x8769)[0x9003] = f"2024:05:01 12:00:{second:02}"
    out = io.BytesIO()
    Image.fromarray(pixels).save(out, "JPEG", quality=95, subsampling=0, exif=exif)
    path.write_bytes(out.getvalue())


def test_the_pick_gets_open_eyes_once_and_they_are_taken_back(keepers, burst, tmp_path):
    told = keepers("group", burst, "--kind", "burst", "--faces", "drawn", "--min-size", "2", "--json").json
    (group,) = told["groups"]
    (pick,) = (member["path"] for member in group["members"] if member["keep"])
    before = tree(burst)
    out, page = tmp_path / "out", tmp_path / "look.html"
    command = ("enhance", "faces", group["id"], "--faces", "drawn", "--to", out)
    stem = pick.rpartition("/")[2].removesuffix(".JPG")
    dry = keepers(*command, "--dry-run", "--json")
    assert [(a["verb"], a["to"], a["content"]) for a in dry.json["actions"]] == [
        ("write", f"{out}/{stem}_faces.jpg", None)
    ]
    assert not out.exists()
    made = keepers(*command, "--report", page, "--json")
    assert made.code == 0
    (picture,) = made.json["pictures"]
    assert picture["path"] == f"{out}/{stem}_faces.jpg"
    assert picture["reference"] == pick
    (face,) = picture["faces"]
    assert face["mended"]
    assert face["why"] == ""
    assert face["eyes_before"] < 0.2
    assert face["eyes_after"] > 0.6
    assert picture["used"] == [face["from"]]
    assert b"data:image/jpeg;base64," in page.read_bytes()
    once = tree(out)
    assert keepers(*command, "--json").json["runs"] == []
    assert tree(out) == once
    assert keepers("undo", "--yes").code == 0
    assert not out.exists()
    assert tree(burst) == before


def test_what_was_made_belongs_to_its_photo(keepers, burst):
    find = ("group", burst, "--kind", "burst", "--faces", "drawn", "--min-size", "2", "--json")
    (group,) = keepers(*find).json["groups"]
    assert keepers("enhance", "faces", "--all", "--faces", "drawn").code == 0
    made = sorted(path.name for path in burst.iterdir() if "_faces" in path.name)
    assert made == ["IMG_0_faces.jpg", "IMG_1_faces.jpg", "IMG_2_faces.jpg"]
    (after,) = keepers(*find).json["groups"]
    assert after["id"] == group["id"]
    assert [len(member["files"]) for member in after["members"]] == [2, 2, 2]


def test_where_nobody_blinks_there_is_nothing_to_do(keepers, tmp_path, drawn):
    folder = tmp_path / "photos"
    folder.mkdir()
    for number in range(2):
        write(folder / f"IMG_{number}.JPG", scene(LEFT, RIGHT, light=1 - number / 30), number)
    keepers("group", folder, "--kind", "burst", "--faces", "drawn", "--min-size", "2")
    told = keepers("enhance", "faces", "--faces", "drawn")
    assert told.code == 0
    assert "nothing to mend" in told.out


def test_what_is_no_burst_is_refused(keepers, burst, tmp_path):
    assert keepers("enhance", "faces").code == 10
    keepers("scan", burst)
    unknown = keepers("enhance", "faces", "burst-000000000000", "--faces", "drawn")
    assert unknown.code == 2
    assert "no burst that is known" in unknown.err
    both = keepers("enhance", "faces", "--faces", "drawn", "--report", tmp_path / "x.html", "--dry-run")
    assert both.code == 2
    assert not (tmp_path / "x.html").exists()


def test_organize_puts_the_picture_into_the_folder_of_its_burst(keepers, burst, tmp_path):
    before = tree(burst)
    command = ("organize", burst, "--to", tmp_path / "out", "--faces", "drawn", "--min-size", "2")
    picture = tmp_path / "out" / "group_0001" / "face_swapped.jpg"
    assert keepers(*command, "--enable-face-swap", "--no-swap-closed-eyes").code == 0
    assert not picture.exists()
    assert keepers(*command, "--enable-face-swap").code == 0
    assert picture.read_bytes()[:2] == b"\xff\xd8"
    once = tree(tmp_path / "out")
    assert "Nothing to do" in keepers(*command, "--enable-face-swap").out
    assert tree(tmp_path / "out") == once
    assert tree(burst) == before
