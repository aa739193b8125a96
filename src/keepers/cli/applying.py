"""`keepers apply` without a stored plan: what the review rejected goes to the trash."""

import argparse

from keepers.apply.run import run
from keepers.catalog import locations
from keepers.cli import changing, show
from keepers.plan import text
from keepers.wiring import Session
from keepers.workflows import review_plan


def rejected(options: argparse.Namespace, opened: Session) -> int:
    """Trash what a person rejected on the page; exit code 3 when some of it stays."""
    with opened.catalog(create=False) as catalog:
        roots = [path for path, _, _ in locations.roots(catalog)]
        place = opened.local(roots)
        found = review_plan.prepare(opened.deduplicating(catalog, place, (), ()))
    checked = found.checked
    if options.dry_run:
        changing.show_plan(options, checked)
        return 0
    if not checked.actions:
        _tell_staying(options, found)
        show.line("Nothing to apply.")
        return 0
    changing.consent(options, f"{text.summary(checked.actions).capitalize()}, as the review decided?")
    with opened.journal(create=True) as journal, changing.stopping(opened.progress) as stop:
        assert journal is not None  # noqa: S101 (create=True makes one)
        finished = run(checked, journal, place, progress=opened.progress, key=review_plan.KEY, stop=stop)
        changing.noted(opened, journal, finished.run)
    _tell_staying(options, found)
    return changing.told(options, finished, place)


def _tell_staying(options: argparse.Namespace, found: review_plan.Prepared) -> None:
    changing.tell_problems(options, (), found.refused)
    for one in () if options.quiet or options.json else found.stays:
        show.line(f"  stays: {one.path}: {one.why}")
