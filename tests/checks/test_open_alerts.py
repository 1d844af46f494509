"""Google's own alerts are listed, and policies that would raise none are told."""

from typing import Any

import pytest

from sagebase_ops.checks.open_alerts import Params, open_alerts
from sagebase_ops.domain.results import Finding, Verdict
from sagebase_ops.errors import GcpError
from sagebase_ops.sandbox.alerting_scenario import AlertPolicy
from tests.checks.watching import looking, refusing

FILTER = 'metric.type="run.googleapis.com/request_count"'


def policy(title: str = "High Error Rate", **changed: Any) -> AlertPolicy:
    return AlertPolicy.model_validate({"title": title, "filter": FILTER, **changed})


async def seen(*policies: AlertPolicy, ignore: tuple[str, ...] = ()) -> list[Finding]:
    async with looking(alert_policies=list(policies)) as (_, context):
        return await open_alerts(Params(ignore=ignore), context)


@pytest.mark.parametrize(
    ("changed", "verdict", "reason"),
    [
        ({}, Verdict.PASS, None),
        ({"open_since": ["2h"]}, Verdict.FAIL, "open_alert"),
        ({"open_since": ["2h"], "enabled": False}, Verdict.FAIL, "open_alert"),
        ({"enabled": False}, Verdict.WARN, "disabled"),
        ({"enabled": None}, Verdict.UNKNOWN, "no_state"),
    ],
)
async def test_a_policy_is_judged_by_its_alerts_and_by_whether_it_is_on(
    changed: dict[str, Any], verdict: Verdict, reason: str
) -> None:
    (found,) = await seen(policy(**changed))
    assert (found.verdict, found.reason, found.target.name) == (verdict, reason, "High Error Rate")


async def test_open_alerts_of_one_policy_are_one_finding_with_each_ones_time() -> None:
    (found,) = await seen(policy(open_since=["2h", "5m"]))
    assert (found.value and found.value.amount, len(found.notes)) == (2, 2)
    assert "/monitoring/alerting/policies/9000000000000000000?" in str(found.link)


async def test_no_policy_at_all_is_a_warning_about_the_project() -> None:
    (found,) = await seen()
    assert (found.verdict, found.reason, found.target.kind) == (Verdict.WARN, "no_policies", "project")


async def test_policies_of_one_name_are_told_apart() -> None:
    names = [found.target.name for found in await seen(policy(), policy())]
    assert len(set(names)) == 2


async def test_an_ignored_policy_is_left_out() -> None:
    assert [found.target.name for found in await seen(policy(), policy("Nightly"), ignore=("Nightly",))] == [
        "High Error Rate"
    ]


async def test_without_permission_it_is_a_gcp_error_with_the_role() -> None:
    faults = [refusing("monitoring.alerts.list", "monitoring.alerts.list")]
    async with looking("healthy", faults) as (_, context):
        with pytest.raises(GcpError, match=r"monitoring\.alerts\.list") as refused:
            await open_alerts(Params(), context)
    assert "--role=roles/monitoring.viewer" in str(refused.value.remedy)
