"""What the programs on picking share: series with a known best, the looks at their photos, and the picks."""

import functools
import json
import os
import random
import re
from collections.abc import Iterable, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from multiprocessing import get_context
from pathlib import Path
from typing import Any, Final

# As the program does: threads of OpenBLAS that wait for work, spinning, would count as work.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

from _degraded import EXPOSURE, SHARPNESS, Pair, Rect, cut_through, fitted, same
from PIL import Image

from keepers.decide.keep import decide
from keepers.detect.choose import choose, names
from keepers.detect.installed import NONE
from keepers.detect.look import look
from keepers.model import LOCAL, Asset, Bundle, ContentId, Decision, Group, GroupKind, Kind, Look, Ref, Taken
from keepers.ports import LookTask
from keepers.score.taste import Taste
from keepers.score.weights import Weights

JOBS: Final = 2
#: People of the open set who come again in several photos, by the names of those: a letter, a named series, plain numbers.
_AGAIN: Final = re.compile(r"_([A-Z])\.jpg$|(stock_emotions_[a-z])|/\d\d_()\d{1,2}\.jpg$")
_CUT: Final = "face cut by the edge"


@dataclass(frozen=True, slots=True)
class Frame:
    """One photo of a series."""

    path: Path
    taken: datetime


@dataclass(frozen=True, slots=True)
class Series:
    """Photos of which some are known to be best, and some to be worst; `cluster` is whom or what they share with other series."""

    name: str
    cluster: str
    frames: tuple[Frame, ...]
    best: frozenset[Path]
    worst: frozenset[Path]


@dataclass(frozen=True, slots=True)
class Photo:
    """A sharp photo that worse ones are made of, with a face to cut through where it has a labelled one."""

    path: Path
    cluster: str
    face: Rect | None = None


def people_key(path: str) -> str:
    """Give the same key for labelled photos of the same people, as far as their names tell."""
    found = _AGAIN.search(path)
    return path if found is None else f"people {found[1] or found[2] or 'of plain numbers'}"


def labelled(folder: Path) -> list[Series]:
    """Give the series that people judged."""
    bursts = json.loads((folder / "bursts" / "best.json").read_text("utf-8"))["bursts"]
    return [
        Series(
            burst["title"],
            burst["title"],
            tuple(
                Frame(folder / frame["path"], datetime.fromisoformat(frame["time"]).replace(tzinfo=UTC))
                for frame in burst["frames"]
            ),
            frozenset(folder / path for path in burst["best_any_of"]),
            frozenset(folder / path for path in burst["worst"]),
        )
        for burst in bursts
    ]


def sharp_photos(folder: Path) -> list[Photo]:
    """Give the open photos that worse ones may be made of: those without labels, and those of labelled faces."""
    images = json.loads((folder / "faces" / "faces.json").read_text("utf-8"))["images"]
    photos = {path: Photo(path, path.name) for path in sorted((folder / "base").iterdir())}
    named = {re.sub(r"^\d+_", "", Path(image["path"]).name) for image in images if image["faces"]}
    found = [photo for path, photo in photos.items() if path.name not in named]
    return found + [
        Photo(folder / image["path"], people_key(image["path"]), _face_to_cut(image))
        for image in images
        if image["faces"]
    ]


def _face_to_cut(image: dict[str, Any]) -> Rect | None:
    """The only face of a photo: with more of them nobody can say how much one that is cut counts."""
    boxes = [face["box"] for face in image["faces"]]
    return tuple(boxes[0]) if len(boxes) == 1 and image["complete"] else None


def made(photos: Sequence[Photo], room: Path) -> list[Series]:
    """Write each photo and its worse versions, and give every one with what is better as a series of two.

    The worse one is the earlier: a tie, which the earliest wins, counts as a mistake.
    """
    with ProcessPoolExecutor(JOBS, get_context("forkserver")) as pool:
        tasks = [(photo, room / f"{number:03}") for number, photo in enumerate(photos)]
        return [series for some in pool.map(_made, tasks) for series in some]


def _made(task: tuple[Photo, Path]) -> list[Series]:
    photo, room = task
    room.mkdir(parents=True)
    with Image.open(photo.path) as opened:
        picture = fitted(opened)
    pairs = [*SHARPNESS, *EXPOSURE]
    if photo.face is not None:
        face = photo.face
        pairs.append(Pair(_CUT, lambda whole: cut_through(whole, face)))
    first = datetime(2020, 1, 1, tzinfo=UTC)
    found: list[Series] = []
    for number, pair in enumerate(pairs):
        worse = room / f"{number:02}-worse.jpg"
        better = room / ("sharp.jpg" if pair.better is same else f"{number:02}-better.jpg")
        for path, change in ((worse, pair.worse), (better, pair.better)):
            if not path.exists():
                # At this quality coarse JPEG stays as it came out of its own coding.
                Image.fromarray(change(picture)).save(path, "JPEG", quality=95)
        frames = (Frame(worse, first), Frame(better, first + timedelta(seconds=1)))
        found.append(Series(pair.name, photo.cluster, frames, frozenset({better}), frozenset({worse})))
    return found


def back_ends(model_dir: str) -> list[tuple[str, str]]:
    """Give the name and the method of each installed back end that can run here, and of judging without faces."""
    found = []
    for name in (*names(), NONE):
        choice = choose(name, model_dir)
        if choice.name == name:
            found.append((name, choice.method))
        else:
            print(f"({choice.word})")
    return found


def looks(paths: Iterable[Path], backend: str, model_dir: str = "") -> dict[Path, Look]:
    """Look at each photo once, as workers do."""
    todo = sorted(set(paths))
    tasks = [LookTask(str(path), ContentId(f"b3:{path}"), backend, model_dir) for path in todo]
    with ProcessPoolExecutor(JOBS, get_context("forkserver")) as pool:
        return dict(zip(todo, pool.map(look, tasks, chunksize=4), strict=True))


def frames_of(series: Iterable[Series]) -> list[Path]:
    """Give the photos of some series."""
    return [frame.path for one in series for frame in one.frames]


def decided(
    series: Series, seen: dict[Path, Look], weights: Weights, taste: Taste | None = None, order: int = 0
) -> Decision:
    """Decide a series as `keepers group` does, its photos shuffled."""
    members = [_bundle(frame) for frame in series.frames]
    random.Random(order).shuffle(members)
    group = Group(series.name, GroupKind.BURST, tuple(members))
    return decide(
        group, {seen[frame.path].content: seen[frame.path] for frame in series.frames}, {}, weights, taste
    )


def pick(decision: Decision) -> Path:
    """Give the photo that is kept."""
    return Path(decision.keep[0].key)


@functools.cache
def _bundle(frame: Frame) -> Bundle:
    path = str(frame.path)
    with Image.open(frame.path) as opened:
        width, height = opened.size
    asset = Asset(
        Ref(LOCAL, path),
        Kind.PHOTO,
        frame.path.stat().st_size,
        "0:0:0",
        ContentId(f"b3:{path}"),
        Taken(frame.taken, "exif", certain=True),
        width=width,
        height=height,
    )
    return Bundle(asset)
