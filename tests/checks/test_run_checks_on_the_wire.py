"""run_ready and run_error_logs against the sandbox, scenario by scenario."""

from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest

from sagebase_ops.checks.base import CheckContext
from sagebase_ops.checks.run_error_logs import Params as LogParams
from sagebase_ops.checks.run_error_logs import run_error_logs
from sagebase_ops.checks.run_ready import Params as ReadyParams
from sagebase_ops.checks.run_ready import run_ready
from sagebase_ops.domain.projects import Environment, Project
from sagebase_ops.domain.results import Finding, Verdict
from sagebase_ops.errors import GcpError, GcpErrorKind
from sagebase_ops.gcp.clients import Connections
from sagebase_ops.gcp.snapshot import Cloud
from sagebase_ops.sandbox.faults import Fault
from sagebase_ops.sandbox.server import Sandbox

WEB = "sagebase-streamlit"


@asynccontextmanager
async def looking(scenario: str, services: Any = (WEB,)) -> AsyncIterator[tuple[Sandbox, CheckContext]]:  # or "*"
    async with Sandbox.running(scenario) as box:
        connections = Connections(box.grpc, box.rest)
        project = Project(box.world.projects[0], Environment.PRODUCTION, "asia-northeast1", services)
        no_probe: Any = None  # neither check sends a request to the service
        yield box, CheckContext(project, Cloud(connections), no_probe, box.world.now())
        await connections.aclose()


async def ready(scenario: str) -> dict[str, Finding]:
    async with looking(scenario) as (_, context):
        return {finding.target.kind: finding for finding in await run_ready(ReadyParams(), context)}


async def errors(scenario: str, **params: Any) -> Finding:
    async with looking(scenario) as (_, context):
        (finding,) = await run_error_logs(LogParams(**params), context)
        return finding


@pytest.mark.parametrize(
    ("scenario", "service", "revision"),
    [
        ("healthy", "pass", "pass"),
        ("failed-deploy", "fail", "warn"),
        ("outage", "fail", None),
        ("no-data", "pass", "pass"),
    ],
)
async def test_a_scenario_has_its_verdicts(scenario: str, service: str, revision: str | None) -> None:
    seen = await ready(scenario)
    assert seen["run_service"].verdict == service
    assert (seen["run_revision"].verdict if "run_revision" in seen else None) == revision


async def test_a_failed_deploy_says_why_what_serves_and_how_to_go_back() -> None:
    seen = await ready("failed-deploy")
    assert (seen["run_service"].reason, seen["run_revision"].reason) == (
        "REVISION_FAILED",
        "HEALTH_CHECK_CONTAINER_ERROR",
    )
    assert seen["run_revision"].values["serving"] == f"{WEB}-00042-tuq"
    assert f"--to-revisions={WEB}-00042-tuq=100" in str(seen["run_service"].remedy)


async def test_run_ready_without_permission_is_a_gcp_error_with_the_role() -> None:
    async with looking("healthy") as (box, context):
        box.world.faults.add(Fault("Services/ListServices", "refusal", None, {"status": "permission_denied"}))
        with pytest.raises(GcpError, match=r"may not list services \(403, run.services.list\)") as refused:
            await run_ready(ReadyParams(), context)
    assert "--role=roles/run.viewer" in str(refused.value.remedy)


async def test_a_healthy_day_has_few_errors_with_their_group() -> None:
    finding = await errors("healthy", warn_above=10)
    assert (finding.verdict, finding.value.amount if finding.value else None) == (Verdict.PASS, 3)
    (group,) = finding.notes
    assert "unsupported file type" in str(group.values["sample"])


async def test_a_bad_day_is_counted_exactly_grouped_and_masked() -> None:
    finding = await errors("high-error-rate", fail_above=100)
    shown = [str(note.values.get("sample")) for note in finding.notes]
    assert (finding.verdict, finding.value.amount if finding.value else None) == (Verdict.FAIL, 214)
    assert "QueuePool limit" in shown[0]
    assert shown[1] == "upstream request timeout for user <email> token=<secret>"


async def test_requests_that_failed_are_not_counted_twice() -> None:
    finding = await errors("high-error-rate")
    assert finding.value is not None
    assert finding.value.amount < 750  # what the request log holds alone


async def test_without_any_count_zero_is_unknown() -> None:
    finding = await errors("no-data")
    assert (finding.verdict, finding.reason) == (Verdict.UNKNOWN, "no_data")


@pytest.mark.parametrize(
    ("scenario", "verdict", "reason"),
    [("no-traffic", "skipped", "no_requests"), ("healthy", "unknown", "no_data"), ("no-data", "unknown", "no_data")],
)
async def test_no_log_at_all_is_skipped_only_where_no_request_came(scenario: str, verdict: str, reason: str) -> None:
    async with looking(scenario) as (box, context):
        box.world.scenario = box.world.scenario.model_copy(update={"log_entries": []})
        (finding,) = await run_error_logs(LogParams(), context)
    assert (finding.verdict, finding.reason) == (verdict, reason)


async def test_without_permission_to_count_it_is_a_gcp_error() -> None:
    async with looking("permission-denied") as (_, context):
        with pytest.raises(GcpError) as refused:
            await run_error_logs(LogParams(), context)
    assert (refused.value.kind, refused.value.permission) == (
        GcpErrorKind.PERMISSION_DENIED,
        "monitoring.timeSeries.list",
    )


async def test_without_permission_to_read_entries_the_count_stands() -> None:
    async with looking("healthy") as (box, context):
        options = {
            "status": "permission_denied",
            "permission": "logging.logEntries.list",
            "api": "logging.googleapis.com",
        }
        box.world.faults.add(Fault("LoggingServiceV2/ListLogEntries", "refusal", None, options))
        counted, entries = await run_error_logs(LogParams(), context)
    assert (counted.verdict, entries.verdict) == (Verdict.WARN, Verdict.UNKNOWN)
    assert "--role=roles/logging.viewer" in str(entries.remedy)


async def test_half_a_count_is_unknown() -> None:
    async with looking("healthy") as (box, context):
        box.world.faults.add(Fault("MetricService/ListTimeSeries", "half_page", None))
        (finding,) = await run_error_logs(LogParams(), context)
    assert finding.verdict is Verdict.UNKNOWN


async def test_both_checks_together_ask_nothing_twice() -> None:
    async with looking("high-error-rate", "*") as (box, context):
        for _ in range(2):
            await run_ready(ReadyParams(), context)
            await run_error_logs(LogParams(), context)
        calls = Counter(call.method for call in box.world.calls)
    pages_of_entries = max(count for method, count in calls.items() if "entries" in method.lower())
    assert pages_of_entries <= 2
    assert all(count == 1 for method, count in calls.items() if "entries" not in method.lower())
