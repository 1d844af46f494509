"""Who is connected to the server, and what do they hold?"""

from dataclasses import dataclass
from datetime import datetime

from sagebase_ops.database.errors import hidden_error, uncounted_error
from sagebase_ops.database.session import Database

_ACTIVITY = """
SELECT pid, datname, usename, backend_type, state, xact_start, state_change FROM pg_stat_activity
WHERE pid <> pg_backend_pid()
"""
_PREPARED = "SELECT gid, prepared, owner, database FROM pg_prepared_xacts"
_CAPACITY = """
SELECT current_setting('max_connections') AS most, current_setting('superuser_reserved_connections') AS for_superusers,
       current_setting('reserved_connections', true) AS reserved
"""
_CLIENT = "client backend"
_NOT_TRACKED = "disabled"


@dataclass(frozen=True, slots=True)
class Client:
    """One client's session. Times are aware and by the server's clock; None: outside of a transaction.

    `pid` None: a prepared transaction, which has outlived its session.
    """

    pid: int | None
    database: str
    role: str
    state: str
    in_transaction_since: datetime | None
    in_state_since: datetime | None

    @property
    def idle_in_transaction(self) -> bool:
        """It holds a transaction open and does nothing in it."""
        return self.state.startswith("idle in transaction")


@dataclass(frozen=True, slots=True)
class Capacity:
    """How many sessions the server takes: `most`, of which `kept` are for administrators only."""

    most: int
    kept: int

    @property
    def ordinary(self) -> int:
        """For everybody else."""
        return self.most - self.kept


async def clients(database: Database) -> tuple[Client, ...]:
    """Everybody's sessions but our own. Raises DatabaseError, also where our role is shown sessions without their state.

    Source: PostgreSQL documentation, pg_stat_activity.
    """
    rows = await database.rows(_ACTIVITY)
    if any(row["backend_type"] is None for row in rows):
        raise hidden_error(database.user)
    if any(row["state"] == _NOT_TRACKED for row in rows):
        raise uncounted_error("track_activities")
    return tuple(
        Client(
            pid=row["pid"],
            database=row["datname"] or "",
            role=row["usename"] or "",
            state=row["state"] or "",
            in_transaction_since=row["xact_start"],
            in_state_since=row["state_change"],
        )
        for row in rows
        if row["backend_type"] == _CLIENT
    )


async def prepared(database: Database) -> tuple[Client, ...]:
    """Transactions that wait for their COMMIT PREPARED, and hold their locks meanwhile. Raises DatabaseError.

    Source: PostgreSQL documentation, pg_prepared_xacts (no session, and so none of pg_stat_activity).
    """
    return tuple(
        Client(
            None, row["database"], row["owner"], f"PREPARE TRANSACTION '{row['gid']}'", row["prepared"], row["prepared"]
        )
        for row in await database.rows(_PREPARED)
    )


async def capacity(database: Database) -> Capacity:
    """Raises DatabaseError. Source: PostgreSQL documentation, 20.3.1; `reserved_connections` is there from 16 on."""
    (row,) = await database.rows(_CAPACITY)
    return Capacity(int(row["most"]), int(row["for_superusers"]) + int(row["reserved"] or 0))
