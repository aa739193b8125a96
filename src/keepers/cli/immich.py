"""The command `immich`: what a server can do, and what it does for us."""

import argparse

from keepers.cli import session, show
from keepers.errors import SettingsError
from keepers.places.immich_api import CHANGING, READING, Abilities, Need

LACKING = SettingsError.exit_code


def check(options: argparse.Namespace) -> int:
    """Say what will work on the server and what will not; exit code 5 where the key lacks something."""
    opened = session.opened(options)
    with opened.immich(options.server, options.url, options.key_file, options.ca_file) as client:
        abilities, url = client.abilities(), client.wire.url
    needs = READING if options.read_only else READING + CHANGING
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
                    {"permission": need.permission, "granted": need not in missing, "without": need.without}
                    for need in needs
                ],
                "missing": [need.permission for need in missing],
                "notes": list(abilities.notes()),
            }
        )
    else:
        _tell(url, abilities, needs, missing)
    return LACKING if missing else 0


def _tell(url: str, abilities: Abilities, needs: tuple[Need, ...], missing: tuple[Need, ...]) -> None:
    show.line(f"{url} runs Immich {abilities.release}; the API key is called {abilities.key_name!r}.")
    for need in needs:
        if need in missing:
            show.line(f" no   {need.permission}: without it, {need.without}")
        else:
            show.line(f" ok   {need.permission}")
    for note in abilities.notes():
        show.line(f"{note[0].upper()}{note[1:]}.")
    if missing:
        show.line(
            f"The key lacks {show.count(len(missing), 'permission')}. Add them to it in Immich: Account Settings, API Keys."
        )
    else:
        show.line("Everything will work.")
