"""Pick the photo that is to stand for each person: who is meant, what is known of their photos, which is the best."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field, replace
from datetime import datetime
from random import Random
from typing import Final, NamedTuple, Protocol, TypeVar

from keepers.decide import featuring
from keepers.decide.featuring import Pick
from keepers.errors import UsageError
from keepers.model import ContentId, Kind, Look, PlaceId
from keepers.people import People, Person, Seen
from keepers.plan import people_feature
from keepers.plan.check import Checked, check
from keepers.plan.people_feature import FEATURED, UNKNOWN, Present
from keepers.plan.world import World
from keepers.ports import Failure, LookTask, Progress, Shown, Workers
from keepers.score.featured import Bias, Lean, Portrait, open_ended
from keepers.workflows import people_recognising
from keepers.workflows.portrait_tasks import BlurTask, Box, CropTask, SignTask

T = TypeVar("T")
R = TypeVar("R")

#: Asked for by name, so many people cost less than everybody.
FEW: Final = 40
#: The side of a face on the sheet, sharp on the screens of phones.
SIDE: Final = 288


@dataclass(frozen=True, slots=True)
class Who:
    """Whose photo is to be picked. By id, name and favourites add up; without any of them everybody counts.

    `named` is True for those alone who have a name, False for those without one, None for both.
    """

    ids: tuple[str, ...] = ()
    names: tuple[str, ...] = ()
    favorites: bool = False
    named: bool | None = True

    @property
    def some(self) -> bool:
        """Whether not everybody is meant."""
        return bool(self.ids or self.names or self.favorites)


class Shot(NamedTuple):
    """A photo of a person: where this person's face is in it, as fractions, and what the file is called."""

    portrait: Portrait
    box: Box
    name: str


class Pictures(Protocol):
    """Pictures of the photos of people, and when something of people was changed."""

    def previews(self, assets: Iterable[str]) -> Iterator[tuple[str, Shown | Failure]]:
        """Every asset with its preview; PlaceUnreachableError where the server is gone."""
        ...

    def drawn(self, people: Iterable[str]) -> Iterator[tuple[str, bytes]]:
        """The picture that the server has cut out of each one's featured photo; nothing where it has none."""
        ...

    def changed(self, people: Iterable[str]) -> Mapping[str, str]:
        """When each of the people was changed last, in the server's words; nothing where it does not tell."""
        ...

    def untouched(self, known: Mapping[str, str]) -> frozenset[str]:
        """Those of the people who have not been changed since the time that is given for each."""
        ...


def _no_device(_: int) -> AbstractContextManager[str]:
    return nullcontext("")


@dataclass(frozen=True, slots=True)
class Judge:
    """How faces are measured in pictures: by a face back end, by themselves, or as the old tool measured whole photos.

    `device` gives, for so many photos, the address of the process that runs the networks; empty: the workers do.
    """

    workers: Callable[[], Workers]
    look: Callable[[LookTask], Look]
    sharpness: Callable[[BlurTask], tuple[float | None, ...]]
    crop: Callable[[CropTask], bytes]
    signature: Callable[[SignTask], bytes]
    backend: str = "none"
    model_dir: str = ""
    old: bool = False
    device: Callable[[int], AbstractContextManager[str]] = _no_device


@dataclass(frozen=True, slots=True)
class Featuring:
    """What picking works with; `exact` where the source tells what stands for a person now."""

    source: People
    pictures: Pictures
    judge: Judge
    progress: Progress
    now: datetime
    chance: Random
    exact: bool = False


@dataclass(frozen=True, slots=True)
class Picked:
    """What was picked for everybody who is meant, their photos by person, and whom nobody knows."""

    picks: tuple[Pick, ...]
    shots: Mapping[str, Mapping[str, Shot]] = field(default_factory=dict[str, Mapping[str, Shot]])


def pick(job: Featuring, who: Who, bias: Bias) -> Picked:
    """Look at all photos of those who are meant, and pick one for each."""
    featuring.refuse_nonsense(bias)
    people = meant(job.source, who)
    shots = _shots(job, people, everybody=not who.some)
    if bias.blur is not Lean.OFF:
        shots = _judged(job, shots)
    picks = [
        featuring.pick(
            one, [shot.portrait for shot in shots.get(one.id, {}).values()], bias, job.now, job.chance
        )
        for one in people
    ]
    return Picked(tuple(picks), shots)


def set_to(job: Featuring, who: Who, photo: str) -> Picked:
    """Pick a photo by hand, for one person who is in it."""
    people = meant(job.source, who)
    if len(people) != 1:
        raise UsageError(f"--photo is for one person, and {len(people)} are meant; name one with --id")
    shots = _shots(job, people, everybody=False)
    shot = shots.get(people[0].id, {}).get(photo)
    if shot is None:
        named = people[0].name or people[0].id
        raise UsageError(f"{named} is not in the photo {photo}, or it is not on the timeline")
    bias = Bias()
    chosen = featuring.pick(people[0], [shot.portrait], bias, job.now, job.chance)
    return Picked((replace(chosen, why="chosen by hand"),), shots)


def meant(source: People, who: Who) -> tuple[Person, ...]:
    """Those who are meant, by name; UsageError where nobody is called so."""
    everybody = source.people(hidden=bool(who.ids or who.names), counted=False)
    known = {one.id for one in everybody}
    called = {one.name for one in everybody}
    missing = [name for name in who.names if name not in called]
    if missing:
        raise UsageError(
            f"nobody is called {', '.join(map(repr, missing))}; `keepers people list` shows everybody"
        )

    def is_meant(one: Person) -> bool:
        if not who.some:
            return not one.hidden
        return (
            one.id in who.ids
            or (bool(one.name) and one.name in who.names)
            or (who.favorites and one.favorite)
        )

    found = [one for one in everybody if is_meant(one)]
    # A server does not list who has no name and is seen once or twice; by id they may be meant.
    found += [Person(key, "") for key in dict.fromkeys(who.ids) if key not in known]
    if who.named is not None:
        found = [one for one in found if bool(one.name) is who.named or one.id in who.ids]
    return tuple(sorted(found, key=lambda one: (not one.name, one.name, one.id)))


def _shots(job: Featuring, people: Sequence[Person], *, everybody: bool) -> dict[str, dict[str, Shot]]:
    """The photos on the timeline of each person, by asset; of several faces of one person the largest counts."""
    wanted = frozenset(one.id for one in people)
    keys = None if everybody and len(people) > FEW else sorted(wanted)
    found: dict[str, dict[str, Shot]] = {}
    job.progress.stage("photos", 0, 0)
    for seen in job.source.faces(keys, hidden=any(one.hidden for one in people)):
        job.progress.step(1, 0)
        if seen.asset.kind is Kind.PHOTO and seen.asset.visibility == "timeline":
            for person, shot in _of_asset(seen, wanted):
                held = found.setdefault(person, {})
                if shot.portrait.asset not in held or _area(held[shot.portrait.asset].box) < _area(shot.box):
                    held[shot.portrait.asset] = shot
    job.progress.done()
    return found


def _of_asset(seen: Seen, wanted: frozenset[str]) -> Iterator[tuple[str, Shot]]:
    for face in seen.faces:
        if face.person in wanted:
            size = _area(face.box) * seen.asset.width * seen.asset.height
            portrait = Portrait(seen.asset.id, size or None, seen.asset.taken if seen.asset.dated else None)
            yield face.person, Shot(portrait, face.box, seen.asset.name)


def _area(box: Box) -> float:
    return box[2] * box[3]


# Pixels


def _judged(job: Featuring, shots: dict[str, dict[str, Shot]]) -> dict[str, dict[str, Shot]]:
    """The photos with the sharpness of the faces, and what a face back end tells of them; each preview is loaded once."""
    by_asset: dict[str, list[str]] = {}
    for person, held in shots.items():
        for asset in held:
            by_asset.setdefault(asset, []).append(person)
    judge = job.judge
    found = {person: dict(held) for person, held in shots.items()}

    def boxes(asset: str) -> tuple[Box, ...]:
        return tuple(shots[person][asset].box for person in by_asset[asset])

    def put(asset: str, portraits: Sequence[Portrait]) -> None:
        for person, portrait in zip(by_asset[asset], portraits, strict=True):
            found[person][asset] = found[person][asset]._replace(portrait=portrait)

    shown = (
        (asset, picture.path)
        for asset, picture in job.pictures.previews(by_asset)
        if not isinstance(picture, Failure)
    )
    if judge.backend == "none" or judge.old:
        tasks = (BlurTask(asset, path, boxes(asset), judge.old) for asset, path in shown)
        for task, sharp in _worked(job, judge.sharpness, tasks, len(by_asset)):
            portraits = [shots[person][task.asset].portrait for person in by_asset[task.asset]]
            pairs = zip(portraits, sharp, strict=True)
            put(task.asset, [replace(portrait, sharpness=value) for portrait, value in pairs])
        return found
    with judge.device(len(by_asset)) as device:
        looks = (
            LookTask(path, ContentId(asset), judge.backend, judge.model_dir, boxes(asset), device)
            for asset, path in shown
        )
        for one, look in _worked(job, judge.look, looks, len(by_asset)):
            portraits = [shots[person][one.content].portrait for person in by_asset[one.content]]
            if len(look.faces) != len(portraits):
                continue  # A back end that does not keep its promise tells nothing of whose face is which.
            put(
                one.content,
                [
                    replace(portrait, sharpness=open_ended(face), face=face)
                    for portrait, face in zip(portraits, look.faces, strict=True)
                ],
            )
    return found


def _worked(
    job: Featuring, task: Callable[[T], R], work: Iterable[T], number: int, stage: str = "judging"
) -> Iterator[tuple[T, R]]:
    """Decode in workers; what cannot be decoded is left out."""
    workers = job.judge.workers()
    job.progress.stage(stage, number, 0)
    try:
        for item, result in workers.map(task, work):
            job.progress.step(1, 0)
            if not isinstance(result, Failure):
                yield item, result
    finally:
        workers.close()
        job.progress.done()


def faces(
    job: Featuring, picked: Picked, now: Mapping[str, Present], most: int
) -> dict[tuple[str, str], bytes]:
    """The faces of the first candidates, cut out, by person and asset; what has no preview is left out."""
    wanted: dict[str, list[tuple[str, Box]]] = {}
    for one in picked.picks:
        for mark in people_feature.candidates(one, now[one.person.id], most):
            asset = mark.portrait.asset
            wanted.setdefault(asset, []).append((one.person.id, picked.shots[one.person.id][asset].box))
    tasks = (
        CropTask((person, asset), shown.path, box, SIDE)
        for asset, shown in job.pictures.previews(wanted)
        if not isinstance(shown, Failure)
        for person, box in wanted[asset]
    )
    number = sum(len(held) for held in wanted.values())
    return {task.key: data for task, data in _worked(job, job.judge.crop, tasks, number, "faces")}


# The plan


def present(
    job: Featuring, picks: Sequence[Pick], remembered: Mapping[str, tuple[str, str]]
) -> dict[str, Present]:
    """What stands for people now: told by the source, or remembered as long as nobody has changed them since."""
    if job.exact:
        return {one.person.id: Present(one.person.featured or None) for one in picks}
    known = {one.person.id: remembered[one.person.id] for one in picks if one.person.id in remembered}
    same = job.pictures.untouched({person: revision for person, (_, revision) in known.items()})
    return {
        one.person.id: Present(*known[one.person.id]) if one.person.id in same else Present(UNKNOWN)
        for one in picks
    }


def recognise(
    job: Featuring, picked: Picked, now: Mapping[str, Present], *, most: int | None
) -> dict[str, Present]:
    """What stands for people, with those added who are known by the picture that the server has drawn of them.

    For that the previews of all their photos are loaded: of so many at `most`, and none where there are more.
    """
    wanted = {
        one.person.id: picked.shots[one.person.id]
        for one in picked.picks
        if one.chosen and now[one.person.id].asset == UNKNOWN
    }
    if not wanted or (most is not None and sum(map(len, wanted.values())) > most):
        return dict(now)
    # Asked before the pictures are: what is changed in between is seen when it is to be set.
    changed = job.pictures.changed(wanted)
    drawn = dict(job.pictures.drawn(changed))
    assets = dict.fromkeys(asset for person in drawn for asset in wanted[person])
    paths = {
        asset: shown.path for asset, shown in job.pictures.previews(assets) if not isinstance(shown, Failure)
    }
    people = (
        (
            person,
            portrait,
            {asset: (paths[asset], shot.box) for asset, shot in wanted[person].items() if asset in paths},
        )
        for person, portrait in drawn.items()
    )
    known = people_recognising.recognised(job.judge.workers, job.judge.signature, people)
    return {**now, **{person: Present(asset, changed[person]) for person, asset in known}}


def prepare(place: PlaceId, picks: Sequence[Pick], now: Mapping[str, Present]) -> Checked:
    """The checked plan."""
    plan = people_feature.plan(place, picks, now)
    fields = {
        (people_feature.ref(place, person), FEATURED): standing.asset for person, standing in now.items()
    }
    return check(plan, World({}, fields=fields))
