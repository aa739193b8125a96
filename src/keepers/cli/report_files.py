"""Files that a person wants a report in: their names are looked at first, and nobody's file is overwritten."""

import hashlib
import os
import re
from collections.abc import Collection, Sequence
from typing import Final

from keepers.errors import UsageError
from keepers.model import Ref
from keepers.places import files
from keepers.workflows import overlap

#: So much of the beginning tells a report of ours from the file of another program.
_SIGNATURE: Final = 24
_ROW: Final = re.compile(rb"[0-9a-f]{64},")


def chosen(text: str, endings: Collection[str], roots: Sequence[str], *, fresh: bool = False) -> str:
    """The absolute path of a report; UsageError where it cannot be written, or would lie among photos.

    A `fresh` one takes the place of no file at all, ours or not.
    """
    path = os.path.abspath(os.path.expanduser(text))
    if os.path.splitext(path)[1].lower() not in endings:
        message = f"--report {text}: its name must end in {', '.join(endings)}"
        raise UsageError(message)
    if fresh and os.path.lexists(path):
        message = f"--report {text}: there is such a file already; give another name"
        raise UsageError(message)
    if os.path.lexists(path) and (os.path.islink(path) or not os.path.isfile(path)):
        message = f"--report {text}: there is something else of that name; give another one"
        raise UsageError(message)
    if not os.path.isdir(os.path.dirname(path)):
        message = f"--report {text}: there is no folder {os.path.dirname(path)}"
        raise UsageError(message)
    if any(overlap.within(os.path.dirname(path), root) for root in roots):
        message = f"--report {text}: it would lie among the photos; choose a place outside of them"
        raise UsageError(message)
    return path


def put(path: str, data: bytes) -> None:
    """Put a report in place, whole or not at all; it takes the place of an earlier report of ours only."""
    old = files.status(path)
    if old is not None and not _is_ours(path, data):
        message = f"{path} is no report of Keepers, so it was left as it is; give another name"
        raise UsageError(message)
    draft = files.draft_with(
        [data], os.path.join(os.path.dirname(path), f"{files.OURS}{os.urandom(8).hex()}")
    )
    try:
        draft.sync()
        draft.close()
        if old is None or not files.exchange(draft.path, path):
            if old is not None:
                files.erase_if(path, old)
            files.place(draft.path, path)
        else:
            files.erase(draft.path)
    except OSError:
        draft.drop()
        raise


def sha256(ref: Ref) -> str:
    """The SHA-256 of a file, which the old duplicate finder wrote into its report."""
    with files.opened(ref.key) as handle, open(handle, "rb", closefd=False) as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _is_ours(path: str, data: bytes) -> bool:
    """Whether a file begins as the new report does; an HTML page must have our rules for it, too."""
    with files.opened(path) as handle:
        start = os.read(handle, 400)
    if path.lower().endswith(".log"):
        return not start or _ROW.match(start) is not None
    if data.startswith(b"<!doctype"):
        return start[:400] == data[:400]
    return start[:_SIGNATURE] == data[:_SIGNATURE]
