"""The month so far, and where it is going, against the budget and the month before."""

from collections.abc import Iterator
from typing import Any

from sagebase_ops.checks.billing import words
from sagebase_ops.checks.billing.missing import missing_of_month, missing_of_weeks
from sagebase_ops.checks.billing.statement import Statement, dates
from sagebase_ops.domain.costs import Bill
from sagebase_ops.domain.quantities import Quantity
from sagebase_ops.domain.results import Finding, Note, Target, failing, passing, unknown, warning


def month_so_far(statement: Statement) -> Finding:
    """The month of the last settled day, after which the target is named: on the 1st it is the month that has ended.

    What is spent is spent: too much of it fails, however many days are missing.
    """
    span, bill = statement.spans.month, statement.bill(statement.costs.days)
    target, missing = Target("billed_month", f"{span.first:%Y-%m}"), missing_of_month(statement)
    spent, expected = statement.money(bill.month), statement.money(bill.forecast)
    budget = statement.money(statement.params.budget) if statement.params.budget else None
    given: dict[str, Any] = {"value": spent, "limit": budget, **dates(statement.held(span)), **statement.given}
    so_far, beside = tuple(_so_far(bill, statement)), (*_beside(bill, statement), *statement.beginning.notes)
    if budget and spent.amount > budget.amount:
        return failing(target, words.OVER, reason="over_budget", notes=beside, **given)
    if budget and expected.amount > budget.amount:
        given |= {"value": expected, "notes": (*so_far, *beside)}
        return warning(target, words.WILL_BE_OVER, reason="over_budget_soon", **given)
    if missing:
        given |= {**missing.values, "notes": (*so_far, *statement.beginning.notes)}
        return unknown(target, missing.sentence, reason=missing.reason, **given)
    return passing(target, words.MONTH, notes=beside, **given)


def months_of(bill: Bill, statement: Statement) -> tuple[Note, ...]:
    """What the month of `bill` came to, with the dates that this is of; the month before, and the end of this, where known."""
    return (*_so_far(bill, statement), *_beside(bill, statement))


def _so_far(bill: Bill, statement: Statement) -> Iterator[Note]:
    held = statement.held(statement.spans.month)
    if held.first <= held.last:
        yield Note(words.OF_THE_MONTH, {**dates(held), "amount": statement.money(bill.month)})


def _beside(bill: Bill, statement: Statement) -> Iterator[Note]:
    spans = statement.spans
    if statement.oldest <= spans.month_before.first:
        yield Note(words.MONTH_BEFORE, {**dates(spans.month_before), "amount": statement.money(bill.month_before)})
    if spans.days_left and not missing_of_weeks(statement):
        days = {"days": Quantity(spans.days_left, "{days}"), "mean_of": Quantity(bill.mean_of, "{days}")}
        yield Note(words.FORECAST, {"amount": statement.money(bill.forecast), **days})
