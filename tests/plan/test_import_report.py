"""The decision report: every column filled, no cell is a formula, the page needs nothing and breaks on no name."""

import csv
import io
import json
from datetime import UTC, datetime, timedelta
from html.parser import HTMLParser

from hypothesis import given
from hypothesis import strategies as st

from keepers.actions import Copy
from keepers.model import LOCAL, Asset, ContentId, Kind, Ref, Taken
from keepers.plan.import_page import page
from keepers.plan.import_plan import Line, Outcome
from keepers.plan.import_report import COLUMNS, Known, Report, as_csv, as_json
from keepers.plan.page_table import SHOWN

NOW = datetime(2026, 2, 3, 4, 5, tzinfo=UTC)
TAKEN = Taken(datetime(2024, 7, 1, 12, tzinfo=UTC), "exif", certain=True)


def line(path: str, outcome: Outcome = Outcome.COPY, reason: str = "is new", better: str = "") -> Line:
    content = ContentId("b3:aa")
    asset = Asset(Ref(LOCAL, path), Kind.PHOTO, 10, f"10:{86_400 * 10**9}:3", content)
    action = Copy(asset.ref, Ref(LOCAL, "/lib/x"), content, 10) if outcome is Outcome.COPY else None
    held = ContentId(better) if better else content
    return Line(asset, None, outcome, "/lib/x", held, outcome is Outcome.COPY, reason, action)


def test_each_row_tells_of_both_files() -> None:
    better = ContentId("b3:bb")
    report = Report(
        (line("/a"), line("/b", Outcome.WORSE, "smaller", better)), "/lib", NOW, {better: Known(99, TAKEN, 5)}
    )
    rows = list(csv.reader(io.StringIO(as_csv(report).decode(), newline="")))
    assert rows == [
        list(COLUMNS),
        ["2026-02-03T04:05:00+00:00", "/lib/x", "/a", "yes", "copied: is new", "10", "b3:aa",
         "1970-01-02T00:00:00+00:00", "10", "b3:aa", "1970-01-02T00:00:00+00:00"],
        ["2026-02-03T04:05:00+00:00", "/lib/x", "/b", "no", "worse version: smaller", "10", "b3:aa",
         "1970-01-02T00:00:00+00:00", "99", "b3:bb", "2024-07-01T12:00:00+00:00"],
    ]  # fmt: skip
    told = json.loads(as_json(report))
    assert told["counts"] == {"copied": 1, "worse version": 1}
    assert told["decisions"][1] == {
        "outcome": "worse version", "destination": "/lib/x", "source": "/b", "winner": False,
        "reason": "worse version: smaller", "source_size": 10, "source_hash": "b3:aa",
        "source_date": "1970-01-02T00:00:00+00:00", "destination_size": 99, "destination_hash": "b3:bb",
        "destination_date": "2024-07-01T12:00:00+00:00",
    }  # fmt: skip


class Outline(HTMLParser):
    """The elements of a page, and whether each was closed where it should be."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.seen: set[str] = set()
        self.text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.add(tag)
        assert not any(name.startswith("on") or name in {"src", "href"} for name, _ in attrs)
        if tag != "meta":
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text += data


paths = st.text(st.characters(codec=None), min_size=1, max_size=40).map(lambda text: "/" + text) | st.sampled_from(
    ["=1+1", "+1", "-1", "@a", "\t=1", "\r\n=1", '"', "</script><script>alert(1)</script>", "\udcff", "\u202e"]
)  # fmt: skip


@given(st.lists(st.tuples(paths, paths, st.sampled_from(list(Outcome))), max_size=5), paths)
def test_no_name_breaks_a_report(rows: list[tuple[str, str, Outcome]], other: str) -> None:
    lines = tuple(line(path, outcome, reason) for path, reason, outcome in rows)
    passed = ((other, other),)
    report = Report(lines, other, NOW, {}, passed, passed, passed, passed)
    for row in list(csv.reader(io.StringIO(as_csv(report).decode(), newline=""), strict=True))[1:]:
        assert len(row) == len(COLUMNS)
        assert all(row)
        assert not any(cell.startswith(("=", "+", "-", "@", "\t", "\r")) for cell in row)
    assert [row["source"] for row in json.loads(as_json(report))["decisions"]] == [
        path for path, _, _ in rows
    ]
    outline = Outline()
    outline.feed(page(report).decode())
    outline.close()
    assert outline.open == []
    assert "script" not in outline.seen


def test_a_page_stays_small_enough_for_a_phone() -> None:
    lines = tuple(line(f"/a{number}") for number in range(SHOWN + 7))
    text = page(Report(lines, "/lib", NOW + timedelta(days=1))).decode()
    assert "and 7 more" in text
    assert f"/a{SHOWN - 1}<" in text
    assert f"/a{SHOWN}<" not in text
