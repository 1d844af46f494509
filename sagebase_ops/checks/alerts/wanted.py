"""The guide's six alert policies, as Cloud Monitoring has to be told to measure what the guide means."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Literal, TypeAlias

from sagebase_ops.checks.base import CheckParams
from sagebase_ops.domain.quantities import Percentage, PositiveDuration

Kind: TypeAlias = Literal["uptime", "ratio", "distribution", "connections"]
AVAILABILITY, RESPONSE_TIME = "Service Availability", "High Response Time"
_RUN = "cloud_run_revision"
_REQUESTS = "run.googleapis.com/request_count"
_MS = 1000


class Params(CheckParams):
    """The limits of the guide's list."""

    failing_for: PositiveDuration = timedelta(minutes=5)
    """How long the uptime check fails before Service Availability fires."""
    error_rate: Percentage = 0.05
    """5xx among all requests."""
    response_time: PositiveDuration = timedelta(seconds=3)
    """95th percentile."""
    cpu: Percentage = 0.8
    """Of the CPU that an instance has."""
    memory: Percentage = 0.85
    """Of the memory that an instance has."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """One of the six. `threshold` is in the metric's own unit: a share of 1, ms, or a count.

    `reducers` are those that mean what the guide says, the one to use first. `label` is the resource's or metric's name for
    what it looks at. `at_least` is how long it must hold, None where any length but none at all will do.
    """

    name: str
    kind: Kind
    metric: str
    resource: str
    threshold: float
    reducers: tuple[str, ...]
    label: str = "service_name"
    comparison: Literal["GT", "LT"] = "GT"
    at_least: timedelta | None = None


def wanted(params: Params) -> tuple[Wanted, ...]:
    """In the guide's order."""
    use = "run.googleapis.com/container/{}/utilizations".format
    p95, p99, mean, total = ("REDUCE_PERCENTILE_95", "REDUCE_PERCENTILE_99", "REDUCE_MEAN", "REDUCE_SUM")
    passed = "monitoring.googleapis.com/uptime_check/check_passed"
    backends = "cloudsql.googleapis.com/database/postgresql/num_backends"
    slow = params.response_time.total_seconds() * _MS
    return (
        Wanted(AVAILABILITY, "uptime", passed, "uptime_url", 1, (), "check_id", at_least=params.failing_for),
        Wanted("High Error Rate", "ratio", _REQUESTS, _RUN, params.error_rate, (total,)),
        Wanted(RESPONSE_TIME, "distribution", "run.googleapis.com/request_latencies", _RUN, slow, (p95,)),
        Wanted("High CPU Usage", "distribution", use("cpu"), _RUN, params.cpu, (p95, p99, mean)),
        Wanted("High Memory Usage", "distribution", use("memory"), _RUN, params.memory, (p99, p95, mean)),
        Wanted("Database Connection Failures", "connections", backends, "cloudsql_database", 1, (total,), "database_id", "LT"),
    )  # fmt: skip
