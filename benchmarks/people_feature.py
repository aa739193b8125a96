"""`keepers people feature` for everybody on a large loopback server: picked, set with one request a person, read back.

Usage: people_feature.py [PEOPLE] [PHOTOS] [ROUNDS]

Each person has so many photos with one face (500 people with 200 each by default), without looking at blur. Asked is a server like
Immich 2.7, which tells faces along with its pages, and the database of one like 3.1 (it is started here; the server then only sets).
The *floor* loads the same pages by urllib and parses their JSON, in this process, one after another. Roads alternate; the load is told.
"""

import contextlib
import json
import os
import random
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import urlsplit

import psycopg

from tests.immich import answers
from tests.immich.server import KEY
from tests.immich.state import START, Asset, Face, State, an_id
from tests.places import postgres
from tests.places.immich_rows import Tables
from tests.places.immich_tables import tables

#: The program, which tells the most memory that it had: what `wait4` tells is that of whoever started it, too.
KEEPERS = [sys.executable, "-c", """
import os, sys
from keepers.cli.start import keepers
code = keepers()
with open("/proc/self/status") as status, open(os.environ["BENCH_PEAK"], "w") as peak:
    peak.write(next(line.split()[1] for line in status if line.startswith("VmHWM")))
sys.exit(code)
"""]  # fmt: skip
PAGE = 1000
SERVED, STORED = (2, 7, 5), (3, 1, 0)


@dataclass
class Took:
    """Seconds by the clock, seconds of computing, and the most memory in MiB."""

    seconds: float
    computing: float
    memory: float = 0.0


def main() -> None:
    people = int(sys.argv[1]) if len(sys.argv) > 1 else 500
    photos = int(sys.argv[2]) if len(sys.argv) > 2 else 200
    rounds = int(sys.argv[3]) if len(sys.argv) > 3 else 3
    state = filled(people, photos)
    print(f"{people} people with {photos} photos each; {rounds} rounds")
    took: dict[str, list[Took]] = {}
    with tempfile.TemporaryDirectory(prefix="keepers-bench-") as folder, contextlib.ExitStack() as open_:
        served = open_.enter_context(serving(state, SERVED))
        roads: dict[str, dict[str, str]] = {"2.7 by REST": {"KEEPERS_IMMICH_URL": served}}
        if postgres.is_there():
            where = open_.enter_context(stored(state))
            setting = open_.enter_context(serving(state, STORED, where))
            roads["3.1 by database"] = {"KEEPERS_IMMICH_URL": setting, "KEEPERS_IMMICH_DATABASE": where}
        for number in range(rounds):
            if len(roads) > 1:
                forget(where)
            took.setdefault("floor", []).append(floor(served, len(state.assets)))
            for name, environment in list(roads.items())[:: -1 if number % 2 else 1]:
                catalog = Path(folder) / f"{name.replace(' ', '-')}-{number}.db"
                took.setdefault(name, []).append(run(catalog, environment, people))
    least = statistics.median(one.computing for one in took["floor"])
    for name, each in took.items():
        wall, computing = (
            statistics.median(values)
            for values in zip(*((o.seconds, o.computing) for o in each), strict=True)
        )
        print(
            f"{name:<16} {wall:7.2f} s, computing {computing:6.2f} s, {computing / least:5.2f} of the floor, "
            f"{max(one.memory for one in each):4.0f} MiB"
        )
    print(f"load {os.getloadavg()[0]:.1f} on {len(os.sched_getaffinity(0))} cores")


def filled(people: int, photos: int) -> State:
    """What a server remembers: every photo has the face of one person, at some place and of some size."""
    state, chance = State(), random.Random(7)
    keys = [an_id(10_000_000 + number) for number in range(people)]
    state.people.update((key, f"Person {number}") for number, key in enumerate(keys))
    for number in range(people * photos):
        key = an_id(1_000 + number)
        at = START - timedelta(hours=number)
        exif = {"dateTimeOriginal": answers.iso(at)}
        state.assets[key] = Asset(key, f"IMG_{number:06}.JPG", b"", START, at, exif=exif)
        side, left, top = chance.randrange(40, 500), chance.randrange(900), chance.randrange(500)
        box = (left, top, left + side, top + side)
        state.faces.append(Face(an_id(20_000_000 + number), key, keys[number % people], box, (1440, 1080)))
    return state


@contextlib.contextmanager
def stored(state: State) -> Iterator[str]:
    """The same as a database of Immich 3.1."""
    with postgres.running() as where, psycopg.connect(where, autocommit=True) as connection:
        connection.execute(tables("2.5"))
        Tables(connection, "2.5").fill(state)
        connection.execute("ANALYZE")
        yield where


def forget(where: str) -> None:
    """Let nothing stand for anybody, so that each round has all to set."""
    with psycopg.connect(where, autocommit=True) as connection:
        connection.execute('UPDATE person SET "faceAssetId" = NULL')


@contextlib.contextmanager
def serving(state: State, version: tuple[int, int, int], where: str = "") -> Iterator[str]:
    """A server with its answers drawn before, in a process of its own, so that it costs the client little."""
    answers_of = drawn(state, version)
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reading)
        serve(answers_of, writing, where)
        os._exit(0)
    os.close(writing)
    try:
        with os.fdopen(reading) as told:
            yield told.readline().strip()
    finally:
        os.kill(child, 15)
        os.waitpid(child, 0)


def drawn(state: State, version: tuple[int, int, int]) -> dict[str, bytes]:
    world = answers.World(state, version, {KEY: {"all"}}, {"x-api-key": KEY})
    found = {
        "server/version": answers.version(world, {}, {}),
        "server/features": answers.features(world, {}, {}),
        "api-keys/me": answers.me(world, {}, {}),
        "users/me": answers.user(world, {}, {}),
    }
    keys = sorted(state.people)
    for start in range(0, len(keys), PAGE):
        part = [answers.person(world, key) for key in keys[start : start + PAGE]]
        more = start + PAGE < len(keys)
        found[f"people?{start // PAGE + 1}"] = {
            "people": part,
            "hasNextPage": more,
            "total": len(keys),
            "hidden": 0,
        }
    found |= {f"people/{key}": answers.person(world, key) for key in keys}
    faces = {face.asset: face for face in state.faces}
    assets = list(state.assets.values())
    for start in range(0, len(assets), PAGE):
        items = [_listed(world, one, faces[one.id]) for one in assets[start : start + PAGE]]
        following = str(start // PAGE + 2) if start + PAGE < len(assets) else None
        part = {"total": len(items), "count": len(items), "items": items, "facets": [], "nextPage": following}
        found[f"search/metadata?{start // PAGE + 1}"] = {"assets": part}
    return {name: json.dumps(value).encode() for name, value in found.items()}


def _listed(world: answers.World, one: Asset, face: Face) -> dict:
    """As the server lists it; the list of all faces is looked through for none."""
    told = answers.asset_told(world, one, listed=True)
    person = answers.person(world, face.person or "") | {"faces": [answers._box(face)]}  # noqa: SLF001 (of the tests)
    return told | {"people": [person], "unassignedFaces": []}


def serve(drawn_before: dict[str, bytes], writing: int, where: str) -> None:
    """Answer what was drawn; what is set goes into the database, if there is one."""
    database = psycopg.connect(where, autocommit=True) if where else None

    class Answering(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 (the library's name)
            pass

        def _answer(self) -> None:
            parts = urlsplit(self.path)
            name = parts.path.removeprefix("/api/")
            raw = self.rfile.read(int(self.headers.get("content-length", 0)))
            if name == "search/metadata":
                name += f"?{json.loads(raw)['page']}"
            elif name == "people":
                name += "?" + parts.query.split("page=")[1].split("&")[0]
            elif self.command == "PUT" and database is not None:
                set_featured(database, name.rpartition("/")[2], json.loads(raw)["featureFaceAssetId"])
            data = drawn_before.get(name)
            self.send_response(200 if data else 404)
            self.send_header("Content-Length", str(len(data or b"{}")))
            self.end_headers()
            self.wfile.write(data or b"{}")

        do_GET = do_POST = do_PUT = _answer  # noqa: N815 (the library's names)

    http = ThreadingHTTPServer(("127.0.0.1", 0), Answering)
    http.daemon_threads = True
    os.write(writing, f"http://127.0.0.1:{http.server_port}\n".encode())
    os.close(writing)
    http.serve_forever()


def set_featured(database: psycopg.Connection, person: str, asset: str) -> None:
    database.execute(
        'UPDATE person SET "faceAssetId" = (SELECT id FROM asset_face WHERE "assetId" = %s AND "personId" = %s LIMIT 1)'
        " WHERE id = %s",
        (asset, person, person),
    )


def floor(url: str, assets: int) -> Took:
    """What loading the pages and parsing them takes by itself."""
    started, before = time.monotonic(), time.process_time()
    seen = 0
    for page in range(1, -(-assets // PAGE) + 1):
        asked = urllib.request.Request(f"{url}/api/search/metadata", json.dumps({"page": page}).encode())  # noqa: S310 (ours)
        with urllib.request.urlopen(asked) as answer:  # noqa: S310 (ours)
            seen += len(json.load(answer)["assets"]["items"])
    if seen != assets:
        raise SystemExit(f"the server told {seen} of {assets} photos")
    return Took(time.monotonic() - started, time.process_time() - before)


def run(catalog: Path, environment: dict[str, str], people: int) -> Took:
    """What the whole command takes, which must have set a photo for everybody."""
    told, peak = catalog.with_suffix(".json"), catalog.with_suffix(".peak")
    words = ["people", "feature", "--newest", "--yes", "--json", "--quiet", "--catalog", str(catalog)]
    given = {**os.environ, "KEEPERS_CONFIG": str(catalog.with_name("none.toml")), "KEEPERS_IMMICH_API_KEY": KEY,
             "KEEPERS_IMMICH_CACHE_DIR": str(catalog.with_name("cache")), "BENCH_PEAK": str(peak), **environment}  # fmt: skip
    started = time.monotonic()
    with told.open("wb") as out, subprocess.Popen([*KEEPERS, *words], stdout=out, env=given) as process:
        _, status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    seconds = time.monotonic() - started
    if process.returncode or json.loads(told.read_bytes())["done"] != people:
        raise SystemExit(f"ended with {process.returncode}: {told.read_text()[:2000]}")
    return Took(seconds, used.ru_utime + used.ru_stime, int(peak.read_text()) / 1024)


if __name__ == "__main__":
    main()
