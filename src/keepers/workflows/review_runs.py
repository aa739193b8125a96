"""What runs did to the photos of the kept groups: gone to the trash, or back."""

from collections.abc import Iterator

from keepers.actions import Copy, Move, Restore, SetField, Trash, source, target
from keepers.apply.journal import Journal
from keepers.apply.record import StepState
from keepers.catalog import review_rows
from keepers.catalog.store import Catalog
from keepers.model import Ref


def note(catalog: Catalog, journal: Journal, run: int) -> None:
    """Show the groups without what a run took away, and with what it brought back."""
    if review_rows.note(catalog, "grouped_at"):
        review_rows.mark_gone(catalog, _moved(journal, run))


def _moved(journal: Journal, number: int) -> Iterator[tuple[Ref, bool]]:
    """What a run took away (True) and what it put into its place."""
    for step in journal.steps(number):
        if step.state is not StepState.DONE:
            continue
        old, new = source(step.action), target(step.action)
        if isinstance(step.action, SetField):
            if step.action.name == "trashed":
                yield step.action.ref, step.action.after is not None
            continue
        if isinstance(step.action, Trash | Move) and old is not None:
            yield old, True
        if isinstance(step.action, Restore | Copy | Move) and new is not None:
            yield new, False
