"""An Immich server beside a folder of the same photos: scans, a second scan, and what marks on its assets cost.

    python benchmarks/immich.py [--files 600] [--assets 10000] [--rounds 3]

The server is the loopback one of the tests, in a process of its own on the same cores; thumbnails are WebP with a short
side of 250 pixels, as Immich makes them. Printed are: the speed of a first scan by thumbnails to that of a first scan of
the same photos as files of 2 megapixels, whole commands by turns; a first and a second scan of many assets with the memory of the
largest process; requests and seconds for one tag and one album of as many, and for a tag for each of 1,000 groups.
"""

import argparse
import contextlib
import io
import os
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

# The server of the tests is found from the root of the repository.
sys.path.insert(0, str(Path(__file__).parents[1]))

from _work import photos
from PIL import Image

from keepers.actions import Plan, SetField
from keepers.apply.journal import Journal
from keepers.apply.look import world
from keepers.apply.run import run
from keepers.apply.undo import undo
from keepers.model import Ref
from keepers.places.immich_api import opened
from keepers.places.immich_api.place import place_id
from keepers.places.immich_api.profile import Profile
from keepers.places.immich_api.writer import ImmichPlace
from keepers.plan.check import check
from tests.apply.worlds import Silent
from tests.immich.server import KEY, Server
from tests.immich.state import State

KEEPERS = [sys.executable, "-c", "import sys; from keepers.cli.start import keepers; sys.exit(keepers())"]
PLACE = place_id("default")
SHORT_SIDE = 250
GROUPS, IN_GROUP = 1000, 3
GOALS = "goals: 0.60 of the local speed; second scan 5 s; 30 requests and 10 s for one tag or album; 3 requests a group"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--files", type=int, default=600, metavar="N", help="photos of 2 megapixels to draw")
    parser.add_argument("--assets", type=int, default=10_000, metavar="N", help="assets of the large server")
    parser.add_argument("--rounds", type=int, default=3, metavar="N", help="interleaved runs; medians count")
    parser.add_argument("--tmp", type=Path, help="where to draw the photos")
    parser.add_argument("--serve", nargs=2, metavar=("FOLDER", "N"), help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.serve:
        return _serve(Path(given.serve[0]), int(given.serve[1]))
    print(f"load {os.getloadavg()[0]:.1f}, {len(os.sched_getaffinity(0))} cores; {GOALS}")
    with tempfile.TemporaryDirectory(prefix="keepers-bench-", dir=given.tmp) as folder:
        root = Path(folder)
        photos(root / "photos", given.files, 2)
        with _serving(root / "photos", given.files) as url:
            _scans(root, url, given.rounds)
        with _serving(root / "photos", given.assets) as url:
            _large(root, url, given.assets)
    _marks(given.assets)
    return 0


# ---------------------------------------------------------------- the server


def _serve(folder: Path, number: int) -> int:
    """Serve so many assets that look like the photos of a folder, until the standard input ends."""
    server = Server((3, 1, 0))
    # Comparing each answer with Immich's documents is no part of this.
    server.compare = lambda *_: None
    small = [(path.read_bytes(), *_thumbnail(path)) for path in sorted(folder.glob("*.jpg"))]
    for count in range(number):
        data, size, thumbnail = small[count % len(small)]
        # Other bytes for each: a server has no asset twice.
        own = data + count.to_bytes(4, "big") if number <= len(small) else count.to_bytes(4, "big")
        server.state.add(f"IMG_{count:06}.jpg", own, size=size, preview=thumbnail, thumbnail=thumbnail)
    with contextlib.ExitStack() as stack:
        stack.enter_context(server.http)
        threading.Thread(target=server.http.serve_forever, daemon=True).start()
        print(server.url, flush=True)
        sys.stdin.read()
        server.stop.set()
        server.http.shutdown()
    return 0


def _thumbnail(path: Path) -> tuple[tuple[int, int], bytes]:
    with Image.open(path) as picture:
        size = picture.size
        scale = SHORT_SIDE / min(size)
        small = picture.resize((round(size[0] * scale), round(size[1] * scale)), Image.Resampling.LANCZOS)
    made = io.BytesIO()
    small.save(made, "WEBP", quality=80)
    return size, made.getvalue()


@contextlib.contextmanager
def _serving(folder: Path, number: int) -> Iterator[str]:
    """The address of a server of so many assets in a process of its own."""
    command = [sys.executable, __file__, "--serve", str(folder), str(number)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        yield process.stdout.readline().strip()
        process.kill()


# ---------------------------------------------------------------- scans


def _scans(root: Path, url: str, rounds: int) -> None:
    here: list[float] = []
    there: list[float] = []
    for number in range(rounds):
        turns = [(here, str(root / "photos")), (there, "immich:")]
        for times, source in turns if number % 2 else reversed(turns):
            state = root / f"{number}-{'here' if times is here else 'there'}"
            times.append(_scan(state, url, source)[0])
    ratio = statistics.median(one / other for one, other in zip(here, there, strict=True))
    for what, times in (("files", here), ("thumbnails", there)):
        print(f"first scan by {what}: {statistics.median(times):.1f} s")
    print(
        f"by thumbnails at {ratio:.2f} of the speed of files (by pairs; the server's own work takes its share)"
    )


def _scan(state: Path, url: str, source: str) -> tuple[float, int]:
    """The seconds of a whole command, and the MiB of its largest process."""
    state.mkdir(exist_ok=True)
    places = {
        "KEEPERS_CONFIG": str(state / "keepers.toml"),
        "KEEPERS_IMMICH_URL": url,
        "KEEPERS_IMMICH_API_KEY": KEY,
        "KEEPERS_IMMICH_CACHE_DIR": str(state / "cache"),
    }
    start = time.perf_counter()
    command = [*KEEPERS, "-q", "scan", source, "--catalog", str(state / "catalog.db")]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, env=os.environ | places)
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        sys.exit(f"keepers scan {source} ended with {process.returncode}")
    return time.perf_counter() - start, usage.ru_maxrss >> 10


def _large(root: Path, url: str, number: int) -> None:
    first, peak = _scan(root / "large", url, "immich:")
    again = [_scan(root / "large", url, "immich:") for _ in range(3)]
    print(
        f"{number:,} assets: first scan {first:.1f} s, largest process {peak} MiB; "
        f"unchanged {statistics.median(seconds for seconds, _ in again):.1f} s, {max(size for _, size in again)} MiB"
    )


# ---------------------------------------------------------------- marks


def _marks(number: int) -> None:
    state = State()
    keys = [state.add(f"{count}.jpg") for count in range(number)]
    for what in ("tag", "album"):
        actions = [_field(f"{what}/many", "there"), *(_field(key, f"{what}:many") for key in keys)]
        _told(f"one {what} of {number:,}", state, actions)
    state = State()
    number = min(number // IN_GROUP, GROUPS)
    groups = [[state.add(f"{count}-{one}.jpg") for one in range(IN_GROUP)] for count in range(number)]
    actions = [_field("tag/p", "there")]
    actions += [_field(f"tag/p/g{count}", "there") for count in range(len(groups))]
    actions += [_field(key, f"tag:p/g{count}") for count, group in enumerate(groups) for key in group]
    _told(f"a tag for each of {len(groups):,} groups", state, actions)


def _field(key: str, name: str) -> SetField:
    return SetField(Ref(PLACE, key), name, None, "yes")


def _told(what: str, state: State, actions: Sequence[SetField]) -> None:
    """Set and take back through the journal, and print requests and seconds of both."""
    server = Server((3, 1, 0))
    server.compare = lambda *_: None
    server.state = state
    thread = threading.Thread(target=server.http.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    with (
        tempfile.TemporaryDirectory() as folder,
        contextlib.closing(Journal(os.path.join(folder, "journal"))) as journal,
        opened(Profile("default", server.url, KEY)) as client,
    ):
        place = ImmichPlace(client, PLACE)
        plan = Plan("Set", tuple(actions))
        start = time.perf_counter()
        run(check(plan, world(plan, place)), journal, place, progress=Silent())
        there, asked = time.perf_counter() - start, len(server.requests)
        server.requests.clear()
        start = time.perf_counter()
        undo(None, journal, place, progress=Silent())
        print(
            f"{what}: {asked} requests, {there:.1f} s; "
            f"taken back: {len(server.requests)} requests, {time.perf_counter() - start:.1f} s"
        )
    server.stop.set()
    server.http.shutdown()
    server.http.server_close()


if __name__ == "__main__":
    sys.exit(main())
