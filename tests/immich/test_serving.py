"""The server as a tool for people: `python -m tests.immich`."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from keepers.cli.main import main

ROOT = Path(__file__).parents[2]


@pytest.mark.slow
@pytest.mark.parametrize("version", ["2.7.5", "3.1.0"])
def test_contributors_can_start_it_and_ask_it(tmp_path, monkeypatch, capsys, version):
    (tmp_path / "a.jpg").write_bytes(b"no picture")
    words = [
        sys.executable,
        "-m",
        "tests.immich",
        "--version",
        version,
        "--port",
        "0",
        "--photos",
        str(tmp_path),
    ]
    with subprocess.Popen(words, cwd=ROOT, stdout=subprocess.PIPE, text=True, env=os.environ) as server:
        assert server.stdout is not None
        told = [server.stdout.readline() for _ in range(6)]
        for line in told[3:5]:
            name, _, value = line.removeprefix("export ").strip().partition("=")
            monkeypatch.setenv(name, value)
        assert main(["immich", "check"]) == 0
        server.send_signal(signal.SIGINT)
        assert server.wait(10) == 0
    assert told[1].startswith(f"1 photos, like Immich {version};")
    assert f"Immich {version}" in capsys.readouterr().out
