"""What does PostgreSQL say of its tables, and of the age of its transaction ids?"""

from dataclasses import dataclass
from datetime import datetime

from sagebase_ops.database.server import insist_on_counting
from sagebase_ops.database.session import Database

_TABLES = """
SELECT s.schemaname, s.relname, s.n_live_tup, s.n_dead_tup, s.n_mod_since_analyze, s.last_vacuum, s.last_autovacuum,
       s.last_analyze, s.last_autoanalyze, c.reltuples, c.relpages, pg_table_size(s.relid) AS bytes, s.relid
FROM pg_stat_user_tables s JOIN pg_class c ON c.oid = s.relid
WHERE c.relkind IN ('r', 'm') AND c.relpersistence <> 't'
"""
_AGES = "SELECT datname, age(datfrozenxid) AS transactions, mxid_age(datminmxid) AS multixacts FROM pg_database"
_TUPLE_READER = """
SELECT n.nspname FROM pg_extension e JOIN pg_namespace n ON n.oid = e.extnamespace WHERE e.extname = 'pgstattuple'
"""

_SMALLEST_ROW = 28  # bytes: a header and its pointer


@dataclass(frozen=True, slots=True)
class Table:
    """One table of the database. Rows are PostgreSQL's estimates, `size` is in bytes with TOAST and without indexes.

    `planned_rows` is what the planner believes; negative where the table was never looked at. `changed` rows came, went
    or changed since the last analyze. Times are aware, None where it never happened as far as the counters go back.
    """

    name: str
    oid: int
    live: int
    dead: int
    changed: int
    planned_rows: float
    size: int
    vacuumed_at: datetime | None
    analyzed_at: datetime | None

    @property
    def dead_share(self) -> float:
        """Of all its rows, those that only take room."""
        return self.dead / (self.live + self.dead) if self.dead else 0.0

    @property
    def may_have(self) -> float:
        """As many rows as whoever knows more of them says; as many as its bytes could hold where nobody ever counted."""
        counted, cared_for = self.live + self.dead, self.vacuumed_at or self.analyzed_at
        nobody = self.planned_rows < 0 and not counted and not cared_for
        return self.size / _SMALLEST_ROW if nobody else max(counted, self.planned_rows)

    @property
    def uncounted(self) -> bool:
        """The counters were lost (a crash, a reset, a new primary): they know of far fewer rows than there may be."""
        return self.live + self.dead < self.may_have / 2


@dataclass(frozen=True, slots=True)
class Age:
    """How many transaction ids (or groups of them, whichever is more) a database has used since it was frozen."""

    database: str
    transactions: int


@dataclass(frozen=True, slots=True)
class Room:
    """What pgstattuple measured: `lost` of `size` bytes are held by dead rows and free space."""

    table: str
    size: int
    lost: int


async def tables(database: Database) -> tuple[Table, ...]:
    """Every table and materialised view of users, also those that our role may not read. Raises DatabaseError.

    Source: PostgreSQL documentation, pg_stat_all_tables (the same columns from 13 to 17).
    """
    await insist_on_counting(database)
    return tuple(
        Table(
            name=f"{row['schemaname']}.{row['relname']}",
            oid=row["relid"],
            live=row["n_live_tup"],
            dead=row["n_dead_tup"],
            changed=row["n_mod_since_analyze"],
            planned_rows=row["reltuples"] if row["relpages"] else -1.0,  # until 13 it is 0 for what nobody looked at
            size=row["bytes"],
            vacuumed_at=_later(row["last_vacuum"], row["last_autovacuum"]),
            analyzed_at=_later(row["last_analyze"], row["last_autoanalyze"]),
        )
        for row in await database.rows(_TABLES)
    )


async def ages(database: Database) -> tuple[Age, ...]:
    """Of every database of the server, the oldest first. Raises DatabaseError.

    Source: PostgreSQL documentation, 25.1.5 (preventing transaction ID wraparound failures).
    """
    rows = await database.rows(_AGES)
    found = [Age(row["datname"], max(row["transactions"], row["multixacts"])) for row in rows]
    return tuple(sorted(found, key=lambda age: -age.transactions))


async def tuple_reader(database: Database) -> str | None:
    """The schema of the extension pgstattuple; None where the database does not have it. Raises DatabaseError."""
    rows = await database.rows(_TUPLE_READER)
    return str(rows[0]["nspname"]) if rows else None


async def measured_room(database: Database, schema: str, table: Table) -> Room:
    """By pgstattuple_approx, which skips the pages that are known to be tidy. Raises DatabaseError.

    Source: PostgreSQL documentation, pgstattuple; pg_monitor may call it without a right to the table itself.
    """
    quoted = schema.replace('"', '""')
    asked = f'SELECT table_len, dead_tuple_len, approx_free_space FROM "{quoted}".pgstattuple_approx({table.oid})'  # noqa: S608 (quoted; a number)
    (row,) = await database.rows(asked)
    return Room(table.name, row["table_len"], row["dead_tuple_len"] + round(row["approx_free_space"]))


def _later(*moments: datetime | None) -> datetime | None:
    return max((moment for moment in moments if moment is not None), default=None)
