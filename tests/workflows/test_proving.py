"""Equal pixels are proven by every pixel; what a small picture refutes is not decoded in full."""

import io
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from keepers.config import Settings
from keepers.model import GroupKind
from keepers.places import addresses
from keepers.workflows import picture as pictures
from keepers.workflows.job import Proof
from keepers.workflows.tidy import tidy
from tests.read.making import encoded, picture
from tests.workflows.near import Near, Silent


@dataclass
class Folder:
    """A folder of photos, a catalog of it, and the names of those that were decoded in full."""

    path: Path
    session: Near
    decoded: list[str]

    def groups(self) -> list[list[str]]:
        """The names of each group of equal pixels."""

        def prove(task: Proof) -> str:
            self.decoded.append(Path(task.path).name)
            return pictures.prove(task)

        with self.session.catalog(create=True) as catalog:
            self.session.scan(catalog, addresses.sources([str(self.path)]))
            judging = replace(self.session.judging(catalog, [GroupKind.SAME_PIXELS]), prove=prove)
            found = tidy(judging, [str(self.path)]).decisions
        return [sorted(Path(one.main.ref.key).name for one in each.group.members) for each in found]

    def add(self, name: str, data: bytes) -> None:
        (self.path / name).write_bytes(data)


@pytest.fixture
def folder(tmp_path) -> Folder:
    (tmp_path / "photos").mkdir()
    session = Near(Settings(catalog=str(tmp_path / "catalog.db"), faces="none"), {}, Silent())
    return Folder(tmp_path / "photos", session, [])


def settled(image: Image.Image) -> Image.Image:
    """The same picture, as it is after so many times as a JPEG that one time more changes no pixel."""
    for _ in range(20):
        again = Image.open(io.BytesIO(encoded(image, "JPEG", quality=90, subsampling=0))).convert("RGB")
        if np.array_equal(np.asarray(again), np.asarray(image)):
            return again
        image = again
    raise AssertionError


def moved(image: Image.Image, level: int) -> Image.Image:
    """The same with one block of another grey."""
    pixels = np.asarray(image).copy()
    pixels[8:16, 8:16] = level
    return Image.fromarray(pixels)


@pytest.fixture(scope="module")
def shown() -> Image.Image:
    return settled(picture(800, 600))


def jpeg(image: Image.Image, *, progressive: bool = False) -> bytes:
    data: bytes = encoded(image, "JPEG", quality=90, subsampling=0, progressive=progressive)
    return data


def test_a_lossless_optimiser_leaves_the_pixels(folder, shown):
    folder.add("baseline.jpg", jpeg(shown))
    folder.add("progressive.jpg", jpeg(shown, progressive=True))
    assert folder.groups() == [["baseline.jpg", "progressive.jpg"]]
    assert sorted(folder.decoded) == ["baseline.jpg", "progressive.jpg"]


def test_what_a_small_picture_refutes_is_not_decoded_in_full(folder, shown):
    folder.add("one.jpg", jpeg(shown))
    folder.add("other.jpg", jpeg(moved(shown, 128)))
    assert folder.groups() == []
    assert folder.decoded == []


def test_a_pixel_within_a_block_counts(folder, shown):
    pixels = np.asarray(shown).copy()
    pixels[300:304, 400:404] += np.array([[1], [-1], [1], [-1]], np.int8).astype(np.uint8)[:, :, None]
    folder.add("one.png", encoded(shown, "PNG"))
    folder.add("other.png", encoded(Image.fromarray(pixels), "PNG"))
    assert folder.groups() == []
    assert sorted(folder.decoded) == ["one.png", "other.png"]


def test_another_format_is_always_decoded(folder, shown):
    folder.add("one.jpg", jpeg(shown))
    folder.add("other.jpg", jpeg(moved(shown, 128)))
    folder.add("one.png", encoded(shown, "PNG"))
    assert folder.groups() == [["one.jpg", "one.png"]]
    assert sorted(folder.decoded) == ["one.jpg", "one.png", "other.jpg"]


@pytest.mark.parametrize(("size", "cell"), [((320, 240), 16), ((600, 400), 20)])
def test_a_small_picture_with_hard_edges_is_proven_across_formats(folder, size, cell):
    """Scaled by its decoder, a JPEG of those looks otherwise than the means of its pixels."""
    wide, high = size
    cells = np.random.default_rng(cell).integers(0, 2, (high // cell, wide // cell))
    light = np.linspace(0, 255, wide) * np.linspace(1, 0.3, high)[:, None]
    pixels = (np.kron(cells, np.ones((cell, cell))) * light).astype(np.uint8)
    data = jpeg(Image.fromarray(pixels).convert("RGB"))
    folder.add("one.jpg", data)
    folder.add("one.png", encoded(Image.open(io.BytesIO(data)).convert("RGB"), "PNG"))
    assert folder.groups() == [["one.jpg", "one.png"]]


def test_what_was_refuted_is_decoded_when_an_equal_one_comes(folder, shown):
    folder.add("one.jpg", jpeg(shown))
    folder.add("other.jpg", jpeg(moved(shown, 128)))
    folder.groups()
    folder.groups()
    assert folder.decoded == []
    folder.add("again.jpg", jpeg(shown, progressive=True))
    assert folder.groups() == [["again.jpg", "one.jpg"]]
    assert sorted(folder.decoded) == ["again.jpg", "one.jpg"]
    folder.groups()
    assert len(folder.decoded) == 2, "remembered"
