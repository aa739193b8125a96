"""Who gets which photo, in words; one photo works, no photo is said, random is within the window."""

from datetime import UTC, date, datetime
from random import Random

import pytest

from keepers.actions import SetField
from keepers.decide.featuring import pick, refuse_nonsense
from keepers.errors import UsageError
from keepers.model import PlaceId, Ref
from keepers.people import Person
from keepers.plan.people_feature import UNKNOWN, Present, candidates, plan
from keepers.score.featured import Bias, Lean, Portrait
from keepers.score.nearness import Around

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
ANNA = Person("anna-id", "Anna", date(1990, 6, 15))
CARA = Person("cara-id", "")
SMALL, LARGE = Portrait("small", 100.0), Portrait("large", 400.0)
PLACE = PlaceId("immich")


def fields(picks, now):
    """What is to be set."""
    actions = plan(PLACE, picks, now).actions
    return [action for action in actions if isinstance(action, SetField)]


def picked(person, portraits, bias=None):
    return pick(person, portraits, bias or Bias(), NOW, Random(1))


def test_the_best_with_its_reason():
    found = picked(ANNA, [SMALL, LARGE])
    assert (found.chosen, found.why) == ("large", "best of 2: the largest face")
    assert picked(ANNA, [SMALL, LARGE], Bias(low_pixel=True)).why == "best of 2: the smallest face"


def test_what_is_the_same_in_all_photos_is_no_reason():
    assert picked(ANNA, [Portrait("a", 9.0), Portrait("b", 9.0)]).why == "best of 2"


def test_dates_are_reasons():
    near = Portrait("near", 9.0, datetime(2019, 6, 14, tzinfo=UTC))
    far = Portrait("far", 9.0, datetime(2019, 1, 1, tzinfo=UTC))
    assert picked(ANNA, [near, far], Bias(birthday=True)).why == "best of 2: near the birthday"
    assert picked(ANNA, [near, far], Bias(date=Around(None, 6, 15))).why == "best of 2: taken around 06-15"
    assert picked(ANNA, [near, far], Bias(recency=Lean.REVERSE)).why == "best of 2: among the oldest"


@pytest.mark.parametrize(
    "bias", [Bias(), Bias(recency=Lean.FORWARD), Bias(date=Around(2019)), Bias(random=True)]
)
def test_one_photo_without_a_date_works(bias):
    if bias.random or bias.date is None:
        assert picked(CARA, [SMALL], bias).chosen == "small"
    else:
        assert picked(CARA, [SMALL], bias).why == "the only photo"


def test_no_photo_and_no_birthday_are_said():
    assert (picked(ANNA, []).chosen, picked(ANNA, []).why) == ("", "no photo on the timeline shows this face")
    assert picked(CARA, [SMALL], Bias(birthday=True)).why == "no birthday is known"
    assert picked(ANNA, [SMALL], Bias(random=True, birthday=True)).why == "no photo was taken around 06-15"


def test_random_gives_every_photo_its_turn():
    photos = [Portrait(str(number)) for number in range(4)]
    found = {pick(ANNA, photos, Bias(random=True), NOW, Random(seed)).chosen for seed in range(40)}
    assert found == {"0", "1", "2", "3"}


def test_what_makes_sense_together_is_not_refused():
    for bias in (
        Bias(birthday=True, recency=Lean.FORWARD),
        Bias(birthday=True, date=Around(2019)),
        Bias(random=True, birthday=True, recency=Lean.REVERSE),
        Bias(low_pixel=True, blur=Lean.REVERSE, recency=Lean.REVERSE, date=Around(None, 12, 25)),
    ):
        refuse_nonsense(bias)
    with pytest.raises(UsageError):
        refuse_nonsense(Bias(random=True, low_pixel=True))


def test_the_plan_sets_what_differs():
    picks = [picked(ANNA, [SMALL, LARGE]), picked(CARA, [SMALL]), picked(Person("d", "Dora"), [])]
    now = {"anna-id": Present("small", "then"), "cara-id": Present("small")}
    assert plan(PLACE, picks, now).title == "people feature: 3 people"
    (action,) = fields(picks, now)
    assert action.ref == Ref(PLACE, "person/anna-id")
    assert (action.before, action.after, action.revision) == ("small", "large", "then")
    assert action.because == "Anna: best of 2: the largest face"


def test_what_nobody_knows_is_unknown_and_nothing_is_none():
    (unknown,) = fields([picked(CARA, [SMALL])], {})
    (nothing,) = fields([picked(CARA, [SMALL])], {"cara-id": Present(None)})
    assert (unknown.before, nothing.before) == (UNKNOWN, None)
    assert unknown.because == "somebody without a name: the only photo"


def test_what_stands_there_now_is_a_candidate_to_be_seen():
    photos = [Portrait(str(number), float(number)) for number in range(1, 6)]
    shown = candidates(picked(ANNA, photos), Present("1"), 2)
    assert [one.portrait.asset for one in shown] == ["5", "4", "1"]
