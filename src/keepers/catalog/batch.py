"""What a scan has measured, written many rows at a time: a statement for each row takes the parent 0.1 ms a file."""

from collections.abc import Iterable

from keepers.catalog import contents, locations
from keepers.catalog.contents import Known, NewContent
from keepers.catalog.locations import NewLocation
from keepers.catalog.store import Catalog


class Batch:
    """Contents and where they lie, to be written together inside the running transaction."""

    def __init__(self, catalog: Catalog, digests: Iterable[bytes]) -> None:
        self._catalog = catalog
        self._known = contents.find_all(catalog, [*digests])
        self._next = contents.next_row(catalog)
        self._new: dict[int, NewContent] = {}
        self._files: list[NewLocation] = []

    def find(self, b3: bytes) -> Known | None:
        """What is known of a content whose digest was announced, by the catalog or by this batch."""
        return self._known.get(b3)

    def put(self, new: NewContent) -> int:
        """Add a content, or refresh what is known of it; its row id."""
        known = self._known.get(new.b3)
        if known is None:
            number = self._next
            self._next += 1
        else:
            number = known.row
        self._known[new.b3] = Known(number, new.reason, new.kind, new.method)
        if known is None or number in self._new:
            self._new[number] = new
        else:
            contents.put(self._catalog, new, number)
        return number

    def place(self, new: NewLocation) -> None:
        """Add where a file lies and what it holds."""
        self._files.append(new)

    def write(self) -> None:
        """Write all that was added."""
        contents.insert(self._catalog, self._new)
        locations.put(self._catalog, *self._files)
