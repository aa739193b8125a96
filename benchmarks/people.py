"""Sorting photos by people beside importing the same photos: whole commands.

Usage: people.py [FILES] [KILOBYTES] [ROUNDS] [FOLDER] [STATE]...

Each round copies all photos twice, into folders of their own: `keepers import` by date, `keepers people sort` by whom a
loopback server knows in them: where the drive was scanned before (`known`), the same where the settings say that the server's
folder is this one (`mapped`), and with scanning it (`fresh`). Photos that are not mapped are found by their SHA-1, which is then taken
of all of them, for the first time. The order alternates, since other programs use the same disk and cores;
the load is told. Printed are the middle seconds by the clock and of all cores together and, by pairs, the *speed of import*: its
seconds by those of sorting. 1.00 is as fast, 0.80 takes a quarter longer. The server's own work is not in the seconds of the
cores, but takes its share of them.
"""

import base64
import hashlib
import io
import os
import random
import shutil
import statistics
import sys
import tempfile
import threading
from collections.abc import Iterator
from dataclasses import dataclass, replace
from operator import attrgetter
from pathlib import Path
from typing import Any

from _work import Cost, adopt_orphans, cost
from PIL import Image

from tests.immich import answers
from tests.immich.routes import ROUTES
from tests.immich.server import KEY, Server
from tests.immich.state import START, Asset, Face, State

PEOPLE = 50
KEEPERS = [sys.executable, "-c", "import sys; from keepers.cli.start import keepers; sys.exit(keepers())"]
STATES = ("known", "mapped", "fresh")


class Weight(bytes):
    """As many bytes as a photo has, without having them."""

    size = 0

    def __len__(self) -> int:
        return self.size


@dataclass
class Light(Asset):
    """An asset of which only the checksum is kept."""

    sha1: bytes = b""

    @property
    def checksum(self) -> str:
        """As the server tells it."""
        return base64.b64encode(self.sha1).decode()


def main() -> None:
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 1000
    size = (int(sys.argv[2]) if len(sys.argv) > 2 else 2500) * 1024
    rounds = int(sys.argv[3]) if len(sys.argv) > 3 else 3
    adopt_orphans()
    with tempfile.TemporaryDirectory(
        prefix="keepers-bench-", dir=sys.argv[4] if len(sys.argv) > 4 else None
    ) as folder:
        root = Path(folder)
        photos = list(made(root / "drive", count, size))
        run(root, "scanned", ["scan", str(root / "drive")], {})
        print(f"{count} photos of {size >> 10} KiB of {PEOPLE} people; {rounds} rounds")
        server = Server((3, 1, 0))
        fill(server, photos)
        # The server of the tests compares each answer with Immich's documents, which is no part of this.
        server.compare = lambda *_: None  # type: ignore[method-assign]
        server.routes = Indexed(server).routes()
        threading.Thread(
            target=server.http.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True
        ).start()
        for state in sys.argv[5:] or STATES:
            compared(root, state, server, photos, rounds)
    print(f"load {os.getloadavg()[0]:.1f} on {len(os.sched_getaffinity(0))} cores")


def compared(root: Path, state: str, server: Server, photos: list[Light], rounds: int) -> None:
    environment = {"KEEPERS_IMMICH_URL": server.url, "KEEPERS_IMMICH_API_KEY": KEY}
    if state == "mapped":
        environment["KEEPERS_IMMICH_PATHS"] = f"/photos={root / 'drive'}"
    imports, sorts = list[Cost](), list[Cost]()
    for number in range(rounds):
        for is_sort in (False, True) if number % 2 else (True, False):
            target = root / f"{state}-{number}-{'people' if is_sort else 'library'}"
            words = ["people", "sort"] if is_sort else ["import"]
            words += [str(root / "drive"), "--to", str(target)]
            catalog = f"{target.name}.db"
            if state != "fresh":
                shutil.copy(root / "scanned", root / catalog)
            (sorts if is_sort else imports).append(run(root, catalog, words, environment))
            there = sum(path.is_file() for path in target.rglob("*"))
            if there != len(photos):
                raise SystemExit(f"{words[0]} brought {there} of {len(photos)} photos")
    for what, seconds in (("seconds", attrgetter("wall")), ("CPU seconds", attrgetter("cpu"))):
        pairs = [seconds(one) / seconds(other) for one, other in zip(imports, sorts, strict=True)]
        ours, theirs = (statistics.median(map(seconds, costs)) for costs in (sorts, imports))
        print(
            f"{state} photos, {what:11}: import {theirs:6.1f}   people sort {ours:6.1f}   "
            f"{statistics.median(pairs):.2f} of the speed of import ({min(pairs):.2f} to {max(pairs):.2f})"
        )


class Indexed:
    """The two questions that cost a real server no search through everything, answered without one."""

    def __init__(self, server: Server) -> None:
        state = server.state
        self.faces = {face.asset: face for face in state.faces}
        self.by_person: dict[str, list[str]] = {}
        for face in state.faces:
            self.by_person.setdefault(face.person or "", []).append(face.asset)
        self.told: dict[str, Any] = {}

    def alone(self, world: answers.World, key: str) -> answers.World:
        """The server with one photo."""
        state = world.state
        small = State(
            {key: state.assets[key]}, people=state.people, about=state.about, faces=[self.faces[key]]
        )
        return replace(world, state=small)

    def search(self, world: answers.World, body: dict[str, Any], query: dict[str, str]) -> object:
        """Photos of one person, or all, page by page; none is archived."""
        people = body.get("personIds")
        keys = self.by_person[people[0]] if people else list(self.faces)
        if body.get("visibility") != "timeline":
            keys = []
        start = (body.get("page", 1) - 1) * body["size"]
        part = keys[start : start + body["size"]]
        for key in part:
            if key not in self.told:
                told = answers.search(self.alone(world, key), {**body, "page": 1, "personIds": []}, query)
                self.told[key] = told["assets"]["items"][0]
        more = str(body.get("page", 1) + 1) if len(keys) > start + body["size"] else None
        assets = {
            "total": len(part),
            "count": len(part),
            "items": [self.told[key] for key in part],
            "facets": [],
        }
        return {"albums": {}, "assets": {**assets, "nextPage": more}}

    def faces_of(self, world: answers.World, body: dict[str, Any], query: dict[str, str]) -> object:
        """The faces of one photo."""
        return answers.faces(self.alone(world, query["id"]), body, query)

    def routes(self) -> list[Any]:
        """The answers of the server, these two before the others."""
        own = [
            ("POST", "/search/metadata", "asset.read", self.search),
            ("GET", "/faces", "face.read", self.faces_of),
        ]
        return [*own, *(route for route in ROUTES if route[:2] not in {one[:2] for one in own})]


def made(drive: Path, count: int, size: int) -> Iterator[Light]:
    """Small pictures that are like no other; what a camera's photo has more in bytes stands behind them."""
    chance = random.Random(7)
    for number in range(count):
        path = drive / f"{number // 200:03}DRIVE" / f"IMG_{number:05}.JPG"
        path.parent.mkdir(parents=True, exist_ok=True)
        picture = io.BytesIO()
        shapes = Image.frombytes("RGB", (9, 7), chance.randbytes(9 * 7 * 3))
        shapes.resize((192, 128), Image.Resampling.BICUBIC).save(picture, "JPEG")
        data = picture.getvalue() + chance.randbytes(max(16, size - len(picture.getvalue())))
        path.write_bytes(data)
        weight = Weight()
        weight.size = len(data)
        sha1 = hashlib.sha1(data, usedforsecurity=False).digest()
        # A server's path is its folder and this name.
        yield Light(str(number), f"{path.parent.name}/{path.name}", weight, START, START, sha1=sha1)
    os.sync()


def fill(server: Server, photos: list[Light]) -> None:
    state = server.state
    people = [state.fresh() for _ in range(PEOPLE)]
    state.people.update((key, f"Person {number}") for number, key in enumerate(people))
    for number, photo in enumerate(photos):
        photo.id = state.fresh()
        state.assets[photo.id] = photo
        face = Face(state.fresh(), photo.id, people[number % PEOPLE], (10, 10, 500, 500), (1000, 1000))
        state.faces.append(face)


def run(root: Path, catalog: str, words: list[str], environment: dict[str, str]) -> Cost:
    """What a command costs."""
    os.sync()
    return cost(
        [[*KEEPERS, *words, "--quiet", "--catalog", str(root / catalog)]],
        KEEPERS_CONFIG=str(root / "none.toml"),
        KEEPERS_SETTLE_SECONDS="0",
        **environment,
    )


if __name__ == "__main__":
    main()
