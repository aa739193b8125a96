"""Galleries of the servers that a command needs, each opened once, when it is first asked for."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, ExitStack
from types import TracebackType
from typing import Self

from keepers.model import Asset
from keepers.places.immich_api.client import Client
from keepers.places.immich_api.gallery import ImmichGallery
from keepers.places.immich_api.listing import Wanted
from keepers.places.immich_api.pictures import Pictures
from keepers.ports import Failure, View

Opening = Callable[[str], AbstractContextManager[Client]]


class Galleries:
    """Servers by the names of their places, and one folder of pictures for all of them."""

    def __init__(self, opening: Opening, folder: str, most: int, *, exact: bool = False) -> None:
        """Open clients with `opening`, and keep at most so many bytes of pictures in a folder."""
        self._opening = opening
        self._kept = (folder, most)
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
        place = root.partition(":")[0]
        if place not in self._clients:
            self._clients[place] = self._stack.enter_context(self._opening(place))
        if self._pictures is None:
            self._pictures = self._stack.enter_context(Pictures(*self._kept))
        return ImmichGallery(self._clients[place], root, wanted, self._pictures, exact=self._exact)

    def views(self, assets: Sequence[Asset], *, exact: bool) -> Iterator[tuple[Asset, View | Failure]]:
        """Every asset with a picture that can be judged, and the faces that its server found in it.

        With `exact`, the file itself; only where its server can have been asked for it before.
        """
        for place in dict.fromkeys(asset.ref.place for asset in assets):
            gallery = self.gallery(f"{place}:", Wanted())
            mine = [asset for asset in assets if asset.ref.place == place]
            for asset, shown in gallery.views(mine, exact=exact):
                if isinstance(shown, Failure):
                    yield asset, shown
                else:
                    yield asset, View(shown.path, None if exact else gallery.faces(asset.ref))
