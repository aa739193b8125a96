"""Picking the photo that stands for each person with the settings of a session, as the page asks for it."""

import json
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import UTC, datetime
from random import Random
from typing import TYPE_CHECKING, Final

from blake3 import blake3

from keepers import servers
from keepers.apply.journal import Journal
from keepers.apply.latest import latest
from keepers.apply.ours import run_key
from keepers.apply.record import RunState
from keepers.apply.run import Finished, resume, run
from keepers.errors import ChangedError, SettingsError
from keepers.people import People
from keepers.places.immich_api import CHANGING, DEFAULT, READING, ImmichPlace, place_id
from keepers.plan import text
from keepers.plan.check import Checked
from keepers.plan.people_feature import FEATURED, PERSON, UNKNOWN, Present
from keepers.score.featured import Bias
from keepers.wiring import Session
from keepers.work.named import Named
from keepers.workflows import people_featuring
from keepers.workflows.people_featuring import Featuring, Judge, Picked, Who

if TYPE_CHECKING:
    from keepers.model import Look
    from keepers.ports import LookTask
    from keepers.workflows.portrait_tasks import BlurTask, CropTask, SignTask

_WHAT: Final = "feature"
_NEEDS: Final = frozenset({"asset.read", "person.read", "face.read"})
_SETS: Final = "person.update"
_MODULE: Final = "keepers.workflows.portraits"

#: Says whether somebody wants the work to stop, while it lasts.
Stop = Callable[[], AbstractContextManager[Callable[[], bool]]]


@dataclass(frozen=True, slots=True)
class Choice:
    """The photo that is to stand for a person: its id and file name, what stands there now (None: nothing), and why.

    An empty `asset` means that no photo fits; `before` is `unknown` where the server does not tell.
    """

    person: str
    name: str
    asset: str
    file: str
    before: str | None
    why: str


@dataclass(frozen=True, slots=True)
class Offer:
    """What would be set, person by person; `plan` is another name as soon as anything of it is."""

    plan: str
    place: str
    choices: tuple[Choice, ...]
    changes: int


def offer(session: Session) -> Offer:
    """Pick for everybody who has a name, and set nothing."""
    with (
        servers.featuring(session.settings, session.environment, DEFAULT, "") as (place, source, pictures),
        session.journal(create=False) as journal,
    ):
        _refuse_lacking(place, _NEEDS)
        work = _Work(session, place, _job(session, place, source, pictures), journal)
        return work.offered(*work.planned())


def carry_out(session: Session, plan: str, stop: Stop) -> Finished | None:
    """Set what the plan of this name sets; a run that was stopped is finished instead. None: there is nothing to set.

    ChangedError where something is another thing since the plan was shown.
    """
    with (
        servers.featuring(session.settings, session.environment, DEFAULT, "") as (place, source, pictures),
        session.journal(create=True) as journal,
    ):
        assert journal is not None  # noqa: S101 (create=True makes one)
        _refuse_lacking(place, _NEEDS | {_SETS})
        with stop() as stopping:
            old = journal.unfinished(_key())
            if old is not None and old.state is not RunState.FAILED:
                return resume(old.id, journal, place, progress=session.progress, stop=stopping)
            work = _Work(session, place, _job(session, place, source, pictures), journal)
            picked, now, checked = work.planned()
            if work.offered(picked, now, checked).plan != plan:
                raise ChangedError("something changed since it was shown; look at it again, then set it")
            if not checked.actions:
                return None
            return run(checked, journal, place, progress=session.progress, key=_key(), stop=stopping)


def _key() -> str:
    return run_key(_WHAT, place_id(DEFAULT), "page")


@dataclass(frozen=True, slots=True)
class _Work:
    session: Session
    place: ImmichPlace
    job: Featuring
    journal: Journal | None

    def planned(self) -> tuple[Picked, dict[str, Present], Checked]:
        """What is picked, what stands there now, and what is to be set."""
        picked = people_featuring.pick(self.job, Who(named=True), Bias())
        known = latest(self.journal, _WHAT, place_id(DEFAULT), FEATURED)
        remembered = {ref.key.removeprefix(PERSON): told for ref, told in known.items()}
        now = people_featuring.present(self.job, picked.picks, remembered)
        return picked, now, people_featuring.prepare(place_id(DEFAULT), picked.picks, now)

    def offered(self, picked: Picked, now: dict[str, Present], checked: Checked) -> Offer:
        """The same as people look at it."""
        choices = tuple(
            Choice(
                one.person.id,
                one.person.name,
                one.chosen,
                picked.shots[one.person.id][one.chosen].name if one.chosen else "",
                now.get(one.person.id, Present(UNKNOWN)).asset,
                one.why,
            )
            for one in picked.picks
        )
        rows = "\n".join(json.dumps(text.row(action)) for action in checked.actions)
        name = f"{len(checked.actions)}-{blake3(rows.encode()).hexdigest()[:24]}"
        return Offer(name, place_id(DEFAULT), choices, len(checked.actions))


def _job(
    session: Session,
    place: ImmichPlace,
    source: People,
    pictures: people_featuring.Pictures,
) -> Featuring:
    look: Named[LookTask, Look] = Named("keepers.detect.look", "look")
    sharpness: Named[BlurTask, tuple[float | None, ...]] = Named(_MODULE, "sharpness")
    crop: Named[CropTask, bytes] = Named(_MODULE, "crop")
    signature: Named[SignTask, bytes] = Named(_MODULE, "signature")
    judge = Judge(session.picture_workers, look, sharpness, crop, signature)
    # Nothing is picked by chance; the same seed draws the same all the same.
    chance = Random(0)  # noqa: S311 (nothing secret depends on it)
    exact = place.featured_by is not None
    return Featuring(source, pictures, judge, session.progress, datetime.now(UTC), chance, exact)


def _refuse_lacking(place: ImmichPlace, wanted: frozenset[str]) -> None:
    needs = tuple(need for need in (*READING, *CHANGING) if need.permission in wanted)
    missing = place.client.abilities().missing(needs)
    if missing:
        lacks = "; ".join(f"it lacks {need.permission}, so {need.without}" for need in missing)
        raise SettingsError(
            f"the API key cannot do this: {lacks}. Add it in Immich: Account Settings, API Keys"
        )
