"""Names for drives that take only what Windows takes, and the rights to folders, in plans."""

import os

import pytest
from hypothesis import given
from hypothesis import strategies as st

from keepers.actions import Copy, Move, Plan, Trash, Write
from keepers.apply.look import world
from keepers.fingerprint.exact import content_id
from keepers.model import Ref
from keepers.places.memory import MEMORY, MemoryPlace
from keepers.plan.check import Checked, check
from keepers.plan.portable import portable
from keepers.ports import Rights, Volume

FILE_NAMES = st.binary(min_size=1, max_size=255).map(
    lambda raw: os.fsdecode(raw.replace(b"/", b"_").replace(b"\0", b"_"))
)


@pytest.mark.parametrize(
    ("name", "mapped"),
    [
        ("IMG_1.jpg", "IMG_1.jpg"),
        ('a:b"<c>|d?*\\.jpg', "a\uff1ab\uff02\uff1cc\uff1e\uff5cd\uff1f\uff0a\uff3c.jpg"),
        ("tab\t.jpg", "tab\u2409.jpg"),
        ("con.tar.gz", "con_.tar.gz"),
        ("LPT1", "LPT1_"),
        ("content.jpg", "content.jpg"),
        ("end.", "end\uff0e"),
        ("end ", "end\u2420"),
        (os.fsdecode(b"caf\xe9.jpg"), "caf\u201bE9.jpg"),
        ("\U0001f600" * 130 + ".jpg", "\U0001f600" * 125 + ".jpg"),
    ],
)  # fmt: skip
def test_names_as_windows_takes_them(name, mapped):
    """Hazards 29, 49, 50, 51."""
    assert portable(name) == mapped


@given(FILE_NAMES)
def test_every_name_becomes_one_that_is_taken(name):
    mapped = portable(name)
    assert portable(mapped) == mapped
    assert len(mapped.encode("utf-16-le")) <= 510
    assert not set(mapped) & set('<>:"\\|?*/')
    assert not mapped.endswith((".", " "))


class Drive(MemoryPlace):
    """A memory in which /usb is a drive that takes only portable names."""

    def volume(self, ref: Ref) -> Volume:
        volume = super().volume(ref)
        return Volume("usb", volume.free, portable=True) if ref.key.startswith("/usb") else volume


def checked(place: MemoryPlace, *actions: Copy | Move | Write | Trash) -> Checked:
    plan = Plan("a test", actions)
    return check(plan, world(plan, place))


def copy(place: MemoryPlace, source: str, target: str, unit: str = "") -> Copy:
    data = place.files[source].data
    return Copy(Ref(MEMORY, source), Ref(MEMORY, target), content_id(data), len(data), unit=unit)


def test_names_that_become_one_are_told_apart_and_companions_stay_together():
    """Hazards 5, 9."""
    place = Drive()
    for name, data in (("x:.jpg", b"a"), ("x\uff1a.jpg", b"b"), ("x\uff1a.jpg.xmp", b"c")):
        place.put(f"/in/{name}", data)
    done = checked(
        place,
        copy(place, "/in/x:.jpg", "/usb/x:.jpg"),
        copy(place, "/in/x\uff1a.jpg", "/usb/x\uff1a.jpg", "pair"),
        copy(place, "/in/x\uff1a.jpg.xmp", "/usb/x\uff1a.jpg.xmp", "pair"),
    )
    assert done.refused == ()
    first, photo, beside = (action.target.key for action in done.actions if isinstance(action, Copy))
    assert first == "/usb/x\uff1a.jpg"
    stem = photo.removesuffix(".jpg")
    assert stem.startswith("/usb/x\uff1a_")
    assert beside == stem + ".jpg.xmp"


def test_only_drives_that_need_it_get_other_names():
    place = Drive()
    place.put("/in/a:b.jpg", b"a")
    (action,) = checked(place, copy(place, "/in/a:b.jpg", "/out/a:b.jpg")).actions
    assert action == copy(place, "/in/a:b.jpg", "/out/a:b.jpg")
    (action,) = checked(place, copy(place, "/in/a:b.jpg", "/usb/c: d/a:b.jpg")).actions
    assert isinstance(action, Copy)
    assert action.target.key == "/usb/c\uff1a d/a\uff1ab.jpg"
    assert action.named == "/usb/c: d/a:b.jpg"


RIGHTS = [
    (Rights.REFERENCE, {"out", "in", "fill", "trash", "replace"}),
    (Rights.MAY_MOVE, {"trash", "replace"}),
    (Rights.MAY_TRASH, set()),
]  # fmt: skip


@pytest.mark.parametrize(("said", "refused"), RIGHTS)
def test_what_an_owner_said_of_a_folder_holds(said, refused):
    place = MemoryPlace()
    place.said["/mine"] = said
    for name in ("a", "b", "c"):
        place.put(f"/mine/{name}", b"data")
    place.put("/other/a", b"data")
    content = content_id(b"data")
    mine, other = Ref(MEMORY, "/mine/a"), Ref(MEMORY, "/other/a")
    deeds: dict[str, Copy | Move | Write | Trash] = {
        "out": Move(mine, Ref(MEMORY, "/other/b"), content, 4),
        "in": Move(other, Ref(MEMORY, "/mine/d"), content, 4),
        "fill": Copy(other, Ref(MEMORY, "/mine/d"), content, 4),
        "trash": Trash(mine, content, 4, rejected=True),
        "replace": Write(mine, b"new", content_id(b"new"), content),
        "read": Copy(mine, Ref(MEMORY, "/other/b"), content, 4),
    }
    assert {name for name, deed in deeds.items() if checked(place, deed).refused} == refused


def test_the_innermost_folder_counts():
    place = MemoryPlace()
    place.said |= {"/mine": Rights.REFERENCE, "/mine/inbox": Rights.MAY_TRASH}
    place.put("/mine/inbox/a", b"data")
    trash = Trash(Ref(MEMORY, "/mine/inbox/a"), content_id(b"data"), 4, rejected=True)
    assert checked(place, trash).refused == ()
