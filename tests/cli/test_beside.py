"""`keepers immich upload FILE --beside ID`: results go next to the photo that they were made of, and can be taken back."""

from types import SimpleNamespace

import pytest

from keepers.places.immich_api import wire
from tests.cli.test_served import cache, set_up  # noqa: F401 (a fixture)
from tests.cli.world import picture
from tests.immich.server import Fault, running
from tests.immich.state import Stack, an_id

pytestmark = pytest.mark.slow

VERSIONS = {"2.0": (2, 0, 0), "3.1": (3, 1, 0)}


@pytest.fixture(params=["3.1"])
def here(request, cache, monkeypatch):  # noqa: F811 (the fixture)
    """A server with one photo that lies in two albums, one of them somebody else's."""
    with running(VERSIONS[request.param]) as server:
        set_up(server, monkeypatch)
        source = server.state.add("bracket_2.jpg")
        yield SimpleNamespace(
            state=server.state,
            faults=server.faults,
            source=source,
            mine=server.state.album("Rome", source),
            theirs=server.state.album("Shared", source, owner=an_id(2)),
        )


@pytest.fixture
def merged(tmp_path):
    picture(1).save(tmp_path / "hdr merged.jpg")
    return tmp_path / "hdr merged.jpg"


def sent(server):
    return [one for one in server.state.assets.values() if one.name == "hdr merged.jpg" and not one.trashed]


@pytest.mark.parametrize("here", list(VERSIONS), indirect=True)
def test_a_result_lies_where_its_photo_lies_and_goes_again(here, keepers, merged):
    words = ("immich", "upload", merged, "--beside", f"immich:{here.source}", "--stack")
    would = keepers(*words, "--dry-run", "--json")
    assert would.code == 0, would.err
    assert [row["verb"] for row in would.json["actions"]] == ["copy", "set", "set"]
    assert not sent(here)
    assert keepers(*words).code == 2
    told = keepers(*words, "--yes")
    assert (told.code, told.err) == (0, "")
    (made,) = sent(here)
    assert made.data == merged.read_bytes()
    assert made.taken == here.state.assets[here.source].taken
    assert here.state.albums[here.mine].assets == [here.source, made.id]
    assert here.state.albums[here.theirs].assets == [here.source]
    assert here.state.stack_of(here.source).assets == [here.source, made.id]
    assert "Nothing to do" in keepers(*words, "--yes").out
    told = keepers("undo", "--yes")
    assert (told.code, told.err) == (0, "")
    assert not sent(here)
    assert here.state.albums[here.mine].assets == [here.source]
    assert not here.state.stacks


def test_what_is_there_already_gets_its_albums(here, keepers, merged):
    there = here.state.add("by hand.jpg", merged.read_bytes())
    told = keepers("immich", "upload", merged, "--beside", here.source, "--yes")
    assert told.code == 0
    assert "on the server already" in told.out
    assert here.state.albums[here.mine].assets == [here.source, there]
    assert keepers("undo", "--yes").code == 0
    assert here.state.albums[here.mine].assets == [here.source]
    assert not here.state.assets[there].trashed


def test_a_stack_that_is_there_stays_as_it_is(here, keepers, merged):
    other = here.state.add("bracket_1.jpg")
    here.state.stacks["s"] = Stack(an_id(77), [here.source, other])
    here.state.stacks[an_id(77)] = here.state.stacks.pop("s")
    told = keepers("immich", "upload", merged, "--beside", here.source, "--stack", "--yes")
    assert told.code == 0
    assert "lies in a stack already" in told.out
    assert here.state.stack_of(here.source).assets == [here.source, other]


def test_a_stopped_run_goes_on(here, keepers, merged, monkeypatch):
    monkeypatch.setattr(wire, "ATTEMPTS", 1)
    here.faults.append(Fault("status", f"PUT /api/albums/{here.mine}/assets", times=4, status=503))
    words = ("immich", "upload", merged, "--beside", here.source, "--yes")
    assert keepers(*words).code in {3, 6}
    assert len(sent(here)) == 1
    here.faults.clear()
    assert keepers(*words).code == 0
    (made,) = sent(here)
    assert made.id in here.state.albums[here.mine].assets


@pytest.mark.parametrize("beside", [an_id(4711), "immich:"])
def test_a_photo_that_is_not_there_is_told(here, keepers, merged, beside):
    told = keepers("immich", "upload", merged, "--beside", beside, "--yes")
    assert told.code == 2
    assert not sent(here)


def test_clean_takes_results_back_and_imports_never(here, keepers, merged, tmp_path):
    card = tmp_path / "card"
    card.mkdir()
    picture(2).save(card / "mine.jpg")
    assert keepers("import", card, "--to", "immich:").code == 0
    assert keepers("immich", "upload", merged, "--beside", here.source, "--yes").code == 0
    assert keepers("immich", "clean", "--yes").code == 0
    assert not sent(here)
    assert not next(one for one in here.state.assets.values() if one.name == "mine.jpg").trashed
