"""The last settled week against the one before: of the whole project, of each group of services, of everything else."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from typing import Any

from sagebase_ops.checks.billing import words
from sagebase_ops.checks.billing.missing import missing_of_weeks
from sagebase_ops.checks.billing.month import months_of
from sagebase_ops.checks.billing.statement import Statement, dates
from sagebase_ops.domain.costs import WEEK, Bill, DailyCost, Spans, grouped
from sagebase_ops.domain.quantities import Quantity
from sagebase_ops.domain.results import Finding, Note, Series, Target, Verdict, passing, skipped, unknown, warning

DAY, NOON = timedelta(days=1), time(12)
REST = "その他 / others"
"""What belongs to no group: a service that nobody thought of is the one that surprises."""


def whole_week(statement: Statement) -> Finding:
    """Of the whole project, with both weeks day by day for a chart."""
    target = Target("billed_week", statement.project)
    bill = statement.bill(statement.costs.days)
    about = (*statement.beginning.notes, *_about(statement))
    missing = missing_of_weeks(statement)
    if missing:
        given = {**missing.values, **statement.given}
        return unknown(target, missing.sentence, reason=missing.reason, notes=about, **given)
    if _is_new(statement):
        return _not_yet(target, bill, statement, notes=(*months_of(bill, statement), *about))
    notes = (*_moved(bill, statement), *months_of(bill, statement), *about)
    return _compared(target, bill, statement, notes=notes, series=_day_by_day(statement))


def parts_of_week(statement: Statement) -> list[Finding]:
    """Each group of services, then everything else."""
    groups, rest = grouped(statement.costs.days, statement.params.services)
    targets = {Target("billed_service", name): rows for name, rows in {**groups, REST: rest}.items()}
    missing = missing_of_weeks(statement)
    if missing:
        return [skipped(one, words.NOT_COMPARED, reason=missing.reason, **statement.given) for one in targets]
    return [_part(target, rows, statement) for target, rows in targets.items()]


def _part(target: Target, rows: Sequence[DailyCost], statement: Statement) -> Finding:
    """What no row tells of is not told as costing nothing: the bill may call it by another name."""
    bill = statement.bill(rows)
    names = ", ".join(statement.params.services.get(target.name, ()))
    if names and not any(row.day >= statement.spans.week_before.first for row in rows):
        notes = months_of(bill, statement)
        return skipped(target, words.NO_ROWS_OF, reason="no_rows", names=names, notes=notes, **statement.given)
    if _is_new(statement):
        return _not_yet(target, bill, statement, notes=(*_named(bill, statement), *months_of(bill, statement)))
    notes = (*_moved(bill, statement), *_named(bill, statement), *months_of(bill, statement))
    found = _compared(target, bill, statement, notes=notes)
    newest = _end(rows, statement.spans)
    if newest is None or found.verdict is not Verdict.PASS:
        return found
    values = {**found.values, "newest": newest.isoformat()}
    return replace(found, verdict=Verdict.WARN, sentence=words.ROWS_END, values=values, reason="rows_end")


def _is_new(statement: Statement) -> bool:
    """There is no whole week before, and none is missing: the project had not begun."""
    return statement.oldest > statement.spans.week_before.first


def _not_yet(target: Target, bill: Bill, statement: Statement, **given: Any) -> Finding:
    """What cannot be compared yet is shown, and judged by its month alone."""
    given |= {"value": statement.money(bill.week), **dates(statement.held(statement.spans.week)), **statement.given}
    return skipped(target, words.NOT_YET, reason="new_project", **given)


def _compared(target: Target, bill: Bill, statement: Statement, **given: Any) -> Finding:
    """`given` as for `passing`."""
    given |= {"value": statement.money(bill.week), "before": statement.money(bill.week_before), **statement.given}
    if bill.grew(statement.params.warn_growth, statement.params.floor):
        return warning(target, words.GREW, reason="grew", change=statement.money(bill.change), **given)
    return passing(target, words.WEEK, **given)


def _about(statement: Statement) -> Iterator[Note]:
    """How far the data goes, said of good news as well; and what the question cost."""
    if statement.costs.exported:
        come = statement.costs.exported
        yield Note(
            words.FRESH, {**dates(statement.spans.week), "newest": statement.newest.isoformat(), "exported": come}
        )
    table, stopped = statement.costs.table, statement.costs.stopped
    yield Note(words.SCANNED, {"size": Quantity(statement.costs.scanned, "By"), "table": table.id})
    if stopped:
        yield Note(words.OTHER_STOPPED, {"table": stopped.id})


def _end(rows: Sequence[DailyCost], spans: Spans) -> date | None:
    """The last day with a row, of what had one on each day and suddenly has none: late rows alone read as cheaper."""
    days = {row.day for row in rows}
    newest = max(days, default=spans.week.last)
    return newest if newest < spans.week.last and days.issuperset(spans.week_before.days) else None


def _named(bill: Bill, statement: Statement) -> Iterator[Note]:
    """The names on the bill, where there is more than one."""
    if len(bill.services) > 1:
        for service, amount in bill.services.items():
            yield Note(words.BY_NAME, {"service": service, "amount": statement.money(amount)})


def _moved(bill: Bill, statement: Statement) -> Iterator[Note]:
    if bill.mover:
        moved = words.ROSE if bill.mover.change > 0 else words.FELL
        yield Note(moved, {"sku": bill.mover.sku, "change": statement.money(abs(bill.mover.change))})


def _day_by_day(statement: Statement) -> tuple[Series, ...]:
    """Both weeks over the same days, for a chart: at noon of the billing date in the zone in which it is read."""
    net: defaultdict[date, float] = defaultdict(float)
    for row in statement.costs.days:
        net[row.day] += row.net
    weeks = ((words.THIS_WEEK, statement.spans.week), (words.WEEK_BEFORE, statement.spans.week_before))
    return tuple(
        Series(
            words.BY_DAY,
            name,
            statement.currency,
            datetime.combine(week.first, NOON, statement.zone),
            DAY,
            tuple(round(net[week.first + DAY * number], 2) for number in range(WEEK // DAY)),
        )
        for name, week in weeks
    )
