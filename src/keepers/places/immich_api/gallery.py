"""An Immich account as a gallery: what its assets are, and a picture of each in a folder of this machine."""

import contextlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Final

from keepers.errors import SettingsError
from keepers.model import Asset, DateClaim, Facts, Kind, PlaceId, Ref
from keepers.places.immich_api import paths
from keepers.places.immich_api.client import Client, Search
from keepers.places.immich_api.listing import HIDDEN, VISIBLE, Wanted, everything, search_for
from keepers.places.immich_api.loading import ORIGINAL, PREVIEW, THUMBNAIL, Loading
from keepers.places.immich_api.pictures import Picture, Pictures
from keepers.places.immich_api.place import spoken
from keepers.places.immich_api.records import Exif, Remote
from keepers.places.immich_api.wire import AT_ONCE, ForbiddenError
from keepers.ports import Failure, Served, Shown
from keepers.read import exif, formats

#: Below so many, assets are asked for one by one rather than in a list of all.
_FEW: Final = 50
_WAY_BACK: Final = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class _Depicted:
    """What loading needs to know of an asset that the catalog knows."""

    id: str
    updated: datetime
    size: int
    sha1: str
    asset: Asset


class ImmichGallery:
    """The assets of one account that are wanted; pictures of them lie in a folder."""

    def __init__(
        self, client: Client, root: str, wanted: Wanted, pictures: Pictures, *, exact: bool = False
    ) -> None:
        """Look at what is wanted of an account, whose address is `root`; with `exact`, load the files themselves."""
        self._client = client
        self._place = PlaceId(root.partition(":")[0])
        self._root = root
        self._wanted = wanted
        self._pictures = pictures
        self._exact = exact
        self._user = ""
        self._albums: dict[str, list[str]] = {}

    @property
    def root(self) -> str:
        """The address: `immich:` where all assets of the account are meant, with more behind it where not."""
        return self._root

    @property
    def exact(self) -> bool:
        """Whether the files themselves are looked at."""
        return self._exact

    @property
    def mapping(self) -> str:
        """Which folders of the server lie on this machine."""
        return paths.signature(self._client.wire.paths)

    def identity(self) -> str:
        """The account: the user's id, or the address where the key may not ask."""
        self._user = self._user or self._client.user() or self._client.wire.url
        return self._user

    # What there is

    def count(self) -> int | None:
        """How many assets there are; None where the key may not ask."""
        try:
            return sum(self._client.count(search) for search in self._searches())
        except ForbiddenError:
            return None

    def assets(self) -> Iterator[Served]:
        """Every asset that is meant, once; none that is trashed or locked."""
        return map(self._served, everything(self._client, self._wanted))

    def changed(self, since: datetime) -> Iterator[Served]:
        """Those that changed at that time or later."""
        for search in self._searches():
            for one in self._client.assets(replace(search, updated_after=since.isoformat())):
                if one.trashed or one.visibility != search.visibility:
                    raise SettingsError(
                        f"{self._client.wire.url} shows assets that were not asked for; nothing of it is believed"
                    )
                yield self._served(one)

    def films(self, wanted: Sequence[str]) -> Iterator[Served]:
        """The motion videos of these ids; the server hides such films."""
        if len(wanted) <= _FEW:
            for key in wanted:
                one = self._client.asset(key)
                if one is not None and not one.trashed:
                    yield self._served(one)
            return
        sought = frozenset(wanted)
        hidden = self._client.assets(Search(visibility=HIDDEN))
        yield from (self._served(one) for one in hidden if one.id in sought and not one.trashed)

    def chosen(self, wanted: Sequence[str]) -> Iterator[Served]:
        """Those of these ids that are there and not trashed."""
        for start in range(0, len(wanted), _FEW):
            # So few at a time that a server that is gone is not asked for all of them.
            with ThreadPoolExecutor(AT_ONCE) as threads:
                found = list(threads.map(self._client.asset, wanted[start : start + _FEW]))
            yield from (self._served(one) for one in found if one is not None and not one.trashed)

    def _searches(self) -> Iterator[Search]:
        search = search_for(self._client, self._wanted)
        return (replace(search, visibility=visibility) for visibility in self._wanted.visibilities)

    def _served(self, one: Remote) -> Served:
        form = formats.by_name(one.name)
        return Served(
            ref=Ref(self._place, one.id),
            name=one.name,
            kind=Kind.VIDEO if one.film else Kind.PHOTO,
            size=one.size,
            updated=one.updated,
            sha1=one.sha1,
            facts=_facts(one, "" if form is None else form.name),
            created=one.created,
            said=tuple(spoken(one)),
            film=one.motion,
            here=paths.lying(one.path, one.size, self._client.wire.paths),
        )

    # Pictures

    def pictures(self, assets: Iterable[Served]) -> Iterator[tuple[Served, Shown | Failure]]:
        """Every asset with its thumbnail, or with the file itself."""
        loading = self._loading(ORIGINAL if self._exact else THUMBNAIL)
        for one, picture in loading.each(assets):
            yield one, _shown(picture)

    def views(self, assets: Iterable[Asset], *, exact: bool) -> Iterator[tuple[Asset, Shown | Failure]]:
        """Every asset with its preview, or with the file itself if `exact`."""
        loading = self._loading(ORIGINAL if exact else PREVIEW)
        for one, picture in loading.each(map(_depicted, assets)):
            yield one.asset, _shown(picture)

    def _loading(self, kind: str) -> Loading:
        return Loading(self._client, f"{self._client.wire.url} {self.identity()}", self._pictures, kind)

    def faces(self, ref: Ref) -> tuple[tuple[float, float, float, float], ...] | None:
        """Boxes of the faces that the server found; None where it knows none, which may only mean that it never looked."""
        try:
            return tuple(face.box for face in self._client.faces(ref.key)) or None
        except ForbiddenError:
            return None

    # Albums and tags

    def albums(self) -> Mapping[str, str]:
        """Every album by its name, with the times and numbers of those that are called so."""
        found: dict[str, str] = {}
        self._albums.clear()
        with contextlib.suppress(ForbiddenError):
            for album in self._client.albums():
                self._albums.setdefault(album.name, []).append(album.id)
                found[album.name] = f"{found.get(album.name, '')}{album.id} {album.updated} {album.count};"
        return found

    def members(self, album: str) -> Iterator[str]:
        """The ids of the assets in the albums of a name, which `albums` has told."""
        for key in self._albums.get(album, ()):
            yield from self._ids(Search(album=key))

    def tags(self, fresh: Sequence[str]) -> Iterator[tuple[str, str]]:
        """Tags of these assets: asked asset by asset or tag by tag, whichever is less."""
        try:
            tags = self._client.tags()
        except ForbiddenError:
            return
        if not tags:
            return
        if len(fresh) <= len(VISIBLE) * len(tags):
            for key in fresh:
                one = self._client.asset(key)
                yield from ((key, tag) for tag in (one.tags if one else ()))
            return
        sought = frozenset(fresh)
        for tag in tags:
            yield from ((key, tag.value) for key in self._ids(Search(tag=tag.id)) if key in sought)

    def _ids(self, search: Search) -> Iterator[str]:
        for visibility in VISIBLE:
            for one in self._client.assets(replace(search, visibility=visibility)):
                yield one.id


def _facts(one: Remote, form: str) -> Facts:
    """What the file would say of itself, as far as its server has kept it."""
    told = one.exif
    if told is None:
        return Facts(form, one.width, one.height)
    return Facts(
        form,
        one.width,
        one.height,
        camera=exif.camera(told.make, told.model),
        lens=told.lens,
        position=told.position,
        exposure_seconds=told.exposure_seconds,
        f_number=told.f_number,
        iso=told.iso,
        dates=tuple(_claims(one, told)),
    )


def _claims(one: Remote, told: Exif) -> Iterator[DateClaim]:
    """The capture time: servers tell the moment, and the wall time as if it were in UTC."""
    if told.taken is None:
        return
    wall = (one.taken or told.taken).astimezone(UTC).replace(tzinfo=None)
    minutes = round((wall - told.taken.astimezone(UTC).replace(tzinfo=None)).total_seconds() / 60)
    known = bool(told.zone) and abs(minutes) <= 15 * 60
    yield DateClaim("exif:original", wall.isoformat(), minutes if known else None)


def _shown(picture: Picture | Failure) -> Shown | Failure:
    return picture if isinstance(picture, Failure) else Shown(picture.path, picture.size)


def _depicted(asset: Asset) -> _Depicted:
    """The revision of an asset of a server holds when it was changed, in nanoseconds."""
    nanoseconds = int(asset.revision.split(":")[1])
    updated = _WAY_BACK + timedelta(microseconds=nanoseconds // 1000)
    sha1 = asset.content.removeprefix("sha1:") if asset.content.startswith("sha1:") else ""
    return _Depicted(asset.ref.key, updated, asset.size, sha1, asset)
