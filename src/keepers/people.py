"""The people of a server and their faces: the nouns, and the port that tells them."""

from collections.abc import Iterator, Sequence
from datetime import date, datetime
from typing import NamedTuple, Protocol

from keepers.model import Kind


class Person(NamedTuple):
    """Somebody whom the server knows by the face; `name` is empty where nobody gave one.

    `featured` is the id of the asset whose face stands for them, empty where none is set or the server does not tell.
    `faces` is in how many photos and films of the timeline they are seen; None where nobody asked, or the key may not.
    """

    id: str
    name: str
    birth_date: date | None = None
    hidden: bool = False
    favorite: bool = False
    featured: str = ""
    faces: int | None = None


class PersonFace(NamedTuple):
    """One face in an asset, and whose it is: the id of a person, empty where nobody said.

    The box is (x, y, w, h) as fractions of the upright picture, top left first. `source` is the server's word for who
    found it: machine-learning, exif or manual.
    """

    id: str
    asset: str
    person: str
    box: tuple[float, float, float, float]
    source: str = ""


class Pictured(NamedTuple):
    """One asset in which there may be faces; none that is trashed or locked.

    `path` is the server's own, inside its container; `name` that of the file as it came. `sha1` is of its bytes, in hex,
    and empty where the server's checksum is of the path, as in external libraries. `size` is None where not told. `taken`
    is the local wall time, aware as if in UTC; where the photo itself is not `dated`, that of its file. `width` and
    `height` are upright, 0 where not told. `visibility` is `timeline` or `archive`. `film` is the id of its motion video.
    """

    id: str
    path: str
    name: str
    kind: Kind
    sha1: str = ""
    size: int | None = None
    taken: datetime | None = None
    width: int = 0
    height: int = 0
    visibility: str = "timeline"
    film: str = ""
    dated: bool = True


class Seen(NamedTuple):
    """An asset and the faces in it."""

    asset: Pictured
    faces: tuple[PersonFace, ...]


class People(Protocol):
    """Tells the people of one account and their faces; changes nothing.

    Trashed, offline and locked assets and faces that somebody removed are never told. Every method may raise
    PlaceUnreachableError when the server is gone, also in the middle of an iteration, and SettingsError where it refuses.
    """

    def people(self, *, hidden: bool = False, counted: bool = True) -> Sequence[Person]:
        """Everybody of whom there is a face, by id; those whom the user has hidden only with `hidden`.

        A server leaves out who has no name and is seen once or twice. Their photos cost it one question for each
        person: without `counted` they are not asked for.
        """
        ...

    def faces(
        self,
        people: Sequence[str] | None = None,
        *,
        archived: bool = False,
        hidden: bool = False,
        boxes: bool = True,
    ) -> Iterator[Seen]:
        """Every asset that shows one of these people (anybody where None), once, with all faces in it.

        That is those of other people, too, and those of nobody known. The faces of hidden people are left out unless
        `hidden`. Assets come in pages and in no order that means something. An id that is nobody's shows nothing.

        Without `boxes` it may be enough to know who is in an asset: then one face stands for each person, and its box is
        the whole picture. Servers from 3.0 on have to be asked for the faces of each asset.
        """
        ...

    def unidentified(self, *, archived: bool = False) -> Iterator[Seen]:
        """Every asset with faces of which nobody said whose they are, and these faces alone, in no order."""
        ...

    def of_file(
        self, *, path: str = "", sha1: str = "", name: str = "", size: int | None = None
    ) -> Seen | None:
        """The asset of a file with its faces, those of hidden people left out; None where there is none.

        It is looked for by the SHA-1 of its bytes, in hex, then by the server's own path, then by name and size
        together; by what is given. None, too, where several could be meant. It may be archived.
        """
        ...

    def featured(self, person: str) -> str:
        """The id of the asset whose face stands for a person; empty where none is set or the server does not tell."""
        ...

    def close(self) -> None:
        """End all connections; safe to call twice."""
        ...
