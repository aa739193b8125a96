"""What happens to files at random, and what verifying must say of each."""

import os
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from keepers.catalog.store import Catalog
from keepers.config import Settings
from keepers.fingerprint.exact import content_id
from keepers.model import ContentId
from keepers.places import addresses
from keepers.places.local import LocalPlace
from keepers.workflows.verifying import Verified, Verifying, Wanted, verify
from tests.cli.drives import lay, original
from tests.cli.story import rot
from tests.workflows.near import Near, Silent

pytestmark = pytest.mark.slow

DEEDS = ("nothing", "rot", "edit", "touch", "delete", "move", "restore")


def _verified(
    catalog: Catalog,
    folder: Path,
    ours: Mapping[str, ContentId] | None = None,
    moved: frozenset[str] = frozenset(),
) -> Verified:
    place = LocalPlace()
    work = Verifying(
        catalog, place, place.reread, Silent(), datetime.now(UTC), lambda: ours or {}, lambda: moved
    )  # fmt: skip
    return verify(work, Wanted([str(folder)]))


def _do(deed: str, file: Path) -> None:
    match deed:
        case "rot":
            rot(file)
        case "edit":
            file.write_bytes(original(50))
        case "touch":
            os.utime(file, (5, 5))
        case "delete":
            file.unlink()
        case "move":
            file.rename(file.with_name(f"moved {file.name}"))
        case "restore":
            # The same bytes and date in a new inode.
            status = file.stat()
            file.with_name("new").write_bytes(file.read_bytes())
            os.utime(file.with_name("new"), ns=(status.st_atime_ns, status.st_mtime_ns))
            file.with_name("new").replace(file)
        case _:
            pass


@given(st.lists(st.sampled_from(DEEDS), min_size=2, max_size=6))
@settings(max_examples=30)
def test_whatever_happens_to_files_is_told_of_each(deeds: list[str]) -> None:
    with TemporaryDirectory() as name:
        folder = Path(name) / "photos"
        lay(folder, {"kept.jpg": original(0), **{f"{n}.jpg": original(n + 1) for n in range(len(deeds))}})
        session = Near(Settings(catalog=f"{name}/catalog.db"), {}, Silent())
        with session.catalog(create=True) as catalog:
            session.scan(catalog, addresses.sources([str(folder)]))
            paths = {number: folder / f"{number}.jpg" for number in range(len(deeds))}
            for number, deed in enumerate(deeds):
                _do(deed, paths[number])
            found = _verified(catalog, folder)
            again = _verified(catalog, folder)

    def told(*which: str) -> list[str]:
        return [str(paths[number]) for number, deed in enumerate(deeds) if deed in which]

    assert [rotten.path for rotten in found.rotten] == told("rot")
    assert list(found.changed) == told("edit", "touch")
    assert list(found.missing) == told("delete", "move")
    assert [Path(path).name for path in found.new] == [
        f"moved {n}.jpg" for n, deed in enumerate(deeds) if deed == "move"
    ]
    assert found.wrong == bool(told("rot", "delete", "move"))
    assert found.read == 1 + len(told("nothing", "rot", "restore"))
    assert replace(again, read=found.read, bytes=found.bytes) == found, "asking changes nothing"


def test_what_our_own_runs_did_is_no_rot_and_no_loss(tmp_path: Path) -> None:
    photos = lay(tmp_path / "photos", {f"{number}.jpg": original(number) for number in range(4)})
    session = Near(Settings(catalog=str(tmp_path / "catalog.db")), {}, Silent())
    with session.catalog(create=True) as catalog:
        session.scan(catalog, addresses.sources([str(photos)]))
        for number in (0, 1):
            rot(photos / f"{number}.jpg")
        (photos / "2.jpg").unlink()
        (photos / "3.jpg").unlink()
        ours = {str(photos / "0.jpg"): content_id((photos / "0.jpg").read_bytes())}
        found = _verified(catalog, photos, ours, frozenset({str(photos / "2.jpg")}))
    assert [rotten.path for rotten in found.rotten] == [str(photos / "1.jpg")]
    assert found.changed == (str(photos / "0.jpg"),)
    assert found.missing == (str(photos / "3.jpg"),)
