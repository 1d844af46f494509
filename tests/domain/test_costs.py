"""Costs by week and month, as Google's bill counts days."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sagebase_ops.domain.costs import DailyCost, Span, bill_of, grouped, spans_at

NOW = datetime(2026, 11, 25, 1, tzinfo=UTC)  # 10:00 in Tokyo, still the 24th where the bill is made
SPANS = spans_at(NOW)


def cost(day: date, net: float, sku: str = "CPU", service: str = "Cloud Run") -> DailyCost:
    return DailyCost(service, sku, "JPY", day, net)


def daily(net: float, sku: str = "CPU", *, first: date = SPANS.first, last: date = SPANS.week.last) -> list[DailyCost]:
    return [cost(first + timedelta(days=number), net, sku) for number in range((last - first).days + 1)]


def test_today_and_yesterday_are_left_out_and_days_are_the_bills() -> None:
    assert SPANS.week == Span(date(2026, 11, 16), date(2026, 11, 22))
    assert SPANS.week_before == Span(date(2026, 11, 9), date(2026, 11, 15))
    assert SPANS.month == Span(date(2026, 11, 1), date(2026, 11, 22))
    assert SPANS.month_before == Span(date(2026, 10, 1), date(2026, 10, 22))
    assert SPANS.start.isoformat() == "2026-10-01T00:00:00-07:00"


def test_at_the_start_of_a_month_the_month_before_is_the_one_that_is_settled() -> None:
    spans = spans_at(datetime(2026, 3, 2, 12, tzinfo=UTC))
    assert (spans.month, spans.days_left) == (Span(date(2026, 2, 1), date(2026, 2, 28)), 0)
    assert spans.month_before == Span(date(2026, 1, 1), date(2026, 1, 28))


def test_a_month_is_held_against_as_many_days_of_a_shorter_one() -> None:
    spans = spans_at(datetime(2026, 4, 1, 12, tzinfo=UTC))
    assert spans.month == Span(date(2026, 3, 1), date(2026, 3, 30))
    assert spans.month_before == Span(date(2026, 2, 1), date(2026, 2, 28))


def test_a_steady_cost_is_forecast_as_its_days() -> None:
    bill = bill_of(daily(100), SPANS)
    assert (bill.week, bill.week_before, bill.month, bill.month_before) == (700, 700, 2200, 2200)
    assert bill.forecast == pytest.approx(3000)
    assert bill.mover is None


def test_the_mover_is_the_sku_that_changed_most_in_either_direction() -> None:
    bill = bill_of([*daily(100), *daily(50, "RAM"), *daily(20, "Egress", first=SPANS.week.first)], SPANS)
    assert bill.mover is not None
    assert (bill.mover.sku, bill.mover.change) == ("Egress", 140)
    gone = bill_of([*daily(100), *daily(50, "RAM", last=SPANS.week_before.last)], SPANS)
    assert gone.mover is not None
    assert (gone.mover.sku, gone.mover.change) == ("RAM", -350)


@pytest.mark.parametrize(
    ("before", "week", "grew"),
    [
        (1000, 1300, False),
        (1000, 2400, True),
        (100, 900, False),
        (0, 1500, True),
        (-500, 900, True),
        (9000, 10500, False),
    ],
)
def test_growth_wants_a_ratio_and_a_floor(before: float, week: float, *, grew: bool) -> None:
    rows = [cost(SPANS.week_before.first, before), cost(SPANS.week.last, week)]
    assert bill_of(rows, SPANS).grew(ratio=0.3, floor=1000) is grew


def test_services_are_grouped_by_their_names_on_the_bill_and_nothing_is_left_out() -> None:
    rows = [cost(SPANS.week.last, 1, service=name) for name in ("Cloud Run", "Gemini API", "Vertex AI", "Networking")]
    found, rest = grouped(rows, {"Gemini": ("Vertex AI", "Gemini API"), "Cloud Run": ("Cloud Run",)})
    assert {group: len(of_group) for group, of_group in found.items()} == {"Gemini": 2, "Cloud Run": 1}
    assert [row.service for row in rest] == ["Networking"]


@given(st.integers(1_577_836_800, 2_051_222_400))
def test_spans_never_overlap_and_never_reach_an_unsettled_day(second: int) -> None:
    spans = spans_at(datetime.fromtimestamp(second, UTC))
    assert spans.week_before.last < spans.week.first
    assert spans.month_before.last < spans.month.first <= spans.month.last == spans.week.last
    assert spans.first <= spans.week_before.first
    assert 0 <= spans.days_left <= 30
