"""A loopback server with people in drawn photos, whose faces are as sharp and as large as it is said."""

import io
from dataclasses import dataclass
from datetime import UTC, datetime

from PIL import ImageFilter

from tests.cli.world import picture
from tests.immich.server import Server
from tests.immich.state import Face, State, an_id

ANNA, BEN, NOBODY, CARA = an_id(50), an_id(51), an_id(52), an_id(53)
SIZE = (900, 600)


@dataclass
class Photos:
    """Adds photos of people to what a server remembers."""

    state: State

    def add(
        self, name: str, at: datetime | None, *faces: tuple[str, int], blur: float = 0.0, **fields
    ) -> str:
        """A photo with faces of people, each a square of so many pixels of its preview, side by side."""
        drawn = picture(len(self.state.assets) + 1, SIZE)
        if blur:
            drawn = drawn.filter(ImageFilter.GaussianBlur(blur))
        exif = {} if at is None else {"dateTimeOriginal": at.strftime("%Y-%m-%dT%H:%M:%S.000Z")}
        made = io.BytesIO()
        drawn.save(made, "JPEG", quality=88)
        taken = at or datetime(2026, 1, 1, tzinfo=UTC)
        key = self.state.add(
            name, name.encode(), preview=made.getvalue(), size=(9000, 6000), taken=taken, exif=exif, **fields
        )
        left = 20
        for person, side in faces:
            # The server found the faces in its preview, whatever the size of the photo.
            self.state.faces.append(
                Face(self.state.fresh(), key, person, (left, 40, left + side, 40 + side), SIZE)
            )
            left += side + 20
        return key

    def shown(self, person: str) -> str | None:
        """The photo that stands for a person."""
        featured = self.state.about[person].featured
        return next((face.asset for face in self.state.faces if face.id == featured), None)

    def stand(self, person: str, asset: str) -> None:
        """Let a photo stand for a person, as somebody does by another client."""
        mine = (face.id for face in self.state.faces if face.asset == asset and face.person == person)
        self.state.about[person].featured = next(mine)
        self.state.about[person].updated = self.state.tick()


def peopled(server: Server) -> Photos:
    """Anna in four photos, Ben in three of them, somebody without a name in three, Cara in one."""
    server.state.people |= {ANNA: "Anna", BEN: "Ben <Öz>", NOBODY: "", CARA: "Cara"}
    server.state.about[ANNA].birth_date = "1990-06-15"
    server.state.about[BEN].favorite = True
    photos = Photos(server.state)
    photos.add("old.jpg", datetime(2005, 6, 14, 12, tzinfo=UTC), (ANNA, 200), (BEN, 90))
    photos.add("new.jpg", datetime(2026, 10, 1, 12, tzinfo=UTC), (ANNA, 120), (BEN, 100), (NOBODY, 60))
    photos.add("soft.jpg", datetime(2019, 6, 16, 12, tzinfo=UTC), (ANNA, 240), (NOBODY, 200), blur=6)
    photos.add("undated.jpg", None, (ANNA, 60), (BEN, 300), (NOBODY, 90))
    photos.add("alone.jpg", None, (CARA, 100))
    photos.add("hidden.jpg", None, (ANNA, 400), visibility="archive")
    photos.add("gone.jpg", None, (ANNA, 400), trashed=True)
    photos.add("film.mp4", None, (ANNA, 400), type="VIDEO")
    photos.stand(ANNA, next(iter(server.state.assets)))
    return photos


def named(photos: Photos, key: str | None) -> str | None:
    """The file name of an asset."""
    return None if key is None else photos.state.assets[key].name
