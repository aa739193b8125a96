"""Originals of a server in a folder of our own: proved, as many as find room, and gone at the end."""

import contextlib
import fcntl
import os
import time
from pathlib import Path

import pytest

from keepers.errors import PlaceUnreachableError, RefusedError, SettingsError
from keepers.fingerprint.exact import content_id
from keepers.model import Asset, ContentId, Kind, PlaceId, Ref
from keepers.places import files, immich_api
from keepers.places.immich_api import Profile, fetching
from keepers.ports import Failure
from keepers.workflows.uploading import sha1
from tests.apply.worlds import Silent
from tests.immich.server import KEY, Fault
from tests.immich.state import Face, an_id

SILENT = Silent()
PLACE = PlaceId("immich")
#: When an asset changed, in nanoseconds: what the folder of pictures knows it by.
REVISION = "9:1714564801000000000:0"


@contextlib.contextmanager
def galleries(server, tmp_path):
    def opening(_):
        return immich_api.opened(Profile("default", server.url, KEY), pause=0.01, longest=0.5)

    with immich_api.Galleries(opening, str(tmp_path / "pictures"), 0, exact=True) as made:
        yield made


@pytest.fixture
def fetch(newest, tmp_path):
    @contextlib.contextmanager
    def fetched(*assets, lying=None):
        with (
            galleries(newest, tmp_path) as made,
            fetching.fetched(made, str(tmp_path / "pictures"), assets, lying or {}, SILENT) as found,
        ):
            yield found

    return fetched


def asset(server, data, content="", name="IMG 1.JPG"):
    key = server.state.add(name, data)
    known = ContentId(content or f"sha1:{sha1(data)}")
    return Asset(Ref(PLACE, key), Kind.PHOTO, len(data), REVISION, known, name=name)


def kept(tmp_path):
    return sorted((tmp_path / "pictures" / fetching.FOLDER).rglob("*"))


def test_originals_are_there_for_a_while(newest, fetch, tmp_path):
    one, two = asset(newest, b"one"), asset(newest, b"two", content_id(b"two"), name="x.NEF")
    with fetch(one, two, one) as found:
        paths = {ref: str(path) for ref, path in found.items()}
        assert Path(paths[one.ref]).read_bytes() == b"one"
        assert Path(paths[two.ref]).read_bytes() == b"two"
        assert [os.path.splitext(path)[1] for path in paths.values()] == [".jpg", ".nef"]
    assert kept(tmp_path) == []
    assert len(newest.asked(f"GET /api/assets/{one.ref.key}/original")) == 1
    # What is loaded once is kept among the pictures.
    with fetch(one) as found:
        assert Path(str(found[one.ref])).read_bytes() == b"one"
    assert len(newest.asked(f"GET /api/assets/{one.ref.key}/original")) == 1


@pytest.mark.parametrize("content", [f"sha1:{'0' * 40}", str(content_id(b"another")), f"b3:{'0' * 64}"])
def test_other_bytes_are_no_original(newest, fetch, tmp_path, content):
    with fetch(asset(newest, b"one", content)) as found:
        (failure,) = found.values()
        assert isinstance(failure, Failure)
        assert "other bytes" in failure.reason
    assert kept(tmp_path) == []


def test_without_a_checksum_the_size_counts(newest, fetch):
    right, wrong = (asset(newest, data, "ref:immich/1") for data in (b"four", b"seven!!"))
    newest.state.assets[wrong.ref.key].data = b"six!!!"
    with fetch(right, wrong) as found:
        assert isinstance(found[right.ref], str)
        assert isinstance(found[wrong.ref], Failure)


def test_what_lies_on_this_machine_is_read_there_while_it_is_the_same(newest, fetch, tmp_path):
    one, two = asset(newest, b"one"), asset(newest, b"two")
    for name in ("here", "changed"):
        (tmp_path / name).write_bytes(b"one")
    lying = {one.ref: str(tmp_path / "here"), two.ref: str(tmp_path / "changed")}
    with fetch(one, two, lying=lying) as found:
        assert found[one.ref] == str(tmp_path / "here")
        assert found[two.ref] not in {None, str(tmp_path / "changed")}
    assert not newest.asked(f"GET /api/assets/{one.ref.key}/original")
    assert (tmp_path / "here").exists()


def test_a_disk_without_second_names_gets_copies(newest, fetch, monkeypatch):
    def refused(*_):
        raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr(files, "link", refused)
    one = asset(newest, b"one")
    with fetch(one) as found:
        assert Path(str(found[one.ref])).read_bytes() == b"one"


def test_a_full_disk_is_told_before_anything_is_loaded(newest, fetch, monkeypatch):
    one = asset(newest, b"one")
    monkeypatch.setattr(files, "volume", lambda _: (1, 5))
    with pytest.raises(RefusedError, match=r"not enough space.*--immich-cache-dir"), fetch(one):
        pass
    assert not newest.asked("GET /api/assets/")


def test_nothing_is_left_where_the_server_goes_away(newest, fetch, tmp_path):
    assets = [asset(newest, bytes([number])) for number in range(3)]
    newest.faults.append(Fault("cut", f"GET /api/assets/{assets[2].ref.key}/original", times=99))
    with pytest.raises(PlaceUnreachableError), fetch(*assets):
        pass
    assert kept(tmp_path) == []


def test_what_a_killed_run_left_goes_and_what_another_uses_stays(newest, fetch, tmp_path):
    outer = tmp_path / "pictures" / fetching.FOLDER
    hours_ago = time.time() - 7200
    for name in ("left", "used"):
        (outer / name).mkdir(parents=True)
        (outer / name / "0.jpg").write_bytes(b"old")
        os.utime(outer / name, (hours_ago, hours_ago))
    (outer / "young").mkdir()
    handle = os.open(outer / "used", os.O_RDONLY)
    fcntl.flock(handle, fcntl.LOCK_EX)
    try:
        with fetch(asset(newest, b"one")):
            assert not (outer / "left").exists()
            assert {"used", "young"} < {path.name for path in outer.iterdir()}
    finally:
        os.close(handle)


def test_servers_tell_whose_faces_are_in_photos(newest, tmp_path):
    ids = [newest.state.add(f"{number}.jpg", bytes([number])) for number in range(3)]
    newest.state.people[an_id(7)] = "Anna"
    newest.state.faces += [
        Face(an_id(71), ids[0], an_id(7), (10, 20, 30, 40), (100, 100)),
        Face(an_id(72), ids[1], None, (10, 20, 30, 40), (100, 100)),
    ]
    newest.state.assets.pop(ids[2])
    refs = [Ref(PLACE, key) for key in ids]
    with galleries(newest, tmp_path) as made:
        found = fetching.whose(made, refs)
        assert [(face.box, face.person and face.person.id) for face in found[refs[0]]] == [
            ((0.1, 0.2, 0.2, 0.2), an_id(7))
        ]
        assert [face.person for face in found[refs[1]]] == [None]
        assert found[refs[2]] == ()
        newest.keys[KEY] = {"asset.read"}
        with pytest.raises(SettingsError):
            fetching.whose(made, refs)
