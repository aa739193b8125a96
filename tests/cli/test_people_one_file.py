"""`people sort --file`: one download after the other is sorted, and told in the old words."""

import contextlib
import threading

import pytest

from keepers.apply.journal import open_journal
from keepers.places.immich_api import wire
from tests.cli.people_home import SIDE, hook
from tests.cli.world import TAKEN, jpeg, names, picture, put
from tests.immich.server import Fault

pytestmark = pytest.mark.slow


def test_one_file_is_sorted_with_what_belongs_to_it_and_told_in_the_old_words(keepers, home, base):
    photo = home.photo("a.jpg", 1, Anna=100)
    put(home.folder / "a.jpg.xmp", SIDE)
    home.photo("b.jpg", 2, Anna=100)
    code, told = hook(keepers, photo, base)
    assert code == 0
    assert told | {"run": 0} == {
        "schema_version": 1,
        "run": 0,
        "path": str(photo),
        "status": "success",
        "action": "copied",
        "reason": None,
        "person_name": "Anna",
        "faces_found": 1,
        "target_path": str(base / "Anna/a.jpg"),
        "target_paths": [str(base / "Anna/a.jpg")],
        "message": "Copied to Anna/",
    }
    assert names(base) == {"Anna/a.jpg", "Anna/a.jpg.xmp"}
    code, told = hook(keepers, photo, base)
    assert (code, told["status"], told["reason"]) == (0, "skipped", "already-there")


def test_one_file_that_cannot_be_sorted_says_why(keepers, home, base):
    both = home.photo("both.jpg", 1, Anna=100, Ben=50)
    text = put(home.folder / "notes.txt", b"mine")
    empty = home.photo("empty.jpg", 2)
    found = [hook(keepers, one, base, "--wait", "0") for one in (both, text, empty, home.folder / "gone.jpg")]
    assert [(code, told["status"], told["reason"]) for code, told in found] == [
        (0, "skipped", "several-people"),
        (0, "skipped", "not-an-image"),
        (0, "skipped", "no-faces"),
        (1, "error", "not-found"),
    ]
    assert found[0][1]["faces_found"] == 2
    assert not base.exists()
    rows = keepers("people", "history", "--json").json["history"]
    assert [row["action"] for row in rows] == ["error", "skipped", "skipped", "skipped"]
    assert keepers("people", "stats", "--json").json["total"] == 0


def test_one_file_is_waited_for_until_the_server_knows_who_is_in_it(keepers, home, base):
    data = jpeg(picture(1, (96, 64)), TAKEN)
    photo = put(home.folder / "a.jpg", data)
    asked = []

    def learns(request: str) -> None:
        # First it knows nothing, then the photo, then the face.
        if request == "POST /api/search/metadata":
            asked.append(request)
            if len(asked) == 2:
                home.know("a.jpg", data)
            if len(asked) == 4:
                home.see(next(iter(home.state.assets)), Anna=100)

    home.server.after = learns
    code, told = hook(keepers, photo, base, "--wait", "8")
    assert (code, told["status"]) == (0, "success"), told
    assert names(base) == {"Anna/a.jpg"}


def test_downloads_that_end_together_wait_for_each_other(keepers, home, base):
    first, second = home.photo("a.jpg", 1, Anna=100), home.photo("b.jpg", 2, Anna=100)
    assert hook(keepers, first, base)[0] == 0
    journal = open_journal(f"{keepers.catalog}.journal", create=False)
    assert journal is not None
    with contextlib.ExitStack() as held:
        held.enter_context(journal.lock())
        assert hook(keepers, second, base, "--wait", "0")[1]["reason"] == "busy"
        later = threading.Timer(0.7, held.pop_all().close)
        later.start()
        code, told = hook(keepers, second, base, "--wait", "20")
        later.join()
    journal.close()
    assert (code, told["status"]) == (0, "success")
    rows = keepers("people", "history", "--json").json["history"]
    assert sorted(row["action"] for row in rows) == ["copied", "copied", "error"]
    code, told = hook(keepers, base / "Anna/b.jpg", base)
    assert (code, told["reason"]) == (0, "already-there")


def test_the_server_is_told_to_scan_the_library_that_the_file_lies_in(keepers, home, base, tmp_path):
    (tmp_path / "keepers.toml").write_text(f'[immich.default.paths]\n"/photos" = "{home.folder}"\n')
    mine, other = home.state.fresh(), home.state.fresh()
    home.state.libraries = {mine: ("Photos", ("/photos/",)), other: ("Others", ("/elsewhere",))}
    data = jpeg(picture(1, (96, 64)), TAKEN)
    photo = put(home.folder / "a.jpg", data)

    def scanned(request: str) -> None:
        if request.endswith("/scan") and not home.state.assets:
            home.know("a.jpg", data, Anna=100)

    home.server.after = scanned
    code, told = hook(keepers, photo, base, "--scan-library", "--wait", "0")
    assert (code, told["status"], home.state.scanned) == (0, "success", [mine])
    # A file that lies in none of them may come into any.
    assert keepers("people", "sort", put(tmp_path / "b.jpg", data), "--to", base, "--scan-library").code == 0
    assert home.state.scanned == [mine, mine, other]
    home.state.libraries = {}
    code, told = hook(keepers, home.photo("c.jpg", 3, Anna=9), base, "--scan-library")
    assert (code, told["reason"]) == (2, "usage")


def test_a_server_that_is_gone_is_a_result_too(keepers, home, base, monkeypatch):
    monkeypatch.setattr(wire, "ATTEMPTS", 1)
    photo = home.photo("a.jpg", 1, Anna=100)
    home.server.faults.append(Fault("status", "GET /api/people", times=99, status=503))
    code, told = hook(keepers, photo, base)
    assert (code, told["status"], told["reason"]) == (6, "error", "unreachable")
