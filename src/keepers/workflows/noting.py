"""How what was learned of one asset of a server is noted: its content, its facts, its row."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Final

from keepers.catalog import contents, lying, served
from keepers.catalog.served import Row
from keepers.model import ContentId, Facts, Fate, PlaceId, Role
from keepers.ports import Failure, Gallery, Served
from keepers.read import dates
from keepers.read.packed import pack, unpack
from keepers.workflows.job import METHOD, Job, Measured
from keepers.workflows.scan import Learning

EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
#: Fingerprints of assets are of the server's thumbnails, unless the files themselves are loaded.
THUMBNAIL: Final = "thumbnail"


@dataclass(slots=True)
class Run:
    """One scan of one server: what it works with, and what it has yet to ask."""

    learning: Learning
    gallery: Gallery
    clocks: dict[str, timedelta]
    place: PlaceId
    #: Everything is asked again, since the last scan was stopped before its end.
    again: bool
    #: Other folders of this machine hold the server's files than in the last scan.
    remapped: bool
    fresh: list[str] = field(default_factory=list[str])
    films: dict[str, str] = field(default_factory=dict[str, str])
    #: Files of this machine that could not be read, whose assets are looked at by the server's pictures.
    failed: list[Served] = field(default_factory=list[Served])
    measured: int = 0
    #: How many assets were listed, and how many of them lie on this machine.
    listed: int = 0
    here: int = 0
    #: Why assets could not be read whose bytes are wanted, by id; None where all of them are only looked at.
    unread: dict[str, str] | None = None


@dataclass(frozen=True, slots=True)
class Task:
    """A picture that is measured, and the asset whose it is; `own` where it is the file itself, on this machine."""

    one: Served
    job: Job
    own: bool = False


def standing(run: Run, one: Served) -> tuple[Role, int | None]:
    """Which part of a photo an asset is: what is looked at is a photo by itself, until its films are told."""
    return (
        (Role.MAIN, None) if run.unread is None else served.role_of(run.learning.catalog, run.place, one.id)
    )


def put_undecoded(run: Run, one: Served, result: Measured | Failure) -> None:
    """Note the bytes of an asset that the server could make a picture of, and we cannot; or why they could not be read."""
    catalog = run.learning.catalog
    if isinstance(result, Failure):
        if run.unread is not None:
            run.unread[one.id] = result.reason
        return
    prints = served.prints_of(catalog, run.place, one.id)
    new = contents.NewContent(result.b3, one.size, one.kind, METHOD, packed=pack(one.facts), prints=prints)
    number = contents.add(catalog, new)
    served.add_pictured(catalog, number, THUMBNAIL)
    put(run, one, number, one.facts, *standing(run, one))


def own_facts(run: Run, one: Served, result: Measured) -> Facts:
    """What a file says of itself, and what only its server knows."""
    if result.fresh:
        own = unpack(result.packed.text)
    else:
        content = contents.content_id(result.b3)
        own = contents.facts_of(run.learning.catalog, [content]).get(content, one.facts)
    return own._replace(dates=own.dates or one.facts.dates, camera=own.camera or one.facts.camera)


def seen_facts(one: Served, result: Measured) -> Facts:
    """What the server says of a photo; a picture of it tells which way is up, and whether it has a border."""
    facts, packed = one.facts, result.packed
    if (packed.width > packed.height) != (facts.width > facts.height) and packed.width != packed.height:
        facts = facts._replace(width=facts.height, height=facts.width)
    return facts._replace(inside=unpack(packed.text).inside)


def told_facts(run: Run, one: Served, content: int) -> Facts:
    """What the server says of a photo whose bytes are known, and when it was taken by these where the server tells nothing."""
    if one.facts.dates:
        return one.facts
    named = contents.named_row(run.learning.catalog, content)
    own = contents.facts_of(run.learning.catalog, [named]).get(named)
    return one.facts if own is None else one.facts._replace(dates=own.dates)


def content(run: Run, task: Task, facts: Facts, result: Measured) -> int:
    """Note a content as it was measured: by its bytes where they were read, by what its server calls them where not."""
    catalog, one, exact = run.learning.catalog, task.one, task.own or run.gallery.exact
    known = None if result.fresh else contents.find(catalog, result.b3)
    if known is None:
        new = contents.NewContent(
            result.b3 if exact else named(run, one), one.size, one.kind, METHOD,
            packed=result.packed if exact else pack(facts), prints=result.prints, clip=result.clip,
        )  # fmt: skip
        number = contents.add(catalog, new)
    else:
        number = known.row
    if not task.own:
        served.add_pictured(catalog, number, served.ORIGINAL if exact else THUMBNAIL)
    if exact and one.sha1:
        served.add_alias(catalog, number, bytes.fromhex(one.sha1))
    return number


def named(run: Run, one: Served) -> bytes:
    """What is known of bytes that nobody here has read: the server's checksum, or whose they are."""
    return bytes.fromhex(one.sha1) if one.sha1 else contents.digest(ContentId(f"ref:{run.place}/{one.id}"))


def put(run: Run, one: Served, content: int, facts: Facts, role: Role, main: int | None) -> None:
    """Note an asset with its content."""
    moment = one.created or one.updated
    evidence = dates.Evidence(facts.dates, one.name, "", nanoseconds(moment), facts.camera, facts.position)
    taken = dates.taken_all([evidence], run.learning.now, run.learning.home, run.clocks)[0]
    fate = Fate.PHOTO if role is Role.MAIN else Fate.COMPANION
    row = Row(run.place, one.id, one.size, revision(one), fate, "", content, taken, one.said, main, role)
    number = served.put(run.learning.catalog, row)
    if one.here:
        lying.note(run.learning.catalog, run.place, {one.id: one.here}, lying.BY_PATH)
    if role is Role.MAIN:
        served.forget_films(run.learning.catalog, number, one.film)


def put_unreadable(run: Run, one: Served, failure: Failure) -> None:
    """Note that an asset cannot be looked at, and why; where that may pass, it is tried again."""
    changed = revision(one) if failure.lasting else served.PASSING
    row = Row(run.place, one.id, one.size, changed, Fate.UNREADABLE, failure.reason, told=one.said)
    served.put(run.learning.catalog, row)


def revision(one: Served) -> int:
    """When an asset changed last, in nanoseconds."""
    return nanoseconds(one.updated)


def nanoseconds(at: datetime) -> int:
    """A moment as file systems write it."""
    return (at - EPOCH) // timedelta(microseconds=1) * 1000
