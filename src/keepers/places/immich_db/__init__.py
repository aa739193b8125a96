"""The PostgreSQL database of an Immich server, read only: its people and their faces."""

from keepers.errors import KeepersError
from keepers.places.immich_db.database import Database
from keepers.places.immich_db.people import DatabasePeople

__all__ = ["Database", "DatabasePeople", "opened"]


def opened(where: str, password: str = "", owner: str = "") -> DatabasePeople:
    """The people of a user in a database; nothing is left open where that fails."""
    database = Database(where, password)
    try:
        return DatabasePeople(database, owner)
    except KeepersError:
        database.close()
        raise
