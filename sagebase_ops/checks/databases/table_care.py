"""How are a table's statistics, its dead rows and the age of transaction ids judged?"""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sagebase_ops.checks.databases.given import Given, first_of
from sagebase_ops.database.server import Server
from sagebase_ops.database.tables import Age, Table
from sagebase_ops.domain.quantities import Quantity
from sagebase_ops.domain.results import Finding, Note, Sentence, Target, Value, failing, passing, unknown, warning

FRESH = Sentence(ja="{count}の統計は最新です", en="{count}: the planner's statistics are fresh")
STALE = Sentence(
    ja="{count}の統計が古くなっています（ANALYZE が必要）", en="{count} with stale statistics (ANALYZE is due)"
)
FEW_DEAD = Sentence(ja="不要な行の割合は最大 {value}（上限 {limit}）", en="at most {value} dead rows (limit {limit})")
MANY_DEAD = Sentence(
    ja="{table} の {value} が不要な行です（上限 {limit}、上限超過 {count}）",
    en="{value} of {table} are dead rows, over {limit} ({count} over it)",
)
NONE_LARGE = Sentence(ja="判定する行数のテーブルはありません", en="no table has rows enough to be judged")
LOST = Sentence(
    ja="判定できません：{count}の統計が失われています（異常終了やリセットの後）。ANALYZE で数え直されます",
    en="cannot judge: the counters of {count} were lost (a crash, a reset); ANALYZE counts anew",
)
NO_TABLES = Sentence(
    ja="確認できません：データベース {target} にテーブルが一つもありません。接続先を確認してください",
    en="could not look: there is no table in the database {target}; is it the right one?",
)
YOUNG = Sentence(
    ja="周回まで余裕があります：{value}（上限 {limit}）", en="far from wraparound: {value} (limit {limit})"
)
OLD = Sentence(
    ja="トランザクション ID の周回が近づいています：{value}（上限 {limit}、約 21 億で書き込みが止まります）",
    en="nearing wraparound: {value}, over {limit} (writing stops near 2.1 billion)",
)
CHANGED = Sentence(
    ja="{table}：最終 ANALYZE {at}、以後の変更 {changed} 行（全 {rows} 行）",
    en="{table}: analyzed {at}, {changed} rows changed since (of {rows})",
)
NEVER = Sentence(ja="{table}：ANALYZE の記録なし（{rows} 行）", en="{table}: never analyzed ({rows} rows)")
DEAD = Sentence(
    ja="{table}：不要 {dead} 行、有効 {rows} 行、最終 VACUUM {at}",
    en="{table}: {dead} dead, {rows} live, vacuumed {at}",
)
NOT_VACUUMED = Sentence(
    ja="{table}：不要 {dead} 行、有効 {rows} 行、VACUUM の記録なし",
    en="{table}: {dead} dead, {rows} live, never vacuumed",
)
UNCOUNTED = Sentence(ja="{table}（約 {rows} 行）", en="{table} (about {rows} rows)")
UNSEEN = Sentence(ja="{table}（{size}、ANALYZE の記録なし）", en="{table} ({size}, never analyzed)")
SINCE = Sentence(ja="統計の開始：{since}", en="counted since {since}")
_TABLES, _TRANSACTIONS = "{tables}", "{transactions}"


def nothing_to_see(target: Target, given: Given) -> Finding:
    """An empty database proves nothing of the one that was meant."""
    return unknown(target, NO_TABLES, reason="nothing_there", **given)


def analyzed(
    target: Target, large: Sequence[Table], now: datetime, within: timedelta, changed: float, given: Given
) -> Finding:
    """Stale: never analyzed, or changed by more than the share `changed` and not analyzed `within` this time."""
    stale = [table for table in large if not table.uncounted and _is_stale(table, now - within, changed)]
    if stale:
        notes = first_of([_change(table) for table in sorted(stale, key=lambda table: -table.changed)])
        return warning(target, STALE, reason="stale", count=Quantity(len(stale), _TABLES), notes=notes, **given)
    return _lost(target, large, given) or passing(target, FRESH, count=Quantity(len(large), _TABLES), **given)


def _is_stale(table: Table, by: datetime, changed: float) -> bool:
    if table.analyzed_at is None:
        return True
    return table.changed > changed * max(table.live, 1) and table.analyzed_at < by


def vacuumed(
    target: Target, large: Sequence[Table], there: Server, limits: tuple[float, float], given: Given
) -> Finding:
    """By the worst table. `limits` are the shares of dead rows to warn and to fail above."""
    if not large:
        return passing(target, NONE_LARGE, **given)
    worst = max(large, key=lambda table: table.dead_share)
    warn, fail = limits
    over = fail if worst.dead_share > fail else warn
    told = {"value": Quantity(worst.dead_share, "1"), "limit": Quantity(over, "1")}
    if worst.dead_share <= warn:
        return _lost(target, large, given) or passing(target, FEW_DEAD, **told, **given)
    above = sorted((table for table in large if table.dead_share > warn), key=lambda table: -table.dead)
    since = [Note(SINCE, {"since": there.counting_since})] if there.counting_since else []
    notes = (*since, *first_of([_dead(table) for table in above]))
    verdict = failing if worst.dead_share > fail else warning
    counted = Quantity(len([table for table in above if table.dead_share > over]), _TABLES)
    return verdict(target, MANY_DEAD, reason="dead_rows", table=worst.name, count=counted, notes=notes, **told, **given)


def _lost(target: Target, large: Sequence[Table], given: Given) -> Finding | None:
    lost = [table for table in large if table.uncounted]
    if not lost:
        return None
    notes = first_of([_uncounted(table) for table in lost])
    remedy = 'psql "$DATABASE_URL_OF_THE_OWNER" -c "ANALYZE"'
    count = Quantity(len(lost), _TABLES)
    return unknown(target, LOST, reason="lost_statistics", remedy=remedy, count=count, notes=notes, **given)


def _uncounted(table: Table) -> Note:
    if table.planned_rows < 0:
        return Note(UNSEEN, {"table": table.name, "size": Quantity(table.size, "By")})
    return Note(UNCOUNTED, {"table": table.name, "rows": round(table.planned_rows)})


def wound(oldest: Age, limits: tuple[int, int], given: Given) -> Finding:
    """`limits` are transactions to warn and to fail above."""
    target, (warn, fail) = Target("transaction_ids", oldest.database), limits
    over = fail if oldest.transactions > fail else warn
    told = {"value": Quantity(oldest.transactions, _TRANSACTIONS), "limit": Quantity(over, _TRANSACTIONS)}
    if oldest.transactions <= warn:
        return passing(target, YOUNG, **told, **given)
    verdict = failing if oldest.transactions > fail else warning
    return verdict(target, OLD, reason="wraparound", **told, **given)


def _change(table: Table) -> Note:
    if table.analyzed_at is None:
        return Note(NEVER, {"table": table.name, "rows": table.live})
    told: dict[str, Value] = {"at": table.analyzed_at, "changed": table.changed, "rows": table.live}
    return Note(CHANGED, {"table": table.name, **told})


def _dead(table: Table) -> Note:
    told: dict[str, Value] = {"table": table.name, "dead": table.dead, "rows": table.live}
    return Note(DEAD, {**told, "at": table.vacuumed_at}) if table.vacuumed_at else Note(NOT_VACUUMED, told)
