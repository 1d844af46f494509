"""Does PostgreSQL keep its tables tidy: analyzed, vacuumed, frozen in time?"""

from collections.abc import Sequence
from datetime import timedelta
from typing import Annotated

from pydantic import Field

from sagebase_ops.checks.base import CheckContext, CheckParams, check
from sagebase_ops.checks.databases.given import Given, elsewhere, given_of, only_repeats
from sagebase_ops.checks.databases.table_bloat import bloat
from sagebase_ops.checks.databases.table_care import analyzed, nothing_to_see, vacuumed, wound
from sagebase_ops.database.server import Server, server
from sagebase_ops.database.tables import Table, ages, tables
from sagebase_ops.domain.quantities import Duration, Percentage, Size
from sagebase_ops.domain.results import Finding, Sentence, Target

Transactions = Annotated[int, Field(ge=1, lt=2_000_000_000)]


class Params(CheckParams):
    """Limits on what autovacuum leaves behind. PostgreSQL stops writing at about 2 billion transactions."""

    ordered = (("warn_above", "fail_above"), ("transactions_warn_above", "transactions_fail_above"))

    warn_above: Percentage = 0.2
    """A larger share of dead rows in a table is a warning: autovacuum clears up at 20 % by default."""
    fail_above: Percentage = 0.5
    """A larger share is a failure: autovacuum does not get through."""
    analyzed_within: Duration = timedelta(days=7)
    """A table that changed by more than `changed_above` must have been analyzed within this time."""
    changed_above: Percentage = 0.2
    """The planner's statistics are stale past this share of changed rows: autovacuum analyzes at 10 % by default."""
    min_rows: Annotated[int, Field(ge=1)] = 1000
    """Smaller tables are not judged by their rows."""
    bloat_above: Percentage = 0.5
    """A larger share of free space and dead rows in the largest tables is a warning."""
    min_size: Size = 10_000_000
    """Smaller tables are not measured for it."""
    transactions_warn_above: Transactions = 1_000_000_000
    """More transaction ids used since they were frozen is a warning."""
    transactions_fail_above: Transactions = 1_500_000_000
    """More of them is a failure."""


@check(
    Params,
    question=Sentence(
        ja="テーブルの統計・VACUUM・トランザクション ID に遅れはないか",
        en="Are the tables analyzed and vacuumed, and are transaction ids far from used up?",
    ),
    runbook=Sentence(
        ja=(
            "1. テーブルの所有者のロール（アプリケーションのロール）で VACUUM (ANALYZE) テーブル名; を実行する。"
            "所有者でないロールでは警告だけで飛ばされ、コマンドは成功で終わるので、終わり方ではなくこの点検の日時で確かめる。\n"
            "2. 不要な行が減らないときは、開いたままのトランザクション（db_connections）とレプリケーションスロットを調べる。\n"
            "3. 肥大化は VACUUM では縮まない。pg_repack か、停止できるときに VACUUM FULL（テーブルをロックする）を使う。\n"
            "4. トランザクション ID が近いときは、古いデータベースから VACUUM (FREEZE) を実行する。急ぐ。"
        ),
        en=(
            "1. As the tables' owner (the application's role) run VACUUM (ANALYZE) table; Any other role gets a warning, "
            "skips the table and still ends well: trust the times that this check shows, not how the command ended.\n"
            "2. Where dead rows stay, look for transactions left open (db_connections) and for replication slots.\n"
            "3. VACUUM does not shrink a bloated table: pg_repack does, or VACUUM FULL where the table may be locked.\n"
            "4. Transaction ids running out: VACUUM (FREEZE) the oldest database first, and soon."
        ),
    ),
    permissions=[],
    command=(
        'psql "$SAGEBASE_OPS_DATABASE_URL" -c "SELECT relname, n_live_tup, n_dead_tup, last_autovacuum, last_autoanalyze '
        'FROM pg_stat_user_tables ORDER BY n_dead_tup DESC"'
    ),
    example="{check: db_statistics, warn_above: 20%, analyzed_within: 7d}",
)
async def db_statistics(params: Params, context: CheckContext) -> list[Finding]:
    """Four findings: planner statistics, dead rows and bloat of the database; transaction ids of the server's oldest.

    Raises DatabaseError. Source: pg_stat_user_tables, pg_class, pg_database; pgstattuple where it is there.
    """
    if other := elsewhere(context):
        return other
    there, every, oldest = await server(context.database), await tables(context.database), await ages(context.database)
    given = given_of(context, there, "pg_stat_user_tables")
    limits = params.transactions_warn_above, params.transactions_fail_above
    return [*await _tidy(params, there, every, context, given), wound(oldest[0], limits, given)]


async def _tidy(
    params: Params, there: Server, every: Sequence[Table], context: CheckContext, given: Given
) -> list[Finding]:
    targets = [Target(kind, there.database) for kind in ("planner_statistics", "dead_rows", "bloat")]
    if there.replica:
        return [only_repeats(target, given) for target in targets]
    if not every:
        return [nothing_to_see(target, given) for target in targets]
    statistics, rows, room = targets
    large = [table for table in every if table.may_have >= params.min_rows]
    return [
        analyzed(statistics, large, there.now, params.analyzed_within, params.changed_above, given),
        vacuumed(rows, large, there, (params.warn_above, params.fail_above), given),
        await bloat(room, every, params.min_size, params.bloat_above, context, given),
    ]
