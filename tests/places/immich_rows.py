"""What the loopback server of the tests remembers, as rows of Immich's database."""

import base64
from dataclasses import dataclass

import psycopg

from tests.immich.state import Asset, Face, State
from tests.places.immich_tables import GENERATIONS

_ASSET = (
    "id", "ownerId", "type", "originalPath", "originalFileName", "fileCreatedAt", "localDateTime", "livePhotoVideoId",
    "checksum", "libraryId", "isExternal", "deletedAt", "status", "visibility",
)  # fmt: skip
_EXIF = ("assetId", "exifImageWidth", "exifImageHeight", "fileSizeInByte", "orientation", "dateTimeOriginal")
_FACE = (
    "id", "assetId", "imageWidth", "imageHeight", "boundingBoxX1", "boundingBoxY1", "boundingBoxX2", "boundingBoxY2",
    "sourceType", "deletedAt",
)  # fmt: skip
_PERSON = ("ownerId", "name", "birthDate", "isHidden", "isFavorite", "faceAssetId")


@dataclass
class Tables:
    """The names that a generation of servers has for them."""

    connection: psycopg.Connection
    generation: str

    def since(self, generation: str) -> bool:
        return GENERATIONS.index(self.generation) >= GENERATIONS.index(generation)

    @property
    def names(self) -> tuple[str, str, str]:
        return (
            ("asset", "asset_exif", "asset_face")
            if self.since("1.136")
            else ("assets", "exif", "asset_faces")
        )

    @property
    def person_key(self) -> str:
        return "personGroupId" if self.since("3.2") else "id"

    @property
    def face_key(self) -> str:
        return "personGroupId" if self.since("3.2") else "personId"

    def fill(self, state: State) -> None:
        """Put in everything that the server remembers, in place of what was there."""
        asset, exif, face = self.names
        self.connection.execute(f"TRUNCATE {asset}, {exif}, {face}, person CASCADE".encode())
        self._insert(
            asset, (*_ASSET, *self._later_asset), [self._asset(one) for one in state.assets.values()]
        )
        self._insert(exif, _EXIF, [_exif(one) for one in state.assets.values()])
        live = [one for one in state.faces if one.visible or self.since("2.5")]
        later = ("isVisible",) if self.since("2.5") else ()
        self._insert(face, (*_FACE, self.face_key, *later), [self._face(one) for one in live])
        owner = next(iter(state.assets.values())).owner if state.assets else None
        about = [(key, name, state.about[key]) for key, name in state.people.items()]
        self._insert(
            "person",
            (*_PERSON, self.person_key),
            [
                (owner, name, one.birth_date, one.hidden, one.favorite, one.featured, key)
                for key, name, one in about
            ],
        )

    @property
    def _later_asset(self) -> tuple[str, ...]:
        return ("width", "height", "isEdited", "checksumAlgorithm") if self.since("2.5") else ()

    def _asset(self, one: Asset) -> tuple:
        later = (
            (*one.size, one.edits > 0, "sha1-path" if one.library else "sha1") if self.since("2.5") else ()
        )
        gone = one.updated if one.trashed else None
        return (
            one.id, one.owner, one.type, one.path, one.name, one.taken, one.taken, one.motion,
            base64.b64decode(one.checksum), one.library, one.library is not None, gone,
            "trashed" if one.trashed else "active", one.visibility, *later,
        )  # fmt: skip

    def _face(self, one: Face) -> tuple:
        later = (one.visible,) if self.since("2.5") else ()
        gone = "2024-01-01T00:00:00Z" if one.deleted else None
        return (one.id, one.asset, *one.image, *one.box, one.source, gone, one.person, *later)

    def _insert(self, table: str, columns: tuple[str, ...], rows: list[tuple]) -> None:
        quoted = ", ".join(f'"{column}"' for column in columns)
        with (
            self.connection.cursor() as cursor,
            cursor.copy(f"COPY {table} ({quoted}) FROM STDIN".encode()) as copy,
        ):
            for row in rows:
                copy.write_row(row)


def _exif(one: Asset) -> tuple:
    told = one.exif
    return (one.id, *one.size, len(one.data), told.get("orientation"), told.get("dateTimeOriginal"))
