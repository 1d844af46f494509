"""How many log entries are there? Counted by Cloud Monitoring, which need not read a single one.

Source: metric logging.googleapis.com/log_entry_count (DELTA, INT64, per minute; labels `log` and `severity`).
"""

from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sagebase_ops.checks.base import CheckContext
from sagebase_ops.errors import GcpError
from sagebase_ops.gcp.logs import any_of, quoted, rfc3339
from sagebase_ops.gcp.monitoring import MetricQuery
from sagebase_ops.gcp.time_series import Point, Series, SeriesSet

ENTRIES = "{entries}"
DAY = timedelta(days=1)
DELAY = timedelta(minutes=4)
"""Counts appear after up to four minutes; a window that ended now would miss the last ones."""

ERRORS = ("ERROR", "CRITICAL", "ALERT", "EMERGENCY")
SEVERITIES = {"DEFAULT", "DEBUG", "INFO", "NOTICE", "WARNING", *ERRORS}
REQUEST_LOG = "run.googleapis.com/requests"
"""A failed request is logged there as ERROR as well: the error rate counts it, so that it is not counted twice."""
AUDIT_LOG = "cloudaudit.googleapis.com/"
"""A failed deploy is an ERROR of the audit log: run_ready tells it."""

PERMISSIONS = ("monitoring.timeSeries.list", "logging.logEntries.list", "run.services.list")
"""What counting by Monitoring, showing entries by Logging and naming the services need."""

_SERVICE, _SEVERITY, _LOG = "resource.labels.service_name", "metric.labels.severity", "metric.labels.log"


@dataclass(frozen=True, slots=True)
class Window:
    """From `start` to `end`, aware UTC, whole minutes."""

    start: datetime
    end: datetime

    @property
    def length(self) -> timedelta:
        return self.end - self.start

    @property
    def before(self) -> "Window":
        """As long, and ended when this one began."""
        return Window(self.start - self.length, self.start)

    def asked(self, filter_: str) -> dict[str, str]:
        """What a finding says of how Cloud Monitoring was asked about it."""
        method = "google.monitoring.v3.MetricService.ListTimeSeries"
        return {"method": method, "filter": filter_, "start": rfc3339(self.start), "end": rfc3339(self.end)}


@dataclass(frozen=True, slots=True)
class LogCounts:
    """Errors by service, for every service of which any log at all was counted. `asked` is for the finding.

    `by_day` has the same by the begin of each 24 hours, where the window is whole days: for a chart.
    """

    errors: Mapping[str, int]
    partial: GcpError | None
    asked: Mapping[str, Any]  # JSON
    by_day: Mapping[str, Mapping[datetime, int]] = field(default_factory=dict)

    def errors_of(self, service: str) -> int | None:
        """None: nothing of it was counted, not even what every running service logs, so zero is not proven."""
        return self.errors.get(service)


def errors_command(freshness: str) -> str:
    """What a person would type to read the entries that are counted; `freshness` as gcloud has it (`1d`)."""
    return (
        "gcloud logging read"
        """ 'resource.type="cloud_run_revision" resource.labels.service_name="{target}" severity>=ERROR"""
        """ NOT log_id("run.googleapis.com/requests") -logName:"cloudaudit.googleapis.com"'"""
        f" --project={{project}} --freshness={freshness} --limit=50"
    )


def window_before(now: datetime, length: timedelta) -> Window:
    """The last `length` for which the counts have arrived."""
    end = now.replace(second=0, microsecond=0) - DELAY
    return Window(end - length, end)


async def count_errors(window: Window, context: CheckContext) -> LogCounts:
    """Raises GcpError. All severities are asked for: entries of any prove that the metric answers for a service."""
    query = _query(window, context)
    answer = await context.gcp.metrics.series(context.project.id, query)
    asked = window.asked(query.filter)
    by_day = _by_day(answer, window) if query.period else {}
    return LogCounts(_errors_by_service(answer, window), answer.partial, asked, by_day)


async def count_log(log: str, window: Window, context: CheckContext) -> Mapping[str, int]:
    """Entries that were stored in `log` by service, whatever their severity. The question of `count_errors`, asked once.

    Raises GcpError, also for a count in part.
    """
    answer = await context.gcp.metrics.series(context.project.id, _query(window, context))
    if answer.partial:
        raise answer.partial
    counts: Counter[str] = Counter()
    for series in answer.series:
        if series.labels[_LOG] == log:
            counts[series.labels[_SERVICE]] += round(sum(one.value for one in series.points if _is_within(one, window)))
    return dict(counts)


def _query(window: Window, context: CheckContext) -> MetricQuery:
    return MetricQuery(
        filter=(
            'metric.type="logging.googleapis.com/log_entry_count" AND resource.type="cloud_run_revision"'
            f" AND resource.labels.location={quoted(context.project.region)}"
        ),
        aligner="ALIGN_SUM",
        reducer="REDUCE_SUM",
        group_by=(_SERVICE, _SEVERITY, _LOG),
        start=window.start,
        end=window.end,
        period=DAY if window.length > DAY and not window.length % DAY else None,
    )


def entries_filter(services: tuple[str, ...], region: str, window: Window | None = None) -> str:
    """The filter of Logging for the entries that are counted; a link to Logs Explorer has its window elsewhere."""
    lines = [
        'resource.type="cloud_run_revision"',
        f"resource.labels.location={quoted(region)}",
        f"resource.labels.service_name={any_of(services)}",
        "severity>=ERROR",
        f"NOT log_id({quoted(REQUEST_LOG)})",
        f"NOT logName:{quoted(AUDIT_LOG.rstrip('/'))}",
    ]
    if window:
        lines += [f'timestamp>="{rfc3339(window.start)}"', f'timestamp<"{rfc3339(window.end)}"']
    return "\n".join(lines)


def _errors_by_service(answer: SeriesSet, window: Window) -> dict[str, int]:
    """A series without a point in the window counts nothing, and proves nothing of its service.

    Nor is anything proven of one with entries of a severity that is not known: they may be errors.
    """
    counts: Counter[str] = Counter()
    unsaid: set[str] = set()
    for series in answer.series:
        service = series.labels[_SERVICE]
        if entries := [point.value for point in series.points if _is_within(point, window)]:
            counts[service] += round(sum(entries)) if _is_error(series) else 0
            unsaid |= set() if series.labels[_SEVERITY] in SEVERITIES else {service}
    return {service: count for service, count in counts.items() if service not in unsaid}


def _by_day(answer: SeriesSet, window: Window) -> dict[str, dict[datetime, int]]:
    counts: defaultdict[str, Counter[datetime]] = defaultdict(Counter)
    for series in filter(_is_error, answer.series):
        for point in series.points:
            if _is_within(point, window):
                counts[series.labels[_SERVICE]][point.end - DAY] += round(point.value)
    return {service: dict(days) for service, days in counts.items()}


def _is_within(point: Point, window: Window) -> bool:
    return window.start < point.end <= window.end and point.value >= 0


def _is_error(series: Series) -> bool:
    log = series.labels[_LOG]
    return series.labels[_SEVERITY] in ERRORS and log != REQUEST_LOG and not log.startswith(AUDIT_LOG)
