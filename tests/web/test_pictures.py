"""Pictures are made anew and upright, films play in parts, originals come whole, and nothing is found by a path."""

import hashlib
import io
from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image

from tests.cli.world import TAKEN, jpeg, picture, put
from tests.web.served import Client, serving

pytestmark = pytest.mark.slow

HOSTILE = "<img src=x onerror=alert(1)>.jpg"

filming = pytest.importorskip("tests.filming", reason="PyAV is not installed: no film can be made")


@pytest.fixture(scope="module")
def album(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Client, Path]]:
    """A photo that lies on its side, a film, a Live Photo, a text, a file that is cut short, and a hostile name."""
    folder = tmp_path_factory.mktemp("album") / "photos"
    exif = Image.Exif()
    exif[0x0112] = 6
    buffer = io.BytesIO()
    picture(1, (3000, 2000)).save(buffer, "JPEG", quality=80, exif=exif)
    put(folder / "side.jpg", buffer.getvalue())
    put(folder / "cut.jpg", buffer.getvalue()[:20_000])
    put(folder / HOSTILE, jpeg(picture(2), TAKEN))
    put(folder / "twice.jpg", jpeg(picture(4, (900, 600)), TAKEN))
    filming.film(folder / "clip.mp4", filming.scene(3, 2.0))
    with serving(tmp_path_factory.mktemp("state") / "catalog.db") as client:
        assert client.done({"kind": "scan", "sources": [str(folder)]})["state"] == "done"
        yield client, folder


def _numbers(client: Client) -> dict[str, int]:
    """The photos by name, found by asking for one number after the other."""
    found = {}
    for number in range(1, 12):
        answer = client.ask("GET", f"/api/v1/photos/{number}")
        if answer.status == 200:
            found[answer.json["name"]] = number
    return found


def test_a_thumbnail_is_made_of_the_preview_that_is_there(album: tuple[Client, Path]):
    client, folder = album
    photo = client.get(f"/photos/{_numbers(client)['twice.jpg']}")
    assert client.ask("GET", photo["preview"]).status == 200
    (folder / "twice.jpg").rename(folder / "away")
    try:
        made = client.ask("GET", photo["thumbnail"])
    finally:
        (folder / "away").rename(folder / "twice.jpg")
        # To the catalog it is another file now.
        client.done({"kind": "scan", "sources": [str(folder)], "then_group": False})
    assert made.status == 200
    with Image.open(io.BytesIO(made.body)) as small:
        assert small.size == (384, 256)


@pytest.mark.parametrize(("kind", "size"), [("thumbnail", (256, 384)), ("preview", (1365, 2048))])
def test_a_picture_is_upright_small_and_kept(album: tuple[Client, Path], kind: str, size: tuple[int, int]):
    client, _ = album
    number = _numbers(client)["side.jpg"]
    link = client.get(f"/photos/{number}")[kind]
    first = client.ask("GET", link)
    assert first.headers["content-type"] == "image/jpeg"
    assert "immutable" in first.headers["cache-control"]
    with Image.open(io.BytesIO(first.body)) as made:
        assert made.size == size
        assert not made.getexif()
    etag = first.headers["etag"]
    assert client.ask("GET", link, If_None_Match=etag).status == 304
    bare = client.ask("GET", link.partition("?")[0])
    assert (bare.body, bare.headers["etag"]) == (first.body, etag)
    assert "immutable" not in bare.headers["cache-control"]
    assert client.get("/status")["previews"] > 0


def test_an_original_is_saved_under_its_name_whole_or_in_part(album: tuple[Client, Path]):
    client, folder = album
    number = _numbers(client)[HOSTILE]
    data = (folder / HOSTILE).read_bytes()
    path = f"/api/v1/photos/{number}/original"
    found = client.ask("GET", path)
    assert (found.body, found.headers["content-type"]) == (data, "application/octet-stream")
    saved = "%3Cimg%20src%3Dx%20onerror%3Dalert%281%29%3E.jpg"
    assert found.headers["content-disposition"] == f"attachment; filename*=UTF-8''{saved}"
    part = client.ask("GET", path, Range="bytes=10-19")
    assert (part.status, part.body, part.headers["content-range"]) == (
        206,
        data[10:20],
        f"bytes 10-19/{len(data)}",
    )
    assert client.ask("GET", path, Range="bytes=-5").body == data[-5:]
    assert client.ask("GET", path, Range=f"bytes={len(data)}-").status == 416
    for odd in ("bytes=0-1,3-4", "bytes=9-1", "lines=1-2", "bytes=-"):
        assert client.ask("GET", path, Range=odd).body == data


def test_a_film_plays_in_parts_and_shows_its_strip(album: tuple[Client, Path]):
    client, folder = album
    number = _numbers(client)["clip.mp4"]
    data = (folder / "clip.mp4").read_bytes()
    shown = client.get(f"/photos/{number}")
    part = client.ask("GET", shown["film"], Range="bytes=0-")
    assert (part.status, part.headers["content-type"], part.body) == (206, "video/mp4", data)
    strip = client.get(f"/photos/{number}/strip")
    assert len(strip["frames"]) == 24
    assert strip["seconds"] == pytest.approx(2, abs=0.2)
    first, last = (client.ask("GET", strip["frames"][at]["picture"]) for at in (0, 23))
    assert first.headers["content-type"] == "image/jpeg"
    assert hashlib.sha256(first.body).digest() != hashlib.sha256(last.body).digest()
    assert client.ask("GET", strip["frames"][0]["picture"], If_None_Match=first.headers["etag"]).status == 304
    assert client.ask("GET", shown["thumbnail"]).status == 200


def test_what_is_no_picture_says_so(album: tuple[Client, Path]):
    client, _ = album
    number = _numbers(client)["side.jpg"]
    assert client.ask("GET", f"/api/v1/photos/{number}/film").status == 404
    assert client.ask("GET", f"/api/v1/photos/{number}/strip").status == 404
    unreadable = {one["path"].rpartition("/")[2] for one in client.get("/unreadable")["files"]}
    # Another test puts something else in the place of `later.jpg`, before or after this one.
    assert unreadable - {"later.jpg"} == {"cut.jpg"}
    for wrong in ("0", "-1", "999999", "99999999999999999999", "x", "..%2f..%2fetc%2fpasswd", "1%00.jpg"):
        assert client.ask("GET", f"/api/v1/photos/{wrong}/thumbnail").status in {404, 422}


def test_a_file_that_is_another_one_now_is_not_sent(album: tuple[Client, Path]):
    client, folder = album
    put(folder / "later.jpg", jpeg(picture(5), TAKEN))
    assert client.done({"kind": "scan", "sources": [str(folder)], "then_group": False})["state"] == "done"
    number = _numbers(client)["later.jpg"]
    put(folder / "later.jpg", b"a secret that was put there")
    for kind in ("original", "preview"):
        answer = client.ask("GET", f"/api/v1/photos/{number}/{kind}")
        assert (answer.status, b"secret" in answer.body) == (404, False)


def test_weak_dates_are_told_page_by_page_and_set(album: tuple[Client, Path]):
    client, _ = album
    found, after = [], ""
    while True:
        page = client.get(f"/dates/weak?limit=1{after}")
        found += page["dates"]
        if page["next"] is None:
            break
        after = f"&after={page['next']}"
    assert {"side.jpg", "clip.mp4"} <= {one["name"] for one in found}
    photo = next(one["photo"] for one in found if one["name"] == "side.jpg")
    set_to = client.send("PUT", f"/photos/{photo}/date", {"date": "2019-07-04 15:30"})
    assert (set_to["at"][:16], set_to["source"]) == ("2019-07-04T15:30", "user")
    assert photo not in [one["photo"] for one in client.get("/dates/weak")["dates"]]
    assert client.ask("PUT", f"/api/v1/photos/{photo}/date", {"date": "yesterday"}).status == 422
    assert client.send("DELETE", f"/photos/{photo}/date")["source"] != "user"


def test_settings_are_told_and_only_harmless_ones_are_set(album: tuple[Client, Path], tmp_path: Path):
    client, _ = album
    known = {one["name"]: one for one in client.get("/settings")["settings"]}
    assert known["time_window"]["editable"]
    assert not any(known[name]["editable"] for name in ("catalog", "model_dir", "reference", "may_trash"))
    assert client.send("PUT", "/settings/time_window", {"value": 120})["value"] == 120
    assert client.send("PUT", "/settings/time_window", {"value": 300})["value"] == 300
    for name, value, status in (
        ("time_window", -1, 422), ("time_window", "soon", 422), ("catalog", "/x", 403), ("nothing", 1, 404),
    ):  # fmt: skip
        assert client.ask("PUT", f"/api/v1/settings/{name}", {"value": value}).status == status
