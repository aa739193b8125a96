"""Which photo a sidecar belongs to: by its name, and by the styles of Google's exports."""

import os
from collections import defaultdict
from collections.abc import Mapping, Sequence
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
    for name in pair_names.owners(folder.folded[index], form):
        photos = _photos(folder, folder.names.get(name, ()))
        if not photos:
            photos = _meant(folder, index, _photos(folder, folder.stems.get(name, ())))
        if photos:
            _give(folder, index, photos)
            return True
    return index in folder.apart


def _photos(folder: Folder, found: Sequence[int]) -> list[int]:
    return [index for index in found if folder.files[index].kind is not Kind.COMPANION]


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


def _by_cut_names(folder: Folder, stories: Sequence[int]) -> None:
    """Google's JSON whose names were cut: by the title within, else by the beginning of the photo's name."""
    have = {folder.main(index) for index in folder.owner if folder.files[index].format == "json"}
    beginnings: dict[tuple[str, str], list[int]] = defaultdict(list)
    loose: dict[str, list[int]] = defaultdict(list)
    for index in folder.order:
        # A photo that has its story by its whole name has no second one.
        if folder.files[index].kind is not Kind.COMPANION and folder.main(index) not in have:
            loose[pair_names.loose(folder.folded[index])].append(index)
            for beginning in pair_names.beginnings(folder.folded[index]):
                beginnings[beginning].append(index)
    claims: dict[int, list[int]] = defaultdict(list)
    for index in stories:
        mains = {folder.main(photo) for photo in _cut(folder, index, beginnings, loose)}
        if len(mains) > 1:
            folder.doubt(index)
        for main in mains if len(mains) == 1 else ():
            claims[main].append(index)
    for main, found in claims.items():
        for index in found:
            if len(found) == 1:
                folder.join(index, main, Role.SIDECAR)
            else:
                folder.doubt(index)


def _cut(
    folder: Folder,
    index: int,
    beginnings: Mapping[tuple[str, str], list[int]],
    loose: Mapping[str, list[int]],
) -> list[int]:
    name, title = folder.folded[index], folded(folder.files[index].title)
    named = loose.get(pair_names.titled(title, name)) if title else None
    if named:
        return named
    cut = pair_names.cut(name)
    return beginnings.get(cut, []) if cut is not None else []
