"""Folders against folders: which hold the same, and keeping those of one of two."""

from typing import Annotated

from fastapi import APIRouter, Path, Query

from keepers.catalog import review_lists, review_rows, reviews
from keepers.catalog.review_lists import Pair
from keepers.catalog.store import Catalog
from keepers.errors import UsageError
from keepers.reasons import Reason
from keepers.web import rows
from keepers.web.answers.asked import Behind
from keepers.web.answers.decisions import Changed
from keepers.web.answers.library import FolderPair, FolderPairs, KeepFolder
from keepers.web.changes import changed, now
from keepers.web.desk import Here
from keepers.web.problems import conflict, missing
from keepers.workflows import saying

ROUTES = APIRouter(prefix="/folders", tags=["folders"])

_SAMPLE = 20


@ROUTES.get("/pairs", operation_id="folderPairs")
async def folder_pairs(desk: Here, page: Annotated[Behind, Query()]) -> FolderPairs:
    """List pairs of folders that hold the same bytes or pixels, those with the most of them first."""
    behind = _behind(page.after)

    def look(catalog: Catalog) -> FolderPairs:
        found = [pair for pair in review_lists.pairs(catalog) if _key(pair) > behind]
        part = found[: page.limit]
        more = rows.packed(*_key(part[-1])) if len(found) > page.limit else None
        return FolderPairs(pairs=[_shown(catalog, pair) for pair in part], next=more)

    return await desk.read(look)


@ROUTES.post("/pairs/{pair}/keep", operation_id="keepFolder")
async def keep_folder(desk: Here, pair: Annotated[str, Path(max_length=100)], said: KeepFolder) -> Changed:
    """Keep what lies in one folder of a pair, in all groups that nobody has reviewed."""

    def change(catalog: Catalog) -> Changed:
        known = next((one for one in review_lists.pairs(catalog) if one.id == pair), None)
        if known is None:
            raise missing(Reason("no-pair"))
        keep, drop = (known.one, known.other) if said.keep == "one" else (known.other, known.one)
        verdicts = {
            number: said_of
            for number in known.groups
            if (said_of := _verdicts(catalog, number, keep, drop)) is not None
        }
        if not verdicts:
            raise conflict(Reason("pair-done"))
        words = Reason("said-folder", keep=rows.text(keep), drop=rows.text(drop), n=len(verdicts))
        return changed(catalog, saying.keep_where(catalog, verdicts, words, now()))

    return await desk.write(change)


def _verdicts(catalog: Catalog, number: int, keep: str, drop: str) -> dict[int, bool] | None:
    """What is said of a group's members: those in the one folder go, all others stay; None where it was reviewed."""
    row = next(iter(reviews.numbered(catalog, [number])), None)
    members = [one for one in review_rows.members(catalog, number) if not one.gone]
    folders = {one.ref.key.rpartition("/")[0] for one in members}
    if row is None or row.reviewed or keep not in folders or drop not in folders:
        return None
    return {one.ord: one.ref.key.rpartition("/")[0] != drop for one in members}


def _shown(catalog: Catalog, pair: Pair) -> FolderPair:
    known = reviews.numbered(catalog, pair.groups)
    both = len(known)
    words = _words(pair, both)
    return FolderPair(
        id=pair.id,
        one=rows.text(pair.one),
        other=rows.text(pair.other),
        in_one=pair.photos_one,
        in_other=pair.photos_other,
        in_both=both,
        bytes=pair.bytes,
        words=rows.text(words),
        words_said=rows.said(words),
        decided=sum(row.reviewed for row in known),
        groups=both,
        sample=[row.id for row in known[:_SAMPLE]],
    )


def _words(pair: Pair, both: int) -> str:
    if both >= pair.photos_one and both >= pair.photos_other:
        return Reason("folders-same", one=pair.one, other=pair.other)
    if both >= pair.photos_one:
        return Reason("folder-holds", one=pair.other, other=pair.one)
    if both >= pair.photos_other:
        return Reason("folder-holds", one=pair.one, other=pair.other)
    return Reason("folders-both", n=both)


def _key(pair: Pair) -> tuple[int, str]:
    return -pair.bytes, pair.id


def _behind(after: str | None) -> tuple[int, str]:
    if not after:
        return -(2**63), ""
    match rows.unpacked(after):
        case [int(size), str(name)]:
            return size, name
        case _:
            raise UsageError(Reason("no-cursor"))
