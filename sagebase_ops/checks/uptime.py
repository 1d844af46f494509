"""Does the service answer the world? Google's own uptime checks say so; without one, a request of our own."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import TypeAlias

from sagebase_ops.checks.base import CheckContext, CheckParams, check
from sagebase_ops.checks.metrics.first_aid import deploys, with_aid
from sagebase_ops.checks.metrics.params import Window
from sagebase_ops.checks.run.targets import target_of, watched
from sagebase_ops.checks.smoke.params import HttpsUrl, Name, UrlPath
from sagebase_ops.checks.smoke.params import Params as SmokeParams
from sagebase_ops.checks.smoke.sites import Site, site_of
from sagebase_ops.checks.smoke.web import judge as ask_page
from sagebase_ops.checks.uptimes.results import Results, judge, results_of
from sagebase_ops.checks.uptimes.sites import create_command, looking_at
from sagebase_ops.domain.results import Finding, Note, Sentence, Verdict
from sagebase_ops.gcp.alerting import UptimeCheck

BY_OURSELVES = Sentence(
    ja="Cloud Monitoring に Uptime Check がないため、この監視自身が1回アクセスした結果です",
    en="Cloud Monitoring has no uptime check for it: this is one request of our own",
)
LONGEST = 26.0
"""Seconds, under the 30 of a whole check: a page that hangs is a finding, not a check without an answer."""

Checks: TypeAlias = Mapping[str, Sequence[UptimeCheck]]
"""The uptime checks that look at each service."""


class Params(CheckParams):
    """Which results count as now, and where the services are."""

    window: Window = timedelta(minutes=5)
    """How old a checker's newest result may be; a check that looks more rarely has as long as its own period."""
    urls: Mapping[Name, HttpsUrl] = {}
    """A service's public URL where it is not the one that Cloud Run gave it: {sagebase-streamlit: https://…}."""
    path: UrlPath = "/"
    """The path that we ask ourselves where there is no uptime check."""


@check(
    Params,
    question=Sentence(
        ja="サービスは外部から応答しているか（Uptime Check）", en="Does the service answer the world (uptime check)?"
    ),
    runbook=Sentence(
        ja=(
            "1. サービスの URL を開き、本当に応答しないかを確認する。\n"
            "2. Cloud Run のログとリビジョンを確認し、直前のデプロイが原因なら戻す（手順書「緊急ロールバック」）。\n"
            "3. 一部の地点だけの失敗なら、DNS・証明書・ロードバランサと Google Cloud の障害情報を確認する。\n"
            "4. 手順書のトラブルシューティング「サービスが応答しない」に従う。"
        ),
        en=(
            "1. Open the service's URL: does it really not answer?\n"
            "2. Look at Cloud Run's logs and revisions; if the last deploy is the cause, go back (emergency rollback).\n"
            "3. Failing from some places only: look at DNS, certificate, load balancer, and Google Cloud's status page.\n"
            "4. Follow the troubleshooting guide: the service does not answer."
        ),
    ),
    permissions=[
        "run.services.list",
        "run.revisions.list",
        "monitoring.uptimeCheckConfigs.list",
        "monitoring.timeSeries.list",
        "monitoring.metricDescriptors.list",
    ],
    command="gcloud monitoring uptime list-configs --project={project}",
    example="{check: uptime, name: service_availability, window: 5m, hold: 5m}",
)
async def uptime(params: Params, context: CheckContext) -> list[Finding]:
    """One finding per service: fail when two of a check's places, or its only one, did not get through last time.

    Source: Cloud Monitoring API v3, uptimeCheckConfigs.list and the metric uptime_check/check_passed, one call for all
    services; two failing places are what Google's own uptime alerts wait for. `hold` makes them five minutes.
    """
    ends = asyncio.get_running_loop().time() + LONGEST
    project = context.project
    listing, known = await asyncio.gather(
        context.gcp.run.services(project.id, project.region), context.gcp.alerting.uptime_checks(project.id)
    )
    seen, smoke = watched(project, listing), SmokeParams(urls=params.urls, path=params.path)
    account = context.gcp.connections.account(project.id)
    sites = [site_of(service, project, smoke, account) for service in seen.services]
    checks = {site.service.name: looking_at(site, known) for site in sites}
    results = await results_of([one for those in checks.values() for one in those], params.window, context)
    judged = await asyncio.gather(*(_judge(site, checks, results, smoke, context, ends) for site in sites))
    return [*await with_aid(judged, (deploys,), context, ends), *seen.lost]


async def _judge(
    site: Site, checks: Checks, results: Results, smoke: SmokeParams, context: CheckContext, ends: float
) -> Finding:
    own = checks[site.service.name]
    if own:
        return judge(target_of(site.service.name), own, results, context.project.id)
    found = await ask_page("http_answer", site, smoke, context, ends)
    remedy = create_command(site) if found.verdict is Verdict.PASS else found.remedy
    notes = (*found.notes, Note(BY_OURSELVES))
    return replace(found, target=target_of(site.service.name), notes=notes, remedy=remedy)
