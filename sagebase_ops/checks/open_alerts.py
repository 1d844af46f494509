"""Has Cloud Monitoring itself raised an alert, and are its policies switched on?"""

import asyncio
from collections import Counter
from collections.abc import Sequence
from typing import Annotated, Any

from pydantic import Field

from sagebase_ops.checks.base import CheckContext, CheckParams, check
from sagebase_ops.domain.console import alerting_page
from sagebase_ops.domain.quantities import Quantity
from sagebase_ops.domain.results import Finding, Note, Sentence, Target, failing, passing, unknown, warning
from sagebase_ops.gcp.alert_policies import AlertPolicy
from sagebase_ops.gcp.alerting import Alert

QUIET = Sentence(ja="有効です。発生中のアラートはありません", en="switched on, no open alert")
OPEN = Sentence(ja="アラートが {value}発生中です", en="{value} open")
SINCE = Sentence(ja="発生：{at}", en="open since {at}")
DISABLED = Sentence(
    ja="ポリシーが無効です。Google からは何も通知されません", en="the policy is switched off: Google will not alert"
)
UNSAID = Sentence(
    ja="確認できません：ポリシーが有効かどうかを Google が返しませんでした",
    en="could not look: Google did not say whether the policy is switched on",
)
NONE = Sentence(
    ja="アラートポリシーが一つもありません。Google からは何も通知されません",
    en="there is no alert policy at all: Google will not alert",
)
ALERTS = "{alerts}"


class Params(CheckParams):
    """Every policy of the project is looked at."""

    ignore: tuple[Annotated[str, Field(min_length=1)], ...] = ()
    """Policies to leave out, by display name."""


@check(
    Params,
    question=Sentence(
        ja="Cloud Monitoring のアラートが発生していないか、ポリシーは有効か",
        en="Is an alert of Cloud Monitoring open, and are its policies switched on?",
    ),
    runbook=Sentence(
        ja=(
            "1. リンクのアラートを開き、どの条件がいつから成立しているかを確認する。\n"
            "2. 対応する手順書の「アラートポリシー一覧」の項目に従う。\n"
            "3. ポリシーが無効・不足のときは、意図した変更かを確認し、そうでなければ有効に戻す。"
        ),
        en=(
            "1. Open the alert by the link: which condition holds, and since when?\n"
            "2. Follow the guide's list of alert policies.\n"
            "3. A policy that is off or missing: was that meant? If not, switch it on again."
        ),
    ),
    permissions=["monitoring.alertPolicies.list", "monitoring.alerts.list"],
    command="gcloud alpha monitoring policies list --project={project} --format='table(displayName,enabled)'",
    example="{check: open_alerts, ignore: [Nightly batch], hold: 10m}",
)
async def open_alerts(params: Params, context: CheckContext) -> list[Finding]:
    """One finding per policy: fail with an open alert, warn when it is off. Without any policy the project is warned of.

    Source: Cloud Monitoring API v3, alertPolicies.list and alerts.list, one call each.
    """
    project = context.project.id
    policies, alerts = await asyncio.gather(
        context.gcp.alerting.policies(project), context.gcp.alerting.open_alerts(project)
    )
    known = {policy.id for policy in policies}
    strangers = {alert.policy_id: AlertPolicy(alert.policy_id, alert.policy_name, enabled=True) for alert in alerts}
    every = [*policies, *(policy for policy in strangers.values() if policy.id not in known)]
    judged = [_judge(policy, every, alerts, project) for policy in every if policy.display_name not in params.ignore]
    return judged if policies else [*judged, _none(project)]


def _judge(policy: AlertPolicy, every: Sequence[AlertPolicy], alerts: Sequence[Alert], project: str) -> Finding:
    target, given = _target(policy, every), _given(project, policy.id)
    raised = [alert for alert in alerts if alert.policy_id == policy.id]
    if raised:
        notes = tuple(Note(SINCE, {"at": alert.opened_at}) for alert in raised if alert.opened_at)
        return failing(target, OPEN, value=Quantity(len(raised), ALERTS), reason="open_alert", notes=notes, **given)
    if policy.enabled is None:
        return unknown(target, UNSAID, reason="no_state", **given)
    if not policy.enabled:
        command = f"gcloud alpha monitoring policies update {policy.id} --enabled --project={project}"
        return warning(target, DISABLED, reason="disabled", remedy=command, **given)
    return passing(target, QUIET, **given)


def _target(policy: AlertPolicy, every: Sequence[AlertPolicy]) -> Target:
    """Display names are free, and may be given twice; then the id tells them apart."""
    twice = Counter(one.display_name for one in every)[policy.display_name] > 1
    return Target("alert_policy", f"{policy.display_name} ({policy.id})" if twice else policy.display_name or policy.id)


def _none(project: str) -> Finding:
    return warning(Target("project", project), NONE, reason="no_policies", **_given(project))


def _given(project: str, policy: str = "") -> dict[str, Any]:  # fields of Finding by name
    asked = {"method": "monitoring.alerts.list", "filter": 'state="OPEN"', "project": project}
    return {"asked": asked, "link": alerting_page(project, policy)}
