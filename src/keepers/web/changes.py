"""What a decision changed, as the API answers it."""

from datetime import UTC, datetime
from typing import Final

from keepers.catalog import review_steps
from keepers.catalog.review_steps import State, Step
from keepers.catalog.store import Catalog
from keepers.web import rows
from keepers.web.answers import decisions as answers
from keepers.workflows import saying
from keepers.workflows.saying import Said

#: Groups that are answered with a change; the others are read again by whoever shows them.
_ANSWERED: Final = 200


def changed(catalog: Catalog, said: Said) -> answers.Changed:
    """What a decision changed, as it is answered."""
    return answers.Changed(
        head=saying.head_of(catalog),
        step=step(review_steps.step(catalog, said.step)),
        can_undo=review_steps.last(catalog, State.HOLDS) is not None,
        can_redo=review_steps.last(catalog, State.UNDONE) is not None,
        groups=rows.rows(catalog, said.changed[:_ANSWERED]),
        gone=list(said.gone),
        changed=len(said.changed),
        revision=review_steps.revision(catalog),
    )


def step(found: Step) -> answers.Step:
    """A step as it is answered."""
    return answers.Step(
        id=found.id,
        at=found.at,
        words=rows.said(found.words),
        groups=list(found.groups),
        count=found.count,
        undone=found.state is not State.HOLDS,
    )


def now() -> datetime:
    """The present moment."""
    return datetime.now(UTC)
