"""Which files of one folder are one photo: RAW and JPEG, Live Photos, edits, sidecars; the unsure stay apart."""

import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from keepers.model import Kind, Role
from keepers.read import companions, pair_names
from keepers.read.entries import RAWS, Entry, Folder, best, folder_of, told

__all__ = ["Bundled", "Bundling", "Entry", "bundled", "bundles", "told"]

_RAW_SECONDS: Final = 2.0
_EDIT_SECONDS: Final = 2.0
_LIVE_SECONDS: Final = 3.0
#: Apple's film lasts 3 s, Google's and Samsung's at most 6.
_LONGEST_LIVE: Final = 10.0
#: Formats that a camera writes beside its RAW file, best first.
_BESIDE_RAW: Final = ("jpeg", "heic", "avif")
#: Formats that have a film beside them, best first; a PNG is a screenshot and never has.
_LIVE: Final = ("heic", "jpeg")
_FILMS: Final = frozenset({"mov", "mp4"})
_SCREENSHOT: Final = re.compile(
    r"screen ?shot|bildschirmfoto|capture d|captura de|schermata|schermafbeelding|zrzut ekranu|sk[äj]rm|skjerm"
    r"|snímek obrazovky|ekran görüntüsü|снимок экрана|знімок екрана|スクリーンショット|屏幕截图|截屏|截圖|스크린샷",
    re.IGNORECASE,
)


Bundled = tuple[int, tuple[tuple[int, Role], ...]]


@dataclass(frozen=True, slots=True)
class Bundling:
    """The photos of one folder, and for files that were left apart, by index, a clause that says why."""

    photos: tuple[Bundled, ...]
    apart: Mapping[int, str]


def bundles(files: Sequence[Entry]) -> list[Bundled]:
    """Join the files of one folder: the index of each main file, with the indexes and roles of its others."""
    return list(bundled(files).photos)


def bundled(files: Sequence[Entry]) -> Bundling:
    """Join the files of one folder to photos; every file is in exactly one.

    The result depends on names and facts, never on the order of the files. The edited picture is the main
    file of its photo, the original stays beside it; a JPEG or HEIC is the main file of its RAW.
    """
    folder = folder_of(files)
    _live_by_id(folder)
    for group in folder.stems.values():
        if len(group) > 1:
            _raws(folder, group)
            _lives(folder, group)
    _motion(folder)
    _covers(folder)
    companions.join(folder)
    _edits(folder)
    _composites(folder)
    return _result(folder)


def _result(folder: Folder) -> Bundling:
    others: dict[int, list[tuple[int, Role]]] = defaultdict(list)
    for index in folder.order:
        if index in folder.owner:
            others[folder.main(index)].append((index, folder.owner[index][1]))
    mains = [index for index in folder.order if index not in folder.owner]
    apart = {index: why for index, why in folder.apart.items() if index not in folder.owner}
    return Bundling(tuple((index, tuple(others.get(index, ()))) for index in mains), apart)


# ---------------------------------------------------------------- RAW and its picture


def _raws(folder: Folder, group: Sequence[int]) -> None:
    """RAW files that have exactly one picture of the same shot beside them."""
    files = folder.files
    pictures = [index for index in group if files[index].format in _BESIDE_RAW]
    if not pictures:
        return
    for raw in (index for index in group if files[index].format in RAWS):
        mates: list[int] = []
        for picture in pictures:
            if why := folder.doubtful(raw, picture, _RAW_SECONDS):
                folder.part(raw, picture, why)
            else:
                mates.append(picture)
        mate = best(folder, mates, _BESIDE_RAW)
        if mate is not None:
            folder.join(raw, mate, Role.RAW)
        elif mates:
            folder.doubt(raw)


# ---------------------------------------------------------------- stills and their films


def _live_by_id(folder: Folder) -> None:
    """Apple's content identifier joins still and film whatever their names; equal names decide between copies."""
    ids: dict[str, list[int]] = defaultdict(list)
    for index in folder.order:
        file = folder.files[index]
        if file.live_id and (file.format in _LIVE or file.format in _FILMS):
            ids[file.live_id].append(index)
    for group in ids.values():
        films = [index for index in group if folder.files[index].kind is Kind.VIDEO]
        stills = [index for index in group if folder.files[index].kind is Kind.PHOTO]
        for film in films if stills else ():
            stem = folder.stem[film]
            named = [still for still in stills if folder.stem[still] == stem]
            mate = best(folder, named or (stills if len(films) == 1 else ()), _LIVE)
            if mate is None:
                folder.doubt(film)
            else:
                folder.join(film, mate, Role.LIVE_VIDEO)


def _lives(folder: Folder, group: Sequence[int]) -> None:
    """The film of a Live Photo without identifier: the only film of a name, its time close to the still's."""
    files = folder.files
    films = [index for index in group if files[index].kind is Kind.VIDEO and index not in folder.owner]
    stills = [index for index in group if files[index].kind is Kind.PHOTO and index not in folder.owner]
    if not films or not stills:
        return
    if len(films) > 1:
        for film in films:
            folder.doubt(film)
        return
    film, mates = films[0], list[int]()
    for still in stills:
        if why := _no_live(folder, still, film):
            folder.part(film, still, why)
        else:
            mates.append(still)
    mate = best(folder, mates, _LIVE)
    if mate is not None:
        folder.join(film, mate, _film_role(files[mate]))
    elif mates:
        folder.doubt(film)


def _no_live(folder: Folder, one: int, other: int) -> str:
    """Why a film of the same name is not that of a Live Photo; empty where it is."""
    still, film = folder.files[one], folder.files[other]
    if still.format not in _LIVE or film.format not in _FILMS:
        return f"a {still.format.upper()} with {_article(film.format)} is no Live Photo"
    if _SCREENSHOT.search(still.name):
        return "a screenshot has no film"
    if still.live_id and film.live_id:
        return "they are parts of two Live Photos"
    if film.seconds is not None and film.seconds > _LONGEST_LIVE:
        return f"a film of {film.seconds:.0f} s is no Live Photo's"
    if why := folder.unequal(one, other, _LIVE_SECONDS):
        return why
    if still.film:
        return ""
    return "" if still.wall is not None and film.wall is not None else "not both tell when they were taken"


def _article(form: str) -> str:
    return f"an {form.upper()}" if form[:1] in "aeimo" else f"a {form.upper()}"


def _motion(folder: Folder) -> None:
    """Films that Google's export took out of Motion Photos, named in another style: PXL_1.MP beside PXL_1.MP.jpg."""
    for film in folder.order:
        if folder.files[film].kind is not Kind.VIDEO or film in folder.owner:
            continue
        stills = [
            index
            for index in folder.stems.get(pair_names.motion_still(folder.folded[film]), ())
            if folder.files[index].kind is Kind.PHOTO and not _no_live(folder, index, film)
        ]
        mate = best(folder, stills, _LIVE)
        if mate is not None:
            folder.join(film, mate, _film_role(folder.files[mate]))


def _film_role(still: Entry) -> Role:
    return Role.MOTION_VIDEO if still.film else Role.LIVE_VIDEO


# ---------------------------------------------------------------- edited pictures and originals


def _covers(folder: Folder) -> None:
    """Pixel phones: what was taken (RAW, the picture without blur) beside the cover, which people see."""
    series: dict[str, list[int]] = defaultdict(list)
    covers: dict[str, list[int]] = defaultdict(list)
    for stem, group in folder.stems.items():
        found = pair_names.cover(stem)
        if found is None:
            continue
        free = (i for i in group if folder.files[i].kind is Kind.PHOTO and i not in folder.owner)
        (covers if found.is_cover else series)[found.series] += free
    for name, originals in series.items():
        for original in originals if covers[name] else ():
            if len(covers[name]) > 1:
                folder.doubt(original)
                continue
            cover = covers[name][0]
            if why := folder.unequal(original, cover, _EDIT_SECONDS):
                folder.part(original, cover, why)
            else:
                folder.join(original, cover, _original_role(folder.files[original]))


def _original_role(original: Entry) -> Role:
    return Role.RAW if original.format in RAWS else Role.ORIGINAL


def _edits(folder: Folder) -> None:
    """Edited pictures and films, and the originals that their names point to."""
    stories = {main for index, (main, _) in folder.owner.items() if folder.files[index].format == "json"}
    for stem, group in folder.stems.items():
        claim = pair_names.edited(stem)
        originals = folder.stems.get(claim.stem) if claim is not None else None
        if claim is None or originals is None:
            continue
        for edit in group:
            if folder.files[edit].kind is not Kind.COMPANION and edit not in folder.owner:
                # Google tells one story of both; an edit with a story of its own was put there as a photo.
                shared = stories if claim.google and edit not in stories else ()
                _edit(folder, edit, originals, shared)


def _composites(folder: Folder) -> None:
    """Pictures that Keepers made of others, and the photo that their names point to, which stays in front."""
    for stem, group in folder.stems.items():
        source = folder.stems.get(pair_names.composed(stem), ())
        mains = {folder.main(index) for index in source if folder.files[index].kind is Kind.PHOTO}
        for made in group:
            if not folder.files[made].composite or made in folder.owner or not mains:
                continue
            if len(mains) > 1:
                folder.doubt(made)
            elif (main := next(iter(mains))) != made:
                folder.join(made, main, Role.EDITED)


def _edit(folder: Folder, edit: int, originals: Iterable[int], stories: Collection[int]) -> None:
    """Join an edit with its only original; where one story speaks of both, an unknown time is no doubt."""
    files, fitting = folder.files, list[int]()
    for index in originals:
        if files[index].kind is not files[edit].kind:
            continue
        told = folder.unequal if index in stories else folder.doubtful
        if index in folder.owner:
            if folder.owner[index][1] is Role.ORIGINAL:
                folder.part(edit, index, "it has another edit already")
        elif why := told(edit, index, _EDIT_SECONDS):
            folder.part(edit, index, why)
        else:
            fitting.append(index)
    same = [index for index in fitting if files[index].format == files[edit].format]
    if len(fitting) == 1 or len(same) == 1:
        original = fitting[0] if len(fitting) == 1 else same[0]
        folder.join(original, edit, _original_role(files[original]))
    elif fitting:
        folder.doubt(edit)
