"""`keepers immich upload FILE… --beside ID`: results go to a server, next to the photo that they were made of."""

import argparse
import os
from typing import Final

from keepers import wiring
from keepers.apply.ours import run_key
from keepers.apply.record import RunState
from keepers.cli import changing, learning, session, show
from keepers.cli.uploading import carried_out, refuse_without_rights, resumed, told, would
from keepers.errors import UsageError
from keepers.model import LOCAL, Asset, PlaceId, Ref
from keepers.places.immich_api import ImmichPlace, place_id
from keepers.places.immich_api.uploading import UploadPlace
from keepers.plan.upload_plan import Beside, Fate
from keepers.read import formats
from keepers.workflows import uploading
from keepers.workflows.uploading import Prepared, Results

#: What sending, albums and stacks need, and what undo needs to take them back.
NEEDS: Final = ("asset.upload", "asset.read", "asset.delete", "album.read")
FOR_ALBUMS: Final = ("albumAsset.create", "albumAsset.delete")
FOR_STACKS: Final = ("stack.read", "stack.create", "stack.delete")


def upload(options: argparse.Namespace) -> int:
    """Send files beside a photo of a server, into its albums, and into a stack with it where that is wanted."""
    opened = session.opened(options)
    place, key = _photo(options)
    paths = [os.path.abspath(os.path.expanduser(path)) for path in options.files]
    job = run_key("upload", place, key, paths, options.stack)
    with opened.journal(create=not options.dry_run) as journal, opened.server(place) as account:
        refuse_without_rights(account.client, (*NEEDS, *(FOR_STACKS if options.stack else ())))
        source = photo(account, place, key)
        receiver = UploadPlace(opened.local(), account, place)
        finished = None if options.dry_run else resumed(opened, journal, receiver, job)
        if finished is not None and finished.state is not RunState.DONE:
            return changing.ended(options, finished, receiver)
        files = [_file(receiver, path) for path in dict.fromkeys(paths)]
        stack = options.stack and not is_stacked(account, key)
        prepared = uploading.prepare_beside(receiver, Results(files, source, stack))
        if options.dry_run:
            return _said(options, would(options, prepared), stacked=stack)
        if prepared.checked.actions and journal is not None:
            changing.consent(options, _question(prepared, source, place))
            finished = carried_out(opened, prepared.checked, journal, receiver, job)
    code = told(options, finished, prepared, ("change", "made"))
    if receiver.trouble is not None:
        return changing.lost(receiver.trouble)
    trashed = any(line.fate is Fate.TRASHED for line in prepared.lines)
    return _said(options, code or (learning.PARTLY if trashed else 0), stacked=stack)


def _photo(options: argparse.Namespace) -> tuple[PlaceId, str]:
    """The server and the id of the photo that the files were made of."""
    address = wiring.server(options.beside)
    if address is None:
        return place_id(options.server), options.beside
    place, _, key = address.partition(":")
    if not key:
        raise UsageError(f"--beside {options.beside}: name one photo, as {place}:ID")
    return PlaceId(place), key


def photo(account: ImmichPlace, place: PlaceId, key: str) -> Beside:
    """The photo beside which results go; UsageError where it is gone, SettingsError where its albums cannot be filled."""
    one = account.client.asset(key)
    if one is None or one.trashed:
        raise UsageError(
            f"there is no photo {place}:{key} outside of the trash; `keepers scan {place}:` lists ids"
        )
    own = {album.id for album in account.client.own_albums()}
    held = sorted((album.name, album.id) for album in account.client.albums_of(key) if album.id in own)
    if held:
        refuse_without_rights(account.client, FOR_ALBUMS)
    return Beside(Ref(place, key), one.name, one.created, tuple(held))


def is_stacked(account: ImmichPlace, key: str) -> bool:
    """Whether a photo lies in a stack already, which is left as it is."""
    one = account.client.asset(key)
    return one is not None and bool(one.stack)


def _file(receiver: UploadPlace, path: str) -> Asset:
    ref = Ref(LOCAL, path)
    found = receiver.look(ref)
    form = formats.by_name(path)
    if found is None or form is None:
        raise UsageError(
            f"{path} is {'no file' if found is None else 'no photo and no film that Keepers knows'}"
        )
    return Asset(ref, form.kind, found.size, found.revision, receiver.content(ref))


def _question(prepared: Prepared, source: Beside, place: PlaceId) -> str:
    sent = sum(line.fate is Fate.SENT for line in prepared.lines)
    more = len(prepared.checked.actions) - sent
    return f"Send {show.count(sent, 'file')} to {place} beside {source.name}, and set {show.count(more, 'field')} there?"


def _said(options: argparse.Namespace, code: int, *, stacked: bool) -> int:
    if options.stack and not stacked and not options.json:
        show.line("The photo lies in a stack already; that is left as it is.")
    return code
