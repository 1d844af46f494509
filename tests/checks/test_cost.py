"""Costs come from the billing export alone: against the week before, the month before and a budget."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from sagebase_ops.checks.billing.params import Params
from sagebase_ops.checks.billing.weeks import REST
from sagebase_ops.checks.cost import cost
from sagebase_ops.domain.quantities import Quantity
from sagebase_ops.domain.results import Finding, Verdict
from sagebase_ops.errors import GcpError, GcpErrorKind
from sagebase_ops.language.sentences import finding_text, note_text
from sagebase_ops.sandbox.billing_scenario import Cost
from sagebase_ops.sandbox.faults import Fault
from sagebase_ops.sandbox.scenario import load_scenario
from tests.checks.watching import looking, refusing, said

EXPORT = Params(dataset="billing_export")
RUN = Cost(service="Cloud Run", sku="CPU", daily=1000)
NOW = datetime(2026, 11, 25, 1, tzinfo=UTC)  # 10:00 in Tokyo, still the 24th where the bill is made


async def seen(
    params: Params = EXPORT,
    scenario: str = "healthy",
    *faults: Fault,
    now: datetime = NOW,
    project_age: timedelta = timedelta(days=900),
    **billing: Any,
) -> list[Finding]:
    changed = load_scenario(scenario).billing.model_copy(update=billing)
    async with looking(scenario, faults, billing=changed, age=project_age) as (box, context):
        box.world.advance(now - box.world.now())
        return await cost(params, replace(context, now=now, zone=ZoneInfo("Asia/Tokyo")))


async def month(budget: float | None = None, **given: Any) -> Finding:
    return (await seen(Params(dataset="billing_export", budget=budget), **given))[1]


def told(found: Finding, language: str = "en") -> str:
    return finding_text(found, language, UTC)


async def test_each_group_and_everything_else_has_a_finding_and_names_on_the_bill_are_summed() -> None:
    found = {one.target.name: one for one in await seen()}
    assert [one.verdict for one in found.values()] == [Verdict.PASS] * 7
    assert list(found)[2:] == ["Cloud Run", "Cloud SQL", "Cloud Storage", "Gemini", REST]
    gemini = found["Gemini"]
    assert gemini.value is not None
    assert (gemini.value.amount, gemini.value.unit) == (7 * 215, "JPY")
    by_name = {note.values["service"]: note.values["amount"] for note in gemini.notes if "service" in note.values}
    assert by_name == {"Gemini API": Quantity(7 * 190, "JPY"), "Vertex AI": Quantity(7 * 25, "JPY")}


async def test_both_weeks_are_there_day_by_day_for_a_chart() -> None:
    found = (await seen(EXPORT, "cost-jump"))[0]
    week, before = found.series
    assert (len(week.values), len(before.values), week.unit) == (7, 7, "JPY")
    assert [found.value, found.values["before"]] == [
        Quantity(pytest.approx(sum(value or 0 for value in one.values)), "JPY") for one in found.series
    ]
    assert week.start - before.start == timedelta(days=7)


async def test_credits_are_taken_off_once() -> None:
    run = (await seen())[2]
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
    ("budget", "verdict", "reason", "value"),
    [
        (21_999, Verdict.FAIL, "over_budget", 22_000),
        (22_000, Verdict.WARN, "over_budget_soon", 30_000),
        (29_999, Verdict.WARN, "over_budget_soon", 30_000),
        (30_000, Verdict.PASS, None, 22_000),
        (None, Verdict.PASS, None, 22_000),
    ],
)
async def test_the_month_and_what_is_expected_of_it_are_held_against_the_budget(
    budget: float | None, verdict: Verdict, reason: str | None, value: float
) -> None:
    found = await month(budget, costs=[RUN])
    assert (found.verdict, found.reason, found.value) == (verdict, reason, Quantity(value, "JPY"))
    assert found.limit == (Quantity(budget, "JPY") if budget else None)


@pytest.mark.parametrize(
    ("now", "name", "days", "left"),
    [
        (datetime(2026, 11, 30, 1, tzinfo=UTC), "2026-11", "2026-11-01〜2026-11-27 で ￥27,000", "3 日"),
        (datetime(2026, 12, 1, 1, tzinfo=UTC), "2026-11", "2026-11-01〜2026-11-28 で ￥28,000", "2 日"),
        (datetime(2026, 12, 3, 1, tzinfo=UTC), "2026-11", "2026-11-01〜2026-11-30 で ￥30,000", None),
        (datetime(2026, 12, 4, 1, tzinfo=UTC), "2026-12", "2026-12-01〜2026-12-01 で ￥1,000", "30 日"),
    ],
)
async def test_at_the_start_of_a_month_it_says_of_which_month_it_speaks(
    now: datetime, name: str, days: str, left: str | None
) -> None:
    found = await month(now=now, costs=[RUN])
    assert (found.target.name, told(found, "ja")) == (name, days)
    forecast = [note_text(note, "ja", UTC) for note in found.notes if "days" in note.values]
    assert [left is not None and f"残り {left}" in line for line in forecast] == ([True] if left else [])


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


async def test_an_account_without_an_export_says_what_is_missing_where_and_how_to_switch_it_on() -> None:
    (found,) = await seen(EXPORT, "no-export")
    assert (found.verdict, found.reason) == (Verdict.UNKNOWN, "no_export")
    assert "no billing export in sagebase-sandbox.billing_export" in told(found)
    assert found.remedy == "bq ls sagebase-sandbox:billing_export"
    assert "switch on the export" in said(found.notes)[0]


async def test_the_detailed_export_serves_where_there_is_no_standard_one() -> None:
    found = await seen(detailed=True)
    assert [one.verdict for one in found] == [Verdict.PASS] * 7
    assert "_export_resource_v1_" in found[0].asked["table"]


@pytest.mark.parametrize(
    ("ended", "used"),
    [
        (timedelta(days=9), "export_resource_v1_"),
        (timedelta(days=200), "export_resource_v1_"),
        (timedelta(hours=30), "export_v1_"),
    ],
)
async def test_of_two_exports_the_one_into_which_rows_come_is_read_and_named(ended: timedelta, used: str) -> None:
    found = await seen(detailed=True, standard_ended=ended)
    assert [one.verdict for one in found] == [Verdict.PASS] * 7
    table, told = found[0].asked["table"], "\n".join(said(found[0].notes))
    assert (used in table, f"read from {table}" in told) == (True, True)
    assert ("the other billing export" in told) == ("resource" in used)


async def test_of_two_exports_that_have_stopped_the_newer_says_since_when() -> None:
    (found,) = await seen(detailed=True, delay=timedelta(days=5), standard_ended=timedelta(days=9))
    assert (found.verdict, found.reason) == (Verdict.UNKNOWN, "export_stopped")
    assert (found.values["exported"], "resource_v1" in found.asked["table"]) == (NOW - timedelta(days=5), True)


async def test_an_export_that_may_not_be_queried_is_no_reason_to_read_the_other() -> None:
    refused = {"status": "permission_denied"}
    once = Fault("bigquery.jobs.query", "refusal", 1, refused)
    (found,) = await seen(EXPORT, "healthy", once, detailed=True, standard_ended=timedelta(days=9))
    assert (found.verdict, found.reason) == (Verdict.UNKNOWN, "permission_denied")


async def test_a_refusal_is_no_reason_to_ask_for_the_other_export() -> None:
    once = Fault("bigquery.tables.get", "refusal", 1, {"status": "permission_denied"})
    (found,) = await seen(EXPORT, "healthy", once)
    assert (found.verdict, found.reason) == (Verdict.UNKNOWN, "permission_denied")


async def test_a_project_that_nobody_pays_for_fails() -> None:
    (found,) = await seen(enabled=False)
    assert (found.verdict, found.reason) == (Verdict.FAIL, "billing_disabled")


async def test_an_answer_that_is_not_done_is_waited_for_and_read_over_all_pages(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("sagebase_ops.gcp.bigquery._PAGE", 7)
    found = await seen(EXPORT, "healthy", unfinished=2)
    assert [one.verdict for one in found] == [Verdict.PASS] * 7
    assert found[3].value == Quantity(7 * (980 + 260), "JPY")


async def test_a_table_that_is_partitioned_by_a_column_is_asked_by_it() -> None:
    assert (await month(partition_field="usage_start_time")).verdict is Verdict.PASS


async def test_a_question_that_would_read_too_much_is_refused_and_told() -> None:
    (found,) = await seen(Params.model_validate({"dataset": "billing_export", "max_scan": "10MB"}))
    assert (found.verdict, found.reason, found.remedy) == (Verdict.UNKNOWN, "over_max_scan", None)
    assert "want 41.9 MB of the billing export read, over the limit of 10 MB" in told(found)
    assert "exceeded limit for bytes billed" in said(found.notes)[0]


async def test_two_currencies_are_not_summed() -> None:
    (found,) = await seen(costs=[RUN, RUN.model_copy(update={"currency": "USD"})])
    assert (found.verdict, found.reason, found.values["currencies"]) == (Verdict.UNKNOWN, "mixed", "JPY, USD")


@pytest.mark.parametrize(("currency", "reason"), [("JPY", "currency"), ("USD", None)])
async def test_a_limit_in_yen_says_nothing_of_a_bill_in_dollars(currency: str, reason: str | None) -> None:
    found = await seen(Params(dataset="billing_export", currency=currency, budget=100_000), currency="USD")
    assert (found[0].verdict, found[0].reason) == (Verdict.UNKNOWN if reason else Verdict.PASS, reason)
    assert (len(found) == 1) == bool(reason)


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


@pytest.mark.parametrize(
    ("permission", "role"),
    [("bigquery.jobs.create", "roles/bigquery.jobUser"), ("bigquery.tables.getData", "roles/bigquery.dataViewer")],
)
async def test_a_query_that_is_refused_says_which_permission_is_missing(permission: str, role: str) -> None:
    async with looking(denied_permissions=[permission]) as (_, context):
        (found,) = await cost(EXPORT, context)
    assert (found.verdict, found.reason) == (Verdict.UNKNOWN, "permission_denied")
    assert (found.values["permission"], role in str(found.remedy)) == (permission, True)


async def test_half_of_the_rows_is_no_bill() -> None:
    (found,) = await seen(EXPORT, "healthy", Fault("bigquery.jobs.query", "half_page"))
    assert (found.verdict, found.reason) == (Verdict.UNKNOWN, "malformed")
    assert "totalRows" in said(found.notes)[0]


@pytest.mark.parametrize("scenario", ["healthy", "cost-jump"])
async def test_how_fresh_the_data_is_and_of_which_days_is_said_of_good_news_as_well(scenario: str) -> None:
    notes = [note_text(note, "en", UTC) for note in (await seen(EXPORT, scenario))[0].notes]
    assert "the 7 days are 2026-11-16 to 2026-11-22 (US Pacific); data up to 2026-11-23, come 2026-11-24 05:00 UTC" in (
        " ".join(notes)
    )


async def test_a_week_that_grew_tells_the_month_as_well() -> None:
    grown = (await seen(EXPORT, "cost-jump"))[0]
    assert grown.reason == "grew"
    assert any(line.startswith("cost of the month: ") for line in said(grown.notes))


async def test_fresh_rows_of_an_older_day_are_late() -> None:
    week, so_far, *parts = await seen(costs=[RUN.model_copy(update={"until": timedelta(days=5)})])
    assert [(one.verdict, one.reason) for one in (week, so_far)] == [(Verdict.UNKNOWN, "late")] * 2
    assert "up to 2026-11-19 only; they are wanted up to 2026-11-22" in told(week)
    assert {(one.verdict, one.reason) for one in parts} == {(Verdict.SKIPPED, "late")}


async def test_a_day_of_which_no_row_came_is_no_cheap_day() -> None:
    broken = [RUN.model_copy(update={"until": timedelta(days=6)}), RUN.model_copy(update={"since": timedelta(days=4)})]
    week, so_far, *parts = await seen(Params(dataset="billing_export", budget=100_000), costs=broken)
    assert [(one.verdict, one.reason) for one in (week, so_far)] == [(Verdict.UNKNOWN, "days_missing")] * 2
    assert "not one row of 2026-11-19 has come" in told(week)
    assert {(one.verdict, one.reason) for one in parts} == {(Verdict.SKIPPED, "days_missing")}


async def test_a_group_that_the_bill_does_not_name_is_not_told_as_costing_nothing() -> None:
    found = {one.target.name: one for one in await seen(costs=[RUN])}
    assert (found["Gemini"].verdict, found["Gemini"].reason) == (Verdict.SKIPPED, "no_rows")
    assert "Vertex AI, Gemini API, Generative Language API" in told(found["Gemini"])
    assert found[REST].verdict is Verdict.PASS


@pytest.mark.parametrize(
    ("until", "verdict"),
    [(timedelta(days=2), Verdict.PASS), (timedelta(days=5), Verdict.WARN), (timedelta(days=11), Verdict.PASS)],
)
async def test_a_service_whose_rows_alone_are_late_is_not_told_as_cheaper(until: timedelta, verdict: Verdict) -> None:
    """Of one that ended in the week before, that is known by now."""
    database = Cost(service="Cloud SQL", sku="vCPU", daily=980, until=until)
    found = {one.target.name: one for one in await seen(costs=[RUN, database])}
    assert (found["Cloud SQL"].verdict, found["Cloud Run"].verdict) == (verdict, Verdict.PASS)
    assert ("end with 2026-11-19" in told(found["Cloud SQL"])) == (verdict is Verdict.WARN)


@pytest.mark.parametrize(
    ("since", "of_weeks", "of_month"),
    [
        (timedelta(days=6), "no_week_before", "no_whole_month"),
        (timedelta(days=15), None, "no_whole_month"),
        (timedelta(days=23), None, None),
    ],
)
async def test_an_export_that_is_too_young_claims_neither_a_rise_nor_a_whole_month(
    since: timedelta, of_weeks: str | None, of_month: str | None
) -> None:
    week, so_far, part, *_ = await seen(costs=[RUN.model_copy(update={"since": since})])
    assert (week.reason, part.reason, so_far.reason) == (of_weeks, of_weeks, of_month)
    assert [one.verdict for one in (week, part) if of_weeks] == [Verdict.UNKNOWN, Verdict.SKIPPED][
        : 2 if of_weeks else 0
    ]
    assert so_far.verdict is (Verdict.UNKNOWN if of_month else Verdict.PASS)
    assert "month before" not in " ".join(said((*week.notes, *so_far.notes, *part.notes)))


@pytest.mark.parametrize("days", [{"since": timedelta(days=6)}, {"until": timedelta(days=5)}])
async def test_what_is_spent_already_is_held_against_the_budget_whatever_is_missing(days: Any) -> None:
    assert (await month(1, costs=[RUN.model_copy(update=days)])).reason == "over_budget"


async def test_a_month_of_which_some_days_are_missing_is_told_with_the_days_that_there_are() -> None:
    found = await month(100_000, costs=[RUN.model_copy(update={"since": timedelta(days=6)})])
    assert note_text(found.notes[0], "en", UTC) == "cost of the month: ¥5,000 from 2026-11-18 to 2026-11-22"


DAY = timedelta(days=1)


@pytest.mark.parametrize(
    ("costs_since", "project", "export", "reason", "why"),
    [
        (10, 10, 400, None, "the project was made on 2026-11-14 and costs begin with 2026-11-14"),
        (10, 14, 14, None, "the project was made on 2026-11-10 and costs begin with 2026-11-14"),
        (10, 10, 5, None, "the project was made on 2026-11-14 and costs begin with 2026-11-14"),
        (5, 10, 5, "no_whole_month", "the billing export began on 2026-11-19"),
        (10, 900, 10, "no_whole_month", "the billing export began on 2026-11-14"),
        (10, 900, 400, "no_whole_month", "the billing export exists since 2025-10-20, rows of this project only since 2026-11-14"),
        (10, 300, 400, "no_whole_month", "rows of this project only since 2026-11-14"),
        (10, 900, None, "no_whole_month", "whether the project or the billing export began on 2026-11-14"),
        (23, 900, None, None, ""),
    ],
)  # fmt: skip
async def test_a_new_projects_month_is_whole_and_a_new_exports_is_not(
    costs_since: int, project: int, export: int | None, reason: str | None, why: str
) -> None:
    found = await month(
        100_000,
        project_age=DAY * project,
        age=None if export is None else DAY * export,
        costs=[RUN.model_copy(update={"since": DAY * costs_since})],
    )
    assert (found.verdict, found.reason) == (Verdict.UNKNOWN if reason else Verdict.PASS, reason)
    assert why in "\n".join(said(found.notes))


@pytest.mark.parametrize(
    ("budget", "verdict", "value"), [(8_999, "fail", 9_000), (16_999, "warn", 17_000), (17_000, "pass", 9_000)]
)
async def test_a_new_project_is_held_against_the_budget_by_the_days_that_there_are(
    budget: float, verdict: str, value: float
) -> None:
    """Nine days of 1,000, and eight more until the month ends."""
    since = {"project_age": 10 * DAY, "costs": [RUN.model_copy(update={"since": 10 * DAY})]}
    found = await month(budget, **since)
    assert (found.verdict, found.value) == (verdict, Quantity(value, "JPY"))
    assert "2026-11-14" in told(found) or verdict == "warn"


async def test_what_a_project_of_three_days_will_cost_is_reckoned_from_its_whole_days() -> None:
    """The first of them may have been an hour."""
    first = Cost(service="Cloud Run", sku="CPU", daily=10, since=4 * DAY, until=4 * DAY)
    whole = Cost(service="Cloud Run", sku="CPU", daily=1000, since=3 * DAY)
    found = await month(project_age=4 * DAY, costs=[first, whole])
    (line,) = [note_text(note, "en", UTC) for note in found.notes if "mean_of" in note.values]
    assert line == "¥10,010 expected by the end of the month: 8 days more at the daily mean of the last 2 days"


async def test_a_new_project_has_no_week_to_compare_with_and_shows_what_it_cost() -> None:
    week, so_far, run, *_ = await seen(project_age=10 * DAY, costs=[RUN.model_copy(update={"since": 10 * DAY})])
    assert [(one.verdict, one.reason) for one in (week, run)] == [(Verdict.SKIPPED, "new_project")] * 2
    assert (week.value, run.value, so_far.verdict) == (Quantity(7000, "JPY"), Quantity(7000, "JPY"), Verdict.PASS)
    assert "no 7 days before to compare with yet" in told(week)


async def test_a_new_project_of_two_weeks_is_compared() -> None:
    week, so_far, *_ = await seen(project_age=15 * DAY, costs=[RUN.model_copy(update={"since": 15 * DAY})])
    assert [(one.verdict, one.reason) for one in (week, so_far)] == [(Verdict.PASS, None)] * 2


async def test_a_day_that_a_new_project_lacks_is_no_cheap_day() -> None:
    broken = [RUN.model_copy(update={"until": 6 * DAY}), RUN.model_copy(update={"since": 4 * DAY})]
    given = [one.model_copy(update={"since": min(one.since, 10 * DAY)}) for one in broken]
    week, so_far, *_ = await seen(project_age=10 * DAY, costs=given)
    assert [(one.verdict, one.reason) for one in (week, so_far)] == [(Verdict.UNKNOWN, "days_missing")] * 2


async def test_a_project_whose_beginning_may_not_be_asked_is_not_taken_for_a_new_one() -> None:
    refusal = refusing("cloudresourcemanager.projects.get", "resourcemanager.projects.get")
    found = await seen(EXPORT, "healthy", refusal, costs=[RUN.model_copy(update={"since": 10 * DAY})])
    assert (found[1].verdict, found[1].reason) == (Verdict.UNKNOWN, "no_whole_month")
    notes = "\n".join(said(found[1].notes))
    assert "no permission to read" in notes
    assert "rows of this project only since" in notes


async def test_when_a_project_was_made_is_asked_only_where_that_matters() -> None:
    async with looking() as (box, context):
        await cost(EXPORT, context)
    assert "cloudresourcemanager.projects.get" not in {call.method for call in box.world.calls}


async def test_a_month_of_which_there_is_no_day_yet_is_not_told_as_zero() -> None:
    found = await month(
        now=datetime(2026, 12, 4, 1, tzinfo=UTC), costs=[RUN.model_copy(update={"until": timedelta(days=5)})]
    )
    assert (found.reason, found.notes) == ("late", ())


async def test_the_chart_has_the_days_of_the_bill_in_the_zone_of_the_file() -> None:
    week = (await seen())[0]
    last = week.series[0].start + 6 * week.series[0].step
    assert last.astimezone(ZoneInfo("Asia/Tokyo")).date().isoformat() == week.asked["until"]
