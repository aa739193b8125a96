"""`keepers immich dedupe`, `duplicates`, `scores`: what is to be done with copies on a server, and what we think of photos."""

import argparse
import dataclasses
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from keepers.actions import Action, SetField
from keepers.catalog import served
from keepers.cli import judging, show
from keepers.decide.copies import CERTAIN
from keepers.model import Asset, ContentId, Decision, GroupKind, PlaceId
from keepers.places.immich_api import Abilities, ImmichPlace
from keepers.plan import immich_pages
from keepers.plan.immich_twins import POSITION
from keepers.wiring import Filter, Session, Sources
from keepers.work.named import Named
from keepers.workflows import immich_proving, immich_showing
from keepers.workflows.immich_setting import Choice, Prepared, Setting

if TYPE_CHECKING:
    from keepers.workflows.job import Proof

#: What the key must be allowed to before anything is looked at.
NEEDS: Final[Mapping[str, tuple[str, ...]]] = {
    "dedupe": ("asset.read", "asset.delete", "album.read", "tag.read", "stack.read"),
    "duplicates": ("asset.read", "asset.update"),
    "scores": ("asset.read", "asset.update"),
}
#: 2.0 takes data of its own app alone, 2.7 that of all; what is between was not tried, and is asked.
_DATA_SINCE: Final = (2, 1, 0)
#: Said where no copy may go.
NOTHING: Final = "Nothing to do: there are no copies that may go."
#: What it must be allowed to besides, by how the names of fields begin: to set them, and to take that back.
_FOR: Final[Mapping[str, tuple[str, ...]]] = {
    "tag:": ("tag.asset",),
    "album:": ("albumAsset.create", "albumAsset.delete"),
    "person:": ("face.read", "face.create", "face.delete"),
    "cover": ("stack.update",),
    "favourite": ("asset.update",),
    "rating": ("asset.update",),
    "description": ("asset.update",),
    "duplicate": ("asset.update",),
    POSITION: ("asset.update",),
}


def needed(actions: Sequence[Action]) -> set[str]:
    """The permissions that a plan needs."""
    names = {one.name for one in actions if isinstance(one, SetField)}
    return {
        need for start, needs in _FOR.items() if any(n.startswith(start) for n in names) for need in needs
    }


def unfit(what: str, abilities: Abilities, place: PlaceId) -> str:
    """Why a server cannot do what a command wants, whatever the key may; empty where it can."""
    if what == "dedupe" and "trash" not in abilities.features:
        return (
            f"the trash of {place} is off, so what goes would be gone for good; nothing is trashed on it. "
            "Turn it on in Immich: Administration, Settings, Trash Settings"
        )
    if what == "scores" and abilities.version < _DATA_SINCE:
        return f"{place} runs Immich {abilities.release}, which keeps no data of other programs on photos; 2.7 and newer do"
    return ""


def trashed(actions: Sequence[Action]) -> int:
    """How many files a plan moves into the server's trash."""
    return sum(isinstance(one, SetField) and one.name == "trashed" for one in actions)


def located(actions: Sequence[Action]) -> int:
    """How many photos a plan gives a position, which undo cannot take off again."""
    return sum(isinstance(one, SetField) and one.name == POSITION for one in actions)


def for_good(actions: Sequence[Action]) -> str:
    """What undo will not take back of a plan, as a sentence; empty where it takes all of it back."""
    count = located(actions)
    if not count:
        return ""
    get = "gets" if count == 1 else "get"
    return f"{show.count(count, 'photo')} {get} a position, which undo cannot take off again."


def question(actions: Sequence[Action], place: PlaceId, kinds: Collection[str]) -> str:
    """What people are asked before copies go; `kinds` are those that they named."""
    asked = f"Move {show.count(trashed(actions), 'photo')} into the trash of {place}?"
    asked = f"{for_good(actions)} {asked}".lstrip()
    if {GroupKind(kind) for kind in kinds} <= set(CERTAIN):
        return asked
    return f"Some of these only look alike; --dry-run shows which. {asked}"


@dataclass(frozen=True, slots=True)
class Copying:
    """One command about copies under way."""

    options: argparse.Namespace
    opened: Session
    setting: Setting
    server: ImmichPlace
    roots: Sequence[str]

    def prepared(self, choice: Choice) -> Prepared:
        """The plan of a command."""
        setting, server = self.setting, self.server
        match choice.what:
            case "dedupe":
                decisions = self._proven()
                return immich_showing.dedupe(
                    server, decisions, setting.place, setting.ours, self._beside, choice
                )
            case "duplicates":
                kinds = self._kinds(immich_pages.COPIES)
                decisions = self.opened.tidy(setting.catalog, self.roots, kinds).decisions
                return immich_showing.duplicates(
                    server, decisions, setting.place, setting.ours, replacing=choice.replacing
                )
            case _:
                kinds = judging.kinds(self.options)
                decisions = self.opened.tidy(setting.catalog, self.roots, kinds).decisions
                return immich_showing.scores(server, decisions, setting.place)

    def _kinds(self, default: Sequence[GroupKind]) -> Sequence[GroupKind]:
        """The kinds that were asked for, else those that the command is about."""
        return judging.kinds(self.options) if self.options.kind else default

    def _proven(self) -> Sequence[Decision]:
        """Groups of copies. Where pictures look identical, the files themselves are read, since only they prove it."""
        opened, catalog, place = self.opened, self.setting.catalog, self.setting.place
        kinds = self._kinds(CERTAIN)
        if GroupKind.SAME_PIXELS in kinds or GroupKind.SAME_BYTES in kinds:
            ids = immich_proving.unread(opened.judging(catalog, kinds), self.roots, place)
            if ids:
                opened.progress.say(
                    f"reading {show.count(len(ids), 'photo')} that look identical, to compare their pixels"
                )
                self._read(dataclasses.replace(opened, full_resolution=True, limit=None), ids)
                # What nobody here can decode is still known by the server's picture of it.
                if failed := served.look_again(catalog, place, ids):
                    self._read(dataclasses.replace(opened, full_resolution=False, limit=None), failed)
        return opened.tidy(catalog, self.roots, kinds).decisions

    def _read(self, opened: Session, ids: frozenset[str]) -> None:
        place = self.setting.place
        opened.scan(self.setting.catalog, Sources((), servers={f"{place}:identical": Filter(ids=ids)}))

    def _beside(self, assets: Sequence[Asset]) -> Mapping[ContentId, str]:
        task: Named[Proof, str] = Named("keepers.workflows.picture", "beside")
        return immich_proving.beside(self.opened.judging(self.setting.catalog, ()), task, assets)
