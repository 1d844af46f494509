"""Is a metric within its limits over a window?"""

import asyncio

from sagebase_ops.checks.base import CheckContext, check
from sagebase_ops.checks.metrics.data import Measured, measure
from sagebase_ops.checks.metrics.first_aid import FOR_METRIC, with_aid
from sagebase_ops.checks.metrics.idle import Idle, idle_services
from sagebase_ops.checks.metrics.judge import Given, given_of, held_against, judged, judged_anew, without_data
from sagebase_ops.checks.metrics.params import Params
from sagebase_ops.checks.run.targets import services_to_judge, target_of
from sagebase_ops.checks.sql.connections import connection_findings
from sagebase_ops.domain.console import metrics_page, run_service_page, sql_instance_page
from sagebase_ops.domain.results import Finding, Sentence, Target, failing, skipped
from sagebase_ops.gcp.metrics import RUN_SERVICE, SQL_INSTANCE

LONGEST = 28.0
"""Seconds, under the 30 of a whole check: first aid that is late must not hide the failure."""
NO_REQUESTS = Sentence(ja="期間中のリクエストはありません", en="no requests in the window")
NO_INSTANCES = Sentence(
    ja="期間中のインスタンスは 0 台でした（リクエストなし）",
    en="scaled to zero: no instance ran in the window, and no request came",
)


@check(
    Params,
    question=Sentence(ja="監視指標が上限を超えていないか", en="Is a metric within its limits?"),
    runbook=Sentence(
        ja="コンソールで推移を確認し、上限を超えた時刻のデプロイとエラーログを調べてください（手順書: 主要メトリクス）。",
        en="Look at its course in the console, and at deploys and errors of the time it rose (guide: key metrics).",
    ),
    title_for=lambda params: params.known.title,
    runbook_for=lambda params: params.known.runbook,
    judged_anew=judged_anew,
    permissions=[
        "monitoring.timeSeries.list",
        "monitoring.metricDescriptors.list",
        "run.services.list",
        "cloudsql.instances.list",
    ],
    command="https://console.cloud.google.com/run/detail/{region}/{target}/metrics?project={project}",
    example="{check: metric, metric: cpu_utilization, window: 24h, fail_above: 80%}",
)
async def metric(params: Params, context: CheckContext) -> list[Finding]:
    """One finding per service, SQL instance or other thing, over `window` up to where Google's data ends.

    Source: Cloud Monitoring API v3, timeSeries.list, one call for the whole project.
    """
    ends = asyncio.get_running_loop().time() + LONGEST
    measured = await measure(params.known, params.window, context)
    if params.metric == "db_connections":
        return await connection_findings(params, measured, context)
    if params.known.target == RUN_SERVICE:
        judged = await _of_services(params, measured, context)
        return await with_aid(judged, FOR_METRIC.get(params.metric, ()), context, ends)
    return _of_others(params, measured, context)


async def _of_services(params: Params, measured: Measured, context: CheckContext) -> list[Finding]:
    known = params.known
    names, lost = await services_to_judge(context, measured.values.keys())
    silent = (known.needs_traffic or known.needs_instances) and any(name not in measured.values for name in names)
    idle = await idle_services(params.window, context) if silent else Idle()
    return [*(_judge(target_of(name), params, measured, context, idle) for name in names), *lost]


def _of_others(params: Params, measured: Measured, context: CheckContext) -> list[Finding]:
    """The project's instances; else whatever has data, and where nothing has, the project stands for it."""
    kind = params.known.target
    expected = context.project.sql_instances if kind == SQL_INSTANCE else ()
    names = expected or sorted(measured.values)
    targets = [Target(kind, name) if name else Target("project", context.project.id) for name in names or ("",)]
    return [_judge(target, params, measured, context, Idle()) for target in targets]


def _judge(target: Target, params: Params, measured: Measured, context: CheckContext, idle: Idle) -> Finding:
    name = "" if target.kind == "project" else target.name
    value, given = measured.values.get(name), given_of(params, measured, _page(target, context))
    if value is not None:
        return judged(target, measured, params, given, lambda: held_against(target, value, params, measured, given))
    if measured.answer.complete and params.known.needs_traffic and name in idle.without_requests:
        return _nothing_to_do(target, NO_REQUESTS, "no_requests", params, given)
    if measured.answer.complete and params.known.needs_instances and name in idle.without_instances:
        return _nothing_to_do(target, NO_INSTANCES, "no_instances", params, given)
    return without_data(target, measured, given)


def _nothing_to_do(target: Target, words: Sentence, reason: str, params: Params, given: Given) -> Finding:
    return (failing if params.require_traffic else skipped)(target, words, reason=reason, **given)


def _page(target: Target, context: CheckContext) -> str:
    project = context.project
    if target.kind == RUN_SERVICE:
        return run_service_page(project.id, project.region, target.name)
    return sql_instance_page(project.id, target.name) if target.kind == SQL_INSTANCE else metrics_page(project.id)
