"""Cloud Billing and BigQuery: who pays, and the billing export, which answers sums by day.

This BigQuery knows one table and the columns below; each must be asked for in the words that stand here, and whatever else
is asked is refused as BigQuery refuses what it cannot read.
"""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any, TypeAlias
from zoneinfo import ZoneInfo

from starlette.requests import Request

from sagebase_ops.sandbox.billing_scenario import Billing, Cost
from sagebase_ops.sandbox.refusals import RefusalError, not_found
from sagebase_ops.sandbox.rest_answers import Json
from sagebase_ops.sandbox.world import World

BIGQUERY, BILLING = "bigquery.googleapis.com", "cloudbilling.googleapis.com"
PERMISSIONS = {
    "cloudbilling.projects.getBillingInfo": "resourcemanager.projects.get",
    "bigquery.jobs.query": "bigquery.jobs.create",
    "bigquery.jobs.getQueryResults": "bigquery.jobs.create",
}
_MULTI_REGIONS = {"US", "EU"}
_MOST = 100_000
_PACIFIC = ZoneInfo("America/Los_Angeles")
_COLUMNS = {
    "service.description": ("STRING", lambda row: row.cost.service),
    "sku.description": ("STRING", lambda row: row.cost.sku),
    "currency": ("STRING", lambda row: row.currency),
    "FORMAT_DATE('%F', DATE(usage_start_time, 'America/Los_Angeles'))": ("STRING", lambda row: row.day.isoformat()),
    "SUM(cost) + SUM(IFNULL((SELECT SUM(c.amount) FROM UNNEST(credits) AS c), 0))": (
        "FLOAT",
        lambda row: repr(row.cost.daily + row.cost.credits),
    ),
    "UNIX_SECONDS(MAX(export_time))": ("INTEGER", lambda row: str(int(row.exported.timestamp()))),
}
"""What can be selected, in the words in which it must be asked, with its type and what a row says."""
_CONDITIONS = ("usage_start_time >= @start", "project.id = @project", "cost_type = 'regular'")


@dataclass(frozen=True)
class _Row:
    """What one SKU cost on one day."""

    cost: Cost
    currency: str
    day: date
    exported: datetime


@dataclass
class _Job:
    fields: list[Json]
    rows: list[Json]
    unfinished: int


Path: TypeAlias = tuple[str, str, str, Any, str]
"""Path, API, method, what makes the answer (Any: the Make of rest.py, which imports this), verb."""


def paths() -> list[Path]:
    """Every path of both APIs, with a BigQuery that remembers its jobs."""
    warehouse = _Warehouse()
    jobs = "/bigquery/v2/projects/{project}/queries"
    info = "/v1/projects/{project}/billingInfo"
    table = "/bigquery/v2/projects/{project}/datasets/{dataset}/tables/{table}"
    return [
        (info, BILLING, "cloudbilling.projects.getBillingInfo", _account, "GET"),
        (table, BIGQUERY, "bigquery.tables.get", _table, "GET"),
        (jobs, BIGQUERY, "bigquery.jobs.query", warehouse.query, "POST"),
        (f"{jobs}/{{job}}", BIGQUERY, "bigquery.jobs.getQueryResults", warehouse.results, "GET"),
    ]


def _account(world: World, request: Request) -> Json:
    project, billing = str(request.path_params["project"]), world.scenario.billing
    named = {"billingAccountName": f"billingAccounts/{billing.account}", "billingEnabled": True}
    name = f"projects/{project}/billingInfo"
    return {"name": name, "projectId": project, **(named if billing.enabled else {})}


def _table(world: World, request: Request) -> Json:
    billing, given = world.scenario.billing, request.path_params
    place = f"{given['project']}:{given['dataset']}"
    if given["dataset"] != billing.dataset:
        raise not_found(f"Not found: Dataset {place}")
    if given["table"] != _name(billing):
        raise not_found(f"Not found: Table {place}.{given['table']}")
    field = {"field": billing.partition_field} if billing.partition_field else {}
    return {
        "kind": "bigquery#table",
        "id": f"{place}.{given['table']}",
        "tableReference": {"projectId": given["project"], "datasetId": given["dataset"], "tableId": given["table"]},
        "numBytes": str(billing.bytes),
        "lastModifiedTime": str(int((world.now() - billing.delay).timestamp() * 1000)),
        "type": "TABLE",
        "location": billing.location,
        "timePartitioning": {"type": "DAY", **field},
    }


def _name(billing: Billing) -> str:
    return f"gcp_billing_export_v1_{billing.account.replace('-', '_')}"


class _Warehouse:
    """The queries that were asked, by their numbers."""

    def __init__(self) -> None:
        self._jobs: list[_Job] = []

    async def query(self, world: World, request: Request) -> Json:
        body = json.loads(await request.body() or b"{}")
        fields, rows = _answer(world, body)
        self._jobs.append(_Job(fields, rows, world.scenario.billing.unfinished))
        most = int(body.get("maxResults", _MOST))
        return self._page(world, str(request.path_params["project"]), len(self._jobs) - 1, 0, most)

    def results(self, world: World, request: Request) -> Json:
        """Outside of the multi-regions a job is found only where its location is said."""
        given, name = request.query_params, str(request.path_params["job"])
        number, place = int(name.removeprefix("job_")), world.scenario.billing.location
        if number >= len(self._jobs) or (place not in _MULTI_REGIONS and given.get("location") != place):
            raise not_found(f"Not found: Job {name}")
        first, most = int(given.get("pageToken") or 0), int(given.get("maxResults", _MOST))
        return self._page(world, str(request.path_params["project"]), number, first, most)

    def _page(self, world: World, project: str, number: int, first: int, most: int) -> Json:
        job, billing = self._jobs[number], world.scenario.billing
        reference = {"projectId": project, "jobId": f"job_{number}", "location": billing.location}
        answer: Json = {"kind": "bigquery#queryResponse", "jobReference": reference}
        if job.unfinished:
            job.unfinished -= 1
            return {**answer, "jobComplete": False}
        rows, end = job.rows[first : first + most], first + most
        return {
            **answer,
            "jobComplete": True,
            "schema": {"fields": job.fields},
            "totalRows": str(len(job.rows)),
            "totalBytesProcessed": str(billing.bytes),
            **({"rows": rows} if rows else {}),
            **({"pageToken": str(end)} if end < len(job.rows) else {}),
        }


def _answer(world: World, body: Json) -> tuple[list[Json], list[Json]]:
    """Fields and rows. Raises RefusalError."""
    billing = world.scenario.billing
    if body.get("useLegacySql") is not False:  # Google's default is true
        raise _invalid("Legacy SQL is not supported; set useLegacySql to false.")
    most = body.get("maximumBytesBilled")
    if most is not None and int(most) < billing.bytes:
        over = f"Query exceeded limit for bytes billed: {most}. {billing.bytes} or higher required."
        raise RefusalError("INVALID_ARGUMENT", over, legacy="bytesBilledLimitExceeded")
    selected, table = _select(str(body.get("query", "")), billing)
    if not table.endswith(f".{billing.dataset}.{_name(billing)}"):
        raise not_found(f"Not found: Table {table.replace('.', ':', 1)} was not found in location {billing.location}")
    values = {one["name"]: one["parameterValue"]["value"] for one in body.get("queryParameters", [])}
    start = datetime.fromisoformat(values["start"])
    fields = [{"name": name, "type": kind, "mode": "NULLABLE"} for name, kind, _ in selected]
    return fields, [{"f": [{"v": make(row)} for _, _, make in selected]} for row in _rows(world, start)]


def _select(sql: str, billing: Billing) -> tuple[list[tuple[str, str, Any]], str]:
    """The selected columns (name, type, what a row says) and the table. Raises RefusalError for what is not understood."""
    flat = re.sub(r"\s+", " ", sql).strip()
    found = re.fullmatch(r"SELECT (.+) FROM `([\w.-]+)` WHERE (.+) GROUP BY ([\d, ]+)", flat)
    if found is None:
        raise _invalid("Syntax error: this BigQuery knows sums by day of the billing export only")
    partition = f"{billing.partition_field or '_PARTITIONTIME'} >= TIMESTAMP_SUB(@start, INTERVAL 1 DAY)"
    for condition in found[3].split(" AND "):
        if condition not in {*_CONDITIONS, partition}:
            raise _invalid(f"Unrecognized name: {condition}")
    return list(_selected(found[1])), found[2]


def _selected(columns: str) -> Iterator[tuple[str, str, Any]]:
    left = columns
    while left:
        known = next((words for words in _COLUMNS if left.startswith(words)), None)
        if known is None:
            raise _invalid(f"Unrecognized name: {left.split(',')[0]}")
        named = re.match(r"(?: AS (\w+))?(?:, )?", left[len(known) :])
        kind, make = _COLUMNS[known]
        yield (named[1] if named and named[1] else known), kind, make
        left = left[len(known) + (named.end() if named else 0) :]


def _rows(world: World, start: datetime) -> Iterator[_Row]:
    """Each cost on each day from `start` on, as far as rows have come in."""
    billing, now = world.scenario.billing, world.now()
    exported = now - billing.delay
    for cost in billing.costs:
        day, last = start.astimezone(_PACIFIC).date(), (exported - timedelta(hours=6)).astimezone(_PACIFIC).date()
        first, until = ((now - ago).astimezone(_PACIFIC).date() for ago in (cost.since, cost.until))
        while day <= last:
            if first <= day <= until:
                yield _Row(cost, cost.currency or billing.currency, day, exported.astimezone(UTC))
            day += timedelta(days=1)


def _invalid(text: str) -> RefusalError:
    return RefusalError("INVALID_ARGUMENT", text, legacy="invalidQuery")
