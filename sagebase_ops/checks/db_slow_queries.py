"""Which statements are slow? Where the database counts them (pg_stat_statements)."""

from datetime import timedelta
from typing import Annotated

from pydantic import Field

from sagebase_ops.checks.base import CheckContext, CheckParams, check
from sagebase_ops.checks.databases.given import Given, elsewhere, first_of, given_of
from sagebase_ops.database.server import server
from sagebase_ops.database.statements import Statement, Statements, extension, statements
from sagebase_ops.domain.quantities import PositiveDuration, Quantity
from sagebase_ops.domain.results import Finding, Note, Sentence, Target, passing, skipped, unknown, warning

NOT_THERE = Sentence(
    ja="対象外：拡張 pg_stat_statements がありません（有効にすると SQL ごとの所要時間がわかります）",
    en="does not apply: the extension pg_stat_statements is not there (with it each statement's time is counted)",
)
NOTHING_RAN = Sentence(
    ja="確認できません：pg_stat_statements に SQL が一つも記録されていません",
    en="could not look: pg_stat_statements has counted no statement at all",
)
FAST = Sentence(ja="平均が {limit} を超える SQL はありません", en="no statement takes {limit} on average")
SLOW = Sentence(
    ja="平均が {limit} を超える SQL が {count}あります（最長 {value}）",
    en="{count} slower than {limit} on average (slowest {value})",
)
ONE = Sentence(
    ja="平均 {mean} × {calls} 回（全体の {share}）：{text}",
    en="{mean} on average × {calls} ({share} of all time): {text}",
)
SINCE = Sentence(ja="集計の開始：{since}", en="counted since {since}")
FORGOTTEN = Sentence(
    ja="記録の上限を超え、まれな SQL は {count} 回捨てられています（pg_stat_statements.max）",
    en="rare statements were dropped {count} times, over the limit of pg_stat_statements.max",
)
TURN_ON = 'psql -c "CREATE EXTENSION pg_stat_statements"'
_STATEMENTS = "{statements}"
_LONGEST_TEXT = 160


class Params(CheckParams):
    """By the average time, since an administrator last emptied the counters."""

    slower_than: PositiveDuration = timedelta(seconds=1)
    """A statement that takes longer on average is a warning."""
    min_calls: Annotated[int, Field(ge=1)] = 20
    """What ran less often is not judged."""
    top: Annotated[int, Field(ge=1, le=20)] = 5
    """So many are named."""


@check(
    Params,
    question=Sentence(ja="時間のかかる SQL はないか", en="Are there slow statements?"),
    runbook=Sentence(
        ja=(
            "1. 明細の SQL を、開発者が EXPLAIN (ANALYZE, BUFFERS) で調べる（値は明細に出ません）。\n"
            "2. 索引の不足、古い統計（db_statistics）、全件走査、N+1 を疑う。\n"
            "3. 直したら、管理者が SELECT pg_stat_statements_reset(); で数え直す。"
        ),
        en=(
            "1. The developers run EXPLAIN (ANALYZE, BUFFERS) on the statements below (values are not shown).\n"
            "2. Suspect a missing index, stale statistics (db_statistics), a scan of everything, N+1.\n"
            "3. Once mended, an administrator counts anew: SELECT pg_stat_statements_reset();"
        ),
    ),
    permissions=[],
    command=(
        'psql "$SAGEBASE_OPS_DATABASE_URL" -c "SELECT calls, mean_exec_time, left(query, 80) FROM pg_stat_statements '
        'ORDER BY mean_exec_time DESC LIMIT 10"'
    ),
    example="{check: db_slow_queries, slower_than: 2s}",
)
async def db_slow_queries(params: Params, context: CheckContext) -> list[Finding]:
    """One finding on the database: a warning with the slowest statements; skipped where nobody counts them.

    Raises DatabaseError. Source: pg_stat_statements.
    """
    if other := elsewhere(context):
        return other
    there, found = await server(context.database), await extension(context.database)
    target, given = Target("slow_statements", there.database), given_of(context, there, "pg_stat_statements")
    if found is None:
        return [skipped(target, NOT_THERE, reason="no_pg_stat_statements", remedy=TURN_ON, **given)]
    counted = await statements(context.database, found, params.min_calls)
    if not counted.count:
        return [unknown(target, NOTHING_RAN, reason="no_data", **given)]
    return [_judge(target, params, counted, given)]


def _judge(target: Target, params: Params, counted: Statements, given: Given) -> Finding:
    limit = Quantity.of(params.slower_than)
    slow = [one for one in counted.slowest if one.mean > limit.amount]
    told = {"limit": limit, "notes": (*_named(counted, params.top), *_about(counted))}
    if not slow:
        return passing(target, FAST, **told, **given)
    told = {**told, "value": Quantity(slow[0].mean, "s"), "count": Quantity(len(slow), _STATEMENTS)}
    return warning(target, SLOW, reason="slow", **told, **given)


def _named(counted: Statements, most: int) -> tuple[Note, ...]:
    return first_of([_note(one, counted) for one in counted.slowest[:most]], most)


def _note(one: Statement, counted: Statements) -> Note:
    text = one.text if len(one.text) <= _LONGEST_TEXT else f"{one.text[: _LONGEST_TEXT - 1]}…"
    share = Quantity(one.total / counted.total if counted.total else 0.0, "1")
    return Note(ONE, {"mean": Quantity(one.mean, "s"), "calls": one.calls, "share": share, "text": text})


def _about(counted: Statements) -> tuple[Note, ...]:
    since = [Note(SINCE, {"since": counted.since})] if counted.since else []
    return (*since, *([Note(FORGOTTEN, {"count": counted.forgotten})] if counted.forgotten else []))
