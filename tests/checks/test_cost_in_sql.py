"""The question of costs is BigQuery's SQL and sums what it says: DuckDB is asked it, over a table of the export's shape."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import duckdb
import pytest
import sqlglot

from sagebase_ops.checks.billing.params import Params
from sagebase_ops.checks.billing.weeks import REST
from sagebase_ops.checks.cost import cost
from sagebase_ops.domain.costs import Span, spans_at
from sagebase_ops.domain.quantities import Quantity
from sagebase_ops.domain.results import Finding, Verdict
from sagebase_ops.sandbox import billing_query
from sagebase_ops.sandbox.billing_scenario import Cost
from sagebase_ops.sandbox.scenario import load_scenario
from sagebase_ops.sandbox.world import World
from tests.billing_export import PACIFIC, TABLE, BillingExport, Json, Usage, usages
from tests.checks.watching import looking

EXPORT = Params(dataset="billing_export")
TOKYO = ZoneInfo("Asia/Tokyo")
NOW = datetime(2026, 11, 25, 1, tzinfo=UTC)  # 10:00 in Tokyo; summer time ended in the US on the 1st
SPANS = spans_at(NOW)
NOON = datetime(2026, 11, 20, 12, tzinfo=PACIFIC)
DAYS = Span(SPANS.first, SPANS.week.last).days
ENOUGH = (*(Usage(datetime.combine(day, time(1), PACIFIC), 0) for day in DAYS), Usage(NOW - timedelta(hours=30), 0))
"""A row of each day, without which nothing is judged."""
ANSWER = billing_query.answer


async def looked(
    monkeypatch: pytest.MonkeyPatch, export: BillingExport | None, scenario: str = "healthy", **billing: Any
) -> tuple[list[Finding], World]:
    """What the check finds at NOW when DuckDB answers, or (None) the sandbox; and that world."""
    changed = load_scenario(scenario).billing.model_copy(update=billing)
    monkeypatch.setattr(billing_query, "answer", export.answer if export else ANSWER)
    async with looking(scenario, billing=changed) as (box, context):
        box.world.advance(NOW - box.world.now())
        return await cost(EXPORT, replace(context, now=NOW)), box.world


async def of(monkeypatch: pytest.MonkeyPatch, usage: Iterable[Usage]) -> dict[str, Finding]:
    found, _ = await looked(monkeypatch, BillingExport([*usage, *ENOUGH]))
    return {one.target.name: one for one in found}


def weeks(group: Finding) -> tuple[float, float]:
    return amount(group.value), amount(group.values["before"])


def amount(value: object) -> float:
    assert isinstance(value, Quantity)
    return value.amount


def rows(fields: list[Json], found: list[Json]) -> Json:
    """Net by service, SKU, currency and day, of the days that are settled. Raises KeyError, and AssertionError for a double."""
    names = [one["name"] for one in fields]
    every = [dict(zip(names, (cell["v"] for cell in row["f"]), strict=True)) for row in found]
    keyed = {tuple(one[name] for name in ("service_name", "sku_name", "currency", "usage_day")): one for one in every}
    assert len(keyed) == len(every)
    return {
        key: round(float(one["net"]), 6)
        for key, one in keyed.items()
        if date.fromisoformat(one["usage_day"]) <= SPANS.week.last
    }


def amounts(finding: Finding) -> Json:
    """All that it says in numbers, and what it makes of them."""
    numbers = {
        f"{place} {key}": value for place, note in enumerate(finding.notes) for key, value in note.values.items()
    }
    said = {**finding.values, **numbers, "value": finding.value}
    return {
        "verdict": (finding.verdict, finding.reason),
        **{key: round(one.amount, 6) for key, one in said.items() if isinstance(one, Quantity)},
        **{str(place): one.values for place, one in enumerate(finding.series)},
    }


@pytest.mark.parametrize(
    ("scenario", "billing"),
    [
        ("healthy", {}),
        ("cost-jump", {}),
        ("healthy", {"partition_field": "usage_start_time"}),
        ("healthy", {"partition_field": "export_time"}),
        ("healthy", {"costs": [Cost(service="Cloud Run", sku="CPU", daily=3, until=timedelta(days=9)), Cost(service="Cloud Run", sku="CPU", daily=7, since=timedelta(days=9))]}),
    ],
)  # fmt: skip
async def test_the_sandbox_answers_what_the_statement_sums(
    monkeypatch: pytest.MonkeyPatch, scenario: str, billing: Any
) -> None:
    export = BillingExport(usages(load_scenario(scenario).billing.model_copy(update=billing), NOW))
    judged, world = await looked(monkeypatch, export, scenario, **billing)
    (asked,) = export.asked
    assert rows(*export.answer(None, asked)) == rows(*ANSWER(world, asked))
    pretended, _ = await looked(monkeypatch, None, scenario, **billing)
    assert [one.target for one in judged] == [one.target for one in pretended]
    assert [amounts(one) for one in judged] == [amounts(one) for one in pretended]


async def test_credits_are_taken_off_once_for_a_row_however_many_it_has(monkeypatch: pytest.MonkeyPatch) -> None:
    credited = [Usage(NOON, 1000, taken) for taken in ((), (-100,), (-100, -250), (-1000,))]
    assert weeks((await of(monkeypatch, credited))["Cloud Run"]) == (4 * 1000 - 100 - 350 - 1000, 0)


@pytest.mark.parametrize(
    ("start", "in_weeks"),
    [
        (datetime(2026, 11, 16, tzinfo=PACIFIC), (8, 0)),
        (datetime(2026, 11, 15, 23, tzinfo=PACIFIC), (0, 8)),
        (datetime(2026, 11, 22, 23, tzinfo=PACIFIC), (8, 0)),
        (datetime(2026, 11, 23, tzinfo=PACIFIC), (0, 0)),
        (datetime(2026, 11, 9, tzinfo=PACIFIC), (0, 8)),
        (datetime(2026, 11, 16, tzinfo=TOKYO), (0, 8)),  # which is the 15th, 07:00, on the bill
        (datetime(2026, 11, 23, tzinfo=TOKYO), (8, 0)),
        (datetime(2026, 11, 16, tzinfo=UTC), (0, 8)),
    ],
)
async def test_a_week_has_the_days_of_the_bill(
    monkeypatch: pytest.MonkeyPatch, start: datetime, in_weeks: tuple[float, float]
) -> None:
    assert weeks((await of(monkeypatch, [Usage(start, 8)]))["Cloud Run"]) == in_weeks


@pytest.mark.parametrize(
    ("start", "in_months"),
    [
        (datetime(2026, 9, 30, 23, tzinfo=PACIFIC), (0, 0)),
        (datetime(2026, 10, 1, tzinfo=TOKYO), (0, 0)),
        (datetime(2026, 10, 1, tzinfo=PACIFIC), (0, 8)),
        (datetime(2026, 10, 31, 23, tzinfo=PACIFIC), (0, 0)),  # the 22 days of this month are held against as many
        (datetime(2026, 11, 1, tzinfo=TOKYO), (0, 0)),
        (datetime(2026, 11, 1, tzinfo=PACIFIC), (8, 0)),  # summer time: UTC-7
        (datetime(2026, 11, 1, 23, tzinfo=PACIFIC), (8, 0)),  # UTC-8, the 25th hour of that day
        (datetime(2026, 10, 22, 23, tzinfo=PACIFIC), (0, 8)),
    ],
)
async def test_a_month_has_the_days_of_the_bill_also_when_summer_time_ends(
    monkeypatch: pytest.MonkeyPatch, start: datetime, in_months: tuple[float, float]
) -> None:
    month = (await of(monkeypatch, [Usage(start, 8)]))["2026-11"]
    (before,) = [note.values["amount"] for note in month.notes if note.values.get("first") == "2026-10-01"]
    assert (amount(month.value), amount(before)) == in_months


async def test_what_comes_in_weeks_late_counts_for_the_day_it_was_used(monkeypatch: pytest.MonkeyPatch) -> None:
    late = [Usage(NOON, 30, late=timedelta(0)), Usage(NOON - timedelta(days=7), 5, late=timedelta(days=8))]
    assert weeks((await of(monkeypatch, late))["Cloud Run"]) == (30, 5)


async def test_only_what_this_project_used_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    kinds = [replace(Usage(NOON, 500), cost_type=kind) for kind in ("tax", "adjustment", "rounding_error")]
    others = [Usage(NOON, 500, project=None), Usage(NOON, 500, project="sagebase-sandbox-2")]
    found = await of(monkeypatch, [Usage(NOON, 7), *kinds, *others])
    assert weeks(found["Cloud Run"]) == (7, 0)


async def test_gemini_is_one_group_by_its_three_names_and_nothing_is_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    names = ("Vertex AI", "Gemini API", "Generative Language API", "Cloud Logging")
    found = await of(monkeypatch, [Usage(NOON, 10 * (place + 1), service=name) for place, name in enumerate(names)])
    assert {name: weeks(found[name])[0] for name in ("Gemini", REST)} == {"Gemini": 10 + 20 + 30, REST: 40}


async def test_rows_in_two_currencies_stay_apart(monkeypatch: pytest.MonkeyPatch) -> None:
    (found,) = (await of(monkeypatch, [Usage(NOON, 900), Usage(NOON, 6, currency="USD")])).values()
    assert (found.reason, found.values["currencies"]) == ("mixed", "JPY, USD")


async def test_an_export_has_stopped_when_its_newest_row_is_old(monkeypatch: pytest.MonkeyPatch) -> None:
    export = BillingExport([Usage(NOW - timedelta(hours=hours), 1, late=timedelta(0)) for hours in (50, 52, 400)])
    ((found,), _) = await looked(monkeypatch, export)
    assert (found.reason, found.values["exported"]) == ("export_stopped", NOW - timedelta(hours=49))


async def test_an_export_without_a_row_of_this_project_is_not_zero(monkeypatch: pytest.MonkeyPatch) -> None:
    ((found,), _) = await looked(monkeypatch, BillingExport([Usage(NOON, 500, project="another")]))
    assert (found.verdict, found.reason) == (Verdict.UNKNOWN, "no_data")


@pytest.mark.parametrize(
    ("statement", "refused"),
    [
        ("SELECT services.description FROM {table}", duckdb.BinderException),
        ("SELECT currency, SUM(cost) FROM {table}", duckdb.BinderException),
        ("SELECT SUM(cost FROM {table}", sqlglot.ParseError),
    ],
)
def test_the_judge_refuses_what_bigquery_would(statement: str, refused: type[Exception]) -> None:
    body = {"query": statement.format(table=f"`{TABLE}`"), "queryParameters": []}
    with pytest.raises(refused):
        BillingExport([]).answer(None, body)
