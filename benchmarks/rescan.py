"""How long a second scan of unchanged photos takes: 100,000 small ones in 400 folders, against `find -size`.

    python benchmarks/rescan.py [FILES [FOLDER]]

The promise is 20 s for 100,000 files on a local disk; nothing but the directory is read.
"""

import io
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from PIL import Image

PROMISE = 20.0
FOLDERS = 400


def photos(root: Path, number: int) -> None:
    """Small true JPEGs, each with bytes of its own behind its end."""
    buffer = io.BytesIO()
    Image.linear_gradient("L").resize((48, 32)).save(buffer, "JPEG")
    data = buffer.getvalue()
    for folder in range(FOLDERS):
        (root / f"{folder:03}").mkdir(parents=True)
    for photo in range(number):
        (root / f"{photo % FOLDERS:03}" / f"IMG_{photo:06}.jpg").write_bytes(data + photo.to_bytes(4, "big"))


def seconds(*words: str, environment: dict[str, str]) -> float:
    started = time.perf_counter()
    subprocess.run(words, check=True, env=environment, stdout=subprocess.DEVNULL)
    return time.perf_counter() - started


def main() -> None:
    number = int(sys.argv[1]) if len(sys.argv) > 1 else 100_000
    with tempfile.TemporaryDirectory(dir=sys.argv[2] if len(sys.argv) > 2 else None) as text:
        work = Path(text)
        photos(work / "photos", number)
        environment = os.environ | {
            "KEEPERS_CATALOG": str(work / "catalog.db"),
            "KEEPERS_CONFIG": str(work / "keepers.toml"),
        }
        scan = (sys.executable, "-c", "from keepers.cli.start import keepers; keepers()", "-q", "scan")
        first = seconds(*scan, str(work / "photos"), environment=environment)
        again = min(seconds(*scan, str(work / "photos"), environment=environment) for _ in range(3))
        find = seconds("find", str(work / "photos"), "-newermt", "2100-01-01", environment=environment)
    print(f"first scan of {number:,} photos: {first:.1f} s")
    print(
        f"scanned again:          {again:.2f} s ({number / again:,.0f} files/s; promised: {PROMISE * number / 100_000:.1f} s)"
    )
    print(f"find with a stat each:  {find:.2f} s, so {again / find:.1f} times that")


if __name__ == "__main__":
    main()
