"""What a person picks is learned on request, counts from then on, and can be forgotten or switched off."""

import dataclasses
from datetime import timedelta

import pytest
from PIL import ImageEnhance, ImageFilter

from keepers.catalog import contents, remembered
from keepers.catalog import taste as rows
from keepers.catalog.store import open_catalog
from keepers.model import GroupKind
from keepers.score.taste import Taste
from tests.cli.world import TAKEN, jpeg, picture, put

pytestmark = pytest.mark.slow
TASTE = Taste({"exposure": 0.9}, 50, 0.9, 0.7)


@pytest.fixture
def series(tmp_path):
    """Two frames of one burst: one sharper, one better exposed."""
    base = picture(5)
    dark = ImageEnhance.Brightness(base).enhance(2.2)
    soft = base.filter(ImageFilter.GaussianBlur(1.5))
    for number, image in enumerate((dark, soft)):
        put(tmp_path / "photos" / f"IMG_{number}.jpg", jpeg(image, TAKEN + timedelta(seconds=number)))
    return tmp_path / "photos"


def burst(keepers, folder):
    (group,) = keepers("group", folder, "--kind", "burst", "--faces", "none", "--json").json["groups"]
    return {member["name"]: member for member in group["members"]}


def test_a_taste_counts_in_series_and_can_be_switched_off(keepers, series, tmp_path, monkeypatch):
    by_hand = burst(keepers, series)
    (kept,) = [name for name, member in by_hand.items() if member["keep"]]
    loser = next(name for name in by_hand if name != kept)
    best = max(
        by_hand[loser]["scores"],
        key=lambda part: by_hand[loser]["scores"][part] - by_hand[kept]["scores"][part],
    )
    catalog = open_catalog(tmp_path / "state" / "catalog.db", create=False)
    rows.remember(catalog, dataclasses.replace(TASTE, weights={best: 5.0}))
    catalog.close()
    now = burst(keepers, series)
    assert now[loser]["keep"]
    assert now[loser]["reasons"][0] == "by what you picked before"
    monkeypatch.setenv("KEEPERS_TASTE", "off")
    assert burst(keepers, series) == by_hand
    assert "switched off" in keepers("taste").out
    monkeypatch.delenv("KEEPERS_TASTE")
    assert keepers("taste", "forget").code == 0
    assert burst(keepers, series) == by_hand


def test_what_was_picked_is_learned_from_groups_judged_by_hand(keepers, series, tmp_path, monkeypatch):
    frames = burst(keepers, series)
    assert "Nothing is learned" in keepers("taste").out
    assert "20 are needed" in keepers("taste", "learn").out
    catalog = open_catalog(tmp_path / "state" / "catalog.db", create=False)
    digests = [row[0] for row in catalog.db.execute("SELECT b3 FROM content ORDER BY id")]
    said = {contents.content_id(b3): number == 1 for number, b3 in enumerate(digests)}
    remembered.decide(catalog, GroupKind.BURST, said, "2024-01-01T00:00:00+00:00")
    seen = []

    def learned(picks, weights):
        seen.extend(picks)
        return TASTE

    monkeypatch.setattr("keepers.workflows.tasting.learned", learned)
    told = keepers("taste", "learn", "--json")
    assert told.json["weights"] == {"exposure": 0.9}
    (pick,) = seen
    values = sorted(member["score"] for member in frames.values())
    assert sorted([*pick.kept_values, *pick.dropped_values]) == values
    assert keepers("taste", "--json").json["words"] == ["exposure counts more for you (+0.90)"]
    # Forgotten picks do not teach again.
    keepers("taste", "forget")
    seen.clear()
    keepers("taste", "learn")
    assert seen == []


def test_no_catalog(keepers):
    assert keepers("taste").code == 10
