"""The last step of a scan: which files of a folder are one photo, and when each was taken."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo
from typing import Final

from keepers.catalog import locations
from keepers.catalog import told as told_by
from keepers.catalog.dates import said_in, shifts
from keepers.catalog.locations import FolderFile
from keepers.catalog.store import Catalog
from keepers.model import Facts, Fate, Kind, Role, Taken
from keepers.read import archive, bundles, dates, formats, merging

#: Folders a transaction: a crash costs at most this many, and commits cost nothing.
FOLDERS: Final = 256
_NOTHING: Final = Facts("", 0, 0)
#: The source of the dates that a library tells.
LIBRARY: Final = "apple"
#: Formats of files that speak of many files of their folder.
LISTS: Final = frozenset({"ini", "csv"})
_MOST_LIST: Final = 50 << 20


@dataclass(frozen=True, slots=True)
class Dating:
    """What dates depend on beside the files: the zone of photos that name none, and the present moment."""

    home: tzinfo
    now: datetime


def finish(catalog: Catalog, folders: Sequence[str], dating: Dating) -> None:
    """Bundle and date the files of each folder; FOLDERS share a transaction.

    Clocks that a person has agreed are wrong are corrected; a date that a person has set wins.
    """
    clocks = shifts(catalog)
    for start in range(0, len(folders), FOLDERS):
        with catalog.writing():
            for path in folders[start : start + FOLDERS]:
                if library := told_by.dates(catalog, path):
                    _as_told(catalog, path, library, dating)
                else:
                    _finish(catalog, path, dating, clocks)


def finish_rest(catalog: Catalog, roots: Sequence[str], dating: Dating) -> None:
    """Bundle and date what no scan has finished: what runs have put there, and what a stopped scan has left.

    Half of a photo would be settled as if it were a whole one.
    """
    finish(catalog, locations.unfinished_folders(catalog, roots), dating)


def _as_told(catalog: Catalog, path: str, library: Mapping[int, datetime], dating: Dating) -> None:
    """A library knows which of its files are one photo, and when it was taken; only a person knows better."""
    said = said_in(catalog, path)
    locations.set_taken(
        catalog, [(row, Taken(at, LIBRARY, certain=True)) for row, at in library.items() if row not in said]
    )
    files = [file for file in locations.folder(catalog, path) if file.id in said or file.id not in library]
    own = dates.taken_all(
        [
            _evidence(
                file, path, file.facts._replace(dates=(said[file.id],)) if file.id in said else file.facts
            )
            for file in files
        ],
        dating.now,
        dating.home,
        {},
    )
    locations.set_taken(catalog, [(file.id, taken) for file, taken in zip(files, own, strict=True)])


def _finish(catalog: Catalog, path: str, dating: Dating, clocks: Mapping[str, timedelta]) -> None:
    files = locations.folder(catalog, path)
    lists = _lists(files)

    def judged(told: Sequence[Facts]) -> list[Taken]:
        case = [_evidence(file, path, facts) for file, facts in zip(files, told, strict=True)]
        return dates.taken_all(case, dating.now, dating.home, clocks)

    own = judged([file.facts for file in files])
    entries = [_entry(file, taken) for file, taken in zip(files, own, strict=True)]
    found = bundles.bundled(entries)
    apart = {**found.apart, **_of_unreadable(catalog, path, entries, found)}
    rows: dict[int, tuple[int | None, Role, Fate]] = {}
    told = [file.facts for file in files]
    beside: dict[int, Facts] = {}
    for main, others in found.photos:
        rows[main] = (None, Role.MAIN, Fate.COMPANION if files[main].kind is Kind.COMPANION else Fate.PHOTO)
        for index, role in others:
            rows[index] = (files[main].id, role, Fate.COMPANION)
        if said := _said(files, main, [index for index, role in others if role is Role.SIDECAR], lists):
            beside[files[main].id] = merging.merged(_NOTHING, said)
            told[main] = merging.merged(files[main].facts, said)
    # What a person has set dates the photo, but says nothing of which files are one.
    for row, claim in said_in(catalog, path).items():
        index = next(index for index, file in enumerate(files) if file.id == row)
        told[index] = told[index]._replace(dates=(claim, *told[index].dates))
    if any(facts is not file.facts for facts, file in zip(told, files, strict=True)):
        # What a sidecar says may give its neighbours a time zone, so all are asked again.
        own = judged(told)
    locations.set_taken(catalog, [(file.id, taken) for file, taken in zip(files, own, strict=True)])
    told_by.replace_said(catalog, [file.id for file in files], beside)
    bundled = [(index, (*row, apart.get(index, ""))) for index, row in rows.items()]
    locations.set_bundles(
        catalog, [(files[index].id, *row) for index, row in bundled if row != files[index].bundle]
    )


def _entry(file: FolderFile, taken: Taken) -> bundles.Entry:
    """A file as bundling sees it; only a certain time is evidence, for a folder's day is that of all in it."""
    facts = file.facts
    return bundles.Entry(
        file.name, file.kind, facts.format, facts.camera,
        taken.at.timestamp() if taken.certain else None, facts.live_id, facts.title, facts.film_offset is not None,
        facts.seconds, taken.at.replace(tzinfo=UTC).timestamp() if taken.certain else None, facts.composite,
    )  # fmt: skip


def _of_unreadable(
    catalog: Catalog, path: str, entries: Sequence[bundles.Entry], found: bundles.Bundling
) -> dict[int, str]:
    """Companions that belong to no photo because theirs cannot be read, by index, and the words for it."""
    lonely = {main for main, others in found.photos if not others and entries[main].kind is Kind.COMPANION}
    names = locations.unreadable_names(catalog, path) if lonely else []
    if not names:
        return {}
    every = [*entries, *(_unread(name) for name in names)]
    return {
        index: f"its photo {bundles.told(every[main].name)} cannot be read"
        for main, others in bundles.bundled(every).photos
        for index, _ in others
        if main >= len(entries) and index in lonely
    }


def _unread(name: str) -> bundles.Entry:
    form = formats.by_name(name)
    return bundles.Entry(name, form.kind if form else Kind.PHOTO, form.name if form else "")


def _evidence(file: FolderFile, folder: str, facts: Facts) -> dates.Evidence:
    return dates.Evidence(facts.dates, file.name, folder, file.mtime_ns, facts.camera, facts.position)


def _said(
    files: Sequence[FolderFile], main: int, others: Sequence[int], lists: Sequence[Mapping[str, Facts]]
) -> list[Facts]:
    """What the sidecars of a photo and the lists in its folder say of it."""
    if not others and not lists:
        return []
    name = files[main].name
    return [
        *(files[index].facts for index in others),
        *(listed[key] for listed in lists for key in (name, "") if key in listed),
    ]


def _lists(files: Sequence[FolderFile]) -> list[Mapping[str, Facts]]:
    """What `.picasa.ini` and iCloud's lists say of the files beside them."""
    found: list[Mapping[str, Facts]] = []
    for file in files:
        if file.kind is Kind.COMPANION and file.facts.format in LISTS:
            # Few folders have one, and their readers take 30 ms to import.
            from keepers.read import sidecars  # noqa: PLC0415

            try:
                with archive.opened(file.path) as opened:
                    found.append(sidecars.of_folder(opened.file.read(_MOST_LIST), file.name))
            except OSError:
                continue
    return found
