"""The promise of an import: stopped anywhere, nothing is lost; finished, all is there; undone, all is as before."""

import random
import signal
import subprocess
import sys
import time
from collections import Counter
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.cli.world import TAKEN, Keepers, bytes_in, jpeg, picture, put, tree

pytestmark = pytest.mark.slow

COMMAND = [sys.executable, "-c", "import sys; from keepers.cli.main import main; sys.exit(main())"]
PICTURES = [
    jpeg(picture(seed, (64, 48)), TAKEN + timedelta(days=17 * seed) if seed % 3 else None)
    for seed in range(5)
]
NAMES = ("IMG_1.jpg", "img_1.JPG", "e\u0301.jpg", "\u00e9.jpg", "x" * 251 + ".jpg", "-rf.jpg", "a\nb.jpg")
photos = st.dictionaries(
    st.tuples(st.sampled_from(["", "a/", "a/b/", "DCIM/"]), st.sampled_from(NAMES)),
    st.integers(0, len(PICTURES) - 1),
    max_size=7,
    min_size=1,
)


def filled(folder: Path, files: dict[tuple[str, str], int], chance: random.Random) -> None:
    for (outer, name), number in files.items():
        path = put(
            folder / (outer + name), PICTURES[number], TAKEN + timedelta(seconds=chance.randrange(10**6))
        )
        path.chmod(chance.choice([0o644, 0o600, 0o444]))
        if len(name) < 100 and chance.random() < 0.5:
            put(
                path.with_name(name + ".xmp"),
                f"<x:xmpmeta xmlns:x='adobe:ns:meta/'>{number}</x:xmpmeta>".encode(),
            )


@pytest.mark.slow
@settings(
    max_examples=6,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(photos, photos, st.booleans(), st.randoms(use_true_random=False))
def test_nothing_is_lost_and_undo_restores_all(
    tmp_path_factory: pytest.TempPathFactory,
    capsys: pytest.CaptureFixture[str],
    source: dict[tuple[str, str], int],
    library: dict[tuple[str, str], int],
    move: bool,
    chance: random.Random,
) -> None:
    place = tmp_path_factory.mktemp("import")
    keepers = Keepers(tmp_path_factory.mktemp("state") / "catalog.db", capsys)
    filled(place / "in", source, chance)
    filled(place / "lib", library, chance)
    before, had = tree(place), Counter(bytes_in(place).values())
    words: list[str | Path] = [
        "import",
        place / "in",
        "--to",
        place / "lib",
        *(["--move"] if move else []),
        "--yes",
        "--json",
    ]

    told = keepers(*words)
    assert told.code == 0
    now = tree(place)
    # What the library had lies where it lay; each content is in the library, each file still somewhere.
    assert all(now[name] == row for name, row in before.items() if name.startswith("lib/") and row[2])
    alone = {Path(row["path"]).read_bytes() for row in told.json["without_photo"]}
    assert set(bytes_in(place / "lib").values()) | alone == set(had)
    if move:
        assert Counter(bytes_in(place).values()) == had
    else:
        assert {n: r for n, r in now.items() if n.startswith("in")} == {
            n: r for n, r in before.items() if n.startswith("in")
        }

    assert keepers(*words).json["actions"] == []
    assert tree(place) == now
    if told.json["done"]:
        assert keepers("undo", "--yes").code == 0
    assert tree(place) == before


def stopped_at(arguments: list[str], library: Path, number: signal.Signals, files: int) -> None:
    started = subprocess.Popen([*COMMAND, *arguments], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    with started:
        end = time.monotonic() + 60
        while started.poll() is None and time.monotonic() < end and len(names_in(library)) < files:
            time.sleep(0.001)
        started.send_signal(number)


def names_in(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*.jpg") if path.is_file()]


@pytest.mark.slow
@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGINT, signal.SIGTERM])
@pytest.mark.parametrize("how", ["--copy", "--move"])
def test_an_import_that_is_stopped_is_finished_by_the_same_command(
    keepers: Keepers, tmp_path: Path, number: signal.Signals, how: str
) -> None:
    source, library = tmp_path / "in", tmp_path / "lib"
    for seed in range(150):
        # Photos need not be pretty here: what comes after the end of a JPEG makes each one its own.
        put(source / f"{seed % 7}/IMG_{seed % 50:04d}.jpg", PICTURES[1] + str(seed).encode())
    before = tree(source)
    words = ["import", str(source), "--to", str(library), how, "--yes"]
    stopped_at([*words, "--catalog", str(keepers.catalog)], library, number, 10)
    held = Counter(bytes_in(source).values()) + Counter(bytes_in(library).values())
    assert {data for data in held if data.startswith(b"\xff\xd8")} >= {
        PICTURES[1] + str(seed).encode() for seed in range(150)
    }

    assert keepers(*words).code == 0
    assert set(bytes_in(library).values()) == {PICTURES[1] + str(seed).encode() for seed in range(150)}
    assert not list(tmp_path.rglob(".keepers-*"))
    while (undone := keepers("undo", "--yes", "--json")).json["run"] is not None:
        assert undone.code == 0
    assert tree(source) == before
    assert not library.exists()
