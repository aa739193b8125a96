"""A small messy drive: names that are traps, pairs, equal files, each photo with what belongs to it."""

import os
import shutil
from pathlib import Path

import numpy as np
from PIL import Image

from tests.filming import film, scene

#: 2017 and later, as cameras of the time wrote it.
FIRST = 1_500_000_000
NAMES = (
    b"DCIM/100CANON/IMG_0001.JPG",
    b"DCIM/101CANON/IMG_0001.JPG",  # the same name, the same month, another photo
    b"DCIM/101CANON/img_0001.jpg",  # differs by case alone
    b"phone/PXL 1.jpg",
    "famé/Renée.jpg".encode(),
    "famé/Rene\u0301e.jpg".encode(),  # the same, written in two letters
    b"odd/-rf.jpg",
    b"odd/new\nline.jpg",
    b"odd/bad\xff\xfebytes.jpg",
    b"odd/" + b"x" * 246 + b".jpg",  # no room for a suffix
    b"live/IMG_7.jpg",
)
SIDECAR = (
    '<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
    '<rdf:Description xmlns:xmp="http://ns.adobe.com/xap/1.0/" xmp:Rating="{}"/></rdf:RDF></x:xmpmeta>'
)


def lay_out(root: Path) -> Path:
    """Make the drive."""
    for seed, name in enumerate(NAMES, 1):
        _photo(root, name, seed)
    live = root / "live"
    (live / "IMG_7.jpg").chmod(0o600)
    film(live / "IMG_7.MOV", scene(7, 1.0))
    (live / "IMG_7.jpg.xmp").write_text(SIDECAR.format(4), "utf-8")
    backup = root / "backup"
    backup.mkdir()
    shutil.copyfile(root / "phone/PXL 1.jpg", backup / "PXL 1 copy.jpg")
    (backup / "PXL 1 copy.jpg.xmp").write_text(SIDECAR.format(5), "utf-8")
    for twice in ("-rf.jpg", "new\nline.jpg"):
        shutil.copyfile(root / "odd" / twice, backup / twice)
    for file in (*live.iterdir(), *backup.iterdir()):
        os.utime(file, (FIRST + 10**8, FIRST + 10**8))
    return root


def _photo(root: Path, name: bytes, seed: int) -> None:
    path = root / os.fsdecode(name)
    path.parent.mkdir(parents=True, exist_ok=True)
    pixels = np.random.default_rng(seed).integers(0, 256, (120, 160, 3), np.uint8)
    exif = Image.Exif()
    exif[0x0132] = "2017:07:14 02:40:00"
    Image.fromarray(pixels).save(path, "JPEG", quality=90, exif=exif)
    os.utime(path, ns=(FIRST * 10**9 + seed, FIRST * 10**9 + seed))
