"""What of some bundles goes to a server."""

from datetime import UTC, datetime

import pytest

from keepers.actions import Write
from keepers.model import LOCAL, Asset, Bundle, ContentId, Kind, PlaceId, Ref, Role
from keepers.plan.upload_plan import (
    Beside,
    Fate,
    Held,
    Upload,
    actions,
    beside,
    fields_beside,
    lay_out,
    sidecars,
    upload,
)

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


def placed_beside(files, sums, held, *, stack=False, key="source"):
    """What becomes of files beside a photo that lies in two albums."""
    named = {Ref(LOCAL, f"/in/{name}"): one for name, one in sums.items()}
    source = Beside(
        Ref(PLACE, key), "IMG_1.jpg", datetime(2024, 5, 1, tzinfo=UTC), (("Rome", "a1"), ("All", "a2"))
    )
    lines = beside([asset(name) for name in files], named, held, source)
    fields = fields_beside(lines, named, held, source, stack=stack)
    return lines, [(one.ref.key, one.name, one.after, one.revision) for one in fields]


def test_a_result_has_the_time_of_its_photo_and_lies_in_its_albums():
    lines, fields = placed_beside(["hdr.jpg"], {"hdr.jpg": ONE}, {})
    (sent,) = actions(lines)
    assert (sent.target.key, sent.modified_ns) == (f"upload/{ONE}/hdr.jpg", 1714521600 * 10**9)
    assert fields == [
        (f"upload/{ONE}/hdr.jpg", "album:Rome", "yes", "a1"),
        (f"upload/{ONE}/hdr.jpg", "album:All", "yes", "a2"),
    ]


def test_what_lies_in_no_file_is_written_there():
    made = asset("a_hdr.jpg")
    source = Beside(Ref(PLACE, "id"), "a.jpg", datetime(2024, 5, 1, tzinfo=UTC), ())
    (line,) = beside([made], {made.ref: ONE}, {}, source, {made.ref: b"bytes"})
    assert line.action == Write(
        Ref(PLACE, f"upload/{ONE}/a_hdr.jpg"), b"bytes", made.content, because="was made of a.jpg",
        modified_ns=1_714_521_600 * 10**9,
    )  # fmt: skip
    (line,) = beside([made], {made.ref: ONE}, {ONE: Held("x", False)}, source, {made.ref: b"bytes"})
    assert (line.fate, line.action) == (Fate.THERE, None)


def test_a_stack_has_the_photo_on_top_and_names_what_is_sent_by_its_bytes():
    held = {TWO: Held("there", trashed=False)}
    _, fields = placed_beside(["a b.jpg", "c.jpg"], {"a b.jpg": ONE, "c.jpg": TWO}, held, stack=True)
    assert fields[-1] == ("source", "stack", f"source upload/{ONE}/- there", "")


def test_what_lies_in_the_trash_or_is_the_photo_itself_is_put_nowhere():
    held = {ONE: Held("x", trashed=True), TWO: Held("source", trashed=False)}
    lines, fields = placed_beside(["a.jpg", "b.jpg"], {"a.jpg": ONE, "b.jpg": TWO}, held, stack=True)
    assert [line.fate for line in lines] == [Fate.TRASHED, Fate.THERE]
    assert not fields


def test_the_same_result_goes_once():
    lines, fields = placed_beside(["a.jpg", "b.jpg"], {"a.jpg": ONE, "b.jpg": ONE}, {})
    assert [line.fate for line in lines] == [Fate.SENT, Fate.TWICE]
    assert {key for key, *_ in fields} == {f"upload/{ONE}/a.jpg"}
