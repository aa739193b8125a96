"""`keepers suggest`: the list, what is remembered of it, and a reviewed list on a server."""

import csv
import io
import re
from datetime import timedelta

import pytest
from PIL import Image

from keepers.cli import suggesting_grammar
from keepers.score.inspection import METHOD
from keepers.score.suggestions import CERTAIN, SuggestionKind
from tests.cli.world import TAKEN, jpeg, put, tree
from tests.immich.server import KEY, running
from tests.immich.uploads import upload_all
from tests.score import drawn_junk

pytestmark = pytest.mark.slow


@pytest.fixture(autouse=True)
def one_worker(monkeypatch):
    monkeypatch.setenv("KEEPERS_JOBS", "1")


@pytest.fixture(scope="module")
def shot():
    """A good photo, a blurred one, a black one, and a drawing that is named like a screenshot; PNG bytes of the last."""
    scene = drawn_junk.scene(5, (720, 480))
    drawn = io.BytesIO()
    drawn_junk.screen((270, 585)).save(drawn, "PNG")
    return {
        "good.jpg": jpeg(scene, TAKEN),
        "soft.jpg": jpeg(drawn_junk.defocused(drawn_junk.scene(6, (720, 480)), 6), TAKEN + timedelta(days=1)),
        "night.jpg": jpeg(
            drawn_junk.grained(Image.new("RGB", (720, 480), (4, 4, 5)), 2), TAKEN + timedelta(days=2)
        ),
        "Screenshot_20240101-101010.png": drawn.getvalue(),
    }


@pytest.fixture
def folder(shot, tmp_path):
    for name, data in shot.items():
        put(tmp_path / "in" / name, data)
    return tmp_path / "in"


def told(keepers, *words):
    found = keepers("suggest", *words, "--json")
    assert found.code == 0, found.err
    return {row["name"]: row["kind"] for row in found.json["suggestions"]}


def test_what_is_in_the_way_is_listed_and_nothing_is_changed(keepers, folder):
    before = tree(folder)
    found = told(keepers, folder)
    assert found.pop("night.jpg") in {"dark", "blank"}
    assert found == {"soft.jpg": "blurred", "Screenshot_20240101-101010.png": "screenshot"}
    assert list(told(keepers, folder, "--kind", "screenshot")) == ["Screenshot_20240101-101010.png"]
    assert told(keepers, folder, "--min-certainty", "1") == {}
    assert tree(folder) == before
    words = keepers("suggest").out
    assert "3 of 4 photos may be in the way" in words
    assert "Nothing was changed." in words


def test_a_second_run_inspects_nothing_and_a_new_method_does(keepers, folder, monkeypatch):
    first = told(keepers, folder)

    def refused(*_):
        raise AssertionError

    monkeypatch.setattr("keepers.wiring.Session.picture_workers", refused)
    assert told(keepers, folder) == first
    monkeypatch.setattr("keepers.workflows.suggesting.METHOD", METHOD + 1)
    with pytest.raises(AssertionError):
        keepers("suggest", folder)


def test_what_a_person_keeps_is_not_suggested_again(keepers, folder):
    assert "soft.jpg" in told(keepers, folder)
    assert "will not be suggested again" in keepers("suggest", "--keep", folder / "soft.jpg").out
    assert "soft.jpg" not in told(keepers, folder)
    # As a fact about the bytes: wherever they lie, whatever they are called.
    (folder / "soft.jpg").rename(folder / "renamed.jpg")
    found = keepers("suggest", folder, "--json").json
    assert "renamed.jpg" not in {row["name"] for row in found["suggestions"]}
    assert found["kept"] == 1
    assert keepers("suggest", "--unkeep", folder / "renamed.jpg").code == 0
    assert "renamed.jpg" in told(keepers, folder)
    unknown = keepers("suggest", "--keep", folder / "nowhere.jpg")
    assert unknown.code == 2
    assert "keepers scan" in unknown.err


def test_a_favourite_and_a_kept_photo_are_not_certain(keepers, folder, shot):
    sidecar = b"""<x:xmpmeta xmlns:x='adobe:ns:meta/'><rdf:RDF xmlns:rdf='http://www.w3.org/1999/02/22-rdf-syntax-ns#'>
        <rdf:Description xmlns:xmp='http://ns.adobe.com/xap/1.0/' xmp:Rating='5'/></rdf:RDF></x:xmpmeta>"""
    put(folder / "soft.jpg.xmp", sidecar)
    assert "soft.jpg" not in told(keepers, folder)
    found = keepers("suggest", folder, "--min-certainty", "0.2", "--json").json["suggestions"]
    (row,) = [row for row in found if row["name"] == "soft.jpg"]
    assert row["certainty"] == 0.3
    assert row["why"][-1] == "but it was rated 5"


def test_reports(keepers, folder, tmp_path):
    names = [str(tmp_path / f"list{ending}") for ending in (".html", ".csv", ".json")]
    words = [word for name in names for word in ("--report", name)]
    assert keepers("suggest", folder, *words).code == 0
    assert (tmp_path / "list.html").read_text().count("data:image/jpeg") == 3
    assert len(listed(tmp_path / "list.csv")) == 3
    inside = keepers("suggest", folder, "--report", folder / "list.html")
    assert inside.code == 2
    assert "among the photos" in inside.err


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["--min-certainty", "1.5"], "between 0 and 1"),
        (["--reviewed", "list.csv"], "lacks the columns"),
        (["--reviewed", "nowhere.csv"], "is no file; `keepers suggest --report"),
        (["--reviewed", "latin.csv"], "save the list as CSV, UTF-8"),
        (["--report", "list.txt"], "must end in"),
        (["--dry-run"], "is for --reviewed"),
        (["in", "--reviewed", "list.csv"], "leave out the SOURCE"),
    ],
)
def test_mistakes_are_told(keepers, folder, tmp_path, monkeypatch, words, says):
    keepers("scan", folder)
    monkeypatch.chdir(tmp_path)
    (tmp_path / "list.csv").write_text("a,b\n1,2\n")
    (tmp_path / "latin.csv").write_bytes("Öl,b\n".encode("latin-1"))
    said = keepers("suggest", *words)
    assert said.code == 2
    assert says in said.err


def test_the_kinds_that_can_be_asked_for_are_those_that_there_are(keepers):
    assert tuple(SuggestionKind) == suggesting_grammar.KINDS
    told = re.search(r"so\s+certain\s+at\s+least;\s+default:\s+([0-9.]+)", keepers("suggest", "--help").out)
    assert told is not None
    assert float(told[1]) == CERTAIN


def test_no_catalog(keepers):
    assert keepers("suggest").code == 10


def test_a_reviewed_list_of_this_machine_is_remembered_and_moves_nothing(keepers, folder, tmp_path):
    file = tmp_path / "list.csv"
    keepers("suggest", folder, "--report", file)
    before = tree(folder)
    decide(file, {"soft.jpg": "keep", "Screenshot_20240101-101010.png": "Archive"})
    assert keepers("suggest", "--reviewed", file, "--dry-run").code == 0
    assert "soft.jpg" in told(keepers, folder)
    said = keepers("suggest", "--reviewed", file)
    assert said.code == 0
    assert "lies on this machine" in said.out
    assert tree(folder) == before
    assert "soft.jpg" not in told(keepers, folder)
    # As a spreadsheet of another country saves it.
    decide(file, {"soft.jpg": "keep", "night.jpg": "archive"}, saved=";")
    assert len(keepers("suggest", "--reviewed", file, "--json").json["here"]) == 1
    file.write_text(file.read_text("utf-8").replace("b3:", "b3:no"), "utf-8")
    assert "names no photo" in keepers("suggest", "--reviewed", file).err
    keepers("suggest", folder, "--report", tmp_path / "again.csv")
    file = tmp_path / "again.csv"
    decide(file, {"night.jpg": "burn"})
    wrong = keepers("suggest", "--reviewed", file)
    assert wrong.code == 2
    assert "burn is no decision" in wrong.err


def listed(file):
    return list(csv.DictReader(io.StringIO(file.read_text("utf-8-sig"), newline="")))


def decide(file, decisions, saved=","):
    rows = list(csv.reader(io.StringIO(file.read_text("utf-8-sig"), newline="")))
    path = rows[0].index("Path")
    for row in rows[1:]:
        row[0] = next((word for name, word in decisions.items() if row[path].endswith(name)), "")
    with file.open("w", newline="", encoding="utf-8-sig") as out:
        csv.writer(out, delimiter=saved).writerows(rows)


@pytest.fixture
def server(tmp_path, monkeypatch, shot):
    with running((3, 1, 0)) as made:
        monkeypatch.setenv("KEEPERS_IMMICH_CACHE_DIR", str(tmp_path / "cache"))
        monkeypatch.setenv("KEEPERS_CONFIG", str(tmp_path / "keepers.toml"))
        monkeypatch.setenv("KEEPERS_HOME_ZONE", "UTC")
        monkeypatch.setenv("KEEPERS_IMMICH_URL", made.url)
        monkeypatch.setenv("KEEPERS_IMMICH_API_KEY", KEY)
        for name in ("good.jpg", "soft.jpg", "night.jpg"):
            put(tmp_path / "phone" / name, shot[name])
        upload_all(made.state, tmp_path / "phone")
        yield made


def archived(server):
    return sorted(one.name for one in server.state.assets.values() if one.visibility == "archive")


def test_a_reviewed_list_is_archived_on_the_server_and_taken_back(server, keepers, tmp_path):
    file = tmp_path / "list.csv"
    assert keepers("suggest", "immich:", "--report", file).code == 0
    rows = listed(file)
    ids = {one.name: one.id for one in server.state.assets.values()}
    assert {row["Path"] for row in rows} == {f"immich:{ids['soft.jpg']}", f"immich:{ids['night.jpg']}"}
    decide(file, {ids["soft.jpg"]: "archive", ids["night.jpg"]: "archive"})
    dry = keepers("suggest", "--reviewed", file, "--dry-run", "--json")
    assert [(one["field"], one["after"]) for one in dry.json["actions"]] == [("visibility", "archive")] * 2
    assert keepers("suggest", "--reviewed", file).code == 2
    assert archived(server) == []
    server.state.assets[ids["night.jpg"]].favourite = True
    done = keepers("suggest", "--reviewed", file, "--yes", "--json")
    assert done.code == 0
    assert archived(server) == ["soft.jpg"]
    assert [row["why"] for row in done.json["stays"]] == ["it is a favourite"]
    assert keepers("suggest", "--reviewed", file, "--yes").code == 0
    assert keepers("undo", "--yes").code == 0
    assert archived(server) == []
