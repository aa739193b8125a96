"""Path templates for an import: `{taken:%Y/%m}/{name}` says where each photo goes."""

import re
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from keepers.decide.destination import OURS, fitting, harmless, split
from keepers.errors import UsageError

FIELDS: Final = ("taken", "camera", "event", "folder", "people", "name", "stem", "ext")
_FIELD: Final = re.compile(r"\{(\w+)(?::([^{}|]*))?(?:\|([^{}]*))?\}")
#: What a template ends in, so that each file keeps its ending.
_ENDING: Final = re.compile(r"(?:\{name|\.\{ext)(?:\|[^{}]*)?\}$")
_UNKNOWN: Final = "unknown"
_DAY: Final = "%Y-%m-%d"
#: More names than these make no name for a folder.
_MOST_PEOPLE: Final = 3
#: Folders that cameras, phones and programs make (DCF: three digits, five letters), and dates: no events.
_NO_EVENT: Final = re.compile(
    r"(dcim|\d{3}[a-z_]{5}|camera( roll)?|pictures?|photos?|images?|img|media|private|misc|import(ed|s)?|originals?"
    r"|whatsapp images|screenshots|sd ?card|(new|untitled) folder.*|photos from \d{4}|\d{1,2}|\d{4}([-_. ]?\d{2}){0,2})",
    re.IGNORECASE,
)
#: A date in front of what a folder is called.
_DATED: Final = re.compile(r"^\d{4}([-_. ]?\d{1,2}){0,2}[-_. ]+")


@dataclass(frozen=True, slots=True)
class Facts:
    """What a template can speak of: `folder` is the original folder below its source, parts by slashes."""

    name: str
    taken: datetime | None = None
    camera: str = ""
    folder: str = ""
    people: tuple[str, ...] = ()

    @property
    def event(self) -> str:
        """What the deepest folder says that is not just a camera's or a date's name; empty where none does."""
        for part in reversed(self.folder.split("/")):
            if part and not _NO_EVENT.fullmatch(part.strip()):
                return _DATED.sub("", part).strip() or part
        return ""


@dataclass(frozen=True, slots=True)
class _Field:
    name: str
    form: str
    otherwise: str


@dataclass(frozen=True, slots=True)
class Template:
    """A template that can be filled for every photo; only `parsed` makes one."""

    text: str
    parts: tuple[str | _Field, ...]

    @property
    def needs_date(self) -> bool:
        """Whether it speaks of the capture time."""
        return any(isinstance(part, _Field) and part.name == "taken" for part in self.parts)

    def path(self, facts: Facts) -> tuple[str, ...]:
        """The folders and, last, the file name: safe names, none longer than 255 bytes.

        The name of a photo is taken as it is, whatever else stands beside it is made harmless.
        """
        filled = "".join(part if isinstance(part, str) else _value(part, facts) for part in self.parts)
        *folders, last = filled.split("/")
        kept = (fitting(_ours(part), "") for raw in folders if (part := harmless(raw)))
        return (*kept, _file_name(last))


def parsed(text: str) -> Template:
    """Read a template; UsageError says what is wrong with it."""
    parts: list[str | _Field] = []
    end = 0
    for match in _FIELD.finditer(text):
        parts += [text[end : match.start()], _field(text, match)]
        end = match.end()
    parts.append(text[end:])
    literal = "".join(part for part in parts if isinstance(part, str))
    if "{" in literal or "}" in literal:
        raise UsageError(f"the template {text!r} has a brace that opens or closes no field")
    if text.startswith("/") or "\0" in literal or ".." in literal.split("/"):
        raise UsageError(f"the template {text!r} must stay below the library: no / in front, no ..")
    if not _ENDING.search(text):
        raise UsageError(
            f"the template {text!r} must end in {{name}}, or in .{{ext}}: without its ending no program takes a file for a photo"
        )
    return Template(text, tuple(part for part in parts if part))


def _field(text: str, match: re.Match[str]) -> _Field:
    name, form, otherwise = match[1], match[2], match[3]
    if name not in FIELDS:
        raise UsageError(
            f"the template {text!r} has no field {{{name}}}; there are {', '.join(f'{{{n}}}' for n in FIELDS)}"
        )
    if form is not None and name != "taken":
        raise UsageError(f"in the template {text!r} only {{taken:…}} takes a form, {{{name}}} does not")
    try:
        datetime(2000, 1, 1).strftime(form or _DAY)  # noqa: DTZ001 (only its form matters)
    except ValueError as error:
        raise UsageError(f"the template {text!r}: {form!r} is no form of a date") from error
    return _Field(name, form or _DAY, _UNKNOWN if otherwise is None else otherwise)


def _value(field: _Field, facts: Facts) -> str:
    stem, extension = split(facts.name)
    match field.name:
        case "taken":
            return field.otherwise if facts.taken is None else facts.taken.strftime(field.form)
        case "name":
            return facts.name
        case "stem":
            return stem
        case "ext":
            return extension[1:].lower() or field.otherwise
        case "folder":
            # The one field whose slashes stay; at the top of a source there is no folder to keep.
            return facts.folder
        case "people":
            named = ", ".join(facts.people[:_MOST_PEOPLE]) + (" and others" if len(facts.people) > 3 else "")
            return _part(named) or field.otherwise
        case _:
            return _part(facts.camera if field.name == "camera" else facts.event) or field.otherwise


def _part(text: str) -> str:
    return harmless(text).replace("/", "_")


def _ours(name: str) -> str:
    return "_" + name if name.startswith(OURS) else name


def _file_name(text: str) -> str:
    name = text.replace("\0", "")
    if name.strip(" .") == "":
        return "unnamed"
    return fitting(*split(_ours(name)))
