"""Dates of 100,000 JPEGs whose facts are in the catalog: seconds of one core for judging alone, and with bundling and writing.

    python benchmarks/dates.py [PHOTOS]

Every fifth photo tells its zone, its GPS time, its position, or nothing but a name; a fifth has no zone at all.
"""

import gc
import sys
import tempfile
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from zoneinfo import ZoneInfo

from keepers.catalog import contents, locations
from keepers.catalog.contents import NewContent
from keepers.catalog.locations import NewLocation
from keepers.catalog.store import Catalog, open_catalog
from keepers.cli.start import VALUES
from keepers.model import DateClaim, Facts, Fate, Kind
from keepers.read import dates
from keepers.read.packed import pack
from keepers.workflows import folders

FOLDER = 500
NOW = datetime(2026, 11, 21, tzinfo=UTC)
HOME = ZoneInfo("Europe/Berlin")


def photo(random: Random, number: int) -> tuple[str, Facts]:
    """The name and facts of one photo."""
    at = datetime(2015, 1, 1, tzinfo=UTC) + timedelta(seconds=random.randrange(300_000_000))
    wall = f"{at:%Y-%m-%dT%H:%M:%S}.{random.randrange(1000):03}"
    kind = number % 5
    claims = [
        DateClaim(f"exif:{name}", wall, 120 if kind == 1 else None)
        for name in ("original", "digitized", "modified")
    ]
    position = (47.0 + random.random(), 16.0) if kind in {2, 3} else None
    if kind == 2:
        claims.append(DateClaim("gps", f"{at - timedelta(hours=2):%Y-%m-%dT%H:%M:%S}", 0))
    name = f"IMG_{number % 10_000:04}.JPG"
    if kind == 4:
        claims, name = [], f"Screenshot_{at:%Y%m%d-%H%M%S}_{number}.jpg"
    return name, Facts(
        "jpeg", 4000, 3000, camera=f"Camera {number // FOLDER % 7}", position=position, dates=tuple(claims)
    )


def filled(catalog: Catalog, photos: int) -> list[str]:
    """Put photos into the catalog as a scan does; their folders."""
    random = Random(1)
    made: dict[str, None] = {}
    with catalog.writing():
        for number in range(photos):
            folder = f"/photos/2015/{number // FOLDER:04}"
            made[folder] = None
            name, facts = photo(random, number)
            row = contents.add(
                catalog, NewContent(number.to_bytes(32, "big"), 4_000_000, Kind.PHOTO, 1, packed=pack(facts))
            )
            locations.put(
                catalog,
                NewLocation(
                    f"{folder}/{name}", 4_000_000, 1_700_000_000 * 10**9, number, 1, Fate.PHOTO, content=row
                ),
            )
    return list(made)


def main() -> None:
    gc.set_threshold(VALUES)
    photos = int(sys.argv[1]) if len(sys.argv) > 1 else 100_000
    with tempfile.TemporaryDirectory() as room:
        catalog = open_catalog(Path(room) / "catalog.db", create=True)
        made = filled(catalog, photos)
        files = [
            [dates.Evidence(f.facts.dates, f.name, path, f.mtime_ns, f.facts.camera, f.facts.position)
             for f in locations.folder(catalog, path)]
            for path in made
        ]  # fmt: skip
        started = time.process_time()
        for folder in files:
            dates.taken_all(folder, NOW, HOME)
        judged = time.process_time() - started
        started = time.process_time()
        folders.finish(catalog, made, folders.Dating(HOME, NOW))
        finished = time.process_time() - started
        catalog.close()
    print(f"{photos:,} dates judged in {judged:.2f} s; with reading, bundling and writing {finished:.2f} s")


if __name__ == "__main__":
    main()
