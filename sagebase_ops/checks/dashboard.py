"""Is the team's dashboard there, and does it show the guide's seven metrics?"""

from typing import Annotated

from pydantic import Field

from sagebase_ops.checks.base import CheckContext, CheckParams, check
from sagebase_ops.domain.results import Finding, Sentence, Target, failing, passing, warning
from sagebase_ops.gcp.dashboards import Dashboard

COMPLETE = Sentence(ja="主要な7指標をすべて表示しています", en="shows all seven key metrics")
LACKS = Sentence(ja="次の指標が表示されていません：{missing}", en="does not show: {missing}")
ABSENT = Sentence(
    ja="ダッシュボード「{target}」がありません（あるもの：{found}）",
    en="there is no dashboard {target!r} (there are: {found})",
)
NONE = "-"
_5XX = "5xx"
KEY_METRICS = {
    "Request Count": "run.googleapis.com/request_count",
    "Error Rate (5xx)": "run.googleapis.com/request_count",
    "Response Latency": "run.googleapis.com/request_latencies",
    "CPU Utilization": "run.googleapis.com/container/cpu/utilizations",
    "Memory Utilization": "run.googleapis.com/container/memory/utilizations",
    "Instance Count": "run.googleapis.com/container/instance_count",
    "DB Connections": "cloudsql.googleapis.com/database/postgresql/num_backends",
}
"""The guide's table of key metrics, by Google's metric types."""


class Params(CheckParams):
    dashboard: Annotated[str, Field(min_length=1)] = "Sagebase Monitoring Dashboard"
    """The dashboard's display name."""


@check(
    Params,
    question=Sentence(
        ja="監視ダッシュボードがあり、主要な7指標を表示しているか",
        en="Is the dashboard there, and does it show the seven key metrics?",
    ),
    runbook=Sentence(
        ja="Cloud Monitoring → ダッシュボードで、足りない指標のグラフを追加してください。",
        en="In Cloud Monitoring → Dashboards, add a chart for each metric that is missing.",
    ),
    permissions=["monitoring.dashboards.list"],
    command="gcloud monitoring dashboards list --project={project} --format='value(displayName)'",
    example="{check: dashboard, dashboard: Sagebase Monitoring Dashboard}",
)
async def dashboard(params: Params, context: CheckContext) -> list[Finding]:
    """One finding: fail when no dashboard has the name, warn when the best of them lacks a metric.

    Source: Cloud Monitoring dashboards API v1, dashboards.list.
    """
    project = context.project.id
    known = await context.gcp.dashboards.list(project)
    target = Target("dashboard", params.dashboard)
    asked = {"method": "monitoring.dashboards.list", "display_name": params.dashboard}
    named = [one for one in known if one.display_name == params.dashboard]
    if not named:
        found = ", ".join(sorted(one.display_name for one in known)) or NONE
        return [failing(target, ABSENT, reason="does_not_exist", found=found, asked=asked, link=_page(project))]
    best = min(named, key=lambda one: len(missing_from(one)))
    missing, link = missing_from(best), _page(project, best.name)
    if missing:
        return [warning(target, LACKS, reason="metrics_missing", missing=", ".join(missing), asked=asked, link=link)]
    return [passing(target, COMPLETE, asked=asked, link=link)]


def missing_from(one: Dashboard) -> tuple[str, ...]:
    """The guide's metrics that no widget asks for, under Google's spelling or PromQL's."""
    return tuple(name for name, metric in KEY_METRICS.items() if not _shows(one, name, metric))


def _shows(one: Dashboard, name: str, metric: str) -> bool:
    spellings = (metric, promql(metric))
    asking = [query for query in one.queries if any(spelt in query for spelt in spellings)]
    return any(_5XX in query for query in asking) if _5XX in name else bool(asking)


def promql(metric_type: str) -> str:
    """`run_googleapis_com:request_count`: the first slash becomes a colon, the rest underscores."""
    host, _, rest = metric_type.partition("/")
    return f"{host.replace('.', '_')}:{rest.replace('/', '_').replace('.', '_')}"


def _page(project: str, name: str = "") -> str:
    where = f"/builder/{name}" if name else ""
    return f"https://console.cloud.google.com/monitoring/dashboards{where}?project={project}"
