"""Costs come from the billing export alone: against the week before, the month before and a budget."""

from datetime import timedelta
from typing import Any

import pytest

from sagebase_ops.checks.billing.judge import REST
from sagebase_ops.checks.billing.params import Params
from sagebase_ops.checks.cost import cost
from sagebase_ops.domain.quantities import Quantity
from sagebase_ops.domain.results import Finding, Verdict
from sagebase_ops.errors import GcpError, GcpErrorKind
from sagebase_ops.sandbox.billing_scenario import Cost
from sagebase_ops.sandbox.faults import Fault
from sagebase_ops.sandbox.scenario import load_scenario
from tests.checks.watching import looking, said

EXPORT = Params(dataset="billing_export")
RUN = Cost(service="Cloud Run", sku="CPU", daily=1000)


async def seen(params: Params = EXPORT, scenario: str = "healthy", *faults: Fault, **billing: Any) -> list[Finding]:
    changed = load_scenario(scenario).billing.model_copy(update=billing)
    async with looking(scenario, faults, billing=changed) as (_, context):
        return await cost(params, context)


async def whole(params: Params = EXPORT, **billing: Any) -> Finding:
    return (await seen(params, "healthy", **billing))[0]


async def test_each_group_and_everything_else_has_a_finding_and_names_on_the_bill_are_summed() -> None:
    found = {one.target.name: one for one in await seen()}
    assert [one.verdict for one in found.values()] == [Verdict.PASS] * 6
    assert list(found)[1:] == ["Cloud Run", "Cloud SQL", "Cloud Storage", "Gemini", REST]
    gemini = found["Gemini"]
    assert gemini.value is not None
    assert (gemini.value.amount, gemini.value.unit) == (7 * 215, "JPY")
    by_name = {note.values["service"]: note.values["amount"] for note in gemini.notes if "service" in note.values}
    assert by_name == {"Gemini API": Quantity(7 * 190, "JPY"), "Vertex AI": Quantity(7 * 25, "JPY")}


async def test_both_weeks_are_there_day_by_day_for_a_chart() -> None:
    found = (await seen(EXPORT, "cost-jump"))[0]
    week, before = found.series
    assert (len(week.values), len(before.values), week.unit) == (7, 7, "JPY")
    sums = next(note.values for note in found.notes if "amount" in note.values)
    assert [sums["amount"], sums["before"]] == [
        Quantity(pytest.approx(sum(value or 0 for value in one.values)), "JPY") for one in found.series
    ]
    assert week.start - before.start == timedelta(days=7)


async def test_credits_are_taken_off_once() -> None:
    run = (await seen())[1]
    assert run.value is not None
    assert run.value.amount == pytest.approx(7 * (610 + 140 - 20))


async def test_a_rise_past_ratio_and_floor_warns_with_the_sku_that_moved_most() -> None:
    found = {one.target.name: one for one in await seen(EXPORT, "cost-jump")}
    rising = {name for name, one in found.items() if one.verdict is Verdict.WARN}
    assert {"Gemini", REST} <= rising
    assert "Cloud SQL" not in rising
    moved = [note.values["sku"] for note in found["Gemini"].notes if "sku" in note.values]
    assert moved == ["Generate content output token count gemini 2.5 pro"]


@pytest.mark.parametrize(
    ("budget", "verdict", "reason"),
    [(1_000_000, Verdict.PASS, None), (1, Verdict.FAIL, "over_budget")],
)
async def test_the_month_is_held_against_the_budget(budget: float, verdict: Verdict, reason: str | None) -> None:
    found = await whole(Params(dataset="billing_export", budget=budget))
    assert (found.verdict, found.reason) == (verdict, reason)
    assert found.limit is not None
    assert found.limit.amount == budget


async def test_a_forecast_over_the_budget_warns_before_the_month_is_over() -> None:
    steady = await whole(costs=[RUN])
    forecast = steady.values["forecast"]
    assert steady.value is not None
    assert isinstance(forecast, Quantity)
    found = await whole(Params(dataset="billing_export", budget=forecast.amount - 1), costs=[RUN])
    whole_month = forecast == steady.value  # on two days of a month nothing is left to forecast
    assert found.reason == ("over_budget" if whole_month else "over_budget_soon")


@pytest.mark.parametrize(
    ("billing", "reason"),
    [
        ({"dataset": None}, "no_export"),
        ({"delay": timedelta(hours=60)}, "export_stopped"),
        ({"costs": []}, "no_data"),
    ],
)
async def test_what_cannot_be_read_is_never_zero(billing: dict[str, Any], reason: str) -> None:
    (found,) = await seen(EXPORT, "healthy", **billing)
    assert (found.verdict, found.reason) == (Verdict.UNKNOWN, reason)
    assert "/export?" in str(found.link)


async def test_without_a_dataset_it_says_how_to_switch_the_export_on() -> None:
    (found,) = await seen(Params())
    assert (found.verdict, found.reason, len(found.notes)) == (Verdict.UNKNOWN, "no_export", 1)


async def test_a_project_that_nobody_pays_for_fails() -> None:
    (found,) = await seen(enabled=False)
    assert (found.verdict, found.reason) == (Verdict.FAIL, "billing_disabled")


async def test_an_answer_that_is_not_done_is_waited_for_and_read_over_all_pages(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("sagebase_ops.gcp.bigquery._PAGE", 7)
    found = await seen(EXPORT, "healthy", unfinished=2)
    assert [one.verdict for one in found] == [Verdict.PASS] * 6
    assert found[2].value is not None
    assert found[2].value.amount == 7 * (980 + 260)


async def test_a_table_that_is_partitioned_by_a_column_is_asked_by_it() -> None:
    assert (await whole(partition_field="usage_start_time")).verdict is Verdict.PASS


async def test_a_question_that_would_read_too_much_is_refused_and_told() -> None:
    (found,) = await seen(Params.model_validate({"dataset": "billing_export", "max_scan": "10MB"}))
    assert (found.verdict, found.reason) == (Verdict.UNKNOWN, "refused")
    assert "exceeded limit for bytes billed" in said(found.notes)[0]


async def test_two_currencies_are_not_summed() -> None:
    (found,) = await seen(costs=[RUN, RUN.model_copy(update={"currency": "USD"})])
    assert (found.verdict, found.reason, found.values["currencies"]) == (Verdict.UNKNOWN, "mixed", "JPY, USD")


async def test_one_run_asks_for_the_bill_once() -> None:
    async with looking() as (box, context):
        await cost(EXPORT, context)
        await cost(Params(dataset="billing_export", budget=5), context)
        asked = [call.method for call in box.world.calls]
    assert sorted(asked) == ["bigquery.jobs.query", "bigquery.tables.get", "cloudbilling.projects.getBillingInfo"]


async def test_without_the_account_nothing_can_be_judged() -> None:
    fault = Fault("cloudbilling.projects.getBillingInfo", "refusal", None, {"status": "unavailable"})
    with pytest.raises(GcpError) as refused:
        await seen(EXPORT, "healthy", fault)
    assert refused.value.kind is GcpErrorKind.UNAVAILABLE


async def test_a_query_that_is_refused_says_which_permission_is_missing() -> None:
    async with looking(denied_permissions=["bigquery.jobs.create"]) as (_, context):
        (found,) = await cost(EXPORT, context)
    assert (found.verdict, found.reason) == (Verdict.UNKNOWN, "permission_denied")
    assert "roles/bigquery.jobUser" in str(found.remedy)
