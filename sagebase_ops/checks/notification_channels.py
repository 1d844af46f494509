"""Do Cloud Monitoring's alerts reach anybody?"""

import asyncio
from collections import Counter
from dataclasses import replace
from typing import Any

from sagebase_ops.checks.alerts.channels import mistakes_in
from sagebase_ops.checks.base import CheckContext, CheckParams, check
from sagebase_ops.checks.parts import or_refusal
from sagebase_ops.checks.settings_judged import judged, not_read
from sagebase_ops.domain.console import channels_page
from sagebase_ops.domain.results import Finding, Note, Sentence, Target, Verdict, failing
from sagebase_ops.errors import GcpError
from sagebase_ops.gcp.alert_policies import NotificationChannel

WORKS = Sentence(
    ja="有効です（{kind}、{policies} 個のポリシーが使用）", en="switched on ({kind}, used by {policies} policies)"
)
UNUSED = Sentence(
    ja="このチャンネルを使うアラートポリシーはありません", en="no alert policy tells anything by this channel"
)
NONE = Sentence(
    ja=(
        "通知チャンネルが一つもありません。アラートは誰にも届きません"
        "（手順書の gcloud alpha monitoring channels create は slack に url を渡すため、Google に拒否されます）"
    ),
    en=(
        "there is no notification channel: no alert reaches anybody "
        "(the guide's gcloud alpha monitoring channels create gives slack a url, which Google refuses)"
    ),
)


class Params(CheckParams):
    """Every channel of the project is looked at."""


@check(
    Params,
    question=Sentence(
        ja="Cloud Monitoring の通知チャンネルは届く状態か",
        en="Do Cloud Monitoring's notification channels reach anybody?",
    ),
    runbook=Sentence(
        ja=(
            "手順書「アラート通知設定」の gcloud alpha monitoring channels create --type=slack --channel-labels=url=… は"
            "使えません（slack に url というラベルはなく、Incoming Webhook は Cloud Monitoring の形式を受け付けません）。\n"
            "1. コンソールの Monitoring → アラート → 通知チャンネルを編集 → Slack で、ワークスペースを承認して追加する。\n"
            "2. 追加したチャンネルで「テスト通知を送信」し、Slack に届くことを確認する。\n"
            "3. 届かないチャンネルをポリシーから外し、新しいチャンネルに付け替える：sagebase-ops --fix-plan\n"
            "注意：Slack 側で取り消されたトークンは、この点検ではわかりません。テスト通知で確認してください。"
        ),
        en=(
            "The guide's gcloud alpha monitoring channels create --type=slack --channel-labels=url=… does not work: slack has "
            "no label url, and Slack's incoming webhooks do not take Cloud Monitoring's format.\n"
            "1. In the console: Monitoring → Alerting → Edit notification channels → Slack; authorise the workspace, add it.\n"
            "2. Send its test notification, and see it arrive in Slack.\n"
            "3. Let the policies use it in place of the dead one: sagebase-ops --fix-plan\n"
            "A token that was revoked in Slack is not seen here: the test notification shows it."
        ),
    ),
    permissions=["monitoring.notificationChannels.list", "monitoring.alertPolicies.list"],
    command="gcloud beta monitoring channels list --project={project}",
    example="{check: notification_channels, title: 通知チャンネル}",
)
async def notification_channels(_params: Params, context: CheckContext) -> list[Finding]:
    """One finding per channel: fail where a policy relies on one that reaches nobody, warn where none does.

    Source: Cloud Monitoring API v3, notificationChannels.list and alertPolicies.list, one call each.
    """
    project = context.project.id
    channels, users = await asyncio.gather(context.gcp.alerting.channels(project), or_refusal(_users(context)))
    if not channels:
        return [failing(Target("project", project), NONE, reason="no_channels", **_given(project))]
    names = Counter(channel.display_name for channel in channels)
    return [
        _judge(
            one,
            users if isinstance(users, GcpError) else users[one.name],
            project,
            is_ambiguous=names[one.display_name] > 1,
        )
        for one in channels
    ]


async def _users(context: CheckContext) -> Counter[str]:
    """How many policies tell by each channel."""
    policies = await context.gcp.alerting.policies(context.project.id)
    return Counter(name for policy in policies for name in set(policy.channels))


def _judge(channel: NotificationChannel, policies: int | GcpError, project: str, *, is_ambiguous: bool) -> Finding:
    """A channel that reaches nobody stays a failure where it is not known whether any policy relies on it."""
    short = channel.name.rpartition("/")[2]
    title = channel.display_name or short
    target = Target("notification_channel", f"{title} ({short})" if is_ambiguous else title)
    notes = () if policies else (Note(UNUSED),)
    unread = [not_read(policies)] if isinstance(policies, GcpError) else []
    told = {"kind": channel.type, **({} if unread else {"policies": policies}), **_given(project)}
    found = judged(target, WORKS, [*mistakes_in(channel), *unread], notes, **told)
    return replace(found, verdict=Verdict.WARN) if found.verdict is Verdict.FAIL and not policies else found


def _given(project: str) -> dict[str, Any]:  # fields of Finding by name
    return {"asked": {"method": "monitoring.notificationChannels.list"}, "link": channels_page(project)}
