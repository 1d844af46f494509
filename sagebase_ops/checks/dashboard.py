"""Is the team's dashboard there, and does it show the guide's seven metrics?"""

from typing import Annotated

from pydantic import Field

from sagebase_ops.checks.base import CheckContext, CheckParams, check
from sagebase_ops.checks.metrics.dashboard import missing_from, notes_on
from sagebase_ops.domain.results import Finding, Sentence, Target, failing, passing, warning

COMPLETE = Sentence(ja="主要な7指標をすべて表示しています", en="shows all seven key metrics")
LACKS = Sentence(ja="次の指標が表示されていません：{missing}", en="does not show: {missing}")
ABSENT = Sentence(
    ja="ダッシュボード「{target}」がありません（あるもの：{found}）",
    en="there is no dashboard '{target}' (there are: {found})",
)
NONE = "-"


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
    """One finding: fail when no dashboard has the name, warn when the best of them lacks a metric of a watched service.

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
    best = min(named, key=lambda one: len(missing_from(one, context.project)))
    missing, link = missing_from(best, context.project), _page(project, best.name)
    if missing:
        told = {"missing": ", ".join(missing), "notes": notes_on(best, context.project)}
        return [warning(target, LACKS, reason="metrics_missing", asked=asked, link=link, **told)]
    return [passing(target, COMPLETE, asked=asked, link=link)]


def _page(project: str, name: str = "") -> str:
    where = f"/builder/{name}" if name else ""
    return f"https://console.cloud.google.com/monitoring/dashboards{where}?project={project}"
