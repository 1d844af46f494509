"""Is a metric within its limits over a window?"""

from typing import Any

from sagebase_ops.checks.base import CheckContext, check
from sagebase_ops.checks.metric_data import Measured, counted_instances, measure
from sagebase_ops.checks.metric_judge import NO_REQUESTS, given_of, held_against, judged, without_data
from sagebase_ops.checks.metric_params import Params
from sagebase_ops.checks.run_targets import services_to_judge, target_of
from sagebase_ops.checks.sql_connections import connection_findings
from sagebase_ops.domain.console import run_service_page
from sagebase_ops.domain.results import Finding, Sentence, Target, failing, skipped
from sagebase_ops.gcp.metrics import SQL_INSTANCE


@check(
    Params,
    question=Sentence(ja="監視指標が上限を超えていないか", en="Is a metric within its limits?"),
    runbook=Sentence(
        ja="コンソールで推移を確認し、上限を超えた時刻のデプロイとエラーログを調べてください（手順書: 主要メトリクス）。",
        en="Look at its course in the console, and at deploys and errors of the time it rose (guide: key metrics).",
    ),
    title_for=lambda params: params.known.title,
    runbook_for=lambda params: params.known.runbook,
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
    """One finding per service (or SQL instance), over `window` up to where Google's data ends. Limits are strict.

    Source: Cloud Monitoring API v3, timeSeries.list, one call for the whole project.
    """
    measured = await measure(params.known, params.window, context)
    if params.known.target == SQL_INSTANCE:
        return await connection_findings(params, measured, context)
    names, lost = await services_to_judge(context, measured.values.keys())
    silent = params.known.needs_traffic and any(name not in measured.values for name in names)
    counted = await counted_instances(params.window, context) if silent else frozenset()
    return [*(_judge(name, params, measured, context, idle=name in counted) for name in names), *lost]


def _judge(name: str, params: Params, measured: Measured, context: CheckContext, *, idle: bool) -> Finding:
    target, value = target_of(name), measured.values.get(name)
    link = run_service_page(context.project.id, context.project.region, name)
    given = given_of(params, measured, link)
    if value is not None:
        return judged(target, measured, params, given, lambda: held_against(target, value, params, measured, given))
    if not idle or not measured.answer.complete:
        return without_data(target, measured, given)
    return _no_requests(target, params, given)


def _no_requests(target: Target, params: Params, given: dict[str, Any]) -> Finding:  # fields of Finding by name
    if params.require_traffic:
        return failing(target, NO_REQUESTS, reason="no_requests", **given)
    return skipped(target, NO_REQUESTS, reason="no_requests", **given)
