"""The real command on photos with files beside them: what those say dates a photo and decides between copies."""

import io
from pathlib import Path

import pytest

from tests.cli.world import TAKEN, Keepers, jpeg, picture, put

pytestmark = pytest.mark.slow

XMP = (
    '<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
    '<rdf:Description xmlns:xmp="http://ns.adobe.com/xap/1.0/" xmlns:exif="http://ns.adobe.com/exif/1.0/" {}/>'
    "</rdf:RDF></x:xmpmeta>"
)


def test_a_sidecar_dates_the_photo_that_has_no_date(keepers: Keepers, tmp_path: Path) -> None:
    photo = put(tmp_path / "p/scan.jpg", jpeg(picture(1)))
    put(tmp_path / "p/scan.xmp", XMP.format('exif:DateTimeOriginal="1987-07-04T10:00:00+02:00"').encode())
    told = keepers("explain", photo, "--json", "--faces", "none").json
    assert told["taken"] == {
        "at": "1987-07-04T10:00:00+02:00", "source": "xmp", "certain": True, "note": told["taken"]["note"]
    }  # fmt: skip
    assert [(Path(one["path"]).name, one["role"]) for one in told["bundle"]] == [
        ("scan.jpg", "main"), ("scan.xmp", "sidecar")
    ]  # fmt: skip


def test_stars_in_a_sidecar_decide_between_copies_and_go_when_it_goes(
    keepers: Keepers, tmp_path: Path
) -> None:
    image = picture(2)
    for folder, quality in (("a", 92), ("backup", 92)):
        put(tmp_path / "p" / folder / "IMG_1.jpg", jpeg(image, TAKEN, quality))
    starred = put(tmp_path / "p/backup/IMG_1.xmp", XMP.format('xmp:Rating="5"').encode())

    def kept() -> list[str]:
        groups = keepers("group", tmp_path / "p", "--json", "--faces", "none").json["groups"]
        assert [group["kind"] for group in groups] == ["same-bytes"]
        return [Path(m["path"]).parent.name for m in groups[0]["members"] if m["keep"]]

    assert kept() == ["backup"]
    starred.unlink()
    assert kept() == ["a"]


def test_a_list_of_picasa_speaks_of_the_photos_beside_it(keepers: Keepers, tmp_path: Path) -> None:
    photo = put(tmp_path / "p/b.jpg", jpeg(picture(3), TAKEN))
    put(tmp_path / "p/.picasa.ini", b"[b.jpg]\nstar=yes\ncaption=At the sea\nkeywords=sea,sun\n")
    told = keepers("explain", photo, "--json", "--faces", "none").json["told"]
    assert told == {"description": ["At the sea"], "favourite": ["yes"], "keyword": ["sea", "sun"]}


def test_a_pair_that_is_none_stays_apart_and_says_why(keepers: Keepers, tmp_path: Path) -> None:
    photo = put(tmp_path / "p/IMG_1.jpg", jpeg(picture(4), TAKEN))
    put(tmp_path / "p/IMG_1.png", _png(6))
    put(tmp_path / "p/IMG_2.aae", b"<plist/>")
    told = keepers("explain", photo, "--json", "--faces", "none").json
    assert len(told["bundle"]) == 1
    scan = keepers("scan", tmp_path / "p", "--json").json
    assert (scan["photos"], scan["companions"]) == (2, 1)


def _png(seed: int) -> bytes:
    buffer = io.BytesIO()
    picture(seed).save(buffer, "PNG")
    return buffer.getvalue()
