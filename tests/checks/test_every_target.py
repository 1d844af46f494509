"""What "*" stands for, on the wire: all there is, and never a pass where the list is empty, in part or refused."""

from dataclasses import replace

import pytest

from sagebase_ops.config.load import load
from sagebase_ops.domain.projects import BUCKETS, SQL_INSTANCES
from sagebase_ops.domain.results import Finding, Verdict
from sagebase_ops.jobs.run_checks import plan, run_checks
from sagebase_ops.sandbox.faults import Fault
from sagebase_ops.sandbox.sql_scenario import SqlInstance
from tests.checks.watching import SHIPPED, looking, refusing

REFUSED = refusing("sqladmin.instances.list", "cloudsql.instances.list")


async def found_by(
    job: str, entry: str, faults: tuple[Fault, ...] = (), **changed: object
) -> tuple[tuple[Finding, ...], list[str]]:
    """The entry's findings where the file says "*" for instances and buckets, and the methods called."""
    async with looking("healthy", faults, **changed) as (box, context):
        schedules = load(SHIPPED, example_project=context.project.id)
        starred = tuple(
            replace(one, sql_instances=(), buckets=(), every=frozenset({SQL_INSTANCES, BUCKETS}))
            for one in schedules.projects
        )
        schedules = replace(schedules, projects=starred)
        planned = plan(schedules, schedules.named(job), (entry,))
        (result,) = await run_checks(planned, context.gcp, context.probe, context.now)
        return tuple(result.findings), [call.method for call in box.world.calls]


async def test_every_instance_that_there_is_gets_a_finding_by_the_same_calls() -> None:
    two = [SqlInstance(), SqlInstance(name="second")]
    found, calls = await found_by("weekly", "sql_backups", sql_instances=two)
    assert sorted(one.target.name for one in found) == ["sagebase-db", "second"]
    assert sorted(calls) == ["sqladmin.backupRuns.list", "sqladmin.instances.list"]


async def test_buckets_are_found_beside_the_instances() -> None:
    found, _ = await found_by("monthly", "storage_usage")
    assert {one.target.kind for one in found} == {"sql_instance", "bucket"}


async def test_no_instance_at_all_is_unknown() -> None:
    (found,), _ = await found_by("weekly", "sql_backups", sql_instances=[])
    assert (found.verdict, found.reason) == (Verdict.UNKNOWN, "nothing_matched")


async def test_no_bucket_at_all_is_unknown() -> None:
    found, _ = await found_by("monthly", "storage_usage", buckets=[])
    assert "nothing_matched" in {one.reason for one in found if one.verdict is Verdict.UNKNOWN}


async def test_a_refused_list_is_unknown() -> None:
    (found,), _ = await found_by("weekly", "sql_backups", (REFUSED,))
    assert (found.verdict, found.reason) == (Verdict.UNKNOWN, "permission_denied")


async def test_a_list_that_breaks_off_is_unknown() -> None:
    half = Fault("sqladmin.instances.list", "half_page", None)
    found, _ = await found_by(
        "monthly", "sql_maintenance", (half,), sql_instances=[SqlInstance(), SqlInstance(name="second")]
    )
    assert {one.reason for one in found if one.verdict is Verdict.UNKNOWN} == {"malformed"}


@pytest.mark.parametrize("entry", ["run_ready", "cpu_utilization"])
async def test_a_question_of_services_alone_asks_for_no_instance(entry: str) -> None:
    found, calls = await found_by("daily", entry, (REFUSED,))
    assert {one.verdict for one in found} == {Verdict.PASS}
    assert "sqladmin.instances.list" not in calls
