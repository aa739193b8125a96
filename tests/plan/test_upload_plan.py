"""What of some bundles goes to a server."""

import pytest

from keepers.model import LOCAL, Asset, Bundle, ContentId, Kind, PlaceId, Ref, Role
from keepers.plan.upload_plan import Fate, Held, Upload, actions, lay_out, sidecars, upload

PLACE = PlaceId("immich")
ONE, TWO, THREE = ("1" * 40, "2" * 40, "3" * 40)


def asset(name, kind=Kind.PHOTO, role=Role.MAIN):
    return Asset(Ref(LOCAL, f"/in/{name}"), kind, 5, "5:1:1", ContentId(f"b3:{name}"), role=role)


def fates(bundles, sums, held=None):
    named = {Ref(LOCAL, f"/in/{name}"): one for name, one in sums.items()}
    return {line.asset.ref.key[4:]: line.fate for line in lay_out(bundles, named, held or {}, PLACE)}


def test_a_photo_goes_with_its_sidecar_and_after_its_film():
    film = asset("a.mov", Kind.VIDEO, Role.LIVE_VIDEO)
    xmp, notes = asset("A.XMP", Kind.COMPANION, Role.SIDECAR), asset("a.aae", Kind.COMPANION, Role.SIDECAR)
    bundle = Bundle(asset("a.heic"), (xmp, notes, film))
    sums = {Ref(LOCAL, "/in/a.heic"): ONE, Ref(LOCAL, "/in/a.mov"): TWO}
    lines = lay_out([bundle], sums, {}, PLACE)
    assert {line.asset.ref.key: line.fate for line in lines} == {
        "/in/a.mov": Fate.SENT, "/in/a.heic": Fate.SENT, "/in/A.XMP": Fate.ALONG, "/in/a.aae": Fate.LEFT,
    }  # fmt: skip
    sent = actions(lines)
    assert [one.target.key for one in sent] == [f"upload/{TWO}/a.mov", f"upload/{ONE}+{TWO}/a.heic"]
    assert len({one.unit for one in sent}) == 1


@pytest.mark.parametrize(
    ("held", "fate"),
    [({ONE: Held("id", False)}, Fate.THERE), ({ONE: Held("id", True)}, Fate.TRASHED), ({}, Fate.SENT)],
)
def test_what_the_server_has_stays_here(held, fate):
    assert fates([Bundle(asset("a.jpg"))], {"a.jpg": ONE}, held) == {"a.jpg": fate}


def test_the_same_bytes_go_once():
    bundles = [Bundle(asset("b.jpg")), Bundle(asset("a.jpg")), Bundle(asset("c.jpg"))]
    assert fates(bundles, {"a.jpg": ONE, "b.jpg": ONE, "c.jpg": THREE}) == {
        "a.jpg": Fate.SENT, "b.jpg": Fate.TWICE, "c.jpg": Fate.SENT,
    }  # fmt: skip


def test_what_has_no_checksum_stays_here():
    assert fates([Bundle(asset("a.jpg"))], {}) == {"a.jpg": Fate.LEFT}


@pytest.mark.parametrize("one", [Upload(ONE, "a.jpg"), Upload(ONE, "a+b c.jpg", TWO)])
def test_a_key_tells_what_it_stands_for(one):
    assert upload(one.key) == one


@pytest.mark.parametrize(
    "key", ["", "upload", f"upload/{ONE}", f"upload/{ONE}/a/b", "album/Trip", f"upload/{ONE[1:]}/a"]
)
def test_other_keys_stand_for_nothing(key):
    assert upload(key) is None


@pytest.mark.parametrize(
    ("beside", "found"),
    [
        (["a.xmp", "a.jpg.xmp", "b.xmp"], ["a.jpg.xmp", "a.xmp"]),
        (["A.XMP"], ["A.XMP"]),
        (["a.jpg", "aa.xmp"], []),
    ],
)
def test_sidecars_are_known_by_their_names(beside, found):
    assert sidecars("a.jpg", beside) == found
