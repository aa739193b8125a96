"""The local place and what lies in archives: listed, read, copied out of; never changed."""

import zipfile
from pathlib import Path

import pytest

from keepers.actions import Action, Copy, Move, Plan, Trash, Write
from keepers.fingerprint.exact import content_id
from keepers.model import LOCAL, Fate, Found, Problem, Ref
from keepers.places.local import LocalPlace
from keepers.plan.check import check
from keepers.plan.world import World
from keepers.ports import End, Task

PHOTO = b"\xff\xd8" + bytes(range(256)) * 30
DATE = (2023, 10, 6, 8, 35, 36)
DATE_NS = 1_696_581_336 * 10**9


def zipped(path: Path, files: dict[str, bytes]) -> Path:
    """A ZIP with these files."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as made:
        for name, data in files.items():
            made.writestr(zipfile.ZipInfo(name, DATE), data, zipfile.ZIP_DEFLATED)
    return path


def inside(path: Path, name: str) -> Ref:
    """The key of a file in an archive."""
    return Ref(LOCAL, f"{path}!/{name}")


def done(place: LocalPlace, action: Action) -> tuple[End, str]:
    """Carry one action out: how it ended, and why."""
    (outcome,) = place.perform([Task(action, "token")], lambda: None)
    return outcome.end, outcome.why


# ---------------------------------------------------------------- listing


def keys(place: LocalPlace, root: str) -> list[str]:
    """What a listing shows."""
    return [entry.ref.key for entry in place.listing([root])]


def test_an_archive_is_listed_where_it_was_asked_for(tmp_path):
    made = zipped(tmp_path / "t.zip", {"b/a.jpg": PHOTO, "c.jpg": b""})
    (tmp_path / "x.jpg").write_bytes(PHOTO)
    members = [f"{made}!/b/a.jpg", f"{made}!/c.jpg"]
    assert keys(LocalPlace(), str(tmp_path)) == [str(made), f"{tmp_path}/x.jpg"]
    assert keys(LocalPlace(opens=[str(tmp_path)]), str(tmp_path)) == [*members, f"{tmp_path}/x.jpg"]
    assert keys(LocalPlace(opens=[f"{made}!"]), str(tmp_path)) == [*members, f"{tmp_path}/x.jpg"]
    assert keys(LocalPlace(opens=[f"{tmp_path}/other"]), str(tmp_path)) == [str(made), f"{tmp_path}/x.jpg"]
    assert keys(LocalPlace(), f"{made}!") == members
    (one,) = LocalPlace().listing([f"{made}!/b/a.jpg"])
    assert one == LocalPlace().look(inside(made, "b/a.jpg"))
    assert isinstance(one, Found)
    assert (one.size, one.mtime_ns) == (len(PHOTO), DATE_NS)


def test_what_is_passed_over_in_an_archive_has_its_reason(tmp_path):
    made = zipped(
        tmp_path / "t.zip",
        {
            "@eaDir/a.jpg/thumb.jpg": PHOTO,
            "@eaDir/b.jpg/thumb.jpg": PHOTO,
            "Takeout/._a.jpg": PHOTO,
            "Takeout/more.zip": PHOTO,
            "../evil.jpg": PHOTO,
            "../evil.html": PHOTO,
        },
    )
    entries = {entry.ref.key.removeprefix(f"{made}!/"): entry for entry in LocalPlace().listing([f"{made}!"])}
    told = {name: (entry.fate, entry.reason) for name, entry in entries.items() if isinstance(entry, Problem)}
    assert told == {
        "@eaDir": (Fate.IGNORED, "thumbnails of a NAS"),
        "Takeout/._a.jpg": (Fate.IGNORED, "a macOS resource fork"),
        "Takeout/more.zip": (Fate.IGNORED, "an archive within an archive; unpack it first"),
        "../evil.jpg": (Fate.UNREADABLE, "has a path that leads out of its archive"),
        "../evil.html": (Fate.IGNORED, "has a path that leads out of its archive"),
    }
    assert len(entries) == len(told)


def test_an_archive_that_is_none_is_told(tmp_path):
    (tmp_path / "t.zip").write_bytes(b"no archive at all")
    (entry,) = LocalPlace().listing([f"{tmp_path}/t.zip!"])
    assert isinstance(entry, Problem)
    assert (entry.ref.key, entry.fate) == (f"{tmp_path}/t.zip", Fate.UNREADABLE)
    assert "no ZIP archive" in entry.reason


def test_a_library_is_listed_as_its_own_catalog_tells(tmp_path):
    told = (Problem(Ref(LOCAL, f"{tmp_path}/gone.jpg"), Fate.IGNORED, "is elsewhere"),)
    (tmp_path / "internal.jpg").write_bytes(PHOTO)
    assert tuple(LocalPlace(libraries={str(tmp_path): told}).listing([str(tmp_path)])) == told


def test_a_file_in_an_archive_is_looked_at_like_any_other(tmp_path):
    made = zipped(tmp_path / "t.zip", {"a.jpg": PHOTO})
    place = LocalPlace()
    assert place.content(inside(made, "a.jpg")) == content_id(PHOTO)
    assert place.exists(inside(made, "a.jpg"))
    assert not place.exists(inside(made, "b.jpg"))
    assert place.look(inside(made, "b.jpg")) is None
    assert place.identity(f"{made}!") == place.identity(str(made))
    assert place.identity(f"{made}!").endswith(f":{made.stat().st_ino}")
    assert place.volume(inside(made, "a.jpg")).id == place.volume(Ref(LOCAL, str(made))).id
    with pytest.raises(OSError, match=r"No such file"):
        place.content(inside(made, "b.jpg"))


# ---------------------------------------------------------------- copying out


@pytest.mark.parametrize(
    ("modified", "shown"), [(0, DATE_NS), (1_500_000_000 * 10**9, 1_500_000_000 * 10**9)]
)
def test_a_copy_out_of_an_archive_has_bytes_and_time(tmp_path, modified, shown):
    made = zipped(tmp_path / "t.zip", {"b/a.jpg": PHOTO})
    new = tmp_path / "new/folder/a.jpg"
    copied = Copy(
        inside(made, "b/a.jpg"), Ref(LOCAL, str(new)), content_id(PHOTO), len(PHOTO), modified_ns=modified
    )
    place = LocalPlace()
    folders = [folder.ref.key for folder in place.folders([Task(copied, "token")])]
    assert f"{made}!/b" not in folders
    assert str(new.parent) in folders
    assert done(place, copied) == (End.DONE, "")
    assert new.read_bytes() == PHOTO
    assert new.stat().st_mtime_ns == shown
    assert [path.name for path in new.parent.iterdir()] == ["a.jpg"]
    assert place.settle(Task(copied, "token")).end is End.DONE


def test_a_copy_of_something_else_than_was_planned_leaves_nothing(tmp_path):
    made = zipped(tmp_path / "t.zip", {"a.jpg": PHOTO})
    new = tmp_path / "a.jpg"
    other = Copy(inside(made, "a.jpg"), Ref(LOCAL, str(new)), content_id(b"else"), len(PHOTO))
    assert done(LocalPlace(), other) == (End.CHANGED, "it has changed since the plan was made")
    gone = Copy(inside(made, "b.jpg"), Ref(LOCAL, str(new)), content_id(PHOTO), len(PHOTO))
    assert done(LocalPlace(), gone) == (End.CHANGED, "it is gone")
    assert [path.name for path in tmp_path.iterdir()] == ["t.zip"]


def test_a_copy_of_a_damaged_file_leaves_nothing(tmp_path):
    made = zipped(tmp_path / "t.zip", {"a.jpg": PHOTO})
    data = bytearray(made.read_bytes())
    data[60] ^= 0xFF
    made.write_bytes(data)
    copied = Copy(inside(made, "a.jpg"), Ref(LOCAL, f"{tmp_path}/a.jpg"), content_id(PHOTO), len(PHOTO))
    end, why = done(LocalPlace(), copied)
    assert end is End.FAILED
    assert "is damaged" in why
    assert [path.name for path in tmp_path.iterdir()] == ["t.zip"]


@pytest.mark.parametrize("lost", [False, True])
def test_a_copy_is_taken_back_only_while_the_archive_has_it(tmp_path, lost):
    made = zipped(tmp_path / "t.zip", {"a.jpg": PHOTO})
    new = tmp_path / "a.jpg"
    copied = Copy(inside(made, "a.jpg"), Ref(LOCAL, str(new)), content_id(PHOTO), len(PHOTO))
    place = LocalPlace()
    assert done(place, copied)[0] is End.DONE
    if lost:
        zipped(made, {"a.jpg": PHOTO[::-1]})
    back = Trash(copied.target, copied.content, copied.size, undoes=copied)
    assert done(place, back) == (
        (End.CHANGED, "its source is gone or has changed, so this copy stays") if lost else (End.DONE, "")
    )
    assert new.exists() == lost


# ---------------------------------------------------------------- never changed


def actions(inner: Ref, outer: Ref) -> list[Action]:
    """All that would change something within a library."""
    content, size = content_id(PHOTO), len(PHOTO)
    return [
        Move(inner, outer, content, size),
        Trash(inner, content, size, rejected=True),
        Copy(outer, inner, content, size),
        Move(outer, inner, content, size),
        Write(inner, PHOTO, content),
        Write(inner, b"new", content_id(b"new"), replaces=content),
    ]


@pytest.mark.parametrize("number", range(6))
@pytest.mark.parametrize("kind", ["archive", "library"])
def test_nothing_in_an_archive_or_apple_library_is_changed(tmp_path, kind, number):
    outer = Ref(LOCAL, str(tmp_path / "x.jpg"))
    if number in {2, 3}:
        Path(outer.key).write_bytes(PHOTO)
    if kind == "archive":
        made = zipped(tmp_path / "t.zip", {"a.jpg": PHOTO})
        inner = inside(made, "b.jpg" if number in {2, 3, 4} else "a.jpg")
    else:
        made = tmp_path / "My.photoslibrary/originals/a.jpg"
        made.parent.mkdir(parents=True)
        made.write_bytes(PHOTO)
        inner = Ref(LOCAL, str(made.with_name("b.jpg" if number in {2, 3, 4} else "a.jpg")))
    before = sorted((str(path), path.stat().st_mtime_ns) for path in tmp_path.rglob("*"))
    action = actions(inner, outer)[number]
    place = LocalPlace([str(tmp_path)])
    (task,) = place.prepare([Task(action, "token")])
    (outcome,) = place.perform([task], lambda: None)
    assert outcome.end is End.FAILED
    assert "only read, never changed" in outcome.why
    assert sorted((str(path), path.stat().st_mtime_ns) for path in tmp_path.rglob("*")) == before
    world = World(
        {
            Ref(LOCAL, action.ref.key) if isinstance(action, Trash) else inner: content_id(PHOTO),
            outer: content_id(PHOTO),
        }
    )
    (refused,) = check(Plan("bad", (action,)), world).refused
    assert refused.why.endswith("which is only read, never changed")
