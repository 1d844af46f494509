"""Is the team's dashboard there, and does it show the guide's seven metrics?"""

from collections.abc import Sequence
from dataclasses import replace
from typing import Annotated, Any

from pydantic import Field

from sagebase_ops.checks.base import CheckContext, CheckParams, check
from sagebase_ops.checks.metrics.dashboard import missing_from, notes_on, unread_in
from sagebase_ops.checks.run.targets import watched
from sagebase_ops.domain.projects import EVERY, Project
from sagebase_ops.domain.results import Finding, Note, Sentence, Target, failing, passing, warning
from sagebase_ops.gcp.dashboards import Dashboard

COMPLETE = Sentence(ja="主要な7指標をすべて表示しています", en="shows all seven key metrics")
LACKS = Sentence(ja="次の指標が表示されていません：{missing}", en="does not show: {missing}")
NOT_READ = Sentence(
    ja="表示されているか確認できない指標があります：{unread}（読み取れないクエリです）",
    en="may not show: {unread} (a query that cannot be read here asks for it)",
)
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
    permissions=["cloudsql.instances.list", "monitoring.dashboards.list", "run.services.list"],
    command="gcloud monitoring dashboards list --project={project} --format='value(displayName)'",
    example="{check: dashboard, dashboard: Sagebase Monitoring Dashboard}",
)
async def dashboard(params: Params, context: CheckContext) -> list[Finding]:
    """One finding: fail when no dashboard has the name, warn when the best of them lacks a metric of a watched service.

    Where every service is watched and they cannot all be listed, one more says so.
    Source: Cloud Monitoring dashboards API v1, dashboards.list; Services.ListServices for "*" alone.
    """
    project, lost = await _with_names(context)
    known = await context.gcp.dashboards.list(project.id)
    return [_judge([one for one in known if one.display_name == params.dashboard], known, params, project), *lost]


async def _with_names(context: CheckContext) -> tuple[Project, tuple[Finding, ...]]:
    project = context.project
    if project.services != EVERY:
        return project, ()
    there = watched(project, await context.gcp.run.services(project.id, project.region))
    return replace(project, services=tuple(service.name for service in there.services)), there.lost


def _judge(named: Sequence[Dashboard], known: Sequence[Dashboard], params: Params, project: Project) -> Finding:
    target = Target("dashboard", params.dashboard)
    asked = {"method": "monitoring.dashboards.list", "display_name": params.dashboard}
    if not named:
        found = ", ".join(sorted(one.display_name for one in known)) or NONE
        return failing(target, ABSENT, reason="does_not_exist", found=found, asked=asked, link=_page(project.id))
    best = min(named, key=lambda one: (len(missing_from(one, project)), len(unread_in(one, project))))
    missing, unread = missing_from(best, project), ", ".join(unread_in(best, project))
    given: dict[str, Any] = {"asked": asked, "link": _page(project.id, best.name)}  # fields of Finding by name
    if missing:
        notes = (*notes_on(best, project), *([Note(NOT_READ, {"unread": unread})] if unread else []))
        return warning(target, LACKS, reason="metrics_missing", missing=", ".join(missing), notes=notes, **given)
    if unread:
        return warning(target, NOT_READ, reason="not_read", unread=unread, **given)
    return passing(target, COMPLETE, **given)


def _page(project: str, name: str = "") -> str:
    where = f"/builder/{name}" if name else ""
    return f"https://console.cloud.google.com/monitoring/dashboards{where}?project={project}"
