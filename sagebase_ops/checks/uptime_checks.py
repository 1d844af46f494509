"""Do Google's uptime checks look at the services, and as the guide's alert relies on?"""

import asyncio
from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import timedelta
from typing import Any, TypeAlias

from sagebase_ops.checks.base import CheckContext, CheckParams, check
from sagebase_ops.checks.run.targets import target_of, watched
from sagebase_ops.checks.settings_judged import Mistake, judged, severity
from sagebase_ops.checks.smoke.params import HttpsUrl, Name, UrlPath
from sagebase_ops.checks.smoke.params import Params as SmokeParams
from sagebase_ops.checks.smoke.sites import Site, closed, site_of
from sagebase_ops.checks.uptimes.hosts import OF_CLOUD_RUN, Owner, Whose, owner_of
from sagebase_ops.checks.uptimes.settings import settings_mistakes
from sagebase_ops.checks.uptimes.sites import create_command, looking_at
from sagebase_ops.domain.console import uptime_page
from sagebase_ops.domain.projects import Project
from sagebase_ops.domain.quantities import PositiveDuration, Quantity
from sagebase_ops.domain.results import Finding, Sentence, Target, failing, skipped, unknown, warning
from sagebase_ops.gcp.alerting import UptimeCheck

RIGHT = Sentence(
    ja="Uptime Check「{check}」が {period}ごとに {page} を確認しています",
    en="uptime check '{check}' looks at {page} every {period}",
)
ABSENT = Sentence(
    ja="{target} を見る Uptime Check がありません。アラート「Service Availability」は発報できません",
    en="no uptime check looks at {target}: the alert Service Availability cannot fire",
)
CLOSED = Sentence(
    ja="外部から接続できないサービスのため、公開の Uptime Check の対象外です",
    en="lets nobody in from outside, so that no public uptime check can look at it",
)
STALE = Sentence(
    ja="Uptime Check が見ている {host} は、このリージョンのどのサービスの URL でもありません",
    en="its host {host} is no service's URL in this region",
)
TAGGED = Sentence(
    ja="Uptime Check が見ている {host} は、{service} のタグ付きリビジョンの URL です。利用者が見るページではありません",
    en="its host {host} is that of a tagged revision of {service}, not what users get",
)
ELSEWHERE = Sentence(
    ja="Uptime Check が見ている {host} は、別のリージョン（{place}）のサービス {service} の URL です。ここでは判定していません",
    en="its host {host} is that of {service} in another region ({place}), which is not judged here",
)
NOT_WATCHED = Sentence(
    ja="Uptime Check が見ている {host} は、監視対象にないサービス {service} の URL です。ここでは判定していません",
    en="its host {host} is that of {service}, which is not among the services watched and not judged here",
)
UNTOLD = Sentence(
    ja="確認できません：Uptime Check が見ている {host} が {target} の URL かどうか、Google の応答からは分かりません",
    en="could not look: Google does not say whether {host}, which an uptime check looks at, is a URL of {target}",
)
_TOLD: Mapping[Whose, tuple[Callable[..., Finding], Sentence, str]] = {
    Whose.LISTED: (skipped, NOT_WATCHED, "not_watched"),
    Whose.ELSEWHERE: (skipped, ELSEWHERE, "other_region"),
    Whose.TAGGED: (warning, TAGGED, "tagged"),
    Whose.NOBODYS: (warning, STALE, "stale_host"),
}
"""What is said of a check beside the services' own findings."""

Owners: TypeAlias = Sequence[tuple[UptimeCheck, Owner]]


class Params(CheckParams):
    """How an uptime check has to look so that the guide's alert means five minutes."""

    max_period: PositiveDuration = timedelta(minutes=5)
    """A check that looks more rarely fails."""
    paths: tuple[UrlPath, ...] = ("/", "/_stcore/health")
    """Paths that tell whether the service answers."""
    urls: Mapping[Name, HttpsUrl] = {}
    """A service's public URL where it is not the one that Cloud Run gave it."""


@check(
    Params,
    question=Sentence(
        ja="Uptime Check があり、サービスの URL を正しい間隔・地点・パス・TLS で見ているか",
        en="Do uptime checks look at each service's URL: how often, from where, which path, over TLS?",
    ),
    runbook=Sentence(
        ja=(
            "手順書のアラート「Service Availability」は Uptime Check が 5 分間失敗すると発報します。"
            "Uptime Check がないか、間隔が 5 分より長いと発報しません。\n"
            "1. 下のコマンド（またはコンソールの Monitoring → 稼働時間チェック）で作成・修正する。\n"
            "2. アラートポリシーの check_id を新しい Uptime Check に合わせる：sagebase-ops --fix-plan\n"
            "注意：ここで見るのは設定です。結果が実際に届いているかどうかは、監視の「サービス停止」が判定します。"
        ),
        en=(
            "The guide's alert Service Availability fires after five minutes of a failing uptime check: without one, or with "
            "one that looks more rarely, it cannot.\n"
            "1. Make or mend it by the command below, or in the console: Monitoring → Uptime checks.\n"
            "2. Let the alert policy name its check_id: sagebase-ops --fix-plan\n"
            "These are its settings; whether results do arrive, the watch sees."
        ),
    ),
    permissions=["run.services.list", "monitoring.uptimeCheckConfigs.list"],
    command="gcloud monitoring uptime list-configs --project={project}",
    example="{check: uptime_checks, title: Uptime Check, max_period: 5m}",
)
async def uptime_checks(params: Params, context: CheckContext) -> list[Finding]:
    """One finding per service by its best check, and one for each check whose run.app host is no watched service's.

    Source: Cloud Monitoring API v3, uptimeCheckConfigs.list; Services.ListServices for the URLs.
    """
    project = context.project
    listing, known = await asyncio.gather(
        context.gcp.run.services(project.id, project.region), context.gcp.alerting.uptime_checks(project.id)
    )
    seen, smoke = watched(project, listing), SmokeParams(urls=params.urls)
    sites = [site_of(service, project, smoke, "") for service in seen.services]
    owners = [(one, owner_of(one.host, listing.items, project.region)) for one in known]
    findings = [_judge(site, looking_at(site, known), owners, params, smoke) for site in sites]
    beside = _beside(owners, {site.service.name for site in sites}, project) if listing.complete else []
    return [*findings, *seen.lost, *beside]


def _judge(site: Site, checks: Sequence[UptimeCheck], owners: Owners, params: Params, smoke: SmokeParams) -> Finding:
    target, project = target_of(site.service.name), site.project.id
    if not checks and closed(target, site, smoke) is not None:
        return skipped(target, CLOSED, reason="closed", **_given(project))
    if not checks:
        return _without(target, site, owners)
    judged_each = {one.id: _mistakes(one, params, site) for one in checks}
    best = min(checks, key=lambda one: severity(judged_each[one.id]))
    shown: dict[str, Any] = {"check": best.display_name or best.id, "page": _page(best)}  # for the sentence
    shown["period"] = Quantity.of(best.period)
    return judged(target, RIGHT, judged_each[best.id], **shown, **_given(project, best.id))


def _without(target: Target, site: Site, owners: Owners) -> Finding:
    """No check looks at it; unknown where one looks at a host that may be the service's, though Google did not list that."""
    given = _given(site.project.id)
    for one, owner in owners:
        if owner == Owner(Whose.UNTOLD, target.name, owner.place):
            return unknown(target, UNTOLD, reason="url_not_told", host=one.host, remedy=site.describe_command, **given)
    return failing(target, ABSENT, reason="does_not_exist", remedy=create_command(site), **given)


def _mistakes(one: UptimeCheck, params: Params, site: Site) -> list[Mistake]:
    return list(settings_mistakes(one, params.max_period, params.paths, site.port))


def _beside(owners: Owners, watched_names: Collection[str], project: Project) -> list[Finding]:
    """Of Cloud Run's own hosts alone, each that is no watched service's: a project may look at other sites of its own."""
    return [
        verdict(
            Target("uptime_check", one.display_name or one.id),
            sentence,
            reason=reason,
            host=one.host,
            service=owner.service,
            place=owner.place,
            **_given(project.id, one.id),
        )
        for one, owner in owners
        if one.host.endswith(OF_CLOUD_RUN) and owner.whose in _TOLD
        if owner.whose is not Whose.LISTED or owner.service not in watched_names
        for verdict, sentence, reason in [_TOLD[owner.whose]]
    ]


def _page(one: UptimeCheck) -> str:
    scheme = ("https://" if one.tls else "http://") if one.http else ""
    where = f"{scheme}{one.host}" if one.host else f"Cloud Run {one.service}"
    return f"{where}{one.path if one.http else ''}"


def _given(project: str, check: str = "") -> dict[str, Any]:  # fields of Finding by name
    return {"asked": {"method": "monitoring.uptimeCheckConfigs.list"}, "link": uptime_page(project, check)}
