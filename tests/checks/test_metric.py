"""A metric is judged by the guide's limits, and what could not be looked at is never a pass."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from sagebase_ops.checks.base import CheckContext
from sagebase_ops.checks.metric import metric
from sagebase_ops.checks.metrics.params import Params
from sagebase_ops.domain.projects import Environment, Project
from sagebase_ops.domain.results import Finding, Target, Verdict
from sagebase_ops.errors import GcpError, GcpErrorKind
from sagebase_ops.gcp.clients import Connections
from sagebase_ops.gcp.metrics import METRICS
from sagebase_ops.gcp.monitoring import MetricQuery
from sagebase_ops.gcp.snapshot import Cloud
from sagebase_ops.gcp.time_series import Point, Points, Series, SeriesSet
from sagebase_ops.language.sentences import finding_text
from sagebase_ops.language.words import zone_of
from sagebase_ops.probe.http import Probe
from sagebase_ops.sandbox.faults import Fault
from sagebase_ops.sandbox.scenario import Load, RunService
from sagebase_ops.sandbox.server import Sandbox
from sagebase_ops.sandbox.sql_scenario import SqlInstance

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
        ("db-perf-optimized-N-8", 640, Verdict.PASS),
        ("db-of-next-year", 10, Verdict.UNKNOWN),
    ],
)
async def test_connections_are_held_against_what_the_tier_allows(tier: str, connections: int, verdict: Verdict) -> None:
    found = await seen(metric="db_connections", changed=database(tier=tier, connections=connections))
    assert found.verdict is verdict


async def test_a_flag_of_the_instance_beats_its_tier() -> None:
    found = await seen(metric="db_connections", changed=database(connections=18, flags={"max_connections": "18"}))
    assert (found.verdict, found.limit and found.limit.amount) == (Verdict.FAIL, 18)


@pytest.mark.parametrize("flag", ["0", "-1", "many", "1e3", ""])
async def test_a_capacity_that_cannot_be_read_is_neither_full_nor_the_usual_one(flag: str) -> None:
    found = await seen(metric="db_connections", changed=database(connections=18, flags={"max_connections": flag}))
    assert (found.verdict, found.reason) == (Verdict.UNKNOWN, "no_limit")


async def test_fewer_connections_than_none_are_no_pass() -> None:
    found = await seen(metric="db_connections", changed=database(connections=-3))
    assert (found.verdict, found.reason) == (Verdict.UNKNOWN, "unit")


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


def other(**more: Any) -> dict[str, Any]:
    """The requests a second of each service: a metric without a name of ours."""
    requests = 'metric.type = "run.googleapis.com/request_count" AND resource.type = "cloud_run_revision"'
    plain = {"filter": requests, "aligner": "ALIGN_RATE", "reducer": "REDUCE_SUM", "unit": "1/s"}
    return {**plain, "group_by": ["resource.labels.service_name"], **more}


@pytest.mark.parametrize(
    ("limits", "verdict", "reason"),
    [
        ({}, Verdict.PASS, None),
        ({"fail_above": 0.6}, Verdict.PASS, None),
        ({"fail_above": 0.4}, Verdict.FAIL, "over_limit"),
        ({"warn_above": 0.4}, Verdict.WARN, "over_limit"),
        ({"fail_below": 0.6}, Verdict.FAIL, "under_limit"),
        ({"warn_below": 0.6}, Verdict.WARN, "under_limit"),
        ({"fail_below": 0.4}, Verdict.PASS, None),
    ],
)
async def test_any_other_metric_is_asked_by_filter_aligner_and_reducer(
    limits: dict[str, float], verdict: Verdict, reason: str | None
) -> None:
    found = await seen(**other(**limits))
    assert (found.verdict, found.reason, found.target.name) == (verdict, reason, "sagebase-streamlit")
    assert found.value
    assert (round(found.value.amount, 1), found.value.unit) == (0.5, "1/s")
    assert [limit.amount for limit in [found.limit] if limit] == list(limits.values())


async def test_another_metrics_window_ends_where_its_own_descriptor_says() -> None:
    async with looking() as (box, context):
        found = (await metric(Params.model_validate(other(window="1h")), context))[0]
        end = (box.world.now() - timedelta(minutes=4)).replace(second=0, microsecond=0)
    assert abs(datetime.fromisoformat(found.asked["end"]) - end) <= timedelta(minutes=1)
    assert datetime.fromisoformat(found.asked["end"]) - datetime.fromisoformat(found.asked["start"]) == timedelta(
        hours=1
    )


async def test_another_metric_in_another_unit_than_googles_is_unknown() -> None:
    found = await seen(**other(unit="1", fail_above=100))
    assert (found.verdict, found.reason, found.values["google"]) == (Verdict.UNKNOWN, "unit", "1/s")


async def test_a_metric_that_google_does_not_know_is_refused_with_its_words() -> None:
    with pytest.raises(GcpError, match="Cannot find metric") as refused:
        await seen(**other(filter='metric.type = "run.googleapis.com/no_such"'))
    assert refused.value.kind is GcpErrorKind.NOT_FOUND


async def test_an_aligner_that_does_not_fit_is_refused_with_googles_words() -> None:
    latencies = 'metric.type = "run.googleapis.com/request_latencies"'
    with pytest.raises(GcpError, match="cannot be applied to metrics with kind DELTA"):
        await seen(**other(filter=latencies, aligner="ALIGN_MEAN"))


@pytest.mark.parametrize("group_by", [[], ["metric.labels.response_code_class"], ["resource.labels.service_name"]])
async def test_another_metric_without_any_data_is_unknown(group_by: list[str]) -> None:
    found = await seen("no-data", **other(group_by=group_by))
    assert (found.verdict, found.reason) == (Verdict.UNKNOWN, "no_data")


async def test_another_metric_may_be_of_the_whole_project_or_of_each_label() -> None:
    assert (await seen(**other(group_by=[]))).target.kind == "project"
    async with looking() as (_, context):
        found = await metric(Params.model_validate(other(group_by=["metric.labels.response_code_class"])), context)
    assert [finding.target for finding in found] == [Target("time_series", "2xx"), Target("time_series", "5xx")]


async def test_another_metric_of_each_database_is_about_the_projects_instances() -> None:
    asking = {
        "filter": 'metric.type = "cloudsql.googleapis.com/database/postgresql/num_backends"',
        "aligner": "ALIGN_MAX",
        "reducer": "REDUCE_SUM",
        "group_by": ["resource.labels.database_id"],
        "fail_below": 20,
    }
    found = await seen(**asking)
    assert (found.verdict, found.target) == (Verdict.FAIL, Target("sql_instance", "sagebase-db"))
    assert (await seen(**asking, changed=database(connections=None))).reason == "no_data"


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({}, "metric is missing"),
        ({"filter": other()["filter"]}, "aligner and reducer is missing"),
        (other(filter='resource.type = "cloud_run_revision"'), "exactly one metric type"),
        (other(filter='metric.type = "a/b" OR metric.type = "a/c"'), "exactly one metric type"),
        (other(unit="ms", fail_above=3000), "unit: ms wants a limit such as 3s"),
        (other(unit="By", fail_above="3s"), "unit: By wants a limit such as 500MB"),
        ({"metric": "error_rate", "aligner": "ALIGN_SUM"}, "does not go with metric: error_rate"),
        ({"metric": "request_count", "fail_above": float("nan")}, "not a number"),
    ],
)
def test_an_entry_that_cannot_be_asked_is_a_mistake(given: dict[str, Any], says: str) -> None:
    with pytest.raises(ValueError, match=says):
        Params.model_validate(given)


def empty(**service: Any) -> dict[str, Any]:
    load = Load(requests=0, errors=0, instances=0)
    return {"services": [RunService.model_validate({"load": [load], "min_instances": 0, **service})]}


@pytest.mark.parametrize("name", ["cpu_utilization", "memory_utilization"])
async def test_a_service_that_is_scaled_to_zero_has_no_utilisation(name: str) -> None:
    found = await seen(metric=name, changed=empty())
    assert (found.verdict, found.reason) == (Verdict.SKIPPED, "no_instances")
    required = await seen(metric=name, require_traffic=True, changed=empty())
    assert (required.verdict, required.reason) == (Verdict.FAIL, "no_instances")


@pytest.mark.parametrize(
    "changed",
    [
        empty(min_instances=1),
        empty(load=[Load(requests=5, instances=0)]),
        {**empty(), "metrics_silent": True},
        {**empty(), "denied_permissions": ["run.services.list"]},
        {**empty(), "denied_permissions": ["monitoring.metricDescriptors.list"]},
    ],
    ids=["one should run", "requests came", "nothing was counted", "services not listed", "descriptor refused"],
)
async def test_no_utilisation_is_unknown_where_zero_instances_are_not_proven(changed: dict[str, Any]) -> None:
    assert (await seen(metric="cpu_utilization", changed=changed)).verdict is Verdict.UNKNOWN


async def test_latency_without_data_is_unknown_where_requests_were_counted() -> None:
    """A service whose latencies are lost has not "no requests"."""
    async with looking("no-traffic") as (_, context):
        rare = Series({"resource.labels.service_name": "sagebase-streamlit"}, Points())
        known = METRICS["request_count"]
        counted = context.gcp.metrics

        class WithRequests:
            """Cloud Monitoring as it is, but for one request counted."""

            async def descriptor(self, project: str, name: str) -> Any:  # as the reader
                return await counted.descriptor(project, name)

            async def series(self, project: str, query: MetricQuery) -> SeriesSet:
                if query.aligner == known.aligner and query.reducer == known.reducer:
                    return SeriesSet((replace(rare, points=Points.of([Point(query.end, 1.0)])),))
                return await counted.series(project, query)

        context.gcp.__dict__["metrics"] = WithRequests()
        (found,) = await metric(Params.model_validate({"metric": "latency_p95"}), context)
    assert (found.verdict, found.reason) == (Verdict.UNKNOWN, "no_data")
