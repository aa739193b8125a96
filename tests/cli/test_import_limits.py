"""What an import refuses, and what it never changes: unsafe targets, references, archives, libraries that are gone."""

import os
import shutil
import zipfile
from dataclasses import replace
from pathlib import Path

import pytest

from keepers.workflows.importing import Importing, Prepared, Request, prepare
from keepers.workflows.scan import ScanReport
from tests.cli.world import TAKEN, Keepers, bytes_in, jpeg, names, picture, put, tree

pytestmark = pytest.mark.slow

SIDE = b'<x:xmpmeta xmlns:x="adobe:ns:meta/"/>'


def test_what_is_given_as_reference_is_never_changed(keepers: Keepers, tmp_path: Path) -> None:
    put(tmp_path / "in/a.jpg", jpeg(picture(1, (160, 120)), TAKEN))
    put(tmp_path / "in/keep/b.jpg", jpeg(picture(2, (160, 120)), TAKEN))
    put(tmp_path / "other/c.jpg", jpeg(picture(3, (160, 120)), TAKEN))
    told = keepers(
        "import", tmp_path / "in", "--reference", tmp_path / "in/keep", "--reference", tmp_path / "other", "--to",
        tmp_path / "lib", "--move", "--yes",
    )  # fmt: skip
    assert told.code == 0
    assert names(tmp_path / "lib") == {"2024/07/a.jpg", "2024/07/b.jpg", "2024/07/c.jpg"}
    assert names(tmp_path / "in") == {"keep/b.jpg"}
    assert names(tmp_path / "other") == {"c.jpg"}


def test_an_archive_is_copied_from_even_when_moving(keepers: Keepers, tmp_path: Path) -> None:
    data = jpeg(picture(1, (160, 120)), TAKEN)
    takeout = tmp_path / "takeout.zip"
    with zipfile.ZipFile(takeout, "w") as archive:
        archive.writestr("Takeout/Google Photos/Photos from 2024/IMG_1.jpg", data)
    before = takeout.read_bytes()
    told = keepers("import", f"takeout:{takeout}", "--to", tmp_path / "lib", "--move", "--yes")
    assert told.code == 0
    assert bytes_in(tmp_path / "lib") == {"2024/07/IMG_1.jpg": data}
    assert (tmp_path / "lib/2024/07/IMG_1.jpg").stat().st_mtime == TAKEN.timestamp()
    assert takeout.read_bytes() == before
    assert keepers("undo", "--yes").code == 0
    assert not (tmp_path / "lib").exists()


def unsafe(kind: str, tmp_path: Path) -> tuple[Path, Path]:
    source, library = tmp_path / "in", tmp_path / "library"
    put(source / "a.jpg", jpeg(picture(1, (160, 120)), TAKEN))
    library.mkdir()
    match kind:
        case "inside the source":
            return source, source / "library"
        case "around the source":
            return source, tmp_path
        case "the source":
            return source, source
        case "a symbolic link":
            (tmp_path / "link").symlink_to(library)
            return source, tmp_path / "link"
        case "everybody":
            library.chmod(0o777)
        case "another user":
            if os.geteuid() != 0:
                pytest.skip("only root can give a folder away")
            os.chown(library, 12345, 12345)
        case _:
            (source / "a.jpg").unlink()
    return source, library


@pytest.mark.parametrize(
    ("kind", "code"),
    [("inside the source", 2), ("around the source", 2), ("the source", 2), ("a symbolic link", 2), ("everybody", 2),
     ("another user", 2), ("holds no files", 1)],
)  # fmt: skip
def test_an_unsafe_import_is_refused_with_a_sentence(
    keepers: Keepers, tmp_path: Path, kind: str, code: int
) -> None:
    source, library = unsafe(kind, tmp_path)
    before = tree(tmp_path / "in")
    told = keepers("import", source, "--to", library, "--move", "--yes")
    assert told.code == code
    assert kind in told.err or "source" in told.err
    assert tree(tmp_path / "in") == before
    if kind in {"everybody", "another user"}:
        assert keepers("import", source, "--to", library, "--trust-target").code == 0
    if kind == "everybody":
        library.chmod(0o1777)
        assert keepers("import", source, "--to", library).code == 0


def test_a_link_within_the_library_is_not_followed(keepers: Keepers, tmp_path: Path) -> None:
    put(tmp_path / "in/a.jpg", jpeg(picture(1, (160, 120)), TAKEN))
    (tmp_path / "lib").mkdir()
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "lib/2024").symlink_to(tmp_path / "elsewhere")
    told = keepers("import", tmp_path / "in", "--to", tmp_path / "lib", "--move", "--yes", "--json")
    assert told.code == 3
    assert "symbolic link" in told.json["decisions"][0]["reason"]
    assert names(tmp_path / "elsewhere") == set()
    assert names(tmp_path / "in") == {"a.jpg"}


def test_a_library_that_is_gone_is_a_fault_unless_that_is_said(keepers: Keepers, tmp_path: Path) -> None:
    put(tmp_path / "in/a.jpg", jpeg(picture(1, (160, 120)), TAKEN))
    words: list[str | Path] = ["import", tmp_path / "in", "--to", tmp_path / "lib"]
    keepers(*words)
    shutil.rmtree(tmp_path / "lib")
    told = keepers(*words)
    assert told.code == 1
    assert "mounted" in told.err
    assert not (tmp_path / "lib").exists()
    assert keepers(*words, "--accept-missing").code == 0
    assert names(tmp_path / "lib") == {"2024/07/a.jpg"}


def test_a_photo_is_not_moved_away_from_a_sidecar_that_cannot_be_read(
    keepers: Keepers, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Hazards 5, 37."""
    put(tmp_path / "in/a.jpg", jpeg(picture(1, (160, 120)), TAKEN))
    put(tmp_path / "in/b.jpg", jpeg(picture(2, (160, 120)), TAKEN))
    side = put(tmp_path / "in/b.jpg.xmp", SIDE)
    words = ("import", tmp_path / "in", "--to", tmp_path / "lib", "--move", "--yes", "--json")

    def torn(importing: Importing, request: Request, scanned: ScanReport) -> Prepared:
        return prepare(importing, request, replace(scanned, unreadable=((str(side), "input/output error"),)))

    with monkeypatch.context() as patched:
        patched.setattr("keepers.workflows.importing.prepare", torn)
        first = keepers(*words)
    assert first.code == 3
    assert "b.jpg.xmp" in first.json["waiting"][0]["reason"]
    assert names(tmp_path / "lib") == {"2024/07/a.jpg"}
    assert keepers(*words).code == 0
    assert names(tmp_path / "lib") == {"2024/07/a.jpg", "2024/07/b.jpg", "2024/07/b.jpg.xmp"}


def test_a_folder_that_its_owner_calls_a_reference_is_copied_from(
    keepers: Keepers, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(tmp_path / "in/a.jpg", jpeg(picture(1, (160, 120)), TAKEN))
    put(tmp_path / "in/keep/b.jpg", jpeg(picture(2, (160, 120)), TAKEN))
    monkeypatch.setenv("KEEPERS_REFERENCE", str(tmp_path / "in/keep"))
    told = keepers("import", tmp_path / "in", "--to", tmp_path / "lib", "--move", "--yes")
    assert told.code == 0
    assert names(tmp_path / "lib") == {"2024/07/a.jpg", "2024/07/b.jpg"}
    assert names(tmp_path / "in") == {"keep/b.jpg"}
