"""Bills -> findings: against the week before, and the whole against a budget."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import date, datetime, time, timedelta
from typing import Any

from sagebase_ops.checks.billing.export import export_page
from sagebase_ops.checks.billing.params import Params
from sagebase_ops.domain.costs import BILLING_ZONE, Bill, DailyCost, Spans, bill_of, grouped
from sagebase_ops.domain.costs import WEEK as WEEK_LENGTH
from sagebase_ops.domain.quantities import Quantity
from sagebase_ops.domain.results import Finding, Note, Sentence, Series, Target, failing, passing, unknown, warning
from sagebase_ops.gcp.billing import Costs

DAY, NOON = timedelta(days=1), time(12)
LATE = timedelta(hours=48)
"""Google promises no time, but rows come several times a day; after so long the export has stopped."""
REST = "その他 / others"
"""What belongs to no group: a service that nobody thought of is the one that surprises."""

WEEK = Sentence(ja="今週 {value}（前の週 {before}）", en="{value} this week, {before} the week before")
GREW = Sentence(
    ja="今週 {value} で、前の週 {before} から {change} 増えました",
    en="{value} this week, up by {change} from {before} the week before",
)
MONTH = Sentence(
    ja="今月 {value}（前の月の同じ日まで {before}）、月末の見込み {forecast}",
    en="{value} this month ({before} to the same day of the month before), {forecast} expected by its end",
)
OVER = Sentence(ja="今月 {value} で、予算 {limit} を超えました", en="{value} this month, over the budget of {limit}")
WILL_BE_OVER = Sentence(
    ja="月末の見込み {value} が予算 {limit} を超えます",
    en="{value} expected by the end of the month, over the budget of {limit}",
)
STOPPED = Sentence(
    ja="確認できません：請求エクスポートが {exported} から届いていません",
    en="could not look: the billing export has stopped; its newest row came {exported}",
)
NO_ROWS = Sentence(
    ja="確認できません：請求エクスポートにこのプロジェクトの行がありません（0 円とは言えません）",
    en="could not look: the billing export has no row of this project, which does not mean that it cost nothing",
)
MIXED = Sentence(
    ja="確認できません：複数の通貨（{currencies}）の行があり、合計できません",
    en="could not look: the rows are in several currencies ({currencies}) and cannot be summed",
)
OF_THE_WEEK = Sentence(ja="今週 {amount}（前の週 {before}）", en="{amount} this week ({before} the week before)")
OF_THE_MONTH = Sentence(
    ja="今月 {amount}（前の月の同じ日まで {before}、月末の見込み {forecast}）",
    en="{amount} this month ({before} to the same day of the month before, {forecast} expected by its end)",
)
BY_DAY = Sentence(ja="1日ごとの費用", en="cost by day")
THIS_WEEK, WEEK_BEFORE = Sentence(ja="今週", en="this week"), Sentence(ja="前の週", en="week before")
BY_NAME = Sentence(ja="{service}：{amount}", en="{service}: {amount}")
ROSE = Sentence(ja="最も増えた SKU：{sku}（+{change}）", en="the SKU that rose most: {sku} (+{change})")
FELL = Sentence(ja="最も減った SKU：{sku}（-{change}）", en="the SKU that fell most: {sku} (-{change})")
SPANS = Sentence(
    ja="今週＝{first}〜{last}（請求の日付は米国太平洋時間。最新2日分は未確定のため含めない）",
    en="this week is {first} to {last}, days of the bill (US Pacific); the newest two days are not settled and left out",
)
SCANNED = Sentence(ja="BigQuery が読んだ量：{size}", en="BigQuery read {size}")


def stale(whole: Target, costs: Costs, now: datetime, account: str) -> list[Finding]:
    """An export that has stopped or has no rows of this project cannot be judged; empty where it can."""
    asked = {"method": "bigquery.jobs.query", "table": costs.table.id}
    link = export_page(whole.name, account)
    currencies = sorted({row.currency for row in costs.days})
    if costs.exported is None:
        return [unknown(whole, NO_ROWS, reason="no_data", asked=asked, link=link)]
    if now - costs.exported > LATE:
        return [unknown(whole, STOPPED, reason="export_stopped", asked=asked, link=link, exported=costs.exported)]
    if len(currencies) > 1:
        return [unknown(whole, MIXED, reason="mixed", asked=asked, link=link, currencies=", ".join(currencies))]
    return []


def judge(whole: Target, costs: Costs, spans: Spans, params: Params, link: str) -> list[Finding]:
    """The whole first, then each group, then the rest."""
    currency = costs.days[0].currency
    given = {"link": link, "asked": _asked(costs, spans)}
    groups, rest = grouped(costs.days, params.services)
    told = [
        _of_group(Target("billed_service", name), rows, spans, params, {**given, "currency": currency})
        for name, rows in groups.items()
    ]
    others = _of_group(Target("billed_service", REST), rest, spans, params, {**given, "currency": currency})
    return [_of_all(whole, costs, spans, params, {**given, "currency": currency}), *told, others]


def _of_all(whole: Target, costs: Costs, spans: Spans, params: Params, given: dict[str, Any]) -> Finding:
    bill, money = bill_of(costs.days, spans), _Money(given.pop("currency"))
    given["notes"] = (
        Note(OF_THE_WEEK, {"amount": money.of(bill.week), "before": money.of(bill.week_before)}),
        *_moved(bill, money),
        Note(SPANS, {"first": spans.week.first.isoformat(), "last": spans.week.last.isoformat()}),
        Note(SCANNED, {"size": Quantity(costs.scanned, "By")}),
    )
    given["series"] = _day_by_day(costs.days, spans)
    month = {"before": money.of(bill.month_before), "forecast": money.of(bill.forecast)}
    value, limit = money.of(bill.month), money.of(params.budget) if params.budget else None
    if limit and bill.month > limit.amount:
        return failing(whole, OVER, value=value, limit=limit, reason="over_budget", **given)
    if limit and bill.forecast > limit.amount:
        return warning(whole, WILL_BE_OVER, value=month["forecast"], limit=limit, reason="over_budget_soon", **given)
    if bill.grew(params.warn_growth, params.floor):
        return _grown(whole, bill, money, given)
    return passing(whole, MONTH, value=value, limit=limit, **month, **given)


def _day_by_day(rows: Sequence[DailyCost], spans: Spans) -> tuple[Series, ...]:
    """Both weeks over the same days, for a chart. Noon of a billing day is the same date nearly everywhere."""
    net: defaultdict[date, float] = defaultdict(float)
    for row in rows:
        net[row.day] += row.net
    weeks = ((THIS_WEEK, spans.week), (WEEK_BEFORE, spans.week_before))
    return tuple(
        Series(
            BY_DAY,
            name,
            rows[0].currency,
            datetime.combine(week.first, NOON, BILLING_ZONE),
            DAY,
            tuple(round(net[week.first + DAY * number], 2) for number in range(WEEK_LENGTH // DAY)),
        )
        for name, week in weeks
    )


def _of_group(
    target: Target, rows: Sequence[DailyCost], spans: Spans, params: Params, given: dict[str, Any]
) -> Finding:
    bill, money = bill_of(rows, spans), _Money(given.pop("currency"))
    month = {"amount": money.of(bill.month), "before": money.of(bill.month_before), "forecast": money.of(bill.forecast)}
    given["notes"] = (Note(OF_THE_MONTH, month), *_named(bill, money), *_moved(bill, money))
    if bill.grew(params.warn_growth, params.floor):
        return _grown(target, bill, money, given)
    return passing(target, WEEK, value=money.of(bill.week), before=money.of(bill.week_before), **given)


def _grown(target: Target, bill: Bill, money: "_Money", given: dict[str, Any]) -> Finding:
    values = {"before": money.of(bill.week_before), "change": money.of(bill.change)}
    return warning(target, GREW, value=money.of(bill.week), reason="grew", **values, **given)


class _Money:
    """Amounts of one currency: the unit is its ISO code."""

    def __init__(self, currency: str) -> None:
        self._currency = currency

    def of(self, amount: float) -> Quantity:
        return Quantity(amount, self._currency)


def _named(bill: Bill, money: _Money) -> Iterator[Note]:
    """The names on the bill, where there is more than one."""
    if len(bill.services) > 1:
        for service, amount in bill.services.items():
            yield Note(BY_NAME, {"service": service, "amount": money.of(amount)})


def _moved(bill: Bill, money: _Money) -> Iterator[Note]:
    if bill.mover:
        moved = ROSE if bill.mover.change > 0 else FELL
        yield Note(moved, {"sku": bill.mover.sku, "change": money.of(abs(bill.mover.change))})


def _asked(costs: Costs, spans: Spans) -> dict[str, Any]:
    return {
        "method": "bigquery.jobs.query",
        "table": costs.table.id,
        "since": spans.first.isoformat(),
        "until": spans.week.last.isoformat(),
        "bytes": costs.scanned,
    }
