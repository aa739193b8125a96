"""What an Immich server remembers, as far as Keepers asks for it."""

import base64
import hashlib
import itertools
import uuid
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

START = datetime(2024, 5, 1, 12, tzinfo=UTC)


def an_id(number: int) -> str:
    """A UUID of version 4 that is the same in every run."""
    return str(uuid.UUID(int=number, version=4))


@dataclass
class Asset:
    id: str
    name: str
    data: bytes
    updated: datetime
    taken: datetime
    type: str = "IMAGE"
    visibility: str = "timeline"
    library: str | None = None
    favourite: bool = False
    rating: int | None = None
    description: str = ""
    trashed: bool = False
    motion: str | None = None
    duplicate: str | None = None
    owner: str = an_id(1)
    size: tuple[int, int] = (4000, 3000)
    preview: bytes = b""
    edits: int = 0
    sidecar: bytes = b""
    #: What is smaller than the preview, and what else its EXIF says, as the server tells it.
    thumbnail: bytes = b""
    exif: dict = field(default_factory=dict)
    #: What programs noted on it, by their keys.
    notes: dict = field(default_factory=dict)

    @property
    def path(self) -> str:
        return f"/photos/{self.name}"

    @property
    def checksum(self) -> str:
        data = f"path:{self.path}".encode() if self.library else self.data
        return base64.b64encode(hashlib.sha1(data).digest()).decode()  # noqa: S324 (as the server does)

    @property
    def etag(self) -> str:
        return f'W/"{hashlib.sha1(self.preview).hexdigest()[:12]}-{self.edits}"'  # noqa: S324 (a name for bytes)


@dataclass
class Album:
    id: str
    name: str
    owner: str = an_id(1)
    assets: list[str] = field(default_factory=list)
    users: dict[str, str] = field(default_factory=dict)


@dataclass
class Tag:
    id: str
    value: str
    parent: str | None = None
    assets: list[str] = field(default_factory=list)


@dataclass
class Stack:
    id: str
    assets: list[str]


@dataclass
class Face:
    id: str
    asset: str
    person: str | None
    box: tuple[int, int, int, int]
    image: tuple[int, int]
    source: str = "machine-learning"
    deleted: bool = False
    visible: bool = True

    @property
    def is_live(self) -> bool:
        return self.visible and not self.deleted


@dataclass
class About:
    """What is known of a person besides the name; `featured` is the id of a face."""

    birth_date: str | None = None
    hidden: bool = False
    favorite: bool = False
    featured: str | None = None
    updated: datetime = START


@dataclass
class State:
    """Everything behind the server; tests look and reach into it as people would by another client."""

    assets: dict[str, Asset] = field(default_factory=dict)
    albums: dict[str, Album] = field(default_factory=dict)
    tags: dict[str, Tag] = field(default_factory=dict)
    stacks: dict[str, Stack] = field(default_factory=dict)
    people: dict[str, str] = field(default_factory=dict)
    about: dict[str, About] = field(default_factory=lambda: defaultdict(About))
    faces: list[Face] = field(default_factory=list)
    #: External libraries by id: their names and the folders that they read; and those that were told to be scanned.
    libraries: dict[str, tuple[str, tuple[str, ...]]] = field(default_factory=dict)
    scanned: list[str] = field(default_factory=list)
    #: Whether the server's networks run, so that it can say which photos are alike.
    smart: bool = False
    #: The assets that make them fail.
    puzzling: set[str] = field(default_factory=set)
    numbers: itertools.count = field(default_factory=lambda: itertools.count(1000))
    now: datetime = START

    def fresh(self) -> str:
        return an_id(next(self.numbers))

    def tick(self) -> datetime:
        self.now += timedelta(seconds=1)
        return self.now

    def add(self, name: str, data: bytes = b"", **fields) -> str:
        key = self.fresh()
        data = data or name.encode()
        fields.setdefault("preview", data)
        fields.setdefault("taken", START + timedelta(minutes=len(self.assets)))
        self.assets[key] = Asset(key, name, data, self.tick(), **fields)
        return key

    def below(self, key: str) -> set[str]:
        """What a search for a tag finds: what has it, or one below it."""
        start = self.tags[key].value
        below = (tag for tag in self.tags.values() if tag.value == start or tag.value.startswith(start + "/"))
        return {asset for tag in below for asset in tag.assets}

    def tagged(self, value: str) -> list[str]:
        return sorted(key for tag in self.tags.values() if tag.value == value for key in tag.assets)

    def album(self, name: str, *assets: str, **fields) -> str:
        key = self.fresh()
        self.albums[key] = Album(key, name, assets=list(assets), **fields)
        return key

    def stack_of(self, asset: str) -> Stack | None:
        return next((stack for stack in self.stacks.values() if asset in stack.assets), None)

    def faces_of(self, person: str) -> list[Face]:
        """The live faces of a person that the timeline shows."""
        shown = {one.id for one in self.assets.values() if one.visibility == "timeline" and not one.trashed}
        return [face for face in self.faces if face.person == person and face.is_live and face.asset in shown]

    def touch(self, *assets: str) -> None:
        for key in assets:
            self.assets[key].updated = self.tick()
