"""The shapes of groups: slim rows for lists, and one group with all that is known of it."""

from typing import Annotated

from pydantic import BaseModel, Field

from keepers.catalog.reviews import Order
from keepers.decide.bands import Band
from keepers.web.answers.said import Said

Id = Annotated[int, Field(ge=1, le=2**53 - 1)]
Revision = Annotated[
    int, Field(ge=0, le=2**53 - 1, description="Rises with every change; sent back as If-Match.")
]
Share = Annotated[float, Field(ge=0, le=1)]


class GroupRow(BaseModel):
    """A group as far as a list shows it."""

    id: str
    kind: str
    band: Band
    photos: int
    keep: int
    drop: int
    freed: Annotated[int, Field(description="Bytes of the photos that may go.")]
    taken: Annotated[str | None, Field(description="When its first photo was taken, in ISO 8601.")]
    folder: Annotated[str, Field(description="Where its best photo lies.")]
    name: Annotated[str, Field(description="The file name of its best photo.")]
    confidence: Share
    faces: Annotated[int, Field(description="The most faces that are in one of its photos.")]
    people: list[str]
    reviewed: bool
    revision: Revision
    cover: Annotated[str, Field(description="Path of a thumbnail of its best photo.")]


class GroupPage(BaseModel):
    """Some groups in order, and the cursor of the page behind them."""

    groups: list[GroupRow]
    next: Annotated[
        str | None, Field(description="Give this as `after` for the next page; null: there is none.")
    ]


class Marks(BaseModel):
    """Cursors that are `step` rows apart, so that a list can be entered anywhere without counting rows off."""

    total: int
    step: int
    cursors: Annotated[
        list[str], Field(description="Cursor `i` goes as `after` for the rows from (i + 1) * step.")
    ]
    generation: int


class BandCount(BaseModel):
    """How far the groups of one band are."""

    band: Band
    groups: int
    reviewed: int
    freed: int


class Choice(BaseModel):
    """A value that a filter can take, and how many groups it leaves."""

    value: str
    groups: int


class Totals(BaseModel):
    """How many groups there are and how far they are reviewed; `state` says what comes before there are any."""

    state: Annotated[
        str, Field(description="empty: nothing was scanned; ungrouped: nothing was grouped; ready.")
    ]
    groups: int
    photos: int
    reviewed: int
    freed: int
    freed_reviewed: Annotated[int, Field(description="Bytes that go where the plan is applied now.")]
    bands: list[BandCount]
    kinds: list[Choice]
    years: list[Choice]
    people: list[Choice]
    folders: list[Choice]
    grouped_at: str | None
    stale: Annotated[bool, Field(description="Something was scanned or changed since the groups were made.")]
    generation: int


class Taken(BaseModel):
    """When a photo was taken, and what proves it."""

    at: str
    source: str
    certain: bool
    note: str


class Value(BaseModel):
    """One named part of a score."""

    name: str
    value: float


class FaceBox(BaseModel):
    """One face: its box as fractions of the upright picture, top left first; null is unknown, never bad."""

    person: Annotated[
        int, Field(description="The same number is the same person in all photos of the group.")
    ]
    box: tuple[float, float, float, float]
    eyes_open: float | None
    smile: float | None
    sharpness: float | None
    notes: Annotated[list[Said], Field(description="What is wrong with it, such as `eyes closed`.")]
    best: Annotated[bool, Field(description="Whether it is this person's best face of the group.")]


class File(BaseModel):
    """One file of a photo."""

    photo: Id
    name: str
    path: str
    role: str
    size: int
    film: Annotated[str | None, Field(description="Path that it plays from; null: it is no film.")]


class Made(BaseModel):
    """A picture that Keepers made of a photo and others, which it stays beside: shown before and after."""

    photo: Id
    kind: Annotated[str, Field(description="hdr: exposures merged; faces: faces mended; other.")]
    name: str
    width: int
    height: int
    thumbnail: str
    preview: str
    full: str


class Member(BaseModel):
    """A photo of a group."""

    photo: Id
    name: str
    path: str
    place: Annotated[str, Field(description="`local`, or the name of a server.")]
    folder: str
    kind: Annotated[str, Field(description="photo or video")]
    format: str
    width: int
    height: int
    size: int
    taken: Taken | None
    camera: str
    keep: Annotated[bool, Field(description="What holds now: what was said, else what is proposed.")]
    proposed: Annotated[bool, Field(description="What Keepers proposes.")]
    said: Annotated[bool | None, Field(description="What a person said: stays, may go, or nothing yet.")]
    score: Share
    scores: list[Value]
    reasons: Annotated[list[Said], Field(max_length=3)]
    defect: Annotated[Said | None, Field(description="Its worst defect.")]
    faces: list[FaceBox]
    files: list[File]
    made: list[Made]
    copies: Annotated[list[str], Field(description="Where else the same bytes lie.")]
    film: Annotated[
        str | None, Field(description="Path of the clip itself, or of the film of a Live or Motion Photo.")
    ]
    thumbnail: str
    preview: str
    full: Annotated[str, Field(description="Path of the picture with all its pixels, for looking closely.")]
    original: str


class Difference(BaseModel):
    """One fact in which the photos are compared; with `equal` it is the same in all of them."""

    field: str
    equal: bool
    values: Annotated[list[str], Field(description="One for each member, in their order.")]


class Inherited(BaseModel):
    """What the best photo is given before another goes."""

    field: str
    value: str
    from_photos: list[Id]


class Version(BaseModel):
    """A version of a picture and the photo that it was made of."""

    photo: Id
    stage: Annotated[str, Field(description="original, copy, edit, export, messenger or screenshot")]
    made_of: Id | None
    depth: int


class Group(BaseModel):
    """One group with all that is known of it; the best photo comes first."""

    row: GroupRow
    evidence: list[Said]
    flip: Annotated[Said | None, Field(description="What would change the pick.")]
    by: Annotated[str, Field(description="rule or user")]
    best: Id
    members: list[Member]
    differences: list[Difference]
    inherits: list[Inherited]
    versions: list[Version]
    persons: Annotated[int, Field(description="How many people are told apart.")]
    before: Annotated[
        str | None, Field(description="The group before it in the order and filters that were asked for.")
    ]
    after: str | None


__all__ = ["Band", "Order"]
