"""The PostgreSQL database of an Immich server, read only: its people and their faces."""

from keepers.places.immich_db.database import Database
from keepers.places.immich_db.people import DatabasePeople

__all__ = ["Database", "DatabasePeople"]
