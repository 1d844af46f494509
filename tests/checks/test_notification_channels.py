"""A channel that reaches nobody is told as what it is, the guide's own command's above all."""

from typing import Any

import pytest

from sagebase_ops.checks.alert_policies import alert_policies
from sagebase_ops.checks.alerts.wanted import Params as SixParams
from sagebase_ops.checks.notification_channels import Params, notification_channels
from sagebase_ops.domain.results import Finding, Verdict
from sagebase_ops.errors import GcpError
from sagebase_ops.sandbox.alerting_scenario import AlertPolicy, NotificationChannel
from sagebase_ops.sandbox.scenario import load_scenario
from tests.checks.watching import looking, refusing, said

SLACK = {"channel_name": "#ops", "auth_token": "xoxb-1"}
HOOK = {"url": "https://hooks.slack.com/services/T0/B0/X"}


def channel(**changed: Any) -> NotificationChannel:
    return NotificationChannel.model_validate({"id": "1", "title": "Ops", "labels": SLACK, **changed})


async def seen(*channels: NotificationChannel, is_used: bool = True) -> list[Finding]:
    policy = AlertPolicy(title="High CPU Usage", channels=["1"] if is_used else [])
    async with looking(notification_channels=list(channels), alert_policies=[policy]) as (_, context):
        return await notification_channels(Params(), context)


@pytest.mark.parametrize(
    ("changed", "verdict", "reason"),
    [
        ({}, Verdict.PASS, None),
        ({"verification": "VERIFIED"}, Verdict.PASS, None),
        ({"type": "email", "labels": {"email_address": "a@example.com"}}, Verdict.PASS, None),
        ({"type": "webhook_tokenauth", "labels": {"url": "https://example.com/?t=1"}}, Verdict.PASS, None),
        ({"type": "email", "labels": {}}, Verdict.FAIL, "no_address"),
        ({"type": "sms", "labels": {"number": ""}}, Verdict.FAIL, "no_address"),
        ({"type": "webhook_tokenauth", "labels": {}}, Verdict.UNKNOWN, "no_address"),
        ({"type": ""}, Verdict.UNKNOWN, "no_type"),
        ({"enabled": False}, Verdict.FAIL, "channel_disabled"),
        ({"enabled": None}, Verdict.UNKNOWN, "no_state"),
        ({"verification": "UNVERIFIED"}, Verdict.FAIL, "channel_unverified"),
        ({"labels": HOOK}, Verdict.FAIL, "webhook_as_label"),
        ({"labels": {"auth_token": "xoxb-1"}}, Verdict.FAIL, "no_slack_channel"),
        ({"type": "webhook_tokenauth", "labels": HOOK}, Verdict.FAIL, "slacks_webhook"),
    ],
)
async def test_a_channel_is_judged_by_whether_anybody_hears(
    changed: dict[str, Any], verdict: Verdict, reason: str
) -> None:
    (found,) = await seen(channel(**changed))
    assert (found.verdict, found.reason, found.target.name) == (verdict, reason, "Ops")


async def test_a_dead_channel_that_nobody_relies_on_is_a_warning() -> None:
    (found,) = await seen(channel(enabled=False), is_used=False)
    assert found.verdict is Verdict.WARN
    assert said(found.notes) == ["no alert policy tells anything by this channel"]


BY_ID, BY_NUMBER, OF_ANOTHER = (
    f"projects/{project}/notificationChannels/1" for project in ("sagebase-sandbox", "123456789012", "another")
)


@pytest.mark.parametrize(
    ("listed", "told", "is_used"),
    [
        (BY_ID, BY_NUMBER, True),
        (BY_NUMBER, BY_ID, True),
        (BY_NUMBER, BY_NUMBER, True),
        (BY_ID, OF_ANOTHER, False),
        (BY_ID, BY_NUMBER.replace("/1", "/2"), False),
    ],
)
async def test_a_channel_is_the_same_by_the_projects_id_and_by_its_number(
    listed: str, told: str, *, is_used: bool
) -> None:
    policy = load_scenario("healthy").alert_policies[3].model_copy(update={"channels": [told]})
    dead = channel(id=listed, enabled=False)
    async with looking(notification_channels=[dead], alert_policies=[policy]) as (_, context):
        (found,) = await notification_channels(Params(), context)
        cpu = (await alert_policies(SixParams(), context))[3]
    assert (found.verdict, found.reason) == (Verdict.FAIL if is_used else Verdict.WARN, "channel_disabled")
    assert (cpu.verdict, cpu.reason) == (Verdict.FAIL, "channel_disabled" if is_used else "channel_gone")


async def test_no_channel_at_all_fails_and_names_the_guides_command() -> None:
    (found,) = await seen()
    assert (found.verdict, found.reason, found.target.kind) == (Verdict.FAIL, "no_channels", "project")
    assert "channels create" in found.sentence.en


async def test_channels_of_one_name_are_told_apart() -> None:
    assert [found.target.name for found in await seen(channel(), channel(id="2"))] == ["Ops (1)", "Ops (2)"]


async def test_the_guides_own_command_leaves_a_dead_channel() -> None:
    async with looking("guide-alerting") as (_, context):
        (found,) = await notification_channels(Params(), context)
    assert (found.verdict, found.reason) == (Verdict.FAIL, "webhook_as_label")


async def test_a_refusal_is_no_missing_channel() -> None:
    faults = [refusing("monitoring.notificationChannels.list", "monitoring.notificationChannels.list")]
    async with looking("healthy", faults) as (_, context):
        with pytest.raises(GcpError, match=r"monitoring\.notificationChannels\.list"):
            await notification_channels(Params(), context)
