"""What did Cloud Monitoring measure, and is the metric what we take it for?"""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sagebase_ops.checks.base import CheckContext
from sagebase_ops.errors import GcpError
from sagebase_ops.gcp.logs import rfc3339
from sagebase_ops.gcp.metrics import METRICS, Metric, filter_of
from sagebase_ops.gcp.monitoring import MetricQuery, Series, SeriesSet

_FAILED = "5xx"


@dataclass(frozen=True, slots=True)
class Measured:
    """One value per target name, and how far it can be believed.

    `otherwise` is what Google's descriptor says where it is not what we take the metric for; `unproven` the refusal
    that kept us from reading it. `asked` is for the finding.
    """

    values: Mapping[str, float]
    answer: SeriesSet
    asked: Mapping[str, Any]  # JSON
    otherwise: str | None = None
    unproven: GcpError | None = None


async def measure(known: Metric, window: timedelta, context: CheckContext) -> Measured:
    """Ask for the values and for Google's descriptor at once. Raises GcpError for the values alone."""
    query = _query(known, window, context)
    answer, descriptor = await asyncio.gather(
        context.gcp.metrics.series(context.project.id, query), _descriptor(known, context)
    )
    values = _values(known, query, answer)
    if isinstance(descriptor, GcpError):
        return Measured(values, answer, _asked(query), unproven=descriptor)
    return Measured(values, answer, _asked(query), otherwise=descriptor)


async def counted_instances(window: timedelta, context: CheckContext) -> frozenset[str]:
    """Services whose instances were counted in the same window: only of them "no request came" can be said."""
    try:
        instances = await measure(METRICS["instance_count"], window, context)
    except GcpError:
        return frozenset()  # then nobody can say it, and the metric stays unknown
    return frozenset(instances.values) if instances.answer.complete else frozenset()


def _query(known: Metric, window: timedelta, context: CheckContext) -> MetricQuery:
    end = context.now.replace(second=0, microsecond=0) - known.delay
    return MetricQuery(
        filter_of(known, context.project.region),
        known.aligner,
        known.reducer,
        known.group_by,
        end - window,
        end,
        known.period,
        known.then,
    )


def _asked(query: MetricQuery) -> dict[str, Any]:
    return {
        "method": "MetricService.ListTimeSeries",
        "filter": query.filter,
        "aligner": query.aligner,
        "reducer": query.reducer,
        "start": rfc3339(query.start),
        "end": rfc3339(query.end),
    }


async def _descriptor(known: Metric, context: CheckContext) -> str | GcpError | None:
    """What Google says the metric is where we are wrong; None where it agrees, or does not list it yet."""
    try:
        found = await context.gcp.metrics.descriptor(context.project.id, known.type)
    except GcpError as error:
        return error
    if found is None:
        return None
    same = (found.kind, found.value_type) == (known.kind, known.value_type) and found.unit in known.google_units
    return None if same else f"{found.kind} {found.value_type} {found.unit}"


def _values(known: Metric, query: MetricQuery, answer: SeriesSet) -> dict[str, float]:
    """One number per target; where the metric is grouped by response class as well, its 5xx by all."""
    found: dict[str, dict[str, float]] = {}
    for series in answer.series:
        if _is_of_window(series, query):
            target, *kind = (series.labels[label] for label in known.group_by)
            by_kind = found.setdefault(target.rpartition(":")[2], {})
            by_kind["".join(kind)] = series.points[0].value * known.scale
    if len(known.group_by) == 1:
        return {name: by_kind[""] for name, by_kind in found.items()}
    shares = {name: (by_kind.get(_FAILED, 0.0), sum(by_kind.values())) for name, by_kind in found.items()}
    return {name: failed / total for name, (failed, total) in shares.items() if total > 0}


def _is_of_window(series: Series, query: MetricQuery) -> bool:
    """The newest point must end where the window does: an older one is an answer to another question."""
    return bool(series.points) and series.points[0].end >= query.end - timedelta(minutes=1)
