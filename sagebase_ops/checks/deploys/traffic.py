"""How did each revision answer? Counts and response times by revision, each asked once for the whole project."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from sagebase_ops.checks.base import CheckContext
from sagebase_ops.errors import GcpError
from sagebase_ops.gcp.metrics import METRICS, SERVICE, filter_of
from sagebase_ops.gcp.monitoring import MetricQuery, Series, SeriesSet

REVISION, CLASS = "resource.labels.revision_name", "metric.labels.response_code_class"
_MS = 1000
_MINUTES = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Answers:
    """Of one revision. `p95` in seconds, None without a request."""

    requests: float = 0
    errors: float = 0
    p95: float | None = None

    @property
    def error_rate(self) -> float:
        return self.errors / self.requests if self.requests else 0.0


@dataclass(frozen=True, slots=True)
class Traffic:
    """By revision. `partial` says why something may be missing."""

    revisions: Mapping[str, Answers]
    partial: GcpError | None

    def of(self, revision: str) -> Answers:
        return self.revisions.get(revision, Answers())


async def traffic_by_revision(window: timedelta, context: CheckContext) -> Traffic:
    """Up to where Google's data ends, which is minutes back; of a refusal only the reason.

    Source: MetricService.ListTimeSeries.
    """
    try:
        counts, times = await asyncio.gather(
            _ask("request_count", "REDUCE_SUM", (SERVICE, REVISION, CLASS), window, context),
            _ask("latency_p95", "REDUCE_PERCENTILE_95", (SERVICE, REVISION), window, context),
        )
    except GcpError as error:
        return Traffic({}, error)
    names = {series.labels[REVISION] for series in (*counts.series, *times.series)}
    return Traffic({name: _answers(name, counts, times) for name in names}, counts.partial or times.partial)


async def _ask(
    metric: str, reducer: str, group_by: tuple[str, ...], window: timedelta, context: CheckContext
) -> SeriesSet:
    known = METRICS[metric]
    end = (context.now - known.delay).replace(second=0, microsecond=0)
    asked = filter_of(known, context.project.region)
    query = MetricQuery(asked, "ALIGN_DELTA", reducer, group_by, end - window // _MINUTES * _MINUTES, end)
    return await context.gcp.metrics.series(context.project.id, query)


def _answers(name: str, counts: SeriesSet, times: SeriesSet) -> Answers:
    own = [one for one in counts.series if one.labels[REVISION] == name]
    p95 = [one.points[0].value / _MS for one in times.series if one.labels[REVISION] == name and one.points]
    failed = [one for one in own if one.labels[CLASS] == "5xx"]
    return Answers(sum(map(_value, own)), sum(map(_value, failed)), max(p95, default=None))


def _value(series: Series) -> float:
    return series.points[0].value if series.points else 0.0
