"""Decode one known picture: to a thumbnail, or to a proof of its pixels. Runs in a worker process."""

from typing import Final

from keepers.errors import UnreadableError
from keepers.model import Kind
from keepers.read import archive, clip, digests, extras, formats, picture, turbo
from keepers.read import beside as held_beside
from keepers.workflows import footage
from keepers.workflows.job import Proof, Still, Thumb

QUALITY: Final = 78
HEAD: Final = 4096


def thumbnail(task: Thumb) -> bytes:
    """An upright JPEG, `side` pixels at its longest, of a film too; UnreadableError where there is no picture."""
    if _is_film(task.path):
        return turbo.encoded(footage.poster(task.path, task.side), QUALITY)
    return turbo.encoded(picture.shown(task.path, task.side), QUALITY)


def still(task: Still) -> bytes:
    """An upright JPEG of a film's key picture at a moment; UnreadableError where there is none."""
    if not extras.video():
        raise UnreadableError("pictures of films need the extra keepers[video]")
    with clip.opened(task.path) as film:
        return turbo.encoded(film.still(task.share, task.side), QUALITY)


def prove(task: Proof) -> str:
    """A digest that is equal only for equal decoded pixels; empty for RAW."""
    data, form = picture.read(task.path)
    return digests.full_pixel_digest(data, form)


def small(task: Proof) -> str:
    """A digest that is equal for JPEGs of equal pixels, in a twelfth of the time; empty for what is no JPEG."""
    data, form = picture.read(task.path)
    return digests.small_digest(data, form)


def _is_film(path: str) -> bool:
    with archive.opened(path) as opened:
        form = formats.sniff(opened.file.read(HEAD), path)
    return form is not None and form.kind is Kind.VIDEO


def beside(task: Proof) -> str:
    """A digest of what the file holds beside its picture: a film, layers; empty where there is nothing."""
    data, form = picture.read(task.path)
    return held_beside.beside(data, form)
