"""Is there enough in the export to judge? A sum of some of the days looks like any other sum."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sagebase_ops.checks.billing import words
from sagebase_ops.checks.billing.export import export_page
from sagebase_ops.checks.billing.statement import Statement
from sagebase_ops.domain.costs import Span
from sagebase_ops.domain.results import Finding, Sentence, Target, unknown
from sagebase_ops.gcp.billing import Costs

LATE = timedelta(hours=48)
"""Google promises no time, but rows come several times a day; after so long the export has stopped."""

MOST_DAYS = 3


def unreadable(whole: Target, costs: Costs, currency: str, now: datetime, account: str) -> Finding | None:
    """An export that has stopped, or has no rows of this project, or any in another currency, cannot be judged at all."""
    given = {
        "asked": {"method": "bigquery.jobs.query", "table": costs.table.id},
        "link": export_page(whole.name, account),
    }
    currencies = sorted({row.currency for row in costs.days})
    if costs.exported is None:
        return unknown(whole, words.NO_ROWS, reason="no_data", **given)
    if now - costs.exported > LATE:
        return unknown(
            whole, words.STOPPED, reason="export_stopped", exported=costs.exported, table=costs.table.id, **given
        )
    if len(currencies) > 1:
        return unknown(whole, words.MIXED, reason="mixed", currencies=", ".join(currencies), **given)
    if currencies != [currency]:
        return unknown(whole, words.OTHER, reason="currency", found=currencies[0], wanted=currency, **given)
    return None


@dataclass(frozen=True, slots=True)
class Missing:
    """Why a span of days cannot be judged."""

    sentence: Sentence
    reason: str
    values: Mapping[str, str]


def missing_of_weeks(statement: Statement) -> Missing | None:
    """What two weeks lack to be compared; of a new project they may be shorter."""
    both = Span(statement.spans.week_before.first, statement.spans.week.last)
    young = _young(statement, both.first, words.NO_WEEK_BEFORE, "no_week_before")
    return _late(statement) or young or _holes(statement, both)


def missing_of_month(statement: Statement) -> Missing | None:
    """What the month so far lacks to be summed; that of a new project begins with it."""
    month = statement.spans.month
    young = _young(statement, month.first, words.NO_WHOLE_MONTH, "no_whole_month")
    return _late(statement) or young or _holes(statement, month)


def _late(statement: Statement) -> Missing | None:
    """Rows may come in today and be of last week: what counts is the day that they are of."""
    newest, wanted = statement.newest, statement.spans.week.last
    if newest >= wanted:
        return None
    return Missing(words.LATE_DAYS, "late", {"newest": newest.isoformat(), "wanted": wanted.isoformat()})


def _young(statement: Statement, first: date, sentence: Sentence, reason: str) -> Missing | None:
    oldest = statement.oldest
    if oldest <= first or statement.beginning.complete:
        return None
    return Missing(sentence, reason, {"oldest": oldest.isoformat(), "wanted": first.isoformat()})


def _holes(statement: Statement, span: Span) -> Missing | None:
    """Disks, buckets and what is free of charge have a row each day: a day without any was not exported."""
    there = {row.day for row in statement.costs.days}
    lacking = [day.isoformat() for day in span.days if day >= statement.oldest and day not in there]
    if not lacking:
        return None
    days = ", ".join(lacking[:MOST_DAYS]) + (" …" if len(lacking) > MOST_DAYS else "")
    return Missing(words.HOLES, "days_missing", {"days": days})
