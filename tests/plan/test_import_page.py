"""The page of an import: which photos it shows as pictures, and that it stays small."""

import re
from datetime import UTC, datetime

from keepers.model import LOCAL, Asset, ContentId, Kind, Ref, Role
from keepers.plan.import_page import PICTURES, page, pictured
from keepers.plan.import_plan import Line, Outcome
from keepers.plan.import_report import Report

JPEG = b"\xff\xd8\xff\xdb"


def line(
    name: str, outcome: Outcome, better: str = "", kind: Kind = Kind.PHOTO, role: Role = Role.MAIN
) -> Line:
    asset = Asset(Ref(LOCAL, f"/in/{name}"), kind, 1, "1:0:1", ContentId(f"b3:{name}"), role=role)
    content = ContentId(f"b3:{better or name}")
    return Line(asset, None, outcome, f"/lib/{better or name}", content, wins=not better, reason="why")


LINES = (
    line("a.jpg", Outcome.COPY),
    line("a.mov", Outcome.COPY, kind=Kind.VIDEO, role=Role.LIVE_VIDEO),
    line("a.xmp", Outcome.COPY, kind=Kind.COMPANION, role=Role.SIDECAR),
    line("lost.aae", Outcome.COPY, kind=Kind.COMPANION),
    line("there.jpg", Outcome.THERE),
    line("small.jpg", Outcome.WORSE, better="large.jpg"),
    line("thumb.jpg", Outcome.WORSE, better="a.jpg"),
    line("film.mp4", Outcome.COPY, kind=Kind.VIDEO),
)


def test_each_photo_has_one_picture_and_a_worse_version_the_better_one_beside_it() -> None:
    assert list(pictured(LINES).items()) == [
        ("b3:small.jpg", "/in/small.jpg"), ("b3:large.jpg", "/lib/large.jpg"), ("b3:thumb.jpg", "/in/thumb.jpg"),
        ("b3:a.jpg", "/in/a.jpg"), ("b3:film.mp4", "/in/film.mp4"), ("b3:there.jpg", "/in/there.jpg"),
    ]  # fmt: skip


def test_the_page_shows_them_and_loads_nothing() -> None:
    drawn = dict.fromkeys(pictured(LINES), JPEG)
    text = page(Report(LINES, "/lib", datetime(2024, 1, 1, tzinfo=UTC), thumbnails=drawn)).decode()
    rows = [row for row in text.split("<tr>") if "<img" in row]
    assert len(rows) == 5
    worse = next(row for row in rows if "small.jpg" in row)
    assert worse.count("<img") == 2
    assert set(re.findall(r'src="([^;]*;)', text)) == {"data:image/jpeg;"}
    assert "img-src data:" in text


def test_a_thousand_photos_are_not_a_thousand_pictures() -> None:
    many = [line(f"{number}.jpg", Outcome.COPY) for number in range(1000)]
    wanted = pictured(many)
    assert list(wanted)[:2] == ["b3:0.jpg", "b3:1.jpg"]
    assert len(wanted) == PICTURES
    text = page(
        Report(tuple(many), "/lib", datetime(2024, 1, 1, tzinfo=UTC), thumbnails=dict.fromkeys(wanted, JPEG))
    )
    assert text.count(b"<img") == PICTURES
    assert f"The first {PICTURES}".encode() in text
