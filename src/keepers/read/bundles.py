"""Which files of one folder are one photo: RAW and JPEG, Live Photos, sidecars; the unsure stay apart."""

import os
import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from keepers.model import Kind, Role
from keepers.read.formats import FORMATS

_RAW_SECONDS: Final = 2.0
_LIVE_SECONDS: Final = 3.0
#: Formats that a camera writes beside its RAW file, best first.
_BESIDE_RAW: Final = ("jpeg", "heic", "avif")
#: Formats that have a film beside them; a PNG is a screenshot and never has.
_LIVE: Final = ("heic", "jpeg")
_RAWS: Final = frozenset(form.name for form in FORMATS if form.raw)
_SCREENSHOT: Final = re.compile(r"screenshot|screen shot|bildschirmfoto|capture d", re.IGNORECASE)
# IMG_1.jpg.supplemental-metadata.json, which Google cuts anywhere after the first dot.
_SUPPLEMENT: Final = "supplemental-metadata"
_NUMBERED: Final = re.compile(r"^(?P<stem>.*)(?P<extension>\.[^.()]+)(?P<number>\(\d+\))$")


@dataclass(frozen=True, slots=True)
class Entry:
    """One file as far as bundling needs it: `wall` is its capture time in seconds, None where unknown."""

    name: str
    kind: Kind
    format: str
    camera: str = ""
    wall: float | None = None


Bundled = tuple[int, tuple[tuple[int, Role], ...]]


def bundles(files: Sequence[Entry]) -> list[Bundled]:
    """Join the files of one folder: the index of each main file, with the indexes and roles of its others.

    Every file is in exactly one bundle; the result depends on names, never on the order of the files.
    """
    order = sorted(range(len(files)), key=lambda index: (_folded(files[index].name), files[index].name))
    names: dict[str, list[int]] = defaultdict(list)
    stems: dict[str, list[int]] = defaultdict(list)
    for index in order:
        folded = _folded(files[index].name)
        names[folded].append(index)
        stems[os.path.splitext(folded)[0]].append(index)
    owner: dict[int, tuple[int, Role]] = {}
    for group in stems.values():
        owner.update(_raws(files, group))
        owner.update(_films(files, group, owner))
    for index in order:
        if files[index].kind is Kind.COMPANION:
            main = _owner_of(files, index, names, stems, owner)
            if main is not None:
                owner[index] = (main, Role.SIDECAR)
    others: dict[int, list[tuple[int, Role]]] = defaultdict(list)
    for index in order:
        if index in owner:
            others[owner[index][0]].append((index, owner[index][1]))
    return [(index, tuple(others[index])) for index in order if index not in owner]


def _folded(name: str) -> str:
    """The name as a case-insensitive, accent-composing file system compares it."""
    return unicodedata.normalize("NFC", name).casefold()


def _raws(files: Sequence[Entry], group: Sequence[int]) -> Iterator[tuple[int, tuple[int, Role]]]:
    """RAW files that have exactly one picture of the same shot beside them."""
    for raw in group:
        if files[raw].format not in _RAWS:
            continue
        mates = [
            index for index in group
            if files[index].format in _BESIDE_RAW and _same_shot(files[raw], files[index], _RAW_SECONDS)
        ]  # fmt: skip
        mates.sort(key=lambda index: _BESIDE_RAW.index(files[index].format))
        if len(mates) == 1 or (mates and files[mates[0]].format != files[mates[1]].format):
            yield raw, (mates[0], Role.RAW)


def _films(
    files: Sequence[Entry], group: Sequence[int], owner: dict[int, tuple[int, Role]]
) -> Iterator[tuple[int, tuple[int, Role]]]:
    """The film of a Live Photo: the only film and the only still of one name, both times known and close."""
    films = [index for index in group if files[index].kind is Kind.VIDEO]
    stills = [index for index in group if files[index].format in _LIVE and index not in owner]
    if len(films) != 1 or len(stills) != 1:
        return
    still, film = files[stills[0]], files[films[0]]
    if film.format not in {"mov", "mp4"} or _SCREENSHOT.search(still.name):
        return
    if still.wall is None or film.wall is None or not _same_shot(still, film, _LIVE_SECONDS):
        return
    yield films[0], (stills[0], Role.LIVE_VIDEO)


def _same_shot(one: Entry, other: Entry, seconds: float) -> bool:
    if one.camera and other.camera and one.camera.casefold() != other.camera.casefold():
        return False
    return one.wall is None or other.wall is None or abs(one.wall - other.wall) <= seconds


def _owner_of(
    files: Sequence[Entry],
    index: int,
    names: dict[str, list[int]],
    stems: dict[str, list[int]],
    owner: dict[int, tuple[int, Role]],
) -> int | None:
    """The main file of the photo a companion belongs to: by full name (a.jpg.xmp), else by stem (a.xmp)."""
    stem = os.path.splitext(_folded(files[index].name))[0]
    for name in _candidates(stem, files[index].format):
        for found in (names.get(name, []), stems.get(name, [])):
            photos = [other for other in found if files[other].kind is not Kind.COMPANION]
            mains = {owner[photo][0] if photo in owner else photo for photo in photos}
            if len(mains) == 1:
                return mains.pop()
            if mains:
                return None
    return None


def _candidates(stem: str, form: str) -> Iterator[str]:
    yield stem
    if form != "json":
        return
    plain, dot, rest = stem.rpartition(".")
    if dot and rest and _SUPPLEMENT.startswith(rest):
        yield plain
    # IMG_1.jpg(2).json belongs to IMG_1(2).jpg.
    numbered = _NUMBERED.match(stem)
    if numbered is not None:
        yield numbered["stem"] + numbered["number"] + numbered["extension"]
