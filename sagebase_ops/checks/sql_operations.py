"""What was done to each Cloud SQL instance lately: did something fail, restart by itself, or never end?"""

import asyncio
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any

from sagebase_ops.checks.base import CheckContext, CheckParams, check
from sagebase_ops.checks.settings_judged import Mistake, judged
from sagebase_ops.checks.sql.targets import target_of, watched_instances
from sagebase_ops.domain.console import sql_instance_page
from sagebase_ops.domain.quantities import PositiveDuration, Quantity
from sagebase_ops.domain.results import Finding, Note, Sentence, Verdict
from sagebase_ops.gcp.sql_operations import Operation

CALM = Sentence(
    ja="過去 {window}の操作 {value}は、すべて成功しています", en="all of {value} in the last {window} succeeded"
)
FAILED = Sentence(ja="{type} が失敗しました（{at} {who}）：{error}", en="{type} failed ({at} {who}): {error}")
BY_ITSELF = Sentence(ja="{type} が起きました（{at}）", en="{type} happened ({at})")
ENDLESS = Sentence(ja="{type} が {age}たっても終わっていません（{who}）", en="{type} has not ended after {age} ({who})")
BY_HAND = Sentence(ja="{at} {type}（{who}）", en="{at} {type} by {who}")
GOOGLE = "Google"
_BY_ITSELF = {"AUTO_RESTART", "FAILOVER"}
_TOLD = 5


class Params(CheckParams):
    """How far back, and how long something may take."""

    window: PositiveDuration = timedelta(days=7)
    """Operations that were begun since then are looked at."""
    max_time: PositiveDuration = timedelta(hours=3)
    """An operation that goes on for longer is a warning."""


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
    given: dict[str, Any] = {
        "value": Quantity(len(operations), "{operations}"),
        "window": Quantity.of(params.window),
        "link": sql_instance_page(context.project.id, instance, "operations"),
        "asked": {"method": "sqladmin.operations.list", "instance": instance, "since": context.now - params.window},
    }
    by_hand = [one for one in operations if one.user and not one.error][:_TOLD]
    notes = [Note(BY_HAND, _words(one, context.now)) for one in by_hand]
    return judged(target_of(instance), CALM, list(_mistakes(operations, params, context.now)), notes, **given)


def _mistakes(operations: Sequence[Operation], params: Params, now: datetime) -> Iterator[Mistake]:
    for one in operations:
        if one.error:
            yield Mistake(Verdict.FAIL, "operation_failed", FAILED, _words(one, now))
        elif not one.done and one.at and now - one.at > params.max_time:
            yield Mistake(Verdict.WARN, "operation_endless", ENDLESS, _words(one, now))
        elif one.type in _BY_ITSELF:
            yield Mistake(Verdict.WARN, one.type.lower(), BY_ITSELF, _words(one, now))


def _words(one: Operation, now: datetime) -> dict[str, Any]:  # what fills a sentence
    at = one.at or now
    return {"type": one.type, "at": at, "age": Quantity.of(now - at), "who": one.user or GOOGLE, "error": one.error}
