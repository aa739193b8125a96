"""`keepers people list`: whom a server knows, faces of nobody, and who is in one file."""

import argparse
import os
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime

from keepers import servers
from keepers.cli import session, show
from keepers.people import People, Person, PersonFace, Pictured, Seen
from keepers.people_work import tell
from keepers.people_work.tell import Known
from keepers.workflows.people import InFile, in_file

_LONG_AGO = datetime(1, 1, 1, tzinfo=UTC)


def listing(options: argparse.Namespace) -> int:
    """List people, or photos with faces of nobody known, or who is in a file."""
    if not (options.unidentified or options.file):
        _people(options)
        return 0
    with servers.people(os.environ, options.server, options.via) as source:
        if options.unidentified:
            _unidentified(options, source)
        else:
            _file(options, source)
    return 0


def row(one: Person) -> dict[str, object]:
    """A person as JSON tells them."""
    return {
        "id": one.id,
        "name": one.name,
        "faces": one.faces,
        "birth_date": one.birth_date.isoformat() if one.birth_date else None,
        "hidden": one.hidden,
        "favorite": one.favorite,
        "featured": one.featured or None,
    }


def _people(options: argparse.Namespace) -> None:
    wanted = options.all or options.hidden
    found = [
        one
        for one in tell.people(session.opened(options), options.server, options.via, hidden=wanted)
        if (one.person.hidden or not options.hidden) and (one.person.name or not options.named)
    ]
    # Those who are in most photos come first; of them, favourites and those who have a name.
    found.sort(key=lambda one: (not one.person.favorite, not one.person.name))
    if options.json:
        show.document(
            {
                "people": [
                    {**row(one.person), "directory": one.folder or None, "sorted": one.sorted}
                    for one in found
                ]
            }
        )
    elif found:
        _table(found)
    else:
        show.line("The server knows nobody. It finds people when its machine learning is on.")


def _table(people: Sequence[Known]) -> None:
    width = min(max(len(show.printable(one.person.name)) for one in people), 40)
    show.line(f"{'photos':>8}  {'sorted':>7}  {'name':<{width}}  {'born':<10}  {'':<8}  id")
    for known in people:
        one = known.person
        count = "?" if one.faces is None else f"{one.faces:,}"
        marks = "hidden" if one.hidden else "favorite" if one.favorite else ""
        born = one.birth_date.isoformat() if one.birth_date else ""
        name = show.printable(one.name)
        show.line(f"{count:>8}  {known.sorted:>7,}  {name:<{width}}  {born:<10}  {marks:<8}  {one.id}")
    unnamed = sum(not one.person.name for one in people)
    end = f", {unnamed:,} without a name." if unnamed else "."
    show.line(show.count(len(people), "person", "people") + end)


def _unidentified(options: argparse.Namespace, source: People) -> None:
    # A server from 3.0 on is asked for each of its photos, which takes minutes.
    progress = session.opened(options).progress
    progress.stage("found", 0, 0)
    found: list[Seen] = []
    for one in source.unidentified(archived=options.archived):
        found.append(one)
        progress.step(1, 0)
    progress.done()
    found.sort(key=_age, reverse=True)
    faces = sum(len(one.faces) for one in found)
    if options.json:
        show.document(
            {"faces": faces, "photos": [{**_asset(one.asset), "faces": _faces(one.faces)} for one in found]}
        )
        return
    for one in found:
        taken = one.asset.taken.strftime("%Y-%m-%d %H:%M") if one.asset.taken else "undated"
        show.line(f"{taken:<16}  {show.count(len(one.faces), 'face'):>9}  {one.asset.name}  {one.asset.id}")
    show.line(
        f"{show.count(faces, 'face')} of nobody known, in {show.count(len(found), 'photo')}."
        if found
        else "Every face is somebody's."
    )


def _age(one: Seen) -> tuple[datetime, str]:
    return one.asset.taken or _LONG_AGO, one.asset.id


def _file(options: argparse.Namespace, source: People) -> None:
    path = os.path.abspath(options.file)
    there = servers.path_there(os.environ, options.server, path)
    found = in_file(source, path if os.path.exists(path) else options.file, there)
    if options.json:
        show.document(
            {"file": path, "known": found is not None, **(_in_file(found) if found else {"people": []})}
        )
    elif found is None:
        show.line(f"The server does not know {path}: by its bytes, its path, or its name and size.")
    else:
        names = [one.name or f"somebody without a name ({one.id})" for one in found.people]
        show.line(f"{path} is {found.seen.asset.id} on the server.")
        show.line(f"In it: {', '.join(names)}." if names else "Nobody in it is known.")
        if found.unidentified:
            show.line(f"{show.count(found.unidentified, 'more face')} of nobody known.")


def _in_file(found: InFile) -> dict[str, object]:
    return {
        **_asset(found.seen.asset),
        "people": [row(one) for one in found.people],
        "faces": _faces(found.seen.faces),
        "unidentified": found.unidentified,
    }


def _asset(one: Pictured) -> dict[str, object]:
    return {
        "asset": one.id,
        "path": one.path,
        "name": one.name,
        "kind": one.kind.value,
        "taken": one.taken.replace(tzinfo=None).isoformat() if one.taken else None,
        "visibility": one.visibility,
    }


def _faces(faces: Iterable[PersonFace]) -> list[dict[str, object]]:
    return [
        {
            "id": one.id,
            "person": one.person or None,
            "box": [round(value, 6) for value in one.box],
            "source": one.source,
        }
        for one in faces
    ]
