"""What a person decided of a group is remembered by contents, after moves and rescans too."""

from pathlib import Path
from typing import Any

import pytest

from tests.cli.world import Keepers, tree

pytestmark = pytest.mark.slow


@pytest.fixture
def group(keepers: Keepers, photos: Path) -> dict[str, Any]:
    """The photo with two messenger copies."""
    found = keepers("group", photos, "--kind", "same-picture", "--json").json["groups"]
    picked: dict[str, Any] = next(one for one in found if len(one["members"]) == 3)
    return picked


def shown(keepers: Keepers, *words: str | Path) -> list[tuple[int, int]]:
    """Members and keepers of each group of the same picture."""
    found = keepers("group", *words, "--kind", "same-picture", "--json").json["groups"]
    return sorted((len(one["members"]), sum(m["keep"] for m in one["members"])) for one in found)


def test_keep_all_is_never_asked_again(keepers: Keepers, photos: Path, group: dict[str, Any]) -> None:
    before = tree(photos)
    told = keepers("decide", group["id"], "--keep-all", "--json")
    assert (told.code, len(told.json["keep"])) == (0, 3)
    assert (3, 3) in shown(keepers)
    moved = photos.with_name("moved")
    photos.rename(moved)
    assert (3, 3) in shown(keepers, moved)
    dropped = keepers("duplicates", moved, "--kind", "same-picture", "--json").json["groups"]
    assert group["id"] not in {one["id"] for one in dropped}
    moved.rename(photos)
    assert tree(photos) == before


def test_a_pick_outranks_the_rules(keepers: Keepers, group: dict[str, Any]) -> None:
    worst = next(member["path"] for member in group["members"] if not member["keep"])
    keepers("decide", group["id"], "--keep", worst)
    found = keepers("group", "--kind", "same-picture", "--json").json["groups"]
    picked = next(one for one in found if one["id"] == group["id"])
    assert [member["path"] for member in picked["members"] if member["keep"]] == [worst]
    member = next(member for member in picked["members"] if member["keep"])
    assert member["reasons"][0] == "a person decided to keep it"
    listed = keepers("duplicates", "--kind", "same-picture", "--json").json["groups"]
    assert next(one for one in listed if one["id"] == group["id"])["keep"] == worst


def test_a_name_alone_will_do_where_one_photo_bears_it(keepers: Keepers, group: dict[str, Any]) -> None:
    worst = next(member["path"] for member in group["members"] if not member["keep"])
    told = keepers("decide", group["id"], "--keep", Path(worst).name, "--json")
    assert told.json["keep"] == [worst]


def test_what_is_not_the_same_is_parted(keepers: Keepers, photos: Path, group: dict[str, Any]) -> None:
    other = next(member["path"] for member in group["members"] if not member["keep"])
    assert (3, 1) in shown(keepers, photos)
    keepers("decide", group["id"], "--not-same", other)
    assert (3, 1) not in shown(keepers, photos)
    assert (2, 1) in shown(keepers, photos)
    keepers("decide", group["id"], "--forget")
    assert (3, 1) in shown(keepers, photos)


def test_keep_all_of_equal_bytes(keepers: Keepers, photos: Path) -> None:
    found = keepers("duplicates", photos, "--kind", "same-bytes", "--json").json["groups"]
    keepers("scan", photos)
    assert keepers("decide", found[0]["id"], "--keep-all").code == 0
    assert keepers("duplicates", photos, "--kind", "same-bytes", "--json").json["groups"] == []
    assert keepers("duplicates", photos, "--trash", "--yes", "--kind", "same-bytes").code == 0
    assert list(photos.rglob(".keepers-trash")) == []
    assert keepers("decide", found[0]["id"], "--forget").code == 0
    assert len(keepers("duplicates", photos, "--kind", "same-bytes", "--json").json["groups"]) == 1


def test_decisions_that_make_no_sense_are_refused(
    keepers: Keepers, photos: Path, group: dict[str, Any]
) -> None:
    same = keepers("duplicates", photos, "--kind", "same-bytes", "--json").json["groups"][0]
    everybody = [member["path"] for member in group["members"]]
    for words in (
        (same["id"], "--keep", same["keep"]),
        (same["id"], "--not-same", same["keep"]),
        (group["id"], "--not-same", *everybody),
        (group["id"], "--keep", photos / "nobody.jpg"),
        ("same-picture-000000000000", "--keep-all"),
        ("nonsense", "--keep-all"),
        (group["id"],),
    ):
        assert keepers("decide", *words).code == 2, words
