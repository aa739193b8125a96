"""How long a second scan of unchanged photos takes: 100,000 small ones in 400 folders, against `find -size`.

    python benchmarks/rescan.py [FILES [FOLDER]]

The promise is 20 s for 100,000 files on a local disk; nothing but the directory is read.
"""

import hashlib
import io
import os
import sqlite3
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from PIL import Image

PROMISE = 20.0
FOLDERS = 400


def photo() -> bytes:
    """A small true JPEG."""
    buffer = io.BytesIO()
    Image.linear_gradient("L").resize((48, 32)).save(buffer, "JPEG")
    return buffer.getvalue()


def fill(root: Path, number: int) -> list[Path]:
    """Photos in folders, each with bytes of its own behind its end."""
    data = photo()
    made = [root / f"{count % FOLDERS:03}" / f"IMG_{count:06}.jpg" for count in range(number)]
    for count, file in enumerate(made):
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(data + count.to_bytes(4, "big"))
    return made


def know(catalog: Path, made: list[Path]) -> None:
    """Let the catalog know them all as it knows the first: measuring them is another benchmark."""
    database = sqlite3.connect(catalog)
    for table in ("content", "location"):
        database.row_factory = sqlite3.Row
        (known,) = [dict(row) for row in database.execute(f"SELECT * FROM {table} LIMIT 1")]  # noqa: S608
        names = list(known)
        first = known["id"]
        rows: list[list[object]] = []
        for count, file in enumerate(made[1:], 1):
            row = known | {"id": first + count}
            if table == "content":
                row["b3"] = hashlib.sha256(str(count).encode()).digest()
            else:
                seen = file.stat()
                row |= {
                    "key": os.fsencode(file),
                    "folder": os.fsencode(file.parent),
                    "content": known["content"] + count,
                }
                row |= {"inode": seen.st_ino, "mtime_ns": seen.st_mtime_ns}
            rows.append(list(row.values()))
        marks = ",".join("?" * len(names))
        database.executemany(f"INSERT INTO {table} ({','.join(names)}) VALUES ({marks})", rows)  # noqa: S608
    database.commit()
    database.close()


def seconds(*words: str, environment: dict[str, str]) -> float:
    started = time.perf_counter()
    subprocess.run(words, check=True, env=environment, stdout=subprocess.DEVNULL)
    return time.perf_counter() - started


def main() -> None:
    number = int(sys.argv[1]) if len(sys.argv) > 1 else 100_000
    with tempfile.TemporaryDirectory(dir=sys.argv[2] if len(sys.argv) > 2 else None) as text:
        work = Path(text)
        (first,) = fill(work / "photos", 1)
        environment = os.environ | {
            "KEEPERS_CATALOG": str(work / "catalog.db"),
            "KEEPERS_CONFIG": str(work / "keepers.toml"),
        }
        scan = (sys.executable, "-c", "from keepers.cli.start import keepers; keepers()", "-q", "scan")
        seconds(*scan, str(work / "photos"), environment=environment)
        made = fill(work / "more", number)
        know(work / "catalog.db", [first, *made])
        again = min(seconds(*scan, str(work / "more"), environment=environment) for _ in range(3))
        find = seconds("find", str(work / "more"), "-newermt", "2100-01-01", environment=environment)
    print(
        f"scanned again:          {again:.2f} s ({number / again:,.0f} files/s; promised: {PROMISE * number / 100_000:.1f} s)"
    )
    print(f"find with a stat each: {find:.2f} s, so {again / find:.1f} times that")


if __name__ == "__main__":
    main()
