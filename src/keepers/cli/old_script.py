"""The command `photo-organizer-immich`: the modes of the old organizer's script immich.sh, our engine."""

import os
import shlex
import stat
import sys
from collections.abc import Generator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from keepers.cli import main as keepers
from keepers.cli import old, old_immich
from keepers.decide.destination import harmless
from keepers.errors import KeepersError, SettingsError, UsageError

_HELP: Final = """usage: photo-organizer-immich [OPTIONS] [MODE] [ARGUMENTS]

modes:
  tag-only, tag                    tag the groups: photo-organizer/group-0001, best, non-best (default)
  create-albums, albums [DIR]      tag them, make an album of each, and the best of each a favourite
  download [DIR]                   copy each group into a folder below DIR (default: ~/Organized/Immich)
  album NAME [MODE [DIR]]          the same for one album: tag, create-albums (default) or download
  cleanup [PREFIX] [yes|no]        take back albums that Keepers made (default: Organized-); yes (default): only show them
  test                             say what the server can do, and what the API key may do there
  help                             this text

options, before the mode:
  --ignore-timestamp               group by looks alone
  --limit N                        measure at most N new photos
  --dry-run                        show what would be done
  --resume, --force-fresh          needed no more: an unfinished run is always finished
  --enable-hdr                     merge exposure brackets; with create-albums, copy the groups to DIR, too
  --enable-face-swap               open closed eyes of the picks; with create-albums, copy the groups to DIR, too

The server and the key come from IMMICH_URL and IMMICH_API_KEY, from the environment or from
~/.config/photo-organizer/immich.conf (chmod 600), or from keepers.toml. The file is read, never run.
"""
_NAMES: Final = ("IMMICH_URL", "IMMICH_API_KEY")
_SWITCHES: Final = ("--resume", "--force-fresh", "--enable-hdr", "--enable-face-swap", "--dry-run")
#: Would mean something else to a shell; no address and no key has any of these.
_SHELL: Final = frozenset("$`")
_LONGEST: Final = 1 << 16
_TAG, _ALBUMS, _DOWNLOAD = ("tag-only", "tag"), ("create-albums", "albums"), ("download",)


def photo_organizer_immich(arguments: Sequence[str] | None = None) -> int:
    """Run our commands as the old script was called; the exit code."""
    words = list(sys.argv[1:] if arguments is None else arguments)
    try:
        call = _call(words)
        if call.mode in {"help", "--help", "-h"}:
            sys.stdout.write(_HELP)
            return 0
        command = _command(call)
        with old_immich.environment(server(os.environ)):
            return command()
    except KeepersError as error:
        sys.stderr.write(f"photo-organizer-immich: {error}\n")
        return error.exit_code


def server(environment: Mapping[str, str]) -> dict[str, str]:
    """The server and the key as our own variables say them; SettingsError where the file is open to others, or no plain text."""
    found = {name: environment.get(name, "") for name in _NAMES}
    if not found["IMMICH_API_KEY"]:
        home = environment.get("HOME") or os.path.expanduser("~")
        told = dict(_told(Path(home) / ".config" / "photo-organizer" / "immich.conf"))
        found |= {name: found[name] or told.get(name, "") for name in _NAMES}
    return {f"KEEPERS_{name}": value for name, value in found.items() if value}


def _told(file: Path) -> Generator[tuple[str, str]]:
    """The names and values of the old script's file; nothing where there is none."""
    try:
        with file.open("rb") as opened:
            mode = stat.S_IMODE(os.fstat(opened.fileno()).st_mode)
            text = opened.read(_LONGEST).decode("utf-8", "replace")
    except FileNotFoundError:
        return
    except OSError as error:
        raise SettingsError(f"{file}: {(error.strerror or str(error)).lower()}") from error
    if mode & 0o077:
        raise SettingsError(f"others can read {file}, which holds an API key: chmod 600 {file}")
    for number, line in enumerate(text.splitlines(), 1):
        name, value = _assigned(line)
        if name in _NAMES:
            if value is None:
                raise SettingsError(
                    f"{file}, line {number}: the file is read, never run; write the value of {name} itself"
                )
            yield name, value


def _assigned(line: str) -> tuple[str, str | None]:
    """The name and the value of a line of a shell's settings; no value where only a shell could tell it."""
    plain = line.strip().removeprefix("export ").lstrip()
    name = plain.partition("=")[0]
    try:
        words = shlex.split(plain, comments=True)
    except ValueError:
        return name, None
    if len(words) != 1 or not _SHELL.isdisjoint(words[0]):
        return name, None
    return name, words[0].partition("=")[2]


@dataclass(frozen=True, slots=True)
class _Call:
    """What the old script was called with: options for the organizer, a mode, and its arguments."""

    options: tuple[str, ...]
    mode: str
    rest: tuple[str, ...]

    @property
    def downloads(self) -> bool:
        """Whether an option was given for which the old script copied the groups, too."""
        return not {"--enable-hdr", "--enable-face-swap"}.isdisjoint(self.options)

    def argument(self, number: int, otherwise: str = "") -> str:
        """One of the arguments, or what counts without it."""
        return self.rest[number] if len(self.rest) > number and self.rest[number] else otherwise


def _call(words: Sequence[str]) -> _Call:
    options: list[str] = []
    left = list(words)
    while left and left[0].startswith("--") and left[0] != "--help":
        name = left.pop(0)
        if name in _SWITCHES:
            options.append(name)
        elif name == "--ignore-timestamp":
            options += ["--time-window", "0"]
        elif name == "--limit":
            if not left or not left[0].isdecimal():
                raise UsageError("--limit takes a number")
            options += [name, left.pop(0)]
        else:
            raise UsageError(f"{name} is no option; photo-organizer-immich help shows those that there are")
    return _Call(tuple(options), left[0] if left else _TAG[0], tuple(left[1:]))


class _Command:
    """One command of today."""

    def __init__(self, words: Sequence[str], *, organizer: bool, say: str = "") -> None:
        self._words = list(words)
        self._organizer = organizer
        self._say = say

    def __call__(self) -> int:
        """Run it; the exit code."""
        if self._say:
            sys.stderr.write(f"photo-organizer-immich: {self._say}\n")
        return old.photo_organizer(self._words) if self._organizer else keepers.main(self._words)


def _command(call: _Call) -> _Command:
    home = os.path.join(os.path.expanduser("~"), "Organized", "Immich")
    if call.mode in (*_TAG, *_ALBUMS, *_DOWNLOAD):
        return _organizing(call, call.mode, (), call.argument(0, home))
    if call.mode == "album":
        name = call.argument(0)
        if not name:
            raise UsageError("name the album: photo-organizer-immich album NAME [tag|create-albums|download]")
        target = call.argument(2, os.path.join(home, harmless(name) or "album"))
        return _organizing(call, call.argument(1, _ALBUMS[0]), ("--immich-album", name), target)
    if call.mode in {"cleanup", "clean"}:
        return _cleaning(call)
    if call.mode == "test":
        return _Command(["immich", "check"], organizer=False)
    raise UsageError(f"{call.mode!r} is no mode; photo-organizer-immich help shows those that there are")


def _organizing(call: _Call, mode: str, album: Sequence[str], target: str) -> _Command:
    words = ["--source-type", "immich", *call.options, *album]
    if mode in _TAG:
        return _Command([*words, "--tag-only"], organizer=True)
    if mode in _ALBUMS:
        words += ["--create-albums", "--mark-best-favorite", "--album-prefix", "Organized-"]
        return _Command([*words, *(["--output", target] if call.downloads else [])], organizer=True)
    if mode in _DOWNLOAD:
        return _Command([*words, "--output", target], organizer=True)
    raise UsageError(f"{mode!r} is no mode of an album: tag, create-albums or download")


def _cleaning(call: _Call) -> _Command:
    prefix, only_shown = call.argument(0, "Organized-"), call.argument(1, "yes")
    if only_shown not in {"yes", "no"}:
        raise UsageError("cleanup PREFIX yes shows what would go; cleanup PREFIX no takes it back")
    words = ["immich", "clean", "--only", "albums", "--album-prefix", prefix]
    is_dry = only_shown == "yes" or "--dry-run" in call.options
    say = f"albums called {prefix}… go by the journal: those that Keepers made, and never one of your own"
    return _Command([*words, "--dry-run" if is_dry else "--yes"], organizer=False, say=say)
