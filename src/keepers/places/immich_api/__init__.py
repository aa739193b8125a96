"""Immich servers, by their REST interface."""

from keepers.places.immich_api.abilities import CHANGING, FOR_SOME, READING, Abilities, Need
from keepers.places.immich_api.alike import alike
from keepers.places.immich_api.client import Client, opened
from keepers.places.immich_api.listing import Wanted
from keepers.places.immich_api.loading import PREVIEW, THUMBNAIL, Loading
from keepers.places.immich_api.paths import mapped, unmapped
from keepers.places.immich_api.people import RestPeople
from keepers.places.immich_api.pictures import Pictures
from keepers.places.immich_api.place import place_id
from keepers.places.immich_api.portraits import Portraits, drawn, shown
from keepers.places.immich_api.profile import DEFAULT, Profile, Stored, folders, profile, stored
from keepers.places.immich_api.viewing import Galleries
from keepers.places.immich_api.writer import ImmichPlace

__all__ = [
    "CHANGING",
    "DEFAULT",
    "FOR_SOME",
    "PREVIEW",
    "READING",
    "THUMBNAIL",
    "Abilities",
    "Client",
    "Galleries",
    "ImmichPlace",
    "Loading",
    "Need",
    "Pictures",
    "Portraits",
    "Profile",
    "RestPeople",
    "Stored",
    "Wanted",
    "alike",
    "drawn",
    "folders",
    "mapped",
    "opened",
    "place_id",
    "profile",
    "shown",
    "stored",
    "unmapped",
]
