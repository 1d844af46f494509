"""What did Cloud Monitoring measure? Source: Cloud Monitoring API v3, MetricService, over gRPC.

One question is one `ListTimeSeries` for a whole project, grouped by what is looked at: calls grow with metrics, not
with services.
"""

from array import array
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from math import isfinite, nan
from operator import attrgetter
from typing import TYPE_CHECKING, Any, TypeAlias, overload

from sagebase_ops.errors import GcpError
from sagebase_ops.gcp.asked import Asked
from sagebase_ops.gcp.calls import asking, pages_of
from sagebase_ops.gcp.clients import Connections
from sagebase_ops.gcp.errors import Question, in_part

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


@dataclass(frozen=True, slots=True)
class Point:
    """`end` is the end of its period, aware UTC. A distribution's value is its mean, a boolean's 0 or 1."""

    end: datetime
    value: float


def _numbers() -> "array[float]":
    return array("d")


@dataclass(frozen=True, slots=True)
class Points(Sequence[Point]):
    """Sixteen bytes each: two months of hours of a whole project are a hundred thousand. `ends` in seconds since the epoch."""

    ends: "array[float]" = field(default_factory=_numbers)
    values: "array[float]" = field(default_factory=_numbers)

    @classmethod
    def of(cls, points: Iterable[Point]) -> "Points":
        """The same points, in their order."""
        given = tuple(points)
        return cls(array("d", [one.end.timestamp() for one in given]), array("d", [one.value for one in given]))

    def __len__(self) -> int:
        return len(self.ends)

    def __iter__(self) -> Iterator[Point]:
        return map(Point, map(_moment, self.ends), self.values)

    @overload
    def __getitem__(self, place: int) -> Point: ...
    @overload
    def __getitem__(self, place: slice) -> "Points": ...
    def __getitem__(self, place: int | slice) -> "Point | Points":
        if isinstance(place, slice):
            return Points(self.ends[place], self.values[place])
        return Point(_moment(self.ends[place]), self.values[place])


@dataclass(frozen=True, slots=True)
class Series:
    """Points newest first, as Google sends them, and the labels by the names that were asked for, "" where absent."""

    labels: Mapping[str, str]
    points: Points


@dataclass(frozen=True, slots=True)
class SeriesSet:
    """The answer. `partial` says why a series may lack points or be absent altogether; None when nothing is missing.

    `unit` is Google's (`ms`, `10^2.%`), "" when it gave none.
    """

    series: tuple[Series, ...]
    unit: str = ""
    partial: GcpError | None = None

    @property
    def complete(self) -> bool:
        return self.partial is None


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


_Labels: TypeAlias = tuple[tuple[str, str], ...]


@dataclass
class Gathered:
    """The pages of one answer so far: a page may go on with a series that the one before began."""

    points: dict[_Labels, Points] = field(default_factory=dict)
    units: set[str] = field(default_factory=set)
    errors: list[str] = field(default_factory=list)


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
            gathered = Gathered()
            async for page in pages_of(await client.list_time_series(request=request_of(project, query), **tries)):
                gather(page, query.group_by, gathered)
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


def gather(page: Any, group_by: tuple[str, ...], gathered: Gathered) -> None:  # raw ListTimeSeriesResponse
    """Add one page. Through proto-plus this would take 19 times as long."""
    gathered.errors += [error.message or f"code {error.code}" for error in page.execution_errors]
    gathered.units |= {page.unit} - {""}
    for series in page.time_series:
        _read_points(series.points, gathered.points.setdefault(_labels(series, group_by), Points()))


def answer_of(gathered: Gathered, question: Question) -> SeriesSet:
    """The whole answer, once all pages are in."""
    return SeriesSet(
        tuple(Series(dict(labels), points) for labels, points in gathered.points.items()),
        unit=" ".join(sorted(gathered.units)),
        partial=in_part(gathered.errors, question),
    )


def read_descriptor(message: Any) -> Descriptor:  # google.api.MetricDescriptor; protobuf makes its class at run time
    """A MetricDescriptor message as we see it."""
    kind, value_type = message.MetricKind.Name(message.metric_kind), message.ValueType.Name(message.value_type)
    sampled, ingested = message.metadata.sample_period.ToTimedelta(), message.metadata.ingest_delay.ToTimedelta()
    return Descriptor(message.type, kind, value_type, message.unit, (sampled + ingested) or None)


def _metric_client() -> "type[MetricServiceAsyncClient]":
    from google.cloud.monitoring_v3.services.metric_service import MetricServiceAsyncClient

    return MetricServiceAsyncClient


def _labels(series: Any, group_by: tuple[str, ...]) -> _Labels:  # raw TimeSeries
    """Those asked for; all of them when none was."""
    labels = {f"resource.labels.{name}": value for name, value in series.resource.labels.items()}
    labels |= {f"metric.labels.{name}": value for name, value in series.metric.labels.items()}
    return tuple((name, labels.get(name, "")) for name in group_by or sorted(labels))


def _read_points(points: Any, into: Points) -> None:  # raw repeated Point
    """Those that hold a number: an empty histogram has none, and its percentile is NaN. Infinity measures nothing.

    A series is of one type, so that its points are read without a loop of ours; where one holds anything else, or nothing,
    that reads 0, and only what reads 0 is looked at once more.
    """
    seen = list(points)  # each is a view that is made anew whenever it is asked for
    kind = seen[0].value.WhichOneof("value") if seen else ""
    ends, values = array("d", map(_END, seen)), array("d", map(_READ.get(kind, _number), seen))
    if not all(values) or not isfinite(sum(values)):
        numbers = [value or _number(point) for value, point in zip(values, seen, strict=True)]
        whole = [place for place, number in enumerate(numbers) if isfinite(number)]
        ends, values = (array("d", [part[place] for place in whole]) for part in (ends, numbers))
    into.ends.extend(ends)
    into.values.extend(values)


_END = attrgetter("interval.end_time.seconds")
"""Without its nanoseconds: every question is aligned, to whole minutes."""
_READ = {kind: attrgetter(f"value.{kind}") for kind in ("double_value", "int64_value")}


def _number(point: Any) -> float:  # raw Point
    """Chosen by which one is set, since 0.0 and False are values. NaN where there is no number."""
    typed = point.value
    kind = typed.WhichOneof("value")
    if kind == "distribution_value":
        return float(typed.distribution_value.mean) if typed.distribution_value.count else nan
    if kind in {None, "string_value"}:
        return nan
    return float(getattr(typed, kind))


@lru_cache(maxsize=8192)
def _moment(seconds: float) -> datetime:
    """Aware UTC. The series of all services and projects have the same few moments, a hundred thousand times over."""
    return datetime.fromtimestamp(seconds, UTC)
