"""Aligners and reducers, by Google's table of what fits what. Source: google.monitoring.v3.Aggregation."""

import math
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import accumulate, groupby
from typing import TypeAlias

from sagebase_ops.sandbox.metric_types import MetricType
from sagebase_ops.sandbox.refusals import invalid
from sagebase_ops.sandbox.spans import MINUTE, Histogram, RawSeries, Span

Amount: TypeAlias = float | Histogram
Point: TypeAlias = tuple[datetime, Amount]
"""The end of a period, and what came out for it."""

_Known: TypeAlias = dict[tuple[tuple[int, float], ...], Histogram]
"""What came out for spans of such values and lengths: most hours of a month are the same."""

_NUMERIC = {"ALIGN_MIN", "ALIGN_MAX", "ALIGN_MEAN", "ALIGN_COUNT", "ALIGN_SUM", "ALIGN_STDDEV", "ALIGN_PERCENT_CHANGE"}
_PERCENTILES = {"PERCENTILE_99": 0.99, "PERCENTILE_95": 0.95, "PERCENTILE_50": 0.5, "PERCENTILE_05": 0.05}
_OF_BOOLEANS = {"ALIGN_COUNT_TRUE", "ALIGN_COUNT_FALSE", "ALIGN_FRACTION_TRUE"}
_KINDS = {"DISTRIBUTION": "distribution", "BOOL": "bool"}
_ALLOWED = {
    ("DELTA", "number"): {"ALIGN_NONE", "ALIGN_DELTA", "ALIGN_RATE", *_NUMERIC},
    ("GAUGE", "number"): {"ALIGN_NONE", "ALIGN_INTERPOLATE", "ALIGN_NEXT_OLDER", *_NUMERIC},
    ("GAUGE", "bool"): {"ALIGN_NONE", "ALIGN_NEXT_OLDER", "ALIGN_COUNT", *_OF_BOOLEANS},
    ("DELTA", "distribution"): {"ALIGN_NONE", "ALIGN_DELTA", *(f"ALIGN_{name}" for name in _PERCENTILES)},
}
_ON_DISTRIBUTIONS = {
    "REDUCE_NONE",
    "REDUCE_SUM",
    "REDUCE_MEAN",
    "REDUCE_STDDEV",
    "REDUCE_COUNT",
    *(f"REDUCE_{n}" for n in _PERCENTILES),
}


@dataclass(frozen=True, slots=True)
class Aligned:
    """One aligned series, newest point first."""

    metric_labels: dict[str, str]
    resource_labels: dict[str, str]
    points: tuple[Point, ...]


def refuse_misfit(metric: MetricType, aligner: str, reducer: str) -> None:
    """Raises RefusalError where Google refuses the pair."""
    distribution = metric.value == "DISTRIBUTION"
    allowed = _ALLOWED[(metric.kind, _KINDS.get(metric.value, "number"))]
    if aligner not in allowed:
        raise invalid(
            f'Field aggregation.perSeriesAligner had an invalid value of "{aligner}": The aligner cannot be applied to '
            f"metrics with kind {metric.kind} and value type {metric.value}."
        )
    if reducer != "REDUCE_NONE" and aligner == "ALIGN_NONE":
        raise invalid(
            "Field aggregation.crossSeriesReducer had an invalid value: a reducer needs an aligner other than ALIGN_NONE."
        )
    if distribution and aligner == "ALIGN_DELTA" and reducer not in _ON_DISTRIBUTIONS:
        raise invalid(
            f'Field aggregation.crossSeriesReducer had an invalid value of "{reducer}": The reducer cannot be applied to '
            "a value type of DISTRIBUTION."
        )


def periods(start: datetime, end: datetime, length: timedelta) -> Iterator[tuple[datetime, datetime]]:
    """Laid back from `end`, newest first, as long as they begin at `start` or later."""
    while end - length >= start or (end > start and end - length < start < end):
        yield max(start, end - length), end
        end -= length


def align(
    series: RawSeries,
    metric: MetricType,
    aligner: str,
    window: Sequence[tuple[datetime, datetime]],
    seen_until: datetime,
) -> Aligned:
    """One point per period that holds data not hidden yet (`seen_until`)."""
    starts = [span.start for span in series.spans]
    ends = list(accumulate((span.end for span in series.spans), max))
    points: list[tuple[datetime, Amount | None]] = []
    known: _Known = {}
    for start, end in window:  # only the spans that may reach into the period: there are thousands of both
        near = series.spans[bisect_right(ends, start) : bisect_left(starts, end)]
        points.append((end, _aligned(near, metric, aligner, start, min(end, seen_until), known)))
    present = tuple((end, amount) for end, amount in points if amount is not None)
    return Aligned(series.metric_labels, series.resource_labels, present)


def _aligned(
    spans: Sequence[Span], metric: MetricType, aligner: str, start: datetime, end: datetime, known: _Known
) -> Amount | None:
    within = [span for span in spans if span.minutes(start, end) > 0]
    if not within or end <= start:
        return None
    if metric.value == "DISTRIBUTION":
        parts = tuple((id(span.value), span.minutes(start, end)) for span in within)
        merged = known.get(parts)
        if merged is None:
            merged = known[parts] = _sum_histograms([_scaled(span, start, end) for span in within])
        return (
            merged
            if aligner == "ALIGN_DELTA"
            else percentile(merged, metric.bounds, _PERCENTILES[aligner.removeprefix("ALIGN_")])
        )
    if metric.kind == "DELTA":
        return _delta(within, aligner, start, end)
    return _level(within, aligner, start, end)


def _scaled(span: Span, start: datetime, end: datetime) -> Histogram:
    minutes = span.minutes(start, end)
    return tuple(count * minutes for count in span.value) if isinstance(span.value, tuple) else ()


def _delta(spans: Sequence[Span], aligner: str, start: datetime, end: datetime) -> float | None:
    """Counters write nothing while idle: a period without an event has no point."""
    counted = float(sum(span.counted(start, end, span.value) for span in spans if isinstance(span.value, float)))
    minutes = (end - start) / MINUTE
    if counted == 0:
        return None
    return {"ALIGN_RATE": counted / (minutes * 60), "ALIGN_MEAN": counted / minutes}.get(aligner, counted)


def _level(spans: Sequence[Span], aligner: str, start: datetime, end: datetime) -> float:
    samples = [(span.value, span.minutes(start, end)) for span in spans if isinstance(span.value, float)]
    match aligner:
        case "ALIGN_MIN":
            return min(value for value, _ in samples)
        case "ALIGN_MAX":
            return max(value for value, _ in samples)
        case "ALIGN_MEAN" | "ALIGN_FRACTION_TRUE":
            return sum(value * minutes for value, minutes in samples) / sum(minutes for _, minutes in samples)
        case "ALIGN_SUM" | "ALIGN_COUNT_TRUE":
            return sum(value * minutes for value, minutes in samples)
        case "ALIGN_COUNT" | "ALIGN_COUNT_FALSE":
            return float(round(sum(minutes for value, minutes in samples if aligner == "ALIGN_COUNT" or not value)))
        case _:
            return samples[-1][0]


def _sum_histograms(histograms: Sequence[Histogram]) -> Histogram:
    return histograms[0] if len(histograms) == 1 else tuple(map(sum, zip(*histograms, strict=True)))


def percentile(histogram: Histogram, bounds: Sequence[float], share: float) -> float:
    """The value under which `share` of the observations lie, interpolated inside its bucket."""
    wanted, seen = share * sum(histogram), 0.0
    edges = [bounds[0], *bounds, bounds[-1]]
    for position, count in enumerate(histogram):
        if count > 0 and seen + count >= wanted:
            low, high = edges[position], edges[position + 1]
            return low + (high - low) * (wanted - seen) / count
        seen += count
    return bounds[-1]


def realign(series: Sequence[Aligned], aligner: str, end: datetime, length: timedelta) -> list[Aligned]:
    """A second alignment, in periods of `length` laid back from `end`: one value for each that holds a point."""
    read: dict[str, Callable[[list[float]], float]] = {
        "ALIGN_MAX": max,
        "ALIGN_MIN": min,
        "ALIGN_MEAN": lambda values: sum(values) / len(values),
        "ALIGN_SUM": sum,
        "ALIGN_COUNT": lambda values: float(len(values)),
    }
    if aligner not in read:
        raise invalid(f'Field secondaryAggregation.perSeriesAligner had an invalid value of "{aligner}".')
    made = read[aligner]
    return [
        Aligned(one.metric_labels, one.resource_labels, tuple(_realigned(one.points, made, end, length)))
        for one in series
    ]


def _realigned(
    points: Sequence[Point], made: Callable[[list[float]], float], end: datetime, length: timedelta
) -> Iterator[Point]:
    """Points come newest first, and so do the periods."""
    for back, those in groupby(points, key=lambda point: (end - point[0]) // length):
        yield end - back * length, made([value for _, value in those if isinstance(value, float)])


def reduce(series: Sequence[Aligned], metric: MetricType, reducer: str, group_by: Sequence[str]) -> list[Aligned]:
    """One series per group of the labels in `group_by` (`resource.labels.service_name`)."""
    if reducer == "REDUCE_NONE":
        return list(series)
    groups: dict[tuple[tuple[str, str], ...], list[Aligned]] = {}
    for one in series:
        groups.setdefault(tuple((name, _label(one, name)) for name in group_by), []).append(one)
    return [_reduced(dict(key), members, metric, reducer) for key, members in groups.items()]


def _label(series: Aligned, name: str) -> str:
    place, _, label = name.replace(".label.", ".labels.").partition(".labels.")
    labels = series.metric_labels if place == "metric" else series.resource_labels
    return labels.get(label.strip('"'), "")


def _reduced(key: dict[str, str], members: Sequence[Aligned], metric: MetricType, reducer: str) -> Aligned:
    at: dict[datetime, list[Amount]] = {}
    for member in members:
        for end, amount in member.points:
            at.setdefault(end, []).append(amount)
    done: dict[tuple[int, ...], Amount] = {}  # by the very amounts, which `at` holds: most hours are the same
    points = []
    for end in sorted(at, reverse=True):
        those = tuple(map(id, at[end]))
        if those not in done:
            done[those] = _reduce(at[end], metric, reducer)
        points.append((end, done[those]))
    kept = {name.replace(".label.", ".labels.").partition(".labels.")[::2]: value for name, value in key.items()}
    metric_labels = {label: value for (place, label), value in kept.items() if place == "metric"}
    return Aligned(
        metric_labels, {label: value for (place, label), value in kept.items() if place == "resource"}, tuple(points)
    )


def _reduce(amounts: Sequence[Amount], metric: MetricType, reducer: str) -> Amount:
    """Histograms are merged before any percentile is taken of them."""
    histograms = [amount for amount in amounts if isinstance(amount, tuple)]
    share = _PERCENTILES.get(reducer.removeprefix("REDUCE_"))
    if histograms:
        merged = _sum_histograms(histograms)
        if share is not None:
            return percentile(merged, metric.bounds, share)
        return {"REDUCE_MEAN": mean(merged, metric.bounds), "REDUCE_COUNT": float(len(histograms))}.get(reducer, merged)
    numbers = sorted(amount for amount in amounts if isinstance(amount, float | int))
    if len(numbers) == 1 and not reducer.startswith("REDUCE_COUNT"):
        return numbers[0]
    if share is not None:
        return numbers[min(len(numbers) - 1, math.floor(share * len(numbers)))]
    read = {"REDUCE_SUM": sum(numbers), "REDUCE_MEAN": sum(numbers) / len(numbers), "REDUCE_MIN": numbers[0]}
    true = float(sum(map(bool, numbers)))
    read |= {"REDUCE_COUNT_TRUE": true, "REDUCE_COUNT_FALSE": len(numbers) - true}
    read |= {"REDUCE_FRACTION_TRUE": true / len(numbers)}
    return {**read, "REDUCE_MAX": numbers[-1], "REDUCE_COUNT": float(len(numbers))}.get(reducer, sum(numbers))


def mean(histogram: Histogram, bounds: Sequence[float]) -> float:
    edges = [bounds[0], *bounds, bounds[-1]]
    weighed = sum(count * (edges[i] + edges[i + 1]) / 2 for i, count in enumerate(histogram))
    return weighed / (sum(histogram) or 1.0)
