"""One group with all that is known of it, as the page compares its photos."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from keepers.catalog import contents, photos, review_rows, sightings
from keepers.catalog.contents import digest
from keepers.catalog.locations import numbers_of
from keepers.catalog.review_rows import Verdict
from keepers.catalog.reviews import Row
from keepers.catalog.store import Catalog
from keepers.model import LOCAL, Asset, Bundle, ContentId, Face, Facts, GroupKind, Kind, Look, Ref, Role
from keepers.read import merging, pair_names
from keepers.reasons import Reason, unpacked
from keepers.score.faces import Person, face_scores, people
from keepers.score.weights import Weights
from keepers.web import rows
from keepers.web.answers import groups as answers
from keepers.web.answers.said import Said

_NOTHING: Final = Facts("", 0, 0)
_FILMS: Final = frozenset({Role.LIVE_VIDEO, Role.MOTION_VIDEO})
#: Below these, relative to the same person's best, a face has a defect worth a word.
_SHUT, _BLURRED, _AWAY, _CALMER = 0.35, 0.5, 0.7, 0.2
#: What is told of a keeper of other pictures than its own would be wrong.
_OWN: Final = frozenset({GroupKind.BURST.value, GroupKind.BRACKET.value})


@dataclass(frozen=True, slots=True)
class _Photo:
    """A member with all that was read of it."""

    verdict: Verdict
    bundle: Bundle
    facts: Facts
    score: Sequence[Any] | None
    number: int
    made: tuple[Asset, ...]


def group(catalog: Catalog, row: Row) -> tuple[answers.Group, list[Asset]]:
    """A group, without its neighbours; and what its pictures are made of."""
    data = review_rows.detail(catalog, row.n)
    found = _photos(catalog, row, data)
    looks = _looks(catalog, row, found)
    faces, persons = _faces(found, looks)
    numbers = numbers_of(catalog, [asset.ref for one in found for asset in one.bundle.assets])
    members = [_member(one, faces[at], numbers) for at, one in enumerate(found)]
    by_user = bool(found) and all(one.verdict.said is not None for one in found)
    made = answers.Group(
        row=rows.row(row),
        evidence=[rows.said(unpacked(word)) for word in data.get("evidence", ())],
        flip=rows.said(unpacked(data["flip"])) if data.get("flip") else None,
        by="user" if by_user else "rule",
        best=members[0].photo if members else 1,
        members=members,
        differences=list(_differences(found)),
        inherits=[] if row.kind in _OWN else list(_inherited(found)),
        versions=list(_versions(data, found)),
        persons=persons,
        before=None,
        after=None,
    )
    return made, [one.bundle.main for one in found]


def mains(catalog: Catalog, row: Row) -> list[Asset]:
    """What the pictures of a group are made of."""
    return [one.bundle.main for one in _photos(catalog, row, {})]


def _photos(catalog: Catalog, row: Row, data: Mapping[str, Any]) -> list[_Photo]:
    verdicts = [one for one in review_rows.members(catalog, row.n) if not one.gone]
    wanted = {one.content for one in verdicts}
    bundles = photos.bundles(catalog, sightings.everywhere(catalog), wanted)
    facts = contents.facts_of(catalog, wanted)
    scores = data.get("scores", ())
    edits = {
        asset.content
        for same in bundles.values()
        for one in same
        for asset in one.others
        if asset.role is Role.EDITED
    }
    composites = {content for content, known in contents.facts_of(catalog, edits).items() if known.composite}
    found: list[_Photo] = []
    for one in verdicts:
        bundle = _bundle(bundles.get(one.content, ()), one.ref, equal=row.kind == GroupKind.SAME_BYTES)
        if bundle is None:
            continue
        known = facts.get(one.content, _NOTHING)
        said = merging.merged(known, [bundle.said] if bundle.said else [])
        score = scores[one.ord] if one.ord < len(scores) else None
        made = tuple(asset for asset in bundle.others if asset.content in composites)
        found.append(_Photo(one, bundle, said, score, one.number, made))
    return found


def _bundle(same: Sequence[Bundle], ref: Ref, *, equal: bool) -> Bundle | None:
    """The bundle at a place, or where its bytes lie now; with its other places where those are no members."""
    found = next((bundle for bundle in same if bundle.main.ref == ref), None)
    if found is None and not equal:
        found = next(iter(same), None)
    if found is None or equal:
        return found
    others = tuple(bundle.main.ref for bundle in same if bundle is not found)
    return Bundle(found.main, found.others, others, found.said)


def _member(one: _Photo, faces: list[answers.FaceBox], numbers: Mapping[Ref, int]) -> answers.Member:
    main, verdict = one.bundle.main, one.verdict
    value = 0.0 if one.score is None else float(one.score[0])
    parts: Mapping[str, float] = {} if one.score is None else one.score[1]
    reasons: Sequence[object] = () if one.score is None else one.score[2]
    number = numbers.get(main.ref, verdict.number) or 1
    raw = digest(main.content)
    return answers.Member(
        photo=number,
        name=rows.text(_name(main)),
        path=rows.text(_shown(main.ref)),
        place=main.ref.place,
        folder=rows.text(main.ref.key.rpartition("/")[0] if main.ref.place == LOCAL else main.ref.place),
        kind="video" if main.kind is Kind.VIDEO else "photo",
        format=one.facts.format,
        width=main.width,
        height=main.height,
        size=verdict.size,
        taken=None if main.taken is None else answers.Taken(
            at=main.taken.at.isoformat(), source=main.taken.source, certain=main.taken.certain, note=main.taken.note
        ),
        camera=rows.text(one.facts.camera),
        keep=verdict.keep,
        proposed=verdict.proposed,
        said=verdict.said,
        score=min(1.0, max(0.0, value)),
        scores=[answers.Value(name=name, value=round(float(part), 4)) for name, part in parts.items()],
        reasons=[rows.said(unpacked(reason)) for reason in reasons][:3],
        defect=_defect(faces, parts),
        faces=faces,
        files=[_file(asset, numbers) for asset in one.bundle.assets if asset.ref in numbers],
        made=[_made(asset, numbers[asset.ref]) for asset in one.made if asset.ref in numbers],
        copies=[rows.text(_shown(ref)) for ref in one.bundle.copies],
        film=film_of(one.bundle, one.facts, numbers),
        thumbnail=rows.picture(number, raw, "thumbnail"),
        preview=rows.picture(number, raw, "preview"),
        full=rows.picture(number, raw, "full"),
        original=f"{rows.PHOTOS}/{number}/original",
    )  # fmt: skip


def _made(asset: Asset, number: int) -> answers.Made:
    raw = digest(asset.content)
    stem = _name(asset).rpartition(".")[0].casefold()
    return answers.Made(
        photo=number,
        kind=next((mark.strip("_") for mark in pair_names.MADE if mark in stem), "other"),
        name=rows.text(_name(asset)),
        width=asset.width,
        height=asset.height,
        thumbnail=rows.picture(number, raw, "thumbnail"),
        preview=rows.picture(number, raw, "preview"),
        full=rows.picture(number, raw, "full"),
    )


def film_of(bundle: Bundle, facts: Facts, numbers: Mapping[Ref, int]) -> str | None:
    """What plays: the clip itself, the film of a Live Photo, or the one inside a Motion Photo."""
    if bundle.main.kind is Kind.VIDEO or facts.film_offset is not None:
        number = numbers.get(bundle.main.ref)
    else:
        film = next((asset for asset in bundle.others if asset.role in _FILMS), None)
        number = None if film is None else numbers.get(film.ref)
    return None if number is None else f"{rows.PHOTOS}/{number}/film"


def _file(asset: Asset, numbers: Mapping[Ref, int]) -> answers.File:
    number = numbers[asset.ref]
    return answers.File(
        photo=number,
        name=rows.text(_name(asset)),
        path=rows.text(_shown(asset.ref)),
        role=asset.role.value,
        size=asset.size,
        film=f"{rows.PHOTOS}/{number}/film" if asset.kind is Kind.VIDEO else None,
    )


def _name(asset: Asset) -> str:
    return asset.name or asset.ref.key.rsplit("/", 1)[-1]


def _shown(ref: Ref) -> str:
    return ref.key if ref.place == LOCAL else f"{ref.place}:{ref.key}"


# ---------------------------------------------------------------- faces


def _looks(catalog: Catalog, row: Row, found: Sequence[_Photo]) -> Mapping[ContentId, Look]:
    method = review_rows.note(catalog, "method")
    if not method or not row.faces:
        return {}
    return contents.looks_of(catalog, [one.verdict.content for one in found], method)


def _faces(
    found: Sequence[_Photo], looks: Mapping[ContentId, Look]
) -> tuple[list[list[answers.FaceBox]], int]:
    """The faces of each photo, and how many people they are of; people are followed in the order of time."""
    order = sorted(range(len(found)), key=lambda at: _when(found[at]))
    frames = [look.faces if (look := looks.get(found[at].verdict.content)) else () for at in order]
    everyone = people(frames) if any(frames) else ()
    boxes: list[list[answers.FaceBox]] = [[] for _ in found]
    for number, person in enumerate(everyone):
        best = _best(person)
        for at, face in zip(order, person.faces, strict=True):
            if face is not None:
                boxes[at].append(_box(number, face, person, best=face is best))
    return boxes, len(everyone)


def _when(one: _Photo) -> tuple[float, str]:
    taken = one.bundle.main.taken
    return (taken.at.timestamp() if taken else float("inf"), one.bundle.main.ref.key)


def _best(person: Person) -> Face | None:
    """The face that the judge likes best; the first of equals."""
    marks = face_scores(person, Weights())
    there = [at for at, face in enumerate(person.faces) if face is not None]
    return person.faces[max(there, key=lambda at: marks[at].value)]


def _box(number: int, face: Face, person: Person, *, best: bool) -> answers.FaceBox:
    return answers.FaceBox(
        person=number,
        box=face.box,
        eyes_open=face.eyes_open,
        smile=face.smile,
        sharpness=face.sharpness,
        notes=[rows.said(Reason(code)) for code in _notes(face, person)],
        best=best,
    )


def _notes(face: Face, person: Person) -> Iterator[str]:
    """The codes of what is wrong with a face: what the same person's other faces of the group show to be no habit."""
    if face.eyes_open is not None and face.eyes_open < _SHUT:
        yield "eyes-closed"
    sharpest = max((other.sharpness or 0.0 for other in person.seen), default=0.0)
    if face.sharpness is not None and face.sharpness < _BLURRED * sharpest:
        yield "blurred"
    if face.yaw is not None and abs(face.yaw) > _AWAY:
        yield "looks-away"
    # A laugh is easily taken for one; so it counts where this person looks calmer in another photo.
    calmest = min((other.grimace for other in person.seen if other.grimace is not None), default=0.0)
    if face.grimace is not None and face.grimace > max(_BLURRED, calmest + _CALMER):
        yield "grimace"


def _defect(faces: Sequence[answers.FaceBox], parts: Mapping[str, float]) -> Said | None:
    """What is worst about a photo: a face first, then the weakest part of its score."""
    noted = next((face.notes[0] for face in faces if face.notes), None)
    if noted is not None:
        return noted
    codes = {"sharpness": "weak-sharpness", "exposure": "weak-exposure", "face sharpness": "weak-faces"}
    weak = [(parts[name], code) for name, code in codes.items() if name in parts and parts[name] < _BLURRED]
    return rows.said(Reason(min(weak)[1])) if weak else None


# ---------------------------------------------------------------- differences


def _differences(found: Sequence[_Photo]) -> Iterator[answers.Difference]:
    """Facts of all photos side by side; what none of them has is left out."""
    table: list[tuple[str, list[str]]] = [
        ("size", [str(one.verdict.size) for one in found]),
        ("pixels", [f"{one.bundle.main.width} x {one.bundle.main.height}" for one in found]),
        ("format", [one.facts.format for one in found]),
        ("date", ["" if (t := one.bundle.main.taken) is None else t.at.isoformat() for one in found]),
        ("date proven by", ["" if (t := one.bundle.main.taken) is None else t.source for one in found]),
        ("folder", [_shown(one.bundle.main.ref).rpartition("/")[0] for one in found]),
        ("camera", [one.facts.camera for one in found]),
        ("lens", [one.facts.lens for one in found]),
        ("software", [one.facts.software for one in found]),
        ("exposure", [_exposure(one.facts) for one in found]),
        ("position", [_position(one.facts) for one in found]),
        ("quality", ["" if one.facts.quality is None else str(one.facts.quality) for one in found]),
        ("rating", ["" if one.facts.rating is None else str(one.facts.rating) for one in found]),
        ("favourite", ["yes" if one.facts.favourite else "" for one in found]),
        ("description", [one.facts.description for one in found]),
        ("keywords", [", ".join(one.facts.keywords) for one in found]),
        ("people", [", ".join(one.facts.people) for one in found]),
        ("albums", [", ".join(one.facts.albums) for one in found]),
        ("files", [str(len(one.bundle.assets)) for one in found]),
    ]
    for field, values in table:
        if any(values):
            shown = [rows.text(value) for value in values]
            yield answers.Difference(field=field, equal=len(set(shown)) == 1, values=shown)


def _exposure(facts: Facts) -> str:
    seconds = facts.exposure_seconds
    parts = (
        "" if not seconds else f"1/{1 / seconds:.0f} s" if seconds < 1 else f"{seconds:g} s",
        "" if facts.f_number is None else f"f/{facts.f_number:g}",
        "" if facts.iso is None else f"ISO {facts.iso:g}",
    )
    return " ".join(part for part in parts if part)


def _position(facts: Facts) -> str:
    return "" if facts.position is None else f"{facts.position[0]:.5f}, {facts.position[1]:.5f}"


def _inherited(found: Sequence[_Photo]) -> Iterator[answers.Inherited]:
    """What those that may go know and the best photo does not."""
    keep = [one for one in found if one.verdict.keep]
    going = [one for one in found if not one.verdict.keep]
    if not keep or not going:
        return
    own = keep[0].facts
    for field, said in _sayings().items():
        mine = set(said(own))
        news: dict[str, list[int]] = {}
        for one in going:
            for value in said(one.facts):
                if value and value not in mine:
                    news.setdefault(value, []).append(one.number or 1)
        for value, numbers in news.items():
            yield answers.Inherited(field=field, value=rows.text(value), from_photos=numbers)


_Saying = Callable[[Facts], Sequence[str]]


def _sayings() -> Mapping[str, _Saying]:
    return {
        "albums": lambda facts: facts.albums,
        "favourite": lambda facts: ("yes",) if facts.favourite else (),
        "rating": lambda facts: (str(facts.rating),) if facts.rating else (),
        "people": lambda facts: facts.people,
        "keywords": lambda facts: facts.keywords,
        "description": lambda facts: (facts.description,),
        "position": lambda facts: (_position(facts),),
    }


def _versions(data: Mapping[str, Any], found: Sequence[_Photo]) -> Iterator[answers.Version]:
    numbers = {one.verdict.ref: one.number or 1 for one in found}
    for ref, stage, made_of, depth in data.get("versions", ()):
        number = numbers.get(Ref(*ref))
        if number is not None:
            source = None if made_of is None else numbers.get(Ref(*made_of))
            yield answers.Version(photo=number, stage=stage, made_of=source, depth=depth)
