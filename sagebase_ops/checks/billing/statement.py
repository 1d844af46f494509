"""The costs of one project as they are judged: what was read, over which days, and by which limits."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, tzinfo
from typing import Any

from sagebase_ops.checks.billing.params import Params
from sagebase_ops.domain.costs import Span, Spans
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

    @property
    def currency(self) -> str:
        return self.costs.days[0].currency

    @property
    def oldest(self) -> date:
        return min(row.day for row in self.costs.days)

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
