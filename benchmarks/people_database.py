"""What it costs to read the people and faces of 100,000 photos from Immich's database.

    python benchmarks/people_database.py [PHOTOS [TURNS]]

A PostgreSQL of its own is filled with 500 people and two faces a photo, and read by turns as Keepers reads it, and as other
programs do: one row a face, in pages of 1000 assets. The promise is 3 s and 300 MB for 100,000 photos, all of it held in
memory.
"""

import gc
import json
import os
import resource
import subprocess
import sys
import time
from pathlib import Path
from statistics import median

import psycopg

sys.path.insert(0, str(Path(__file__).parents[1]))

from keepers.cli import start
from keepers.places import immich_db
from tests.places import postgres
from tests.places.immich_tables import tables

PROMISE_SECONDS, PROMISE_MB = 3.0, 300
FILL = """
INSERT INTO asset (id, "ownerId", type, "originalPath", "originalFileName", "fileCreatedAt", "localDateTime",
 checksum, width, height)
SELECT md5('a' || n)::uuid, md5('me')::uuid, 'IMAGE',
 '/data/upload/' || md5('me')::uuid || '/' || substr(md5('p' || n), 1, 2) || '/' || md5('p' || n)::uuid || '.jpg',
 'IMG_' || n || '.jpg', '2015-01-01'::timestamptz + n * interval '1 hour',
 '2015-01-01'::timestamptz + n * interval '1 hour', decode(md5('c' || n) || '00000000', 'hex'), 4000, 3000
FROM generate_series(1, {photos}) n;
INSERT INTO asset_exif SELECT id, 'Canon', 'R6', 4000, 3000, 3000000, '1', "localDateTime" FROM asset;
INSERT INTO person (id, "ownerId", name, "isHidden")
SELECT md5('p' || n)::uuid, md5('me')::uuid, CASE WHEN n <= 200 THEN 'Person ' || n ELSE '' END, n % 50 = 0
FROM generate_series(1, 500) n;
INSERT INTO asset_face (id, "assetId", "personId", "imageWidth", "imageHeight", "boundingBoxX1", "boundingBoxY1",
 "boundingBoxX2", "boundingBoxY2")
SELECT md5('f' || n || '/' || k)::uuid, md5('a' || n)::uuid,
 CASE WHEN (n + k) % 17 = 0 THEN NULL ELSE md5('p' || (1 + (n * 7 + k * 13) % 500))::uuid END,
 1440, 1080, 100 + k * 200, 100, 220 + k * 200, 250
FROM generate_series(1, {photos}) n, generate_series(1, 2) k;
UPDATE person p SET "faceAssetId" = (SELECT f.id FROM asset_face f WHERE f."personId" = p.id LIMIT 1);
"""
ROWS = """
WITH page AS (
 SELECT a.id FROM asset a WHERE a."deletedAt" IS NULL AND a.status = 'active' AND a.visibility = 'timeline' AND a.id > %s
 ORDER BY a.id LIMIT 1000)
SELECT p.id, p.name, p."birthDate", p."isFavorite", p."isHidden", a."ownerId", a.id, a."originalPath",
 a."originalFileName", a."localDateTime", encode(a.checksum, 'hex'), f.id, f."boundingBoxX1", f."boundingBoxY1",
 f."boundingBoxX2", f."boundingBoxY2", f."imageWidth", f."imageHeight", f."sourceType"
FROM page JOIN asset a ON a.id = page.id JOIN asset_face f ON f."assetId" = a.id LEFT JOIN person p ON p.id = f."personId"
WHERE f."deletedAt" IS NULL AND f."isVisible" ORDER BY a.id
"""


def ours(where: str) -> int:
    """People and faces, all held in memory; how many faces."""
    source = immich_db.opened(where)
    people = source.people(hidden=True)
    seen = list(source.faces())
    source.close()
    return sum(len(one.faces) for one in seen) if people else 0


def plain(where: str) -> int:
    """One row a face; how many."""
    count, after = 0, "00000000-0000-0000-0000-000000000000"
    with psycopg.connect(where) as connection:
        while rows := connection.execute(ROWS, [after]).fetchall():
            count += len(rows)
            after = rows[-1][6]
    return count


def reaped(where: str) -> float:
    """CPU seconds of all processes of the server that have ended."""
    folder = where.partition("host=")[2].split()[0]
    pid = Path(folder, "data", "postmaster.pid").read_text().split()[0]
    fields = Path("/proc", pid, "stat").read_text().rpartition(")")[2].split()
    return (int(fields[13]) + int(fields[14])) / os.sysconf("SC_CLK_TCK")


def measured(what: str, where: str) -> dict[str, float]:
    """Seconds, peak memory and CPU of one road, in a process of its own; the server's CPU with it."""
    before = reaped(where)
    words = [sys.executable, __file__, what, where]
    told = subprocess.run(words, check=True, stdout=subprocess.PIPE, text=True).stdout
    found: dict[str, float] = json.loads(told)
    # The server's processes end soon after their connections.
    time.sleep(0.3)
    return found | {"server": reaped(where) - before}


def main(photos: int = 100_000, turns: int = 5) -> None:
    with postgres.running() as where:
        with psycopg.connect(where, autocommit=True) as connection:
            connection.execute(tables("2.5"))
            connection.execute(FILL.replace("{photos}", str(photos)))
            # As in a database that runs for long: else the first reader does it.
            connection.execute("VACUUM ANALYZE")
        pairs = [(measured("ours", where), measured("plain", where)) for _ in range(turns)]
    mine, other = ([pair[side] for pair in pairs] for side in (0, 1))
    seconds = sorted(one["seconds"] for one in mine)
    print(f"{photos:,} photos, {mine[0]['faces']:,.0f} faces, 500 people; load {os.getloadavg()[0]:.1f}")
    print(
        f"people and faces, all in memory: {median(seconds):.2f} s ({seconds[0]:.2f} to {seconds[-1]:.2f}), "
        f"{max(one['mb'] for one in mine):.0f} MB; promised for 100,000: {PROMISE_SECONDS} s, {PROMISE_MB} MB"
    )
    print(
        f"CPU, which other programs disturb less: {median(one['cpu'] for one in mine):.2f} s here, "
        f"{median(one['server'] for one in mine):.2f} s in PostgreSQL, at the same time"
    )
    ratio = median(b["seconds"] / a["seconds"] for a, b in pairs)
    print(
        f"one row a face, nothing made of it: {median(one['seconds'] for one in other):.2f} s, {ratio:.2f} x of that"
    )


if __name__ == "__main__":
    if sys.argv[1:2] in (["ours"], ["plain"]):
        # As the program does: what is made is kept.
        gc.set_threshold(start.VALUES)
        started = time.perf_counter()
        faces = {"ours": ours, "plain": plain}[sys.argv[1]](sys.argv[2])
        spent = time.perf_counter() - started
        used = resource.getrusage(resource.RUSAGE_SELF)
        cpu = used.ru_utime + used.ru_stime
        print(json.dumps({"seconds": spent, "mb": used.ru_maxrss / 1024, "faces": faces, "cpu": cpu}))
    elif not postgres.is_there():
        print(postgres.ABSENT)
    else:
        main(*map(int, sys.argv[1:]))
