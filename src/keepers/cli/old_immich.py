"""What the old organizer was told about Immich servers, as commands of today."""

import argparse
import contextlib
import os
import sys
from collections.abc import Generator, Mapping, Sequence
from typing import Final

from keepers import config
from keepers.cli import main as keepers

_URL: Final = "KEEPERS_IMMICH_URL"
_KEY: Final = "KEEPERS_IMMICH_API_KEY"
_PATHS: Final = "KEEPERS_IMMICH_PATHS"
#: Where the old tool looked for the server's files when nothing was said.
_LIBRARY: Final = "/mnt/photos/immich-app/library"
#: What servers call that folder: today's, that of containers up to 1.13x, and that of older ones.
_THERE: Final = ("/data/library", "/usr/src/app/upload/library", "upload/library")
#: Exit codes after which the next command may follow: done, or done but for some photos.
_GOES_ON: Final = frozenset({0, 3})


def add(parser: argparse.ArgumentParser) -> None:
    """Add the old options about servers."""
    add = parser.add_argument
    add("--immich-url", help=f"the server's address; default: {_URL}, or keepers.toml")
    add("--immich-api-key", help=f"its API key; better: {_KEY}, or a key_file in keepers.toml")
    add("--immich-library-path", help="hybrid: where the server's library folder lies on this machine")
    add("--immich-album", help="only this album")
    add("--immich-person", help="only photos of this person")
    add("--media-type", choices=("image", "video"), help="only photos, or only videos")
    add("--immich-cache-dir", help="where pictures of servers are kept")
    add("--immich-cache-size", type=int, help="how many MB they may take")
    add("--use-full-resolution", action="store_true", help="load the photos themselves to find groups")
    add("--tag-only", action="store_true", help="tag the groups, and nothing else")
    add("--create-albums", action="store_true", help="tag the groups, and make an album of each")
    add("--album-prefix", help="what the names of albums begin with; default: Organized-")
    add("--mark-best-favorite", action="store_true", help="make the best of each group a favourite")
    add("--archive-non-best", action="store_true", help="archive the others")


def organized(options: argparse.Namespace, grouping: Sequence[str], merging: Sequence[str]) -> int:
    """Do on a server what the old command line asked for; the exit code."""
    commands = translated(options, grouping, merging)
    if not commands:
        sys.stderr.write(
            "photo-organizer: say what is to be done: --tag-only, --create-albums or --output DIR\n"
        )
        return 2
    if options.immich_api_key:
        sys.stderr.write(
            "photo-organizer: every user of this machine can read an API key on a command line; put it into the variable "
            f"{_KEY}, or into a file of your own that key_file of keepers.toml names\n"
        )
    worst = 0
    with environment(_server(options)):
        for words in commands:
            code = keepers.main(words)
            if code not in _GOES_ON:
                return code
            worst = max(worst, code)
    return worst


def translated(
    options: argparse.Namespace, grouping: Sequence[str], merging: Sequence[str] = ()
) -> list[list[str]]:
    """The new command lines that do what the old one asked for, one after another."""
    source = f"immich:album/{options.immich_album}" if options.immich_album else "immich:"
    more = [*_chosen(options), *grouping]
    setting = [*more, *["--yes"] * (not options.dry_run)]
    commands: list[list[str]] = []
    if options.tag_only or options.create_albums:
        commands.append(["immich", "tag", source, *setting])
    if options.create_albums:
        prefix = ["--album-prefix", options.album_prefix] if options.album_prefix else []
        commands.append(["immich", "albums", source, *prefix, *setting])
    if options.mark_best_favorite:
        commands.append(["immich", "favorites", source, *setting])
    if options.archive_non_best:
        commands.append(["immich", "archive", source, *setting])
    if options.output and not options.tag_only:
        commands.append(["organize", source, "--to", options.output, *merging, *more])
    return commands


def _chosen(options: argparse.Namespace) -> list[str]:
    """Which photos are meant, and how they are looked at."""
    words: list[str] = []
    if options.immich_person:
        words += ["--person", options.immich_person]
    if options.media_type:
        words += ["--type", "video" if options.media_type == "video" else "photo"]
    if options.immich_cache_dir:
        words += ["--immich-cache-dir", options.immich_cache_dir]
    if options.immich_cache_size is not None:
        words += ["--immich-cache-size", str(options.immich_cache_size)]
    return words + ["--use-full-resolution"] * options.use_full_resolution


def _server(options: argparse.Namespace) -> dict[str, str]:
    """Which server, as whom, and where its files lie, as the environment says it."""
    said = {_URL: options.immich_url, _KEY: options.immich_api_key}
    found = {name: value for name, value in said.items() if value}
    if options.source_type == "hybrid" and (options.immich_library_path or not _is_mapped(os.environ)):
        here = os.path.abspath(os.path.expanduser(options.immich_library_path or _LIBRARY))
        plain = here.replace("\\", "\\\\").replace(":", "\\:")
        found[_PATHS] = ":".join(f"{there}={plain}" for there in _THERE)
    return found


def _is_mapped(environment: Mapping[str, str]) -> bool:
    """Whether something says already where the server's files lie."""
    profile = config.table(config.config_file(environment), "immich").get("default")
    return bool(environment.get(_PATHS)) or (isinstance(profile, dict) and "paths" in profile)


@contextlib.contextmanager
def environment(said: Mapping[str, str]) -> Generator[None]:
    """Run with some variables set, and put them back."""
    before = {name: os.environ.get(name) for name in said}
    os.environ.update(said)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value
