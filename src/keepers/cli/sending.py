"""Pictures that were made of photos of servers, on their way there: as `keepers immich upload FILE --beside` sends files."""

import argparse
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from keepers import wiring
from keepers.apply.journal import Journal
from keepers.apply.ours import run_key
from keepers.apply.run import Finished, Problem
from keepers.catalog.store import Catalog
from keepers.cli import beside, changing, show
from keepers.cli.uploading import carried_out, refuse_without_rights, resumed
from keepers.errors import KeepersError, UsageError
from keepers.model import PlaceId
from keepers.places.immich_api import ImmichPlace
from keepers.places.immich_api.uploading import UploadPlace
from keepers.plan import made_plan
from keepers.plan.made_plan import Made
from keepers.plan.upload_plan import Fate
from keepers.workflows import made_there, uploading
from keepers.workflows.uploading import Pictured


@dataclass(frozen=True, slots=True)
class Sent:
    """Where pictures are now on their server (empty: they are not), the run that sent them, and what was not done and why.

    `trouble` says why all that follows would fail, too.
    """

    names: tuple[str, ...] = ()
    finished: Finished | None = None
    problems: tuple[Problem, ...] = ()
    trouble: KeepersError | None = None


@dataclass(frozen=True, slots=True)
class Sending:
    """The servers that pictures may go to, each with how many at most; `key` names the command, so that it finishes its runs."""

    options: argparse.Namespace
    opened: wiring.Session
    catalog: Catalog
    servers: Mapping[PlaceId, int]
    key: str

    def consent(self) -> None:
        """Ask before anything is loaded or sent."""
        what = ", ".join(
            f"{show.count(most, 'picture')} at most to {place}" for place, most in self.servers.items()
        )
        changing.consent(self.options, f"Send {what}, each beside its photo?")

    def refuse_without_rights(self) -> None:
        """SettingsError where a key may not send, or not take back: before anything is loaded."""
        needs = (*beside.NEEDS, *(beside.FOR_STACKS if self.options.stack else ()))
        for place in self.servers:
            with self.opened.server(place) as account:
                refuse_without_rights(account.client, needs)

    def resumed(self, journal: Journal) -> list[Sent]:
        """Finish the runs of this command that were stopped."""
        found: list[Sent] = []
        for place in self.servers:
            if journal.unfinished(self._key(place)) is None:
                continue
            with self.opened.server(place) as account:
                receiver = UploadPlace(self.opened.local(), account, place)
                finished = resumed(self.opened, journal, receiver, self._key(place))
                found.append(Sent((), finished, trouble=receiver.trouble))
        return found

    def sent(self, journal: Journal, place: PlaceId, title: str, made: Sequence[Made]) -> Sent:
        """Send pictures beside their photos; what the server has already is not sent."""
        with self.opened.server(place) as account:
            receiver = UploadPlace(self.opened.local(), account, place)
            pictured: dict[int, Pictured] = {}
            missed: list[Problem] = []
            for number, one in enumerate(made):
                try:
                    pictured[number] = self._pictured(account, one)
                except UsageError as error:
                    missed.append(Problem(made_plan.writing(one, one.source.ref), str(error)))
            prepared = uploading.prepare_made(receiver, f"{title} on {place}", list(pictured.values()))
            missed += [Problem(one.action, one.why) for one in prepared.checked.refused]
            missed += [
                Problem(made_plan.writing(made[number], line.asset.ref), line.reason)
                for number, line in zip(pictured, prepared.lines, strict=True)
                if line.fate is Fate.TRASHED
            ]
            # Before they are sent: whatever happens then, a scan is to know them.
            made_there.note(self.catalog, [one.data for one in pictured.values()])
            finished = None
            if prepared.checked.actions:
                finished = carried_out(self.opened, prepared.checked, journal, receiver, self._key(place))
            names = _names(receiver, place, made)
            return Sent(names, finished, tuple(missed), receiver.trouble)

    def _key(self, place: PlaceId) -> str:
        return run_key("upload", place, self.key, self.options.stack)

    def _pictured(self, account: ImmichPlace, one: Made) -> Pictured:
        source = beside.photo(account, one.source.ref.place, one.source.ref.key)
        stack = self.options.stack and not beside.is_stacked(account, one.source.ref.key)
        return Pictured(made_plan.name(one), one.data, source, stack)


def _names(receiver: UploadPlace, place: PlaceId, made: Sequence[Made]) -> tuple[str, ...]:
    """Where the server has each picture."""
    if receiver.trouble is not None:
        return tuple("" for _ in made)
    sums = [uploading.sha1(one.data) for one in made]
    held = receiver.held(sums)
    there = {sum_: f"{place}:{one.id}" for sum_, one in held.items() if not one.trashed}
    return tuple(there.get(sum_, "") for sum_ in sums)
