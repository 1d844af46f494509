"""How did services and databases do in the last thirty days, against the thirty before, and where are they heading?"""

import asyncio
from dataclasses import replace
from datetime import timedelta
from typing import Annotated

from pydantic import BeforeValidator, Field, WithJsonSchema

from sagebase_ops.checks.base import CheckContext, CheckParams, check
from sagebase_ops.checks.performance import words
from sagebase_ops.checks.performance.data import HOUR, Windows, courses_of, requests, windows_of
from sagebase_ops.checks.performance.judge import Measure
from sagebase_ops.checks.performance.target import Reviewing, review_of
from sagebase_ops.checks.run.serving import Serving, as_they_serve
from sagebase_ops.checks.run.targets import services_to_judge, target_of
from sagebase_ops.checks.sql.connections import absent, max_connections
from sagebase_ops.domain.console import run_service_page, sql_instance_page
from sagebase_ops.domain.quantities import Duration, parse_percentage
from sagebase_ops.domain.results import Finding, Note, Sentence, Target, skipped
from sagebase_ops.errors import GcpError
from sagebase_ops.gcp.metrics import METRICS, SQL_INSTANCE

LATENCY, CPU, MEMORY = METRICS["latency_p95"], METRICS["cpu_utilization"], METRICS["memory_utilization"]
MEAN_LATENCY = replace(LATENCY, reducer="REDUCE_SUM")  # merged histograms, whose mean is exact
INSTANCES = replace(METRICS["instance_count"], aligner="ALIGN_MEAN", period=HOUR, then="ALIGN_MEAN")
"""Summed over the revisions hour by hour: in a longer mean one that ran for a while counts as one that ran always."""
CONNECTIONS = METRICS["db_connections"]
"""Summed over the databases minute by minute, then the peak."""

P95 = Measure(
    "latency_p95", words.RESPONSE_TIME, words.P95, "s", LATENCY.fail_above, fails=True, grows=True, traffic=True
)
MEAN = Measure("latency_mean", words.RESPONSE_TIME, words.MEAN, "s", grows=True, traffic=True)
ERRORS = Measure(
    "error_rate", words.ERROR_RATE, words.FAILED, "1", METRICS["error_rate"].fail_above, fails=True, traffic=True
)
PROCESSOR = Measure("cpu", words.CPU, words.P95, "1", CPU.fail_above, fails=True, instances=True)
OF_MEMORY = Measure("memory", words.MEMORY, words.P99, "1", MEMORY.fail_above, fails=True, instances=True)
RUNNING = Measure("instances", words.INSTANCES, words.MEAN, "{instances}")
CONNECTED = Measure("connections", words.CONNECTIONS, words.PEAK, "{connections}", fails=True, capacity=True)

Growth = Annotated[
    float,
    BeforeValidator(parse_percentage),
    WithJsonSchema({"type": "string", "pattern": r"^\d+(\.\d+)?\s?%$", "examples": ["50%"]}),
]


class Params(CheckParams):
    min_requests: int = Field(300, ge=1)
    """Months with fewer requests are not compared: ten a day say nothing of a trend."""
    warn_growth: Growth = 0.5
    """So much more response time than in the thirty days before is worth a look."""
    warn_within: Duration = timedelta(days=90)
    """A limit that is reached within this time, if all goes on like this, is worth a look."""


@check(
    Params,
    question=Sentence(
        ja="直近30日の性能は前の30日と比べてどうか、上限にいつ達するか",
        en="How were the last 30 days against the 30 before, and when is a limit reached?",
    ),
    runbook=Sentence(
        ja=(
            "Cloud Monitoring ダッシュボードで過去30日の推移を確認してください（手順書: 月次タスク 1. パフォーマンスレビュー）。\n"
            "最も悪い日と時間に、デプロイ、アクセスの増加、バッチ処理が重なっていないか調べてください。\n"
            "上限に達する見込みがある指標は、その日までにスケーリングか改善を計画してください（手順書: スケーリング）。"
        ),
        en=(
            "Look at the last 30 days on the Cloud Monitoring dashboard (guide: monthly tasks, performance review).\n"
            "See whether deploys, more traffic or batch work fall on the worst day and hour.\n"
            "For what is heading for its limit, plan scaling or a mend before that day (guide: scaling)."
        ),
    ),
    permissions=[
        "monitoring.timeSeries.list",
        "monitoring.metricDescriptors.list",
        "run.services.list",
        "run.revisions.list",
        "cloudsql.instances.list",
    ],
    command="https://console.cloud.google.com/monitoring/dashboards?project={project}",
    example="{check: performance_review, warn_growth: 50%, warn_within: 90d}",
)
async def performance_review(params: Params, context: CheckContext) -> list[Finding]:
    """One finding per service and SQL instance, with a line for each measure and the days of both months as series.

    Source: Cloud Monitoring API v3, timeSeries.list: as many calls, however many services. Revisions.ListRevisions where an older
    one serves.
    """
    windows = windows_of(context, LATENCY.delay)
    services, databases = await asyncio.gather(
        _services(params, windows, context), _databases(params, windows, context)
    )
    return [*services, *databases]


async def _services(params: Params, windows: Windows, context: CheckContext) -> list[Finding]:
    if not context.project.services:
        return []
    (totals, shares), *courses = await asyncio.gather(
        requests(windows, context),
        courses_of(LATENCY, windows, context),
        courses_of(MEAN_LATENCY, windows, context, hours=False),
        courses_of(CPU, windows, context),
        courses_of(MEMORY, windows, context),
        courses_of(INSTANCES, windows, context),
    )
    p95, mean, cpu, memory, instances = courses
    project = context.project
    names, lost = await services_to_judge(context, {*totals.by_target, *instances.by_target})
    listing = await context.gcp.run.services(project.id, project.region)
    serving = await as_they_serve([one for one in listing.items if one.name in names], context)
    found = []
    for name in names:
        lines = [
            (P95, p95),
            (MEAN, mean),
            (ERRORS, shares),
            (PROCESSOR, cpu),
            (OF_MEMORY, memory),
            (_running(serving.get(name)), instances),
        ]
        link = run_service_page(project.id, project.region, name)
        review = review_of(target_of(name), lines, totals, _reviewing(params, windows, context, link))
        found.append(replace(review, notes=(*review.notes, *_older(serving.get(name)))))
        await asyncio.sleep(0)  # a few milliseconds each: answers for other projects are taken meanwhile
    return [*found, *lost]


def _running(serving: Serving | GcpError | None) -> Measure:
    """Held against what all that serves may come to; a number that was set by hand is no limit."""
    if isinstance(serving, GcpError):
        return replace(RUNNING, unread=serving)
    if serving is None or serving.service.sizing.manual_instances is not None:
        return RUNNING
    return replace(RUNNING, limit=serving.most)


def _older(serving: Serving | GcpError | None) -> tuple[Note, ...]:
    return serving.notes if isinstance(serving, Serving) else ()


async def _databases(params: Params, windows: Windows, context: CheckContext) -> list[Finding]:
    project = context.project
    if not project.sql_instances:
        return []
    listing, connections = await asyncio.gather(
        context.gcp.sql.instances(project.id), courses_of(CONNECTIONS, windows, context)
    )
    there = {instance.name: instance for instance in listing.items}
    found = []
    for name in project.sql_instances:
        reviewing = _reviewing(params, windows, context, sql_instance_page(project.id, name))
        target, instance, given = Target(SQL_INSTANCE, name), there.get(name), {"link": reviewing.link}
        if instance is None:
            found.append(absent(target, listing, given))
        elif instance.stopped and name not in connections.by_target:
            found.append(skipped(target, words.STOPPED, reason="stopped", **given))
        else:
            most = max_connections(instance)
            measure = replace(CONNECTED, limit=None if most is None else float(most))
            found.append(review_of(target, [(measure, connections)], None, reviewing))
    return found


def _reviewing(params: Params, windows: Windows, context: CheckContext, link: str) -> Reviewing:
    return Reviewing(windows, context.zone, params.min_requests, params.warn_growth, params.warn_within, link)
