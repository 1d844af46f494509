"""Whatever Cloud Monitoring answers, a pass is proven: a whole answer, a number that can be, within its limits."""

import math
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, cast

from google.cloud.monitoring_v3.types import ListTimeSeriesResponse
from hypothesis import given, settings
from hypothesis import strategies as st

from sagebase_ops.checks.base import CheckContext
from sagebase_ops.checks.metric import metric
from sagebase_ops.checks.metrics.params import Params
from sagebase_ops.checks.run_error_logs import Params as LogParams
from sagebase_ops.checks.run_error_logs import run_error_logs
from sagebase_ops.domain.log_entries import LogEntry
from sagebase_ops.domain.projects import Environment, Project
from sagebase_ops.domain.results import Finding, Verdict
from sagebase_ops.gcp.asked import Listing
from sagebase_ops.gcp.errors import Question
from sagebase_ops.gcp.log_config import LogSink
from sagebase_ops.gcp.logs import LogPage
from sagebase_ops.gcp.monitoring import Descriptor, MetricQuery
from sagebase_ops.gcp.run import RunService
from sagebase_ops.gcp.time_series import Gathered, SeriesSet, answer_of, gather

NOW = datetime(2026, 11, 24, 0, 0, 30, tzinfo=UTC)
END = datetime(2026, 11, 23, 23, 56, tzinfo=UTC)
QUESTION = Question("monitoring.googleapis.com", "MetricService.ListTimeSeries", None, "prod")
KINDS = {
    "run.googleapis.com/request_count": ("DELTA", "INT64", "1"),
    "run.googleapis.com/container/instance_count": ("GAUGE", "INT64", "1"),
    "run.googleapis.com/container/cpu/utilizations": ("DELTA", "DISTRIBUTION", "10^2.%"),
}


@dataclass(frozen=True)
class Row:
    """One series of an answer: its labels, and its points as (minutes after the window's end, value)."""

    service: str
    label: str
    points: tuple[tuple[int, float | int | bool | str | None], ...]


@dataclass(frozen=True)
class Raw:
    rows: tuple[Row, ...]
    errors: int = 0

    def answer(self, group_by: tuple[str, ...]) -> SeriesSet:
        """As the reader makes it of Google's own message."""
        page = ListTimeSeriesResponse.pb()()
        for row in self.rows:
            series = page.time_series.add()
            series.resource.labels["service_name"] = row.service
            series.metric.labels.update({"response_code_class": row.label, "severity": row.label, "log": "stderr"})
            for after, value in row.points:
                _write(series.points.add(), END + timedelta(minutes=after), value)
        for _ in range(self.errors):
            page.execution_errors.add(code=4, message="incomplete")
        gathered = Gathered(group_by)
        gather(page, gathered)
        return answer_of(gathered, QUESTION)


def _write(point: Any, end: datetime, value: float | bool | str | None) -> None:  # noqa: FBT001 (a value of a series)
    point.interval.end_time.FromDatetime(end)
    if isinstance(value, bool):
        point.value.bool_value = value
    elif isinstance(value, int):
        point.value.int64_value = value
    elif isinstance(value, float):
        point.value.double_value = value
    elif isinstance(value, str):
        point.value.string_value = value
    else:
        point.value.distribution_value.count = 0  # an empty histogram


VALUES = st.one_of(
    st.floats(allow_nan=True, allow_infinity=True, width=32),
    st.integers(-3, 200),
    st.floats(0, 1.4),
    st.none(),
    st.just("text"),
)
POINTS = st.lists(st.tuples(st.sampled_from([0, 0, 0, -1, -90, -1440, 60]), VALUES), max_size=3).map(tuple)
LABELS = ["2xx", "5xx", "4xx", "", "ERROR", "INFO"]
ROWS = st.builds(Row, st.sampled_from(["web", "web", "other"]), st.sampled_from(LABELS), POINTS)
ANSWERS = st.builds(
    Raw,
    st.lists(ROWS, max_size=4, unique_by=lambda row: (row.service, row.label)).map(tuple),
    st.sampled_from([0, 0, 1]),
)


@dataclass
class FakeMetrics:
    raw: Raw
    asked: list[MetricQuery] = field(default_factory=list)

    async def descriptor(self, _project: str, metric_type: str) -> Descriptor:
        return Descriptor(metric_type, *KINDS[metric_type])

    async def series(self, _project: str, query: MetricQuery) -> SeriesSet:
        self.asked.append(query)
        return self.raw.answer(query.group_by)


class FakeRun:
    async def services(self, _project: str, region: str) -> Listing[RunService]:
        return Listing((RunService("web", region),))


class FakeLogs:
    async def newest(self, *_: object, **__: object) -> LogPage[LogEntry]:
        return LogPage((), complete=True)


class FakeSinks:
    async def sinks(self, _project: str) -> tuple[LogSink, ...]:
        """All is kept."""
        return (LogSink("_Default", "b"),)


@dataclass
class FakeCloud:
    metrics: FakeMetrics
    run: FakeRun = field(default_factory=FakeRun)
    logs: FakeLogs = field(default_factory=FakeLogs)
    log_config: FakeSinks = field(default_factory=FakeSinks)


def context_on(raw: Raw) -> CheckContext:
    project = Project("prod", Environment.PRODUCTION, "asia-northeast1", ("web",))
    return CheckContext(project, cast("Any", FakeCloud(FakeMetrics(raw))), cast("Any", None), NOW)  # no probe needed


async def judged(name: str, raw: Raw, limit: float | str) -> Finding:
    (found,) = await metric(Params.model_validate({"metric": name, "fail_above": limit}), context_on(raw))
    return found


def usable(raw: Raw, of: Callable[[Row], bool]) -> list[float]:
    """The numbers of the window's end, of the series that count."""
    return [
        float(value)
        for row in raw.rows
        if row.service == "web" and of(row)
        for after, value in row.points
        if abs(after) <= 1 and isinstance(value, int | float) and math.isfinite(value)
    ]


def test_what_is_no_number_is_no_point() -> None:
    rows = tuple(Row("web", str(value), ((0, value),)) for value in (math.nan, math.inf, -math.inf, "text", None))
    assert [len(one.points) for one in Raw(rows).answer(("metric.labels.response_code_class",)).series] == [0] * 5


@settings(max_examples=100)
@given(ANSWERS)
async def test_a_pass_of_a_single_value_is_proven(raw: Raw) -> None:
    found = await judged("cpu_utilization", raw, "80%")
    if found.verdict is Verdict.PASS:
        assert raw.errors == 0
        assert found.value
        assert 0 <= found.value.amount <= 0.8
        assert any(math.isclose(found.value.amount, value) for value in usable(raw, lambda _: True))


@settings(max_examples=100)
@given(ANSWERS)
async def test_a_pass_of_a_share_is_proven(raw: Raw) -> None:
    found = await judged("error_rate", raw, "1%")
    if found.verdict is Verdict.PASS:
        assert raw.errors == 0
        assert all(usable(raw, lambda row, of=one: row is of) for one in raw.rows if one.service == "web")
        assert any(row.label in {"2xx", "4xx", "5xx"} for row in raw.rows if row.service == "web")
        assert found.value
        assert 0 <= found.value.amount <= 0.01


@settings(max_examples=100)
@given(ANSWERS)
async def test_a_pass_of_a_log_count_is_proven(raw: Raw) -> None:
    (found,) = await run_error_logs(LogParams(warn_above=10, fail_above=100), context_on(raw))
    if found.verdict is Verdict.PASS:
        assert raw.errors == 0
        assert found.value
        assert 0 <= found.value.amount <= 10
        assert any(row.points for row in raw.rows if row.service == "web")


@settings(max_examples=60)
@given(ANSWERS)
async def test_skipped_is_never_said_of_an_answer_in_part(raw: Raw) -> None:
    for name, limit in (("cpu_utilization", "80%"), ("error_rate", "1%"), ("request_count", 5)):
        found = await judged(name, raw, limit)
        if found.verdict is Verdict.SKIPPED:
            assert raw.errors == 0
            assert found.reason in {"no_requests", "no_instances"}
