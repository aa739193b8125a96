"""All settings, each documented once: flags > environment > keepers.toml > defaults."""

import json
import math
import os
import re
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from pathlib import Path
from typing import Any, Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from keepers.errors import SettingsError, UsageError

PREFIX: Final = "KEEPERS_"
DEVICES: Final = ("auto", "cpu", "cuda", "openvino", "directml", "coreml")
#: Tables of keepers.toml that hold no settings; those whom they concern read them by `table`.
_TABLES: Final = frozenset({"immich"})
Value = str | int | float | bool


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything that can be set; `describe()` gives each with its meaning."""

    catalog: str = field(
        default="", metadata={"doc": "The catalog file; empty: in the platform's data folder."}
    )
    jobs: int = field(default=0, metadata={"doc": "Worker processes; 0: one a core."})
    scheduler: str = field(
        default="",
        metadata={
            "doc": "Address of a Dask scheduler whose workers read the files, such as tcp://10.0.0.5:8786; empty: this machine's."
        },
    )
    seconds_per_file: float = field(
        default=10.0, metadata={"doc": "Longest time that reading one file may take."}
    )
    home_zone: str = field(
        default="",
        metadata={"doc": "Time zone of photos that name none, such as Europe/Berlin; empty: this machine's."},
    )
    threshold: int = field(
        default=-1,
        metadata={
            "doc": "Old meaning of -t: dHash64 bits that may differ, 0-64; -1: the measured default rule."
        },
    )
    time_window: float = field(
        default=300.0,
        metadata={"doc": "Seconds within which similar photos are a burst; 0: looks alone decide."},
    )
    min_size: int = field(default=2, metadata={"doc": "Photos that make a group, at least 2."})
    import_template: str = field(
        default="{taken:%Y/%m}/{name}", metadata={"doc": "Where an imported photo goes below the library."}
    )
    undated_template: str = field(
        default="undated/{name}",
        metadata={"doc": "Where an imported photo without a believable date goes below the library."},
    )
    settle_seconds: float = field(
        default=2.0,
        metadata={
            "doc": "How long a file must have stayed as it is to be imported; younger ones are waited for."
        },
    )
    reference: str = field(
        default="",
        metadata={
            "doc": "Folders in which nothing is ever changed, with `:` between them; see `keepers roots`."
        },
    )
    may_move: str = field(
        default="",
        metadata={"doc": "Folders whose files may be moved, but neither trashed, linked nor replaced."},
    )
    may_trash: str = field(
        default="", metadata={"doc": "Folders within those whose files may be trashed, too."}
    )
    faces: str = field(
        default="auto", metadata={"doc": "Face back end: auto, none, or the name of an installed one."}
    )
    device: str = field(
        default="auto",
        metadata={
            "doc": "Where faces are judged: on the CPU, on a GPU, or on a GPU only where it is worth it (auto).",
            "choices": DEVICES,
        },
    )
    model_dir: str = field(
        default="", metadata={"doc": "Folder with models of your own; empty: those that come with Keepers."}
    )
    immich_cache_dir: str = field(
        default="",
        metadata={"doc": "Folder for pictures of Immich servers; empty: in the platform's cache folder."},
    )
    immich_cache_size: int = field(
        default=5000, metadata={"doc": "MB that these pictures may take; those used longest ago go first."}
    )
    people_sorting: str = field(
        default="on",
        metadata={"doc": "Whether `keepers people sort` sorts: on or off.", "choices": ("on", "off")},
    )
    people_base: str = field(
        default="", metadata={"doc": "The folder that the folders of people lie in; `--to` counts before it."}
    )
    people_how: str = field(
        default="copy",
        metadata={
            "doc": "What is done with a photo of somebody: copy, move or link.",
            "choices": ("copy", "move", "link"),
        },
    )
    people_several: str = field(
        default="skip",
        metadata={
            "doc": "Photos of several people: skip them, sort them to the first (whose face is largest), to each, or "
            "together into a folder of their own.",
            "choices": ("skip", "first", "each", "together"),
        },
    )
    people_min_faces: int = field(
        default=1, metadata={"doc": "Faces of known people that a photo must show to be sorted."}
    )
    people_exclude: str = field(
        default="", metadata={"doc": "People who count as unknown: names or ids, with `;` between them."}
    )
    people_folders: str = field(
        default="named",
        metadata={
            "doc": "How the folders of people are called: named, or lower-case as `anna_smith`.",
            "choices": ("named", "lower-case"),
        },
    )
    people_wait: float = field(
        default=60.0,
        metadata={
            "doc": "Seconds that Immich has to learn of a new photo, for `people sort --file` and within `keepers watch`."
        },
    )
    preview_cache_size: int = field(
        default=2000,
        metadata={"doc": "MB that pictures for the review page may take; those used longest ago go first."},
    )
    taste: str = field(
        default="on",
        metadata={
            "doc": "Whether what `keepers taste learn` learned from your picks counts in series: on or off.",
            "choices": ("on", "off"),
        },
    )
    second_pass: str = field(
        default="auto", metadata={"doc": "A closer look for crops.", "choices": ("auto", "on", "off")}
    )
    scene: str = field(
        default="auto",
        metadata={"doc": "Scene back end of the closer look: auto, none, or the name of an installed one."},
    )
    weight_faces: float = field(default=0.70, metadata={"doc": "Share of the faces in a photo's score."})
    weight_technical: float = field(
        default=0.20, metadata={"doc": "Share of sharpness and exposure where there are faces."}
    )
    weight_composition: float = field(
        default=0.10, metadata={"doc": "Share of composition where there are faces."}
    )
    weight_eyes: float = field(default=0.45, metadata={"doc": "Share of open eyes in a face's score."})
    weight_smile: float = field(default=0.20, metadata={"doc": "Share of the smile in a face's score."})
    weight_face_sharpness: float = field(
        default=0.20, metadata={"doc": "Share of sharpness on the face in a face's score."}
    )
    weight_frontality: float = field(
        default=0.10, metadata={"doc": "Share of looking to the camera in a face's score."}
    )
    weight_light: float = field(
        default=0.05, metadata={"doc": "Share of the light on the face in a face's score."}
    )


@dataclass(frozen=True, slots=True)
class Setting:
    """One documented setting, for `config show` and the manual."""

    name: str
    variable: str
    default: Value
    value: Value
    doc: str


def describe(settings: Settings) -> tuple[Setting, ...]:
    """Every setting with its environment variable, default, present value and meaning."""
    plain = Settings()
    return tuple(
        Setting(
            f.name,
            PREFIX + f.name.upper(),
            getattr(plain, f.name),
            getattr(settings, f.name),
            f.metadata["doc"],
        )
        for f in fields(Settings)
    )


def config_file(environment: Mapping[str, str]) -> Path:
    """Where keepers.toml lies: $KEEPERS_CONFIG, else the platform's config folder."""
    if environment.get(PREFIX + "CONFIG"):
        return Path(environment[PREFIX + "CONFIG"])
    base = environment.get("XDG_CONFIG_HOME") or str(_home(environment) / ".config")
    return Path(base) / "keepers" / "keepers.toml"


def catalog_file(settings: Settings, environment: Mapping[str, str]) -> Path:
    """Where the catalog lies: the setting, else the platform's data folder."""
    if settings.catalog:
        return Path(os.path.abspath(os.path.expanduser(settings.catalog)))
    base = environment.get("XDG_DATA_HOME") or str(_home(environment) / ".local" / "share")
    return Path(base) / "keepers" / "catalog.db"


def picture_folder(settings: Settings, environment: Mapping[str, str]) -> Path:
    """Where pictures of servers are kept: the setting, else the platform's cache folder."""
    if settings.immich_cache_dir:
        return Path(os.path.abspath(os.path.expanduser(settings.immich_cache_dir)))
    base = environment.get("XDG_CACHE_HOME") or str(_home(environment) / ".cache")
    return Path(base) / "keepers" / "immich"


def load(flags: Mapping[str, Value | None], environment: Mapping[str, str]) -> Settings:
    """Settings from all sources; SettingsError names a wrong one and where it stands, UsageError one of the command line."""
    settings = Settings()
    file = config_file(environment)
    for name, value in _from_toml(file).items():
        if name not in _TABLES:
            settings = _with(settings, name, value, f"{file}")
    for setting in describe(settings):
        if (text := environment.get(setting.variable)) is not None:
            settings = _with(settings, setting.name, text, f"environment variable {setting.variable}")
    chosen = settings
    for name, given in flags.items():
        if given is not None:
            chosen = _with(chosen, name, given, "command line")
    try:
        _check(chosen)
    except SettingsError as error:
        _check(settings)
        raise UsageError(str(error)) from error
    return chosen


def table(file: Path, name: str) -> Mapping[str, object]:
    """A table of keepers.toml; an empty one where there is none of that name."""
    found = _from_toml(file).get(name, {})
    if not isinstance(found, dict):
        message = f"{file}: {name} is a table, [{name}...]"
        raise SettingsError(message)
    return {str(key): value for key, value in found.items()}  # pyright: ignore[reportUnknownVariableType, reportUnknownArgumentType]


def folders(text: str) -> tuple[str, ...]:
    """The folders that a setting names, as absolute paths; a colon in a name has a backslash before it."""
    parts = re.findall(r"(?:\\.|[^:\\])+", text, re.DOTALL)
    plain = (re.sub(r"\\(.)", r"\1", part, flags=re.DOTALL) for part in parts)
    return tuple(os.path.abspath(os.path.expanduser(part)) for part in plain)


def folders_text(paths: Iterable[str]) -> str:
    """Folders as a setting names them."""
    return ":".join(re.sub(r"([\\:])", r"\\\1", path) for path in paths)


def checked(name: str, value: object, where: str) -> Value:
    """A setting's value in its own type; SettingsError where it is none that this setting may have."""
    settings = _with(Settings(), name, value, where)
    _check(settings)
    return getattr(settings, name)  # type: ignore[no-any-return]


def store(file: Path, name: str, value: Value) -> None:
    """Write one setting into keepers.toml, all other lines kept; SettingsError if the result is no TOML."""
    old = file.read_text("utf-8").splitlines() if file.exists() else []
    # Only above the first table a line is a setting.
    top = next((number for number, line in enumerate(old) if line.lstrip().startswith("[")), len(old))
    kept = [line for line in old[:top] if line.split("=")[0].strip() != name]
    _write(file, name, [f"{name} = {_written(value)}", *kept, *old[top:]])


def store_table(file: Path, name: str, values: Mapping[str, Value]) -> None:
    """Write values into a table of keepers.toml, such as `immich.default`, all other lines kept."""
    old = file.read_text("utf-8").splitlines() if file.exists() else []
    head = f"[{name}]"
    if head not in (line.strip() for line in old):
        old += [*([""] if old else []), head]
    start = next(number for number, line in enumerate(old) if line.strip() == head) + 1
    end = next((n for n in range(start, len(old)) if old[n].lstrip().startswith("[")), len(old))
    kept = [line for line in old[start:end] if line.split("=")[0].strip() not in values]
    _write(
        file,
        name,
        [*old[:start], *(f"{key} = {_written(one)}" for key, one in values.items()), *kept, *old[end:]],
    )


def store_secret(file: Path, text: str) -> None:
    """Write a secret into a file of its own that nobody else can read; SettingsError where another one is there."""
    file.parent.mkdir(parents=True, exist_ok=True)
    try:
        with open(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as made:
            made.write(text + "\n")
    except FileExistsError as error:
        if file.read_text("utf-8").strip() != text:
            message = f"{file} holds another secret; move it away, or keep it and leave this one out"
            raise SettingsError(message) from error


def _written(value: Value) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    # A TOML basic string: JSON's escapes are among TOML's.
    return json.dumps(value) if isinstance(value, str) else repr(value)


def _write(file: Path, what: str, lines: Sequence[str]) -> None:
    text = "\n".join(lines) + "\n"
    try:
        tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        message = f"cannot write {what} into {file}: {error}"
        raise SettingsError(message) from error
    file.parent.mkdir(parents=True, exist_ok=True)
    fresh = file.with_name(f".keepers-{file.name}")
    fresh.write_text(text, "utf-8")
    fresh.replace(file)


def _home(environment: Mapping[str, str]) -> Path:
    return Path(environment.get("HOME") or os.path.expanduser("~"))


def _from_toml(file: Path) -> dict[str, object]:
    try:
        return tomllib.loads(file.read_text("utf-8"))
    except FileNotFoundError:
        return {}
    except (OSError, ValueError) as error:
        message = f"cannot read the settings in {file}: {error}"
        raise SettingsError(message) from error


def _with(settings: Settings, name: str, value: object, where: str) -> Settings:
    known = {f.name: f for f in fields(Settings)}
    if name not in known:
        message = f"{where}: there is no setting called {name!r}; `keepers config show` lists them"
        raise SettingsError(message)
    default: object = known[name].default
    kind = type(default)
    try:
        given: dict[str, Any] = {name: _converted(kind, value)}
    except (TypeError, ValueError) as error:
        message = f"{where}: {name} = {value!r} is no {kind.__name__}"
        raise SettingsError(message) from error
    return replace(settings, **given)


def _converted(kind: type[object], value: object) -> Value:
    """A value in the type of its setting. A bool is an int to Python, but nobody means `jobs = true`."""
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        raise TypeError
    if kind is str:
        return str(value)
    return int(value) if kind is int else float(value)


def _check(settings: Settings) -> None:
    problems = [
        (settings.jobs < 0, "jobs must be 0 or more"),
        (not -1 <= settings.threshold <= 64, "threshold must lie in 0-64"),
        (not 0 <= settings.time_window < math.inf, "time_window must be 0 or more seconds"),
        (settings.min_size < 2, "min_size must be 2 or more"),
        (settings.seconds_per_file <= 0, "seconds_per_file must be more than 0"),
        (not 0 <= settings.settle_seconds <= 3600, "settle_seconds must lie in 0-3600"),
        (settings.people_min_faces < 1, "people_min_faces must be 1 or more"),
        (not 0 <= settings.people_wait <= 86400, "people_wait must lie in 0-86400"),
    ]
    for one in fields(Settings):
        choices: tuple[str, ...] = one.metadata.get("choices", ())
        wrong = bool(choices) and getattr(settings, one.name) not in choices
        problems.append((wrong, f"{one.name} must be one of {', '.join(choices)}"))
    for wrong, message in problems:
        if wrong:
            raise SettingsError(message)
    if settings.home_zone:
        try:
            ZoneInfo(settings.home_zone)
        except (ZoneInfoNotFoundError, ValueError, OSError) as error:
            message = f"home_zone: there is no time zone called {settings.home_zone!r}"
            raise SettingsError(message) from error
