"""What did Cloud Monitoring measure? Source: Cloud Monitoring API v3, MetricService, over gRPC.

One question is one `ListTimeSeries` for a whole project, grouped by what is looked at: calls grow with metrics, not
with services.
"""

from array import array
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from sagebase_ops.gcp.asked import Asked
from sagebase_ops.gcp.calls import asking, pages_of
from sagebase_ops.gcp.clients import Connections
from sagebase_ops.gcp.time_series import Gathered, SeriesSet, answer_of, gather

if TYPE_CHECKING:
    from google.cloud.monitoring_v3.services.metric_service import MetricServiceAsyncClient

API = "monitoring.googleapis.com"
PAGE_SIZE = 100_000  # points, Google's maximum


@dataclass(frozen=True, slots=True)
class MetricQuery:
    """One question. Enum values by Google's names (`ALIGN_DELTA`); `start` and `end` aware, on whole minutes.

    `group_by` keeps these labels only (`resource.labels.service_name`). `period` None is the whole window: one point
    per series. `then` aligns a second time, each `then_every` or over the whole window: `ALIGN_MAX` after a period of a minute
    is the peak.
    """

    filter: str
    aligner: str
    reducer: str
    group_by: tuple[str, ...]
    start: datetime
    end: datetime
    period: timedelta | None = None
    then: str | None = None
    then_every: timedelta | None = None

    def ends(self) -> "array[float]":
        """The end of each period of the answer, newest first, in seconds since the epoch."""
        every = (self.then_every if self.then else self.period) or self.end - self.start
        return array("d", range(int(self.end.timestamp()), int(self.start.timestamp()), -int(every.total_seconds())))


@dataclass(frozen=True, slots=True)
class Descriptor:
    """What a metric is, in Google's words: `DELTA`, `DISTRIBUTION`, `ms`.

    `delay` is how long a point may take until it is seen: sampling and ingestion together; None where Google says neither.
    """

    type: str
    kind: str
    value_type: str
    unit: str
    delay: timedelta | None = None


class MetricReader:
    """Time series and descriptors of a project."""

    def __init__(self, connections: Connections, asked: Asked) -> None:
        self._connections = connections
        self._asked = asked

    async def series(self, project: str, query: MetricQuery) -> SeriesSet:
        """All series that `query` matches, all pages. Raises GcpError. Source: MetricService.ListTimeSeries."""
        return await self._asked.once(("metrics.series", project, query), lambda: self._series(project, query))

    async def long_series(self, project: str, query: MetricQuery) -> SeriesSet:
        """The same for an answer of many points that one check alone asks for: it is not kept. Raises GcpError."""
        return await self._asked.unshared(lambda: self._series(project, query))

    async def descriptor(self, project: str, metric_type: str) -> Descriptor | None:
        """What Google says this metric is; None when it does not list it, as before its first use in the project.

        The descriptors of all metrics of one API come in one call, asked once in the life of the process: they do not
        change under a running one, but one that was not listed yet is looked for again in the next run.
        Raises GcpError. Source: MetricService.ListMetricDescriptors.
        """
        host = metric_type.partition("/")[0]
        known = self._connections.descriptors.get((project, host))
        if known is None or metric_type not in known:
            key = ("metrics.descriptors", project, host)
            known = await self._asked.once(key, lambda: self._descriptors(project, host))
            self._connections.descriptors[project, host] = known
        return known.get(metric_type)

    async def _series(self, project: str, query: MetricQuery) -> SeriesSet:
        question = self._connections.question(
            API, "MetricService.ListTimeSeries", "monitoring.timeSeries.list", project
        )
        async with asking(question, self._connections.patience) as tries:
            client = await self._connections.client(_metric_client)
            gathered = Gathered(query.group_by, query.ends())
            async for page in pages_of(await client.list_time_series(request=request_of(project, query), **tries)):
                gather(page, gathered)
            return answer_of(gathered, question)

    async def _descriptors(self, project: str, host: str) -> Mapping[str, Descriptor]:
        question = self._connections.question(
            API, "MetricService.ListMetricDescriptors", "monitoring.metricDescriptors.list", project
        )
        request = {"name": f"projects/{project}", "filter": f'metric.type = starts_with("{host}/")'}
        async with asking(question, self._connections.patience) as tries:
            client = await self._connections.client(_metric_client)
            pages = pages_of(await client.list_metric_descriptors(request=request, **tries))
            return {seen.type: read_descriptor(seen) async for page in pages for seen in page.metric_descriptors}


def request_of(project: str, query: MetricQuery) -> dict[str, Any]:  # a ListTimeSeriesRequest; gapic takes a dict
    """`query` as Google wants it: a reducer needs an aligner, an aligner a period of at least 60 s."""
    window = query.end - query.start
    request = {
        "name": f"projects/{project}",
        "filter": query.filter,
        "interval": {"start_time": query.start, "end_time": query.end},
        "aggregation": {
            "alignment_period": query.period or window,
            "per_series_aligner": query.aligner,
            "cross_series_reducer": query.reducer,
            "group_by_fields": query.group_by,
        },
        "view": "FULL",
        "page_size": PAGE_SIZE,
    }
    again = {
        "secondary_aggregation": {
            "alignment_period": query.then_every or window,
            "per_series_aligner": query.then,
        }
    }
    return request | again if query.then else request


def read_descriptor(message: Any) -> Descriptor:  # google.api.MetricDescriptor; protobuf makes its class at run time
    """A MetricDescriptor message as we see it."""
    kind, value_type = message.MetricKind.Name(message.metric_kind), message.ValueType.Name(message.value_type)
    sampled, ingested = message.metadata.sample_period.ToTimedelta(), message.metadata.ingest_delay.ToTimedelta()
    return Descriptor(message.type, kind, value_type, message.unit, (sampled + ingested) or None)


def _metric_client() -> "type[MetricServiceAsyncClient]":
    from google.cloud.monitoring_v3.services.metric_service import MetricServiceAsyncClient

    return MetricServiceAsyncClient
