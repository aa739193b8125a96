"""A Takeout of 5,000 files in one ZIP, beside the same files in a folder: first scan, second scan, what is written.

Usage: takeout.py [FILES] [MEGAPIXELS]
"""

import contextlib
import json
import os
import subprocess
import sys
import tempfile
import time
import zipfile
from pathlib import Path

from _work import photos

ROOT = "Takeout/Google Photos"


def main() -> None:
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 5000
    megapixels = int(sys.argv[2]) if len(sys.argv) > 2 else 2
    with tempfile.TemporaryDirectory() as folder:
        measure(Path(folder), count // 2, megapixels)


def measure(root: Path, count: int, megapixels: int) -> None:
    drawn = [path.read_bytes() for path in photos(root / "drawn", 20, megapixels)]
    made = root / "takeout-20231021T071231Z-001.zip"
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        for number in range(count):
            name = f"{ROOT}/Photos from {2000 + number // 250}/IMG_{number:05d}.jpg"
            # Bytes behind the picture make each file one of its own.
            data = drawn[number % len(drawn)] + number.to_bytes(4, "big")
            for path, content in ((name, data), (f"{name}.json", story(number))):
                archive.writestr(path, content)
                target = root / "folder" / path
                target.parent.mkdir(parents=True, exist_ok=True)
                target.write_bytes(content)
    size = made.stat().st_size
    print(f"{2 * count:,} files, {size / 1e6:,.0f} MB as a ZIP")
    print(f"{'':<10}{'first scan':>12}{'second scan':>13}{'most in temporary files':>26}")
    seconds: dict[str, float] = {}
    for name, source in {"folder": str(root / "folder"), "ZIP": str(made)}.items():
        catalog = root / f"{name}.db"
        first, held = scanned(source, catalog, root / "tmp")
        second, _ = scanned(source, catalog, root / "tmp")
        seconds[name] = first
        print(f"{name:<10}{first:>10.1f} s{second:>11.2f} s{held / 1e6:>23.1f} MB")
    print(f"a ZIP takes {seconds['ZIP'] / seconds['folder']:.2f} times as long as a folder")


def story(number: int) -> bytes:
    """What Google writes beside a photo."""
    taken = {"timestamp": str(1_000_000_000 + number * 60), "formatted": "…"}
    return json.dumps({"title": f"IMG_{number:05d}.jpg", "photoTakenTime": taken}).encode()


def scanned(source: str, catalog: Path, temporary: Path) -> tuple[float, int]:
    """Seconds of a scan, and the most bytes that lay in its folder for temporary files meanwhile."""
    temporary.mkdir(exist_ok=True)
    command = [
        Path(sys.executable).with_name("keepers"),
        "scan",
        f"takeout:{source}",
        "--catalog",
        catalog,
        "-q",
    ]
    started, most = time.monotonic(), 0
    with subprocess.Popen(
        command, stdout=subprocess.DEVNULL, env={**os.environ, "TMPDIR": str(temporary)}
    ) as running:
        while running.poll() is None:
            most = max(most, held(temporary))
            time.sleep(0.02)
    if running.returncode:
        sys.exit(f"the scan failed: {running.returncode}")
    return time.monotonic() - started, most


def held(folder: Path) -> int:
    """Bytes of the files in a folder; those that go meanwhile have none."""
    size = 0
    for path in folder.rglob("*"):
        with contextlib.suppress(OSError):
            size += path.lstat().st_size if path.is_file() else 0
    return size


if __name__ == "__main__":
    main()
