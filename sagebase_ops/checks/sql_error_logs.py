"""Which errors did each Cloud SQL instance log?"""

import math
import shlex
from datetime import timedelta
from typing import Annotated, Any

from pydantic import Field

from sagebase_ops.checks.base import CheckContext, CheckParams, check
from sagebase_ops.checks.logs.counts import Window, window_before
from sagebase_ops.checks.logs.details import notes_of
from sagebase_ops.checks.logs.limits import held
from sagebase_ops.checks.sql.logged import PAGE_SIZE, Logged, errors_filter, own_entries, who_logged
from sagebase_ops.checks.sql.others import grown_others
from sagebase_ops.checks.sql.targets import target_of, watched_instances
from sagebase_ops.domain.console import logs_page
from sagebase_ops.domain.log_entries import LogEntry
from sagebase_ops.domain.quantities import PositiveDuration, Quantity
from sagebase_ops.domain.refusals import refused
from sagebase_ops.domain.results import Finding, Sentence, skipped, unknown
from sagebase_ops.gcp.logs import LogPage
from sagebase_ops.gcp.sql import SqlInstance

Count = Annotated[int, Field(ge=0)]
NOTHING_LOGGED = Sentence(
    ja="確認できません：過去 {window}に PostgreSQL のログが1件も残っていません（通常は何も起きなくても記録されます）。0 件とは言えません",
    en="could not look: PostgreSQL logs something whatever happens, but not one entry of the last {window} is there: no errors is not proven",
)
STOPPED = Sentence(
    ja="停止中のインスタンスで、過去 {window}にログはありません",
    en="a stopped instance, with nothing logged in the last {window}",
)


class Params(CheckParams):
    """How far back, and how many are too many."""

    counted = ("warn_above", "fail_above")
    ordered = (("warn_above", "fail_above"),)

    window: PositiveDuration = timedelta(days=7)
    """How far back to look."""
    warn_above: Count = 10
    """More entries than this are a warning."""
    fail_above: Count | None = None
    """More entries than this fail; null never fails."""
    groups: Annotated[int, Field(ge=1, le=10)] = 5
    """How many groups of alike messages to show."""
    warn_of_others: bool = True
    """Whether more than `warn_above` of an instance that is not among `sql_instances` are a warning."""


@check(
    Params,
    question=Sentence(
        ja="Cloud SQL のログに ERROR 以上が何件あり、何が起きたか",
        en="How many entries of ERROR and above did Cloud SQL log, and which?",
    ),
    runbook=Sentence(
        ja=(
            "1. 件数の多いグループから内容を確認する。\n"
            "2. 接続の上限（connection slots）なら、接続プールの設定と db_connections の結果を確認する。\n"
            "3. statement timeout・deadlock なら、同じ時刻の遅い SQL（db_slow_queries）とデプロイを確認する。\n"
            "4. 認証の失敗（password authentication failed）が続くなら、シークレットの更新漏れか不正な接続を疑う。"
        ),
        en=(
            "1. Read the largest group first.\n"
            "2. Connection slots: look at the pool's settings and at db_connections.\n"
            "3. Statement timeouts, deadlocks: look at slow statements (db_slow_queries) and deploys of that time.\n"
            "4. Failed passwords that go on: a secret was not renewed everywhere, or somebody tries."
        ),
    ),
    permissions=["cloudsql.instances.list", "logging.logEntries.list"],
    command=(
        "gcloud logging read 'resource.type=cloudsql_database AND"
        ' resource.labels.database_id="{project}:{target}" AND severity>=ERROR\' --freshness=7d --project={project} --limit=50'
    ),
    example="{check: sql_error_logs, window: 7d, warn_above: 10}",
)
async def sql_error_logs(params: Params, context: CheckContext) -> list[Finding]:
    """One finding per SQL instance, of the newest 1,000 entries of all of them: where there are more, "at least" is said.

    No error at all is believed of an instance that logged anything else. Source: LoggingServiceV2.ListLogEntries, one read
    for the whole project, mostly one more for all the instances without an error, and one where there are instances that
    nobody watches.
    """
    watched, window = await watched_instances(context), window_before(context.now, params.window)
    names = tuple(one.name for one in watched.instances)
    if not names:
        return list(watched.lost)
    filter_ = errors_filter(names, context, window)
    page = await context.gcp.logs.newest(context.project.id, filter_, pages=1, page_size=PAGE_SIZE)
    logged = await who_logged(names, page.entries, window, context) if page.complete else Logged(frozenset(names))
    judged = [_judge(one, page, logged, params, window, context) for one in watched.instances]
    others = await grown_others(params.warn_above, window, context) if params.warn_of_others else []
    return [*judged, *others, *watched.lost]


def _judge(
    instance: SqlInstance,
    page: LogPage[LogEntry],
    logged: Logged,
    params: Params,
    window: Window,
    context: CheckContext,
) -> Finding:
    """A read that ended before the entries did is never a pass: those of this instance may be the older ones."""
    name = instance.name
    entries = [entry for entry in page.entries if entry.service == name]
    given = _given(name, entries, page, params, window, context)
    if name not in logged.names and not entries:
        return _silent(instance, logged, given, context)
    whole = page.complete
    if not whole:
        given["remedy"] = _reading(name, params.window, context)
    return held(target_of(name), len(entries), params.warn_above, params.fail_above, whole=whole, **given)


def _silent(
    instance: SqlInstance,
    logged: Logged,
    given: dict[str, Any],  # fields of Finding by name
    context: CheckContext,
) -> Finding:
    target, project = target_of(instance.name), context.project.id
    if logged.refusal:
        return refused(target, logged.refusal, **given)
    given["asked"] = {**given["asked"], "logged": own_entries((instance.name,), context)}
    if instance.stopped:
        return skipped(target, STOPPED, reason="stopped", **given)
    remedy = f"gcloud logging sinks describe _Default --project={project}"
    return unknown(target, NOTHING_LOGGED, reason="nothing_logged", remedy=remedy, **given)


def _reading(name: str, window: timedelta, context: CheckContext) -> str:
    """What a person would type to see all of one instance; without `--freshness` gcloud shows one day."""
    return (
        f"gcloud logging read {shlex.quote(errors_filter((name,), context).replace(chr(10), ' '))}"
        f" --freshness={math.ceil(window / timedelta(days=1))}d --project={context.project.id}"
    )


def _given(
    name: str, entries: list[LogEntry], page: LogPage[LogEntry], params: Params, window: Window, context: CheckContext
) -> dict[str, Any]:  # fields of Finding by name
    return {
        "window": Quantity.of(window.length),
        "notes": notes_of(entries, params.groups, complete=page.complete) if entries else (),
        "link": logs_page(context.project.id, errors_filter((name,), context), window.start, window.end),
        "asked": {
            "method": "google.logging.v2.LoggingServiceV2.ListLogEntries",
            "filter": errors_filter((name,), context, window),
        },
    }
