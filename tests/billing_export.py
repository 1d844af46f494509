"""Google's billing export in DuckDB, asked by the very statement that BigQuery is sent: sqlglot translates it.

Both judge what our own sandbox cannot, which knows the statement by its words: whether it parses as BigQuery's SQL, whether
the columns are those of the export, and what it sums. The columns are Google's documented schema of the standard usage cost.
"""

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from typing import Any, TypeAlias
from zoneinfo import ZoneInfo

import duckdb
import sqlglot
from sqlglot import exp

from sagebase_ops.sandbox.billing_scenario import Billing
from sagebase_ops.sandbox.world import World

PACIFIC, HOUR, DAY = ZoneInfo("America/Los_Angeles"), timedelta(hours=1), timedelta(days=1)
PROJECT = "sagebase-sandbox"
TABLE = f"{PROJECT}.billing_export.gcp_billing_export_v1_012345_567890_ABCDEF"
_PAIRS = "ARRAY<STRUCT<key STRING, value STRING>>"
_ROW = f"""STRUCT<
  billing_account_id STRING,
  service STRUCT<id STRING, description STRING>,
  sku STRUCT<id STRING, description STRING>,
  usage_start_time TIMESTAMP,
  usage_end_time TIMESTAMP,
  project STRUCT<id STRING, number STRING, name STRING, labels {_PAIRS}, ancestry_numbers STRING>,
  labels {_PAIRS},
  system_labels {_PAIRS},
  location STRUCT<location STRING, country STRING, region STRING, zone STRING>,
  export_time TIMESTAMP,
  cost FLOAT64,
  currency STRING,
  currency_conversion_rate FLOAT64,
  usage STRUCT<amount FLOAT64, unit STRING, amount_in_pricing_units FLOAT64, pricing_unit STRING>,
  credits ARRAY<STRUCT<name STRING, amount FLOAT64, full_name STRING, id STRING, type STRING>>,
  invoice STRUCT<month STRING>,
  cost_type STRING,
  _PARTITIONTIME TIMESTAMP
>"""
_TYPES = {"VARCHAR": "STRING", "DOUBLE": "FLOAT", "BIGINT": "INTEGER"}
Json: TypeAlias = dict[str, Any]  # any JSON inside


@dataclass(frozen=True)
class Usage:
    """One hour's row from `start` (aware) on. `credits` are negative; `project` None: tax and the like are of no project."""

    start: datetime
    cost: float
    credits: tuple[float, ...] = ()
    service: str = "Cloud Run"
    sku: str = "CPU"
    currency: str = "JPY"
    project: str | None = PROJECT
    cost_type: str = "regular"
    late: timedelta = timedelta(hours=6)
    """How long after the hour's end it was exported."""

    def row(self) -> Json:
        exported = (self.start + HOUR + self.late).astimezone(UTC)
        return {
            "billing_account_id": "012345-567890-ABCDEF",
            "service": {"id": "0000-0000-0000", "description": self.service},
            "sku": {"id": "0000-0000", "description": self.sku},
            "usage_start_time": self.start.astimezone(UTC),
            "usage_end_time": (self.start + HOUR).astimezone(UTC),
            "project": {"id": self.project, "number": "1", "name": "Sagebase", "labels": [], "ancestry_numbers": "/2/"},
            "labels": [],
            "system_labels": [],
            "location": {"location": "asia-northeast1", "country": "JP", "region": "asia-northeast1", "zone": None},
            "export_time": exported,
            "cost": self.cost,
            "currency": self.currency,
            "currency_conversion_rate": 1.0,
            "usage": {"amount": 1.0, "unit": "seconds", "amount_in_pricing_units": 1.0, "pricing_unit": "second"},
            "credits": [
                {"name": "a credit", "amount": one, "full_name": "", "id": "", "type": "DISCOUNT"}
                for one in self.credits
            ],
            "invoice": {"month": f"{self.start.astimezone(PACIFIC):%Y%m}"},
            "cost_type": self.cost_type,
            "_PARTITIONTIME": exported.replace(hour=0, minute=0, second=0, microsecond=0),
        }


def usages(billing: Billing, now: datetime) -> Iterator[Usage]:
    """What the scenario says each day costs, in the day's first, middle and last hour, as far as it has been exported."""
    today = now.astimezone(PACIFIC).date()
    for cost in billing.costs:
        first, last = ((now - ago).astimezone(PACIFIC).date() for ago in (cost.since, cost.until))
        for ago in range(80):
            day = today - DAY * ago
            begin, end = (datetime.combine(date, time(), PACIFIC).astimezone(UTC) for date in (day, day + DAY))
            hours = [one for one in (begin, begin + 12 * HOUR, end - HOUR) if one + 7 * HOUR <= now - billing.delay]
            for start in hours if first <= day <= last else []:
                taken = (cost.credits / 6, cost.credits / 6) if cost.credits else ()
                currency = cost.currency or billing.currency
                yield Usage(start, cost.daily / 3, taken, cost.service, cost.sku, currency)


class BillingExport:
    """The table, which answers as BigQuery does. `asked` are the requests that it was sent."""

    def __init__(self, rows: Iterable[Usage]) -> None:
        self.asked: list[Json] = []
        self._database = duckdb.connect()
        self._database.execute("SET TimeZone = 'UTC'")  # BigQuery's default, and what sqlglot counts on
        self._database.execute(f"ATTACH ':memory:' AS \"{PROJECT}\"")
        self._database.execute(f'CREATE SCHEMA "{PROJECT}".billing_export')
        quoted = ".".join(f'"{part}"' for part in TABLE.split("."))
        shape = exp.DataType.build(_ROW, dialect="bigquery").sql("duckdb")
        told = json.dumps([one.row() for one in rows], default=datetime.isoformat)
        filled = f"SELECT UNNEST(CAST(CAST(? AS JSON) AS {shape}[]), max_depth := 2)"
        self._database.execute(f"CREATE TABLE {quoted} AS {filled}", [told])

    def answer(self, _world: World | None, body: Json) -> tuple[list[Json], list[Json]]:
        """Fields and rows of `bigquery.jobs.query`. Raises duckdb.Error for what cannot be asked of the export."""
        self.asked.append(body)
        found = self._database.execute(translated(body["query"]), _values(body))
        fields = [{"name": name, "type": _TYPES[str(kind)], "mode": "NULLABLE"} for name, kind, *_ in found.description]
        return fields, [{"f": [{"v": None if one is None else str(one)} for one in row]} for row in found.fetchall()]


def translated(sql: str) -> str:
    """BigQuery's SQL as DuckDB's. Raises sqlglot.ParseError; what sqlglot would hand on unread is a mistake as well."""
    (tree,) = sqlglot.parse(sql, read="bigquery", error_level=sqlglot.ErrorLevel.RAISE)
    assert tree is not None
    unread = list(tree.find_all(exp.Command, exp.Anonymous))
    assert not unread, unread
    return tree.sql("duckdb", unsupported_level=sqlglot.ErrorLevel.RAISE)


def _values(body: Json) -> Json:
    read = {"STRING": str, "TIMESTAMP": datetime.fromisoformat}
    return {
        one["name"]: read[one["parameterType"]["type"]](one["parameterValue"]["value"])
        for one in body["queryParameters"]
    }
