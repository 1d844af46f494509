"""A metric is judged by the guide's limits, and what could not be looked at is never a pass."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest

from sagebase_ops.checks.base import CheckContext
from sagebase_ops.checks.metric import metric
from sagebase_ops.checks.metric_params import Params
from sagebase_ops.domain.projects import Environment, Project
from sagebase_ops.domain.results import Finding, Verdict
from sagebase_ops.gcp.clients import Connections
from sagebase_ops.gcp.snapshot import Cloud
from sagebase_ops.language.sentences import finding_text
from sagebase_ops.language.words import zone_of
from sagebase_ops.probe.http import Probe
from sagebase_ops.sandbox.faults import Fault
from sagebase_ops.sandbox.scenario import Load, RunService, SqlInstance
from sagebase_ops.sandbox.server import Sandbox

PROJECT = Project(
    "sagebase-sandbox", Environment.PRODUCTION, "asia-northeast1", ("sagebase-streamlit",), ("sagebase-db",)
)


@asynccontextmanager
async def looking(scenario: str = "healthy", **changed: Any) -> AsyncIterator[tuple[Sandbox, CheckContext]]:
    """A sandbox whose scenario differs in `changed`, and a check's context on it."""
    async with Sandbox.running(scenario) as box:
        box.world.scenario = box.world.scenario.model_copy(update=changed)
        connections = Connections(box.grpc, box.rest)
        yield box, CheckContext(PROJECT, Cloud(connections), Probe(), box.world.now())
        await connections.aclose()


async def seen(scenario: str = "healthy", *, changed: dict[str, Any] | None = None, **params: Any) -> Finding:
    async with looking(scenario, **(changed or {})) as (_, context):
        found = await metric(Params.model_validate(params), context)
    assert len(found) == 1
    return found[0]


def busy(**load: Any) -> dict[str, Any]:
    return {"services": [RunService(load=[Load.model_validate(load)])]}


def database(**changed: Any) -> dict[str, Any]:
    return {"sql_instances": [SqlInstance(**changed)]}


@pytest.mark.parametrize(
    ("name", "load"),
    [
        ("cpu_utilization", {"cpu": "93%"}),
        ("memory_utilization", {"memory": "97%"}),
        ("latency_p95", {"latency_p95": "4s"}),
        ("error_rate", {"errors": 1}),
    ],
)
async def test_without_a_limit_in_the_file_the_guides_own_holds(name: str, load: dict[str, Any]) -> None:
    found = await seen(metric=name, changed=busy(**load))
    assert (found.verdict, found.reason) == (Verdict.FAIL, "over_limit")


async def test_a_limit_of_null_is_none() -> None:
    found = await seen(metric="cpu_utilization", fail_above=None, changed=busy(cpu="93%"))
    assert (found.verdict, found.limit) == (Verdict.PASS, None)


async def test_a_limit_is_passed_only_when_exceeded() -> None:
    found = await seen(metric="request_count", window="1h", fail_above=1800, changed=busy())
    assert (found.verdict, found.value and found.value.amount) == (Verdict.PASS, 1800)
    over = await seen(metric="request_count", window="1h", fail_above=1799, changed=busy())
    assert over.verdict is Verdict.FAIL


async def test_no_connection_at_all_is_the_guides_sixth_alert() -> None:
    found = await seen(metric="db_connections", changed=database(connections=0))
    assert (found.verdict, found.reason) == (Verdict.FAIL, "no_connections")


async def test_a_stopped_database_has_no_connections() -> None:
    found = await seen(metric="db_connections", changed=database(activation_policy="NEVER"))
    assert (found.verdict, found.reason) == (Verdict.FAIL, "stopped")


async def test_a_running_database_without_data_is_not_zero_connections() -> None:
    found = await seen(metric="db_connections", changed=database(connections=None))
    assert (found.verdict, found.reason) == (Verdict.UNKNOWN, "no_data")


@pytest.mark.parametrize(
    ("tier", "connections", "verdict"),
    [
        ("db-custom-2-8192", 320, Verdict.PASS),
        ("db-custom-2-8192", 321, Verdict.WARN),
        ("db-custom-2-8192", 400, Verdict.FAIL),
        ("db-f1-micro", 25, Verdict.FAIL),
        ("db-perf-optimized-N-8", 10, Verdict.UNKNOWN),
    ],
)
async def test_connections_are_held_against_what_the_tier_allows(tier: str, connections: int, verdict: Verdict) -> None:
    found = await seen(metric="db_connections", changed=database(tier=tier, connections=connections))
    assert found.verdict is verdict


async def test_a_flag_of_the_instance_beats_its_tier() -> None:
    found = await seen(metric="db_connections", changed=database(connections=18, flags={"max_connections": "18"}))
    assert (found.verdict, found.limit and found.limit.amount) == (Verdict.FAIL, 18)


async def test_a_failure_stays_one_though_the_descriptor_is_refused() -> None:
    denied = {"denied_permissions": ["monitoring.metricDescriptors.list"]}
    found = await seen(metric="cpu_utilization", fail_above="80%", changed={**busy(cpu="93%"), **denied})
    assert found.verdict is Verdict.FAIL


async def test_a_pass_is_not_believed_while_the_descriptor_is_refused() -> None:
    denied = {"denied_permissions": ["monitoring.metricDescriptors.list"]}
    found = await seen(metric="cpu_utilization", fail_above="80%", changed=denied)
    assert (found.verdict, found.reason) == (Verdict.UNKNOWN, "permission_denied")


async def test_a_failure_stays_one_though_the_services_are_not_listed() -> None:
    changed = {**busy(cpu="93%"), "denied_permissions": ["run.services.list"]}
    assert (await seen(metric="cpu_utilization", changed=changed)).verdict is Verdict.FAIL


@pytest.mark.parametrize(
    ("limits", "verdict"),
    [({"fail_above": "30%"}, Verdict.FAIL), ({"warn_above": "30%"}, Verdict.UNKNOWN), ({}, Verdict.UNKNOWN)],
)
async def test_part_of_an_answer_proves_a_failure_and_nothing_less(limits: dict[str, str], verdict: Verdict) -> None:
    both = {"services": [RunService(), RunService(name="other")]}
    async with looking(**both) as (box, context):
        box.world.faults.add(Fault("MetricService/ListTimeSeries", "half_page", times=None))
        found = await metric(Params.model_validate({"metric": "cpu_utilization", **limits}), context)
    assert found[0].verdict is verdict


async def test_no_requests_are_skipped_where_instances_were_counted_and_fail_where_traffic_is_required() -> None:
    assert (await seen("no-traffic", metric="error_rate")).reason == "no_requests"
    assert (await seen("no-traffic", metric="error_rate", require_traffic=True)).verdict is Verdict.FAIL
    assert (await seen("no-data", metric="error_rate")).verdict is Verdict.UNKNOWN


async def test_a_peak_comes_as_one_point_per_target() -> None:
    async with looking() as (box, context):
        found = await metric(Params.model_validate({"metric": "instance_count"}), context)
        assert found[0].value
        assert found[0].value.amount == 2
        assert context.gcp.asked.count == len(box.world.calls)


async def test_more_services_ask_no_more_questions() -> None:
    asked = []
    for many in (1, 10, 100):
        names = tuple(f"service-{number}" for number in range(many))
        async with looking(services=[RunService(name=name) for name in names]) as (box, context):
            project = Project("sagebase-sandbox", Environment.PRODUCTION, "asia-northeast1", names)
            watching = CheckContext(project, context.gcp, context.probe, context.now)
            found = await metric(Params.model_validate({"metric": "latency_p95"}), watching)
            assert len(found) == many
            asked.append(len(box.world.calls))
    assert len(set(asked)) == 1


async def test_what_is_measured_is_said_in_the_readers_language() -> None:
    found = await seen(metric="error_rate")
    assert finding_text(found, "en", zone_of("UTC")).startswith("5xx ÷ all requests")


def test_a_window_under_a_minute_is_a_mistake() -> None:
    with pytest.raises(ValueError, match="write 1m or more"):
        Params.model_validate({"metric": "error_rate", "window": "30s"})
