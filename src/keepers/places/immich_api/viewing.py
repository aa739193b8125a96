"""Galleries of the servers that a command needs, each opened once, when it is first asked for."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, ExitStack
from types import MappingProxyType, TracebackType
from typing import Final, Self

from keepers.model import Asset, PlaceId, Ref
from keepers.places import files
from keepers.places.immich_api.client import Client
from keepers.places.immich_api.gallery import ImmichGallery
from keepers.places.immich_api.listing import Wanted
from keepers.places.immich_api.pictures import Pictures
from keepers.places.immich_api.place import ImmichReader
from keepers.ports import Failure, View

_NONE: Final[Mapping[Ref, str]] = MappingProxyType({})
#: With less, pictures would go before they are looked at: so much is loaded ahead.
_LEAST: Final = 256 << 20
Opening = Callable[[str], AbstractContextManager[Client]]


class Galleries:
    """Servers by the names of their places, and one folder of pictures for all of them."""

    def __init__(self, opening: Opening, folder: str, most: int, *, exact: bool = False) -> None:
        """Open clients with `opening`, and keep at most so many bytes of pictures in a folder, but 256 MB in any case."""
        self._opening = opening
        self._kept = (folder, max(most, _LEAST))
        self._exact = exact
        self._stack = ExitStack()
        self._clients: dict[str, Client] = {}
        self._pictures: Pictures | None = None

    def __enter__(self) -> Self:
        """Use them, and close all at the end."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close what was opened."""
        self._stack.close()

    def gallery(self, root: str, wanted: Wanted) -> ImmichGallery:
        """What is wanted of the account whose address is `root`."""
        client = self._client(root.partition(":")[0])
        if self._pictures is None:
            self._pictures = self._stack.enter_context(Pictures(*self._kept))
        return ImmichGallery(client, root, wanted, self._pictures, exact=self._exact)

    @property
    def room(self) -> int:
        """How many bytes of pictures are kept."""
        return self._kept[1]

    def reader(self, place: PlaceId) -> ImmichReader:
        """One account, to look at its assets."""
        return ImmichReader(self._client(place), place)

    def _client(self, place: str) -> Client:
        if place not in self._clients:
            self._clients[place] = self._stack.enter_context(self._opening(place))
        return self._clients[place]

    def views(
        self, assets: Sequence[Asset], *, exact: bool, lying: Mapping[Ref, str] = _NONE, faces: bool = True
    ) -> Iterator[tuple[Asset, View | Failure]]:
        """Every asset with a picture that can be judged, and, with `faces`, those that its server found in it.

        With `exact`, the file itself; only where its server can have been asked for it before. What is `lying` on this
        machine, too, is looked at here.
        """
        faces = faces and not exact
        for place in dict.fromkeys(asset.ref.place for asset in assets):
            gallery = self.gallery(f"{place}:", Wanted())
            mine = [asset for asset in assets if asset.ref.place == place]
            here = {
                asset.ref: lying[asset.ref] for asset in mine if _lies(lying.get(asset.ref, ""), asset.size)
            }
            for asset in mine:
                if asset.ref in here:
                    yield asset, View(here[asset.ref], gallery.faces(asset.ref) if faces else None)
            for asset, shown in gallery.views([one for one in mine if one.ref not in here], exact=exact):
                if isinstance(shown, Failure):
                    yield asset, shown
                else:
                    yield asset, View(shown.path, gallery.faces(asset.ref) if faces else None)


def _lies(path: str, size: int) -> bool:
    """Whether a file is still there, as large as it was."""
    found = files.status(path) if path else None
    return found is not None and found.st_size == size
