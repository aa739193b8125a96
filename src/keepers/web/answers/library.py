"""The shapes of what is known: status, settings, folders that hold the same, weak dates, unreadable files, people."""

from typing import Annotated

from pydantic import BaseModel, Field

from keepers.web.answers.groups import Id
from keepers.web.answers.said import Said
from keepers.web.answers.work import Job

Text = Annotated[str, Field(max_length=4096)]


class Problem(BaseModel):
    """Why a request was not done, as RFC 9457 states it."""

    type: str
    title: str
    status: int
    detail: str
    next: Annotated[str, Field(description="What to try next; empty: nothing known.")] = ""
    detail_said: Said
    next_said: Said


class Root(BaseModel):
    """A folder or server that was scanned."""

    path: str
    files: int
    scanned: str
    there: bool


class Status(BaseModel):
    """What is known and what runs."""

    version: str
    catalog: str
    state: Annotated[
        str, Field(description="empty: nothing was scanned; ungrouped: nothing was grouped; ready.")
    ]
    photos: int
    companions: int
    unreadable: int
    ignored: int
    bytes: int
    weak_dates: int
    roots: list[Root]
    job: Job | None
    servers: Annotated[list[str], Field(description="Immich servers that are set up, by name.")]
    previews: Annotated[int, Field(description="Bytes that previews take in the cache.")]
    previews_most: int


class Server(BaseModel):
    """Whether a server answers, and what it is."""

    name: str
    url: str
    reachable: bool
    version: str
    words: str
    next: str
    words_said: Said
    next_said: Said


class Servers(BaseModel):
    """The Immich servers that are set up."""

    servers: list[Server]


class Setting(BaseModel):
    """One setting."""

    name: str
    value: str | int | float | bool
    default: str | int | float | bool
    doc: str
    variable: str
    editable: Annotated[bool, Field(description="Whether the page may set it.")]


class Settings(BaseModel):
    """All settings, and the file that they are kept in."""

    file: str
    settings: list[Setting]


class SetSetting(BaseModel):
    """A new value for a setting."""

    value: Annotated[str, Field(max_length=4096)] | int | float | bool


class Preferences(BaseModel):
    """How a person likes the page: keys, theme, language."""

    values: Annotated[
        dict[Annotated[str, Field(max_length=100)], Annotated[str, Field(max_length=2000)]],
        Field(max_length=200),
    ] = {}


class FolderPair(BaseModel):
    """Two folders and what is in both."""

    id: Annotated[str, Field(description="Names the pair.")]
    one: str
    other: str
    in_one: int
    in_other: int
    in_both: int
    bytes: Annotated[int, Field(description="Bytes that are in both.")]
    words: Annotated[str, Field(description="Such as `/b holds all of /a`.")]
    words_said: Said
    decided: Annotated[int, Field(description="Groups of them that were reviewed.")]
    groups: int
    sample: Annotated[list[str], Field(description="Some groups to look at, by id.")]


class FolderPairs(BaseModel):
    """Folders that hold the same, those with the most bytes first."""

    pairs: list[FolderPair]
    next: str | None


class KeepFolder(BaseModel):
    """Keeps what lies in one folder of a pair, lets the copies in the other go, in groups nobody reviewed."""

    keep: Annotated[str, Field(pattern="^(one|other)$")]


class WeakDate(BaseModel):
    """A photo whose date nothing proves."""

    photo: Id
    name: str
    path: str
    at: str
    source: str
    note: str
    note_said: Said
    thumbnail: str


class WeakDates(BaseModel):
    """Weak dates, by path."""

    dates: list[WeakDate]
    next: str | None


class SetDate(BaseModel):
    """A date that a person states, such as 2019-07-04 or 2019-07-04T15:30+02:00."""

    date: Annotated[str, Field(min_length=4, max_length=40)]


class Unreadable(BaseModel):
    """A file that could not be read, and why."""

    path: str
    reason: str
    reason_said: Said


class UnreadableFiles(BaseModel):
    """Files that could not be read, by path."""

    files: list[Unreadable]
    next: str | None


class PhotoFacts(BaseModel):
    """One photo by itself, with every tag that its file has."""

    photo: Id
    name: str
    path: str
    width: int
    height: int
    size: int
    format: str
    taken: str | None
    tags: dict[str, str]
    thumbnail: str
    preview: str
    original: str
    film: str | None
    groups: Annotated[list[str], Field(description="The groups that it is in, by id.")]
    sources: Annotated[
        list[str], Field(description="The names of the photos that it was made of, where Keepers made it.")
    ]


class Frame(BaseModel):
    """One picture of a film."""

    at: Annotated[float, Field(description="Seconds from its beginning.")]
    picture: str


class Strip(BaseModel):
    """Pictures of a film, evenly spread."""

    photo: Id
    seconds: float
    frames: list[Frame]


class Login(BaseModel):
    """The password, where the page is open to other machines."""

    password: Annotated[str, Field(min_length=1, max_length=1024)]


class LoggedIn(BaseModel):
    """The password was right; a cookie was set."""

    ok: bool
