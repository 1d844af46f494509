"""One session with the watched PostgreSQL: read only, impatient, shared by the checks of a run."""

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias

from pydantic import SecretStr

from sagebase_ops.database.errors import LOOK_FROM_HERE, door_error, question_error
from sagebase_ops.errors import DatabaseError, DatabaseErrorKind
from sagebase_ops.single_flight import SingleFlight

if TYPE_CHECKING:
    import psycopg

Row: TypeAlias = dict[str, Any]
"""By column name. Any: each column has its own type."""
_MARK = "sagebase-ops"
"""How we are called in the server's own lists."""


@dataclass(frozen=True, slots=True)
class Patience:
    """In seconds: for the connection, for a lock, for one statement, and for an answer whatever the server does."""

    connect: int = 5
    lock: float = 2.0
    statement: float = 5.0
    answer: float = 8.0


class Database:
    """The database that `url` names (a libpq URI or keywords; None: nobody said). It is opened at the first question.

    Every question is a read-only transaction of its own, so that one refusal spoils no other. The settings are those of
    the transaction and not of the session: a pooler in between may hand each transaction to another session.
    """

    def __init__(self, url: SecretStr | None = None, patience: Patience | None = None) -> None:
        self._url = url
        self._patience = patience or Patience()
        self._answers = SingleFlight(at_once=1)
        self._connection: psycopg.AsyncConnection[Row] | None = None
        self._refused: DatabaseError | None = None
        self.user = ""
        """Our role, once connected."""

    @property
    def cloud_sql(self) -> tuple[str, str] | None:
        """Project and instance, where the address is a Cloud SQL socket (`/cloudsql/PROJECT:REGION:INSTANCE`)."""
        host = self._host()
        if host is None:
            return None
        parts = host.removeprefix("/cloudsql/").rsplit(":", 2)  # a project of an organisation has a colon in its id
        return (parts[0], parts[2]) if host.startswith("/cloudsql/") and len(parts) == len(("P", "R", "I")) else None

    @property
    def is_anybodys(self) -> bool:
        """There is an address, but it does not say whose it is: any but a Cloud SQL socket, as one over TCP."""
        return self._host() is not None and self.cloud_sql is None

    async def rows(self, sql: str) -> list[Row]:
        """What `sql`, one statement without parameters, answers; asked once, whoever asks. Raises DatabaseError."""
        return await self._answers.once(sql, lambda: self._asked(sql))

    async def aclose(self) -> None:
        """Give up what is still being asked, and hang up."""
        await self._answers.aclose()
        if self._connection is not None:
            await self._connection.close()

    async def _asked(self, sql: str) -> list[Row]:
        if self._refused is not None:
            raise self._refused
        try:
            return await self._ask(sql)
        except DatabaseError as error:
            if self._connection is None or self._connection.closed:
                self._refused = error  # whoever asks next is not made to wait for the same
            raise

    async def _ask(self, sql: str) -> list[Row]:
        import psycopg

        connection = self._connection = self._connection or await self._connect()
        try:
            async with asyncio.timeout(self._patience.answer), connection.transaction():
                await connection.execute(self._manners())
                return await (await connection.execute(sql.encode())).fetchall()
        except TimeoutError as error:
            await connection.close()
            raise DatabaseError(
                DatabaseErrorKind.DEADLINE, "PostgreSQL: no answer in time", remedy=LOOK_FROM_HERE
            ) from error
        except psycopg.Error as error:
            raise question_error(error, self.user) from error

    async def _connect(self) -> "psycopg.AsyncConnection[Row]":
        import psycopg
        from psycopg.rows import dict_row

        address = self._address()
        patience = self._patience.connect
        try:
            async with asyncio.timeout(2 * patience):  # libpq counts its time for each address of a name
                connection = await psycopg.AsyncConnection.connect(
                    address,
                    connect_timeout=patience,
                    application_name=_MARK,
                    prepare_threshold=None,
                    row_factory=dict_row,
                )
        except (psycopg.Error, TimeoutError) as error:
            raise door_error(error) from None  # libpq's own error would carry the address along
        self.user = connection.info.user
        await connection.set_read_only(True)
        return connection

    def _host(self) -> str | None:
        """As the address has it; None without one that can be read."""
        if self._url is None:
            return None
        from psycopg.conninfo import conninfo_to_dict

        try:
            return str(conninfo_to_dict(self._address()).get("host", ""))
        except DatabaseError:
            return None

    def _address(self) -> str:
        """The address as libpq takes it. Raises DatabaseError, which never shows it."""
        from psycopg import ProgrammingError
        from psycopg.conninfo import conninfo_to_dict

        if self._url is None:
            raise DatabaseError(DatabaseErrorKind.NO_ADDRESS, "SAGEBASE_OPS_DATABASE_URL is not set")
        address = self._url.get_secret_value()
        try:
            conninfo_to_dict(address)
        except ProgrammingError:
            message = "SAGEBASE_OPS_DATABASE_URL is neither postgresql://… nor libpq's key=value"
            raise DatabaseError(DatabaseErrorKind.BAD_ADDRESS, message) from None
        return address

    def _manners(self) -> str:
        limits = {"statement_timeout": self._patience.statement, "lock_timeout": self._patience.lock}
        spoken = [f"SET LOCAL {name} = {round(seconds * 1000)}" for name, seconds in limits.items()]
        # with it the functions in a question are PostgreSQL's own, whatever somebody put into public
        return "; ".join([*spoken, "SET LOCAL search_path = pg_catalog"])
