"""The list of suggestions as a page, a table and JSON: whole, harmless whatever names say."""

import csv
import io
import json
from datetime import UTC, datetime

from keepers.model import LOCAL, Asset, Bundle, ContentId, Kind, Ref, Taken
from keepers.plan import suggest_report
from keepers.plan.suggest_report import Report
from keepers.score.suggestions import Suggested, Suggestion, SuggestionKind

WHEN = datetime(2024, 7, 1, 12, 30, tzinfo=UTC)


def line(name: str, *told: Suggestion) -> Suggested:
    ref = Ref(LOCAL, f"/photos/{name}")
    taken = Taken(WHEN, "exif", certain=True)
    asset = Asset(ref, Kind.PHOTO, 2_000_000, "1:0:1", ContentId(f"b3:{name}"), taken, 4000, 3000)
    return Suggested(Bundle(asset, copies=(Ref(LOCAL, f"/old/{name}"),)), told)


BLURRED = Suggestion(SuggestionKind.BLURRED, 0.91, ("nothing is sharp",))
MEME = Suggestion(SuggestionKind.MEME, 0.65, ("bands with lettering",))
LINES = (line("a.jpg", BLURRED), line("<b>=1&.jpg", MEME, BLURRED))
REPORT = Report(LINES, 7, ("/photos",), WHEN)


def test_json() -> None:
    told = json.loads(suggest_report.as_json(REPORT))
    assert told["schema_version"] == 1
    assert told["photos"] == 7
    assert told["kinds"]["blurred"] == told["kinds"]["meme"] == 1
    first, second = told["suggestions"]
    assert (first["path"], first["kind"], first["certainty"]) == ("/photos/a.jpg", "blurred", 0.91)
    assert first["copies"] == ["/old/a.jpg"]
    assert first["taken"] == WHEN.isoformat()
    assert [one["kind"] for one in second["also"]] == ["blurred"]


def test_csv_has_an_empty_column_to_decide_in() -> None:
    rows = list(csv.DictReader(io.StringIO(suggest_report.as_csv(REPORT).decode(), newline="")))
    assert [row["Decision"] for row in rows] == ["", ""]
    assert [row["Path"] for row in rows] == ["/photos/a.jpg", "/photos/<b>=1&.jpg"]
    assert rows[0]["Content"] == "b3:a.jpg"


def test_the_page_shows_each_kind_and_loads_and_runs_nothing() -> None:
    page = suggest_report.page(REPORT, {ContentId("b3:a.jpg"): b"\xff\xd8"}).decode()
    assert page.count("<figure>") == 2
    assert page.count("data:image/jpeg;base64,/9g=") == 1
    assert page.count("no preview") == 1
    assert "&lt;b&gt;=1&amp;.jpg" in page
    assert "maybe blurred, too: nothing is sharp" in page
    assert "only-meme" in page
    assert "default-src &#x27;none&#x27;" in page
    assert "<script" not in page
    assert "http" not in page.replace("http-equiv", "")


def test_an_empty_page_says_so() -> None:
    page = suggest_report.page(Report((), 3, (), WHEN), {}).decode()
    assert "No photo seems to be in the way." in page
    assert "all that is known" in page


def test_a_long_list_is_cut_on_the_page_and_nowhere_else() -> None:
    long = Report(tuple(line(f"{n}.jpg", BLURRED) for n in range(suggest_report.SHOWN + 5)), 9999, (), WHEN)
    assert "and 5 more" in suggest_report.page(long, {}).decode()
    assert len(json.loads(suggest_report.as_json(long))["suggestions"]) == suggest_report.SHOWN + 5
