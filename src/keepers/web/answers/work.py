"""The shapes of what changes things: the plan, jobs with their progress, runs and taking them back."""

from enum import StrEnum
from typing import Annotated, Literal

from pydantic import BaseModel, Field

from keepers.web.answers.said import Said

Number = Annotated[int, Field(ge=0, le=2**53 - 1)]


class Action(BaseModel):
    """One thing that is done, in a row and in a sentence."""

    seq: int
    verb: str
    source: str | None
    target: str | None
    field: Annotated[str | None, Field(description="Which field is set; null: it is a file that is changed.")]
    before: str | None
    after: str | None
    words: str
    because: Said
    size: int
    state: Annotated[str, Field(description="planned, done, skipped, failed or undone")]
    why: Annotated[Said, Field(description="Why it was not done.")]


class Refused(BaseModel):
    """An action that may not be done, and why."""

    verb: Annotated[str, Field(description="What was to be done; empty: nothing, the photo stays.")]
    path: str
    words: str
    why: Said


class Going(BaseModel):
    """Where things go: a folder, with how many files and bytes."""

    folder: str
    files: int
    bytes: int


class Plan(BaseModel):
    """What is done when the decisions are applied."""

    plan: Annotated[
        str, Field(description="Names this plan; sent back to apply it. Other decisions, another name.")
    ]
    title: str
    files: int
    bytes: int
    groups: int
    goes_to: list[Going]
    actions: Annotated[list[Action], Field(description="At most `limit`, from `after` on.")]
    next: Number | None
    refused: list[Refused]
    stays: Annotated[list[Refused], Field(description="What was rejected but stays, and why.")]


class JobKind(StrEnum):
    """What a job does."""

    SCAN = "scan"
    GROUP = "group"
    APPLY = "apply"
    UNDO = "undo"
    PEOPLE_SORT = "people-sort"
    PEOPLE_FEATURE = "people-feature"


class JobState(StrEnum):
    """How far a job has come; a stopped or failed one can be resumed."""

    QUEUED = "queued"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    STOPPED = "stopped"


class Scan(BaseModel):
    """Learns folders and servers; none named: all that are known."""

    kind: Literal["scan"]
    sources: Annotated[list[Annotated[str, Field(min_length=1, max_length=4096)]], Field(max_length=100)] = []
    accept_missing: bool = False
    then_group: bool = True


class Group(BaseModel):
    """Groups all that is known, and keeps the result for the page."""

    kind: Literal["group"]


class Apply(BaseModel):
    """Carries out the plan of this name."""

    kind: Literal["apply"]
    plan: Annotated[str, Field(min_length=1, max_length=200)]


class Undo(BaseModel):
    """Takes a run back."""

    kind: Literal["undo"]
    run: Number


NewJob = Annotated[Scan | Group | Apply | Undo, Field(discriminator="kind")]


class Progress(BaseModel):
    """How far the present stage of a job is; `total` 0: not known."""

    stage: str
    stage_said: Said
    done: int
    total: int
    bytes: int
    total_bytes: int
    seconds: float
    left: Annotated[float | None, Field(description="Seconds that this stage will take, as it seems.")]


class Job(BaseModel):
    """One job: what it does, how far it is, what came of it."""

    id: int
    kind: JobKind
    title: str
    title_said: Said
    state: JobState
    queued: str
    started: str | None
    ended: str | None
    progress: Progress | None
    said: Annotated[list[str], Field(description="The latest sentences that it told.")]
    latest_said: Annotated[Said, Field(description="The last of them.")]
    result: Annotated[str, Field(description="What came of it, in a sentence.")]
    result_said: Said
    error: str
    error_said: Said
    run: int | None
    can_cancel: bool
    can_resume: bool


class Jobs(BaseModel):
    """Jobs, the latest first."""

    jobs: list[Job]
    next: str | None


class Standing(BaseModel):
    """How the review stands: `revision` rises with every change, `stale` as in totals."""

    revision: int
    stale: bool


class Run(BaseModel):
    """One run that changed something."""

    id: int
    title: str
    title_said: Said
    state: str
    state_said: Said
    started: str
    undoes: int | None
    actions: int
    done: int
    problems: int
    bytes: int
    can_undo: bool


class Runs(BaseModel):
    """Runs, the latest first."""

    runs: list[Run]
    next: str | None


class RunPage(BaseModel):
    """A run with some of its actions."""

    run: Run
    actions: list[Action]
    next: Number | None
