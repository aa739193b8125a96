"""The command of the old organizer, `photo-organizer`, for local folders: its flags and defaults, our engine."""

import argparse
import sys
from collections.abc import Sequence

from keepers.cli import main as keepers

#: What the old tool did for servers and other libraries, or made of pictures; not for local folders in this version.
_LATER = (
    "--immich-url",
    "--immich-api-key",
    "--immich-album",
    "--immich-cache-dir",
    "--immich-cache-size",
    "--album-prefix",
    "--hdr-gamma",
)
_LATER_SWITCHES = (
    "--no-verify-ssl",
    "--use-full-resolution",
    "--tag-only",
    "--create-albums",
    "--mark-best-favorite",
    "--enable-hdr",
    "--enable-face-swap",
    "--swap-closed-eyes",
    "--no-swap-closed-eyes",
)
_BACKENDS = {"auto": "auto", "none": "none"}


def photo_organizer(arguments: Sequence[str] | None = None) -> int:
    """Run `keepers organize` as the old organizer was called; the exit code."""
    options = parser().parse_args(arguments)
    for name in (*_LATER, *_LATER_SWITCHES):
        if getattr(options, name.strip("-").replace("-", "_")):
            sys.stderr.write(f"photo-organizer: {name} is not in this version; it is left out\n")
    if options.source_type != "local":
        sys.stderr.write(
            f"photo-organizer: --source-type {options.source_type} is not in this version; only local folders\n"
        )
        return 2
    if options.force_fresh or options.resume or options.state_file:
        sys.stderr.write(
            "photo-organizer: an unfinished run is always finished; nothing needs to be resumed by hand\n"
        )
    return keepers.main(translated(options))


def translated(options: argparse.Namespace) -> list[str]:
    """The new command line that does what the old one asked for."""
    words = ["organize", options.source, "--to", options.output, "-t", str(options.threshold)]
    words += ["--time-window", str(options.time_window), "--min-size", str(max(2, options.min_group_size))]
    words += ["--jobs", str(options.threads), "--faces", _BACKENDS.get(options.face_backend, "auto")]
    if options.limit is not None:
        words += ["--limit", str(options.limit)]
    return words + ["--dry-run"] * options.dry_run + ["-v"] * options.verbose


def parser() -> argparse.ArgumentParser:
    """The grammar of the old command line."""
    made = argparse.ArgumentParser(
        prog="photo-organizer",
        description="The old organizer's command line; keepers organize does the work.",
    )
    made.add_argument("--source-type", default="local", help="only local in this version")
    made.add_argument("-s", "--source", required=True, help="the folder with photos")
    made.add_argument("-o", "--output", required=True, help="where the group folders go")
    made.add_argument("-t", "--threshold", type=int, default=5, help="dHash64 bits that may differ, 0-64")
    made.add_argument("--time-window", type=float, default=300, help="seconds; 0: looks alone")
    made.add_argument("--min-group-size", type=int, default=3, help="photos that make a group")
    made.add_argument("--threads", type=int, default=2, help="worker processes")
    made.add_argument("--face-backend", default="auto", help="auto or none; others give way to auto")
    made.add_argument("--limit", type=int, help="measure at most so many new files")
    made.add_argument("--dry-run", action="store_true", help="print the plan, write nothing")
    made.add_argument("--verbose", action="store_true", help="say more")
    for name in ("--resume", "--force-fresh"):
        made.add_argument(name, action="store_true", help="needed no more")
    made.add_argument("--state-file", help="needed no more")
    for name in _LATER:
        made.add_argument(name, help=argparse.SUPPRESS)
    for name in _LATER_SWITCHES:
        made.add_argument(name, action="store_true", help=argparse.SUPPRESS)
    return made
