"""What was done to each Cloud SQL instance lately: did something fail, restart by itself, or never end?"""

import asyncio
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sagebase_ops.checks.base import CheckContext, CheckParams, check
from sagebase_ops.checks.settings_judged import Mistake, judged
from sagebase_ops.checks.sql import operation_words as words
from sagebase_ops.checks.sql.targets import target_of, watched_instances
from sagebase_ops.domain.console import sql_instance_page
from sagebase_ops.domain.quantities import PositiveDuration, Quantity
from sagebase_ops.domain.results import Finding, Note, Sentence, Value, Verdict
from sagebase_ops.gcp.sql_operations import Operation

_BY_ITSELF = {"AUTO_RESTART", "FAILOVER"}
_TOLD = 5


class Params(CheckParams):
    """How far back, and how long something may take."""

    window: PositiveDuration = timedelta(days=7)
    """Operations that ended since then are looked at, and all that have not ended."""
    max_time: PositiveDuration = timedelta(hours=3)
    """An operation that goes on, or waits to be begun, for longer is a warning."""


@check(
    Params,
    question=Sentence(
        ja="Cloud SQL の操作に、失敗・自動再起動・終わらないものはないか",
        en="Did an operation on Cloud SQL fail, restart it by itself, or never end?",
    ),
    runbook=Sentence(
        ja=(
            "1. リンクの「オペレーション」で、失敗した操作の理由を確認する。\n"
            "2. バックアップ・エクスポートの失敗は、権限（バケット）とディスクの空きを直してから取り直す。\n"
            "3. 自動再起動・フェイルオーバーは、同じ時刻のメモリ・接続数・エラーログと突き合わせる。\n"
            "注意：失敗した操作も状態は DONE と表示される。一覧の ERROR 列を見ること。"
        ),
        en=(
            "1. Open the operations by the link: why did it fail?\n"
            "2. Mend the grant (on the bucket) or the room on the disk, then make the backup or export again.\n"
            "3. Hold a restart or failover against memory, connections and errors of that time.\n"
            "An operation that failed says DONE as well: look at its error."
        ),
    ),
    permissions=["cloudsql.instances.list", "cloudsql.instances.get"],
    command="gcloud sql operations list --instance={target} --project={project} --limit=10",
    example="{check: sql_operations, window: 7d, max_time: 3h}",
)
async def sql_operations(params: Params, context: CheckContext) -> list[Finding]:
    """One finding per SQL instance. Source: sqladmin v1, instances.list; operations.list, which is for one at a time."""
    watched = await watched_instances(context)
    names, since = [one.name for one in watched.instances], context.now - params.window
    read = context.gcp.sql.operations
    found = await asyncio.gather(*(read(context.project.id, name, since) for name in names))
    return [*(_judge(*one, params, context) for one in zip(names, found, strict=True)), *watched.lost]


def _judge(instance: str, operations: Sequence[Operation], params: Params, context: CheckContext) -> Finding:
    """Counted are those that are over; what goes on is neither a success nor a failure yet."""
    done = sum(one.done for one in operations)
    given: dict[str, Any] = {
        "value": Quantity(done, "{operations}"),
        "window": Quantity.of(params.window),
        "link": sql_instance_page(context.project.id, instance, "operations"),
        "asked": {"method": "sqladmin.operations.list", "instance": instance, "since": context.now - params.window},
    }
    going_on = [one for one in operations if one.going_on and one.at and context.now - one.at <= params.max_time]
    by_hand = [one for one in operations if one.user and one.done and not one.error][:_TOLD]
    notes = [Note(words.GOING_ON, _values(one, context.now)) for one in going_on]
    notes += [Note(words.BY_HAND, _values(one, context.now)) for one in by_hand]
    mistakes = list(_mistakes(operations, params, context.now))
    return judged(target_of(instance), words.CALM if done else words.NONE, mistakes, notes, **given)


def _mistakes(operations: Sequence[Operation], params: Params, now: datetime) -> Iterator[Mistake]:
    for one in operations:
        values = _values(one, now)
        if one.error:
            yield Mistake(Verdict.FAIL, "operation_failed", words.FAILED, values)
        elif one.done:
            if one.type in _BY_ITSELF:
                yield Mistake(Verdict.WARN, one.type.lower(), words.BY_ITSELF, values)
        elif one.at is None or not one.going_on:
            yield Mistake(Verdict.UNKNOWN, "operation_unclear", words.UNCLEAR, values)
        elif now - one.at > params.max_time:
            yield _too_long(one, values)


def _too_long(one: Operation, values: Mapping[str, Value]) -> Mistake:
    if one.started_at is None:
        return Mistake(Verdict.WARN, "operation_waiting", words.WAITING, values)
    return Mistake(Verdict.WARN, "operation_endless", words.ENDLESS, values)


def _values(one: Operation, now: datetime) -> dict[str, Value]:
    """What fills a sentence."""
    return {
        "type": one.type or words.UNSAID,
        "status": one.status or words.UNSAID,
        "at": one.at or words.UNSAID,
        "age": Quantity.of(now - one.at) if one.at else words.UNSAID,
        "who": one.user or words.GOOGLE,
        "error": one.error,
    }
