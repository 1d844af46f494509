"""What does PostgreSQL say of its indexes?"""

from dataclasses import dataclass

from sagebase_ops.database.server import insist_on_counting
from sagebase_ops.database.session import Database

_INDEXES = """
SELECT s.schemaname, s.relname, s.indexrelname, s.idx_scan, pg_relation_size(s.indexrelid) AS bytes,
       i.indisunique, i.indisvalid,
       EXISTS (SELECT 1 FROM pg_constraint c WHERE c.conindid = s.indexrelid) AS constrains,
       EXISTS (SELECT 1 FROM pg_inherits h WHERE h.inhrelid = s.indexrelid) AS inherited,
       EXISTS (SELECT 1 FROM pg_stat_progress_create_index p WHERE p.index_relid = s.indexrelid) AS being_made
FROM pg_stat_user_indexes s JOIN pg_index i ON i.indexrelid = s.indexrelid
ORDER BY bytes DESC, s.schemaname, s.indexrelname
"""


@dataclass(frozen=True, slots=True)
class Index:
    """One index: `scans` since the counters began, `size` in bytes.

    `needed`: it keeps rows apart (unique, a constraint's) or is a part of a partitioned index, so that it is not there for
    its scans. Not `valid`: it costs writes and serves nobody, since it is `being_made` now, or its making was broken off.
    """

    name: str
    table: str
    scans: int
    size: int
    needed: bool
    valid: bool
    being_made: bool = False


async def indexes(database: Database) -> tuple[Index, ...]:
    """Every index on tables of users, the largest first. Raises DatabaseError.

    Source: PostgreSQL documentation, pg_stat_all_indexes (`relname`, `indexrelname`; the same columns from 13 to 17).
    """
    await insist_on_counting(database)
    return tuple(
        Index(
            name=f"{row['schemaname']}.{row['indexrelname']}",
            table=row["relname"],
            scans=row["idx_scan"],
            size=row["bytes"],
            needed=any(map(bool, (row["indisunique"], row["constrains"], row["inherited"]))),
            valid=bool(row["indisvalid"]),
            being_made=bool(row["being_made"]),
        )
        for row in await database.rows(_INDEXES)
    )
