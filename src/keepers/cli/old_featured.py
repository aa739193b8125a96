"""The command of the old featured photo organizer, `immich-featured-photo-organizer`: its flags and defaults, our engine."""

import argparse
import contextlib
import io
import json
import os
import sys
from collections.abc import Mapping, MutableMapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final, Protocol

from keepers import servers
from keepers.cli import main as keepers
from keepers.cli import show
from keepers.errors import KeepersError, SettingsError
from keepers.people import Person
from keepers.places.immich_api import DEFAULT, Client
from keepers.places.immich_api.abilities import OLDEST
from keepers.places.immich_api.profile import checked_url, profile
from keepers.places.immich_api.wire import AnswerError, Ask
from keepers.score import nearness
from keepers.workflows import people_featuring
from keepers.workflows.people_featuring import Who

_NAME: Final = "immich-featured-photo-organizer"
#: Says that the key is in the environment.
_NOT_HERE: Final = "-"
#: The profile of the server when `default` names another one.
_ASIDE: Final = "featured"
_LEVELS: Final = ("VERBOSE", "DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL")
_KEY_SEEN: Final = (
    "the API key on the command line can be read by every user of this machine; "
    f"give {_NOT_HERE} instead of it, and the key in KEEPERS_IMMICH_API_KEY"
)
_NO_ROUTE: Final = 404


@dataclass(frozen=True, slots=True)
class _Log:
    """Lines as the old tool wrote them: logfmt, on stdout, from a level on."""

    level: str

    def tell(self, level: str, message: str) -> None:
        """Write a line, if its level counts."""
        if _LEVELS.index(level) < _LEVELS.index(self.level):
            return
        at = datetime.now(UTC).astimezone().isoformat(timespec="milliseconds")
        plain = show.printable(message).replace("\\", "\\\\").replace('"', '\\"')
        sys.stdout.write(f'time={at} level={level} msg="{plain}"\n')


def immich_featured_photo_organizer(arguments: Sequence[str] | None = None) -> int:
    """Run `keepers people feature` as the old organizer was called; the exit code."""
    options = parser().parse_args(arguments)
    log = _Log(options.log_level)
    if options.api_key != _NOT_HERE:
        log.tell("WARNING", _KEY_SEEN)
    try:
        name = _as_profile(options.api_url, options.api_key, os.environ)
        with servers.client(os.environ, name) as client:
            log.tell("INFO", f"Detected Immich server version {_version(client)}")
        for dropped in _left_out(options):
            log.tell("WARNING", dropped)
        people = _people(options, name, log)
    except KeepersError as error:
        log.tell("ERROR", str(error))
        return error.exit_code
    log.tell("INFO", f"{show.count(len(people), 'person', 'people')} identified")
    if not people:
        log.tell("ERROR", "Cannot proceed with 0 people identified.")
        return 1
    if not options.unattended and not _goes_on(people, log):
        return 1
    return _run(options, name, log)


def _run(options: argparse.Namespace, name: str, log: _Log) -> int:
    """Do the work, and tell it line by line."""
    words = translated(options, name)
    log.tell("DEBUG", f"keepers {' '.join(words)}")
    told = io.StringIO()
    with contextlib.redirect_stdout(told):
        code = keepers.main(words)
    if told.getvalue():
        _tell(json.loads(told.getvalue()), log)
    log.tell("INFO" if code == 0 else "ERROR", "Done!" if code == 0 else f"Ended with exit code {code}.")
    return code


def _as_profile(url: str, key: str, environment: MutableMapping[str, str]) -> str:
    """Name the server for this process alone; `default` where it is that, so that undo finds it again."""
    wanted = checked_url(url)
    try:
        aside = profile(DEFAULT, environment).url != wanted
    except SettingsError:
        aside = False
    name = _ASIDE if aside else DEFAULT
    suffix = f"_{_ASIDE.upper()}" if aside else ""
    environment[f"KEEPERS_IMMICH_URL{suffix}"] = wanted
    if key != _NOT_HERE:
        environment[f"KEEPERS_IMMICH_API_KEY{suffix}"] = key
    elif aside:
        environment[f"KEEPERS_IMMICH_API_KEY{suffix}"] = environment.get("KEEPERS_IMMICH_API_KEY", "")
    return name


def _version(client: Client) -> str:
    """The version of the server; SettingsError where it is too old, or no server of photos at all."""
    try:
        return client.abilities().release
    except AnswerError as error:
        if error.status != _NO_ROUTE:
            raise
    oldest = ".".join(map(str, OLDEST))
    try:
        # 1.106 to 1.117 tell it here.
        told: Any = client.wire.ask(Ask("GET", "server-info/version")).value
        found = f"Immich {told['major']}.{told['minor']}.{told['patch']}"
    except (AnswerError, KeyError, TypeError):
        found = "Immich 1.105 or older, or something else"
    raise SettingsError(f"{client.wire.url} runs {found}; Keepers works with Immich {oldest} and newer")


def _who(options: argparse.Namespace) -> Who:
    some = bool(options.people_ids or options.people_names or options.favorite_people)
    named = None if some else True
    if options.with_names or options.without_names:
        named = options.with_names
    return Who(tuple(options.people_ids), tuple(options.people_names), options.favorite_people, named)


def _people(options: argparse.Namespace, name: str, log: _Log) -> tuple[Person, ...]:
    """Those who are meant. A name that nobody has is told and left out, as before: a job of cron goes on."""
    asked = bool(options.people_ids or options.people_names or options.favorite_people)
    with servers.people(os.environ, name) as source:
        everybody = source.people(hidden=True, counted=False) if options.people_names else ()
        known = {one.name for one in everybody}
        for missing in [one for one in options.people_names if one not in known]:
            log.tell("WARNING", f"Nobody is called {missing}.")
            options.people_names.remove(missing)
        who = _who(options)
        found = people_featuring.meant(source, who) if who.some or not asked else ()
    return tuple(one for one in found if one.birth_date is not None or not options.birthday_bias)


def _goes_on(people: Sequence[Person], log: _Log) -> bool:
    """Wait for Enter; `p` shows the people first. False where nobody is there."""
    sys.stderr.write("Press Enter to continue, Ctrl+C to abort, 'p' to show the list of identified people.\n")
    answer = sys.stdin.readline()
    if answer.strip() == "p":
        log.tell("INFO", ", ".join(one.name or one.id for one in people))
        sys.stderr.write("Press Enter to continue or Ctrl+C to abort.\n")
        answer = sys.stdin.readline()
    if not answer:
        log.tell("ERROR", "Nobody is there to press Enter; with -u nothing is asked.")
    return bool(answer)


def _left_out(options: argparse.Namespace) -> list[str]:
    """Flags that the old tool took together and made nothing of, taken out; a line about each."""
    said: list[str] = []
    if options.random_mode:
        for flag in ("low_pixel_mode", "detect_blur", "detect_blur_reversed"):
            if getattr(options, flag):
                said.append(f"--random-mode looks at no pixels: --{flag.replace('_', '-')} is left out")
                setattr(options, flag, False)
        for flag in ("recency_bias", "recency_bias_reversed"):
            if getattr(options, flag) and not options.birthday_bias:
                said.append(f"--random-mode knows no age: --{flag.replace('_', '-')} is left out")
                setattr(options, flag, False)
    if options.birthday_bias and options.date_bias:
        around = nearness.around(options.date_bias)
        recent = options.recency_bias or options.recency_bias_reversed
        if recent or (around is not None and not around.is_whole_year):
            said.append(f"--birthday-bias decides the day: --date-bias {options.date_bias} is left out")
            options.date_bias = None
    return said


def translated(options: argparse.Namespace, name: str = DEFAULT) -> list[str]:
    """The new command line that does what the old one asked for."""
    words = ["people", "feature", "--server", name, "--json", "-q", "--faces", "none"]
    words += ["--id", *options.people_ids] if options.people_ids else []
    words += ["--name", *options.people_names] if options.people_names else []
    switches: Mapping[str, bool] = {
        "--favorites": options.favorite_people,
        "--named": options.with_names,
        "--unnamed": options.without_names,
        "--random": options.random_mode,
        "--low-pixel": options.low_pixel_mode,
        "--sharp": options.detect_blur,
        "--blurry": options.detect_blur_reversed,
        "--newest": options.recency_bias,
        "--oldest": options.recency_bias_reversed,
        "--birthday": options.birthday_bias,
        "--confirm": options.confirmation,
        "--yes": not options.confirmation,
        "--dry-run": options.dry_run,
    }
    words += [word for word, wanted in switches.items() if wanted]
    words += ["--date", options.date_bias] if options.date_bias else []
    return [*words, "--sigma", f"{options.sigma_days:g}"]


def _tell(document: Mapping[str, Any], log: _Log) -> None:
    """What was picked, what was set, what was not."""
    for one in document.get("people", ()):
        named = one["name"] or one["id"]
        if not one["chosen"]:
            log.tell("WARNING", f"Couldn't find a suitable asset for {named}: {one['why']}")
        for candidate in one["candidates"]:
            parts = ", ".join(f"{part}={value:.3g}" for part, value in candidate["parts"].items())
            score = f"{candidate['score']:.3g} with {parts}" if parts else "none"
            log.tell("VERBOSE", f"Score for asset {candidate['asset']} of {named}: {score}")
    for problem in document.get("problems", ()):
        log.tell("ERROR", f"Not done: {problem['action']['because']}: {problem['why']}")
    actions = document.get("actions", ())
    names = ", ".join(action["because"].partition(": ")[0] for action in actions)
    if "run" not in document:
        log.tell("INFO", f"Would update the following people: {names}")
    else:
        log.tell("INFO", f"Updated the following people: {names}")
        if document["run"] is not None:
            log.tell("INFO", f"Take it back: keepers undo {document['run']}")


def parser() -> argparse.ArgumentParser:
    """The grammar of the old command line; short flags may be stacked: -bt."""
    made = argparse.ArgumentParser(
        prog=_NAME,
        description="The old organizer's command line; keepers people feature does the work.",
        allow_abbrev=False,
    )
    made.add_argument("api_url", help="the address of the server, with or without /api")
    made.add_argument(
        "api_key", help=f"its API key; {_NOT_HERE} takes the one in KEEPERS_IMMICH_API_KEY, which nobody sees"
    )
    _switch(made, "-y", "--dry-run", "change nothing")
    _switch(made, "-u", "--unattended", "ask nothing: for cron")
    _switch(made, "-c", "--confirmation", "ask for each person")
    named = made.add_mutually_exclusive_group()
    _switch(named, "-w", "--with-names", "only people who have a name (default, unless you say whose)")
    _switch(named, "-W", "--without-names", "only people who have no name")
    for short, name, text in (("-s", "--people-ids", "ids"), ("-S", "--people-names", "whole names")):
        made.add_argument(short, name, action="extend", nargs="*", default=[], help=f"people by their {text}")
    _switch(made, "-f", "--favorite-people", "favourite people, with those named")
    _switch(made, "-r", "--random-mode", "any photo")
    _switch(made, "-p", "--low-pixel-mode", "small faces rather than large ones")
    blur, age = made.add_mutually_exclusive_group(), made.add_mutually_exclusive_group()
    _switch(blur, "-b", "--detect-blur", "sharp photos")
    _switch(blur, "-B", "--detect-blur-reversed", "blurred photos")
    _switch(age, "-t", "--recency-bias", "new photos")
    _switch(age, "-T", "--recency-bias-reversed", "old photos")
    made.add_argument(
        "-d", "--date-bias", type=_date, metavar="DATE", help="photos around yyyy-mm-dd, mm-dd or yyyy"
    )
    _switch(made, "-n", "--birthday-bias", "photos around a person's birthday; goes with -r, -t, -T, -d yyyy")
    made.add_argument(
        "-g", "--sigma-days", type=_days, default=nearness.SIGMA, help="how wide around a date; default: 7"
    )
    made.add_argument("-C", "--fetch-chunk-size", type=int, default=1000, help="needed no more")
    made.add_argument("-l", "--log-level", default="INFO", choices=_LEVELS[::-1], help="default: INFO")
    return made


class _Grammar(Protocol):
    """A parser, or a group of flags of which only one may be given."""

    def add_argument(self, *names: str, action: str, help: str) -> object:  # noqa: A002 (argparse's name)
        """Add a flag."""
        ...


def _switch(to: _Grammar, short: str, name: str, text: str) -> None:
    to.add_argument(short, name, action="store_true", help=text)


def _date(text: str) -> str:
    if nearness.around(text) is None:
        message = f"{text!r} is none of yyyy-mm-dd, mm-dd and yyyy"
        raise argparse.ArgumentTypeError(message)
    return text


def _days(text: str) -> float:
    try:
        days = float(text)
    except ValueError:
        days = 0.0
    if not 0 < days < float("inf"):
        message = f"{text!r} is no number of days above 0"
        raise argparse.ArgumentTypeError(message)
    return days
