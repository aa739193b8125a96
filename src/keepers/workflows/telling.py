"""After a scan: what libraries tell of their photos, beside what the bytes and the sidecars say."""

import os
import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from keepers.catalog import locations, told
from keepers.catalog.store import Catalog
from keepers.catalog.told import Row, Spot
from keepers.errors import UnreadableError
from keepers.model import ContentId, Fate, Role
from keepers.ports import Told
from keepers.read import archive, sidecars
from keepers.workflows import folders

_BY_TAKEOUT: Final = (told.ALBUM, told.SAME_AS)
_BY_APPLE: Final = (
    *told.SAID, told.ALBUM, told.NAME, told.TAKEN, told.TITLE, told.HIDDEN, told.TRASHED, told.BURST, told.PICK,
)  # fmt: skip
_LONGEST: Final = 1 << 20
#: An album's own JSON is named by one word of some language, and there is one of it.
_MOST_STORIES: Final = 8
_YEAR: Final = re.compile(r"(?<!\d)(?:19|20)\d\d(?!\d)")
_WORDS: Final = re.compile(r"[^\W\d_]+(?:['\u2019]s)?")
#: How Google calls the folders that hold every photo of a year: Photos from 2023, 2023年の写真.
_OF_A_YEAR: Final = (
    "photo photos foto fotos foto's foto\u2019s fotografie fotografije fotografii bilder foton billeder valokuvat kuvat "
    "zdjęcia фото фотографии фотографії снимки φωτογραφίες fotók fotoğraflar poze الصور صور תמונות "
    "写真 年の写真 年 년 년의 사진 照片 年的照片 年照片 相片 年相片 年的相片 ảnh năm ภาพ from von aus vom de del dal do di da van uit "
    "fra från z ze za vuodelta din из от за з год года р από من מ לשנת từ dari tahun évi"  # noqa: RUF001 (other scripts)
)


def of_takeouts(catalog: Catalog, roots: Sequence[str]) -> None:
    """Note albums, and which files are an album's view of a photo that is in the Takeout already."""
    spots = told.spots(catalog, roots)
    albums = _albums(told.spots(catalog, roots, mains=False))
    rows: list[Row] = [
        (spot.id, told.ALBUM, albums[spot.folder]) for spot in spots if albums.get(spot.folder)
    ]
    rows += _views(spots, albums)
    with catalog.writing():
        told.replace_below(catalog, roots, _BY_TAKEOUT, rows)


def of_apple(catalog: Catalog, root: str, library: Sequence[Told], dating: folders.Dating) -> None:
    """Join and date the files of a library as it says, and note the rest of what it tells."""
    known = told.at(catalog, [one.ref.key for one in library])
    photos: dict[str, list[tuple[Spot, Told]]] = defaultdict(list)
    for one in library:
        if one.ref.key in known:
            photos[one.photo].append((known[one.ref.key], one))
    with catalog.writing():
        locations.set_bundles(catalog, [row for files in photos.values() for row in _bundle(files)])
        every = [pair for files in photos.values() for pair in files]
        rows = [(spot.id, field, value) for spot, one in every for field, value in one.facts]
        rows += [(spot.id, told.TAKEN, one.taken.isoformat()) for spot, one in every if one.taken]
        told.replace_below(catalog, [root], _BY_APPLE, rows)
    folders.finish(catalog, sorted({spot.folder for spot, _ in every}), dating)


def _bundle(files: Sequence[tuple[Spot, Told]]) -> list[tuple[int, int | None, Role, Fate, str]]:
    """The first file that can be read is the photo; the others are its companions."""
    main, *others = files
    rows: list[tuple[int, int | None, Role, Fate, str]] = [(main[0].id, None, Role.MAIN, Fate.PHOTO, "")]
    return rows + [(spot.id, main[0].id, one.role, Fate.COMPANION, "") for spot, one in others]


def _albums(loose: Iterable[Spot]) -> Mapping[str, str]:
    """The title of each folder that is an album, by the JSON in it that speaks of no photo; empty where it has none."""
    tried: dict[str, int] = defaultdict(int)
    found: dict[str, str] = {}
    for spot in sorted(loose, key=_is_odd):
        if not spot.path.lower().endswith(".json") or spot.folder in found:
            continue
        if is_year(os.path.basename(spot.folder)) or tried[spot.folder] >= _MOST_STORIES:
            continue
        tried[spot.folder] += 1
        if (title := _title(spot.path)) is not None:
            found[spot.folder] = title
    return found


def _is_odd(spot: Spot) -> tuple[bool, str]:
    """`metadata.json` first: the JSON of a photo has the photo's extension within its name."""
    return "." in os.path.splitext(os.path.basename(spot.path))[0], spot.path


def _title(path: str) -> str | None:
    try:
        with archive.opened(path) as opened:
            return sidecars.album(opened.file.read(_LONGEST))
    except (OSError, UnreadableError):
        return None


def is_year(name: str) -> bool:
    """Whether a folder of this name holds the photos of a year rather than an album."""
    words = {word.casefold() for word in _WORDS.findall(name)}
    return len(_YEAR.findall(name)) == 1 and len(words) <= 3 and words <= {*_OF_A_YEAR.split()}


def _views(spots: Iterable[Spot], albums: Mapping[str, str]) -> list[Row]:
    """Files of album folders whose bytes are in a year's folder, or in an album before, too.

    Other folders, which may lie beside a Takeout, hold copies that somebody made.
    """
    same: dict[ContentId, list[Spot]] = defaultdict(list)
    for spot in spots:
        same[spot.content].append(spot)
    rows: list[Row] = []
    for files in same.values():
        first = next((spot for spot in files if _is_googles(spot.folder)), None)
        around = None if first is None else os.path.dirname(first.folder)
        for spot in files:
            if spot.folder in albums:
                first = first or spot
            elif os.path.dirname(spot.folder) != around or is_year(os.path.basename(spot.folder)):
                continue
            if first is not None and spot.folder != first.folder:
                rows.append((spot.id, told.SAME_AS, str(first.id)))
    return rows


def _is_googles(folder: str) -> bool:
    """Whether Google named the folder for a year; people name theirs `2019`."""
    name = os.path.basename(folder)
    return is_year(name) and _WORDS.search(name) is not None
