"""A maximum that was reached fails, one that was nearly reached or is not as wanted is a warning."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from sagebase_ops.checks.metrics.data import Measured
from sagebase_ops.checks.run.peaks import Peaks
from sagebase_ops.checks.run.serving import Serving
from sagebase_ops.checks.run_scaling import Params, run_scaling
from sagebase_ops.domain.projects import Environment
from sagebase_ops.domain.results import Finding, Verdict
from sagebase_ops.gcp.run import RunService as Service
from sagebase_ops.gcp.run_sizing import Sizing
from sagebase_ops.gcp.time_series import SeriesSet
from sagebase_ops.sandbox.faults import Fault
from sagebase_ops.sandbox.scenario import Revision, RunService
from sagebase_ops.sandbox.sql_scenario import SqlInstance
from tests.checks.watching import looking, refusing, said

REFUSED = (refusing("MetricService.ListMetricDescriptors", "monitoring.metricDescriptors.list"),)


async def found(
    environment: Environment = Environment.PRODUCTION,
    params: Params | None = None,
    scenario: str = "healthy",
    faults: tuple[Fault, ...] = (),
    **changed: Any,
) -> dict[str, Finding]:
    async with looking(scenario, faults, **changed) as (_, given):
        context = replace(given, project=replace(given.project, environment=environment))
        findings = await run_scaling(params or Params(), context)
        return {finding.target.kind: finding for finding in findings}


async def of_service(
    params: Params | None = None, environment: Environment = Environment.PRODUCTION, **given: Any
) -> Finding:
    load = [{"instances": given.pop("peak", 2)}]
    service = RunService.model_validate({"load": load, **given})
    return (await found(environment, params, services=[service]))["run_service"]


@pytest.mark.parametrize(
    ("peak", "verdict", "reason"),
    [
        (2, Verdict.PASS, None),
        (9, Verdict.PASS, None),
        (10, Verdict.FAIL, "over_limit"),
    ],
)
async def test_the_months_peak_is_held_against_the_maximum(peak: int, verdict: Verdict, reason: str | None) -> None:
    seen = await of_service(peak=peak)
    assert (seen.verdict, seen.reason) == (verdict, reason)
    assert (seen.value and seen.value.amount, seen.limit and seen.limit.amount) == (peak, 10)


OLD = Revision(name="00041-kiv", age=timedelta(days=9), max_instances=3)
NEW = Revision(name="00042-tuq")


@pytest.mark.parametrize(
    ("traffic", "peak", "verdict", "held"),
    [
        ({}, 3, Verdict.PASS, (3, 10)),
        ({"00042-tuq": 100}, 3, Verdict.PASS, (3, 10)),
        ({"00041-kiv": 100}, 3, Verdict.FAIL, (3, 3)),
        ({"00041-kiv": 40, "00042-tuq": 60}, 2, Verdict.PASS, (1, 3)),
        ({"00041-kiv": 40, "00042-tuq": 60}, 7, Verdict.FAIL, (3, 3)),
        ({"00041-kiv": 10, "00042-tuq": 90}, 10, Verdict.PASS, (9, 10)),
        ({"00041-kiv": 10, "00042-tuq": 90}, 11, Verdict.FAIL, (10, 10)),
        ({"00041-kiv": 0, "00042-tuq": 100}, 10, Verdict.FAIL, (10, 10)),
    ],
)
async def test_the_peak_is_held_against_the_revisions_that_get_the_requests(
    traffic: dict[str, int], peak: int, verdict: Verdict, held: tuple[int, int]
) -> None:
    seen = await of_service(peak=peak, revisions=[OLD, NEW], traffic=traffic)
    assert (seen.verdict, seen.value and seen.value.amount, seen.limit and seen.limit.amount) == (verdict, *held)
    assert any("00041-kiv" in line for line in said(seen.notes)) == bool(traffic.get("00041-kiv"))
    assert seen.remedy is None


@pytest.mark.parametrize(
    ("maxima", "service_max", "peaks", "nearest"),
    [
        ({"old": 3}, None, {"old": 2.0, "new": 8.0}, (2, 3)),  # what the newer one needed before the rollback
        ({"old": 3}, None, {"new": 8.0}, (None, 3)),
        ({"old": 3, "new": 10}, None, {"old": 3.0, "new": 2.0}, (3, 3)),
        ({"old": 3, "new": 10}, None, {"new": 2.0}, (2, 10)),
        ({"old": 1, "new": 10}, None, {"old": 1.0, "new": 9.0}, (9, 10)),
        ({"old": 3, "new": 6}, 6, {"old": 1.0, "new": 4.0}, (6, 6)),
    ],
)
def test_each_revision_that_serves_has_room_of_its_own(
    maxima: dict[str, int], service_max: int | None, peaks: dict[str, float], nearest: tuple[int | None, int]
) -> None:
    of_services = Measured({"web": 6.0}, SeriesSet(()), {})
    of_revisions = Measured({f"web, {name}": peak for name, peak in peaks.items()}, SeriesSet(()), {})
    service = Service("web", "asia-northeast1", sizing=Sizing(service_max=service_max))
    found = Peaks(of_services, of_revisions).nearest(Serving(service, sum(maxima.values()), maxima))
    assert (found.peak, found.most) == nearest


async def test_the_revisions_own_peaks_are_one_question_more_for_all_services() -> None:
    services = [RunService(name=f"service-{n}", revisions=[OLD, NEW], traffic={"00041-kiv": 100}) for n in range(9)]
    async with looking(services=services) as (box, given):
        context = replace(given, project=replace(given.project, services="*"))
        await run_scaling(Params(), context)
        assert len(box.world.calls) == 6


@pytest.mark.parametrize(
    ("given", "reason"),
    [
        ({"faults": (refusing("Revisions/ListRevisions", "run.revisions.list"),)}, "permission_denied"),
        ({"revisions": [OLD.model_copy(update={"listed": False}), NEW]}, "partial"),
    ],
)
async def test_revisions_that_serve_and_are_not_seen_are_no_pass(given: dict[str, Any], reason: str) -> None:
    revisions = given.pop("revisions", [OLD, NEW])
    service = RunService(revisions=revisions, traffic={"00041-kiv": 100})
    seen = (await found(services=[service], **given))["run_service"]
    assert (seen.verdict, seen.reason) == (Verdict.UNKNOWN, reason)


@pytest.mark.parametrize(
    ("given", "reason"),
    [
        ({"max_instances": -1, "peak": 2}, "malformed"),
        ({"peak": -2}, "unit"),
        (
            {"revisions": [OLD.model_copy(update={"max_instances": -1}), NEW], "traffic": {"00041-kiv": 100}},
            "malformed",
        ),
    ],
)
async def test_a_maximum_or_a_peak_that_cannot_be_is_neither_reached_nor_far(
    given: dict[str, Any], reason: str
) -> None:
    seen = await of_service(**given)
    assert (seen.verdict, seen.reason) == (Verdict.UNKNOWN, reason)


async def test_a_peak_near_the_maximum_is_a_warning() -> None:
    seen = await of_service(Params(max_instances=20), max_instances=20, peak=19)
    assert (seen.verdict, seen.reason) == (Verdict.WARN, "near_limit")


@pytest.mark.parametrize(
    ("environment", "least", "most"),
    [(Environment.DEVELOPMENT, 0, 3), (Environment.STAGING, 0, 5), (Environment.PRODUCTION, 1, 10)],
)
async def test_each_environment_has_the_guides_minimum_and_maximum(
    environment: Environment, least: int, most: int
) -> None:
    right = await of_service(environment=environment, min_instances=least, max_instances=most)
    wrong = await of_service(environment=environment, min_instances=least + 1, max_instances=most + 1)
    assert (right.verdict, wrong.verdict, wrong.reason) == (Verdict.PASS, Verdict.WARN, "not_as_wanted")
    assert str(wrong.remedy).endswith(f"--min-instances={least} --max-instances={most}")


async def test_without_a_maximum_googles_own_holds_and_is_told() -> None:
    seen = await of_service(max_instances=None)
    assert seen.verdict is Verdict.WARN
    assert "Google's default of {found}" in seen.sentence.en
    assert (seen.values["found"], seen.limit and seen.limit.amount) == ("100", 100)


async def test_values_of_the_file_win_over_the_guides() -> None:
    params = Params(min_instances=2, max_instances=20)
    assert (await of_service(params, min_instances=2, max_instances=20)).verdict is Verdict.PASS


@pytest.mark.parametrize("memory", ["1GiB", "1Gi"])  # Cloud Run and the guide write 1Gi
async def test_cpu_memory_and_concurrency_are_shown_and_held_against_the_file(memory: str) -> None:
    params = Params.model_validate({"cpu": 2, "memory": memory, "concurrency": 40})
    seen = await of_service(params)
    assert seen.verdict is Verdict.WARN
    assert str(seen.remedy).endswith("--cpu=2 --memory=1Gi --concurrency=40")
    assert "each instance: CPU 1, memory 512 MiB, 80 requests at once" in said(seen.notes)


@pytest.mark.parametrize(("least", "most"), [(3, 3), (0, 1)], ids=["a fixed number", "a single one"])
async def test_a_number_that_cannot_grow_is_not_told_for_reaching_its_maximum(least: int, most: int) -> None:
    params = Params(min_instances=least, max_instances=most)
    assert (await of_service(params, min_instances=least, max_instances=most, peak=most)).verdict is Verdict.PASS


async def test_a_service_scaled_by_hand_is_skipped_with_its_number() -> None:
    seen = await of_service(manual_instances=3)
    assert (seen.verdict, seen.reason) == (Verdict.SKIPPED, "manual_scaling")


@pytest.mark.parametrize("count", [0, 11])
async def test_a_number_that_was_set_by_hand_is_held_against_the_guides_range(count: int) -> None:
    """0 switches the service off."""
    seen = await of_service(manual_instances=count)
    assert (seen.verdict, seen.reason) == (Verdict.WARN, "not_as_wanted")


async def test_without_data_of_the_peak_it_is_unknown_and_still_says_what_differs() -> None:
    seen = (await found(metrics_silent=True, services=[RunService(min_instances=0)]))["run_service"]
    assert (seen.verdict, seen.reason) == (Verdict.UNKNOWN, "no_data")
    assert "its minimum is 0 (production: 1 wanted)" in said(seen.notes)


async def test_a_metric_that_could_not_be_proven_passes_nothing_but_a_maximum_reached_stays_one() -> None:
    healthy = (await found(faults=REFUSED))["run_service"]
    reached = (await found(scenario="undersized", faults=REFUSED))["run_service"]
    assert (healthy.verdict, reached.verdict) == (Verdict.UNKNOWN, Verdict.FAIL)


async def test_a_service_that_is_gone_fails() -> None:
    seen = (await found(services=[RunService(name="other")]))["run_service"]
    assert (seen.verdict, seen.reason) == (Verdict.FAIL, "does_not_exist")


@pytest.mark.parametrize(
    ("tier", "environment", "verdict", "reason"),
    [
        ("db-custom-2-8192", Environment.PRODUCTION, Verdict.PASS, None),
        ("db-custom-8-32768", Environment.PRODUCTION, Verdict.PASS, None),
        ("db-f1-micro", Environment.DEVELOPMENT, Verdict.PASS, None),
        ("db-f1-micro", Environment.PRODUCTION, Verdict.WARN, "shared_core"),
        ("db-g1-small", Environment.PRODUCTION, Verdict.WARN, "shared_core"),
        ("", Environment.PRODUCTION, Verdict.UNKNOWN, "no_tier"),
    ],
)
async def test_a_shared_core_is_not_for_production(
    tier: str, environment: Environment, verdict: Verdict, reason: str | None
) -> None:
    seen = (await found(environment, sql_instances=[SqlInstance(tier=tier)]))["sql_instance"]
    assert (seen.verdict, seen.reason) == (verdict, reason)


async def test_machine_types_of_the_file_win_over_the_examples() -> None:
    params = Params(sql_tiers=("db-custom-4-16384",))
    seen = (await found(params=params))["sql_instance"]
    assert (seen.verdict, seen.reason) == (Verdict.WARN, "not_as_wanted")
    assert "--tier=db-custom-4-16384" in str(seen.remedy)


async def test_an_instance_that_is_gone_fails() -> None:
    seen = (await found(sql_instances=[]))["sql_instance"]
    assert (seen.verdict, seen.reason) == (Verdict.FAIL, "does_not_exist")


@pytest.mark.parametrize(
    ("method", "permission", "lost"),
    [
        ("Services.ListServices", "run.services.list", "run_services"),
        ("sqladmin.instances.list", "cloudsql.instances.list", "sql_instances"),
        ("MetricService.ListTimeSeries", "monitoring.timeSeries.list", "run_service"),
    ],
)
async def test_without_permission_it_is_no_pass(method: str, permission: str, lost: str) -> None:
    seen = await found(faults=(refusing(method, permission),))
    assert [kind for kind, one in seen.items() if one.reason == "permission_denied"] == [lost]


async def test_it_asks_each_question_once_however_many_services_there_are() -> None:
    services = [RunService(name=f"service-{n}") for n in range(20)]
    async with looking(services=services) as (box, given):
        context = replace(given, project=replace(given.project, services="*"))
        assert len(await run_scaling(Params(), context)) == 21
        assert len(box.world.calls) == 4
