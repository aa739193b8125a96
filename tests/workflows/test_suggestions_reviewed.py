"""What a reviewed list takes off a server's timeline: whole photos, and none that somebody likes by now."""

from collections.abc import Iterable, Sequence
from datetime import datetime

import pytest

from keepers.actions import SetField
from keepers.model import LOCAL, Asset, Bundle, ContentId, Kind, PlaceId, Ref, Role
from keepers.workflows.suggestions_reviewed import planned

PLACE = PlaceId("immich")


class Shelf:
    """A server on whose timeline all is that is not named here."""

    def __init__(self, *favourites: str, archived: Sequence[str] = ()) -> None:
        self._favourites, self._archived = favourites, archived

    def values(self, wanted: Sequence[SetField]) -> Sequence[str | None]:
        return [self._value(one.ref.key, one.name) for one in wanted]

    def _value(self, key: str, name: str) -> str | None:
        if name == "favourite":
            return "yes" if key in self._favourites else None
        return "archive" if key in self._archived else "timeline"

    def holders(self) -> Sequence[str]:
        return ()

    def user_ids(self, names: Sequence[str]) -> Sequence[str]:
        return names

    def favourite_people(self) -> Sequence[str]:
        return ()

    def shown_assets(self) -> Iterable[tuple[Ref, str, datetime | None]]:
        return ()


def asset(key: str, role: Role = Role.MAIN, place: PlaceId = PLACE) -> Asset:
    return Asset(Ref(place, key), Kind.PHOTO, 1, "r", ContentId(f"b3:{key}"), role=role)


def photo(key: str, *others: Asset) -> Bundle:
    return Bundle(asset(key), others)


PAIR = photo(
    "jpeg", asset("raw", Role.RAW), asset("film", Role.LIVE_VIDEO), asset("/here.xmp", Role.SIDECAR, LOCAL)
)
ALONE = photo("alone")


@pytest.mark.parametrize(
    ("server", "title", "going", "stays"),
    [
        (Shelf(), "archive: 2 suggested photos", ["jpeg", "raw", "alone"], []),
        # A photo is one, whichever of its files somebody likes.
        (Shelf("jpeg"), "archive: 1 suggested photos", ["alone"], [("jpeg", "it is a favourite")]),
        (Shelf("raw"), "archive: 1 suggested photos", ["alone"], [("jpeg", "it is a favourite")]),
        (Shelf(archived=["alone"]), "archive: 2 suggested photos", ["jpeg", "raw"], []),
    ],
)
def test_what_is_archived(server, title, going, stays):
    checked, left = planned(server, PLACE, [PAIR, ALONE])
    assert checked.title == title
    assert [one.ref.key for one in checked.actions if isinstance(one, SetField)] == going
    assert {(one.before, one.after) for one in checked.actions if isinstance(one, SetField)} == {
        ("timeline", "archive")
    }
    assert [(one.ref.key, one.why) for one in left] == stays
