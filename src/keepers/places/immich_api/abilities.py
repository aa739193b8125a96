"""What a server can do, and what an API key may do on it: asked once, in one value."""

from dataclasses import dataclass
from typing import Final

OLDEST: Final = (2, 0, 0)
#: The newest whose answers were measured; newer ones are asked just the same.
MEASURED: Final = (3, 1, 0)
ALL: Final = "all"


@dataclass(frozen=True, slots=True)
class Need:
    """A permission, and what does not work without it."""

    permission: str
    without: str


#: What a key needs so that photos can be looked at and judged.
READING: Final = (
    Need("asset.read", "nothing works: photos cannot be listed"),
    Need("asset.view", "photos cannot be looked at, so copies and series are not found"),
    Need("asset.download", "--use-full-resolution and downloads do not work"),
    Need("asset.statistics", "progress is shown without an end"),
    Need(
        "album.read", "immich:album/NAME does not work; nothing that lies in an album can be spared for that"
    ),
    Need("tag.read", "tags cannot be seen, set or taken back"),
    Need("stack.read", "stacks that are there cannot be respected, so none are made"),
    Need("person.read", "--person does not work, and people's names are not known"),
    Need("person.statistics", "people are listed without the number of their photos"),
    Need("face.read", "faces are searched by Keepers itself, which takes longer"),
    Need("user.read", "albums cannot be shared with others by name"),
)
#: What a key needs, too, so that results can be put on the server.
CHANGING: Final = (
    Need(
        "asset.update",
        "nothing can be set on photos: favourites, archive, ratings, descriptions, positions, duplicates, scores",
    ),
    Need("tag.create", "tags cannot be made"),
    Need("tag.asset", "tags cannot be given to photos or taken back"),
    Need("album.create", "albums cannot be made"),
    Need("album.delete", "albums that Keepers made cannot be taken back"),
    Need("albumAsset.create", "photos cannot be put into albums"),
    Need("albumAsset.delete", "photos cannot be taken out of albums again"),
    Need("albumUser.create", "albums cannot be shared with others"),
    Need("albumUser.delete", "albums that Keepers shared cannot be unshared again"),
    Need("stack.create", "stacks cannot be made"),
    Need("stack.update", "the cover of a stack cannot be chosen"),
    Need("stack.delete", "stacks cannot be taken back"),
    Need("tag.delete", "tags that Keepers made cannot be taken back"),
    Need("person.update", "featured photos of people cannot be set"),
)
#: What a key needs besides, so that copies can go into the server's trash.
DEDUPING: Final = (
    Need("asset.delete", "copies cannot go into the trash, or come back from it"),
    Need("face.create", "the one that is kept cannot be told who is to be seen on it"),
    Need("face.delete", "people whom Keepers added to a photo cannot be taken off again"),
    Need("duplicate.delete", "the server merges no copies itself: Keepers hands everything on, one by one"),
)
#: What a key needs besides, so that files can be sent; undo sends them to the trash.
SENDING: Final = (Need("asset.upload", "photos and pictures that Keepers made cannot be sent to the server"),)
#: What the key of an administrator needs besides, so that the server can be told of new files in its own folders.
TELLING: Final = (
    Need("library.read", "--scan-library does not work: the server's external libraries are not known"),
    Need("library.update", "--scan-library does not work: the server cannot be told to look for new files"),
)
#: What only some commands need, by what they do, in the words of the one who asks whether to allow it.
FOR_SOME: Final = (
    ("trash, merge and hand on copies", DEDUPING),
    ("send files, and take that back with asset.delete", SENDING),
    ("tell the server of new files, as its administrator", TELLING),
)


@dataclass(frozen=True, slots=True)
class Abilities:
    """Version and features of a server, name and permissions of the key."""

    version: tuple[int, int, int]
    features: frozenset[str]
    key_name: str
    permissions: frozenset[str]

    @property
    def release(self) -> str:
        """The version as people write it."""
        return ".".join(str(part) for part in self.version)

    def may(self, permission: str) -> bool:
        """Whether the key has a permission."""
        return ALL in self.permissions or permission in self.permissions

    def missing(self, needs: tuple[Need, ...]) -> tuple[Need, ...]:
        """Those of the needs that the key does not have."""
        return tuple(need for need in needs if not self.may(need.permission))

    def notes(self) -> tuple[str, ...]:
        """What is to be known of this server, in sentences."""
        found: list[str] = []
        if self.version[:2] > MEASURED[:2]:
            newest = ".".join(str(part) for part in MEASURED)
            found.append(
                f"Keepers was tried with servers up to {newest}; this one is newer and is asked just the same"
            )
        if "trash" not in self.features:
            found.append(
                "the server's trash is off: what is deleted there is gone for good, so Keepers trashes nothing on it"
            )
        if "facialRecognition" not in self.features:
            found.append("the server finds no faces; Keepers searches them itself")
        return tuple(found)
