"""Files that travel together are learned together, each as if it were alone."""

import hashlib
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from keepers.catalog import served
from keepers.config import Settings
from keepers.fingerprint.exact import content_id
from keepers.fingerprint.perceptual import PRINT
from keepers.model import Kind
from keepers.places import addresses
from keepers.read.packed import unpack
from keepers.workflows import measure as measuring
from keepers.workflows.job import METHOD, Job
from keepers.workflows.measure import finished, measure, measure_for_servers
from tests.read.making import encoded, film, jpeg, picture, tags
from tests.workflows.near import Near, Silent


def job(path: Path, **more: object) -> Job:
    return Job(str(path), path.stat().st_size, 0, Kind.PHOTO, **more)  # type: ignore[arg-type]


def put(folder: Path, files: dict[str, bytes]) -> list[Job]:
    for name, data in files.items():
        (folder / name).write_bytes(data)
    return [job(folder / name) for name in files]


def mixed() -> dict[str, bytes]:
    good = [jpeg(96 + 16 * seed, 80) for seed in range(3)]
    return {
        "one.jpg": good[0],
        "cut.jpg": good[1][: len(good[1]) // 2],
        "not.jpg": b"GIF89a and no more",
        "two.png": encoded(picture(90, 70), "PNG"),
        "progressive.jpg": encoded(picture(640, 600), "JPEG", progressive=True),
        "three.jpg": good[2],
    }


def test_together_and_alone_are_the_same(tmp_path: Path) -> None:
    jobs = put(tmp_path, mixed())
    together = finished([measure(one) for one in jobs])
    alone = [finished([measure(one)])[0] for one in jobs]
    assert together == alone
    assert [bool(one.reason) for one in together] == [False, True, True, False, False, False]
    assert [len(one.prints) > 0 for one in together] == [not one.reason for one in together]
    assert all(one.begun is None and one.facts is None and one.grey is None for one in together)


def test_each_file_is_read_whole(tmp_path: Path) -> None:
    files = mixed()
    results = finished([measure(one) for one in put(tmp_path, files)])
    assert ["b3:" + one.b3.hex() for one in results] == [content_id(data) for data in files.values()]
    assert [unpack(one.packed.text).width for one in results if not one.reason] == [96, 90, 640, 128]


def test_files_that_find_no_room_together_are_learned_at_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    jobs = put(tmp_path, {f"{seed}.jpg": jpeg(64 + seed, 64) for seed in range(4)})
    roomy = finished([measure(one) for one in jobs])
    measuring._shelf.cache_clear()
    monkeypatch.setattr(measuring, "SHELF", measuring.SMALL + 1 + jobs[0].size + jobs[1].size - 1)
    cramped = [measure(one) for one in jobs]
    # Small files leave room behind them, but not always for one of the largest size.
    assert [one.begun is None for one in cramped] == [False, False, True, True]
    assert finished(cramped) == roomy
    measuring._shelf.cache_clear()


def test_a_file_that_grows_while_it_is_read_is_read_to_its_end(tmp_path: Path) -> None:
    data = jpeg(64, 64)
    path = tmp_path / "a.jpg"
    path.write_bytes(data + bytes(measuring.SMALL))
    with path.open("rb", buffering=0) as file:
        read, lasts = measuring._shelf().read(file, len(data))
    assert (bytes(read), lasts) == (data + bytes(measuring.SMALL), True)


def test_too_many_pixels_for_ordinary_memory_are_asked_for_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "a.jpg"
    path.write_bytes(jpeg(64, 64))
    monkeypatch.setattr(measuring, "HEAVY_PIXELS", 64 * 64 - 1)
    (light,) = finished([measure(job(path))])
    (heavy,) = finished([measure(job(path, heavy=True))])
    assert (light.again, light.reason, heavy.again, len(heavy.prints) > 0) == (True, "", False, True)


def test_what_is_known_is_not_learned_again(tmp_path: Path) -> None:
    path = tmp_path / "a.jpg"
    path.write_bytes(jpeg(64, 64))
    (first,) = finished([measure(job(path))])
    (second,) = finished([measure(job(path, known=(first.b3,)))])
    assert (second.fresh, second.prints, second.b3) == (False, b"", first.b3)


def test_an_orientation_turns_the_picture_before_it_is_fingerprinted(tmp_path: Path) -> None:
    turned = picture(96, 80).transpose(Image.Transpose.TRANSPOSE)
    files = {"a.jpg": jpeg(96, 80), "b.jpg": encoded(turned, "JPEG", exif=tags({0x0112: 5}))}
    one, other = (
        np.frombuffer(each.prints, PRINT)["phash"][0, 0]
        for each in finished([measure(each) for each in put(tmp_path, files)])
    )
    assert int(np.bitwise_count(one ^ other)) <= 4


@pytest.mark.parametrize(("name", "kind"), [("a.jpg", Kind.PHOTO), ("a.mov", Kind.VIDEO)])
def test_what_servers_know_bytes_by_is_taken_in_the_same_read(tmp_path: Path, name: str, kind: Kind) -> None:
    data: bytes = jpeg() if kind is Kind.PHOTO else film()
    (tmp_path / name).write_bytes(data)
    asked = Job(str(tmp_path / name), len(data), 0, kind)
    plain, summed = finished([measure(asked), measure_for_servers(asked)])
    assert summed.sha1 == hashlib.sha1(data, usedforsecurity=False).digest()
    assert summed._replace(sha1=b"") == plain


def test_of_companions_servers_know_nothing(tmp_path: Path) -> None:
    (tmp_path / "a.xmp").write_bytes(b"<x/>")
    assert measure_for_servers(Job(str(tmp_path / "a.xmp"), 4, 0, Kind.COMPANION)).sha1 == b""


@pytest.mark.parametrize(
    ("environment", "left"), [({}, 1), ({"KEEPERS_IMMICH_URL": "http://127.0.0.1:1"}, 0)]
)
def test_a_scan_takes_it_where_a_server_is_set_up(
    tmp_path: Path, environment: dict[str, str], left: int
) -> None:
    (tmp_path / "photos").mkdir()
    data: bytes = jpeg()
    (tmp_path / "photos" / "a.jpg").write_bytes(data)
    session = Near(
        Settings(catalog=str(tmp_path / "catalog.db")), {"HOME": str(tmp_path), **environment}, Silent()
    )
    with session.catalog(create=True) as catalog:
        session.scan(catalog, addresses.sources([str(tmp_path / "photos")]))
        unhashed = list(served.unhashed(catalog, [len(data)]))
        assert len(unhashed) == left
        sha1 = hashlib.sha1(data, usedforsecurity=False).digest()
        assert (served.by_sha1(catalog, sha1, METHOD) is None) == bool(left)
