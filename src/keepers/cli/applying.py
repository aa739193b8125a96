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
        work = opened.deduplicating(catalog, opened.local(roots), (), ())
        found = review_plan.prepare(work, opened.place)
    if options.dry_run:
        if options.json:
            show.document(text.document(review_plan.TITLE, found.actions, found.refused))
        else:
            for line in text.lines(review_plan.TITLE, found.actions, found.refused):
                show.line(line)
        return 0
    _tell_staying(options, found)
    if not found.actions:
        return changing.nothing_to_apply(options)
    changing.consent(options, f"{text.summary(found.actions).capitalize()}, as the review decided?")
    codes: list[int] = []
    with opened.journal(create=True) as journal, changing.stopping(opened.progress) as stop:
        assert journal is not None  # noqa: S101 (create=True makes one)
        for part in found.parts:
            if stop() or not part.checked.actions:
                continue
            with opened.place(part.place, roots) as place:
                finished = run(
                    part.checked, journal, place, progress=opened.progress, key=part.key, stop=stop
                )
                changing.noted(opened, journal, finished.run)
                codes.append(changing.told(options, finished, place))
    return max(codes, default=0)


def _tell_staying(options: argparse.Namespace, found: review_plan.Prepared) -> None:
    changing.tell_problems(options, (), found.refused)
    for one in () if options.quiet or options.json else found.stays:
        show.line(f"  stays: {one.path}: {one.why}")
