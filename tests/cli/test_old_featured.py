"""`immich-featured-photo-organizer`: the old flags become new ones; the key is never shown; old servers are refused."""

import io
import json
import sys

import pytest

from keepers.cli import old_featured
from tests.cli.featured_world import ANNA, BEN, CARA, NOBODY, named, peopled
from tests.immich.server import KEY, Fault, running

ALWAYS = ["people", "feature", "--server", "default", "--json", "-q", "--faces", "none"]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ([], ["--yes", "--sigma", "7"]),
        (["-bt"], ["--sharp", "--newest", "--yes", "--sigma", "7"]),
        (["-rn"], ["--random", "--birthday", "--yes", "--sigma", "7"]),
        (["-BTpu"], ["--low-pixel", "--blurry", "--oldest", "--yes", "--sigma", "7"]),
        (["-S", "My Mom", "My Dad", "-d", "12-25"],
         ["--name", "My Mom", "My Dad", "--yes", "--date", "12-25", "--sigma", "7"]),
        (["-s", "a", "b", "-s", "c", "-S", "Mark", "-f"],
         ["--id", "a", "b", "c", "--name", "Mark", "--favorites", "--yes", "--sigma", "7"]),
        (["-cy", "-W", "-g", "3.5"], ["--unnamed", "--confirm", "--dry-run", "--sigma", "3.5"]),
        (["--with-names", "--fetch-chunk-size", "10", "-l", "DEBUG"], ["--named", "--yes", "--sigma", "7"]),
        (["--birthday-bias", "--date-bias", "2019"], ["--birthday", "--yes", "--date", "2019", "--sigma", "7"]),
    ],
)  # fmt: skip
def test_old_flags_become_new_ones(old, new):
    options = old_featured.parser().parse_args(["http://server", KEY, *old])
    assert old_featured.translated(options) == [*ALWAYS, *new]


@pytest.mark.parametrize(
    "flags",
    [
        ["-bB"],
        ["-tT"],
        ["-wW"],
        ["-d", "25.12."],
        ["-d", "2019-02-29"],
        ["-g", "0"],
        ["-g", "x"],
        ["-l", "LOUD"],
    ],
)
def test_what_excludes_each_other_is_refused(flags, capsys):
    with pytest.raises(SystemExit) as ended:
        old_featured.parser().parse_args(["http://server", KEY, *flags])
    assert ended.value.code == 2
    assert KEY not in capsys.readouterr().err


@pytest.fixture
def server(tmp_path, monkeypatch):
    with running((2, 7, 5)) as made:
        monkeypatch.setenv("KEEPERS_IMMICH_CACHE_DIR", str(tmp_path / "cache"))
        monkeypatch.setenv("KEEPERS_CATALOG", str(tmp_path / "catalog.db"))
        monkeypatch.setenv("KEEPERS_CONFIG", str(tmp_path / "keepers.toml"))
        monkeypatch.setenv("KEEPERS_JOBS", "1")
        # The command sets these for its own process; they are as before at the end.
        for what in ("URL", "API_KEY", "URL_FEATURED", "API_KEY_FEATURED"):
            monkeypatch.setenv(f"KEEPERS_IMMICH_{what}", "")
        yield made


class Run:
    """Calls the old command, and looks that the key stands nowhere."""

    def __init__(self, server, capsys):
        self.server, self._capsys = server, capsys

    def __call__(self, *words, key=KEY, url=None):
        self._capsys.readouterr()
        code = old_featured.immich_featured_photo_organizer([url or f"{self.server.url}/api/", key, *words])
        told = self._capsys.readouterr()
        assert KEY not in told.out + told.err
        return code, told.out, told.err


@pytest.fixture
def run(server, capsys):
    return Run(server, capsys)


@pytest.mark.slow
def test_unattended_in_logfmt(run):
    photos = peopled(run.server)
    code, out, _ = run("-u")
    assert code == 0
    lines = out.splitlines()
    assert all(line.startswith("time=2") and " level=" in line and ' msg="' in line for line in lines)
    assert "can be read by every user" in lines[0]
    assert any(line.endswith('msg="Detected Immich server version 2.7.5"') for line in lines)
    assert any("Updated the following people: Anna, Ben <Öz>, Cara" in line for line in lines)
    # People without a name are left alone, as its page says.
    assert photos.shown(NOBODY) is None
    assert [named(photos, photos.shown(one)) for one in (ANNA, BEN, CARA)] == [
        "soft.jpg", "undated.jpg", "alone.jpg",
    ]  # fmt: skip


@pytest.mark.slow
def test_stacked_flags_and_a_key_that_nobody_sees(run, monkeypatch):
    photos = peopled(run.server)
    monkeypatch.setenv("KEEPERS_IMMICH_API_KEY", KEY)
    code, out, _ = run("-btu", key="-", url=run.server.url)
    assert (code, "can be read" in out) == (0, False)
    assert named(photos, photos.shown(ANNA)) == "new.jpg"


@pytest.mark.slow
def test_it_asks_and_shows_whom_it_found(run, monkeypatch):
    photos = peopled(run.server)
    monkeypatch.setattr(sys, "stdin", io.StringIO("p\n"))
    code, out, err = run()
    assert (code, photos.shown(BEN)) == (1, None)
    assert "Anna, Ben <Öz>, Cara" in out
    assert "Press Enter to continue" in err
    monkeypatch.setattr(sys, "stdin", io.StringIO("p\n\n"))
    assert run("-S", "Ben <Öz>", "Nobody")[0] == 0
    assert named(photos, photos.shown(BEN)) == "undated.jpg"


@pytest.mark.slow
def test_what_the_old_one_made_nothing_of_is_left_out_and_said(run):
    peopled(run.server)
    code, out, _ = run("-uyrbpt")
    assert code == 0
    assert out.count("is left out") == 3
    code, out, _ = run("-uyn", "-d", "12-25")
    assert (code, out.count("is left out")) == (0, 1)
    assert not [one for one in run.server.requests if one.startswith("PUT")]


@pytest.mark.slow
def test_nobody_found_is_an_error(run):
    peopled(run.server)
    code, out, _ = run("-u", "-S", "Nobody")
    assert code == 1
    assert "Nobody is called Nobody." in out
    assert "Cannot proceed with 0 people" in out


@pytest.mark.slow
@pytest.mark.parametrize(
    ("version", "said"),
    [((1, 110, 2), "runs Immich 1.110.2"), (None, "1.105 or older"), ((1, 136, 0), "runs Immich 1.136.0")],
)
def test_servers_that_are_too_old_are_refused(run, version, said):
    gone = b'{"message": "Cannot GET"}'
    told = json.dumps(dict(zip(("major", "minor", "patch"), version or (0, 0, 0), strict=True))).encode()
    old_route = version is not None and version < (1, 118, 0)
    first = (404, gone) if version is None or old_route else (200, told)
    second = (200, told) if old_route else (404, gone)
    for path, (status, body) in {"server/version": first, "server-info/version": second}.items():
        run.server.faults.append(Fault("status", f"GET /api/{path}", times=9, status=status, body=body))
    code, out, _ = run("-u")
    assert code == 5
    assert said in out
    assert "2.0.0 and newer" in out


@pytest.mark.slow
def test_another_server_than_the_one_that_is_set_gets_a_profile_of_its_own(run, monkeypatch):
    peopled(run.server)
    monkeypatch.setenv("KEEPERS_IMMICH_URL", "http://127.0.0.1:9")
    monkeypatch.setenv("KEEPERS_IMMICH_API_KEY", "the-key-of-another-server")
    code, _, _ = run("-uy")
    assert code == 0
    sent = {headers.get("x-api-key") for headers in run.server.headers}
    assert sent == {KEY}
