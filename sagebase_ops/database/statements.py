"""Which statements take long? What pg_stat_statements has counted, in words that hold nobody's data."""

import re
from dataclasses import dataclass
from datetime import datetime

from sagebase_ops.database.errors import hidden_error
from sagebase_ops.database.session import Database
from sagebase_ops.domain.masking import mask

_EXTENSION = """
SELECT e.extversion, n.nspname FROM pg_extension e JOIN pg_namespace n ON n.oid = e.extnamespace
WHERE e.extname = 'pg_stat_statements'
"""
_HIDDEN = "<insufficient privilege>"
_MOST = 50
_LITERALS = re.compile(r"'(?:[^']|'')*'|\$(\w*)\$.*?\$\1\$", re.DOTALL)
_COMMENTS = re.compile(r"/\*.*?\*/|--[^\n]*", re.DOTALL)
_NORMALISED = re.compile(r"(?:SELECT|INSERT|UPDATE|DELETE|MERGE|WITH|VALUES)\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Columns:
    """What a version of the extension calls things. `only_top` leaves out what ran inside of another statement."""

    mean: str
    total: str
    only_top: str
    has_info: bool


BY_VERSION: tuple[tuple[tuple[int, int], Columns], ...] = (
    ((1, 9), Columns("mean_exec_time", "total_exec_time", "AND toplevel", has_info=True)),
    ((1, 8), Columns("mean_exec_time", "total_exec_time", "", has_info=False)),
    ((1, 4), Columns("mean_time", "total_time", "", has_info=False)),
)
"""From this version on, the newest first. The extension keeps the version with which it was made, whatever the server is.

Source: PostgreSQL's contrib/pg_stat_statements/*.sql: 1.8 (13) named planning and execution apart, 1.9 (14) brought
`toplevel` and pg_stat_statements_info, 1.10 (15) and 1.11 (17) renamed and added only block and JIT columns.
"""


@dataclass(frozen=True, slots=True)
class Extension:
    """pg_stat_statements as this database has it."""

    version: tuple[int, int]
    schema: str


@dataclass(frozen=True, slots=True)
class Statement:
    """One normalised statement: `text` on one line, without values and comments; times in seconds."""

    text: str
    calls: int
    mean: float
    total: float


@dataclass(frozen=True, slots=True)
class Statements:
    """The slowest of those that ran often enough, the slowest first, and the seconds that all of them took.

    `since` (aware) is when counting began and `forgotten` how often rare ones were dropped; None where it is not told.
    """

    slowest: tuple[Statement, ...]
    total: float
    count: int
    since: datetime | None
    forgotten: int | None


async def extension(database: Database) -> Extension | None:
    """None where the database does not have it. Raises DatabaseError."""
    rows = await database.rows(_EXTENSION)
    if not rows:
        return None
    major, minor = rows[0]["extversion"].split(".")[:2]
    return Extension((int(major), int(minor)), rows[0]["nspname"])


def columns_of(version: tuple[int, int]) -> Columns:
    """For one too old for the table, those of the oldest: the server then says what is missing."""
    return next((columns for since, columns in BY_VERSION if version >= since), BY_VERSION[-1][1])


async def statements(database: Database, found: Extension, calls: int) -> Statements:
    """Of this database, those with at least `calls` calls.

    Raises DatabaseError, also where our role is not shown the statements of others.
    """
    columns, schema = columns_of(found.version), found.schema.replace('"', '""')
    view = f'"{schema}".pg_stat_statements'
    here = f"dbid = (SELECT oid FROM pg_database WHERE datname = current_database()) {columns.only_top}"  # noqa: S608
    (whole,) = await database.rows(
        f"SELECT count(*) AS count, COALESCE(sum({columns.total}), 0.0) AS total, "  # noqa: S608 (names of our own table)
        f"count(*) FILTER (WHERE query = '{_HIDDEN}') AS hidden FROM {view} WHERE {here}"
    )
    if whole["hidden"]:
        raise hidden_error(database.user)
    rows = await database.rows(
        f"SELECT query, calls, {columns.mean} AS mean, {columns.total} AS total FROM {view} "  # noqa: S608 (the same)
        f"WHERE {here} AND calls >= {calls} ORDER BY {columns.mean} DESC LIMIT {_MOST}"
    )
    slowest = tuple(
        Statement(shown(row["query"]), row["calls"], row["mean"] / 1000, row["total"] / 1000) for row in rows
    )
    since, forgotten = await _info(database, schema) if columns.has_info else (None, None)
    return Statements(slowest, whole["total"] / 1000, whole["count"], since, forgotten)


async def _info(database: Database, schema: str) -> tuple[datetime | None, int | None]:
    (row,) = await database.rows(f'SELECT stats_reset, dealloc FROM "{schema}".pg_stat_statements_info')  # noqa: S608 (quoted)
    return row["stats_reset"], row["dealloc"]


def shown(query: str) -> str:
    """`query` on one line without what may be somebody's: only what PostgreSQL normalises is shown at all.

    Of a command such as CREATE ROLE … PASSWORD '…' it keeps every word, so that of those only the first is shown.
    """
    bare = " ".join(_COMMENTS.sub(" ", _LITERALS.sub("?", query)).split())
    if not _NORMALISED.match(bare.lstrip("( ")):
        return f"{bare.partition(' ')[0].upper()} …"
    return mask(bare)
