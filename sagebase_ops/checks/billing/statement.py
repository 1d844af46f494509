"""The costs of one project as they are judged: what was read, over which days, and by which limits."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, tzinfo
from typing import Any

from sagebase_ops.checks.billing.beginning import Beginning
from sagebase_ops.checks.billing.params import Params
from sagebase_ops.domain.costs import Bill, DailyCost, Span, Spans, bill_of
from sagebase_ops.domain.quantities import Quantity
from sagebase_ops.domain.results import Value
from sagebase_ops.gcp.billing import Costs


@dataclass(frozen=True, slots=True)
class Statement:
    """Costs of one currency, at least one row. `zone` is the one in which people read, `link` the billing report."""

    project: str
    costs: Costs
    spans: Spans
    params: Params
    zone: tzinfo
    link: str
    beginning: Beginning

    @property
    def currency(self) -> str:
        return self.costs.days[0].currency

    @property
    def oldest(self) -> date:
        return self.beginning.oldest

    def bill(self, rows: Sequence[DailyCost]) -> Bill:
        """Of these rows, with the days that there is data of."""
        return bill_of(rows, self.spans, self.oldest)

    def held(self, span: Span) -> Span:
        """The days of `span` of which there is data, from the last to the first where there are none."""
        return Span(max(span.first, self.oldest), min(span.last, self.newest))

    @property
    def newest(self) -> date:
        """The day that costs are of; rows of an older day may have come in later."""
        return max(row.day for row in self.costs.days)

    @property
    def given(self) -> dict[str, Any]:
        """What each of its findings has: where to look, and what was asked (JSON)."""
        asked = {
            "method": "bigquery.jobs.query",
            "table": self.costs.table.id,
            "since": self.spans.first.isoformat(),
            "until": self.spans.week.last.isoformat(),
            "bytes": self.costs.scanned,
        }
        return {"link": self.link, "asked": asked}

    def money(self, amount: float) -> Quantity:
        return Quantity(amount, self.currency)


def dates(span: Span) -> Mapping[str, Value]:
    """`first` and `last` of a sentence."""
    return {"first": span.first.isoformat(), "last": span.last.isoformat()}
