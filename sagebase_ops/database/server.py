"""Which server is it, what may we see of it, and since when does it count?"""

from dataclasses import dataclass
from datetime import datetime

from sagebase_ops.database.errors import uncounted_error
from sagebase_ops.database.session import Database

_SERVER = """
SELECT current_database() AS database, current_setting('server_version') AS version, pg_is_in_recovery() AS replica,
       pg_has_role('pg_monitor', 'USAGE') AS monitor, now() AS now,
       (SELECT stats_reset FROM pg_stat_database WHERE datname = current_database()) AS database_reset,
       (SELECT stats_reset FROM pg_stat_bgwriter) AS server_reset,
       (SELECT count(*) FROM pg_stat_replication) AS replicas
"""


@dataclass(frozen=True, slots=True)
class Server:
    """The server at the other end.

    `database` is the one that we are in, `user` our role, `monitor` whether it has what pg_monitor gives. `replica`: it
    only repeats another; `replicas`: how many repeat it. `now` is by its own clock (aware), `counting_since` (aware) when
    its counters began, None where it does not tell.
    """

    database: str
    version: str
    user: str
    monitor: bool
    replica: bool
    replicas: int
    now: datetime
    counting_since: datetime | None


_RIGHTS = """
SELECT current_setting('transaction_read_only') AS read_only,
       (SELECT count(*) FROM pg_stat_user_tables
        WHERE has_table_privilege(relid, 'INSERT, UPDATE, DELETE, TRUNCATE')) AS writable
"""


@dataclass(frozen=True, slots=True)
class Rights:
    """What stands between us and the application's data: our transactions are `read_only`; our role may write `writable` tables."""

    read_only: bool
    writable: int


async def rights(database: Database) -> Rights:
    """Raises DatabaseError."""
    (row,) = await database.rows(_RIGHTS)
    return Rights(row["read_only"] == "on", row["writable"])


async def server(database: Database) -> Server:
    """Raises DatabaseError.

    A crash empties the counters of every database without a mark of its own there; the shared ones are marked.
    Source: PostgreSQL documentation, 28.2 (the cumulative statistics system).
    """
    (row,) = await database.rows(_SERVER)
    began = [moment for moment in (row["database_reset"], row["server_reset"]) if moment is not None]
    return Server(
        database=row["database"],
        version=row["version"].split()[0],
        user=database.user,
        monitor=bool(row["monitor"]),
        replica=bool(row["replica"]),
        replicas=row["replicas"],
        now=row["now"],
        counting_since=max(began, default=None),
    )


async def insist_on_counting(database: Database) -> None:
    """Raises DatabaseError where the server keeps no count of what is done to its tables and indexes."""
    (row,) = await database.rows("SELECT current_setting('track_counts') AS counts")
    if row["counts"] != "on":
        raise uncounted_error("track_counts")
