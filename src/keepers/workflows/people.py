"""Who is to be seen in a file of this machine, as a server knows it."""

import hashlib
import os
from dataclasses import dataclass

from keepers.errors import UsageError
from keepers.people import People, Person, Seen


@dataclass(frozen=True, slots=True)
class InFile:
    """What a server knows of a file: the asset and its faces, and the people whose they are, as they come in it."""

    seen: Seen
    people: tuple[Person, ...]

    @property
    def unidentified(self) -> int:
        """How many faces are of nobody known."""
        return sum(not face.person for face in self.seen.faces)


def in_file(source: People, path: str, there: str = "") -> InFile | None:
    """Look a file up on the server by its bytes, by what the server calls it (`there`), or by name and size.

    A path that is not on this machine may be the server's own. UsageError where the file cannot be read.
    """
    if os.path.isfile(path):
        sha1, size = _read(path)
        seen = source.of_file(path=there, sha1=sha1, name=os.path.basename(path), size=size)
    else:
        seen = source.of_file(path=there or path)
        if seen is None:
            raise UsageError(f"{path}: there is no such file, and the server knows no photo of that path")
    if seen is None:
        return None
    known = {one.id: one for one in source.people(counted=False)}
    people = dict.fromkeys(face.person for face in seen.faces if face.person)
    return InFile(seen, tuple(known.get(key, Person(key, "")) for key in people))


def _read(path: str) -> tuple[str, int]:
    try:
        with open(path, "rb") as file:
            digest = hashlib.file_digest(file, lambda: hashlib.sha1(usedforsecurity=False))
            return digest.hexdigest(), os.fstat(file.fileno()).st_size
    except OSError as error:
        raise UsageError(f"{path} cannot be read: {(error.strerror or str(error)).lower()}") from error
