"""Dates by the real command: weak ones told, set ones remembered, camera clocks corrected after a yes."""

import io
import json
from datetime import datetime, timedelta
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from tests.cli.world import TAKEN, Keepers, Tree, jpeg, picture, put, tree

pytestmark = pytest.mark.slow

PHONE, REFLEX = "Phone Eleven", "Reflex Six"
DATE = "2019-07-04 15:30+02:00"


def shot(seed: int, camera: str, at: datetime) -> bytes:
    """One scene as a camera sees it, with its time in UTC."""
    grain = np.random.default_rng(seed if camera == PHONE else seed + 500).normal(0, 3, (240, 320, 3))
    pixels = np.asarray(picture(seed, (320, 240)), np.float64) + grain
    exif = Image.Exif()
    exif[0x010F], exif[0x0110] = camera.split()
    notes = exif.get_ifd(0x8769)
    notes[0x9003], notes[0x9011] = at.strftime("%Y:%m:%d %H:%M:%S"), "+00:00"
    buffer = io.BytesIO()
    Image.fromarray(np.clip(pixels, 0, 255).astype(np.uint8)).save(buffer, "JPEG", exif=exif)
    return buffer.getvalue()


@pytest.fixture
def journey(tmp_path: Path) -> Path:
    """Six scenes by two cameras, the clock of the reflex an hour ahead; the phone took more photos."""
    folder = tmp_path / "journey"
    for k in range(6):
        at = TAKEN + timedelta(minutes=10 * k)
        put(folder / f"phone/IMG_{k}.jpg", shot(k, PHONE, at))
        put(folder / f"reflex/DSC_{k}.jpg", shot(k, REFLEX, at + timedelta(hours=1, seconds=k)))
    put(folder / "phone/IMG_7.jpg", shot(7, PHONE, TAKEN))
    return folder


def files(folder: Path) -> Tree:
    """The tree without folders, whose times change when a test moves files."""
    return {name: row for name, row in tree(folder).items() if row[2]}


def taken(keepers: Keepers, path: Path) -> tuple[str, str, bool]:
    said = keepers("explain", path, "--json").json["taken"]
    return said["at"], said["source"], said["certain"]


def test_weak_dates_are_told_with_the_reason(keepers: Keepers, photos: Path) -> None:
    put(photos / "2003/07/scan.jpg", jpeg(picture(50)))
    put(photos / "IMG-20030704-WA0001.jpg", jpeg(picture(51)))
    before = tree(photos)
    keepers("scan", photos)
    rows = {Path(row["path"]).name: row for row in keepers("report", "dates", "--json").json["dates"]}
    assert rows["scan.jpg"]["reason"] == (
        "the folder says 2003-07; nothing but the modification time of the file tells a date"
    )
    assert rows["scan.jpg"]["source"] == "mtime"
    assert rows["IMG-20030704-WA0001.jpg"]["at"][:19] == "2003-07-04T12:00:00"
    assert "alone.jpg" not in rows
    assert not any(row["certain"] for row in rows.values())
    lines = [json.loads(line) for line in keepers("report", "dates", "--jsonl").out.splitlines()]
    assert lines == sorted(rows.values(), key=lambda row: str(row["path"]))
    assert f"{len(rows)} weak dates." in keepers("report", "dates").out
    assert tree(photos) == before


def test_a_date_that_a_person_sets_wins_and_is_remembered(keepers: Keepers, photos: Path) -> None:
    before = files(photos)
    copy = put(photos / "copy/of alone.jpg", (photos / "alone.jpg").read_bytes())
    keepers("scan", photos)
    original = taken(keepers, copy)
    told = keepers("dates", "--set", photos / "alone.jpg", DATE, "--json")
    assert told.json["taken"] == {"at": "2019-07-04T15:30:00+02:00", "source": "user", "certain": True}
    assert told.json["run"] is None
    assert taken(keepers, copy) == ("2019-07-04T15:30:00+02:00", "user", True)
    (photos / "alone.jpg").rename(photos / "moved.jpg")
    keepers("scan", photos)
    assert taken(keepers, photos / "moved.jpg")[1] == "user"
    assert keepers("dates", "--unset", copy).code == 0
    assert taken(keepers, photos / "moved.jpg") == original
    again = keepers("dates", "--unset", copy)
    assert (again.code, "no date was set" in again.err) == (2, True)
    (photos / "moved.jpg").rename(photos / "alone.jpg")
    copy.unlink()
    copy.parent.rmdir()
    assert files(photos) == before


def test_a_sidecar_is_written_with_consent_and_taken_back(keepers: Keepers, photos: Path) -> None:
    keepers("scan", photos)
    before = tree(photos)
    call = ("dates", "--set", photos / "alone.jpg", "2019-07-04", "--sidecar")
    planned = keepers(*call, "--dry-run", "--json").json
    assert [(row["verb"], row["to"], row["content"]) for row in planned["actions"]] == [
        ("write", str(photos / "alone.jpg.xmp"), None)
    ]
    assert taken(keepers, photos / "alone.jpg")[1] == "exif"
    asked = keepers(*call)
    assert (asked.code, "--yes" in asked.err) == (2, True)
    assert tree(photos) == before
    assert taken(keepers, photos / "alone.jpg")[1] == "exif"
    done = keepers(*call, "--yes", "--json")
    assert (done.code, done.json["run"]) == (0, 1)
    assert b"2019-07-04T12:00:00" in (photos / "alone.jpg.xmp").read_bytes()
    assert taken(keepers, photos / "alone.jpg")[:2] == ("2019-07-04T12:00:00+00:00", "user")
    assert keepers(*call, "--yes", "--json").json["run"] is None
    assert keepers("undo", "--yes").code == 0
    assert tree(photos) == before


def test_the_sidecar_tells_a_new_catalog(
    keepers: Keepers, photos: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    keepers("dates", "--set", photos / "alone.jpg", DATE, "--sidecar", "--yes")
    other = Keepers(tmp_path / "other" / "catalog.db", capsys)
    other("scan", photos)
    assert taken(other, photos / "alone.jpg") == ("2019-07-04T15:30:00+02:00", "user", True)


def test_a_sidecar_that_is_there_keeps_what_others_wrote(keepers: Keepers, photos: Path) -> None:
    side = put(
        photos / "alone.xmp",
        b'<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
        b'<rdf:Description rdf:about="" xmlns:xmp="http://ns.adobe.com/xap/1.0/" xmp:Rating="4"/></rdf:RDF></x:xmpmeta>',
    )
    keepers("scan", photos)
    before = tree(photos)
    assert keepers("dates", "--set", photos / "alone.jpg", DATE, "--sidecar", "--yes").code == 0
    assert not (photos / "alone.jpg.xmp").exists()
    merged = side.read_bytes()
    assert b'xmp:Rating="4"' in merged
    assert b'exif:DateTimeOriginal="2019-07-04T15:30:00+02:00"' in merged
    assert keepers("undo", "--yes").code == 0
    assert tree(photos) == before


def test_a_sidecar_that_is_not_understood_is_left_alone(keepers: Keepers, photos: Path) -> None:
    put(photos / "alone.xmp", b"<x:xmpmeta xmlns:x='adobe:ns:meta/'/>")
    keepers("scan", photos)
    before = tree(photos)
    told = keepers("dates", "--set", photos / "alone.jpg", DATE, "--sidecar", "--yes")
    assert (told.code, "was left alone" in told.err) == (2, True)
    assert tree(photos) == before
    assert taken(keepers, photos / "alone.jpg")[1] == "exif"


@pytest.mark.parametrize("date", ["yesterday", "2019-02-30", "1700-01-01", "2999-01-01", ""])
def test_no_nonsense_can_be_set(keepers: Keepers, photos: Path, date: str) -> None:
    told = keepers("dates", "--set", photos / "alone.jpg", date)
    assert (told.code, told.out) == (2, "")
    assert not keepers.catalog.exists()


def test_what_is_no_photo_cannot_be_dated(keepers: Keepers, photos: Path) -> None:
    letter = put(photos / "letter.txt", b"dear all")
    assert keepers("dates", "--set", letter, DATE).code == 2
    assert keepers("dates", "--set", photos / "nothing.jpg", DATE).code == 1
    assert keepers("dates", "--sidecar").code == 2


def test_a_clock_is_proposed_once_and_applied_after_a_yes(keepers: Keepers, journey: Path) -> None:
    keepers("scan", journey)
    before = files(journey)
    frame = journey / "reflex/DSC_3.jpg"
    (one,) = keepers("dates", "--json").json["clocks"]
    assert (one["camera"], one["against"], one["pairs"], one["state"]) == (REFLEX, PHONE, 6, "proposed")
    assert one["seconds_ahead"] == pytest.approx(3602.5, abs=0.6)
    assert "keepers dates --accept 'Reflex Six'" in keepers("dates").out
    assert taken(keepers, frame)[0] == "2024-07-01T13:30:03+00:00"

    assert keepers("dates", "--accept", REFLEX).code == 0
    corrected = datetime.fromisoformat(taken(keepers, frame)[0])
    assert abs(corrected - TAKEN - timedelta(minutes=30)) <= timedelta(seconds=3)
    assert taken(keepers, journey / "phone/IMG_3.jpg")[0] == "2024-07-01T12:30:00+00:00"
    assert [row["state"] for row in keepers("dates", "--json").json["clocks"]] == ["accepted"]
    keepers("scan", put(journey / "reflex/DSC_9.jpg", shot(9, REFLEX, TAKEN)))
    assert taken(keepers, journey / "reflex/DSC_9.jpg")[0].startswith("2024-07-01T10:59:5")
    (journey / "reflex/DSC_9.jpg").unlink()

    assert keepers("dates", "--refuse", REFLEX).code == 0
    assert taken(keepers, frame)[0] == "2024-07-01T13:30:03+00:00"
    assert [row["state"] for row in keepers("dates", "--json").json["clocks"]] == ["refused"]
    assert "No camera clock seems wrong" in keepers("dates").out
    assert keepers("dates", "--accept", REFLEX).code == 0
    assert files(journey) == before


def test_a_person_may_know_that_the_other_clock_is_wrong(keepers: Keepers, journey: Path) -> None:
    keepers("scan", journey)
    keepers("dates")
    (row,) = keepers("dates", "--accept", PHONE, "--json").json["clocks"]
    assert (row["camera"], row["against"], row["state"]) == (PHONE, REFLEX, "accepted")
    at = datetime.fromisoformat(taken(keepers, journey / "phone/IMG_3.jpg")[0])
    assert abs(at - TAKEN - timedelta(minutes=90)) <= timedelta(seconds=6)
    assert taken(keepers, journey / "reflex/DSC_3.jpg")[0] == "2024-07-01T13:30:03+00:00"


def test_nothing_is_accepted_that_was_not_proposed(keepers: Keepers, journey: Path) -> None:
    assert keepers("dates").code == 10
    keepers("scan", journey)
    for answer in ("--accept", "--refuse"):
        told = keepers("dates", answer, REFLEX)
        assert (told.code, "nothing is proposed" in told.err) == (2, True)
    keepers("dates")
    told = keepers("dates", "--accept", "Nobody")
    assert (told.code, REFLEX in told.err) == (2, True)
