"""Drives and libraries at random, and the answer that an oracle gives by knowing how each file was made."""

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from keepers.config import Settings
from keepers.errors import KeepersError
from keepers.places import addresses
from keepers.plan.whereabouts import Answer, Library, Lot
from keepers.read import formats
from keepers.workflows.leftovers import HARMLESS
from tests.cli.drives import (
    FILM,
    OTHER_FILM,
    as_png,
    brighter,
    described,
    lay,
    original,
    raw,
    smaller,
    with_film,
)  # fmt: skip
from tests.workflows.near import Near, Silent

pytestmark = pytest.mark.slow


@dataclass(frozen=True, slots=True)
class Made:
    """A file: the picture that it shows, a name for its pixels, the film in it, its extension and its bytes."""

    scene: str
    pixels: str
    film: bytes
    ending: str
    data: bytes


def _of(seed: int) -> tuple[Made, ...]:
    full, scene = f"full {seed}", str(seed)
    return (
        Made(scene, full, b"", "jpg", original(seed)),
        Made(scene, full, b"", "jpg", described(seed)),
        Made(scene, full, b"", "png", as_png(seed)),
        Made(scene, f"small {seed}", b"", "jpg", smaller(seed)),
        Made(scene, f"bright {seed}", b"", "jpg", brighter(seed)),
        Made(scene, full, FILM, "jpg", with_film(seed)),
        Made(scene, full, FILM, "jpg", described(seed) + FILM),
        Made(scene, full, OTHER_FILM, "jpg", with_film(seed, OTHER_FILM)),
        Made(f"raw {seed}", "", b"", "dng", raw(seed)),
        Made(f"raw {seed}", "", b"", "dng", raw(seed, b"two")),
        Made("", "", b"", "aae", f"<plist>{seed}</plist>".encode()),
    )


#: One picture in all its versions, so that they meet, and two files of another.
FILES = [*_of(11), *_of(12)[:2]]
OTHERS = [Made("", "", b"", "txt", b"text"), Made("", "", b"", "ds_store", b"junk")]
made = st.sampled_from(FILES)
worlds = st.tuples(
    st.lists(st.one_of(made, made, made, st.sampled_from(OTHERS)), min_size=1, max_size=5),
    st.lists(made, min_size=0, max_size=5),
    st.lists(st.integers(0, 4), max_size=2, unique=True),
)


def oracle(one: Made, library: Sequence[Made]) -> Lot:
    """How a file fares, by how the files were made."""
    if one.ending == "txt":
        return Lot.UNREADABLE
    if any(other.data == one.data for other in library):
        return Lot.BYTES
    if one.pixels and any(other.pixels == one.pixels and one.film in {b"", other.film} for other in library):
        return Lot.PIXELS
    return Lot.EDIT if one.scene and any(other.scene == one.scene for other in library) else Lot.NOWHERE


def _names(files: Sequence[Made]) -> dict[str, bytes]:
    return {
        f"{number}.{one.ending}" if one.ending != "ds_store" else f".DS_Store{number}": one.data
        for number, one in enumerate(files)
    }


def _ask(folder: Path, *, verify: bool) -> Answer:
    session = Near(Settings(catalog=str(folder / "catalog.db")), {}, Silent())
    drive, library = addresses.sources([str(folder / "drive")]), addresses.sources([str(folder / "library")])
    with session.catalog(create=True) as catalog:
        return session.missing(
            catalog, drive, [Library("library", library)], [library], verify=verify, by_bytes=False
        )


@given(worlds, st.booleans())
@settings(max_examples=40)
def test_any_drive_is_judged_as_the_oracle_does(
    world: tuple[list[Made], list[Made], list[int]], verify: bool
) -> None:
    on_drive, in_library, linked = world
    with TemporaryDirectory() as name:
        folder = Path(name)
        lay(folder / "drive", _names(on_drive))
        lay(folder / "library", {"a/0.jpg": original(99), **_names(in_library)})
        # Second names of files of the drive must never count.
        for number, (path, data) in enumerate(_names(on_drive).items()):
            if number in linked and data:
                os.link(folder / "drive" / path, folder / "library" / f"link-{path}")
        wanted = {
            str(folder / "drive" / path): oracle(one, in_library)
            for path, one in zip(_names(on_drive), on_drive, strict=True)
            if one.ending != "ds_store"
        }
        if all(one.ending in {"txt", "ds_store"} for one in on_drive):
            with pytest.raises(KeepersError, match="no files"):
                _ask(folder, verify=verify)
            return
        answer = _ask(folder, verify=verify)
    assert {one.path: one.lot for one in answer.files} == wanted
    assert answer.safe == all(lot in {Lot.BYTES, Lot.PIXELS} for lot in wanted.values())


def test_what_is_called_harmless_is_what_the_listing_says() -> None:
    """A reason that is reworded would make every drive with a Finder file unsafe."""
    names = {
        "@eaDir": True, ".thumbnails": True, "desktop.ini": False, ".fseventsd": True, "._a.jpg": False,
        ".DS_Store": False, "~$a.doc": False, ".Spotlight-V100": True, "Thumbs.db": False,
    }  # fmt: skip
    assert {formats.fate_by_name(name, is_folder) for name, is_folder in names.items()} <= HARMLESS
    for name in (".Trash-1000", "$RECYCLE.BIN", "#snapshot", "a.lrdata", "a.photoslibrary", ".git", "a.part"):
        assert formats.fate_by_name(name, name != "a.part") not in HARMLESS
