"""What Cloud Run measures of a service, minute by minute, from the load that its scenario names."""

import math
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from functools import lru_cache, partial
from statistics import NormalDist
from typing import TypeAlias

from sagebase_ops.sandbox.loads import Load
from sagebase_ops.sandbox.metric_types import LATENCY_BOUNDS, SHARE_BOUNDS
from sagebase_ops.sandbox.scenario import RunService
from sagebase_ops.sandbox.spans import Histogram, RawSeries, Span, spans_of
from sagebase_ops.sandbox.world import World

_KEPT = 4096  # histograms: many services, days and questions want the same one
_TOLD_BY_REVISION = {"request_count", "request_latencies"}
_RECENT = timedelta(days=2)

Value: TypeAlias = Callable[[Load], float | Histogram]
"""What a load comes to: a rate, a level, or a histogram."""


def labels_of_newest_revision(project: str, service: RunService) -> dict[str, str]:
    newest = next((revision for revision in reversed(service.revisions) if revision.ready), service.revisions[-1])
    return {
        "project_id": project,
        "service_name": service.name,
        "revision_name": f"{service.name}-{newest.name}",
        "location": service.region,
        "configuration_name": service.name,
    }


def run_series(world: World, project: str, service: RunService, metric: str) -> Iterator[RawSeries]:
    resource = labels_of_newest_revision(project, service)
    for labels, spans in _run_values(world, service, metric):
        busy = tuple(span for span in spans if span.value and (not isinstance(span.value, tuple) or any(span.value)))
        if metric == "container/instance_count" and service.traffic:
            yield from _split(service, RawSeries(labels, resource, busy or spans))
        elif metric in _TOLD_BY_REVISION:
            yield from _by_revision(world, resource, service, RawSeries(labels, resource, busy))
        elif busy or metric == "container/instance_count":
            yield RawSeries(labels, resource, busy or spans)


def _split(service: RunService, whole: RawSeries) -> Iterator[RawSeries]:
    """Instances follow the requests: each revision has its percentage of them."""
    for name, percent in service.traffic.items():
        levels = [(one, one.value) for one in whole.spans if isinstance(one.value, float)]
        spans = tuple(Span(one.start, one.end, float(round(level * percent / 100))) for one, level in levels)
        labels = {**whole.resource_labels, "revision_name": f"{service.name}-{name}"}
        yield RawSeries(whole.metric_labels, labels, spans)


def _by_revision(world: World, newest: dict[str, str], service: RunService, whole: RawSeries) -> Iterator[RawSeries]:
    """Whichever was the newest ready revision answered: the series is cut where one of the last days took over."""
    ready = sorted((one for one in service.revisions if one.ready), key=lambda one: one.age, reverse=True)
    recent = [one for one in ready if one.age < _RECENT]
    older = [one.name for one in ready if one.age >= _RECENT][-1:] or [recent[0].name if recent else ""]
    cuts = [
        datetime.min.replace(tzinfo=UTC),
        *(world.anchor - one.age for one in recent),
        datetime.max.replace(tzinfo=UTC),
    ]
    for start, end, name in zip(cuts, cuts[1:], [*older, *(one.name for one in recent)], strict=False):
        spans = [Span(max(one.start, start), min(one.end, end), one.value) for one in whole.spans]
        kept = tuple(one for one in spans if one.start < one.end)
        label = {"revision_name": f"{service.name}-{name}"} if name else {}
        if kept:
            yield RawSeries(whole.metric_labels, {**newest, **label}, kept)


def _run_values(world: World, service: RunService, metric: str) -> Iterator[tuple[dict[str, str], tuple[Span, ...]]]:
    def over(value: Value) -> tuple[Span, ...]:
        return spans_of(world, service.load, value)

    if metric == "request_count":
        yield _code("200"), over(lambda load: max(0.0, load.requests - load.errors - sum(load.codes.values())))
        yield _code("503"), over(lambda load: load.errors)
        for code in sorted({code for load in service.load for code in load.codes}):
            yield _code(code), over(partial(_answered, code))
    elif metric in _OF_ONE_SERIES:
        labels, value = _OF_ONE_SERIES[metric]
        yield dict(labels), over(value)


def _answered(code: str, load: Load) -> float:
    return load.codes.get(code, 0.0)


def _code(code: str) -> dict[str, str]:
    return {"response_code": code, "response_code_class": f"{code[0]}xx"}


def _latencies(load: Load) -> Histogram:
    """A log-normal histogram with the load's median and p95, in ms."""
    if load.requests <= 0:
        return ()
    return _log_normal(load.latency_p50.total_seconds() * 1000, load.latency_p95.total_seconds() * 1000, load.requests)


@lru_cache(_KEPT)
def _log_normal(median: float, p95: float, count: float) -> Histogram:
    spread = max(0.01, math.log(p95 / median) / NormalDist().inv_cdf(0.95))
    below = [
        NormalDist(math.log(median), spread).cdf(math.log(bound)) if bound > 0 else 0.0 for bound in LATENCY_BOUNDS
    ]
    return _between(below, count)


@lru_cache(_KEPT)
def _shares(middle: float, instances: int) -> Histogram:
    """Utilisation samples close around `middle`, one per instance and minute."""
    if instances <= 0:
        return ()
    below = [NormalDist(middle, 0.015).cdf(bound) for bound in SHARE_BOUNDS]
    return _between(below, instances)


def _between(below: list[float], count: float) -> Histogram:
    """Bucket counts from a cumulative share at each bound: under the first, between each two, over the last."""
    return tuple(count * (high - low) for low, high in zip([0.0, *below], [*below, 1.0], strict=True))


_OF_ONE_SERIES: Mapping[str, tuple[dict[str, str], Value]] = {
    "request_latencies": (_code("200"), _latencies),
    "container/instance_count": ({"state": "active"}, lambda load: float(load.instances)),
    "container/billable_instance_time": ({}, lambda load: 60.0 * load.instances),
    "container/cpu/utilizations": ({}, lambda load: _shares(load.cpu, load.instances)),
    "container/memory/utilizations": ({}, lambda load: _shares(load.memory, load.instances)),
}
