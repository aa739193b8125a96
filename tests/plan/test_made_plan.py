"""Pictures that were made stand beside their photo or in one folder, and never in another's place."""

from collections.abc import Mapping
from datetime import UTC, datetime

from keepers.actions import Write
from keepers.decide.destination import collision_key
from keepers.fingerprint.exact import content_id
from keepers.model import LOCAL, Asset, ContentId, Kind, Ref, Taken
from keepers.plan.made_plan import Made, place

WHEN = datetime(2024, 5, 1, tzinfo=UTC)


def made(path: str, data: bytes = b"new") -> Made:
    asset = Asset(Ref(LOCAL, path), Kind.PHOTO, 1, "", ContentId("b3:1"), Taken(WHEN, "exif", certain=True))
    return Made(asset, "_hdr", ".jpg", data, "merged")


def placed(pictures: list[Made], files: Mapping[str, bytes], folder: str = ""):
    def names(wanted: str) -> dict[str, str]:
        found = [path.rpartition("/")[2] for path in files if path.rpartition("/")[0] == wanted]
        return {collision_key(name): name for name in found}

    return place("merge", pictures, folder, names, lambda path: content_id(files[path]))


def test_beside_its_photo_or_in_the_folder_with_the_time_of_the_photo():
    beside = placed([made("/p/IMG_1.JPG")], {"/p/IMG_1.JPG": b"a"})
    assert beside.paths == ("/p/IMG_1_hdr.jpg",)
    (action,) = beside.plan.actions
    assert isinstance(action, Write)
    assert action.modified_ns == int(WHEN.timestamp()) * 10**9
    assert placed([made("/p/IMG_1.JPG")], {}, "/out/").paths == ("/out/IMG_1_hdr.jpg",)


def test_what_is_there_already_is_not_written_again():
    again = placed([made("/p/IMG_1.JPG")], {"/p/img_1_HDR.jpg": b"new"})
    assert again.paths == ("/p/img_1_HDR.jpg",)
    assert again.plan.actions == ()


def test_another_file_of_the_name_stays_and_names_are_given_once():
    files = {"/out/IMG_1_hdr.jpg": b"somebody's"}
    both = placed(
        [made("/a/IMG_1.JPG"), made("/b/img_1.jpg"), made("/c/IMG_1.HEIC", b"third")], files, "/out"
    )
    assert both.paths == ("/out/IMG_1_hdr_1.jpg", "/out/img_1_hdr_2.jpg", "/out/IMG_1_hdr_3.jpg")
    assert [action.target.key for action in both.plan.actions if isinstance(action, Write)] == list(
        both.paths
    )
