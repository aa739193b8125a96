"""Questions to one PostgreSQL database: read only, bounded in time, asked again after a connection broke."""

import contextlib
import logging
import time
from collections.abc import Generator, Mapping, Sequence
from typing import Any, Final, TypeVar

import psycopg
from psycopg import conninfo, errors, sql
from psycopg_pool import ConnectionPool, PoolTimeout

from keepers.errors import PlaceUnreachableError, SettingsError

T = TypeVar("T")
Query = sql.SQL | sql.Composed
Row = tuple[Any, ...]

APPLICATION: Final = "keepers"
#: A page of a table of a million faces takes 0.2 s; a database that is so slow is better asked for less.
SECONDS: Final = 15.0
CONNECT_SECONDS: Final = 10
AT_ONCE: Final = 4
ATTEMPTS: Final = 4
_SAID: Final = 300
_INSTEAD: Final = "use --via rest, which asks the server itself"
_LIMITS: Final = sql.SQL(
    # Compiling a query takes longer than answering a page.
    "SELECT set_config('statement_timeout', %s, true), set_config('idle_in_transaction_session_timeout', '60s', true), "
    "set_config('jit', 'off', true)"
)


class SlowError(PlaceUnreachableError):
    """The database gave no answer in time; it may for a smaller part."""


class Database:
    """One database. Every question is a read-only transaction of its own; passwords are in no error."""

    def __init__(
        self, where: str, password: str = "", *, seconds: float = SECONDS, pause: float = 0.2
    ) -> None:
        """Connect, by libpq's own words (`postgresql://user@host/immich`); a password given here counts before others.

        SettingsError where the words make no sense or the database refuses us, PlaceUnreachableError where none answers.
        """
        given: dict[str, Any] = {"application_name": APPLICATION, "connect_timeout": CONNECT_SECONDS}
        try:
            told = conninfo.conninfo_to_dict(where)
        except psycopg.ProgrammingError as error:
            # Its words repeat what they could not read, and that may be the password.
            raise SettingsError(
                "the address of Immich's database makes no sense; write it like postgresql://keepers@host:5432/immich, "
                "with %20 for a space in it"
            ) from error.with_traceback(None)
        self._secrets = tuple(str(one) for one in (password, told.get("password", "")) if one)
        self.shown = _shown(told)
        given |= {"password": password} if password else {}
        self._seconds = seconds
        self._pause = pause
        self._words = conninfo.make_conninfo(where, **given)
        self._first()
        # The pool tells of its troubles in a log; ours are errors, and Python prints what nobody handles.
        logging.getLogger("psycopg.pool").addHandler(logging.NullHandler())
        self._pool = ConnectionPool(
            self._words,
            min_size=0,
            max_size=AT_ONCE,
            open=True,
            timeout=CONNECT_SECONDS,
            reconnect_timeout=CONNECT_SECONDS,
            max_idle=60,
            check=ConnectionPool.check_connection,
            # Poolers between us and the database may hand each transaction another connection.
            kwargs={"prepare_threshold": None},
            configure=_configured,
        )

    def rows(self, query: Query, values: Mapping[str, object] | Sequence[object] = ()) -> list[Row]:
        """All rows of a question, asked again where the connection broke.

        SlowError where it takes too long, PlaceUnreachableError where the database is gone, SettingsError where it
        refuses.
        """
        for attempt in range(1, ATTEMPTS + 1):
            try:
                with self._transaction() as connection:
                    return connection.execute(query, values).fetchall()
            except PoolTimeout as error:
                raise self._gone("gives no connection") from error
            except psycopg.OperationalError as error:
                if isinstance(error, errors.QueryCanceled):
                    raise SlowError(
                        f"{self.shown} gave no answer within {self._seconds:g} s; or {_INSTEAD}"
                    ) from error
                if attempt == ATTEMPTS:
                    raise self._gone(f"broke off: {self._clean(str(error))}") from error
                time.sleep(self._pause * 2 ** (attempt - 1))
            except psycopg.Error as error:
                raise self._refused(error) from error
        raise AssertionError

    def close(self) -> None:
        """End all connections."""
        self._pool.close()

    @contextlib.contextmanager
    def _transaction(self) -> Generator[psycopg.Connection[Row]]:
        with self._pool.connection() as connection:
            connection.execute(_LIMITS, [f"{round(self._seconds * 1000)}ms"])
            yield connection

    def _first(self) -> None:
        """Connect once, since a pool would try for long and not say why."""
        try:
            psycopg.connect(self._words).close()
        except psycopg.OperationalError as error:
            why = self._clean(str(error))
            refused = (
                "authentication failed",
                "no password",
                "does not exist",
                "pg_hba",
                "permission denied",
            )
            if any(words in why for words in refused):
                raise SettingsError(
                    f"{self.shown} refuses us: {why}. Its password comes from PGPASSWORD, from ~/.pgpass, or from "
                    f"database_password_file; or {_INSTEAD}"
                ) from None
            raise self._gone(f"cannot be reached: {why}") from None
        except psycopg.Error as error:
            raise self._refused(error) from None

    def _gone(self, why: str) -> PlaceUnreachableError:
        return PlaceUnreachableError(f"{self.shown} {why}; or {_INSTEAD}")

    def _refused(self, error: psycopg.Error) -> SettingsError:
        return SettingsError(f"{self.shown} refuses a question: {self._clean(str(error))}; or {_INSTEAD}")

    def _clean(self, text: str) -> str:
        """A text of the database for people: one line, short, and without passwords."""
        for secret in self._secrets:
            text = text.replace(secret, "***")
        return " ".join(text.split())[:_SAID].rstrip(".")


def _configured(connection: psycopg.Connection[Row]) -> None:
    connection.read_only = True


def _shown(told: Mapping[str, object]) -> str:
    """The database as people are told of it."""
    where = f"{told.get('host') or told.get('hostaddr') or 'this machine'}"
    port = f":{told['port']}" if told.get("port") else ""
    name = f"/{told['dbname']}" if told.get("dbname") else ""
    return f"the database at {where}{port}{name}"
