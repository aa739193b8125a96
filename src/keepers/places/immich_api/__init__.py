"""Immich servers, by their REST interface."""

from keepers.places.immich_api.abilities import CHANGING, READING, Abilities, Need
from keepers.places.immich_api.client import Client, opened
from keepers.places.immich_api.profile import DEFAULT, Profile, profile

__all__ = ["CHANGING", "DEFAULT", "READING", "Abilities", "Client", "Need", "Profile", "opened", "profile"]
