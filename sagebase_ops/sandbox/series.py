"""The pretend project's time series: for each metric, spans of time in which every minute is the same."""

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from functools import lru_cache, partial
from statistics import NormalDist

from sagebase_ops.sandbox.loads import Grown, Load
from sagebase_ops.sandbox.scenario import RunService
from sagebase_ops.sandbox.sql_scenario import SqlInstance
from sagebase_ops.sandbox.world import World

RUN = "run.googleapis.com"
_KEPT = 4096  # histograms: many services, days and questions want the same one
MINUTE = timedelta(minutes=1)
HIDDEN = timedelta(minutes=3)  # what Google has not shown yet

Histogram = tuple[float, ...]
"""Observations per bucket of its metric's bounds, per minute or in all."""


@dataclass(frozen=True, slots=True)
class MetricType:
    kind: str
    value: str
    unit: str
    resource: str
    labels: tuple[str, ...] = ()
    bounds: tuple[float, ...] = ()


def _growing(start: float, factor: float, count: int) -> tuple[float, ...]:
    return (0.0, *(start * factor**step for step in range(count)))


LATENCY_BOUNDS = _growing(1.0, 1.1, 150)
SHARE_BOUNDS = tuple(step / 100 for step in range(201))
_RESOURCE_LABELS = {
    "cloud_run_revision": ("project_id", "service_name", "revision_name", "location", "configuration_name"),
    "cloudsql_database": ("project_id", "region", "database_id"),
    "uptime_url": ("project_id", "host"),
    "gcs_bucket": ("project_id", "bucket_name", "location"),
}
UPTIME = "monitoring.googleapis.com/uptime_check/check_passed"
CHECKERS = ("apac-singapore", "eur-belgium", "sa-brazil-sao_paulo", "usa-iowa", "usa-oregon", "usa-virginia")
METRICS = {
    f"{RUN}/request_count": MetricType(
        "DELTA", "INT64", "1", "cloud_run_revision", ("response_code", "response_code_class")
    ),
    f"{RUN}/request_latencies": MetricType(
        "DELTA", "DISTRIBUTION", "ms", "cloud_run_revision", ("response_code", "response_code_class"), LATENCY_BOUNDS
    ),
    f"{RUN}/container/cpu/utilizations": MetricType(
        "DELTA", "DISTRIBUTION", "10^2.%", "cloud_run_revision", (), SHARE_BOUNDS
    ),
    f"{RUN}/container/memory/utilizations": MetricType(
        "DELTA", "DISTRIBUTION", "10^2.%", "cloud_run_revision", (), SHARE_BOUNDS
    ),
    f"{RUN}/container/billable_instance_time": MetricType("DELTA", "DOUBLE", "s", "cloud_run_revision"),
    f"{RUN}/container/instance_count": MetricType("GAUGE", "INT64", "1", "cloud_run_revision", ("state",)),
    "cloudsql.googleapis.com/database/postgresql/num_backends": MetricType(
        "GAUGE", "INT64", "1", "cloudsql_database", ("database",)
    ),
    "cloudsql.googleapis.com/database/network/connections": MetricType("GAUGE", "INT64", "1", "cloudsql_database"),
    UPTIME: MetricType("GAUGE", "BOOL", "", "uptime_url", ("check_id", "checker_location", "checked_resource_id")),
    "logging.googleapis.com/log_entry_count": MetricType(
        "DELTA", "INT64", "1", "cloud_run_revision", ("log", "severity")
    ),
    "logging.googleapis.com/byte_count": MetricType("DELTA", "INT64", "By", "cloud_run_revision", ("log", "severity")),
}


def resource_labels(metric: MetricType) -> tuple[str, ...]:
    return _RESOURCE_LABELS[metric.resource]


_TOLD_BY_REVISION = {"request_count", "request_latencies"}
_RECENT = timedelta(days=2)


@dataclass(frozen=True, slots=True)
class Span:
    """From `start` to `end`, each minute holds `value`: a rate, a level, or a histogram."""

    start: datetime
    end: datetime
    value: float | Histogram

    def minutes(self, start: datetime, end: datetime) -> float:
        """How many minutes of the span lie in (start, end]."""
        return max(0.0, (min(end, self.end) - max(start, self.start)) / MINUTE)

    def counted(self, start: datetime, end: datetime, rate: float) -> int:
        """Whole events in (start, end], such that neighbouring periods add up."""
        first = max(0.0, (max(start, self.start) - self.start) / MINUTE)
        last = max(first, (min(end, self.end) - self.start) / MINUTE)
        return math.floor(rate * last + 1e-9) - math.floor(rate * first + 1e-9)


@dataclass(frozen=True, slots=True)
class RawSeries:
    metric_labels: dict[str, str]
    resource_labels: dict[str, str]
    spans: tuple[Span, ...] = field(default=())


def raw_series(world: World, project: str, metric_type: str) -> Iterator[RawSeries]:
    """Every series of `metric_type` in the project, whether or not it has points in any window."""
    missing = world.scenario.labels_missing
    for one in _whole_series(world, project, metric_type):
        kept = {key: said for key, said in one.metric_labels.items() if key not in missing}
        yield replace(one, metric_labels=kept) if missing else one


def _whole_series(world: World, project: str, metric_type: str) -> Iterator[RawSeries]:
    if world.scenario.metrics_silent or metric_type.endswith(tuple(world.scenario.metrics_missing)):
        return
    if metric_type.startswith(f"{RUN}/"):
        for service in world.services():
            yield from _run_series(world, project, service, metric_type.removeprefix(f"{RUN}/"))
    elif metric_type.endswith("num_backends"):
        yield from _connections(world, project)
    elif metric_type == UPTIME:
        yield from _uptime(world, project)
    elif metric_type.endswith("log_entry_count"):
        yield from _log_counts(world, project)
    elif metric_type.endswith("byte_count"):
        yield from _log_volumes(world, project)


def _revision(project: str, service: RunService) -> dict[str, str]:
    newest = next((revision for revision in reversed(service.revisions) if revision.ready), service.revisions[-1])
    return {
        "project_id": project,
        "service_name": service.name,
        "revision_name": f"{service.name}-{newest.name}",
        "location": service.region,
        "configuration_name": service.name,
    }


def _spans(world: World, loads: Sequence[Load], value: Callable[[Load], float | Histogram]) -> tuple[Span, ...]:
    """What `value` makes of each load, in the order of time."""
    found = [Span(start, end, value(piece)) for load in loads for start, end, piece in load.pieces(world.anchor)]
    return tuple(sorted(found, key=lambda span: span.start))


def _run_series(world: World, project: str, service: RunService, metric: str) -> Iterator[RawSeries]:
    resource = _revision(project, service)
    for labels, spans in _run_values(world, service, metric):
        busy = tuple(span for span in spans if span.value and (not isinstance(span.value, tuple) or any(span.value)))
        if metric in _TOLD_BY_REVISION:
            yield from _by_revision(world, resource, service, RawSeries(labels, resource, busy))
        elif busy or metric == "container/instance_count":
            yield RawSeries(labels, resource, busy or spans)


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
    def over(value: Callable[[Load], float | Histogram]) -> tuple[Span, ...]:
        return _spans(world, service.load, value)

    if metric == "request_count":
        yield _code("200"), over(lambda load: max(0.0, load.requests - load.errors - sum(load.codes.values())))
        yield _code("503"), over(lambda load: load.errors)
        for code in sorted({code for load in service.load for code in load.codes}):
            yield _code(code), over(partial(_answered, code))
    elif metric == "request_latencies":
        yield _code("200"), over(_latencies)
    elif metric == "container/instance_count":
        yield {"state": "active"}, over(lambda load: float(load.instances))
    elif metric == "container/billable_instance_time":
        yield {}, over(lambda load: 60.0 * load.instances)
    elif metric == "container/cpu/utilizations":
        yield {}, over(lambda load: _shares(load.cpu, load.instances))
    elif metric == "container/memory/utilizations":
        yield {}, over(lambda load: _shares(load.memory, load.instances))


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


def _connections(world: World, project: str) -> Iterator[RawSeries]:
    for instance in world.scenario.sql_instances:
        if instance.connections is None or instance.activation_policy == "NEVER":
            continue
        labels = {"project_id": project, "region": "asia-northeast1", "database_id": f"{project}:{instance.name}"}
        yield RawSeries({"database": "sagebase_db"}, labels, _clients(world, instance))
        googles = [Load(requests=instance.google_sessions)] if instance.google_sessions else []
        others = {**instance.other_databases, **({"cloudsqladmin": googles} if googles else {})}
        for name, loads in others.items():
            yield RawSeries({"database": name}, labels, _spans(world, loads, lambda load: load.requests))


def _clients(world: World, instance: SqlInstance) -> tuple[Span, ...]:
    """A database without clients goes on saying 0. Sessions are counted where a load has requests."""
    grown = None if instance.connections_become is None else Grown(requests=instance.connections_become)
    there = Load(until=instance.nobody_for or timedelta(0), requests=instance.connections or 0, becomes=grown)
    gone = [] if instance.nobody_for is None else [Load(since=instance.nobody_for, requests=0)]
    return _spans(world, [there, *gone], lambda load: float(round(load.requests)))


def uptime_id(position: int) -> str:
    return f"sagebase-uptime-{position:06x}"


def _uptime(world: World, project: str) -> Iterator[RawSeries]:
    """A page that answers every request with an error does not pass."""
    for position, check in enumerate(world.scenario.uptime_checks):
        service = next((one for one in world.services() if one.name == check.service), None)
        if service is None or check.paused or check.disabled:
            continue
        up = _spans(world, service.load, lambda load: float(not 0 < load.requests <= load.errors))
        down = _spans(world, [Load()], lambda _: 0.0)
        resource = {"project_id": project, "host": check.host or service.host}
        if check.bound_in:
            resource = {"project_id": project, "service_name": service.name, "location": check.bound_in}
        for place in CHECKERS:
            labels = {"check_id": uptime_id(position), "checker_location": place, "checked_resource_id": ""}
            yield RawSeries(labels, resource, down if place in check.down_at else up)


def _log_counts(world: World, project: str) -> Iterator[RawSeries]:
    for entries in world.scenario.log_entries:
        service = next((one for one in world.services() if one.name == entries.service), None)
        if service is None or entries.count == 0 or entries.instance:
            continue
        start, end = world.anchor - entries.since, world.anchor - entries.until
        rate = entries.count / ((end - start) / MINUTE)
        labels = {"log": entries.log, "severity": entries.severity}
        yield RawSeries(labels, _revision(project, service), (Span(start, end, rate),))


def _log_volumes(world: World, project: str) -> Iterator[RawSeries]:
    for volume in world.scenario.log_storage.volumes:
        start = world.anchor - volume.since
        end = world.anchor - volume.until if volume.until else world.anchor + timedelta(days=400)
        span = Span(start, end, volume.mb_a_day * 1e6 / 1440)
        yield RawSeries({"log": volume.log, "severity": "INFO"}, {"project_id": project}, (span,))
