"""Which indexes cost room and writes, and serve nobody?"""

from collections.abc import Sequence
from datetime import timedelta
from typing import Annotated

from pydantic import Field

from sagebase_ops.checks.base import CheckContext, CheckParams, check
from sagebase_ops.checks.databases.given import Given, elsewhere, first_of, given_of, only_repeats, total
from sagebase_ops.database.indexes import Index, indexes
from sagebase_ops.database.server import Server, server
from sagebase_ops.domain.quantities import Duration, Quantity, Size
from sagebase_ops.domain.results import Finding, Note, Sentence, Target, passing, unknown, warning

ALL_USED = Sentence(ja="{count}のうち、使われていないものはありません", en="none of {count} is unused")
UNUSED = Sentence(
    ja="{count}が {age} 以上使われていません（合計 {value}）", en="{count} not used for {age} (together {value})"
)
TOO_YOUNG = Sentence(
    ja="判定できません：{count}がまだ使われていませんが、統計は {age} 分しかありません（{limit} 必要）",
    en="cannot judge: {count} not used so far, but the counters go back only {age} ({limit} wanted)",
)
NO_AGE = Sentence(
    ja="判定できません：{count}が使われていませんが、いつからの統計かを PostgreSQL が返しません",
    en="cannot judge: {count} not used, but PostgreSQL does not say since when it counts",
)
NO_INDEXES = Sentence(
    ja="確認できません：データベース {target} に索引が一つもありません。接続先を確認してください",
    en="could not look: there is no index in the database {target}; is it the right one?",
)
ALL_VALID = Sentence(ja="壊れた索引はありません", en="no index is invalid")
INVALID = Sentence(
    ja="{count}が無効です（作成の失敗）。更新の負荷だけがかかっています",
    en="{count} invalid (their making was broken off): they cost writes only",
)
BEING_MADE = Sentence(ja="作成中：{index}（{table}）", en="being made: {index} ({table})")
ONE = Sentence(ja="{index}（{table}、{size}）", en="{index} ({table}, {size})")
LARGEST = Sentence(
    ja="大きい索引：{index}（{table}、{size}、利用 {scans} 回）", en="large: {index} ({table}, {size}, {scans} scans)"
)
SINCE = Sentence(ja="統計の開始：{since}", en="counted since {since}")
REPLICAS = Sentence(
    ja="レプリカが {count} 台あります。そこで使われている索引もここでは未使用に見えるので、削除の前にレプリカでも確認してください",
    en="there are {count} replicas: an index that is used there looks unused here; look there too before you drop one",
)
_UNIT = "{indexes}"
_LARGEST = 3


class Params(CheckParams):
    """Unused is told only once the counters are old enough to tell."""

    min_age: Duration = timedelta(days=30)
    """The counters must go back at least so far: what runs once a month uses its index once a month."""
    min_size: Size = 1_000_000
    """Smaller indexes are not worth a person's time."""
    ignore: tuple[Annotated[str, Field(min_length=1)], ...] = ()
    """Indexes to leave out, as `schema.name`."""


@check(
    Params,
    question=Sentence(ja="使われていない索引はないか", en="Are there indexes that nobody uses?"),
    runbook=Sentence(
        ja=(
            "1. 月次・年次の処理やレプリカで使っていないか、開発者に確認する。\n"
            "2. 不要なら所有者のロールで DROP INDEX CONCURRENTLY 名前; を実行する（先に pg_dump -s で定義を控える）。\n"
            "3. 無効な索引は REINDEX INDEX CONCURRENTLY 名前; で作り直すか、削除する。\n"
            "注意：手順書の SQL は動きません。pg_stat_user_indexes の列は relname と indexrelname です。"
            "また、一意・主キー・制約の索引は利用 0 回でも必要なので、この点検では除いています。"
        ),
        en=(
            "1. Ask the developers: is it used by a monthly or yearly job, or on a replica?\n"
            "2. If not, its owner runs DROP INDEX CONCURRENTLY name; (keep its definition first: pg_dump -s).\n"
            "3. An invalid one is made anew by REINDEX INDEX CONCURRENTLY name; or dropped.\n"
            "Mind: the guide's SQL does not run; the columns of pg_stat_user_indexes are relname and indexrelname. "
            "Indexes that are unique or belong to a constraint are needed without a single scan, and are left out here."
        ),
    ),
    permissions=[],
    command=(
        'psql "$SAGEBASE_OPS_DATABASE_URL" -c "SELECT schemaname, relname, indexrelname, idx_scan, '
        'pg_size_pretty(pg_relation_size(indexrelid)) FROM pg_stat_user_indexes ORDER BY idx_scan, pg_relation_size(indexrelid) DESC"'
    ),
    example="{check: db_indexes, min_age: 30d, min_size: 10MB}",
)
async def db_indexes(params: Params, context: CheckContext) -> list[Finding]:
    """Two findings on the database of DATABASE_URL: indexes that are not used, and such as were never finished.

    Raises DatabaseError. Source: pg_stat_user_indexes, pg_index, pg_constraint, pg_inherits.
    """
    if other := elsewhere(context):
        return other
    there, every = await server(context.database), await indexes(context.database)
    given = given_of(context, there, "pg_stat_user_indexes")
    return [_unused(params, there, every, given), _unfinished(there, every, given)]


def _unused(params: Params, there: Server, every: Sequence[Index], given: Given) -> Finding:
    target = Target("unused_indexes", there.database)
    if there.replica:
        return only_repeats(target, given)
    if not every:
        return unknown(target, NO_INDEXES, reason="nothing_there", **given)
    unused = [index for index in every if _idle(index, params)]
    if not unused:
        return passing(target, ALL_USED, count=Quantity(len(every), _UNIT), notes=_large(every), **given)
    given = {**given, "count": Quantity(len(unused), _UNIT), "notes": (*_context(there), *first_of(_named(unused)))}
    if there.counting_since is None:
        return unknown(target, NO_AGE, reason="no_age", **given)
    age = Quantity.of(there.now - there.counting_since)
    if there.now - there.counting_since < params.min_age:
        return unknown(
            target, TOO_YOUNG, reason="young_statistics", age=age, limit=Quantity.of(params.min_age), **given
        )
    return warning(target, UNUSED, reason="unused", value=total(index.size for index in unused), age=age, **given)


def _idle(index: Index, params: Params) -> bool:
    worth = index.size >= params.min_size and index.name not in params.ignore
    return index.scans == 0 and index.valid and not index.needed and worth


def _unfinished(there: Server, every: Sequence[Index], given: Given) -> Finding:
    target, useless = Target("invalid_indexes", there.database), [index for index in every if not index.valid]
    invalid, made = ([one for one in useless if one.being_made is now] for now in (False, True))
    if not every:
        return unknown(target, NO_INDEXES, reason="nothing_there", **given)
    if not invalid:
        notes = [Note(BEING_MADE, {"index": one.name, "table": one.table}) for one in made]
        return passing(target, ALL_VALID, notes=first_of(notes), **given)
    counted = Quantity(len(invalid), _UNIT)
    return warning(target, INVALID, reason="invalid", count=counted, notes=first_of(_named(invalid)), **given)


def _named(some: Sequence[Index]) -> list[Note]:
    return [Note(ONE, {"index": one.name, "table": one.table, "size": Quantity(one.size, "By")}) for one in some]


def _large(every: Sequence[Index]) -> tuple[Note, ...]:
    """The guide looks at sizes too; `every` comes largest first."""
    return tuple(
        Note(LARGEST, {"index": one.name, "table": one.table, "size": Quantity(one.size, "By"), "scans": one.scans})
        for one in every[:_LARGEST]
    )


def _context(there: Server) -> list[Note]:
    since = [Note(SINCE, {"since": there.counting_since})] if there.counting_since else []
    return [*since, *([Note(REPLICAS, {"count": there.replicas})] if there.replicas else [])]
