"""The drive and the libraries of the story in docs/missing.md, and how their paths are shown there."""

import os
import re
from pathlib import Path

from tests.cli.drives import described, lay, original, smaller

#: Where things lie in the story, and below which folder of a test.
SHOWN = {"/media/anna/OLD": "OLD", "/media/anna/NAS": "NAS", "/home/anna": "anna"}
#: What depends on the machine: sizes of encoded pictures.
_SIZE = re.compile(r"\d+(\.\d)? [KM]B")


def build(folder: Path) -> None:
    """Lay out an old drive, and what Anna has of it in her pictures and on her NAS."""
    photos = {f"DCIM/100CANON/IMG_{number:04d}.JPG": original(number) for number in range(1, 7)}
    lay(
        folder / "OLD",
        {
            **photos,
            "DCIM/100CANON/IMG_0007.JPG": described(7), "DCIM/100CANON/IMG_0008.JPG": original(8),
            "DCIM/100CANON/IMG_0009.JPG": original(9), "Laptop backup/IMG_0001.JPG": original(1),
            "Letters/will.doc": b"To my dear children", ".DS_Store": b"junk",
        },
    )  # fmt: skip
    lay(
        folder / "anna" / "Pictures",
        {
            **{f"2016/08/{name.rpartition('/')[2]}": data for name, data in photos.items()},
            "2016/08/IMG_0007.JPG": original(7), "2016/WhatsApp/IMG-20160814-WA0003.jpg": smaller(8),
        },
    )  # fmt: skip
    lay(folder / "NAS" / "photos", {"canon/IMG_0004.JPG": original(4)})
    (folder / "anna" / "Documents").mkdir()


def rot(file: Path) -> None:
    """Flip one bit, and let nobody see it by the date."""
    status = file.stat()
    data = bytearray(file.read_bytes())
    data[len(data) // 2] ^= 1
    with file.open("r+b") as opened:
        opened.write(data)
    os.utime(file, ns=(status.st_atime_ns, status.st_mtime_ns))


def told(text: str, folder: Path) -> str:
    """An output with the paths of the story; what depends on the machine is left out."""
    for shown, name in SHOWN.items():
        text = text.replace(str(folder / name), shown)
    lines = [line.rstrip() for line in text.splitlines() if not line.startswith("Mind: ")]
    plain = re.sub(r"\n{3,}", "\n\n", "\n".join(lines))
    return _SIZE.sub("SIZE", plain).strip()
