"""The command `service`: a unit of the user's own systemd runs `keepers watch`; no root is needed."""

import argparse
import json
import os
import re
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from keepers import config
from keepers.decide.destination import visible
from keepers.errors import KeepersError, UsageError
from keepers.places import files
from keepers.watch.command import command_words, folders, program

#: The first line of units that are ours; others are left alone.
MARK: Final = "# Written by `keepers service install`; `keepers service remove` takes it away."
_NAME: Final = re.compile(r"[A-Za-z0-9_-]{1,64}")
_SYSTEMCTL: Final = ("systemctl", "--user")
#: A photo under way is finished before the watch ends; so long is waited for that.
_STOP: Final = "10min"

Asked = tuple[int, str]


def asked(words: Sequence[str]) -> Asked:
    """Ask the user's systemd; exit code and what it said."""
    try:
        done = subprocess.run([*_SYSTEMCTL, *words], capture_output=True, text=True, timeout=60, check=False)
    except (OSError, subprocess.TimeoutExpired) as error:
        return 127, str(error)
    return done.returncode, (done.stdout + done.stderr).strip()


@dataclass(frozen=True, slots=True)
class Unit:
    """One service: where its file lies and what it is called."""

    name: str
    file: str


def service(options: argparse.Namespace) -> int:
    """Install, remove or look at the service."""
    if not _NAME.fullmatch(options.name):
        message = f"--name {options.name!r}: letters, digits, - and _ only"
        raise UsageError(message)
    unit = found(options.name, os.environ)
    if options.what == "install":
        return _install(options, unit)
    if options.sources or options.do:
        message = f"keepers service {options.what} takes no SOURCE and no --do"
        raise UsageError(message)
    return remove(unit, asked) if options.what == "remove" else _status(options, unit)


def found(name: str, environment: Mapping[str, str]) -> Unit:
    """The unit of this name in the user's own folder of units (systemd.unit(5))."""
    base = environment.get("XDG_CONFIG_HOME") or os.path.join(environment.get("HOME", "~"), ".config")
    called = f"keepers-{name}.service"
    return Unit(called, os.path.join(os.path.expanduser(base), "systemd", "user", called))


def text(words: Sequence[str], folder: str, settings: str) -> str:
    """The unit that runs these words in a folder, with the settings of that file."""
    line = " ".join(map(quoted, words))
    return f"""{MARK}
[Unit]
Description=Keepers watches folders

[Service]
Type=exec
ExecStart={line}
WorkingDirectory=-{folder.replace("%", "%%")}
Environment={quoted("KEEPERS_CONFIG=" + settings, variable=True)}
Nice=10
IOSchedulingClass=idle
NoNewPrivileges=yes
Restart=on-failure
RestartSec=30
RestartPreventExitStatus=2 5
KillMode=mixed
TimeoutStopSec={_STOP}

[Install]
WantedBy=default.target
"""


def quoted(word: str, *, variable: bool = False) -> str:
    """A word as systemd reads it (systemd.syntax(7), systemd.service(5) "Command lines")."""
    escaped = word.replace("\\", "\\\\").replace('"', '\\"').replace("%", "%%")
    escaped = "".join(c if c.isprintable() else _bytes(c) for c in escaped)
    return '"' + (escaped if variable else escaped.replace("$", "$$")) + '"'


def _bytes(character: str) -> str:
    return "".join(f"\\x{byte:02x}" for byte in character.encode("utf-8", "surrogateescape"))


def _install(options: argparse.Namespace, unit: Unit) -> int:
    if not options.sources or not options.do:
        raise UsageError("say what to watch and what to do: keepers service install FOLDER --do 'scan'")
    sources = folders(options.sources)
    command_words(options.do)
    environment = os.environ
    settings = config.load({"catalog": options.catalog}, environment)
    words = [
        *program(),
        "--catalog",
        str(config.catalog_file(settings, environment)),
        "watch",
        *sources,
        "--do",
        options.do,
        "--every",
        str(options.every),
        "--settle",
        str(options.settle),
    ]
    written = text(words, os.getcwd(), os.path.abspath(config.config_file(environment)))
    return install(unit, written, asked)


def install(unit: Unit, written: str, ask: Callable[[Sequence[str]], Asked]) -> int:
    """Write the unit and start it; a unit that is not ours is left alone."""
    if os.path.lexists(unit.file):
        _refuse_strange(unit)
        files.erase(unit.file)
    os.makedirs(os.path.dirname(unit.file), exist_ok=True)
    with open(unit.file, "x", encoding="utf-8", errors="surrogateescape") as out:
        out.write(written)
    _tell(f"written: {unit.file}")
    for words in (("daemon-reload",), ("enable", "--now", unit.name), ("restart", unit.name)):
        code, said = ask(words)
        if code:
            message = (
                f"systemd could not be asked ({said or code}); when you are logged in, start it yourself: "
                f"systemctl --user daemon-reload && systemctl --user enable --now {unit.name}"
            )
            raise KeepersError(message)
    _tell(f"{unit.name} runs now, and whenever you log in; without a login, too: loginctl enable-linger")
    _tell(f"What it does: journalctl --user -u {unit.name}")
    return 0


def remove(unit: Unit, ask: Callable[[Sequence[str]], Asked]) -> int:
    """Stop the service and take its unit away; nothing else changes."""
    if not os.path.lexists(unit.file):
        _tell(f"There is no service {unit.name}.")
        return 0
    _refuse_strange(unit)
    code, said = ask(("disable", "--now", unit.name))
    files.erase(unit.file)
    ask(("daemon-reload",))
    _tell(f"removed: {unit.file}")
    if code:
        _tell(
            f"systemd could not be asked to stop it ({said or code}); if it runs, it ends with your session"
        )
    return 0


def _status(options: argparse.Namespace, unit: Unit) -> int:
    installed = os.path.lexists(unit.file)
    active = asked(("is-active", unit.name))[1] if installed else "inactive"
    row = {
        "schema_version": 1,
        "name": unit.name,
        "file": unit.file,
        "installed": installed,
        "active": active,
    }
    if options.json:
        sys.stdout.write(json.dumps(row, indent=1) + "\n")
    elif installed:
        _tell(f"{unit.name}: {active}; its unit is {unit.file}")
    else:
        _tell(f"There is no service {unit.name}. Next: keepers service install FOLDER --do scan")
    return 0


def _refuse_strange(unit: Unit) -> None:
    with open(unit.file, encoding="utf-8", errors="surrogateescape") as old:
        if old.readline().rstrip("\n") != MARK:
            message = f"{unit.file} was not written by Keepers and stays as it is; choose another --name"
            raise UsageError(message)


def _tell(words: str) -> None:
    sys.stdout.write(visible(words) + "\n")
