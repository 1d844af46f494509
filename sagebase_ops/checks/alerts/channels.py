"""Does a notification channel of Cloud Monitoring reach anybody?"""

from collections.abc import Iterator, Mapping

from sagebase_ops.checks.settings_judged import Mistake
from sagebase_ops.domain.results import Sentence, Verdict
from sagebase_ops.gcp.alert_policies import NotificationChannel

DISABLED = Sentence(ja="通知チャンネル「{channel}」が無効です", en="channel '{channel}' is switched off")
UNSAID = Sentence(
    ja="確認できません：通知チャンネル「{channel}」が有効かどうかを Google が返しませんでした",
    en="could not look: Google did not say whether channel '{channel}' is switched on",
)
UNSAID_TYPE = Sentence(
    ja="確認できません：通知チャンネル「{channel}」の種類を Google が返しませんでした",
    en="could not look: Google did not say what kind of channel '{channel}' is",
)
UNVERIFIED = Sentence(
    ja="通知チャンネル「{channel}」は未確認（UNVERIFIED）のため、何も届きません",
    en="channel '{channel}' is not verified: nothing arrives",
)
WEBHOOK_AS_LABEL = Sentence(
    ja=(
        "通知チャンネル「{channel}」は手順書のコマンドどおりの設定（slack に Webhook の URL を指定）のため、通知は届きません。"
        "slack に必要なのは channel_name と OAuth の auth_token です"
    ),
    en=(
        "channel '{channel}' is what the guide's command makes (a webhook URL as label of slack), and reaches nobody: "
        "slack wants channel_name and an OAuth auth_token"
    ),
)
NO_SLACK_CHANNEL = Sentence(
    ja="通知チャンネル「{channel}」に Slack のチャンネル名（channel_name）がありません",
    en="channel '{channel}' names no channel of Slack (channel_name)",
)
NO_ADDRESS = Sentence(
    ja="通知チャンネル「{channel}」に宛先（{label}）がありません", en="channel '{channel}' has no address ({label})"
)
UNSAID_ADDRESS = Sentence(
    ja="確認できません：通知チャンネル「{channel}」の宛先（{label}）を Google が返しませんでした",
    en="could not look: Google did not say the address of channel '{channel}' ({label})",
)
SLACKS_WEBHOOK = Sentence(
    ja=(
        "通知チャンネル「{channel}」は Slack の Incoming Webhook 宛てです。"
        "Slack は Cloud Monitoring の形式を受け付けないため、投稿されません"
    ),
    en="channel '{channel}' posts to Slack's incoming webhook, which does not take Cloud Monitoring's format",
)
_ADDRESSES = {"email": "email_address", "sms": "number", "pubsub": "topic"}
"""The label without which a channel of that type has nowhere to go. Source: projects.notificationChannelDescriptors."""
_SLACKS_HOOKS = "hooks.slack.com"


def mistakes_in(channel: NotificationChannel) -> Iterator[Mistake]:
    """Why nobody would hear by it. A token that was revoked in Slack cannot be seen here."""
    name = {"channel": channel.display_name or channel.name.rpartition("/")[2]}
    if channel.enabled is None:
        yield Mistake(Verdict.UNKNOWN, "no_state", UNSAID, name)
    elif not channel.enabled:
        yield Mistake(Verdict.FAIL, "channel_disabled", DISABLED, name)
    if not channel.type:
        yield Mistake(Verdict.UNKNOWN, "no_type", UNSAID_TYPE, name)
    if channel.verification == "UNVERIFIED":
        yield Mistake(Verdict.FAIL, "channel_unverified", UNVERIFIED, name)
    if channel.type == "slack" and "url" in channel.labels:
        yield Mistake(Verdict.FAIL, "webhook_as_label", WEBHOOK_AS_LABEL, name)
    elif channel.type == "slack" and not channel.labels.get("channel_name"):
        yield Mistake(Verdict.FAIL, "no_slack_channel", NO_SLACK_CHANNEL, name)
    yield from _address(channel, name)


def _address(channel: NotificationChannel, name: Mapping[str, str]) -> Iterator[Mistake]:
    """A webhook's URL may hold a token, and Google may keep back what is secret: without one nothing is proven."""
    label = _ADDRESSES.get(channel.type)
    if label and not channel.labels.get(label):
        yield Mistake(Verdict.FAIL, "no_address", NO_ADDRESS, {**name, "label": label})
    if not channel.type.startswith("webhook"):
        return
    if not (url := channel.labels.get("url")):
        yield Mistake(Verdict.UNKNOWN, "no_address", UNSAID_ADDRESS, {**name, "label": "url"})
    elif _SLACKS_HOOKS in url:
        yield Mistake(Verdict.FAIL, "slacks_webhook", SLACKS_WEBHOOK, name)


def is_dead(channel: NotificationChannel) -> bool:
    return any(one.verdict is Verdict.FAIL for one in mistakes_in(channel))
