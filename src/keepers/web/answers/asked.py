"""The shapes of what is asked for in the address: filters, pages, names."""

from typing import Annotated

from fastapi import Header, Path
from pydantic import BaseModel, ConfigDict, Field

from keepers.web.answers.groups import Band, Order

#: As many digits as JavaScript counts exactly.
PhotoId = Annotated[int, Path(ge=1, le=2**53 - 1)]
GroupName = Annotated[str, Path(min_length=1, max_length=200)]
Match = Annotated[
    str | None,
    Header(alias="If-Match", max_length=100, description="The revision of the group that was seen."),
]


class Filter(BaseModel):
    """What a list of groups is narrowed to; several values of one name: any of them."""

    model_config = ConfigDict(extra="ignore")

    kind: Annotated[list[Annotated[str, Field(max_length=40)]], Field(max_length=20)] = []
    band: Annotated[list[Band], Field(max_length=20)] = []
    person: Annotated[list[Annotated[str, Field(max_length=400)]], Field(max_length=50)] = []
    year: Annotated[list[Annotated[int, Field(ge=0, le=9999)]], Field(max_length=200)] = []
    folder: Annotated[str, Field(max_length=4096, description="Photos at or below it.")] = ""
    confidence: Annotated[float, Field(ge=0, le=1, description="At least so sure.")] = 0
    faces: Annotated[bool | None, Field(description="With faces, or without any.")] = None
    reviewed: Annotated[bool | None, Field(description="Reviewed, or not yet.")] = None
    order: Order = Order.BAND


class Page(Filter):
    """Some of the groups, behind a cursor."""

    after: Annotated[
        str | None, Field(max_length=400, description="The `next` of the page before, or a mark.")
    ] = None
    limit: Annotated[int, Field(ge=1, le=500)] = 200


class Marked(Filter):
    """Where a list can be entered."""

    step: Annotated[int, Field(ge=10, le=5000)] = 200


class Behind(BaseModel):
    """A page of anything else."""

    model_config = ConfigDict(extra="ignore")

    after: Annotated[str | None, Field(max_length=6000, description="The `next` of the page before.")] = None
    limit: Annotated[int, Field(ge=1, le=500)] = 100


class Ahead(BaseModel):
    """A page of what is numbered."""

    model_config = ConfigDict(extra="ignore")

    after: Annotated[int | None, Field(ge=0, le=2**53 - 1, description="The `next` of the page before.")] = (
        None
    )
    limit: Annotated[int, Field(ge=1, le=1000)] = 200
