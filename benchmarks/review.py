"""How fast the review page is over a long list: a real catalog, a real server, real Chromium.

    python benchmarks/review.py [GROUPS] [--presses N] [--static FOLDER]

Draws 60 small photos, lets Keepers scan them, and tells the catalog of as many groups of three as were asked for (100,000),
through its own schema; the first 2,000 groups have files on disk. With `--static` the page of another build is measured in
turns with this one. The promises: first group on screen within 1 s, Enter to the next group painted p95 within 100 ms, a page of
200 groups p99 within 100 ms, the server below 300 MB.
"""

import argparse
import contextlib
import http.client
import json
import os
import random
import re
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from statistics import median

import numpy as np
from PIL import Image
from playwright.sync_api import Page, sync_playwright

from keepers.catalog import review_rows
from keepers.catalog.contents import content_id
from keepers.catalog.review_rows import Kept, KeptGroup
from keepers.catalog.store import open_catalog
from keepers.model import LOCAL, Ref

MEMBERS = 3
ON_DISK = 2_000
SIZE = (1600, 1067)
BEGIN = "import sys; from keepers.cli.start import keepers; sys.exit(keepers())"
#: From the key to two frames after the picture of the next group is there.
PAINTED = """
() => {
  window.took = [];
  const here = () => new URLSearchParams(location.search).get("group");
  addEventListener("keydown", (event) => {
    if (event.key !== "Enter") return;
    const before = here(), began = event.timeStamp;
    const look = () => {
      const picture = document.querySelector("figure.focused .picture img:last-of-type");
      const shown = here() !== before && picture?.complete && picture.naturalWidth > 0;
      if (!shown) return requestAnimationFrame(look);
      requestAnimationFrame(() => window.took.push(performance.now() - began));
    };
    requestAnimationFrame(look);
  }, { capture: true });
}
"""


@dataclass(frozen=True, slots=True)
class Serving:
    """A server under way."""

    process: "subprocess.Popen[str]"
    port: int
    token: str

    def asked(self, path: str) -> tuple[float, bytes]:
        """Seconds that an answer took, and the answer."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        began = time.perf_counter()
        connection.request(
            "GET",
            f"/api/v1{path}",
            headers={"Cookie": f"keepers_{self.port}={self.token}", "Sec-Fetch-Site": "same-origin"},
        )
        body = connection.getresponse().read()
        return time.perf_counter() - began, body

    def memory(self) -> float:
        """The most memory that it has had, in MB."""
        told = Path(f"/proc/{self.process.pid}/status").read_text()
        found = re.search(r"VmHWM:\s+(\d+)", told)
        return int(found[1]) / 1024 if found else 0.0


def drawn(folder: Path, number: int) -> list[Path]:
    """Photos that are like no other."""
    made: list[Path] = []
    chance = np.random.default_rng(7)
    folder.mkdir(parents=True)
    for count in range(number):
        small = chance.integers(0, 256, (9, 13, 3), dtype=np.uint8)
        path = folder / f"base_{count:03}.jpg"
        Image.fromarray(small).resize(SIZE, Image.Resampling.BICUBIC).save(path, quality=85)
        made.append(path)
    return made


def told(catalog: Path, photos: Sequence[Path], folder: Path, groups: int) -> None:
    """Tell the catalog of groups, as if they had been scanned and found."""
    database = sqlite3.connect(catalog)
    database.row_factory = sqlite3.Row
    contents = [dict(row) for row in database.execute("SELECT * FROM content WHERE kind = 'photo'")]
    places = {row["content"]: dict(row) for row in database.execute("SELECT * FROM location")}
    first = max(row["id"] for row in contents) + 1
    place = max(row["id"] for row in places.values()) + 1
    files = {os.fsencode(path): path.stat() for path in photos}
    made: list[KeptGroup] = []
    rows: dict[str, list[tuple[object, ...]]] = {"content": [], "location": []}
    for group in range(groups):
        members: list[Kept] = []
        at = datetime(2010, 1, 1, tzinfo=UTC) + timedelta(minutes=group)
        for member in range(MEMBERS):
            number = group * MEMBERS + member
            model = contents[number % len(contents)]
            where = places[model["id"]]
            path = folder / f"{group // 500:03}" / f"IMG_{group:06}_{member}.jpg"
            b3 = sha256(str(number).encode()).digest()
            seen = files[where["key"]]
            if group < ON_DISK:
                path.parent.mkdir(parents=True, exist_ok=True)
                os.link(os.fsdecode(where["key"]), path)
            rows["content"].append(tuple((model | {"id": first + number, "b3": b3}).values()))
            moved = where | {
                "id": place + number,
                "key": os.fsencode(path),
                "folder": os.fsencode(path.parent),
                "content": first + number,
                "main": None,
                "taken": at.isoformat(),
                "taken_seconds": at.timestamp() + member,
            }
            rows["location"].append(tuple(moved.values()))
            members.append(Kept(Ref(LOCAL, str(path)), content_id(b3), seen.st_size, member == 0))
        data = {"evidence": [["one-camera", {}]], "flip": "", "scores": [], "versions": []}
        made.append(
            KeptGroup(
                f"burst-{group:012x}", "burst", "burst", 0.8, tuple(members), at.isoformat(), at.timestamp(), 0, (),
                members[0].ref, Path(members[0].ref.key).name, data,
            )
        )  # fmt: skip
    for table, values in rows.items():
        names = list(contents[0]) if table == "content" else list(next(iter(places.values())))
        marks = ",".join("?" * len(names))
        database.executemany(f"INSERT INTO {table} ({','.join(names)}) VALUES ({marks})", values)  # noqa: S608
    database.commit()
    database.close()
    opened = open_catalog(catalog, create=False)
    review_rows.replace_all(opened, made, datetime.now(UTC).isoformat(), {"method": "plain-1"})
    opened.close()


@contextlib.contextmanager
def serving(catalog: Path, environment: dict[str, str], static: Path | None) -> Iterator[Serving]:
    """A server as users start it, with its own page or that of another folder."""
    other = f"from keepers.web import pages; pages.FOLDER = {str(static)!r}; " if static else ""
    words = [
        sys.executable,
        "-c",
        other + BEGIN,
        "--catalog",
        str(catalog),
        "serve",
        "--port",
        "0",
        "--quiet",
    ]
    process = subprocess.Popen(words, stdout=subprocess.PIPE, text=True, env=environment)
    line = process.stdout.readline() if process.stdout else ""
    found = re.search(r":(\d+)/\?token=(\S+)", line)
    if found is None:
        raise SystemExit(f"the server did not start: {line}")
    try:
        yield Serving(process, int(found[1]), found[2])
    finally:
        process.terminate()
        process.wait(30)


def opened(page: Page, server: Serving) -> float:
    """Seconds from the address to the first group with its picture."""
    page.goto(f"http://127.0.0.1:{server.port}/?token={server.token}")
    began = time.perf_counter()
    page.goto(f"http://127.0.0.1:{server.port}/?show=all")
    page.wait_for_function(
        "() => document.querySelector('figure.focused .picture img:last-of-type')?.complete"
    )
    return time.perf_counter() - began


def pressed(page: Page, presses: int) -> list[float]:
    """Milliseconds from Enter to the next group, painted; a person looks for half a second in between."""
    page.evaluate(PAINTED)
    for count in range(presses):
        page.wait_for_timeout(500)
        page.keyboard.press("Enter")
        page.wait_for_function("n => window.took.length > n", arg=count)
    return [float(one) for one in page.evaluate("window.took")]


def percentile(values: Sequence[float], share: float) -> float:
    """The value that so many of the values do not exceed."""
    return sorted(values)[min(len(values) - 1, int(len(values) * share))]


def paged(server: Serving, times: int) -> list[float]:
    """Milliseconds that a page of 200 groups takes, anywhere in the list."""
    _, body = server.asked("/groups/marks?step=200")
    cursors = json.loads(body)["cursors"]
    chance = random.Random(3)
    return [1000 * server.asked(f"/groups?limit=200&after={chance.choice(cursors)}")[0] for _ in range(times)]


def measured(server: Serving, presses: int) -> dict[str, float]:
    """All figures of one server."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=shutil.which("chromium"), args=["--headless", "--no-sandbox", "--disable-gpu"]
        )
        page = browser.new_page(viewport={"width": 1440, "height": 900})
        first = opened(page, server)
        keys = pressed(page, presses)
        browser.close()
    pages = paged(server, 200)
    return {
        "first group, ms": 1000 * first,
        "key to paint p50, ms": median(keys),
        "key to paint p95, ms": percentile(keys, 0.95),
        "page of 200 p50, ms": median(pages),
        "page of 200 p99, ms": percentile(pages, 0.99),
        "memory, MB": server.memory(),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0] if __doc__ else "")
    parser.add_argument("groups", nargs="?", type=int, default=100_000)
    parser.add_argument("--presses", type=int, default=60)
    parser.add_argument("--static", type=Path, help="the folder of another build of the page")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as text:
        work = Path(text)
        photos = drawn(work / "photos", 60)
        catalog = work / "catalog.db"
        environment = {**os.environ, "KEEPERS_FACES": "none", "XDG_CACHE_HOME": str(work / "cache")}
        scan = [
            *(sys.executable, "-c", BEGIN, "scan"),
            *(str(work / "photos"), "--catalog", str(catalog), "--quiet"),
        ]
        subprocess.run(scan, check=True, env=environment, stdout=subprocess.DEVNULL)
        began = time.perf_counter()
        told(catalog, photos, work / "many", options.groups)
        print(f"{options.groups:,} groups of {MEMBERS} photos written in {time.perf_counter() - began:.0f} s")
        builds = {"this page": None, "other page": options.static} if options.static else {"this page": None}
        for turn in range(3 if options.static else 1):
            for name, folder in builds.items():
                own = work / f"{turn}-{name.replace(' ', '-')}.db"
                shutil.copyfile(catalog, own)
                with serving(own, environment, folder) as server:
                    figures = measured(server, options.presses)
                print(f"{name}: " + ", ".join(f"{what} {value:.0f}" for what, value in figures.items()))
        print(f"load {os.getloadavg()[0]:.1f}")


if __name__ == "__main__":
    main()
