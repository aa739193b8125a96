"""Where a server's files lie on this machine."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from keepers.errors import SettingsError
from keepers.places.immich_api.paths import checked_paths, mapped

PATHS = {
    "/usr/src/app/upload": "/mnt/photos",
    "/usr/src/app/upload/library/anna": "/home/anna/pictures",
    "/ext": "/media",
}


@pytest.mark.parametrize(
    ("told", "here"),
    [
        ("/usr/src/app/upload/library/ben/2024/a.jpg", "/mnt/photos/library/ben/2024/a.jpg"),
        ("/usr/src/app/upload/library/anna/a b.jpg", "/home/anna/pictures/a b.jpg"),
        ("/usr/src/app/upload/library/annabel/a.jpg", "/mnt/photos/library/annabel/a.jpg"),
        ("/ext/ä/a..jpg", "/media/ä/a..jpg"),
        ("/ext", None),
        ("/ext/", None),
        ("/exterior/a.jpg", None),
        ("/elsewhere/a.jpg", None),
        ("ext/a.jpg", None),
        ("", None),
        ("/", None),
        ("/ext/../etc/passwd", None),
        ("/ext/./a.jpg", None),
        ("/ext//a.jpg", None),
        ("/ext/a\0.jpg", None),
        ("/ext/a\n.jpg", None),
        ("/ext/a\\..\\b.jpg", None),
        ("/ext/" + "a" * 5000, None),
    ],
)
def test_the_longest_folder_wins_and_nothing_leads_out_of_it(told, here):
    assert mapped(told, PATHS) == here


def test_paths_of_older_servers_begin_without_a_slash():
    assert mapped("upload/library/a.jpg", {"upload": "/mnt/photos"}) == "/mnt/photos/library/a.jpg"


@given(st.lists(st.sampled_from(["..", ".", "", "a", "etc", "/", "\\", "\0"]), max_size=8))
def test_whatever_a_server_tells_stays_below_the_folder(parts):
    found = mapped("/ext/" + "/".join(parts), {"/ext": "/media"})
    assert found is None or (found.startswith("/media/") and ".." not in found.split("/"))


def test_what_the_settings_map_is_brought_into_one_form():
    given = {"/usr/src/app/upload/": "/mnt/photos/../photos/"}
    assert checked_paths(given, "here") == {"/usr/src/app/upload": "/mnt/photos"}


@pytest.mark.parametrize("wrong", [{"/a": "photos"}, {"/a": 5}, {"": "/b"}, {"/a/../b": "/b"}, {"/": "/b"}])
def test_what_is_no_folder_is_told(wrong):
    with pytest.raises(SettingsError, match="here"):
        checked_paths(wrong, "here")
