"""What did it cost, and where is it going? Arithmetic on the daily net costs of one project and currency.

A day is Google's billing day (US Pacific). Today and yesterday are never judged: their rows are still coming in.
"""

from calendar import monthrange
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

BILLING_ZONE = ZoneInfo("America/Los_Angeles")
"""Google's invoices know days and months of this zone only."""
UNSETTLED = timedelta(days=2)
DAY = timedelta(days=1)
WEEK = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class DailyCost:
    """What one SKU cost on one billing day, after credits (so it may be negative), in `currency` (ISO 4217)."""

    service: str
    sku: str
    currency: str
    day: date
    net: float


@dataclass(frozen=True, slots=True)
class Span:
    """Whole billing days from `first` to `last`, both of them included."""

    first: date
    last: date

    def __contains__(self, day: date) -> bool:
        return self.first <= day <= self.last

    @property
    def days(self) -> Iterator[date]:
        """Each of them, oldest first."""
        return (self.first + timedelta(days=number) for number in range((self.last - self.first).days + 1))

    def before(self, length: timedelta) -> "Span":
        return Span(self.first - length, self.last - length)


@dataclass(frozen=True, slots=True)
class Spans:
    """The last settled week and the one before; the month so far, and as many days of the month before."""

    week: Span
    week_before: Span
    month: Span
    month_before: Span

    @property
    def first(self) -> date:
        """The oldest day that is asked for."""
        return min(self.week_before.first, self.month_before.first)

    @property
    def start(self) -> datetime:
        """The aware time at which the oldest day begins."""
        return datetime.combine(self.first, time(), BILLING_ZONE)

    @property
    def days_left(self) -> int:
        """Days of the month after the last settled one."""
        last = self.month.last
        return monthrange(last.year, last.month)[1] - last.day


def spans_at(now: datetime) -> Spans:
    """`now` is aware. The month is that of the last settled day, so on the first of a month it is the one before."""
    last = now.astimezone(BILLING_ZONE).date() - UNSETTLED
    week = Span(last - WEEK + timedelta(days=1), last)
    month = Span(last.replace(day=1), last)
    ended = month.first - timedelta(days=1)
    same_day = ended.replace(day=min(last.day, ended.day))
    return Spans(week, week.before(WEEK), month, Span(ended.replace(day=1), same_day))


@dataclass(frozen=True, slots=True)
class Mover:
    """The SKU whose week differs most from the week before, and by how much (positive: dearer)."""

    sku: str
    change: float


@dataclass(frozen=True, slots=True)
class Bill:
    """The costs of one group of services. `mover` is None where nothing changed."""

    services: Mapping[str, float]
    """This week's, by the name on the bill; those that cost nothing are left out."""
    week: float
    week_before: float
    month: float
    month_before: float
    forecast: float
    """The whole month: what it cost so far, and the daily mean of the week (of its `mean_of` days) for each day left."""
    mean_of: int
    mover: Mover | None

    @property
    def change(self) -> float:
        return self.week - self.week_before

    def grew(self, ratio: float, floor: float) -> bool:
        """By more than both: a jump from nothing has no ratio, and a large ratio of nothing does not matter."""
        return self.change > floor and (self.week_before <= 0 or self.week > self.week_before * (1 + ratio))


def bill_of(costs: Iterable[DailyCost], spans: Spans, oldest: date = date.min) -> Bill:
    """The bill of `costs`, which are of one currency; days outside of `spans` do not count.

    Before the day `oldest` there is no data. It may have begun in the middle of that day, which counts for no mean then.
    """
    rows = list(costs)
    week, month = _sum(rows, spans.week), _sum(rows, spans.month)
    whole = Span(max(spans.week.first, min(oldest + DAY, spans.week.last)), spans.week.last)
    mean_of = (whole.last - whole.first).days + 1
    daily = _sum(rows, whole) / mean_of
    return Bill(
        services=_by_service(rows, spans.week),
        week=week,
        week_before=_sum(rows, spans.week_before),
        month=month,
        month_before=_sum(rows, spans.month_before),
        forecast=month + daily * spans.days_left,
        mean_of=mean_of,
        mover=_mover(rows, spans),
    )


def grouped(
    costs: Sequence[DailyCost], groups: Mapping[str, Sequence[str]]
) -> tuple[dict[str, list[DailyCost]], list[DailyCost]]:
    """The rows of each group by the services' names on the bill, and those of no group."""
    group_of = {service: group for group, services in groups.items() for service in services}
    found: dict[str, list[DailyCost]] = {group: [] for group in groups}
    rest: list[DailyCost] = []
    for row in costs:
        found.get(group_of.get(row.service, ""), rest).append(row)
    return found, rest


def _sum(rows: Iterable[DailyCost], span: Span) -> float:
    return sum(row.net for row in rows if row.day in span)


def _by_service(rows: Iterable[DailyCost], span: Span) -> dict[str, float]:
    found: dict[str, float] = {}
    for row in rows:
        if row.day in span:
            found[row.service] = found.get(row.service, 0.0) + row.net
    return {service: net for service, net in sorted(found.items(), key=lambda pair: -pair[1]) if net}


def _mover(rows: Iterable[DailyCost], spans: Spans) -> Mover | None:
    changes: dict[str, float] = {}
    for row in rows:
        sign = (row.day in spans.week) - (row.day in spans.week_before)
        changes[row.sku] = changes.get(row.sku, 0.0) + sign * row.net
    sku = max(changes, key=lambda name: abs(changes[name]), default=None)
    return Mover(sku, changes[sku]) if sku is not None and changes[sku] else None
