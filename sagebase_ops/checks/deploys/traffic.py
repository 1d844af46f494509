"""How did each revision answer? Counts and response times by revision, each asked once for the whole project."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from sagebase_ops.checks.base import CheckContext
from sagebase_ops.errors import GcpError
from sagebase_ops.gcp.metrics import METRICS, RESPONSE_CLASS, SERVICE, UNCLASSED, Metric, filter_of
from sagebase_ops.gcp.monitoring import MetricQuery
from sagebase_ops.gcp.time_series import Series, SeriesSet

REVISION, CLASS = "resource.labels.revision_name", "metric.labels.response_code_class"
_MS = 1000
_MINUTES = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Answers:
    """Of one revision. `p95` in seconds, None without a request; `unclassed` may have failed, for all that is known."""

    requests: float = 0
    errors: float = 0
    p95: float | None = None
    unclassed: float = 0

    @property
    def error_rate(self) -> float:
        return self.errors / self.requests if self.requests else 0.0

    @property
    def is_rated(self) -> bool:
        """Whether Google says of them, but for a few, how they were answered."""
        return self.unclassed <= UNCLASSED * self.requests


@dataclass(frozen=True, slots=True)
class Traffic:
    """By revision, up to `until`, where Google's data ends. `partial` says why something may be missing."""

    revisions: Mapping[str, Answers]
    partial: GcpError | None
    until: datetime

    def of(self, revision: str) -> Answers:
        return self.revisions.get(revision, Answers())


async def traffic_by_revision(window: timedelta, context: CheckContext) -> Traffic:
    """Up to where Google's data ends, which is minutes back; of a refusal only the reason.

    Source: MetricService.ListTimeSeries.
    """
    until = _end(METRICS["request_count"], context)
    try:
        counts, times = await asyncio.gather(
            _ask("request_count", _Reduced("ALIGN_DELTA", "REDUCE_SUM", (SERVICE, REVISION, CLASS)), window, context),
            _ask("latency_p95", _Reduced("ALIGN_DELTA", "REDUCE_PERCENTILE_95", (SERVICE, REVISION)), window, context),
        )
    except GcpError as error:
        return Traffic({}, error, until)
    names = {series.labels[REVISION] for series in (*counts.series, *times.series)}
    return Traffic({name: _answers(name, counts, times) for name in names}, counts.partial or times.partial, until)


async def counted_instances(window: timedelta, context: CheckContext) -> frozenset[str]:
    """Revisions whose instances were counted: Google did look, so that no request counted there means that none came.

    What cannot be read, or only in part, proves nothing. Source: MetricService.ListTimeSeries.
    """
    reduced = _Reduced("ALIGN_MAX", "REDUCE_MAX", (SERVICE, REVISION))
    try:
        found = await _ask("instance_count", reduced, window, context)
    except GcpError:
        return frozenset()
    return frozenset(one.labels[REVISION] for one in found.series if one.points and found.complete)


@dataclass(frozen=True, slots=True)
class _Reduced:
    """How the points of a metric become one a group."""

    aligner: str
    reducer: str
    group_by: tuple[str, ...]


async def _ask(metric: str, reduced: _Reduced, window: timedelta, context: CheckContext) -> SeriesSet:
    known = METRICS[metric]
    end, asked = _end(known, context), filter_of(known, context.project.region)
    start = end - window // _MINUTES * _MINUTES
    query = MetricQuery(asked, reduced.aligner, reduced.reducer, reduced.group_by, start, end)
    return await context.gcp.metrics.series(context.project.id, query)


def _end(known: Metric, context: CheckContext) -> datetime:
    return (context.now - known.delay).replace(second=0, microsecond=0)


def _answers(name: str, counts: SeriesSet, times: SeriesSet) -> Answers:
    own = [one for one in counts.series if one.labels[REVISION] == name]
    p95 = [one.points[0].value / _MS for one in times.series if one.labels[REVISION] == name and one.points]
    failed = [one for one in own if one.labels[CLASS] == "5xx"]
    unclassed = [one for one in own if not RESPONSE_CLASS.fullmatch(one.labels[CLASS])]
    requests, errors, unsaid = (sum(map(_value, some)) for some in (own, failed, unclassed))
    return Answers(requests, errors, max(p95, default=None), unsaid)


def _value(series: Series) -> float:
    return series.points[0].value if series.points else 0.0
