"""Is each Cloud Run service ready, and did its newest revision get there?"""

from datetime import datetime, timedelta
from typing import Any

from sagebase_ops.checks.base import CheckContext, CheckParams, check
from sagebase_ops.checks.deploys.newest_revisions import (
    OnFailedRevision,
    details_of,
    judge_newest_revisions,
    rollback_command,
)
from sagebase_ops.checks.run.targets import target_of, watched
from sagebase_ops.domain.console import run_service_page
from sagebase_ops.domain.projects import Project
from sagebase_ops.domain.quantities import PositiveDuration, Quantity
from sagebase_ops.domain.results import Finding, Sentence, Target, failing, passing, unknown, warning
from sagebase_ops.gcp.run import Condition, RunService

READY = Sentence(ja="稼働中（リビジョン {revision}）", en="ready, on revision {revision}")
NO_CONDITION = Sentence(
    ja="確認できません：Google が {target} の Ready 状態を返しませんでした",
    en="could not look: Google gave no Ready condition for {target}",
)
DEPLOYING = Sentence(ja="デプロイ中（{value} 経過、上限 {limit}）", en="deploying for {value}, limit {limit}")
DEPLOYING_FROM = Sentence(
    ja="デプロイ中（開始時刻は不明、上限 {limit}）", en="deploying since an unknown time, limit {limit}"
)
FAILED = Sentence(
    ja="Ready ではありません（{why}）。旧リビジョン {serving} が引き続きトラフィックを処理しています",
    en="not ready ({why}); the older revision {serving} still serves",
)
FAILED_ALONE = Sentence(ja="Ready ではありません（{why}）", en="not ready ({why})")
NEVER_READY = Sentence(
    ja="一度も Ready になっていません（{why}）。トラフィックを処理できるリビジョンがありません",
    en="never became ready ({why}); no revision can serve",
)

QUESTION = Sentence(
    ja="Cloud Run サービスは稼働しているか（最新リビジョンの起動失敗も確認）",
    en="Is each Cloud Run service ready, and did its newest revision become ready?",
)
RUNBOOK = Sentence(
    ja=(
        "1. コンソールで Ready の理由とメッセージを確認する。\n"
        "2. 直前のデプロイが原因なら、正常なリビジョンへ戻す："
        "gcloud run services update-traffic SERVICE --region=REGION --project=PROJECT --to-revisions=REVISION=100"
        "（手順書「緊急ロールバック」、./scripts/rollback.sh --revision REVISION と同じ）。\n"
        "3. リビジョン一覧：gcloud run revisions list --service=SERVICE --region=REGION --project=PROJECT\n"
        "4. SECRETS_ACCESS_CHECK_FAILED はシークレットとその権限、CONTAINER_MISSING はイメージ、"
        "HEALTH_CHECK_CONTAINER_ERROR は PORT での待ち受けを確認する。\n"
        "注意：Ready はデプロイの成否であり、画面が表示できるかはスモークテストで確認する。"
    ),
    en=(
        "1. Read the reason and message of Ready in the console.\n"
        "2. If the last deploy is the cause, go back to a good revision: "
        "gcloud run services update-traffic SERVICE --region=REGION --project=PROJECT --to-revisions=REVISION=100 "
        "(the guide's emergency rollback, ./scripts/rollback.sh --revision REVISION).\n"
        "3. List revisions: gcloud run revisions list --service=SERVICE --region=REGION --project=PROJECT\n"
        "4. SECRETS_ACCESS_CHECK_FAILED: look at the secret and its grant; CONTAINER_MISSING: at the image; "
        "HEALTH_CHECK_CONTAINER_ERROR: does the container listen on PORT?\n"
        "Ready only says that the last deploy worked: whether the site answers is the smoke test's question."
    ),
)

_UNSAID = "-"


class Params(CheckParams):
    """How long a deploy may take, and how bad a failed one is while the old revision serves."""

    deploy_limit: PositiveDuration = timedelta(minutes=15)
    """A service that has been deploying for longer than this fails."""
    failed_revision: OnFailedRevision = "warn"
    """The verdict when the newest revision failed while an older one serves: warn, fail or off."""


@check(
    Params,
    question=QUESTION,
    runbook=RUNBOOK,
    permissions=["run.services.list", "run.revisions.list"],
    command=(  # the guide's conditions[0] is whichever condition comes first; Ready is the one of that type
        "gcloud run services describe {target} --region={region} --project={project}"
        """ --format=json | jq -r '.status.conditions[] | select(.type == "Ready") | .status'"""
    ),
    example="{check: run_ready, title: サービス稼働確認, guide: 毎日のチェックリスト 1}",
)
async def run_ready(params: Params, context: CheckContext) -> list[Finding]:
    """One finding per service, and one for the newest revision of each that has another to fall back on.

    Source: Services.ListServices, `terminal_condition` (never `conditions[0]`); Revisions.ListRevisions.
    """
    listing = await context.gcp.run.services(context.project.id, context.project.region)
    seen = watched(context.project, listing)
    services = [judge(service, params.deploy_limit, context.project, context.now) for service in seen.services]
    return [*services, *seen.lost, *await judge_newest_revisions(seen.services, params.failed_revision, context)]


def judge(service: RunService, deploy_limit: timedelta, project: Project, now: datetime) -> Finding:
    """Ready by the terminal condition. What has failed stays failed while the next attempt is under way."""
    target, given = target_of(service.name), _given(service, project, now)
    ready = service.ready
    if ready is None or ready.state == "unspecified":
        return unknown(target, NO_CONDITION, reason="no_condition", **given)
    if ready.state == "failed":
        return _failed(target, service, ready, given, project)
    if ready.state != "succeeded" or service.reconciling:
        return _deploying(target, _deploying_since(service, ready), deploy_limit, now, given)
    return passing(target, READY, revision=service.latest_ready_revision or _UNSAID, **given)


def _failed(target: Target, service: RunService, ready: Condition, given: dict[str, Any], project: Project) -> Finding:
    why = {"why": ready.reason or "Ready = False", "reason": ready.reason or "not_ready"}
    told = {**given, **why, "notes": details_of(service, ready), "remedy": rollback_command(service, project)}
    if service.never_ready:
        return failing(target, NEVER_READY, **told)
    if service.latest_ready_revision != service.latest_created_revision:
        return failing(target, FAILED, serving=service.latest_ready_revision, **told)
    return failing(target, FAILED_ALONE, **told)


def _deploying(
    target: Target, since: datetime | None, limit: timedelta, now: datetime, given: dict[str, Any]
) -> Finding:
    told = {**given, "limit": Quantity.of(limit), "reason": "deploying"}
    if since is None:
        return warning(target, DEPLOYING_FROM, **told)
    verdict = failing if now - since > limit else warning
    return verdict(target, DEPLOYING, value=Quantity.of(max(now - since, timedelta(0))), **told)


def _deploying_since(service: RunService, ready: Condition) -> datetime | None:
    """A condition that still says succeeded is the last deploy's: then the change itself is what began it."""
    return service.update_time if ready.state == "succeeded" else ready.since


def _given(service: RunService, project: Project, now: datetime) -> dict[str, Any]:  # fields of Finding by name
    return {
        "link": run_service_page(project.id, service.region or project.region, service.name),
        "asked": {
            "method": "google.cloud.run.v2.Services.ListServices",
            "parent": f"projects/{project.id}/locations/{project.region}",
            "field": "terminal_condition",
            "at": now.isoformat(),
        },
    }
