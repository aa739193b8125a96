"""`keepers explain`: what is known of one photo or group, and why it was decided so."""

import argparse
import os
from dataclasses import dataclass

from keepers import wiring
from keepers.catalog import contents, locations, lying, photos, served, sightings
from keepers.catalog import told as facts_told
from keepers.catalog.store import Catalog
from keepers.cli import judging, learning, session, show, telling
from keepers.cli.whole import with_siblings
from keepers.errors import UsageError
from keepers.model import Bundle, Decision, Face, Fate, Role, Score


def explain(options: argparse.Namespace) -> int:
    """Say what is known of one photo, or of one group, and why it was decided so."""
    opened = session.opened(options)
    if wiring.is_there(options.what):
        return _explain_photo(options, opened, os.path.abspath(options.what))
    if (address := wiring.server(options.what)) is not None:
        return _explain_served(options, opened, address)
    with opened.catalog(create=False) as catalog:
        tidied = opened.tidy(catalog, sightings.everywhere(catalog), judging.kinds(options))
    for decision in tidied.decisions:
        if decision.group.id == options.what:
            if options.json:
                show.document(judging.group_json(decision))
            else:
                judging.tell_group(decision)
            return 0
    message = f"{options.what} is neither a file nor the id of a group; `keepers group` lists the groups"
    raise UsageError(message)


@dataclass(frozen=True, slots=True)
class _Photo:
    bundle: Bundle
    faces: tuple[Face, ...]
    decisions: tuple[Decision, ...]
    score: Score
    reasons: tuple[str, ...]
    beside: tuple[tuple[str, str], ...]
    film_offset: int | None
    apart: str
    pixels: str
    here: lying.Lying | None


#: By what an asset of a server is taken for a file of this machine, in words.
_EVIDENCE = {
    lying.BY_PATH: "the server reads this very file, by the settings",
    lying.BY_BYTES: "has the server's checksum",
    lying.BY_NAME: "has the same name and size, and nobody has compared the bytes: it does not count as a copy",
}


def _explain_photo(options: argparse.Namespace, opened: wiring.Session, path: str) -> int:
    with opened.catalog(create=True) as catalog:
        report = opened.scan(catalog, with_siblings(opened, path))
        bundle = photos.bundle_at(catalog, path)
        if bundle is None:
            rows = dict(report.unreadable) | dict(report.ignored)
            show.line(f"{path}: {rows.get(path, 'is no photo')}")
            return learning.PARTLY
        photo = _judged(options, opened, catalog, bundle, path)
    return _explained(options, path, photo)


def _explain_served(options: argparse.Namespace, opened: wiring.Session, address: str) -> int:
    with opened.catalog(create=False) as catalog:
        bundle = photos.bundle_at(catalog, address)
        if bundle is None:
            place, _, key = address.partition(":")
            rows = dict(sightings.reasons(catalog, [f"{place}:"], Fate.UNREADABLE))
            if not key or address not in rows:
                message = (
                    f"{address} is no photo that is known; `keepers scan {place}:` learns what is new there"
                )
                raise UsageError(message)
            show.line(f"{address}: {rows[address]}")
            return learning.PARTLY
        photo = _judged(options, opened, catalog, bundle, address)
    return _explained(options, address, photo)


def _explained(options: argparse.Namespace, path: str, photo: _Photo) -> int:
    if options.json:
        show.document(_photo_json(path, photo))
    else:
        _tell_photo(path, photo)
    return 0


def _judged(
    options: argparse.Namespace, opened: wiring.Session, catalog: Catalog, bundle: Bundle, path: str
) -> _Photo:
    everywhere = sightings.everywhere(catalog)
    tidied = opened.tidy(catalog, everywhere, judging.kinds(options), bundle.main.content)
    score, look = opened.alone(catalog, bundle)
    beside = facts_told.of(catalog, bundle.main.content)
    facts = contents.facts_of(catalog, [bundle.main.content]).get(bundle.main.content)
    film, apart = facts.film_offset if facts else None, locations.apart(catalog, path)
    pixels = served.pictured(catalog, contents.digest(bundle.main.content))
    here = lying.of(catalog, [bundle.main.ref]).get(bundle.main.ref)
    refs = {bundle.main.ref, *bundle.copies}
    mine = tuple(
        d
        for d in tidied.decisions
        if any(m.main.ref in refs or m.main.content == bundle.main.content for m in d.group.members)
    )
    reasons = tuple(
        reason
        for d in mine
        for s in d.scores
        for m in d.group.members
        if m.main.ref == s.ref and m.main.content == bundle.main.content
        for reason in s.reasons
    )
    told = tuple(dict.fromkeys(reasons)) or (*score.reasons, "it is in no group")
    return _Photo(bundle, look.faces if look else (), mine, score, told, beside, film, apart, pixels, here)


def _photo_json(path: str, photo: _Photo) -> dict[str, object]:
    main = photo.bundle.main
    taken = main.taken
    return {
        "path": path,
        "taken": {
            "at": taken.at.isoformat(),
            "source": taken.source,
            "certain": taken.certain,
            "note": taken.note,
        }
        if taken
        else None,
        "place": main.ref.place,
        "content": main.content,
        "name": main.name or os.path.basename(main.ref.key),
        "pixels": photo.pixels or "file",
        "here": {"path": photo.here.path, "evidence": photo.here.evidence} if photo.here else None,
        "bundle": [
            *({"path": judging.shown(asset.ref), "role": asset.role.value} for asset in photo.bundle.assets),
            *_film_within(photo),
        ],
        "apart": photo.apart,
        "faces": [
            {
                "box": list(f.box),
                "eyes_open": f.eyes_open,
                "smile": f.smile,
                "sharpness": f.sharpness,
                "known": sorted(f.known),
            }
            for f in photo.faces
        ],
        "groups": [judging.group_json(decision) for decision in photo.decisions],
        "score": round(photo.score.value, 4),
        "scores": {name: round(value, 4) for name, value in photo.score.parts.items()},
        "reasons": list(photo.reasons),
        "told": telling.as_json(photo.beside),
    }


def _film_within(photo: _Photo) -> list[dict[str, object]]:
    """The film inside a Motion Photo: the same path, and where in it the film begins."""
    if photo.film_offset is None:
        return []
    return [
        {
            "path": judging.shown(photo.bundle.main.ref),
            "role": Role.MOTION_VIDEO.value,
            "offset": photo.film_offset,
        }
    ]


def _tell_photo(path: str, photo: _Photo) -> None:
    taken = photo.bundle.main.taken
    show.line(path)
    if taken:
        show.line(
            f"  taken    {taken.at:%Y-%m-%d %H:%M:%S %z} by {taken.source}{'' if taken.certain else ' (uncertain)'}"
        )
        if taken.note:
            show.line(f"           {taken.note}")
    _tell_bytes(photo)
    telling.tell(photo.beside)
    for asset in photo.bundle.others:
        show.line(f"  with     {judging.shown(asset.ref)} ({asset.role.value})")
    for film in _film_within(photo):
        show.line(f"  with     a film of its own, from byte {film['offset']} on ({film['role']})")
    if photo.apart:
        show.line(f"  apart    {photo.apart}")
    for number, face in enumerate(photo.faces, 1):
        show.line(
            f"  face {number}   eyes {_share(face.eyes_open)}, smile {_share(face.smile)}, sharpness {_share(face.sharpness)}"
        )
    for decision in photo.decisions:
        judging.tell_group(decision)
    if not photo.decisions:
        parts = ", ".join(f"{name} {value:.2f}" for name, value in photo.score.parts.items())
        show.line(f"  by itself {photo.score.value:.2f}" + (f" ({parts})" if parts else ""))
        for reason in photo.reasons:
            show.line(f"  - {reason}")


def _tell_bytes(photo: _Photo) -> None:
    seen = f", seen by the server's {photo.pixels}" if photo.pixels else ""
    show.line(f"  content  {photo.bundle.main.content}{seen}")
    if photo.here:
        show.line(f"  here     {photo.here.path}: {_EVIDENCE[photo.here.evidence]}")


def _share(value: float | None) -> str:
    return "unknown" if value is None else f"{value:.2f}"
