"""The command `immich`: what a server can do, and what it does for us."""

import argparse

from keepers.cli import session, show
from keepers.errors import SettingsError
from keepers.places.immich_api import CHANGING, FOR_SOME, READING, Abilities, Need

LACKING = SettingsError.exit_code


def check(options: argparse.Namespace) -> int:
    """Say what will work on the server and what will not; exit code 5 where the key lacks something."""
    opened = session.opened(options)
    with opened.immich(options.server, options.url, options.key_file, options.ca_file) as client:
        abilities, url = client.abilities(), client.wire.url
    needs = READING if options.read_only else READING + CHANGING
    others = () if options.read_only else FOR_SOME
    missing = abilities.missing(needs)
    if options.json:
        show.document(
            {
                "url": url,
                "profile": options.server,
                "version": abilities.release,
                "features": sorted(abilities.features),
                "key": abilities.key_name,
                "permissions": [
                    _row(need, abilities, purpose)
                    for purpose, some in (("", needs), *others)
                    for need in some
                ],
                "missing": [need.permission for need in missing],
                "notes": list(abilities.notes()),
            }
        )
    else:
        _tell(url, abilities, needs, others)
    return LACKING if missing else 0


def _row(need: Need, abilities: Abilities, purpose: str) -> dict[str, object]:
    """A permission for JSON; `only_for` says which commands need it, where few do."""
    granted = abilities.may(need.permission)
    return {
        "permission": need.permission,
        "granted": granted,
        "without": need.without,
        "only_for": purpose or None,
    }


def _tell(
    url: str, abilities: Abilities, needs: tuple[Need, ...], others: tuple[tuple[str, tuple[Need, ...]], ...]
) -> None:
    missing = abilities.missing(needs)
    show.line(f"{url} runs Immich {abilities.release}; the API key is called {abilities.key_name!r}.")
    for need in needs:
        if need in missing:
            show.line(f" no   {need.permission}: without it, {need.without}")
        else:
            show.line(f" ok   {need.permission}")
    left_out = [need for purpose, some in others for need in _tell_some(purpose, some, abilities)]
    for note in abilities.notes():
        show.line(f"{note[0].upper()}{note[1:]}.")
    if missing:
        show.line(
            f"The key lacks {show.count(len(missing), 'permission')}. Add them to it in Immich: Account Settings, API Keys."
        )
    elif left_out:
        show.line("Everything will work but what is marked with --: add that to the key only if you want it.")
    else:
        show.line("Everything will work.")


def _tell_some(purpose: str, needs: tuple[Need, ...], abilities: Abilities) -> tuple[Need, ...]:
    """Tell what only some commands need; what the key lacks of it."""
    missing = abilities.missing(needs)
    show.line(f"Only to {purpose}:")
    for need in needs:
        show.line(
            f" --   {need.permission}: without it, {need.without}"
            if need in missing
            else f" ok   {need.permission}"
        )
    return missing
