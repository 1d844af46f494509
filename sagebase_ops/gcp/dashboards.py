"""Which dashboards exist, and what do they ask? Source: Cloud Monitoring dashboards API v1 over REST."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from sagebase_ops.gcp.asked import Asked
from sagebase_ops.gcp.clients import Connections
from sagebase_ops.gcp.fields import short_name
from sagebase_ops.gcp.rest import Json
from sagebase_ops.gcp.rest_lists import objects, pages, text

API = "monitoring.googleapis.com"
_STATISTIC = re.compile(r"PERCENTILE_\d\d|MEAN|MIN|MAX|STDDEV|COUNT")
_QUERIES = {"filter", "prometheusQuery", "timeSeriesQueryLanguage"}


@dataclass(frozen=True, slots=True)
class Dashboard:
    """`name` is the last part of the full name; `queries` what its charts, scorecards and tables ask, in any layout.

    What a panel of logs or incidents is filtered by shows no metric, and is not among them. `statistics` are, by query, what
    its charts make of a distribution: `PERCENTILE_95`, `MEAN`; "" where one shows it whole, or in a query language.
    """

    name: str
    display_name: str
    queries: tuple[str, ...]
    statistics: Mapping[str, frozenset[str]] = field(default_factory=dict)


class DashboardReader:
    """The custom dashboards of a project."""

    def __init__(self, connections: Connections, asked: Asked) -> None:
        self._connections = connections
        self._asked = asked

    async def list(self, project: str) -> tuple[Dashboard, ...]:
        """All of them. Raises GcpError. Source: monitoring.dashboards.list."""
        return await self._asked.once(("dashboards.list", project), lambda: self._list(project))

    async def _list(self, project: str) -> tuple[Dashboard, ...]:
        method = "monitoring.dashboards.list"
        question = self._connections.question(API, method, method, project)
        found: list[Dashboard] = []
        async for page in pages(self._connections, question, f"/v1/projects/{project}/dashboards"):
            found += map(read_dashboard, objects(page, "dashboards", question))
        return tuple(found)


def read_dashboard(item: Json) -> Dashboard:
    """A Dashboard resource of any layout: grid, mosaic, rows or columns."""
    asked = [(query, _statistic(whole)) for whole in _queries(item) for query in _texts(whole)]
    statistics = {query: frozenset(found for same, found in asked if same == query) for query, _ in asked}
    return Dashboard(
        short_name(text(item, "name")), text(item, "displayName"), tuple(query for query, _ in asked), statistics
    )


def _queries(value: object) -> Iterator[object]:
    """Of everything that holds a time series query: charts, scorecards, tables, pies, and what Google adds to them."""
    if isinstance(value, dict):
        for key, inner in value.items():
            if key == "timeSeriesQuery":
                yield inner
            else:
                yield from _queries(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _queries(inner)


def _texts(query: object) -> Iterator[str]:
    """A filter, both filters of a ratio, or a query in one of the two languages."""
    for key, inner in query.items() if isinstance(query, dict) else ():
        if key in _QUERIES and isinstance(inner, str):
            yield inner
        else:
            yield from _texts(inner)


def _statistic(query: object) -> str:
    """The first that makes one number of a distribution: aligners come before reducers, whatever JSON's order."""
    found = [_STATISTIC.search(said) for said in sorted(_aggregators(query))]
    return next((one[0] for one in found if one), "")


def _aggregators(query: object) -> Iterator[str]:
    for key, inner in query.items() if isinstance(query, dict) else ():
        if key in {"perSeriesAligner", "crossSeriesReducer"} and isinstance(inner, str):
            yield inner
        else:
            yield from _aggregators(inner)
