"""Are the guide's six alert policies there, do they measure what it says, and would anybody hear?"""

import asyncio
from collections.abc import Sequence
from datetime import datetime

from sagebase_ops.checks.alerts import words
from sagebase_ops.checks.alerts.conditions import takes_the_mean
from sagebase_ops.checks.alerts.judge import Judged, judge
from sagebase_ops.checks.alerts.seen import Alerting, seen_by
from sagebase_ops.checks.alerts.snoozed import snoozed, unclear
from sagebase_ops.checks.alerts.wanted import Params, wanted
from sagebase_ops.checks.base import CheckContext, check
from sagebase_ops.checks.parts import or_refusal
from sagebase_ops.checks.settings_judged import judged
from sagebase_ops.domain.console import alerting_page
from sagebase_ops.domain.refusals import refused
from sagebase_ops.domain.results import Finding, Note, Sentence, Target
from sagebase_ops.errors import GcpError
from sagebase_ops.gcp.alert_policies import Snooze


@check(
    Params,
    question=Sentence(
        ja="手順書の6つのアラートポリシーがあり、手順書どおりに測り、届くか",
        en="Are the guide's six alert policies there, measure what it says, and reach somebody?",
    ),
    runbook=Sentence(
        ja=(
            "手順書の数値はそのままでは設定できません。Cloud Monitoring の使用率は 0〜1、レスポンスタイムはミリ秒、"
            "5xx の「率」は毎秒の件数です。\n"
            "1. 修正後のポリシー（Terraform と JSON）を表示する：sagebase-ops --fix-plan（何も変更しません）\n"
            "2. Terraform で管理していれば HCL を、そうでなければ JSON をファイルに保存して、表示されたコマンドで適用する。\n"
            "3. 通知チャンネルの問題は、先に「通知チャンネル」の項目に従って直す。"
        ),
        en=(
            "The guide's numbers cannot be typed in as they are: Cloud Monitoring has utilisation from 0 to 1, response time in "
            "milliseconds, and a rate of 5xx in errors per second.\n"
            "1. Print the corrected policies as Terraform and as JSON: sagebase-ops --fix-plan (it changes nothing)\n"
            "2. Take the Terraform where you use it, else save the JSON and apply it by the command that is printed.\n"
            "3. Mend the channels first, as the item on notification channels says."
        ),
    ),
    permissions=[
        "cloudsql.instances.list",
        "monitoring.alertPolicies.list",
        "monitoring.notificationChannels.list",
        "monitoring.snoozes.list",
        "monitoring.uptimeCheckConfigs.list",
        "run.services.list",
    ],
    command="gcloud alpha monitoring policies list --project={project}",
    example="{check: alert_policies, title: アラートポリシー, error_rate: 5%, response_time: 3s}",
)
async def alert_policies(params: Params, context: CheckContext) -> list[Finding]:
    """One finding for each of the six: fail where it cannot do what the guide says, warn where it does something like it.

    Source: Cloud Monitoring API v3, alertPolicies, notificationChannels, uptimeCheckConfigs and snoozes, one list each.
    """
    project = context.project
    seen, snoozes = await asyncio.gather(
        seen_by(context.gcp, project), or_refusal(context.gcp.alerting.snoozes(project.id))
    )
    unread = [refused(Target("snoozes", project.id), snoozes)] if isinstance(snoozes, GcpError) else []
    known = () if isinstance(snoozes, GcpError) else snoozes
    told = [_finding(judge(one, seen), seen, known, context.now) for one in wanted(params)]
    return [*told, *seen.lost, *unclear(known, project.id, context.now), *unread]


def _finding(found: Judged, seen: Alerting, snoozes: Sequence[Snooze], now: datetime) -> Finding:
    policy, project = found.policy, seen.project.id
    name = policy.display_name if policy else ""
    notes = [Note(words.JUDGED, {"policy": name})] if policy and name != found.wanted.name else []
    if policy and any(takes_the_mean(one, found.wanted) for one in policy.conditions):
        notes.append(Note(words.BY_MEAN))
    if found.others:
        notes.append(Note(words.OTHERS, {"names": ", ".join(found.others)}))
    return judged(
        Target("alert_policy", found.wanted.name),
        words.RIGHT,
        [*found.mistakes, *(snoozed(policy.id, found.wanted, seen, snoozes, now) if policy else ())],
        notes,
        asked={"method": "monitoring.alertPolicies.list", "metric": found.wanted.metric},
        link=alerting_page(project, policy.id if policy else ""),
        policy=name,
        channels=len(policy.channels) if policy else 0,
    )
