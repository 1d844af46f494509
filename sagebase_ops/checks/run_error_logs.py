"""How many errors did each Cloud Run service log, and which?"""

import asyncio
from dataclasses import replace
from datetime import timedelta
from typing import Annotated, Any

from pydantic import Field

from sagebase_ops.checks.base import CheckContext, CheckParams, check
from sagebase_ops.checks.logs.believed import NEEDED, believed, routing_known
from sagebase_ops.checks.logs.counts import (
    PERMISSIONS,
    LogCounts,
    Window,
    count_errors,
    entries_filter,
    errors_command,
    window_before,
)
from sagebase_ops.checks.logs.details import Details, read_details
from sagebase_ops.checks.logs.limits import held
from sagebase_ops.checks.logs.unread import unread
from sagebase_ops.checks.metrics.idle import idle_services
from sagebase_ops.checks.run.targets import services_to_judge, target_of
from sagebase_ops.domain.console import logs_page
from sagebase_ops.domain.projects import Project
from sagebase_ops.domain.quantities import PositiveDuration, Quantity
from sagebase_ops.domain.refusals import refused
from sagebase_ops.domain.results import Finding, Note, Sentence, Verdict, unknown

UNPROVEN = Sentence(
    ja="確認できません：過去 {window}のログの件数が重大度別に得られず、0 件とは言えません",
    en="could not look: the logs of the last {window} are not counted by severity, so zero errors is not proven",
)
IDLE = Sentence(
    ja="過去 {window}にリクエストもログもありません", en="neither a request nor a log entry in the last {window}"
)
EXCLUDED = Sentence(
    ja="ログがまったく無い期間か、_Default シンクの除外設定を確認してください",
    en="either nothing was logged, or an exclusion of the _Default sink hides it: look there",
)
QUESTION = Sentence(
    ja="過去24時間に ERROR 以上のログは何件あり、何が起きたか",
    en="How many log entries of ERROR and above were there in the last 24 hours, and which?",
)
RUNBOOK = Sentence(
    ja=(
        "1. リンクの Logs Explorer で、件数の多いグループから内容を確認する。\n"
        "2. デプロイ直後に始まったものなら、直前のリビジョンへロールバックする（手順書「緊急ロールバック」）。\n"
        "3. データベース接続のエラーは Cloud SQL の状態と接続数、権限のエラーは IAM とシークレットを確認する。\n"
        "4. ターミナルで見る場合：gcloud run services logs read SERVICE --region=REGION --project=PROJECT "
        '--log-filter="severity>=ERROR" --limit=50（手順書の gcloud run logs tail は廃止済み）。\n'
        "注意：標準エラー出力へ平文で書かれたトレースバックは ERROR にならず、件数に含まれないことがある。"
        "リクエストログの 5xx はエラー率で見るため、ここでは数えない。"
    ),
    en=(
        "1. Open the link to Logs Explorer and read the largest group first.\n"
        "2. If it began with a deploy, go back to the revision before (the guide's emergency rollback).\n"
        "3. Database connection errors: look at Cloud SQL's state and connections; permission errors: at IAM and secrets.\n"
        "4. In a terminal: gcloud run services logs read SERVICE --region=REGION --project=PROJECT "
        '--log-filter="severity>=ERROR" --limit=50 (gcloud run logs tail of the guide exists no more).\n'
        "A traceback written to standard error as plain text may not have severity ERROR and then is not counted. "
        "5xx of the request log are the error rate's business and are not counted here."
    ),
)

NO_DATA = "no_data"
Count = Annotated[int, Field(ge=0)]


class Params(CheckParams):
    """What is counted, and from where on it is wrong."""

    counted = ("warn_above", "fail_above")
    ordered = (("warn_above", "fail_above"),)

    window: PositiveDuration = timedelta(hours=24)
    """How far back to look."""
    warn_above: Count | None = 0
    """More entries than this are a warning; null never warns."""
    fail_above: Count | None = None
    """More entries than this fail; null never fails."""
    groups: Annotated[int, Field(ge=0, le=10)] = 3
    """How many groups of alike messages to show; 0 reads no log entry at all."""


@check(
    Params,
    question=QUESTION,
    runbook=RUNBOOK,
    permissions=[*PERMISSIONS, *NEEDED],
    command=errors_command("1d"),
    example="{check: run_error_logs, window: 24h, warn_above: 0, fail_above: 100, guide: 毎日のチェックリスト 3}",
)
async def run_error_logs(params: Params, context: CheckContext) -> list[Finding]:
    """One finding per service: the exact count, and the largest groups among its newest entries.

    One more where these could not be read.

    Source: Monitoring's logging.googleapis.com/log_entry_count for the count, one call for all services; Logging's
    ListLogEntries, at most two pages for all services, only when there is an error to show; its sinks.list for what is kept.
    """
    window = window_before(context.now, params.window)
    counts, _ = await asyncio.gather(count_errors(window, context), routing_known(context))
    names, lost = await services_to_judge(context, counts.errors)
    noisy = tuple(name for name in names if counts.errors_of(name))
    details = await read_details(noisy, window, params.groups, context)
    judged = [judge(name, counts, details, params, window, context.project) for name in names]
    missing = unread(details.refusal, entries_filter(noisy, context.project.region), window, context)
    judged = await believed(await idle_or_unknown(judged, params.window, context), context)
    return [*judged, *missing, *lost]


async def idle_or_unknown(judged: list[Finding], window: timedelta, context: CheckContext) -> list[Finding]:
    """Where nothing at all was logged, and nothing came that could be logged: not a pass, since neither proves zero."""
    if all(finding.reason != NO_DATA for finding in judged):
        return judged
    idle = (await idle_services(window, context)).without_requests
    return [
        replace(finding, verdict=Verdict.SKIPPED, sentence=IDLE, reason="no_requests", notes=())
        if finding.reason == NO_DATA and finding.target.name in idle
        else finding
        for finding in judged
    ]


def judge(
    service: str, counts: LogCounts, details: Details, params: Params, window: Window, project: Project
) -> Finding:
    """Zero is a pass only where some log of the service was counted; part of a count can fail, but never pass."""
    target, given = target_of(service), _given(service, counts, details, window, project)
    errors = counts.errors_of(service)
    if errors is None and counts.partial:
        return replace(refused(target, counts.partial), link=given["link"], asked=given["asked"])
    if errors is None:
        given["notes"] = (Note(EXCLUDED), *given["notes"])
        return unknown(target, UNPROVEN, reason=NO_DATA, **given)
    whole = counts.partial is None
    if counts.partial:
        given["remedy"] = counts.partial.remedy
    return held(target, errors, params.warn_above, params.fail_above, whole=whole, **given)


def _given(  # fields of Finding by name
    service: str, counts: LogCounts, details: Details, window: Window, project: Project
) -> dict[str, Any]:
    return {
        "window": Quantity.of(window.length),
        "link": logs_page(project.id, entries_filter((service,), project.region), window.start, window.end),
        "asked": {**counts.asked, **details.asked},
        "notes": details.notes.get(service, ()),
    }
