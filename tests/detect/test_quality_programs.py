"""`make quality` and `make tune` on a small folder of drawn photos: they run, and count what is there."""

import json
import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from benchmarks import _degraded as degraded
from tests.detect.drawn import face

ROOT = Path(__file__).resolve().parents[2]

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("faces")]


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A photo and its brighter version, a burst with closed eyes, a labelled face, nothing of a bracket."""
    root = tmp_path_factory.mktemp("data")
    view, person = scenery(), face()
    put(root / "base/view.jpg", view)
    put(root / "exact/a.jpg", view)
    put(root / "exact/b.jpg", view)
    tell(root / "exact/exact.json", groups=[{"members": [{"path": "exact/a.jpg"}, {"path": "exact/b.jpg"}]}])
    put(root / "near/one.jpg", view)
    put(root / "near/two.jpg", degraded.lit(1.1)(view))
    members = [{"path": "near/one.jpg", "edit": "original"}, {"path": "near/two.jpg", "edit": "brighter"}]
    tell(root / "near/groups.json", groups=[{"id": "near-0", "members": members}], hard_sets=[])
    put(root / "bursts/0.jpg", face(eyes=0))
    put(root / "bursts/1.jpg", person)
    frames = [{"path": f"bursts/{number}.jpg", "time": f"2024-05-01T10:00:0{number}"} for number in range(2)]
    best = {"id": "burst-0", "title": "person", "frames": frames, "best_any_of": ["bursts/1.jpg"]}
    tell(root / "bursts/best.json", bursts=[best | {"worst": ["bursts/0.jpg"]}])
    tell(root / "brackets/brackets.json", sets=[])
    put(root / "faces/00_a.jpg", person)
    box = {"box": [0.31, 0.24, 0.38, 0.5], "eyes": "open", "smile": "no"}
    tell(root / "faces/faces.json", images=[{"path": "faces/00_a.jpg", "faces": [box], "complete": True}])
    return root


def scenery() -> np.ndarray:
    small = np.random.default_rng(3).integers(0, 255, (24, 32, 3), dtype=np.uint8)
    return np.asarray(Image.fromarray(small).resize((640, 480), Image.Resampling.BICUBIC))


def put(path: Path, pixels: np.ndarray) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(pixels).save(path, quality=92)


def tell(path: Path, **truth) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(truth))


def said(program: str, data: Path) -> str:
    done = subprocess.run(
        [sys.executable, ROOT / "benchmarks" / f"{program}.py", data],
        cwd=data,
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.parametrize(
    ("program", "wanted"),
    [
        ("grouping_quality", r"exact: whole groups of equal pixels +1/1 .*\n.*near: easy pairs +1/1"),
        ("originals", r"the original is kept: 1/1"),
        ("best_shot", r"\| `default` \| 1/1 \(.21-1.00\) \| 0/1 \(.00-.79\) \|(.|\n)*\| eyes \| 0/1 \|"),
        ("tune", r"\| `weight_eyes` \| 0.45 \|"),
    ],
)
def test_it_runs_and_counts(program, wanted, data):
    told = said(program, data)
    assert re.search(wanted, told), told
