"""The command of the old organizer, `photo-organizer`: its flags and defaults, our engine."""

import argparse
import sys
from collections.abc import Sequence
from typing import Final

from keepers.cli import main as keepers
from keepers.cli import old_immich

#: What the old tool made of pictures or asked of its libraries, and Keepers does by itself or elsewhere: said, and left out.
_LEFT_OUT: Final = {
    "--gpu": "a GPU that is there is used by itself where that pays; the setting device asks for one",
    "--gpu-device": "the first GPU that is there is used",
    "--no-ml-quality": "no such score is used",
    "--video-strategy": "clips are compared at moments of their own",
    "--video-max-frames": "clips are compared at moments of their own",
    "--immich-use-server-faces": "faces that the server knows are always used",
}
#: What is done by another command now, or refused.
_ELSEWHERE: Final = {
    "--no-verify-ssl": "certificates are always checked; name yours as ca_file in [immich.default] of keepers.toml",
    "--immich-group-by-person": "give one name: --immich-person NAME",
    "--immich-use-duplicates": "Keepers finds the groups itself; keepers immich duplicates shows them in Immich's own page",
    "--skip-local-hashing": "Keepers finds the groups itself; leave it out",
    "--immich-smart-search": "choose photos by --immich-album or --immich-person, or with the filters of keepers scan",
    "--exclude-people": "choose photos by --immich-album or --immich-person, or with the filters of keepers scan",
    "--daemon": "keepers watch looks after folders and servers",
    "--poll-interval": "keepers watch looks after folders and servers",
    "--enable-bidir-sync": "keepers watch looks after folders and servers",
    "--conflict-strategy": "keepers watch looks after folders and servers",
    "--cleanup": "keepers immich clean takes back what Keepers set, and nothing else",
    "--web-viewer": "keepers review opens the page of groups",
    "--live-viewer": "keepers review opens the page of groups",
    "--report": "the reports lie in reports/ of the output folder",
    "--report-dir": "the reports lie in reports/ of the output folder",
    "--port": "keepers review opens the page of groups",
    "--interactive": "settings are kept in keepers.toml, see keepers config show",
    "--run-settings": "settings are kept in keepers.toml, see keepers config show",
}
#: Flags that have no value behind them.
_SWITCHES: Final = frozenset({
    "--gpu", "--no-ml-quality",
    "--immich-use-server-faces", "--no-verify-ssl", "--immich-group-by-person", "--immich-use-duplicates",
    "--skip-local-hashing", "--daemon", "--enable-bidir-sync", "--cleanup", "--web-viewer", "--live-viewer",
    "--interactive",
})  # fmt: skip
_SHORT: Final = {"--interactive": "-i", "--run-settings": "-r"}
_BACKENDS: Final = {"auto": "auto", "none": "none"}


def photo_organizer(arguments: Sequence[str] | None = None) -> int:
    """Run our commands as the old organizer was called; the exit code."""
    options, unknown = parser().parse_known_args(arguments)
    given = vars(options)
    for name, why in _ELSEWHERE.items():
        if given[_named(name)] is not None:
            return _refused(f"{name} is not taken any more: {why}")
    if unknown:
        return _refused(
            f"{unknown[0]} is no option of the old tool; keepers organize --help shows those of today"
        )
    for name, why in _LEFT_OUT.items():
        if given[_named(name)] is not None:
            sys.stderr.write(f"photo-organizer: {name} is left out: {why}\n")
    if options.force_fresh or options.resume or options.state_file:
        sys.stderr.write(
            "photo-organizer: an unfinished run is always finished; nothing needs to be resumed by hand\n"
        )
    if options.source_type != "local":
        return old_immich.organized(options, grouping(options), merging(options))
    if not (options.source and options.output):
        return _refused("name the folder with photos by --source, and where the group folders go by --output")
    return keepers.main(translated(options))


def translated(options: argparse.Namespace) -> list[str]:
    """The new command line that does what the old one asked for of a folder."""
    return ["organize", options.source, "--to", options.output, *merging(options), *grouping(options)]


def merging(options: argparse.Namespace) -> list[str]:
    """The options of today that make pictures; the old tool's gamma is that of its tone mapping."""
    words = ["--enable-hdr"] * options.enable_hdr
    if options.enable_hdr and options.hdr_gamma is not None:
        words += ["--hdr-method", "debevec", "--hdr-gamma", str(options.hdr_gamma)]
    # Closed eyes are all that was ever swapped.
    return words + ["--enable-face-swap"] * (options.enable_face_swap and options.swap_closed_eyes)


def grouping(options: argparse.Namespace) -> list[str]:
    """The options of today that say how photos are grouped."""
    words = ["-t", str(options.threshold)]
    words += ["--time-window", str(options.time_window), "--min-size", str(max(2, options.min_group_size))]
    words += ["--jobs", str(options.threads), "--faces", _BACKENDS.get(options.face_backend, "auto")]
    if options.limit is not None:
        words += ["--limit", str(options.limit)]
    return words + ["--dry-run"] * options.dry_run + ["-v"] * options.verbose


def parser() -> argparse.ArgumentParser:
    """The grammar of the old command line."""
    made = argparse.ArgumentParser(
        prog="photo-organizer",
        description="The old organizer's command line; keepers organize and keepers immich do the work.",
        allow_abbrev=False,
    )
    made.add_argument(
        "--source-type", choices=("local", "immich", "hybrid"), default="local", help="default: local"
    )
    made.add_argument("-s", "--source", help="the folder with photos")
    made.add_argument("-o", "--output", help="where the group folders go")
    made.add_argument("-t", "--threshold", type=int, default=5, help="dHash64 bits that may differ, 0-64")
    made.add_argument("--time-window", type=float, default=300, help="seconds; 0: looks alone")
    made.add_argument("--min-group-size", type=int, default=3, help="photos that make a group")
    made.add_argument("--threads", type=int, default=2, help="worker processes")
    made.add_argument("--face-backend", default="auto", help="auto or none; others give way to auto")
    made.add_argument("--limit", type=int, help="measure at most so many new files")
    made.add_argument("--enable-hdr", action="store_true", help="merge exposure brackets")
    made.add_argument("--hdr-gamma", type=float, help="merge them by Debevec, with this gamma")
    made.add_argument(
        "--enable-face-swap", action="store_true", help="open closed eyes of the pick of a burst"
    )
    made.add_argument(
        "--swap-closed-eyes",
        action=argparse.BooleanOptionalAction,
        default=True,
        help="whether it does; default: on",
    )
    made.add_argument("--dry-run", action="store_true", help="print the plan, write nothing")
    made.add_argument("--verbose", action="store_true", help="say more")
    for name in ("--resume", "--force-fresh"):
        made.add_argument(name, action="store_true", help="needed no more")
    made.add_argument("--state-file", help="needed no more")
    old_immich.add(made)
    for name in (*_LEFT_OUT, *_ELSEWHERE):
        names = (_SHORT[name], name) if name in _SHORT else (name,)
        if name in _SWITCHES:
            made.add_argument(*names, action="store_const", const=True, help=argparse.SUPPRESS)
        else:
            made.add_argument(*names, nargs="?", const="", help=argparse.SUPPRESS)
    return made


def _named(option: str) -> str:
    return option.strip("-").replace("-", "_")


def _refused(why: str) -> int:
    sys.stderr.write(f"photo-organizer: {why}\n")
    return 2
