"""What is said in words, so that the page can say the same in another language."""

from typing import Annotated

from pydantic import BaseModel, Field


class Said(BaseModel):
    """A reason: in English, and as a code with the values that stand in it."""

    code: Annotated[str, Field(description="Never given another meaning; empty: there are only words.")]
    words: str
    values: dict[str, str | float]
    parts: Annotated[dict[str, "Said"], Field(description="Values that are reasons themselves.")]
