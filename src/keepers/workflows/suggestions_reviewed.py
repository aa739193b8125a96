"""A list of suggestions that a person went through: what stays is remembered, what goes to a server's archive is planned."""

import csv
import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from keepers.actions import SetField
from keepers.catalog import photos
from keepers.catalog.contents import digest
from keepers.catalog.store import Catalog
from keepers.errors import UsageError
from keepers.model import LOCAL, Bundle, ContentId, PlaceId, Ref, Role
from keepers.plan import immich_actions
from keepers.plan.check import Checked, check
from keepers.plan.immich_actions import Stays, Wanted
from keepers.plan.world import World
from keepers.workflows.immich_setting import Server

#: Parts of a photo that servers hide by themselves.
_HIDDEN: Final = frozenset({Role.LIVE_VIDEO, Role.MOTION_VIDEO, Role.SIDECAR})
_KEEP, _ARCHIVE = "keep", "archive"
_COLUMNS: Final = ("Decision", "Path", "Content")


@dataclass(frozen=True, slots=True)
class Reviewed:
    """What was decided, photo by photo.

    `here` are photos of this machine that were marked archive: nothing here archives files.
    `changed` were marked, but are gone or hold other bytes by now.
    """

    keep: tuple[ContentId, ...]
    archive: tuple[Bundle, ...]
    here: tuple[str, ...]
    changed: tuple[str, ...]

    @property
    def places(self) -> tuple[PlaceId, ...]:
        """The servers that hold photos to archive."""
        return tuple(sorted({bundle.main.ref.place for bundle in self.archive}))


def read(catalog: Catalog, text: str, name: str) -> Reviewed:
    """What a list says; UsageError where it is none of ours, or a row says something else than keep or archive."""
    text = text.removeprefix("\ufeff")
    first = text.partition("\n")[0]
    # Spreadsheets of some countries write semicolons.
    table = csv.DictReader(io.StringIO(text, newline=""), delimiter=max(",;\t", key=first.count))
    if not set(_COLUMNS) <= set(table.fieldnames or ()):
        message = (
            f"{name} is no list of suggestions: it lacks the columns {', '.join(_COLUMNS)}; "
            "`keepers suggest --report F.csv` writes one"
        )
        raise UsageError(message)
    keep: list[ContentId] = []
    archive: list[Bundle] = []
    here: list[str] = []
    changed: list[str] = []
    for number, row in enumerate(table, 2):
        decision, path, content = ((row[column] or "").strip() for column in _COLUMNS)
        if not decision:
            continue
        bundle = photos.bundle_at(catalog, path)
        if decision.lower() not in {_KEEP, _ARCHIVE}:
            message = (
                f"{name}, row {number}: {decision} is no decision; write keep or archive, or leave it empty"
            )
            raise UsageError(message)
        if not _is_content(content):
            message = f"{name}, row {number}: {content or 'nothing'} under Content names no photo; leave that column as it was"
            raise UsageError(message)
        if decision.lower() == _KEEP:
            keep.append(ContentId(content))
        elif bundle is None or bundle.main.content != content:
            changed.append(path)
        elif bundle.main.ref.place == LOCAL:
            here.append(path)
        else:
            archive.append(bundle)
    return Reviewed(tuple(dict.fromkeys(keep)), tuple(archive), tuple(here), tuple(changed))


def _is_content(text: str) -> bool:
    try:
        return bool(digest(ContentId(text)))
    except ValueError:
        return False


def planned(server: Server, place: PlaceId, archive: Sequence[Bundle]) -> tuple[Checked, tuple[Stays, ...]]:
    """The plan that takes photos off the timeline of a server; what somebody liked since then stays, and why."""
    photos = [tuple(_files(bundle)) for bundle in archive if bundle.main.ref.place == place]
    refs = [ref for files in photos for ref in files]
    liked = server.values([immich_actions.asked(ref, "favourite") for ref in refs])
    favourites = {ref for ref, value in zip(refs, liked, strict=True) if value is not None}
    # A RAW stays where its JPEG stays, and the other way round.
    spared = [files for files in photos if not favourites.isdisjoint(files)]
    leaving = [files for files in photos if favourites.isdisjoint(files)]
    actions = tuple(
        SetField(ref, "visibility", "timeline", "archive", "was marked archive in a list of suggestions")
        for files in leaving
        for ref in files
    )
    stays = tuple(Stays(files[0], "it is a favourite") for files in spared)
    wanted = Wanted(f"archive: {len(leaving):,} suggested photos", actions, stays)
    plan, left = immich_actions.plan(wanted, server.values(actions))
    fields = {(one.ref, one.name): one.before for one in plan.actions if isinstance(one, SetField)}
    return check(plan, World({}, fields=fields)), left


def _files(bundle: Bundle) -> Iterable[Ref]:
    """The files of a photo on its server: a RAW goes where its JPEG goes."""
    place = bundle.main.ref.place
    yield bundle.main.ref
    yield from (part.ref for part in bundle.others if part.ref.place == place and part.role not in _HIDDEN)
