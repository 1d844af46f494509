"""Which metrics does the pretend project have, and of what kind? As Google's own descriptors say."""

from dataclasses import dataclass

RUN = "run.googleapis.com"


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
