"""The billing export in BigQuery's SQL: sums by day.

This BigQuery knows one table and the columns below; each must be asked for in the words that stand here, and whatever else
is asked is refused as BigQuery refuses what it cannot read. A test holds its answers against DuckDB's.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from sagebase_ops.sandbox.billing_scenario import Billing, Cost
from sagebase_ops.sandbox.refusals import RefusalError, not_found
from sagebase_ops.sandbox.rest_answers import Json
from sagebase_ops.sandbox.world import World

_PACIFIC = ZoneInfo("America/Los_Angeles")


@dataclass(frozen=True)
class _Row:
    """What one SKU cost on one day."""

    cost: Cost
    currency: str
    day: date
    exported: datetime


_GROUPED: dict[str, Callable[[_Row], str]] = {
    "service.description": lambda row: row.cost.service,
    "sku.description": lambda row: row.cost.sku,
    "currency": lambda row: row.currency,
    "FORMAT_DATE('%F', DATE(usage_start_time, 'America/Los_Angeles'))": lambda row: row.day.isoformat(),
}
"""What rows can be grouped by, in the words in which it must be asked, with what a row says; all of it is text."""
_SUMMED: dict[str, tuple[str, Callable[[list[_Row]], str]]] = {
    "SUM(cost) + SUM(IFNULL((SELECT SUM(c.amount) FROM UNNEST(credits) AS c), 0))": (
        "FLOAT",
        lambda rows: repr(sum(row.cost.daily + row.cost.credits for row in rows)),
    ),
    "UNIX_SECONDS(MAX(export_time))": (
        "INTEGER",
        lambda rows: str(int(max(row.exported for row in rows).timestamp())),
    ),
}
"""What can be asked of a group, in the words in which it must be asked, with its type and what the group's rows say."""
_CONDITIONS = ("usage_start_time >= @start", "project.id = @project", "cost_type = 'regular'")


def exports_of(billing: Billing) -> dict[str, timedelta]:
    """The tables that there are, and how long ago the newest row of each came."""
    owner = billing.account.replace("-", "_")
    standard, detailed = f"gcp_billing_export_v1_{owner}", f"gcp_billing_export_resource_v1_{owner}"
    if not billing.detailed:
        return {standard: billing.delay}
    ended = {} if billing.standard_ended is None else {standard: billing.standard_ended}
    return {detailed: billing.delay, **ended}


def answer(world: World, body: Json) -> tuple[list[Json], list[Json]]:
    """Fields and rows of `bigquery.jobs.query`. Raises RefusalError."""
    billing = world.scenario.billing
    if body.get("useLegacySql") is not False:  # Google's default is true
        raise _invalid("Legacy SQL is not supported; set useLegacySql to false.")
    most = body.get("maximumBytesBilled")
    if most is not None and int(most) < billing.bytes:
        over = f"Query exceeded limit for bytes billed: {most}. {billing.bytes} or higher required."
        raise RefusalError("INVALID_ARGUMENT", over, legacy="bytesBilledLimitExceeded")
    selected, table = _select(str(body.get("query", "")), billing)
    place, _, name = table.rpartition(".")
    if name not in exports_of(billing) or not place.endswith(f".{billing.dataset}"):
        raise not_found(f"Not found: Table {table.replace('.', ':', 1)} was not found in location {billing.location}")
    values = {one["name"]: one["parameterValue"]["value"] for one in body.get("queryParameters", [])}
    start = datetime.fromisoformat(values["start"])
    kinds = [_SUMMED[words][0] if words in _SUMMED else "STRING" for _, words in selected]
    fields = [{"name": name, "type": kind, "mode": "NULLABLE"} for (name, _), kind in zip(selected, kinds, strict=True)]
    return fields, _grouped(list(_rows(world, start, exports_of(billing)[name])), [words for _, words in selected])


def _grouped(rows: list[_Row], columns: list[str]) -> list[Json]:
    """One row for each group, however many rows of the export are in it."""
    keys = [_GROUPED[words] for words in columns if words in _GROUPED]
    groups: dict[tuple[str, ...], list[_Row]] = {}
    for row in rows:
        groups.setdefault(tuple(key(row) for key in keys), []).append(row)
    return [
        {
            "f": [
                {"v": _GROUPED[words](found[0]) if words in _GROUPED else _SUMMED[words][1](found)} for words in columns
            ]
        }
        for found in groups.values()
    ]


def _select(sql: str, billing: Billing) -> tuple[list[tuple[str, str]], str]:
    """The selected columns (name, words) and the table. Raises RefusalError for what is not understood."""
    flat = re.sub(r"\s+", " ", sql).strip()
    found = re.fullmatch(r"SELECT (.+) FROM `([\w.-]+)` WHERE (.+) GROUP BY ([\d, ]+)", flat)
    if found is None:
        raise _invalid("Syntax error: this BigQuery knows sums by day of the billing export only")
    partition = f"{billing.partition_field or '_PARTITIONTIME'} >= TIMESTAMP_SUB(@start, INTERVAL 1 DAY)"
    for condition in found[3].split(" AND "):
        if condition not in {*_CONDITIONS, partition}:
            raise _invalid(f"Unrecognized name: {condition}")
    selected = list(_selected(found[1]))
    by = {int(place) for place in found[4].split(",")}
    for place, (_, words) in enumerate(selected, start=1):
        if (place in by) is not (words in _GROUPED):
            raise _invalid(f"SELECT list expression references column {words} which is neither grouped nor aggregated")
    return selected, found[2]


def _selected(columns: str) -> Iterator[tuple[str, str]]:
    left = columns
    while left:
        known = next((words for words in (*_GROUPED, *_SUMMED) if left.startswith(words)), None)
        if known is None:
            raise _invalid(f"Unrecognized name: {left.split(',')[0]}")
        named = re.match(r"(?: AS (\w+))?(?:, )?", left[len(known) :])
        yield (named[1] if named and named[1] else known), known
        left = left[len(known) + (named.end() if named else 0) :]


def _rows(world: World, start: datetime, delay: timedelta) -> Iterator[_Row]:
    """Each cost on each day from `start` on, as far as rows have come in, the newest of them so long ago."""
    billing, now = world.scenario.billing, world.now()
    exported = now - delay
    for cost in billing.costs:
        day, last = start.astimezone(_PACIFIC).date(), (exported - timedelta(hours=6)).astimezone(_PACIFIC).date()
        first, until = ((now - ago).astimezone(_PACIFIC).date() for ago in (cost.since, cost.until))
        while day <= last:
            if first <= day <= until:
                yield _Row(cost, cost.currency or billing.currency, day, exported.astimezone(UTC))
            day += timedelta(days=1)


def _invalid(text: str) -> RefusalError:
    return RefusalError("INVALID_ARGUMENT", text, legacy="invalidQuery")
