"""`import SOURCE… --to immich:`: what the server has not got is sent, proved, and can be taken back."""

import pytest

from keepers.fingerprint.exact import content_id
from keepers.model import LOCAL, Asset, Bundle, Kind, Ref, Role
from keepers.places import immich_api
from keepers.places.immich_api import ImmichPlace, Profile, place_id
from keepers.places.immich_api.uploading import UploadPlace
from keepers.places.local import LocalPlace
from keepers.plan.upload_plan import actions, lay_out
from keepers.ports import End, Task
from tests.cli.world import Keepers, picture
from tests.immich import answers
from tests.immich.conftest import VERSIONS
from tests.immich.proxy import Trouble, between
from tests.immich.server import KEY, Fault, running

pytestmark = pytest.mark.slow


@pytest.fixture(params=["2.7", "3.1"])
def here(request, monkeypatch):
    with running(VERSIONS[request.param]) as server:
        monkeypatch.setenv("KEEPERS_IMMICH_URL", server.url)
        monkeypatch.setenv("KEEPERS_IMMICH_API_KEY", KEY)
        yield server


@pytest.fixture
def keepers(tmp_path, capsys):
    return Keepers(tmp_path / "state" / "catalog.db", capsys)


@pytest.fixture
def card(tmp_path):
    folder = tmp_path / "card"
    folder.mkdir()
    for number in range(3):
        picture(number).save(folder / f"IMG_{number}.jpg")
    (folder / "IMG_0.xmp").write_text("<x:xmpmeta xmlns:x='adobe:ns:meta/'/>")
    return folder


def names(server):
    return sorted(one.name for one in server.state.assets.values() if not one.trashed)


@pytest.mark.parametrize("here", list(VERSIONS), indirect=True)
def test_what_is_new_is_sent_once_and_taken_back(here, keepers, card):
    there = here.state.add("from-my-phone.jpg", (card / "IMG_1.jpg").read_bytes(), favourite=True)
    would = keepers("import", card, "--to", "immich:", "--dry-run", "--json").json
    assert sorted(row["fate"] for row in would["files"]) == ["sent", "sent", "sent along", "there already"]
    assert names(here) == ["from-my-phone.jpg"]
    told = keepers("import", card, "--to", "immich:")
    assert (told.code, told.err) == (0, "")
    assert "2 files sent" in told.out
    assert names(here) == ["IMG_0.jpg", "IMG_2.jpg", "from-my-phone.jpg"]
    (sent,) = [one for one in here.state.assets.values() if one.name == "IMG_0.jpg"]
    assert sent.data == (card / "IMG_0.jpg").read_bytes()
    assert sent.sidecar == (card / "IMG_0.xmp").read_bytes()
    again = keepers("import", card, "--to", "immich:")
    assert "Nothing to do" in again.out
    assert len(here.asked("POST /api/assets")) - len(here.asked("POST /api/assets/")) == 2
    back = keepers("undo", "--yes")
    assert (back.code, back.err) == (0, "")
    assert names(here) == ["from-my-phone.jpg"]
    assert here.state.assets[there].favourite
    assert sorted(path.name for path in card.iterdir()) == [
        "IMG_0.jpg",
        "IMG_0.xmp",
        "IMG_1.jpg",
        "IMG_2.jpg",
    ]


def test_what_somebody_uses_since_is_not_taken_back(here, keepers, card):
    keepers("import", card, "--to", "immich:")
    by_name = {one.name: one for one in here.state.assets.values()}
    by_name["IMG_0.jpg"].favourite = True
    here.state.album("Trip", by_name["IMG_1.jpg"].id)
    back = keepers("undo", "--yes")
    assert back.code == 3
    assert "it is a favourite by now" in back.err
    assert "it lies in an album by now" in back.err
    assert names(here) == ["IMG_0.jpg", "IMG_1.jpg"]


def test_what_lies_in_the_trash_there_is_told_and_not_sent(here, keepers, card):
    here.state.add("old.jpg", (card / "IMG_1.jpg").read_bytes(), trashed=True)
    told = keepers("import", card, "--to", "immich:")
    assert "1 file: in the server's trash; restore it there." in told.out
    assert names(here) == ["IMG_0.jpg", "IMG_2.jpg"]


def test_what_cannot_be_read_is_named_and_the_rest_is_sent(here, keepers, card):
    torn = card / "torn.jpg"
    torn.write_bytes((card / "IMG_0.jpg").read_bytes()[:300])
    would = keepers("import", card, "--to", "immich:", "--dry-run", "--json").json
    assert [row["path"] for row in would["unreadable"]] == [str(torn)]
    told = keepers("import", card, "--to", "immich:")
    assert told.code == 3
    assert f"  unreadable: {torn}: {would['unreadable'][0]['reason']}" in told.out
    assert names(here) == ["IMG_0.jpg", "IMG_1.jpg", "IMG_2.jpg"]
    again = keepers("import", card, "--to", "immich:", "--json")
    assert (again.code, again.json["unreadable"]) == (3, would["unreadable"])


@pytest.mark.parametrize("permission", ["asset.upload", "asset.delete", "album.read"])
def test_a_key_that_could_not_take_it_back_sends_nothing(here, keepers, card, permission):
    here.keys[KEY] = {"asset.upload", "asset.read", "asset.delete", "album.read"} - {permission}
    told = keepers("import", card, "--to", "immich:")
    assert told.code == 5
    assert f"lacks {permission}" in told.err
    assert names(here) == []


@pytest.mark.parametrize("words", [["--move"], ["--reference", "x"], ["--versions", "best"]])
def test_what_goes_with_folders_alone_is_refused(here, keepers, card, words):
    assert keepers("import", card, "--to", "immich:", *words).code == 2
    assert keepers("import", card, "--to", "immich:album/Trip").code == 2
    assert names(here) == []


def test_an_answer_that_was_lost_sends_nothing_twice(here, keepers, card):
    here.faults.append(Fault("done-but-cut", "POST /api/assets", times=0))
    # The first question about checksums begins alike, so the fault waits for the upload itself.
    here.after = lambda request: (
        here.faults.append(Fault("done-but-cut", "POST /api/assets"))
        if (request.endswith("bulk-upload-check") and len(here.asked("POST /api/assets/bulk")) == 2)
        else None
    )
    told = keepers("import", card, "--to", "immich:", "--jobs", "1")
    assert told.code == 0
    assert names(here) == ["IMG_0.jpg", "IMG_1.jpg", "IMG_2.jpg"]


def test_bytes_that_arrive_as_others_go_to_the_trash_again(here, keepers, card):
    def spoil(request):
        if request == "POST /api/assets":
            list(here.state.assets.values())[-1].data += b"!"

    here.after = spoil
    told = keepers("import", card, "--to", "immich:")
    assert told.code == 3
    assert "it has changed meanwhile" in told.err
    assert names(here) == []


@pytest.mark.parametrize("at", [9, 11])
def test_a_run_that_broke_off_goes_on_with_the_same_command(here, keepers, card, monkeypatch, at):
    opened = immich_api.opened
    with between(here.http.server_port) as proxy:
        monkeypatch.setenv("KEEPERS_IMMICH_URL", proxy.url)
        monkeypatch.setattr(immich_api, "opened", lambda profile: opened(profile, pause=0.01, longest=1.0))
        proxy.trouble, proxy.at, proxy.times = Trouble.RESET, at, 1000
        broken = keepers("import", card, "--to", "immich:")
        assert broken.code == 6
        assert "the same command goes on from here" in broken.err
        assert KEY not in broken.err
        proxy.heal()
        assert keepers("import", card, "--to", "immich:").code == 0
        assert names(here) == ["IMG_0.jpg", "IMG_1.jpg", "IMG_2.jpg"]
        assert keepers("undo", "--yes").code == 0
    assert names(here) == []


def test_a_server_without_a_trash_is_sent_nothing(here, keepers, card, monkeypatch):
    monkeypatch.setattr(answers, "ON", answers.ON - {"trash"})
    told = keepers("import", card, "--to", "immich:")
    assert told.code == 5
    assert "the server's trash is off" in told.err
    assert names(here) == []


def test_what_was_sent_is_no_file_to_other_commands(here, keepers, card):
    keepers("import", card, "--to", "immich:")
    for words in (["history"], ["trash", "list"], ["undo", "--dry-run"], ["verify", card], ["doctor"]):
        told = keepers(*words)
        assert told.code == 0, told
    keepers("undo", "--yes")
    assert keepers("history").code == 0


def asset(file, role=Role.MAIN):
    return Asset(
        Ref(LOCAL, str(file)), Kind.PHOTO, file.stat().st_size, "", content_id(file.read_bytes()), role=role
    )


@pytest.mark.parametrize("here", list(VERSIONS), indirect=True)
def test_the_film_of_a_live_photo_goes_first_and_is_named_with_it(here, card):
    photo, film = card / "IMG_0.jpg", card / "IMG_1.jpg"
    with immich_api.opened(Profile("default", here.url, KEY)) as client:
        account = ImmichPlace(client, place_id("default"))
        place = UploadPlace(LocalPlace([str(card)]), account, place_id("default"))
        bundle = Bundle(asset(photo), (asset(film, Role.LIVE_VIDEO),))
        sums = {one.ref: place.sha1(one.ref) for one in bundle.assets}
        lines = lay_out([bundle], sums, place.held(sums.values()), place_id("default"))
        tasks = [Task(action, f"token-{number}") for number, action in enumerate(actions(lines))]
        # Whatever their order in a wave is.
        outcomes = place.perform(tasks[::-1], lambda: None)
        assert [outcome.end for outcome in outcomes] == [End.DONE, End.DONE]
        assert [place.settle(task).end for task in tasks] == [End.DONE, End.DONE]
    sent = {one.name: one for one in here.state.assets.values()}
    assert sent["IMG_0.jpg"].motion == sent["IMG_1.jpg"].id
    assert sent["IMG_1.jpg"].visibility == "hidden"
