"""ExifTool, as a program that behaves like it and as programs that misbehave."""

import contextlib
import json
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest

from keepers.model import DateClaim, Facts
from keepers.read import exiftool

BEHAVES = """
import json, os, sys
assert sys.argv[1:] == ["-config", "", "-stay_open", "True", "-@", "-"], sys.argv
arguments = []
for line in sys.stdin.buffer:
    line = line[:-1]
    if line == b"False" and arguments[-1:] == [b"-stay_open"]:
        break
    if not line.startswith(b"-execute"):
        arguments.append(line)
        continue
    path = arguments[-1]
    assert {b"-j", b"-n", b"-G0", b"-DateTimeOriginal"} <= set(arguments)
    if os.path.exists(path):
        with open(path) as file:
            told = json.load(file)
        sys.stdout.write(json.dumps([{"SourceFile": os.fsdecode(path), **told}]) + "\\n")
    sys.stdout.write("{ready%s}\\n" % line[8:].decode())
    sys.stdout.flush()
    arguments = []
"""
DIES = "import sys; sys.exit(3)"
HANGS = "import time; time.sleep(60)"
BABBLES = "import sys\nwhile True: sys.stdout.write('x' * 100000)"
LIES = "import sys\nfor n, _ in enumerate(iter(sys.stdin.readline, ''), 1): print('[{ready1}', flush=True)"
TOLD = {
    "EXIF:DateTimeOriginal": "2011:09:10 08:00:00", "EXIF:OffsetTimeOriginal": "+02:00", "EXIF:Make": "Canon",
    "EXIF:Model": "Canon EOS 6D", "EXIF:GPSLongitude": 2.25,
    "Composite:GPSLatitude": 48.5, "Composite:GPSLongitude": -2.25, "XMP:Rating": 4,
    "QuickTime:CreateDate": "2011:09:10 06:00:00",
}  # fmt: skip


@pytest.fixture
def installed(tmp_path):
    """Install a program under the name of ExifTool."""

    def install(code):
        path = tmp_path / "exiftool"
        path.write_text(f"#!{sys.executable}\n{code}\n")
        path.chmod(0o755)
        return str(path)

    return install


def photo(folder, told, name="a.crw"):

    path = folder / name
    path.write_text(json.dumps(told))
    return str(path)


def test_what_it_tells(installed, tmp_path):
    with exiftool.ExifTool(installed(BEHAVES)) as tool:
        assert tool.facts(photo(tmp_path, TOLD)) == Facts(
            "", 0, 0, camera="Canon EOS 6D", position=(48.5, -2.25), rating=4,
            dates=(
                DateClaim("exif:original", "2011-09-10T08:00:00", 120),
                DateClaim("quicktime:header", "2011-09-10T06:00:00", 0),
            ),
        )  # fmt: skip


def test_one_process_answers_many_questions_in_their_order(installed, tmp_path):
    with exiftool.ExifTool(installed(BEHAVES)) as tool:
        for year in range(2001, 2020):
            path = photo(tmp_path, {"EXIF:CreateDate": f"{year}:01:02 03:04:05"}, f"{year} é.crw")
            found = tool.facts(path)
            assert found is not None
            assert found.dates == (DateClaim("exif:digitized", f"{year}-01-02T03:04:05"),)
        assert tool.facts(photo(tmp_path, {})) is None
        assert tool.facts(str(tmp_path / "missing")) is None
        assert tool.facts(photo(tmp_path, TOLD)) is not None


@pytest.mark.parametrize("name", ["a\nb.jpg", "a.jpg|", "a\rb"])
def test_names_that_could_be_commands_are_not_asked(installed, tmp_path, name):
    with exiftool.ExifTool(installed(BEHAVES)) as tool:
        assert tool.facts(str(tmp_path / name)) is None
        assert tool.facts(photo(tmp_path, TOLD)) is not None


@pytest.mark.parametrize("code", [DIES, HANGS, BABBLES, LIES])
def test_a_program_that_misbehaves_is_silent_and_gone(installed, tmp_path, code):
    path = photo(tmp_path, TOLD)
    started = time.monotonic()
    with exiftool.ExifTool(installed(code), seconds=0.5) as tool:
        assert tool.facts(path) is None
        assert tool.facts(path) is None
    assert time.monotonic() - started < 30, "it waited for the program"


#: ExifTool goes on waiting where its input ends.
WAITS = """
import os, sys, time
print('[{"EXIF:Make": "%d"}]{ready1}' % os.getpid(), flush=True)
time.sleep(60)
"""
ASKS = """
import sys, time
from keepers.read.exiftool import ExifTool
tool = ExifTool(sys.argv[1])
print(tool.facts(sys.argv[2]).camera, flush=True)
time.sleep(60)
"""


def lives(number: int) -> bool:
    """Whether a process runs, and is not only waited for."""
    with contextlib.suppress(FileNotFoundError, ProcessLookupError):
        return bool(Path(f"/proc/{number}/cmdline").read_bytes())
    return False


@pytest.mark.skipif(shutil.which("setpriv") is None, reason="setpriv (util-linux) is not here")
def test_it_ends_with_us_even_when_we_are_killed(installed, tmp_path):
    path = photo(tmp_path, TOLD)
    with subprocess.Popen(
        [sys.executable, "-c", ASKS, installed(WAITS), path], stdout=subprocess.PIPE, text=True
    ) as parent:
        assert parent.stdout is not None
        number = int(parent.stdout.readline())
        assert Path(f"/proc/{number}").exists()
        parent.kill()
    deadline = time.monotonic() + 30
    while lives(number):
        assert time.monotonic() < deadline, "it still runs"
        time.sleep(0.02)


def test_a_program_that_is_not_there(tmp_path):
    with exiftool.ExifTool(str(tmp_path / "none")) as tool:
        assert tool.facts(str(tmp_path / "a.jpg")) is None


def test_it_is_off_where_it_is_not_installed(monkeypatch, tmp_path, installed):
    monkeypatch.setenv("PATH", str(tmp_path))
    assert exiftool.program() is None
    path = installed(BEHAVES)
    assert exiftool.program() == path


def test_it_is_asked_only_for_what_is_missing():
    dated = Facts("raf", 1, 1, dates=(DateClaim("exif:original", "2011-09-10T08:00:00"),))
    gps = Facts("raf", 1, 1, dates=(DateClaim("gps", "2011-09-10T08:00:00", 0),))
    assert not exiftool.lacks(dated)
    assert exiftool.lacks(gps)
    assert not exiftool.lacks(gps._replace(format="jpeg"))
    told = Facts(
        "", 0, 0, camera="Canon", rating=3, dates=(*dated.dates, DateClaim("xmp:original", "2011-09-10"))
    )
    known = Facts("jpeg", 1, 1, camera="Nikon", rating=0, dates=dated.dates)
    found = exiftool.completed(known, told)
    assert (found.camera, found.rating, found.format) == ("Nikon", 0, "jpeg")
    assert [claim.source for claim in found.dates] == ["exif:original", "xmp:original"]
