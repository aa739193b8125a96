"""A server whose files lie on this machine, too: by its paths, by checksum, by name and size."""

import pytest

from tests.cli.test_served import cache, groups, pictures, set_up  # noqa: F401 (a fixture)
from tests.immich.server import running
from tests.immich.uploads import upload_all

pytestmark = pytest.mark.slow


class Mapped:
    """A server, and the ids of its photos by name."""

    def __init__(self, server, ids):
        self.state, self.requests, self.ids = server.state, server.requests, ids


@pytest.fixture
def library(photos, tmp_path):
    """Every picture once, in one folder, as the server of the tests keeps them."""
    folder = tmp_path / "library"
    folder.mkdir()
    once = {file.read_bytes(): file for file in sorted(photos.rglob("*.jpg"), reverse=True)}
    for data, file in once.items():
        (folder / file.name).write_bytes(data)
    return folder


@pytest.fixture
def mapped(cache, monkeypatch, library):  # noqa: F811 (the fixture)
    """A server that has the library, whose folder /photos lies here."""
    with running() as made:
        set_up(made, monkeypatch)
        monkeypatch.setenv("KEEPERS_IMMICH_PATHS", f"/photos={library}")
        yield Mapped(made, upload_all(made.state, library))


def explained(keepers, server, name):
    told = keepers("explain", f"immich:{server.ids[name]}", "--json")
    assert told.code == 0, told.err
    return told.json


def test_files_are_read_here_instead_of_pictures_of_them(keepers, mapped, library):
    first = keepers("group", "immich:", "--json")
    assert pictures(mapped) == 0
    name = next(iter(mapped.ids))
    told = explained(keepers, mapped, name)
    assert told["here"] == {"path": str(library / name), "evidence": "path"}
    assert told["pixels"] == "file"
    assert told["content"].startswith("b3:")
    # The folder itself has the very same groups.
    found = keepers("group", str(library), "--json")
    assert [one[1] for one in groups(first)] == [one[1] for one in groups(found) if one[0] != "same-bytes"]


def test_the_file_and_the_asset_are_one_photo_in_two_places(keepers, mapped, library):
    told = keepers("group", "immich:", str(library), "--kind", "burst", "--json").json
    members = [member for group in told["groups"] for member in group["members"]]
    assert members
    for one in members:
        assert {path.partition(":")[0] == "immich" for path in (one["path"], *one["copies"])} == {True, False}


def test_a_file_with_other_bytes_is_not_taken_for_the_asset(keepers, mapped, library):
    name = next(iter(mapped.ids))
    file = library / name
    data = bytearray(file.read_bytes())
    data[-3] ^= 1
    file.write_bytes(data)
    assert keepers("scan", "immich:").code == 0
    assert pictures(mapped) == 1
    told = explained(keepers, mapped, name)
    assert told["here"] is None
    assert told["pixels"] == "thumbnail"


def test_an_external_librarys_file_is_hashed_here(keepers, mapped, library):
    for asset in mapped.state.assets.values():
        asset.library = "00000000-0000-4000-8000-000000000007"
    assert keepers("scan", "immich:", str(library)).code == 0
    assert pictures(mapped) == 0
    told = explained(keepers, mapped, next(iter(mapped.ids)))
    assert told["content"].startswith("b3:")
    assert told["here"]["evidence"] == "path"


def test_settings_of_later_count_for_what_is_known(keepers, mapped, library, monkeypatch):
    paths = f"/photos={library}"
    monkeypatch.delenv("KEEPERS_IMMICH_PATHS")
    assert keepers("scan", "immich:").code == 0
    loaded = pictures(mapped)
    assert loaded == len(mapped.ids)
    monkeypatch.setenv("KEEPERS_IMMICH_PATHS", paths)
    assert keepers("scan", "immich:").code == 0
    assert pictures(mapped) == loaded
    assert explained(keepers, mapped, next(iter(mapped.ids)))["here"]["evidence"] == "path"
    before = len(mapped.requests)
    assert keepers("scan", "immich:").code == 0
    assert len(mapped.requests) - before < 10


def test_a_namesake_is_looked_at_and_counts_as_no_copy(keepers, mapped, library, monkeypatch):
    monkeypatch.delenv("KEEPERS_IMMICH_PATHS")
    for asset in mapped.state.assets.values():
        asset.library = "00000000-0000-4000-8000-000000000007"
    assert keepers("scan", str(library), "immich:").code == 0
    told = explained(keepers, mapped, next(iter(mapped.ids)))
    assert told["here"]["evidence"] == "name"
    assert told["content"].startswith("ref:")
    assert (
        "nobody has compared the bytes" in keepers("explain", f"immich:{next(iter(mapped.ids.values()))}").out
    )
    found = keepers("group", "immich:", str(library), "--json").json["groups"]
    assert "same-picture" in {group["kind"] for group in found}
    assert not {"same-bytes", "same-pixels"} & {group["kind"] for group in found}


def test_two_of_one_name_and_size_are_nobodys_namesake(keepers, mapped, library, monkeypatch):
    monkeypatch.delenv("KEEPERS_IMMICH_PATHS")
    name = next(iter(mapped.ids))
    data = bytearray((library / name).read_bytes())
    data[-3] ^= 1
    (library / "other").mkdir()
    (library / "other" / name).write_bytes(data)
    for asset in mapped.state.assets.values():
        asset.library = "00000000-0000-4000-8000-000000000007"
    assert keepers("scan", str(library), "immich:").code == 0
    assert explained(keepers, mapped, name)["here"] is None


def test_a_photo_whose_bytes_are_known_is_read_here_from_then_on(keepers, mapped, library, monkeypatch):
    paths = f"/photos={library}"
    monkeypatch.delenv("KEEPERS_IMMICH_PATHS")
    assert keepers("scan", "immich:", "--use-full-resolution").code == 0
    monkeypatch.setenv("KEEPERS_IMMICH_PATHS", paths)
    assert keepers("scan", "immich:").code == 0
    name = next(iter(mapped.ids))
    told = explained(keepers, mapped, name)
    assert told["here"] == {"path": str(library / name), "evidence": "path"}
    assert told["taken"]["certain"]


def test_an_album_is_compared_once_and_takes_nothing_from_the_others(keepers, mapped, library):
    first, second = list(mapped.ids)[:2]
    mapped.state.album("One", mapped.ids[first])
    mapped.state.album("Two", mapped.ids[second])
    assert keepers("scan", "immich:album/One").code == 0
    assert keepers("scan", "immich:album/Two").code == 0
    for name in (first, second):
        assert explained(keepers, mapped, name)["here"] == {"path": str(library / name), "evidence": "path"}
    data = bytearray((library / first).read_bytes())
    data[-3] ^= 1
    (library / first).write_bytes(data)
    assert keepers("scan", "immich:album/One").code == 0
    assert explained(keepers, mapped, first)["here"] is not None


def test_folders_in_which_nothing_is_found_are_told(keepers, mapped, library, monkeypatch):
    assert "compare them with" not in keepers("scan", "immich:").err
    monkeypatch.setenv("KEEPERS_IMMICH_PATHS", f"/elsewhere={library}")
    told = keepers("scan", "immich:")
    assert told.code == 0
    assert f"none of {len(mapped.ids)} photos of immich: lies in the folders" in told.err


def test_a_disk_that_comes_later_is_found(keepers, mapped, library):
    away = library.with_name("away")
    library.rename(away)
    assert keepers("scan", "immich:").code == 0
    away.rename(library)
    assert keepers("scan", "immich:").code == 0
    assert explained(keepers, mapped, next(iter(mapped.ids)))["here"]["evidence"] == "path"
