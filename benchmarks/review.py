"""How fast the review page is over a long list: a real catalog, a real server, real Chromium.

    python benchmarks/review.py [GROUPS] [--presses N] [--photos 12MP] [--beside] [--static FOLDER]

Draws 60 small photos, lets Keepers scan them, and tells the catalog of as many groups of three as were asked for (100,000),
through its own schema; the first 2,000 groups have files on disk. No preview is there beforehand: what is ahead of the viewer is
made while they look at a group. With `--photos 12MP` the photos are 12 drawn ones of 4000 x 3000 with grain, as large as a
camera's. With `--beside` every figure is taken in turns alone and while the server's own job scans such photos. With `--static`
the page of another build is measured in turns with this one. The promises: first group on screen within 1 s, Enter to the next
group painted p95 within 100 ms, within 400 ms where previews are made of 12 MP, a page of 200 groups p99 within 100 ms, the
server below 300 MB; beside a scan, each at most twice that.
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
import threading
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
#: How many photos are drawn of which size; those of a camera have grain, which costs as much to decode as theirs.
DRAWN = {"small": (60, (1600, 1067), 0.0), "12MP": (12, (4000, 3000), 6.0)}
#: Photos that are scanned again and again beside the page.
SCANNED = 120
LOOK_MS = 500
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

    def asked(self, path: str, sent: dict[str, object] | None = None) -> tuple[float, bytes]:
        """Seconds that an answer took, and the answer; what is sent is a POST."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        headers = {
            "Cookie": f"keepers_{self.port}={self.token}",
            "Origin": f"http://127.0.0.1:{self.port}",
            "Sec-Fetch-Site": "same-origin",
            "Content-Type": "application/json",
        }
        method, data = ("GET", None) if sent is None else ("POST", json.dumps(sent))
        began = time.perf_counter()
        connection.request(method, f"/api/v1{path}", data, headers)
        body = connection.getresponse().read()
        return time.perf_counter() - began, body

    def memory(self) -> float:
        """The most memory that it has had, in MB."""
        told = Path(f"/proc/{self.process.pid}/status").read_text()
        found = re.search(r"VmHWM:\s+(\d+)", told)
        return int(found[1]) / 1024 if found else 0.0


def drawn(folder: Path, kind: str) -> list[Path]:
    """Photos that are like no other."""
    number, (width, height), grain = DRAWN[kind]
    made: list[Path] = []
    chance = np.random.default_rng(7)
    folder.mkdir(parents=True)
    for count in range(number):
        small = chance.integers(0, 256, (9, 13, 3), dtype=np.uint8)
        picture = Image.fromarray(small).resize((width, height), Image.Resampling.BICUBIC)
        if grain:
            noise = chance.standard_normal((height, width, 1), dtype=np.float32) * grain
            picture = Image.fromarray(np.clip(np.asarray(picture) + noise, 0, 255).astype(np.uint8))
        path = folder / f"base_{count:03}.jpg"
        picture.save(path, quality=90 if grain else 85)
        made.append(path)
    return made


@contextlib.contextmanager
def scanning(server: Serving, photos: Sequence[Path], folder: Path) -> Iterator[None]:
    """A scan that the server does all the while: as soon as one has ended, the photos are others and it begins anew."""
    if not folder.exists():
        folder.mkdir()
        for count in range(SCANNED):
            shutil.copyfile(photos[count % len(photos)], folder / f"new_{count:03}.jpg")
    ended = threading.Event()
    scans = threading.Thread(target=_scan, args=(server, folder, ended))
    scans.start()
    time.sleep(2)
    try:
        yield
        if not scans.is_alive():
            raise SystemExit("the scan beside the page failed")
    finally:
        ended.set()
        scans.join()


def _scan(server: Serving, folder: Path, ended: threading.Event) -> None:
    chance = random.Random()
    while not ended.is_set():
        for path in folder.iterdir():
            # Bytes behind the end of a JPEG make it another file of the same picture.
            with path.open("ab") as file:
                file.write(chance.randbytes(8))
        _, body = server.asked("/jobs", {"kind": "scan", "sources": [str(folder)], "then_group": False})
        number = json.loads(body)["id"]
        while (state := json.loads(server.asked(f"/jobs/{number}")[1])["state"]) in {"queued", "running"}:
            if ended.wait(0.5):
                server.asked(f"/jobs/{number}/cancel", {})
                ended.wait(2)
        if state == "failed":
            return


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
    page.goto("about:blank")
    began = time.perf_counter()
    page.goto(f"http://127.0.0.1:{server.port}/?show=all")
    page.wait_for_function(
        "() => document.querySelector('figure.focused .picture img:last-of-type')?.complete"
    )
    return time.perf_counter() - began


def pressed(page: Page, presses: int) -> list[float]:
    """Milliseconds from Enter to the next group, painted; a person looks for half a second in between."""
    # The first may lead over all groups that were accepted in the turn before.
    page.wait_for_timeout(2 * LOOK_MS)
    page.keyboard.press("Enter")
    page.wait_for_timeout(2 * LOOK_MS)
    page.evaluate(PAINTED)
    for count in range(presses):
        page.wait_for_timeout(LOOK_MS)
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


def turns(
    server: Serving, presses: int, beside: tuple[Sequence[Path], Path] | None
) -> Iterator[tuple[str, dict[str, float]]]:
    """The figures of a server alone, and then while it scans."""
    yield "alone", measured(server, presses)
    if beside is not None:
        with scanning(server, *beside):
            yield "beside a scan", measured(server, presses)


def shown(figures: dict[str, float]) -> str:
    """Figures in a line."""
    return ", ".join(f"{what} {value:.0f}" for what, value in figures.items())


def ratios(name: str, taken: dict[str, list[dict[str, float]]]) -> str:
    """How much longer each figure was beside a scan: the median over the turns."""
    pairs = list(zip(taken["alone"], taken["beside a scan"], strict=True))
    found = {what: median(two[what] / one[what] for one, two in pairs) for what in pairs[0][0]}
    return f"{name}, beside a scan / alone: " + ", ".join(
        f"{what} {value:.2f}" for what, value in found.items()
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0] if __doc__ else "")
    parser.add_argument("groups", nargs="?", type=int, default=100_000)
    parser.add_argument("--presses", type=int, default=60)
    parser.add_argument("--photos", choices=DRAWN, default="small", help="what previews are made of")
    parser.add_argument("--beside", action="store_true", help="measure beside a scan, too")
    parser.add_argument("--turns", type=int, help="default: 3 where there is something to compare, else 1")
    parser.add_argument("--static", type=Path, help="the folder of another build of the page")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as text:
        work = Path(text)
        photos = drawn(work / "photos", options.photos)
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
        taken: dict[str, dict[str, list[dict[str, float]]]] = {}
        for turn in range(options.turns or (3 if options.static or options.beside else 1)):
            for name, folder in builds.items():
                own = work / f"{turn}-{name.replace(' ', '-')}.db"
                shutil.copyfile(catalog, own)
                # Each turn makes its previews itself.
                alone = {**environment, "XDG_CACHE_HOME": str(work / f"cache-{own.stem}")}
                with serving(own, alone, folder) as server:
                    scanned = (photos, work / "scanned") if options.beside else None
                    for how, figures in turns(server, options.presses, scanned):
                        taken.setdefault(name, {}).setdefault(how, []).append(figures)
                        print(f"{name}, {how}: {shown(figures)}, load {os.getloadavg()[0]:.1f}", flush=True)
        for name, found in taken.items():
            if options.beside:
                print(ratios(name, found))


if __name__ == "__main__":
    main()
