"""The sample library holds what it says it holds."""

import io
from collections import Counter
from datetime import datetime
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from keepers.create import sample
from keepers.create.sample import Picture
from keepers.errors import UsageError

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def pictures() -> list[Picture]:
    return list(sample.library())


def _image(picture: Picture) -> Image.Image:
    return Image.open(io.BytesIO(picture.data))


def test_it_has_some_of_everything(pictures: list[Picture]) -> None:
    kinds = Counter(picture.kind for picture in pictures)
    assert kinds == {
        "single": 8,
        "same-bytes": 3,
        "same-pixels": 1,
        "same-picture": 9,
        "burst": 12,
        "bracket": 3,
    }
    assert len({picture.name for picture in pictures}) == len(pictures)


def test_copies_and_versions_keep_their_promise(pictures: list[Picture]) -> None:
    first = {picture.scene: picture for picture in pictures if picture.kind == "single"}
    for picture in pictures:
        if picture.kind == "same-bytes":
            assert picture.data == first[picture.scene].data
        if picture.kind == "same-pixels":
            assert picture.data != first[picture.scene].data
            assert np.array_equal(np.asarray(_image(picture)), np.asarray(_image(first[picture.scene])))


def test_a_burst_has_one_sharp_frame(pictures: list[Picture]) -> None:
    detail = {
        picture.name: float(
            np.abs(np.diff(np.asarray(_image(picture).convert("L"), dtype=np.float32))).mean()
        )
        for picture in pictures
        if picture.kind == "burst"
    }
    assert {"2024/IMG_2004.jpg", "2024/IMG_2052.jpg"} == set(
        sorted(detail, key=lambda name: -detail[name])[:2]
    )


def test_the_bracket_says_so(pictures: list[Picture]) -> None:
    notes = [_image(picture).getexif().get_ifd(0x8769) for picture in pictures if picture.kind == "bracket"]
    assert [float(note[0x9204]) for note in notes] == [-2.0, 0.0, 2.0]
    assert {note[0xA402] for note in notes} == {2}


def test_it_is_written_once_and_the_times_are_those_of_the_photos(
    tmp_path: Path, pictures: list[Picture]
) -> None:
    folder = tmp_path / "sample"
    assert sample.write(folder, pictures) == len(pictures)
    assert all((folder / picture.name).read_bytes() == picture.data for picture in pictures)
    taken = datetime.fromtimestamp((folder / pictures[0].name).stat().st_mtime, tz=pictures[0].at.tzinfo)
    assert taken == pictures[0].at
    with pytest.raises(UsageError, match="not empty"):
        sample.write(folder, pictures)
