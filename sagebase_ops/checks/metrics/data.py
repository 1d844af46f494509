"""What did Cloud Monitoring measure, and is the metric what we take it for?"""

import asyncio
import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sagebase_ops.checks.base import CheckContext
from sagebase_ops.errors import GcpError
from sagebase_ops.gcp.logs import rfc3339
from sagebase_ops.gcp.metrics import RESPONSE_CLASS, SQL_INSTANCE, Metric, filter_of
from sagebase_ops.gcp.monitoring import Descriptor, MetricQuery
from sagebase_ops.gcp.time_series import Point, Series, SeriesSet

NOT_LISTED = "-"
_FAILED = "5xx"
_DIMENSIONLESS = "1"


@dataclass(frozen=True, slots=True)
class Measured:
    """One value per target name, and how far it can be believed.

    `otherwise` is what Google says where the metric is not what we take it for; `unproven` the refusal that kept us
    from reading it. `asked` is for the finding.
    """

    values: Mapping[str, float]
    answer: SeriesSet
    asked: Mapping[str, Any]  # JSON
    otherwise: str | None = None
    unproven: GcpError | None = None

    @property
    def believed(self) -> bool:
        """The whole answer, of a metric that is proven to be what we take it for."""
        return self.answer.complete and self.otherwise is None and self.unproven is None


async def measure(known: Metric, window: timedelta, context: CheckContext) -> Measured:
    """The values over `window` up to where Google's data ends. Raises GcpError when they are not to be had."""
    return await (_measure_named if known.filter is None else _measure_other)(known, window, context)


async def measure_or_refusal(known: Metric, window: timedelta, context: CheckContext) -> Measured:
    """As `measure`; of a refusal nothing is believed, so that each target says so by itself beside what else is known of it."""
    try:
        return await measure(known, window, context)
    except GcpError as error:
        asked = {"api": error.api, "method": error.method, "metric": known.type}
        return Measured({}, SeriesSet((), partial=error), asked, unproven=error)


async def _measure_named(known: Metric, window: timedelta, context: CheckContext) -> Measured:
    """Values and descriptor are asked for at once; values again where the descriptor's delay is longer than ours."""
    project, query = context.project.id, _query(known, window, known.delay, context)
    answer, descriptor = await asyncio.gather(
        context.gcp.metrics.series(project, query), descriptor_or_refusal(known, context)
    )
    if isinstance(descriptor, GcpError):
        return Measured(_values(known, query, answer), answer, _asked(query), unproven=descriptor)
    if descriptor is not None and descriptor.delay is not None and descriptor.delay > known.delay:
        query = _query(known, window, descriptor.delay, context)
        answer = await context.gcp.metrics.series(project, query)
    return Measured(_values(known, query, answer), answer, _asked(query), otherwise=differs(known, descriptor))


async def _measure_other(known: Metric, window: timedelta, context: CheckContext) -> Measured:
    """The descriptor comes first, since it alone knows the delay. Raises GcpError for either."""
    descriptor = await context.gcp.metrics.descriptor(context.project.id, known.type)
    delay = descriptor.delay if descriptor is not None and descriptor.delay is not None else known.delay
    query = _query(known, window, delay, context)
    answer = await context.gcp.metrics.series(context.project.id, query)
    unit = answer.unit or _DIMENSIONLESS
    otherwise = None if unit in known.google_units else unit
    return Measured(_values(known, query, answer), answer, _asked(query), otherwise=otherwise)


def _query(known: Metric, window: timedelta, delay: timedelta, context: CheckContext) -> MetricQuery:
    end = (context.now - delay).replace(second=0, microsecond=0)
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


async def descriptor_or_refusal(known: Metric, context: CheckContext) -> Descriptor | GcpError | None:
    """What Google says of the metric, or the refusal that kept us from reading it; None where it does not list it."""
    try:
        return await context.gcp.metrics.descriptor(context.project.id, known.type)
    except GcpError as error:
        return error


def differs(known: Metric, found: Descriptor | None) -> str | None:
    """What Google says the metric is where we are wrong: nothing, where it does not list it. None where it agrees."""
    if found is None:
        return NOT_LISTED
    same = (found.kind, found.value_type) == (known.kind, known.value_type) and found.unit in known.google_units
    return None if same else f"{found.kind} {found.value_type} {found.unit}"


def _values(known: Metric, query: MetricQuery, answer: SeriesSet) -> dict[str, float]:
    """One number per target. A counter of nothing is no number: Google writes none, or zero, as it likes."""
    newest = [(series, _newest(series, query)) for series in answer.series]
    if known.is_share:
        return _shares(known, newest)
    values = {name_of(known, series): point.value * known.scale for series, point in newest if point}
    return {name: value for name, value in values.items() if value != 0 or not known.needs_traffic}


def _shares(known: Metric, newest: list[tuple[Series, Point | None]]) -> dict[str, float]:
    """The 5xx by all.

    Where no series says its class, all would look like successes, and where a class has no point, it would look like
    none: that is no share at all.
    """
    of_service, of_class = known.group_by
    counts: dict[str, dict[str, float]] = {}
    for series, point in newest:
        value = point.value if point else math.nan
        counts.setdefault(series.labels[of_service], {})[series.labels[of_class]] = value
    return {
        name: by_class.get(_FAILED, 0.0) / total
        for name, by_class in counts.items()
        if (total := sum(by_class.values())) > 0 and any(map(RESPONSE_CLASS.fullmatch, by_class))
    }


def name_of(known: Metric, series: Series) -> str:
    """The labels asked for; of an instance's `PROJECT:INSTANCE` the instance."""
    name = ", ".join(series.labels[label] for label in known.group_by)
    return name.rpartition(":")[2] if known.target == SQL_INSTANCE else name


def _newest(series: Series, query: MetricQuery) -> Point | None:
    """It must end where the window does: an older or later one is an answer to another question."""
    newest = max(series.points, key=lambda point: point.end, default=None)
    return newest if newest and abs(newest.end - query.end) <= timedelta(minutes=1) else None
