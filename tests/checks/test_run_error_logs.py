"""How many errors were logged, and which? Counted by Monitoring, shown from Logging."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, cast

import pytest
from pydantic import ValidationError

from sagebase_ops.checks.base import CheckContext
from sagebase_ops.checks.run_error_logs import Params, run_error_logs
from sagebase_ops.domain.log_entries import LogEntry
from sagebase_ops.domain.projects import EVERY, Environment, Project
from sagebase_ops.domain.quantities import Quantity
from sagebase_ops.domain.results import Finding, Verdict
from sagebase_ops.errors import GcpError, GcpErrorKind
from sagebase_ops.gcp.asked import Listing
from sagebase_ops.gcp.log_config import LogSink
from sagebase_ops.gcp.logs import LogPage
from sagebase_ops.gcp.monitoring import MetricQuery
from sagebase_ops.gcp.run import RunService
from sagebase_ops.gcp.time_series import Point, Points, Series, SeriesSet

NOW = datetime(2026, 11, 24, 0, 0, 30, tzinfo=UTC)
STDERR, REQUESTS, AUDIT = (
    "run.googleapis.com/stderr",
    "run.googleapis.com/requests",
    "cloudaudit.googleapis.com/activity",
)
REFUSAL = GcpError(
    GcpErrorKind.PERMISSION_DENIED, "may not", api="logging.googleapis.com", method="m", remedy="gcloud x"
)

PARTIAL = GcpError(GcpErrorKind.PARTIAL, "in part", api="monitoring.googleapis.com", method="m", remedy="gcloud look")


@dataclass
class FakeMetrics:
    """Cloud Monitoring as rows of service, severity, log and count."""

    rows: tuple[tuple[str, str, str, int], ...]
    complete: bool = True
    late: timedelta = timedelta(0)
    asked: list[MetricQuery] = field(default_factory=list)

    async def descriptor(self, _project: str, _metric_type: str) -> None:
        """Lists none."""

    async def series(self, _project: str, query: MetricQuery) -> SeriesSet:
        if len(query.group_by) == 1:  # requests and instances: nothing is known of them
            return SeriesSet(())
        self.asked.append(query)
        named = (dict(zip(query.group_by, row[:3], strict=True)) for row in self.rows)
        points = (Points.of([Point(query.end + self.late, float(row[3]))]) for row in self.rows)
        return SeriesSet(tuple(map(Series, named, points)), "1", None if self.complete else PARTIAL)


@dataclass
class FakeLogs:
    """Cloud Logging as one page of messages of the service `web`."""

    messages: tuple[str, ...] = ()
    complete: bool = True
    refusal: GcpError | None = None
    asked: list[str] = field(default_factory=list)

    async def newest(self, _project: str, filter_: str, pages: int = 2, page_size: int = 250) -> LogPage[LogEntry]:
        self.asked.append(filter_)
        if self.refusal:
            raise self.refusal
        entries = (
            LogEntry(NOW - timedelta(minutes=minute), "ERROR", STDERR, "web", message)
            for minute, message in enumerate(self.messages)
        )
        return LogPage(tuple(entries)[: pages * page_size], self.complete)


@dataclass
class FakeRun:
    """Cloud Run as names."""

    names: tuple[str, ...] = ("web",)
    refusal: GcpError | None = None

    async def services(self, _project: str, region: str) -> Listing[RunService]:
        if self.refusal:
            raise self.refusal
        return Listing(tuple(RunService(name, region) for name in self.names))


@dataclass
class FakeSinks:
    """Cloud Logging's router with the sink _Default alone."""

    filter: str = ""
    refusal: GcpError | None = None

    async def sinks(self, _project: str) -> tuple[LogSink, ...]:
        if self.refusal:
            raise self.refusal
        return (LogSink("_Default", "b", self.filter),)


@dataclass
class FakeCloud:
    metrics: FakeMetrics
    logs: FakeLogs = field(default_factory=FakeLogs)
    run: FakeRun = field(default_factory=FakeRun)
    log_config: FakeSinks = field(default_factory=FakeSinks)


async def look(cloud: FakeCloud, services: Any = ("web",), **params: Any) -> list[Finding]:  # a list or "*"
    project = Project("prod", Environment.PRODUCTION, "asia-northeast1", services)
    context = CheckContext(project, cast("Any", cloud), cast("Any", None), NOW)  # no probe is needed
    return await run_error_logs(Params(**params), context)


def errors(count: int) -> FakeMetrics:
    return FakeMetrics((("web", "ERROR", STDERR, count), ("web", "INFO", REQUESTS, 900)))


@pytest.mark.parametrize(
    ("count", "limits", "verdict", "limit"),
    [
        (0, {}, Verdict.PASS, 0),
        (1, {}, Verdict.WARN, 0),
        (10, {"warn_above": 10}, Verdict.PASS, 10),
        (11, {"warn_above": 10}, Verdict.WARN, 10),
        (20, {"warn_above": 10, "fail_above": 20}, Verdict.WARN, 10),
        (21, {"warn_above": 10, "fail_above": 20}, Verdict.FAIL, 20),
        (20, {"warn_above": None, "fail_above": 20}, Verdict.PASS, 20),
        (21, {"warn_above": None, "fail_above": 20}, Verdict.FAIL, 20),
        (99, {"warn_above": None}, Verdict.PASS, None),
    ],
)
async def test_the_count_is_held_against_the_limits(
    count: int, limits: dict[str, int | None], verdict: Verdict, limit: int | None
) -> None:
    (finding,) = await look(FakeCloud(errors(count)), **limits)
    assert finding.verdict is verdict
    assert finding.value == Quantity(count, "{entries}")
    assert finding.limit == (None if limit is None else Quantity(limit, "{entries}"))


async def test_failed_requests_and_failed_deploys_are_not_counted() -> None:
    rows = (("web", "ERROR", REQUESTS, 70), ("web", "ERROR", AUDIT, 2), ("web", "CRITICAL", STDERR, 3))
    (finding,) = await look(FakeCloud(FakeMetrics(rows)))
    assert finding.value == Quantity(3, "{entries}")


async def test_zero_is_a_pass_where_any_log_of_the_service_was_counted() -> None:
    (finding,) = await look(FakeCloud(FakeMetrics((("web", "INFO", REQUESTS, 1),))))
    assert finding.verdict is Verdict.PASS


async def test_zero_is_unknown_where_no_log_of_any_severity_was_counted() -> None:
    (finding,) = await look(FakeCloud(FakeMetrics((("other", "INFO", REQUESTS, 1),))))
    assert (finding.verdict, finding.reason) == (Verdict.UNKNOWN, "no_data")


@pytest.mark.parametrize(
    "metrics",
    [
        FakeMetrics((("web", "INFO", REQUESTS, 9),), late=timedelta(hours=-24)),
        FakeMetrics((("web", "INFO", REQUESTS, 9),), late=timedelta(hours=1)),
        FakeMetrics((("web", "ERROR", STDERR, -9),)),
    ],
    ids=["of the day before", "of the future", "less than nothing"],
)
async def test_a_count_that_is_no_answer_proves_no_zero(metrics: FakeMetrics) -> None:
    (finding,) = await look(FakeCloud(metrics))
    assert (finding.verdict, finding.reason) == (Verdict.UNKNOWN, "no_data")


async def test_nothing_in_part_of_a_count_is_partial_with_its_remedy() -> None:
    (finding,) = await look(FakeCloud(FakeMetrics((), complete=False)))
    assert (finding.verdict, finding.reason, finding.remedy) == (Verdict.UNKNOWN, "partial", PARTIAL.remedy)


async def test_a_service_that_does_not_exist_fails() -> None:
    (finding,) = await look(FakeCloud(FakeMetrics(())), services=("ghost",))
    assert (finding.verdict, finding.reason) == (Verdict.FAIL, "does_not_exist")


async def test_a_silent_service_is_unknown_when_the_list_of_services_is_refused() -> None:
    findings = await look(FakeCloud(errors(0), run=FakeRun(refusal=REFUSAL)), services=("web", "quiet"))
    assert [finding.verdict for finding in findings] == [Verdict.PASS, Verdict.UNKNOWN]


async def test_every_service_is_judged_with_one_count_and_one_read() -> None:
    metrics = FakeMetrics((("web", "ERROR", STDERR, 3), ("api", "ERROR", STDERR, 2)))
    cloud = FakeCloud(metrics, FakeLogs(("a",)), FakeRun(("web", "api")))
    findings = await look(cloud, services=EVERY)
    assert [finding.target.name for finding in findings] == ["web", "api"]
    assert (len(metrics.asked), len(cloud.logs.asked)) == (1, 1)


async def test_the_largest_groups_are_shown_with_first_and_last_time_and_a_masked_sample() -> None:
    messages = ("no mail to a@example.com", "disk full", "no mail to b@example.com", "x", "y")
    (finding,) = await look(FakeCloud(errors(5), FakeLogs(messages)), groups=2)
    first, _ = finding.notes
    assert first.values == {
        "count": Quantity(2, "{entries}"),
        "sample": "no mail to <email>",
        "first": NOW - timedelta(minutes=2),
        "last": NOW,
    }


async def test_groups_of_a_part_say_of_how_many() -> None:
    (finding,) = await look(FakeCloud(errors(900), FakeLogs(("x",) * 500, complete=False)))
    assert finding.notes[-1].values == {"read": Quantity(500, "{entries}")}


async def test_a_count_without_an_entry_to_show_says_so() -> None:
    (finding,) = await look(FakeCloud(errors(5)))
    assert finding.verdict is Verdict.WARN
    assert "no entry was found" in finding.notes[0].sentence.en


async def test_a_refusal_by_logging_leaves_the_count_and_brings_the_remedy() -> None:
    finding, entries = await look(FakeCloud(errors(5), FakeLogs(refusal=REFUSAL)), fail_above=1)
    assert (finding.verdict, finding.value) == (Verdict.FAIL, Quantity(5, "{entries}"))
    assert "could not be read" in finding.notes[0].sentence.en
    assert (entries.target.kind, entries.verdict, entries.remedy) == ("log_entries", Verdict.UNKNOWN, "gcloud x")


async def test_few_errors_that_could_not_be_read_are_no_pass() -> None:
    found = await look(FakeCloud(errors(5), FakeLogs(refusal=REFUSAL)), warn_above=9)
    assert [one.verdict for one in found] == [Verdict.PASS, Verdict.UNKNOWN]


async def test_no_error_is_believed_only_where_errors_are_kept() -> None:
    (finding,) = await look(FakeCloud(errors(0), log_config=FakeSinks("severity<ERROR")))
    assert (finding.verdict, finding.reason) == (Verdict.UNKNOWN, "not_kept")
    assert "gcloud logging sinks describe _Default" in str(finding.remedy)
    (finding,) = await look(FakeCloud(errors(3), log_config=FakeSinks("severity<ERROR")))
    assert finding.verdict is Verdict.WARN


async def test_where_it_may_not_be_seen_what_is_kept_no_error_alone_is_no_pass() -> None:
    found = await look(FakeCloud(errors(0), log_config=FakeSinks(refusal=REFUSAL)))
    assert [one.verdict for one in found] == [Verdict.PASS, Verdict.UNKNOWN]
    (finding,) = await look(FakeCloud(errors(3), log_config=FakeSinks(refusal=REFUSAL)))
    assert finding.verdict is Verdict.WARN


async def test_nothing_is_read_where_there_is_nothing_to_show() -> None:
    cloud = FakeCloud(errors(0))
    await look(cloud)
    await look(FakeCloud(errors(5), cloud.logs), groups=0)
    assert cloud.logs.asked == []


@pytest.mark.parametrize(
    ("count", "limits", "verdict", "reason"),
    [
        (0, {}, Verdict.UNKNOWN, "partial"),
        (5, {"fail_above": 9}, Verdict.UNKNOWN, "partial"),
        (10, {"fail_above": 9}, Verdict.FAIL, "too_many_errors"),
    ],
)
async def test_part_of_a_count_can_fail_but_never_pass(
    count: int, limits: dict[str, int], verdict: Verdict, reason: str
) -> None:
    metrics = FakeMetrics((("web", "ERROR", STDERR, count),), complete=False)
    (finding,) = await look(FakeCloud(metrics), **limits)
    assert (finding.verdict, finding.reason) == (verdict, reason)


async def test_count_groups_and_link_are_about_the_same_window() -> None:
    cloud = FakeCloud(errors(5), FakeLogs(("x",)))
    (finding,) = await look(cloud, window=timedelta(hours=1))
    assert (finding.asked["start"], finding.asked["end"]) == ("2026-11-23T22:56:00Z", "2026-11-23T23:56:00Z")
    assert 'timestamp>="2026-11-23T22:56:00Z"\ntimestamp<"2026-11-23T23:56:00Z"' in cloud.logs.asked[0]
    assert "startTime=2026-11-23T22:56:00Z;endTime=2026-11-23T23:56:00Z?project=prod" in str(finding.link)


async def test_requests_and_audit_entries_are_not_read_either() -> None:
    cloud = FakeCloud(errors(5))
    await look(cloud)
    assert f'NOT log_id("{REQUESTS}")' in cloud.logs.asked[0]
    assert 'NOT logName:"cloudaudit.googleapis.com"' in cloud.logs.asked[0]


def test_a_warning_cannot_come_after_the_failure() -> None:
    with pytest.raises(ValidationError, match="warn_above is over fail_above"):
        Params(warn_above=10, fail_above=5)
