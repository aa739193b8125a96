"""Which photo a sidecar belongs to: by its name, and by the styles of Google's exports."""

import os
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from keepers.model import Kind, Role
from keepers.read import pair_names
from keepers.read.entries import RAWS, Folder, folded, told
from keepers.read.formats import by_name

#: Companions of films before they are those of stills.
_OF_FILMS: Final = frozenset({"thm", "lowres", "subtitles"})


def join(folder: Folder) -> None:
    """Give every companion to the photo that its name speaks of: a.jpg.xmp, a.xmp, a.jpg(1).json."""
    left = [
        index
        for index in folder.order
        if folder.files[index].kind is Kind.COMPANION and not _owned(folder, index)
    ]
    stories = [index for index in left if folder.files[index].format == "json"]
    if stories:
        _by_cut_names(folder, stories)
    for index in left:
        if index not in folder.owner and folder.files[index].format not in {"ini", "csv"}:
            folder.apart.setdefault(index, "no photo of its name that could be read lies beside it")


def _owned(folder: Folder, index: int) -> bool:
    """Join a companion by its name; whether that decided its case."""
    form = folder.files[index].format
    is_cut = form == "json" and pair_names.cut(folder.folded[index]) is not None
    for name in pair_names.owners(folder.folded[index], form):
        photos = _photos(folder, folder.names.get(name, ()))
        # A stem of the length that Google cuts to may be the beginning of several names.
        if not photos and not is_cut:
            photos = _meant(folder, index, _photos(folder, folder.stems.get(name, ())))
        if photos:
            _give(folder, index, _exact(folder, index, photos))
            return True
    return index in folder.apart


def _photos(folder: Folder, found: Sequence[int]) -> list[int]:
    return [index for index in found if folder.files[index].kind is not Kind.COMPANION]


def _exact(folder: Folder, index: int, photos: list[int]) -> list[int]:
    """Of photos whose names differ in case or in the form of an accent only, those that a companion writes alike."""
    name = folder.files[index].name
    return [
        photo for photo in photos if name.startswith(os.path.splitext(folder.files[photo].name)[0])
    ] or photos


def _give(folder: Folder, index: int, photos: Sequence[int]) -> None:
    """Join a companion with the one photo that these files are of."""
    mains = {folder.main(photo) for photo in photos}
    if len(mains) == 1:
        folder.join(index, mains.pop(), Role.SIDECAR)
    else:
        folder.doubt(index)


def _meant(folder: Folder, index: int, photos: list[int]) -> list[int]:
    """Those of the files of one stem that a companion speaks of."""
    file = folder.files[index]
    if file.format in _OF_FILMS:
        return [photo for photo in photos if folder.files[photo].kind is Kind.VIDEO] or photos
    written_for = by_name(file.title) if file.format == "xmp" and file.title and photos else None
    if written_for is None:
        return photos
    extension = os.path.splitext(file.title)[1].lower()
    exact = [photo for photo in photos if folder.folded[photo].endswith(extension)]
    # A DNG that was made of the RAW file takes over its sidecar; the JPEG beside it does not.
    kin = [photo for photo in photos if folder.files[photo].format in RAWS]
    if written_for.raw and not exact and not kin:
        folder.apart.setdefault(index, f"it was written for {told(file.title)}, which is not beside it")
        return []
    return exact or kin or photos


@dataclass(frozen=True, slots=True)
class _Left:
    """The photos that have no story yet, by the beginnings of their names and by their names in loose form."""

    beginnings: Mapping[str, Sequence[int]]
    loose: Mapping[str, Sequence[int]]


def _by_cut_names(folder: Folder, stories: Sequence[int]) -> None:
    """Google's JSON whose names were cut, or whose titles hold signs that no file name may."""
    have = {folder.main(index) for index in folder.owner if folder.files[index].format == "json"}
    beginnings: dict[str, list[int]] = defaultdict(list)
    loose: dict[str, list[int]] = defaultdict(list)
    for index in folder.order:
        # A photo that has its story by its whole name has no second one.
        if folder.files[index].kind is not Kind.COMPANION and folder.main(index) not in have:
            loose[pair_names.loose(folder.folded[index])].append(index)
            for beginning in pair_names.beginnings(folder.folded[index]):
                beginnings[beginning].append(index)
    left = _Left(beginnings, loose)
    alike: dict[str, list[int]] = defaultdict(list)
    claims: dict[int, list[int]] = defaultdict(list)
    for index in stories:
        cut = pair_names.cut(folder.folded[index])
        if cut is not None and cut in beginnings:
            alike[cut].append(index)
        else:
            title = folded(folder.files[index].title)
            for photo in left.loose.get(pair_names.titled(title, folder.folded[index]), ()) if title else ():
                claims[index].append(photo)
    for beginning, found in alike.items():
        sure = _sure(folder, found, left.beginnings[beginning])
        for index in found:
            if index in sure:
                claims[index].append(sure[index])
            else:
                folder.doubt(index)
    _settle(folder, claims)


def _sure(folder: Folder, stories: Sequence[int], photos: Sequence[int]) -> dict[int, int]:
    """The photos of those of several stories of one beginning that are sure: by title, then by number.

    Numbers count equal names. Where stories of several titles were cut to one name, theirs count other names
    than those of the photos: then a story is sure of the only photo of its title, if that has no number.
    """
    titles: dict[str, list[int]] = defaultdict(list)
    for story in stories:
        title = folded(folder.files[story].title)
        titles[pair_names.titled(title, "") if title else ""].append(story)
    found: dict[int, int] = {}
    for title, some in titles.items():
        fitting = [
            p for p in photos if not title or pair_names.loose(pair_names.plain(folder.folded[p])) == title
        ]
        by_number = {pair_names.number(folder.folded[photo]): photo for photo in fitting}
        numbers = [pair_names.number(folder.folded[story]) for story in some]
        if len(some) == len(fitting) == len(by_number) and set(numbers) == set(by_number):
            found.update(zip(some, map(by_number.__getitem__, numbers), strict=True))
        elif title and len(titles) > 1 and len(some) == 1 and list(by_number) == [""] and len(fitting) == 1:
            found[some[0]] = fitting[0]
    return found


def _settle(folder: Folder, claims: Mapping[int, Sequence[int]]) -> None:
    """Join the stories that claim one photo that no other story claims."""
    wanted: dict[int, int] = defaultdict(int)
    mains = {story: {folder.main(photo) for photo in photos} for story, photos in claims.items()}
    for found in mains.values():
        if len(found) == 1:
            wanted[next(iter(found))] += 1
    for story, found in mains.items():
        if len(found) == 1 and wanted[next(iter(found))] == 1:
            folder.join(story, next(iter(found)), Role.SIDECAR)
        else:
            folder.doubt(story)
