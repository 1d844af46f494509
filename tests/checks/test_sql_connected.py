"""Nobody connected is a failure, a stopped database is one of its own, and no data is neither."""

from typing import Any

import pytest

from sagebase_ops.checks.sql_connected import Params, sql_connected
from sagebase_ops.domain.results import Finding, Verdict
from sagebase_ops.sandbox.faults import Fault
from sagebase_ops.sandbox.loads import Load
from sagebase_ops.sandbox.sql_scenario import SqlInstance
from tests.checks.watching import looking, refusing


async def seen(*, faults: tuple[Fault, ...] = (), databases: tuple[str, ...] = (), **instance: Any) -> Finding:
    async with looking("healthy", faults, sql_instances=[SqlInstance(**instance)]) as (_, context):
        (found,) = await sql_connected(Params(databases=databases), context)
    return found


async def test_somebody_connected_passes_with_the_peak() -> None:
    found = await seen(connections=18)
    assert (found.verdict, found.value and found.value.amount) == (Verdict.PASS, 18)


async def test_the_peaks_of_several_databases_are_told_as_the_most_that_there_can_have_been() -> None:
    one, several = (
        await seen(connections=18),
        await seen(connections=18, other_databases={"minutes": [Load(requests=5)]}),
    )
    assert (several.verdict, several.value and several.value.amount) == (Verdict.PASS, 23)
    assert ("at most" in one.sentence.en, "at most" in several.sentence.en) == (False, True)


async def test_googles_own_sessions_are_nobody() -> None:
    found = await seen(connections=0, google_sessions=2)
    assert (found.verdict, found.reason) == (Verdict.FAIL, "no_connections")


@pytest.mark.parametrize(("minutes", "verdict"), [("6m", Verdict.PASS), ("12m", Verdict.FAIL)])
async def test_nobody_must_have_been_there_in_the_whole_window(minutes: str, verdict: Verdict) -> None:
    assert (await seen(nobody_for=minutes)).verdict is verdict


async def test_a_stopped_database_says_so_and_how_to_start_it() -> None:
    found = await seen(activation_policy="NEVER")
    assert (found.verdict, found.reason) == (Verdict.FAIL, "stopped")
    assert "--activation-policy=ALWAYS" in str(found.remedy)


async def test_a_suspended_database_fails_with_its_state() -> None:
    found = await seen(state="SUSPENDED")
    assert (found.verdict, found.reason) == (Verdict.FAIL, "suspended")


async def test_no_data_is_not_zero() -> None:
    found = await seen(connections=None)
    assert (found.verdict, found.reason) == (Verdict.UNKNOWN, "no_data")


async def test_a_database_that_the_entry_names_but_nobody_saw_is_unknown() -> None:
    found = await seen(databases=("minutes",))
    assert (found.verdict, found.reason) == (Verdict.UNKNOWN, "no_data")


async def test_half_an_answer_never_says_zero() -> None:
    half = (Fault("MetricService/ListTimeSeries", "half_page", None),)
    found = await seen(faults=half, connections=0, google_sessions=2)
    assert (found.verdict, found.reason) == (Verdict.UNKNOWN, "partial")


async def test_a_metric_that_could_not_be_proven_is_no_pass_but_still_a_failure() -> None:
    denied = (refusing("MetricService/ListMetricDescriptors", "monitoring.metricDescriptors.list"),)
    assert (await seen(faults=denied)).verdict is Verdict.UNKNOWN
    assert (await seen(faults=denied, connections=0)).verdict is Verdict.FAIL


async def test_an_instance_that_does_not_exist_fails() -> None:
    found = await seen(name="another")
    assert (found.verdict, found.reason) == (Verdict.FAIL, "does_not_exist")
