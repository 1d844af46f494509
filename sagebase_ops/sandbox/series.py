"""The pretend project's time series of one metric: those of its services, databases, uptime checks and logs."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

from sagebase_ops.sandbox.loads import Grown, Load
from sagebase_ops.sandbox.metric_types import RUN, UPTIME
from sagebase_ops.sandbox.run_series import labels_of_newest_revision, run_series
from sagebase_ops.sandbox.spans import MINUTE, RawSeries, Span, spans_of
from sagebase_ops.sandbox.sql_scenario import SqlInstance
from sagebase_ops.sandbox.world import World

HIDDEN = timedelta(minutes=3)  # what Google has not shown yet
CHECKERS = ("apac-singapore", "eur-belgium", "sa-brazil-sao_paulo", "usa-iowa", "usa-oregon", "usa-virginia")


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
            yield from run_series(world, project, service, metric_type.removeprefix(f"{RUN}/"))
    elif metric_type.endswith("num_backends"):
        yield from _connections(world, project)
    elif metric_type == UPTIME:
        yield from _uptime(world, project)
    elif metric_type.endswith("log_entry_count"):
        yield from _log_counts(world, project)
    elif metric_type.endswith("byte_count"):
        yield from _log_volumes(world, project)


def _connections(world: World, project: str) -> Iterator[RawSeries]:
    for instance in world.scenario.sql_instances:
        if instance.connections is None or instance.activation_policy == "NEVER":
            continue
        labels = {"project_id": project, "region": "asia-northeast1", "database_id": f"{project}:{instance.name}"}
        yield RawSeries({"database": "sagebase_db"}, labels, _clients(world, instance))
        googles = [Load(requests=instance.google_sessions)] if instance.google_sessions else []
        others = {**instance.other_databases, **({"cloudsqladmin": googles} if googles else {})}
        for name, loads in others.items():
            yield RawSeries({"database": name}, labels, spans_of(world, loads, lambda load: load.requests))


def _clients(world: World, instance: SqlInstance) -> tuple[Span, ...]:
    """A database without clients goes on saying 0. Sessions are counted where a load has requests."""
    grown = None if instance.connections_become is None else Grown(requests=instance.connections_become)
    there = Load(until=instance.nobody_for or timedelta(0), requests=instance.connections or 0, becomes=grown)
    gone = [] if instance.nobody_for is None else [Load(since=instance.nobody_for, requests=0)]
    return spans_of(world, [there, *gone], lambda load: float(round(load.requests)))


def uptime_id(position: int) -> str:
    return f"sagebase-uptime-{position:06x}"


def _uptime(world: World, project: str) -> Iterator[RawSeries]:
    """A page that answers every request with an error does not pass."""
    for position, check in enumerate(world.scenario.uptime_checks):
        service = next((one for one in world.services() if one.name == check.service), None)
        if service is None or check.paused or check.disabled:
            continue
        up = spans_of(world, service.load, lambda load: float(not 0 < load.requests <= load.errors))
        down = spans_of(world, [Load()], lambda _: 0.0)
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
        yield RawSeries(labels, labels_of_newest_revision(project, service), (Span(start, end, rate),))


def _log_volumes(world: World, project: str) -> Iterator[RawSeries]:
    for volume in world.scenario.log_storage.volumes:
        start = world.anchor - volume.since
        end = world.anchor - volume.until if volume.until else world.anchor + timedelta(days=400)
        span = Span(start, end, volume.mb_a_day * 1e6 / 1440)
        yield RawSeries({"log": volume.log, "severity": "INFO"}, {"project_id": project}, (span,))
