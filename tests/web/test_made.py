"""What Keepers made of a photo is told beside it, with the photos that it was made of."""

from pathlib import Path

import pytest

from keepers.create import composite
from tests.cli.world import Keepers, picture
from tests.web import pictures
from tests.web.served import serving

pytestmark = pytest.mark.slow


def _made(path: Path, parts: tuple[str, ...]) -> None:
    """A picture as `keepers enhance` leaves it."""
    picture(70, pictures.SIZE).save(path, "JPEG", xmp=composite.packet(b"", parts))


def test_a_composite_is_told_beside_its_photo_with_its_sources(tmp_path: Path, keepers: Keepers):
    photos = tmp_path / "photos"
    pictures.burst(photos, 70, 1)
    parts = ("DSC_701.jpg", "DSC_700.jpg", "DSC_702.jpg")
    _made(photos / "DSC_701_hdr.jpg", parts)
    _made(photos / "DSC_702_faces.jpg", ("DSC_702.jpg", "DSC_701.jpg"))
    keepers("group", photos)
    with serving(keepers.catalog) as client:
        (row,) = client.get("/groups")["groups"]
        members = {one["name"]: one["made"] for one in client.group(row["id"])["members"]}
        assert {name: [made["kind"] for made in found] for name, found in members.items()} == {
            "DSC_700.jpg": [],
            "DSC_701.jpg": ["hdr"],
            "DSC_702.jpg": ["faces"],
        }
        (made,) = members["DSC_701.jpg"]
        assert (made["name"], made["width"], made["height"]) == ("DSC_701_hdr.jpg", *pictures.SIZE)
        assert client.get(f"/photos/{made['photo']}")["sources"] == list(parts)
        assert client.ask("GET", made["preview"]).headers["content-type"] == "image/jpeg"
        own = client.group(row["id"])["members"][0]["photo"]
        assert client.get(f"/photos/{own}")["sources"] == []
