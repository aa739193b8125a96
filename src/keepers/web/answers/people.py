"""The shapes of people: whom Immich knows, what was sorted by them, and how sorting goes."""

from typing import Annotated

from pydantic import BaseModel, Field

from keepers.web.answers.said import Said
from keepers.web.answers.work import Job


class Person(BaseModel):
    """One person, as Immich tells of them, and what was sorted."""

    id: str
    name: str
    faces: Annotated[int | None, Field(description="null: the server does not tell.")]
    birth_date: str | None
    hidden: bool
    favorite: bool
    featured: Annotated[str | None, Field(description="The face or photo that stands for them, by its id.")]
    directory: Annotated[str, Field(description="The folder that their photos are sorted into.")]
    sorted: Annotated[int, Field(description="Photos that were sorted into it.")]


class People(BaseModel):
    """People, those with the most faces first; `words` says why there are none."""

    people: list[Person]
    next: str | None
    words: str
    words_said: Said


class SortStatus(BaseModel):
    """Whether sorting by people is set up and switched on."""

    enabled: bool
    base: Annotated[str, Field(description="The folder that people's folders are in; empty: not set.")]
    mode: Annotated[str, Field(description="copy, move or link")]
    several: Annotated[str, Field(description="What is done with photos of several people.")]
    connected: bool
    people: int
    sorted: int
    words: str
    words_said: Said


class Sorted(BaseModel):
    """One photo that was sorted, or why it was not."""

    id: int
    original_path: str
    sorted_path: str
    person_id: str
    person_name: str
    faces_count: int
    action: str
    status: str
    sorted_at: str
    message: str


class SortHistory(BaseModel):
    """What was sorted, the latest first."""

    history: list[Sorted]
    next: str | None


class Count(BaseModel):
    """How often something was."""

    name: str
    count: int


class SortStats(BaseModel):
    """How much was sorted, by person, by what became of it, by day."""

    total: int
    people: list[Count]
    actions: list[Count]
    days: list[Count]


class Batch(BaseModel):
    """Which people's photos are to be sorted; none named: all."""

    people: Annotated[list[Annotated[str, Field(min_length=1, max_length=200)]], Field(max_length=500)] = []
    dry_run: bool = False


class BatchStatus(BaseModel):
    """How far sorting everything has come."""

    running: bool
    job: Job | None


class Featured(BaseModel):
    """The photo that is to stand for a person, and why; `before` null: none does now, `unknown`: nobody can tell."""

    person: str
    name: str
    asset: Annotated[str, Field(description="Its id on the server; empty: no photo fits.")]
    file: str
    before: str | None
    why: str
    why_said: Said
    thumbnail: Annotated[str | None, Field(description="null: the photo was not scanned.")]


class FeaturePlan(BaseModel):
    """Whom another photo is to stand for; `plan` is sent back to set it, and empty where nobody looked yet."""

    plan: str
    changes: Annotated[int, Field(description="How many people get another photo.")]
    people: list[Featured]
    next: Annotated[int | None, Field(ge=0, le=2**53 - 1)]
    job: Job | None


class FeatureRun(BaseModel):
    """Looks for the best photo of each person, or sets those of a plan that was shown."""

    plan: Annotated[str, Field(max_length=200, description="Empty: look, and change nothing.")] = ""


class LibraryScan(BaseModel):
    """Which library the server is to scan; empty: all that it may."""

    library: Annotated[str, Field(max_length=100)] = ""


class ScanStarted(BaseModel):
    """What the server was told."""

    started: bool
    words: str
