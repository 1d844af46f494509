"""What was deployed, by whom, and did the service answer worse since?"""

import asyncio
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from sagebase_ops.checks.base import CheckContext, check
from sagebase_ops.checks.deploys import words
from sagebase_ops.checks.deploys.judge import Deploys, compared, is_listed, mistakes_of, newest_named, notes_of
from sagebase_ops.checks.deploys.params import Params
from sagebase_ops.checks.deploys.people import changes_of_run
from sagebase_ops.checks.deploys.rollback import pinned, previous_ready, rollback_to
from sagebase_ops.checks.deploys.traffic import counted_instances, traffic_by_revision
from sagebase_ops.checks.parts import or_refusal
from sagebase_ops.checks.run.targets import target_of, watched
from sagebase_ops.checks.settings_judged import judged
from sagebase_ops.domain.audit_entries import AuditEntry
from sagebase_ops.domain.console import run_service_page
from sagebase_ops.domain.quantities import Quantity
from sagebase_ops.domain.refusals import details_of
from sagebase_ops.domain.results import Finding, Note, Sentence, passing, unknown
from sagebase_ops.errors import GcpError
from sagebase_ops.gcp.run import Revision, RunService

LONGEST = timedelta(days=20)
"""Cloud Monitoring keeps six weeks, and as long again before the deploys is compared with."""


@check(
    Params,
    question=Sentence(
        ja="この期間に何がデプロイされ、その前後でエラー率とレスポンスタイムは悪化したか",
        en="What was deployed, by whom, and are error rate and response time worse since?",
    ),
    runbook=Sentence(
        ja=(
            "1. 悪化していれば、「戻す場合」に示したリビジョンへ戻す（手順書「緊急ロールバック」、./scripts/rollback.sh --revision REVISION と同じ）。\n"
            "2. 起動に失敗したリビジョンは、コンソールの「リビジョン」とログで理由を確認する。旧リビジョンが応答を続けている。\n"
            "3. 心当たりのないデプロイは、示された実行者に確認する。"
        ),
        en=(
            "1. If it is worse, go back to the revision that is named (the guide's emergency rollback, "
            "./scripts/rollback.sh --revision REVISION).\n"
            "2. For one that never became ready, read its reason and logs in the console; the older one still serves.\n"
            "3. Ask whoever is named about a deploy that nobody knows of."
        ),
    ),
    permissions=["run.services.list", "run.revisions.list", "logging.logEntries.list", "monitoring.timeSeries.list"],
    command="gcloud run revisions list --service={target} --region={region} --project={project}",
    example="{check: run_deploys, title: デプロイ, window: 24h}",
)
async def run_deploys(params: Params, context: CheckContext) -> list[Finding]:
    """One finding per service. Who and how well is asked only where something was deployed, once for all services.

    Source: Revisions.ListRevisions, the activity log, and MetricService.ListTimeSeries by revision.
    """
    project, window = context.project, _window(params, context)
    since = context.now - window
    listing, revisions = await asyncio.gather(
        context.gcp.run.services(project.id, project.region), context.gcp.run.revisions(project.id, project.region)
    )
    seen = watched(project, listing)
    names = {one.name for one in seen.services}
    made = [one for one in revisions if one.service in names and one.created_at and one.created_at > since]
    of_service = {one.name: [each for each in revisions if each.service == one.name] for one in seen.services}
    if not made:
        return [*(_none(one, of_service[one.name], window, context) for one in seen.services), *seen.lost]
    changes, traffic = await asyncio.gather(
        or_refusal(changes_of_run(since, context)), traffic_by_revision(2 * window, context)
    )
    new = {one.name: [each for each in made if each.service == one.name] for one in seen.services}
    judged_ones = filter(None, (compared(one, new[one.name]) for one in seen.services))
    silent = not traffic.partial and any(not traffic.of(one.name).requests for one in judged_ones)
    looked_at = await counted_instances(window, context) if silent else frozenset()
    known: Sequence[AuditEntry] = () if isinstance(changes, GcpError) else changes
    notes = _without_log(changes) if isinstance(changes, GcpError) else []
    findings = []
    for service in seen.services:
        own = of_service[service.name]
        deploys = Deploys(service, own, new[service.name], known, traffic, looked_at)
        findings.append(
            _judge(deploys, params, context, notes) if deploys.made else _none(service, own, window, context)
        )
    return [*findings, *seen.lost]


def _window(params: Params, context: CheckContext) -> timedelta:
    """Back to the last planned run that could look, so that a missed slot hides no deploy."""
    since = context.now - context.since if context.since else params.window
    return max(params.window, min(since, LONGEST))


def _without_log(error: GcpError) -> list[Note]:
    """The revisions' creators still say something."""
    return [Note(words.NOT_AUDITED), *details_of(error)]


def _none(service: RunService, own: Sequence[Revision], window: timedelta, context: CheckContext) -> Finding:
    target, given = target_of(service.name), _given(service, context)
    if not is_listed(service, own):
        return unknown(target, words.NOT_LISTED, reason="no_revisions", **newest_named(service), **given)
    if undated := next((one for one in own if one.created_at is None), None):
        return unknown(target, words.UNDATED, reason="no_time", revision=undated.name, **given)
    return passing(target, words.NONE, window=Quantity.of(window), **given)


def _judge(deploys: Deploys, params: Params, context: CheckContext, notes: Sequence[Note]) -> Finding:
    newest, service = deploys.compared or deploys.made[0], deploys.service
    mistakes = list(mistakes_of(deploys, params, context.project, context.now))
    back = _way_back(deploys)
    command = rollback_to(service, back, context.project) if back else ""
    told = [Note(words.ROLL_BACK, {"revision": back, "command": command})] if back else []
    given = {**_given(service, context), **({"remedy": command} if command and mistakes else {})}
    shown = {"count": Quantity(len(deploys.made), "{revisions}"), "revision": newest.name, "who": deploys.who(newest)}
    shown["window"] = Quantity.of(_window(params, context))
    return judged(
        target_of(service.name), words.WELL, mistakes, [*notes_of(deploys, params), *notes, *told], **shown, **given
    )


def _way_back(deploys: Deploys) -> str:
    """Nowhere, where somebody sent all requests there already."""
    back = deploys.before or previous_ready(deploys.service, deploys.own)
    return "" if pinned(deploys.service) == (back,) else back


def _given(service: RunService, context: CheckContext) -> dict[str, Any]:  # fields of Finding by name
    project = context.project
    region = service.region or project.region
    return {
        "asked": {"method": "google.cloud.run.v2.Revisions.ListRevisions", "at": context.now.isoformat()},
        "link": run_service_page(project.id, region, service.name, tab="revisions"),
    }
