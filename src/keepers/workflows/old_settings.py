"""The settings of media-downloader's face sorting (`config.json`) in the words of Keepers."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final, cast
from urllib.parse import quote

from keepers.config import Value
from keepers.errors import SettingsError

#: Its two sections; the rest of such a file is about downloads.
SECTIONS: Final = ("immich", "face_sorting")
_SEVERAL: Final = {
    "skip": "skip", "first": "first", "primary": "first", "each": "each", "all": "each", "copy_to_all": "each",
    "together": "together", "group": "together",
}  # fmt: skip
_HOW: Final = ("copy", "move", "link")
_DATABASE: Final = frozenset({"db_host", "db_port", "db_name", "db_user", "db_password"})
_KNOWN: Final = {
    "immich": frozenset({"enabled", "url", "api_key", "trigger_scan"}) | _DATABASE,
    "face_sorting": frozenset({
        "enabled", "base_directory", "min_faces_to_sort", "single_person_only", "move_or_copy", "process_delay_seconds",
        "sync_with_immich_scan", "create_person_subdirs", "handle_multiple_faces",
    }),
}  # fmt: skip
Section = Mapping[str, object]


@dataclass(slots=True)
class Translated:
    """What a file says: settings, the profile of the server, secrets, and `(key, why)` for what is left out."""

    settings: dict[str, Value] = field(default_factory=dict[str, Value])
    profile: dict[str, Value] = field(default_factory=dict[str, Value])
    api_key: str = field(default="", repr=False)
    password: str = field(default="", repr=False)
    left: list[tuple[str, str]] = field(default_factory=list[tuple[str, str]])


def translated(document: object) -> Translated:
    """Read a parsed `config.json`; SettingsError where it has nothing that Keepers knows."""
    if not isinstance(document, dict):
        raise SettingsError("it is no JSON object")
    sections = cast("dict[str, object]", document)
    if not any(name in sections for name in SECTIONS):
        raise SettingsError(f"it has neither of the sections {' and '.join(SECTIONS)} that Keepers knows")
    found = Translated()
    immich, sorting = (_section(sections, name) for name in SECTIONS)
    for name, section in zip(SECTIONS, (immich, sorting), strict=True):
        found.left += [
            (f"{name}.{key}", "Keepers knows no such setting")
            for key in sorted(section.keys() - _KNOWN[name])
        ]
    _server(immich, found)
    _database(immich, found)
    _sorting(sorting, found)
    if immich.get("enabled") is False or sorting.get("enabled") is False:
        found.settings["people_sorting"] = "off"
    elif "enabled" in sorting:
        found.settings["people_sorting"] = "on"
    if immich.get("trigger_scan") or sorting.get("sync_with_immich_scan"):
        found.left.append(("trigger_scan", "say --scan-library with keepers people sort"))
    return found


def _section(document: Mapping[str, object], name: str) -> Section:
    section = document.get(name, {})
    if not isinstance(section, dict):
        raise SettingsError(f"its section {name} is no JSON object")
    return cast("dict[str, object]", section)


def _server(immich: Section, found: Translated) -> None:
    if url := _text(immich, "url"):
        found.profile["url"] = url
    found.api_key = _text(immich, "api_key")


def _database(immich: Section, found: Translated) -> None:
    """The database in libpq's words; without a password it was never used."""
    password, user = _text(immich, "db_password"), _text(immich, "db_user") or "postgres"
    if not password:
        if not _DATABASE.isdisjoint(immich):
            found.left.append(("immich.db_host", "no db_password, so the server itself is asked for people"))
        return
    host, name = _text(immich, "db_host") or "localhost", _text(immich, "db_name") or "immich"
    port = immich.get("db_port", 5432)
    found.profile["database"] = f"postgresql://{quote(user, safe='')}@{host}:{port}/{quote(name, safe='')}"
    found.password = password


def _sorting(sorting: Section, found: Translated) -> None:
    settings = found.settings
    if base := _text(sorting, "base_directory"):
        settings["people_base"] = base
    if sorting:
        # Folders that are there already are called so.
        settings["people_folders"] = "lower-case"
    faces = sorting.get("min_faces_to_sort")
    if isinstance(faces, int):
        settings["people_min_faces"] = faces
    how = _text(sorting, "move_or_copy")
    if how in _HOW:
        settings["people_how"] = how
    elif how:
        found.left.append(("face_sorting.move_or_copy", f"{how!r} is none of {', '.join(_HOW)}"))
    _several(sorting, found)
    delay = sorting.get("process_delay_seconds")
    if isinstance(delay, int | float) and delay > 60:
        settings["people_wait"] = float(delay)
    elif delay is not None:
        words = "Keepers asks until Immich knows the photo, at most people_wait seconds"
        found.left.append(("face_sorting.process_delay_seconds", words))
    if sorting.get("create_person_subdirs") is False:
        words = "each person always has a folder"
        found.left.append(("face_sorting.create_person_subdirs", words))


def _several(sorting: Section, found: Translated) -> None:
    wanted = _text(sorting, "handle_multiple_faces")
    if sorting.get("single_person_only") is True:
        found.settings["people_several"] = "skip"
    elif wanted in _SEVERAL:
        found.settings["people_several"] = _SEVERAL[wanted]
    elif sorting.get("single_person_only") is False:
        # The old tool then took the first face that it was told.
        found.settings["people_several"] = "first"
    if wanted and wanted not in _SEVERAL:
        words = f"{wanted!r} is none of {', '.join(sorted(_SEVERAL))}"
        found.left.append(("face_sorting.handle_multiple_faces", words))


def _text(section: Section, key: str) -> str:
    value = section.get(key)
    return value.strip() if isinstance(value, str) else ""
