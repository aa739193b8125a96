"""Dates in the names that cameras, phones, messengers, systems and scanners give."""

import re
from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from keepers.read import names

SECOND = "2020-01-02T15:04:05"
DAY = "2020-01-02T12:00:00"


@pytest.mark.parametrize(
    ("name", "wall"),
    [
        # Cameras and phones.
        ("IMG_20200102_150405", SECOND),
        ("IMG20200102150405", SECOND),
        ("IMG_20200102_150405_1", SECOND),
        ("IMG_20200102_150405_HDR", SECOND),
        ("IMG_20200102_150405_BURST001_COVER", SECOND),
        ("IMG_20200102T150405", SECOND),
        ("20200102_150405", SECOND),
        ("20200102_150405(0)", SECOND),
        ("20200102_150405-ANIMATION", SECOND),
        ("MVIMG_20200102_150405", SECOND),
        ("VID_20200102_150405", SECOND),
        ("PANO_20200102_150405", SECOND),
        ("DJI_20200102150405_0001_D", SECOND),
        ("WIN_20200102_15_04_05_Pro", SECOND),
        ("WP_20200102_15_04_05_Rich", SECOND),
        ("C360_2020-01-02-15-04-05-123", SECOND),
        ("VID_20200102_150405_00_012", SECOND),
        ("2020_0102_150405_001", SECOND),
        ("20200102_150405_NF", SECOND),
        ("20-01-02 15-04-05 0123", SECOND),
        ("SVID_20200102_150405_1", SECOND),
    ],
)
def test_cameras_are_certain(name: str, wall: str) -> None:
    found = names.named(name)
    assert found is not None
    assert (found.wall.isoformat(), found.exact, found.certain, found.utc) == (wall, True, True, False)


@pytest.mark.parametrize(
    ("name", "wall"),
    [
        # Messengers.
        ("WhatsApp Image 2020-01-02 at 15.04.05", SECOND),
        ("WhatsApp Image 2020-01-02 at 3.04.05 PM", SECOND),
        ("WhatsApp Bild 2020-01-02 um 15.04.05_abc", SECOND),
        ("WhatsApp Video 2020-01-02 at 15.04.05 (1)", SECOND),
        ("signal-2020-01-02-150405", SECOND),
        ("signal-2020-01-02-15-04-05-123", SECOND),
        ("signal-attachment-2020-01-02-150405", SECOND),
        ("photo_2020-01-02_15-04-05 (2)", SECOND),
        ("photo_12@02-01-2020_15-04-05", SECOND),
        ("viber_image_2020-01-02_15-04-05", SECOND),
        ("threema-20200102-150405-abcdef", SECOND),
        ("InShot_20200102_150405123", "2020-01-02T15:04:05.123000"),
        # Screenshots and screen records.
        ("Screenshot_20200102-150405", SECOND),
        ("Screenshot_20200102_150405_Chrome", SECOND),
        ("Screenshot_2020-01-02-15-04-05-345_com.whatsapp", SECOND),
        ("Screenshot 2020-01-02 at 15.04.05", SECOND),
        ("Screen Shot 2020-01-02 at 3.04.05 PM", SECOND),
        ("Screenshot 2020-01-02 at 3.04.05\u202fPM", SECOND),
        ("Bildschirmfoto 2020-01-02 um 15.04.05", SECOND),
        ("Capture d\u2019écran 2020-01-02 à 15.04.05", SECOND),
        ("Captura de pantalla 2020-01-02 a las 15.04.05", SECOND),
        ("Schermata 2020-01-02 alle 15.04.05", SECOND),
        ("Schermafbeelding 2020-01-02 om 15.04.05", SECOND),
        ("Skärmavbild 2020-01-02 kl. 15.04.05", SECOND),
        ("Captura de Tela 2020-01-02 às 15.04.05", SECOND),
        ("Снимок экрана 2020-01-02 в 15.04.05", SECOND),
        ("Zrzut ekranu 2020-01-02 o 15.04.05", SECOND),
        ("スクリーンショット 2020-01-02 15.04.05", SECOND),
        ("截屏2020-01-02 下午3.04.05", SECOND),
        ("Screenshot from 2020-01-02 15-04-05", SECOND),
        ("Screenshot 2020-01-02 150405", SECOND),
        ("2020-01-02 15_04_05-Window", SECOND),
        ("2020-01-02-150405_1920x1080_scrot", SECOND),
        ("2020-01-02_15-04", "2020-01-02T15:04:00"),
        ("2020-01-02_15.04.05", SECOND),
        ("VRChat_2020-01-02_15-04-05.123_1920x1080", SECOND),
        ("CleanShot 2020-01-02 at 15.04.05@2x", SECOND),
        ("Spiel 02.01.2020 15_04_05", SECOND),
        ("Screen_Recording_20200102-150405_App", SECOND),
        ("2020010215040500-0123456789ABCDEF0123456789ABCDEF", SECOND),
        # Scanners and apps.
        ("2020-01-02 15.04.05-2", SECOND),
        ("Photo on 2020-01-02 at 15.04", "2020-01-02T15:04:00"),
        ("img20200102_15040567", "2020-01-02T15:04:05.670000"),
        ("Office Lens 20200102-150405", SECOND),
        ("New Doc 2020-01-02 15.04.05_1", SECOND),
        ("CamScanner 01-02-2020 15.04", "2020-01-02T15:04:00"),
        ("Photo Jan 02 2020, 3 04 05 PM", SECOND),
        ("Foto 02.01.2020, 15 04 05", SECOND),
    ],
)
def test_apps_tell_the_second_but_not_of_the_shot(name: str, wall: str) -> None:
    found = names.named(name)
    assert found is not None
    assert (found.wall.isoformat(), found.exact, found.certain, found.utc) == (wall, True, False, False)


@pytest.mark.parametrize(
    ("name", "wall", "certain"),
    [
        ("PXL_20200102_150405123", "2020-01-02T15:04:05.123000", True),
        ("PXL_20200102_150405123.NIGHT", "2020-01-02T15:04:05.123000", True),
        ("PXL_20200102_150405123~2", "2020-01-02T15:04:05.123000", True),
        ("FB_IMG_1577977445123", "2020-01-02T15:04:05.123000", False),
        ("mmexport1577977445123", "2020-01-02T15:04:05.123000", False),
        ("RPReplay_Final1577977445", SECOND, False),
        ("GMT20200102-150405_Recording", SECOND, False),
        ("Skype_Picture_2020_01_02T15_04_05_123Z", "2020-01-02T15:04:05.123000", False),
    ],
)
def test_some_names_are_in_utc(name: str, wall: str, certain: bool) -> None:
    found = names.named(name)
    assert found is not None
    assert (found.wall.isoformat(), found.exact, found.certain, found.utc) == (wall, True, certain, True)


@pytest.mark.parametrize(
    "name",
    [
        "IMG-20200102-WA0001",
        "VID-20200102-WA0002",
        "Scan 2020-01-02",
        "Scan_20200102 (2)",
        "IMG_20200102_0001",
        "WP_20200102_001",
        "2020.01.02 Oma",
        "Adobe Scan Jan 02, 2020 (1)",
        "2 January 2020 (3)",
        "Rechnung 02.01.2020",
    ],
)
def test_some_names_state_the_day_alone(name: str) -> None:
    found = names.named(name)
    assert found is not None
    assert (found.wall.isoformat(), found.exact, found.certain) == (DAY, False, False)


@pytest.mark.parametrize(
    "name",
    [
        "",
        "IMG_1234",
        "DSC_20181",
        "P1010203",
        "20201345_999999",
        "20200230_150405",
        "IMG_00000000_000000",
        "5551231234567",
        "received_10157000000000000",
        "Snapchat-1234567890",
        "wallpaper_1920x1080",
        "2048x1536",
        "01-02-2020",
        "ISBN 9783161484100",
    ],
)
def test_numbers_are_not_all_dates(name: str) -> None:
    assert names.named(name) is None


@pytest.mark.parametrize(
    ("folder", "wall"),
    [
        ("2020-01-02 Oma", DAY),
        ("20200102_Oma", DAY),
        ("02.01.2020 Oma", DAY),
        ("January 2, 2020", DAY),
        ("Wien, 2 January 2020", DAY),
        ("2020-01", None),
        ("2020", None),
        ("100APPLE", None),
    ],
)
def test_folders_state_days(folder: str, wall: str | None) -> None:
    found = names.named(folder, names.FOLDERS)
    assert (found and found.wall.isoformat()) == wall


@pytest.mark.parametrize(
    ("folders", "month"),
    [
        (["2011", "10"], (2011, 10)),
        (["2011", "10 Oktober"], (2011, 10)),
        (["2011-10"], (2011, 10)),
        (["2011_10 Urlaub", "best"], (2011, 10)),
        (["2011", "Urlaub"], (2011, 0)),
        (["Photos from 2011"], (2011, 0)),
        (["2011", "100"], (2011, 0)),
        (["home", "me", "12345678"], None),
        ([], None),
    ],
)
def test_folders_state_months(folders: list[str], month: tuple[int, int] | None) -> None:
    assert names.month(folders) == month


@given(st.text(max_size=60))
def test_no_name_is_too_odd(text: str) -> None:
    found = names.named(text)
    assert found is None or found.wall.tzinfo is None


@given(st.datetimes(datetime(1990, 1, 1), datetime(2049, 12, 31)))  # noqa: DTZ001 (a wall time)
def test_every_second_is_read_back(at: datetime) -> None:
    for name in (f"IMG_{at:%Y%m%d_%H%M%S}", f"x {at:%Y-%m-%d at %I.%M.%S %p}", f"a@{at:%d-%m-%Y_%H-%M-%S}"):
        found = names.named(name)
        assert found is not None
        assert found.wall == at.replace(microsecond=0)


@given(st.from_regex(r"\A\D{0,12}[0-9]{1,7}\D{0,12}\Z"))
def test_one_short_number_is_no_date_in_any_style(text: str) -> None:
    # So such names, which most cameras give, need not be tried.
    for pattern in (*names.PATTERNS, *names.FOLDERS):
        assert re.search(pattern.regex, text, re.IGNORECASE) is None, pattern
    assert names.named(text) is None


@pytest.mark.parametrize("text", ["20200102", "2 January 2020", "IMG_2020-1", "x1577977445"])
def test_longer_or_more_numbers_are_tried(text: str) -> None:
    assert names._COUNTER.fullmatch(text) is None
