"""Every recorded alert policy and uptime check is read, and an alert as its reference describes it."""

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from sagebase_ops.errors import GcpError, GcpErrorKind
from sagebase_ops.gcp.alert_policies import Aggregation, AlertCondition, AlertPolicy, read_policy
from sagebase_ops.gcp.alerting import Alert, AlertingReader, UptimeCheck, read_uptime_check
from sagebase_ops.gcp.asked import Asked
from sagebase_ops.gcp.clients import Connections

RECORDINGS = Path(__file__).parents[1] / "recordings"
Answering = Callable[..., Connections]


def recorded(name: str) -> list[Any]:  # JSON as Google's servers answered it
    exchanges = json.loads((RECORDINGS / name).read_text())
    return [one["response"] for one in exchanges if one["status"] == 200 and "displayName" in one["response"]]


@pytest.mark.parametrize("answer", recorded("alert_policy.json"))
def test_a_recorded_policy_is_read(answer: Any) -> None:
    cpu = 'metric.type="compute.googleapis.com/instance/cpu/utilization" AND resource.type="gce_instance"'
    mean_of_peaks = Aggregation("ALIGN_MAX", "REDUCE_MEAN", timedelta(minutes=1), ("project",))
    condition = AlertCondition(
        "threshold", cpu, (mean_of_peaks,), comparison="GT", threshold=0.9, duration=timedelta(minutes=15)
    )
    assert read_policy(answer) == AlertPolicy(
        "alertpolicyid", answer["displayName"], enabled=True, conditions=(condition,), kept=read_policy(answer).kept
    )
    assert read_policy(answer).kept == {"userLabels": {"kcctestid": "abc123"}}


@pytest.mark.parametrize("answer", recorded("uptime_check.json"))
def test_a_recorded_uptime_check_is_read(answer: Any) -> None:
    period = timedelta(seconds=int(answer["period"][:-1]))
    assert read_uptime_check(answer) == UptimeCheck(
        "uptimecheckconfigid",
        answer["displayName"],
        "192.168.1.1",
        project="example-project",
        period=period,
        path=answer["httpCheck"]["path"],
        tls=True,
        validates="validateSsl" in answer["httpCheck"],
        regions=tuple(answer["selectedRegions"]),
        timeout=timedelta(seconds=30),
        port=answer["httpCheck"]["port"],
    )


@pytest.mark.parametrize(
    ("inner", "kind", "query"),
    [
        ({"conditionAbsent": {"filter": "f", "duration": "300s"}}, "absent", ""),
        ({"conditionPrometheusQueryLanguage": {"query": "up == 0"}}, "other", "up == 0"),
        ({"conditionMatchedLog": {"filter": "severity>=ERROR"}}, "other", "severity>=ERROR"),
        ({"displayName": "of a kind that is newer than we are"}, "other", ""),
    ],
)
def test_every_kind_of_condition_is_read(inner: dict[str, Any], kind: str, query: str) -> None:
    (condition,) = read_policy({"conditions": [inner]}).conditions
    assert (condition.kind, condition.query) == (kind, query)


def test_a_policy_that_google_calls_invalid_says_why() -> None:
    assert read_policy({"validity": {"code": 3, "message": "no such metric"}}).invalid == "no such metric"
    assert read_policy({"validity": {}}).invalid == ""


def test_a_policy_that_does_not_say_whether_it_is_on_is_neither() -> None:
    assert read_policy({"name": "projects/p/alertPolicies/1"}).enabled is None


async def test_open_alerts_are_asked_for_and_all_pages_read(answering: Answering) -> None:
    policy = {"name": "projects/p/alertPolicies/7", "displayName": "High CPU"}
    first = {"alerts": [{"policy": policy, "openTime": "2026-11-24T00:00:00.123456789Z"}], "nextPageToken": "more"}
    connections = answering(first, {"alerts": [{"policy": policy}]})
    alerts = await AlertingReader(connections, Asked()).open_alerts("p")
    opened = datetime(2026, 11, 24, 0, 0, 0, 123456, tzinfo=UTC)
    assert alerts == (Alert("7", "High CPU", opened), Alert("7", "High CPU", None))
    asked = connections.rest.asked[0]  # type: ignore[attr-defined] # a ScriptedRest
    assert (asked["url"], asked["filter"]) == ("https://monitoring.googleapis.com/v3/projects/p/alerts", 'state="OPEN"')


async def test_an_alert_whose_time_is_none_is_malformed(answering: Answering) -> None:
    with pytest.raises(GcpError) as refused:
        await AlertingReader(answering({"alerts": [{"openTime": "soon"}]}), Asked()).open_alerts("p")
    assert refused.value.kind is GcpErrorKind.MALFORMED
