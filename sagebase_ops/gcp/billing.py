"""What did a project cost? From the billing export in BigQuery, the only source that has what was spent.

Source: Cloud Billing API v1 (projects.getBillingInfo); the columns of the usage cost export.
"""

import math
from collections.abc import Awaitable
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime

from sagebase_ops.domain.costs import BILLING_ZONE, DailyCost
from sagebase_ops.errors import GcpError, GcpErrorKind
from sagebase_ops.gcp import bigquery
from sagebase_ops.gcp.asked import Asked
from sagebase_ops.gcp.bigquery import Rows, Table
from sagebase_ops.gcp.clients import Connections
from sagebase_ops.gcp.errors import failure
from sagebase_ops.gcp.rest_lists import text

API = "cloudbilling.googleapis.com"
_GETS = "resourcemanager.projects.get"
_SQL = """\
SELECT service.description AS service_name, sku.description AS sku_name, currency,
  FORMAT_DATE('%F', DATE(usage_start_time, '{zone}')) AS usage_day,
  SUM(cost) + SUM(IFNULL((SELECT SUM(c.amount) FROM UNNEST(credits) AS c), 0)) AS net,
  UNIX_SECONDS(MAX(export_time)) AS exported
FROM `{table}`
WHERE {partition} >= TIMESTAMP_SUB(@start, INTERVAL 1 DAY)
  AND usage_start_time >= @start AND project.id = @project AND cost_type = 'regular'
GROUP BY 1, 2, 3, 4"""
"""Net of credits, which are negative; joining them to the rows would count `cost` once for each of them.

A row of a day may come in weeks later, so the partitions have no upper bound.
"""


@dataclass(frozen=True, slots=True)
class Account:
    """Whether the project is billed, and to whom (`012345-567890-ABCDEF`, "" for nobody)."""

    enabled: bool
    id: str


@dataclass(frozen=True, slots=True)
class Costs:
    """The daily costs of one project. `exported` is when the newest of its rows came; None without any row.

    `stopped` is the table of the account's other export, where rows come in here and none there.
    """

    table: Table
    days: tuple[DailyCost, ...]
    exported: datetime | None
    scanned: int
    stopped: Table | None = None


class BillingReader:
    """Who pays, and how much."""

    def __init__(self, connections: Connections, asked: Asked) -> None:
        self._connections = connections
        self._asked = asked

    async def account(self, project: str) -> Account:
        """Raises GcpError. Source: cloudbilling.projects.getBillingInfo."""
        return await self._asked.once(("billing.account", project), lambda: self._account(project))

    async def costs(
        self, project: str, dataset: str, account: str, start: datetime, most: int, live: datetime
    ) -> Costs:
        """What the project cost from `start` (aware) on, by service, SKU and billing day.

        `dataset` is `PROJECT.DATASET`, `most` the bytes that may be read; an export with no row since `live` has stopped, and
        the account's other one is read if it goes on. Raises GcpError; not_found: no export is there.
        Source: bigquery.tables.get, bigquery.jobs.query.
        """
        key = ("billing.costs", project, dataset, account, start, most, live)
        return await self._asked.once(key, lambda: self._costs(project, dataset, account, start, most, live))

    async def _account(self, project: str) -> Account:
        answer = await self._connections.rest.get(
            API,
            f"/v1/projects/{project}/billingInfo",
            project=project,
            permission=_GETS,
            method="cloudbilling.projects.getBillingInfo",
        )
        return Account(answer.get("billingEnabled") is True, text(answer, "billingAccountName").rpartition("/")[2])

    async def _costs(
        self, project: str, dataset: str, account: str, start: datetime, most: int, live: datetime
    ) -> Costs:
        """The detailed export has the same columns and more; each holds everything, so that both would count it twice."""
        standard, detailed = exports_of(account)
        first = await _unless_missing(self._in(project, dataset, standard, start, most))
        if first and first.exported and first.exported >= live:
            return first
        if first is None:
            return await self._in(project, dataset, detailed, start, most)
        second = await _unless_missing(self._in(project, dataset, detailed, start, most))
        if second and second.exported and (first.exported is None or second.exported > first.exported):
            return replace(second, stopped=first.table)
        return first

    async def _in(self, project: str, dataset: str, export: str, start: datetime, most: int) -> Costs:
        table = await bigquery.table(self._connections, project, dataset, export)
        sql = _SQL.format(zone=BILLING_ZONE.key, table=table.id, partition=table.partition_field or "_PARTITIONTIME")
        values = {"start": ("TIMESTAMP", f"{start.astimezone(UTC):%F %T+00:00}"), "project": ("STRING", project)}
        found = await bigquery.query(self._connections, project, sql, values, table.location, most)
        return self._read(project, table, found)

    def _read(self, project: str, table: Table, found: Rows) -> Costs:
        try:
            days = tuple(read_cost(dict(row)) for row in found.rows)
            times = [datetime.fromtimestamp(int(row["exported"]), UTC) for row in found.rows]
        except (KeyError, ValueError) as error:
            question = self._connections.question(bigquery.API, "bigquery.jobs.query", None, project)
            raise failure(GcpErrorKind.MALFORMED, f"a row of costs without {error}", question) from error
        return Costs(table, days, max(times, default=None), found.scanned)


async def _unless_missing(costs: Awaitable[Costs]) -> Costs | None:
    try:
        return await costs
    except GcpError as error:
        if error.kind is not GcpErrorKind.NOT_FOUND:
            raise
        return None


def exports_of(account: str) -> tuple[str, str]:
    """The tables that Google exports the standard and the detailed usage cost of this account to."""
    owner = account.replace("-", "_")
    return f"gcp_billing_export_v1_{owner}", f"gcp_billing_export_resource_v1_{owner}"


def read_cost(row: dict[str, str]) -> DailyCost:
    """Raises KeyError for a column that is missing or null, ValueError for one that cannot be read (NaN among them)."""
    net = float(row["net"])
    if not math.isfinite(net):
        raise ValueError(f"net {row['net']}")
    day = date.fromisoformat(row["usage_day"])
    return DailyCost(row["service_name"], row["sku_name"], row["currency"], day, net)
