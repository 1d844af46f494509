"""How full the pretend disks and buckets are, day by day: series that grow towards what they are now."""

from collections.abc import Iterator
from datetime import timedelta

from sagebase_ops.sandbox.metric_types import MetricType
from sagebase_ops.sandbox.spans import RawSeries, Span
from sagebase_ops.sandbox.world import World

DISK_USED = "cloudsql.googleapis.com/database/disk/bytes_used"
BUCKET_BYTES = "storage.googleapis.com/storage/v2/total_bytes"
TYPES = {
    DISK_USED: MetricType("GAUGE", "INT64", "By", "cloudsql_database"),
    BUCKET_BYTES: MetricType("GAUGE", "DOUBLE", "By", "gcs_bucket", ("storage_class", "type")),
}
_DAYS = 60
_GIB, _GB = 2**30, 10**9


def usage_series(world: World, project: str, metric_type: str) -> Iterator[RawSeries]:
    """Every series of one of `TYPES`."""
    if not world.scenario.metrics_silent:
        yield from (_disks if metric_type == DISK_USED else _buckets)(world, project)


def _disks(world: World, project: str) -> Iterator[RawSeries]:
    for one in world.scenario.sql_instances:
        if one.disk_used_gb is not None:
            labels = {"project_id": project, "region": "asia-northeast1", "database_id": f"{project}:{one.name}"}
            used, more = one.disk_used_gb * _GIB, one.disk_growth_gb * _GIB
            yield RawSeries({}, labels, _growing(world, one.age, used, more, one.disk_grows_since))


def _buckets(world: World, project: str) -> Iterator[RawSeries]:
    """An empty bucket has no series at all."""
    for one in world.scenario.buckets:
        if not one.measured:
            continue
        name = world.named(one.name, project)
        labels = {"project_id": project, "bucket_name": name, "location": one.location.lower()}
        kinds = (("live-object", one.live_gb, one.growth_gb), ("noncurrent-object", one.noncurrent_gb, 0.0))
        for kind, size, growth in (*kinds, ("soft-deleted-object", one.soft_deleted_gb, 0.0)):
            metric = {"storage_class": one.storage_class, "type": kind}
            yield RawSeries(metric, labels, _growing(world, one.age, size * _GB, growth * _GB))


def _growing(
    world: World, age: timedelta, now: float, a_day: float, since: timedelta = timedelta(days=_DAYS)
) -> tuple[Span, ...]:
    """One level for each day since it was made, the last of them for good; below zero only where `now` is."""
    days = range(min(_DAYS, age.days), -1, -1)
    begins = [world.anchor - timedelta(days=day) for day in days]
    ends = [*begins[1:], world.anchor + timedelta(days=400)]
    levels = [max(min(now, 0.0), float(round(now - a_day * min(day, since.days)))) for day in days]
    return tuple(Span(*piece) for piece in zip(begins, ends, levels, strict=True))
