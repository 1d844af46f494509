"""What "*" stands for, on the wire: all there is, and never a pass where the list is empty, in part or refused."""

from dataclasses import replace

import pytest

from sagebase_ops.config.load import load
from sagebase_ops.domain.projects import BUCKETS, RUN_SERVICES, SQL_INSTANCES, Selector
from sagebase_ops.domain.results import Finding, Verdict
from sagebase_ops.jobs.run_checks import plan, run_checks
from sagebase_ops.sandbox.faults import Fault
from sagebase_ops.sandbox.scenario import RunService
from sagebase_ops.sandbox.sql_scenario import SqlInstance
from sagebase_ops.sandbox.storage_scenario import Bucket
from tests.checks.watching import SHIPPED, looking, refusing

EVERY_ONE = (Selector(SQL_INSTANCES), Selector(BUCKETS))
OF_OPS = (("team", "ops"),)
REFUSED = refusing("sqladmin.instances.list", "cloudsql.instances.list")


async def found_by(
    job: str,
    entry: str,
    faults: tuple[Fault, ...] = (),
    selectors: tuple[Selector, ...] = EVERY_ONE,
    **changed: object,
) -> tuple[tuple[Finding, ...], list[str]]:
    """The entry's findings where the file selects so ("*" for instances and buckets), and the methods called."""
    async with looking("healthy", faults, **changed) as (box, context):
        schedules = load(SHIPPED, example_project=context.project.id)
        starred = tuple(replace(one, sql_instances=(), buckets=(), selectors=selectors) for one in schedules.projects)
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


# Labels


@pytest.mark.parametrize("entry", ["run_ready", "cpu_utilization", "smoke_test"])
async def test_services_are_chosen_by_their_labels_from_the_one_list_of_the_run(entry: str) -> None:
    services = [RunService(labels={"team": "ops", "tier": "web"}), RunService(name="other", labels={"team": "data"})]
    found, calls = await found_by("daily", entry, selectors=(Selector(RUN_SERVICES, OF_OPS),), services=services)
    passed = {one.target.name for one in found if one.verdict is Verdict.PASS}
    assert "sagebase-streamlit" in passed
    assert "other" not in {one.target.name for one in found}
    assert {one.verdict for one in found} <= {Verdict.PASS, Verdict.SKIPPED}
    assert calls.count("Services.ListServices") == 1


async def test_instances_and_buckets_are_chosen_by_their_labels_too() -> None:
    instances = [SqlInstance(labels={"team": "ops"}), SqlInstance(name="second")]
    buckets = [Bucket(name="kept", labels={"team": "ops"}), Bucket(name="other", labels={"team": "data"})]
    chosen = (Selector(SQL_INSTANCES, OF_OPS), Selector(BUCKETS, OF_OPS))
    found, _ = await found_by("monthly", "storage_usage", selectors=chosen, sql_instances=instances, buckets=buckets)
    assert {one.target.name for one in found} == {"sagebase-db", "kept"}


@pytest.mark.parametrize("entry", ["run_ready", "cpu_utilization", "smoke_test"])
async def test_labels_that_no_service_carries_are_unknown_and_say_how_many_there_are(entry: str) -> None:
    found, _ = await found_by("daily", entry, selectors=(Selector(RUN_SERVICES, OF_OPS),))
    (missed,) = [one for one in found if one.verdict is Verdict.UNKNOWN]
    assert (missed.reason, missed.values["labels"], missed.values["total"]) == ("nothing_matched", "team=ops", 1)
    assert not [one for one in found if one.verdict is Verdict.PASS and one.target.kind == "run_service"]


@pytest.mark.parametrize("entry", ["run_ready", "cpu_utilization", "smoke_test"])
async def test_a_list_of_services_that_is_refused_leaves_nothing_green_of_those_it_would_have_named(entry: str) -> None:
    refused = refusing("Services.ListServices", "run.services.list")
    found, _ = await found_by("daily", entry, (refused,), (Selector(RUN_SERVICES, OF_OPS),))
    assert "permission_denied" in {one.reason for one in found if one.verdict is Verdict.UNKNOWN}
    assert not [one for one in found if one.verdict is Verdict.PASS and one.target.kind == "run_service"]


async def test_a_question_of_instances_alone_asks_for_no_service() -> None:
    _, calls = await found_by("weekly", "sql_backups", selectors=(Selector(RUN_SERVICES, OF_OPS),))
    assert "Services.ListServices" not in calls
