"""The shapes of decisions: what a person says of groups, and the steps that can be taken back."""

from typing import Annotated

from pydantic import BaseModel, Field

from keepers.web.answers.groups import Band, GroupRow, Id, Revision
from keepers.web.answers.said import Said

Photos = Annotated[list[Id], Field(max_length=10_000)]
GroupId = Annotated[str, Field(min_length=1, max_length=200)]


class Verdicts(BaseModel):
    """What is said of the photos of a group; of those that are not named nothing is said any more."""

    keep: Photos
    drop: Photos


class Some(BaseModel):
    """Some photos of a group."""

    photos: Annotated[list[Id], Field(min_length=1, max_length=10_000)]


class Parts(BaseModel):
    """The photos of a group in parts that are not the same."""

    parts: Annotated[
        list[Annotated[list[Id], Field(min_length=1, max_length=10_000)]],
        Field(min_length=2, max_length=1_000),
    ]


class Seen(BaseModel):
    """A group and the revision that it was seen with."""

    id: GroupId
    revision: Revision


class Merging(BaseModel):
    """Groups that are one group."""

    groups: Annotated[list[Seen], Field(min_length=2, max_length=100)]


class Head(BaseModel):
    """The number of the latest step that was seen; another one by then is a conflict."""

    head: Revision


class Step(BaseModel):
    """One thing that a person said, and whether it was taken back."""

    id: int
    at: str
    words: Said
    groups: Annotated[list[str], Field(description="At most 20 of those that it was said of.")]
    count: Annotated[int, Field(description="How many groups it was said of.")]
    undone: bool


class History(BaseModel):
    """Steps, the latest first, and whether there is something to take back or to do again."""

    head: Revision
    can_undo: bool
    can_redo: bool
    revision: Annotated[Revision, Field(description="Rises with every change of the review.")]
    steps: list[Step]
    next: str | None


class Changed(BaseModel):
    """What a decision changed: the groups as they are now, and those that are no more."""

    head: Revision
    step: Step
    can_undo: bool
    can_redo: bool
    groups: Annotated[list[GroupRow], Field(description="At most 200 of those that changed.")]
    gone: list[str]
    changed: Annotated[int, Field(description="How many groups changed.")]
    revision: Annotated[Revision, Field(description="That of the review behind this change.")]


class Sample(BaseModel):
    """Up to 20 groups of a band, drawn by chance; the band can be accepted once they were shown."""

    band: Band
    sample: Annotated[str, Field(description="Sent back to accept the band.")]
    groups: list[GroupRow]
    left: Annotated[int, Field(description="Groups of the band that nobody has reviewed.")]
    freed: int


class AcceptBand(BaseModel):
    """The sample that was shown."""

    sample: Annotated[str, Field(min_length=1, max_length=200)]
