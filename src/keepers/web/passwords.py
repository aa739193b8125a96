"""The password that opens the page to other machines: kept as its scrypt digest, and not guessed fast."""

import base64
import hashlib
import hmac
import os
import secrets
import stat
import time
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from keepers import config
from keepers.errors import SettingsError
from keepers.places import files

VARIABLE: Final = "KEEPERS_WEB_PASSWORD"
_MARK: Final = "scrypt"
#: OWASP's cost for scrypt: 32 MiB and some 60 ms a guess.
_COST: Final = (1 << 15, 8, 3)
_MEMORY: Final = 128 << 20
#: So many wrong ones within so many seconds, from wherever they come.
_WRONG, _WITHIN = 5, 60.0
_SHORTEST: Final = 8


@dataclass(frozen=True, slots=True)
class Password:
    """A password's digest, and when it was last given wrongly."""

    salt: bytes
    digest: bytes
    cost: tuple[int, int, int] = _COST
    wrong: deque[float] = field(default_factory=lambda: deque(maxlen=_WRONG))

    def wait(self) -> float:
        """Seconds until another try is taken; 0: now."""
        if len(self.wrong) < _WRONG:
            return 0.0
        return max(0.0, _WITHIN - (time.monotonic() - self.wrong[0]))

    def is_right(self, given: str) -> bool:
        """Whether this is it; a wrong one is counted. Takes 60 ms."""
        right = hmac.compare_digest(_digest(given, self.salt, self.cost), self.digest)
        if right:
            self.wrong.clear()
        else:
            self.wrong.append(time.monotonic())
        return right

    @property
    def text(self) -> str:
        """As a file keeps it."""
        coded = (base64.b64encode(part).decode() for part in (self.salt, self.digest))
        return "$".join((_MARK, *map(str, self.cost), *coded))


def made(plain: str) -> Password:
    """A password from what a person typed."""
    if len(plain) < _SHORTEST:
        message = f"a password for other machines has at least {_SHORTEST} characters"
        raise SettingsError(message)
    salt = secrets.token_bytes(16)
    return Password(salt, _digest(plain, salt, _COST))


def read(text: str, where: str) -> Password:
    """A password from a file: its digest as Keepers wrote it, or its plain text."""
    parts = text.strip().split("$")
    if parts[0] != _MARK or len(parts) != 6:
        return made(text.strip())
    try:
        n, r, p = (int(part) for part in parts[1:4])
        salt, digest = (base64.b64decode(part, validate=True) for part in parts[4:])
    except ValueError as error:
        message = f"{where} holds no password that can be read; keepers serve --set-password writes a new one"
        raise SettingsError(message) from error
    return Password(salt, digest, (n, r, p))


def found(file: str, environment: Mapping[str, str]) -> Password | None:
    """The password: of the environment, of the file that was named, or of the one in the config folder."""
    if environment.get(VARIABLE):
        return made(environment[VARIABLE])
    path = file or own_file(environment)
    if not file and not os.path.lexists(path):
        return None
    try:
        with open(path, encoding="utf-8") as opened:
            mode = os.fstat(opened.fileno()).st_mode
            text = opened.read(4096)
    except (OSError, ValueError) as error:
        message = f"cannot read the password in {path}: {error}"
        raise SettingsError(message) from error
    if stat.S_IMODE(mode) & 0o077:
        message = f"{path} can be read by others; make it yours alone: chmod 600 {path}"
        raise SettingsError(message)
    return read(text, path)


def own_file(environment: Mapping[str, str]) -> str:
    """Where `keepers serve --set-password` keeps it."""
    return str(config.config_file(environment).with_name("web-password"))


def store(password: Password, environment: Mapping[str, str]) -> str:
    """Keep a password's digest in a file that nobody else can read; its path."""
    path = own_file(environment)
    folder = os.path.dirname(path)
    os.makedirs(folder, exist_ok=True)
    draft = files.draft_with([password.text.encode() + b"\n"], f"{folder}/.keepers-web-password", mode=0o600)
    draft.close()
    if os.path.lexists(path):
        files.erase(path)
    files.place(draft.path, path)
    return path


def _digest(plain: str, salt: bytes, cost: tuple[int, int, int]) -> bytes:
    n, r, p = cost
    return hashlib.scrypt(
        plain.encode("utf-8", "surrogateescape"), salt=salt, n=n, r=r, p=p, maxmem=_MEMORY, dklen=32
    )
