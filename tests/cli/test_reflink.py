"""`duplicates --reflink` and a copying import on file systems that can share blocks, mounted from a file."""

import fcntl
import os
import struct
from pathlib import Path

import pytest

from tests.cli.drives import lay, original
from tests.cli.world import Keepers, bytes_in
from tests.places.mounted import mounted

pytestmark = pytest.mark.slow

#: FS_IOC_FIEMAP of linux/fs.h, and of linux/fiemap.h the flags that ask for a sync and tell of a shared extent.
FIEMAP, SYNC, SHARED = 0xC020660B, 1, 0x2000
HEAD, EXTENT, EXTENTS = "=QQIIII", "=QQQQQIIII", 8


def shared(file: Path) -> bool:
    """Whether all blocks of a file are those of another, too."""
    room = struct.pack(HEAD, 0, 1 << 62, SYNC, 0, EXTENTS, 0) + bytes(struct.calcsize(EXTENT) * EXTENTS)
    handle = os.open(file, os.O_RDONLY)
    try:
        told = fcntl.ioctl(handle, FIEMAP, room)
    finally:
        os.close(handle)
    mapped = struct.unpack_from(HEAD, told)[3]
    starts = (struct.calcsize(HEAD) + number * struct.calcsize(EXTENT) for number in range(mapped))
    return mapped > 0 and all(struct.unpack_from(EXTENT, told, start)[5] & SHARED for start in starts)


@pytest.mark.parametrize("kind", ["xfs", "btrfs"])
def test_copies_share_their_blocks_and_part_at_undo(keepers: Keepers, tmp_path: Path, kind: str) -> None:
    """Hazards 14, 18: what is equal takes its room once, and each file stays a file of its own."""
    with mounted(kind, tmp_path / "drives") as drive:
        photo = original(1) + bytes(300_000)
        shelf = lay(drive / "photos", {"a.jpg": photo, "b/a.jpg": photo, "c.jpg": original(2)})
        before = {str(path): path.stat().st_ino for path in shelf.rglob("*.jpg")}
        assert not shared(shelf / "a.jpg")
        told = keepers("duplicates", shelf, "--reflink", "--yes", "--json")
        assert (told.code, told.json["done"]) == (0, 1)
        assert shared(shelf / "a.jpg")
        assert shared(shelf / "b/a.jpg")
        assert not shared(shelf / "c.jpg")
        seen = {path: data for path, data in bytes_in(shelf).items() if ".keepers-trash" not in path}
        assert seen == {"a.jpg": photo, "b/a.jpg": photo, "c.jpg": original(2)}
        assert keepers("undo", "--yes").code == 0
        assert bytes_in(shelf) == seen
        assert {str(path): path.stat().st_ino for path in shelf.rglob("*.jpg")} == before

        assert keepers("import", shelf, "--to", drive / "library", "--copy").code == 0
        assert [shared(path) for path in (drive / "library").rglob("*.jpg")] == [True, True]
