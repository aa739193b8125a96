"""Files that are still being written are told from those that are done."""

from collections.abc import Sequence
from pathlib import Path

import pytest

from keepers.model import LOCAL, Asset, Bundle, ContentId, Kind, Ref
from keepers.places.local import LocalPlace
from keepers.places.local.writers import has_writer
from keepers.workflows.settling import Settling, is_young, torn, unsettled

SECOND = 1_000_000_000


def bundle(path: Path) -> Bundle:
    found = LocalPlace().look(Ref(LOCAL, str(path)))
    assert found is not None
    return Bundle(Asset(found.ref, Kind.PHOTO, found.size, found.revision, ContentId("b3:00")))


class Clock:
    """Time passes only while somebody waits; then things may happen."""

    def __init__(self, now_ns: int, happens: Sequence[Path] = ()) -> None:
        self.now_ns = now_ns
        self.waited: list[float] = []
        self._happens = happens

    def pause(self, seconds: float) -> None:
        self.waited.append(seconds)
        self.now_ns += int(seconds * SECOND)
        for path in self._happens:
            path.write_bytes(path.read_bytes() + b"more")


def settling(clock: Clock, seconds: float = 2, writes: Sequence[Path] = ()) -> Settling:
    busy = {str(path) for path in writes}
    return Settling(LocalPlace(), busy.__contains__, seconds, lambda: clock.now_ns, clock.pause)


@pytest.fixture
def photo(tmp_path: Path) -> Path:
    path = tmp_path / "a.jpg"
    path.write_bytes(b"data")
    return path


def test_an_old_file_is_not_waited_for(photo: Path) -> None:
    clock = Clock(photo.stat().st_mtime_ns + 3 * SECOND)
    assert unsettled(settling(clock), [bundle(photo)]) == {}
    assert clock.waited == []


def test_a_young_file_is_waited_for_no_longer_than_needed(photo: Path) -> None:
    clock = Clock(photo.stat().st_mtime_ns + SECOND // 2)
    assert unsettled(settling(clock), [bundle(photo)]) == {}
    assert clock.waited == [1.5]


def test_a_file_that_grows_meanwhile_is_left(photo: Path) -> None:
    known = bundle(photo)
    clock = Clock(photo.stat().st_mtime_ns + SECOND, [photo])
    assert "still being written" in unsettled(settling(clock), [known])[known.main.ref]


def test_a_file_that_changed_since_the_scan_is_left_and_one_that_is_gone(photo: Path, tmp_path: Path) -> None:
    other = tmp_path / "b.jpg"
    other.write_bytes(b"data")
    known = [bundle(photo), bundle(other)]
    photo.write_bytes(b"other data")
    other.unlink()
    clock = Clock(photo.stat().st_mtime_ns + 100 * SECOND)
    reasons = unsettled(settling(clock), known)
    assert "changed" in reasons[known[0].main.ref]
    assert reasons[known[1].main.ref] == "it is gone"


def test_a_file_with_a_writer_is_left(photo: Path) -> None:
    known = bundle(photo)
    clock = Clock(photo.stat().st_mtime_ns + 3600 * SECOND)
    assert "open for writing" in unsettled(settling(clock, writes=[photo]), [known])[known.main.ref]
    assert is_young(settling(clock, writes=[photo]), known.main.ref)
    assert not is_young(settling(clock), known.main.ref)


def test_a_clock_that_is_behind_leaves_nothing_out(photo: Path) -> None:
    clock = Clock(photo.stat().st_mtime_ns - 3600 * SECOND)
    assert unsettled(settling(clock), [bundle(photo)]) == {}
    assert clock.waited == []


def test_the_kernel_tells_who_writes(photo: Path, tmp_path: Path) -> None:
    assert not has_writer(str(photo))
    with photo.open("rb"):
        assert not has_writer(str(photo))
    with photo.open("r+b"):
        assert has_writer(str(photo))
    assert not has_writer(str(photo))
    assert not has_writer(str(tmp_path / "none"))
    (tmp_path / "link").symlink_to(photo)
    with photo.open("r+b"):
        assert not has_writer(str(tmp_path / "link"))


@pytest.mark.parametrize(
    ("path", "reason", "held"),
    [
        ("/in/IMG_7.jpg.xmp", "input/output error", True),
        ("/in/img_7.MOV", "Permission denied", True),
        ("/in/IMG_7.MOV", "is cut short: a part is longer than the file", False),
        ("/in/IMG_70.jpg", "input/output error", False),
        ("/in/deep/IMG_7.MOV", "input/output error", False),
    ],
)
def test_a_photo_is_not_parted_from_what_could_not_be_read(path: str, reason: str, held: bool) -> None:
    """Hazard 5: moved alone, the photo would never see its film or sidecar again."""
    one = Bundle(Asset(Ref(LOCAL, "/in/IMG_7.jpg"), Kind.PHOTO, 4, "r", ContentId("b3:00")))
    assert bool(torn([one], [(path, reason)])) is held
