"""Which server, as whom: profiles of keepers.toml, with keys from the environment, a file of one's own, or the keyring."""

import importlib
import ipaddress
import os
import re
import stat
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, cast
from urllib.parse import urlsplit

from keepers import config
from keepers.errors import SettingsError
from keepers.places.immich_api.paths import checked_paths, from_text

DEFAULT: Final = "default"
#: Under this name a key lies in the keyring, the profile's name as its user.
KEYRING: Final = "keepers-immich"
_KEYS: Final = frozenset({
    "url", "key_file", "keyring", "ca_file", "database", "database_password_file", "database_user"
})  # fmt: skip
#: A table: folders of the server with those of this machine that hold the same files.
_PATHS: Final = "paths"
_NAME: Final = re.compile(r"[a-z0-9][a-z0-9-]{0,31}")
#: What may stand in a header; Immich's own keys are base64 and hex.
_KEY: Final = re.compile(r"[\x21-\x7e]{8,512}")
_LONGEST: Final = 4096
#: A password in the words of libpq: `//user:password@host`, or `password=`.
_PASSWORD: Final = re.compile(r"//[^/@]*:[^/@]*@|\bpassword\s*=")


@dataclass(frozen=True, slots=True)
class Profile:
    """One account on one server; `url` has no `/api` and no `/` at its end, `paths` is as `paths.mapped` takes it."""

    name: str
    url: str
    key: str = field(repr=False)
    ca_file: str = ""
    paths: Mapping[str, str] = field(default_factory=dict[str, str])


@dataclass(frozen=True, slots=True)
class Stored:
    """Where the database of a server is, in libpq's words, and whose people are meant in it: a user's id, or nobody's."""

    where: str = field(repr=False)
    password: str = field(repr=False)
    user: str = ""


def profile(
    name: str, environment: Mapping[str, str], *, url: str = "", key_file: str = "", ca_file: str = ""
) -> Profile:
    """The profile of a name; what is given counts before the environment, and that before keepers.toml.

    SettingsError says which part of it is missing or wrong; it never shows a key.
    """
    if not _NAME.fullmatch(name):
        raise SettingsError(f"{name!r} is no name of a server profile: small letters, digits and - only")
    said, paths = _table(name, environment)
    found = url or environment.get(_variable("URL", name), "") or said.get("url", "")
    if not found:
        raise SettingsError(
            f"no Immich server is set: write its url into [immich.{name}] of {config.config_file(environment)}, "
            f"or set {_variable('URL', name)}"
        )
    key = _key(name, environment, said, key_file)
    if environment.get(_variable("PATHS", name)):
        paths = from_text(environment[_variable("PATHS", name)], _variable("PATHS", name))
    return Profile(
        name, checked_url(found), key, os.path.expanduser(ca_file or said.get("ca_file", "")), paths
    )


def stored(name: str, environment: Mapping[str, str]) -> Stored | None:
    """Where the database of a profile's server is; None where none is set."""
    if not _NAME.fullmatch(name):
        return None
    said, _ = _table(name, environment)
    where = environment.get(_variable("DATABASE", name), "")
    if not where:
        where = said.get("database", "")
        if _PASSWORD.search(where):
            raise SettingsError(
                f"[immich.{name}] database holds a password, which every copy of {config.config_file(environment)} tells: "
                "put it into ~/.pgpass, or alone into a file that database_password_file names"
            )
    if not where:
        return None
    file = said.get("database_password_file", "")
    return Stored(where, _from_file(file, "password") if file else "", said.get("database_user", ""))


def folders(name: str, environment: Mapping[str, str]) -> Mapping[str, str]:
    """Which folders of a profile's server lie where on this machine, whether or not it is set how to ask it."""
    _, paths = _table(name, environment)
    told = environment.get(_variable("PATHS", name))
    return from_text(told, _variable("PATHS", name)) if told else paths


def checked_url(text: str) -> str:
    """The address of a server without `/api` and trailing `/`; SettingsError where it is none that we ask."""
    shown = text.rsplit("@", maxsplit=1)[-1][:200]
    try:
        parts = urlsplit(text.strip())
        host, port = parts.hostname or "", parts.port
    except ValueError as error:
        raise SettingsError(f"{shown} is no address of a server") from error
    if parts.scheme not in {"http", "https"} or not host:
        raise SettingsError(f"{shown} is no address of a server; it begins with https:// or http://")
    if parts.username is not None or parts.password is not None or parts.query or parts.fragment:
        raise SettingsError(f"{shown}: write the address alone, without user, password, ? or #")
    if is_refused(host):
        raise SettingsError(f"{shown} is an address that no Immich server has, so it is not asked")
    where = f"[{host}]" if ":" in host else host
    path = parts.path.rstrip("/").removesuffix("/api")
    return f"{parts.scheme}://{where}" + (f":{port}" if port else "") + path


def is_refused(host: str) -> bool:
    """Whether an IP address is of the kinds that hand out secrets of machines: link-local, multicast, none."""
    try:
        address = ipaddress.ip_address(host.partition("%")[0])
    except ValueError:
        return False
    mapped = getattr(address, "ipv4_mapped", None) or address
    return bool(mapped.is_link_local or mapped.is_multicast or mapped.is_unspecified)


def _variable(what: str, name: str) -> str:
    variable = f"{config.PREFIX}IMMICH_{what}"
    return variable if name == DEFAULT else f"{variable}_{name.upper().replace('-', '_')}"


def _table(name: str, environment: Mapping[str, str]) -> tuple[dict[str, str], dict[str, str]]:
    """What keepers.toml says of a profile, and which folders of the server lie where on this machine."""
    file = config.config_file(environment)
    profiles = config.table(file, "immich")
    said = profiles.get(name, {})
    if not isinstance(said, dict):
        raise SettingsError(f"{file}: immich holds one table for each server, such as [immich.{DEFAULT}]")
    found: dict[str, str] = {}
    paths: dict[str, str] = {}
    for key, value in cast("dict[object, object]", said).items():
        if key == _PATHS:
            if not isinstance(value, dict):
                raise SettingsError(
                    f'{file}: [immich.{name}] paths is a table, such as paths = {{"/usr/src/app/upload" = "/mnt/photos"}}'
                )
            paths = checked_paths(cast("dict[str, object]", value), f"{file}: [immich.{name}] paths")
            continue
        if key not in _KEYS:
            more = "; a key lies in a file of its own, see key_file" if "key" in str(key) else ""
            raise SettingsError(f"{file}: [immich.{name}] knows no {str(key)!r}{more}")
        found[str(key)] = str(value)
    elsewhere = {_variable("URL", name), _variable("DATABASE", name)}
    if not said and name != DEFAULT and elsewhere.isdisjoint(environment):
        known = ", ".join(sorted(profiles)) or "none"
        raise SettingsError(f"there is no [immich.{name}] in {file}; known there: {known}")
    return found, paths


def _key(name: str, environment: Mapping[str, str], said: Mapping[str, str], key_file: str) -> str:
    variable = _variable("API_KEY", name)
    if key_file:
        key, where = _from_file(key_file), key_file
    elif environment.get(variable):
        key, where = environment[variable].strip(), variable
    elif said.get("key_file"):
        key, where = _from_file(said["key_file"]), said["key_file"]
    elif said.get("keyring", "").lower() == "true":
        key, where = _from_keyring(name), "the keyring"
    else:
        raise SettingsError(
            f"no API key for the Immich profile {name}: set {variable}, or key_file or keyring = true in [immich.{name}]"
        )
    if not _KEY.fullmatch(key):
        raise SettingsError(f"what {where} holds is no API key")
    return key


def _from_file(path: str, what: str = "key") -> str:
    full = os.path.expanduser(path)
    try:
        with Path(full).open("rb") as file:
            mode = os.fstat(file.fileno()).st_mode
            text = file.read(_LONGEST)
    except OSError as error:
        raise SettingsError(f"the {what} file {full}: {(error.strerror or str(error)).lower()}") from error
    if stat.S_IMODE(mode) & 0o077:
        raise SettingsError(f"others can read the {what} file {full}: chmod 600 {full}")
    return text.decode("ascii", "replace").strip()


def _from_keyring(name: str) -> str:
    try:
        keyring, errors = importlib.import_module("keyring"), importlib.import_module("keyring.errors")
    except ImportError as error:
        raise SettingsError("the keyring needs one more package: pip install 'keepers[keyring]'") from error
    try:
        found = keyring.get_password(KEYRING, name)
    except errors.KeyringError as error:
        # Locked, or a machine without a desktop: then there is none at all.
        raise SettingsError(f"the keyring cannot be asked: {error}") from error
    if not found:
        raise SettingsError(f"the keyring holds no key: keyring set {KEYRING} {name}")
    return str(found)
