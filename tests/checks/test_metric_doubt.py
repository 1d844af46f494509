"""Odd answers of Cloud Monitoring: none of them may end as a pass."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, cast

import pytest

from sagebase_ops.checks.base import CheckContext
from sagebase_ops.checks.metric import metric
from sagebase_ops.checks.metrics.params import Params
from sagebase_ops.domain.projects import Environment, Project
from sagebase_ops.domain.results import Finding, Verdict
from sagebase_ops.errors import GcpError, GcpErrorKind
from sagebase_ops.gcp.asked import Listing
from sagebase_ops.gcp.monitoring import Descriptor, MetricQuery
from sagebase_ops.gcp.run import RunService
from sagebase_ops.gcp.time_series import Point, Points, Series, SeriesSet

NOW = datetime(2026, 11, 24, 0, 0, 30, tzinfo=UTC)
SERVICE, CLASS = "resource.labels.service_name", "metric.labels.response_code_class"
COUNT, INSTANCES = "run.googleapis.com/request_count", "run.googleapis.com/container/instance_count"
HALF = GcpError(GcpErrorKind.PARTIAL, "in part", api="monitoring.googleapis.com", method="m", remedy="gcloud look")
DESCRIBED = {
    COUNT: ("DELTA", "INT64", "1"),
    INSTANCES: ("GAUGE", "INT64", "1"),
    "run.googleapis.com/container/cpu/utilizations": ("DELTA", "DISTRIBUTION", "10^2.%"),
}
Rows = Mapping[str, float]
"""Values by response class, "" for a series without one."""


@dataclass
class FakeMetrics:
    """Cloud Monitoring that has `rows` for whatever is asked of `web`, each ending `late` after the window's end."""

    rows: Rows
    late: timedelta = timedelta(0)
    partial: GcpError | None = None
    delay: timedelta | None = None
    asked: list[MetricQuery] = field(default_factory=list)

    async def descriptor(self, _project: str, metric_type: str) -> Descriptor:
        return Descriptor(metric_type, *DESCRIBED[metric_type], delay=self.delay)

    async def series(self, _project: str, query: MetricQuery) -> SeriesSet:
        self.asked.append(query)
        point = [Points.of([Point(query.end + self.late, value)]) for value in self.rows.values()]
        labels = ({SERVICE: "web", CLASS: name} for name in self.rows)
        return SeriesSet(tuple(map(Series, labels, point)), partial=self.partial)


@dataclass
class FakeRun:
    async def services(self, _project: str, region: str) -> Listing[RunService]:
        return Listing((RunService("web", region),))


@dataclass
class FakeCloud:
    metrics: FakeMetrics
    run: FakeRun = field(default_factory=FakeRun)


async def seen(metrics: FakeMetrics, **params: Any) -> Finding:
    project = Project("prod", Environment.PRODUCTION, "asia-northeast1", ("web",))
    context = CheckContext(project, cast("Any", FakeCloud(metrics)), cast("Any", None), NOW)  # no probe is needed
    (finding,) = await metric(Params.model_validate(params), context)
    return finding


@pytest.mark.parametrize(
    ("name", "rows", "verdict"),
    [
        ("error_rate", {"2xx": 99.0, "5xx": 1.0}, Verdict.PASS),
        ("error_rate", {"2xx": 98.0, "5xx": 2.0}, Verdict.FAIL),
        ("error_rate", {"2xx": 99.0, "": 1.0}, Verdict.PASS),
        ("error_rate", {"": 100.0}, Verdict.UNKNOWN),
        ("error_rate", {"2xx": 0.0, "5xx": 0.0}, Verdict.SKIPPED),
        ("cpu_utilization", {"": -0.1}, Verdict.UNKNOWN),
        ("cpu_utilization", {"": 80.0}, Verdict.UNKNOWN),
        ("instance_count", {"": -1.0}, Verdict.UNKNOWN),
    ],
)
async def test_an_odd_answer_is_not_believed(name: str, rows: Rows, verdict: Verdict) -> None:
    metrics = FakeMetrics(rows)
    assert (await seen(metrics, metric=name)).verdict is verdict


@pytest.mark.parametrize("late", [timedelta(hours=-1), timedelta(hours=1)])
async def test_a_point_of_another_window_is_no_answer(late: timedelta) -> None:
    found = await seen(FakeMetrics({"": 0.1}, late=late), metric="cpu_utilization")
    assert (found.verdict, found.reason) == (Verdict.UNKNOWN, "no_data")


async def test_the_newest_point_counts_in_whatever_order_they_come() -> None:
    class Upside(FakeMetrics):
        async def series(self, project: str, query: MetricQuery) -> SeriesSet:
            (one,) = (await super().series(project, query)).series
            older = Point(query.end - timedelta(hours=3), 0.1)
            return SeriesSet((Series(one.labels, Points.of([older, *one.points])),))

    assert (await seen(Upside({"": 0.9}), metric="cpu_utilization")).verdict is Verdict.FAIL


async def test_a_count_of_zero_is_no_traffic() -> None:
    assert (await seen(FakeMetrics({"": 0.0}), metric="request_count")).reason == "no_requests"
    found = await seen(FakeMetrics({"": 0.0}), metric="request_count", require_traffic=True)
    assert (found.verdict, found.reason) == (Verdict.FAIL, "no_requests")


@pytest.mark.parametrize(
    ("name", "rows", "verdict"),
    [("error_rate", {"5xx": 2.0}, Verdict.UNKNOWN), ("cpu_utilization", {"": 0.9}, Verdict.FAIL)],
)
async def test_part_of_an_answer_proves_no_share(name: str, rows: Rows, verdict: Verdict) -> None:
    found = await seen(FakeMetrics(rows, partial=HALF), metric=name)
    assert found.verdict is verdict
    assert (found.remedy == HALF.remedy) is (verdict is Verdict.UNKNOWN)


async def test_a_metric_that_google_does_not_list_is_not_believed() -> None:
    class Unlisted(FakeMetrics):
        async def descriptor(self, _project: str, _metric_type: str) -> Any:  # None
            return None

    found = await seen(Unlisted({"": 0.1}), metric="cpu_utilization")
    assert (found.verdict, found.reason) == (Verdict.UNKNOWN, "unit")


async def test_no_requests_in_part_of_an_answer_are_not_none() -> None:
    class PartOfTheClasses(FakeMetrics):
        async def series(self, project: str, query: MetricQuery) -> SeriesSet:
            whole = await super().series(project, query)
            return SeriesSet((), partial=HALF) if CLASS in query.group_by else whole

    found = await seen(PartOfTheClasses({"": 0.0}), metric="error_rate")
    assert (found.verdict, found.reason) == (Verdict.UNKNOWN, "partial")


async def test_part_of_an_answer_does_not_prove_too_little() -> None:
    found = await seen(FakeMetrics({"": 1.0}, partial=HALF), metric="instance_count", fail_below=2)
    assert (found.verdict, found.reason) == (Verdict.UNKNOWN, "partial")


async def test_a_delay_longer_than_ours_moves_the_window() -> None:
    metrics = FakeMetrics({"": 0.5}, delay=timedelta(minutes=10))
    found = await seen(metrics, metric="cpu_utilization", window="5m")
    assert (found.asked["start"], found.asked["end"]) == ("2026-11-23T23:45:00Z", "2026-11-23T23:50:00Z")


async def test_a_delay_as_long_as_ours_asks_once() -> None:
    metrics = FakeMetrics({"": 0.5}, delay=timedelta(minutes=4))
    await seen(metrics, metric="cpu_utilization")
    assert [query.end for query in metrics.asked] == [datetime(2026, 11, 23, 23, 56, tzinfo=UTC)]


async def test_another_metrics_own_delay_ends_its_window() -> None:
    asking = {"filter": f'metric.type = "{COUNT}"', "aligner": "ALIGN_SUM", "reducer": "REDUCE_SUM", "window": "5m"}
    found = await seen(FakeMetrics({"": 5.0}, delay=timedelta(minutes=2)), **asking)
    assert found.asked["end"] == "2026-11-23T23:58:00Z"
