"""The last thirty days against the thirty before, on the wire; what cannot be said is not guessed."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from sagebase_ops.checks.base import CheckContext
from sagebase_ops.checks.performance.data import DAY, MONTH, Course, Courses, Windows
from sagebase_ops.checks.performance.target import Reviewing, review_of
from sagebase_ops.checks.performance_review import OF_MEMORY, PROCESSOR, Params, performance_review
from sagebase_ops.domain.quantities import Quantity
from sagebase_ops.domain.results import Finding, Target, Verdict
from sagebase_ops.domain.steps import Steps
from sagebase_ops.errors import GcpError, GcpErrorKind
from sagebase_ops.gcp.monitoring import MetricQuery
from sagebase_ops.gcp.time_series import SeriesSet
from sagebase_ops.sandbox.faults import Fault
from sagebase_ops.sandbox.scenario import Revision, RunService
from sagebase_ops.sandbox.server import Sandbox
from sagebase_ops.sandbox.sql_scenario import SqlInstance
from tests.checks.watching import WEB, looking, refusing, said

TOKYO = ZoneInfo("Asia/Tokyo")
NOW = datetime(2026, 11, 25, 10, tzinfo=TOKYO)
"""In the first minutes of a day the day before is not whole yet, since Google's data comes late."""


@asynccontextmanager
async def reviewing(scenario: str = "healthy", **changed: Any) -> AsyncIterator[tuple[Sandbox, CheckContext]]:
    async with looking(scenario, **changed) as (box, context):
        box.world.advance(NOW - box.world.now())
        box.world.anchor = box.world.now()
        yield box, replace(context, zone=TOKYO, now=box.world.now())


async def seen(scenario: str = "healthy", **changed: Any) -> Finding:
    """The finding of the service."""
    async with reviewing(scenario, **changed) as (_, context):
        web, _ = await performance_review(Params(), context)
        return web


def under(*loads: dict[str, Any], **more: Any) -> dict[str, Any]:
    """A scenario's services: the one, with these loads."""
    return {"services": [RunService.model_validate({"name": WEB, "load": list(loads), **more})]}


async def test_a_steady_month_passes_with_a_line_for_each_measure_and_its_days() -> None:
    web = await seen()
    assert (web.verdict, web.target.name) == (Verdict.PASS, WEB)
    assert [note.split(" ")[0] for note in said(web.notes)] == [
        "response",
        "response",
        "error",
        "CPU",
        "memory",
        "instances",
    ]
    assert [(one.panel.en, one.name.en) for one in web.series][:2] == [
        ("response time", "p95"),
        ("response time", "mean"),
    ]
    assert {len(one.values) for one in web.series} == {60}
    assert None not in web.series[0].values


async def test_what_grows_is_told_with_the_day_its_limit_is_reached_and_its_worst_day_and_hour() -> None:
    web = await seen("growing")
    assert (web.verdict, web.reason) == (Verdict.WARN, "heading_for_limit")
    assert "memory p99 keeps rising" in web.sentence.en
    assert [note.split(" ")[0] for note in said(web.notes)[-2:]] == ["error", "instances"]  # what is fine comes last
    newest = NOW - timedelta(days=1)
    latency = next(note for note in web.notes if note.sentence.en.startswith("response time p95"))
    day = f"{newest.month}/{newest.day}"
    assert (latency.values["day"], latency.values["hour"]) == (day, f"{day} 12:00-13:00")
    assert str(latency.values["change"]).startswith("+4")
    days = [value for value in web.series[0].values if value is not None]
    assert days == sorted(days)


async def test_of_a_month_without_an_error_no_day_is_the_worst() -> None:
    (errors,) = [
        note for note in said((await seen("undersized")).notes) if note.startswith("5xx") or "error rate" in note
    ]
    assert "worst" not in errors


async def test_a_month_without_classes_of_status_has_no_error_rate_and_is_no_pass() -> None:
    web = await seen("high-error-rate", labels_missing=["response_code_class"])
    assert (web.verdict, web.reason) == (Verdict.UNKNOWN, "no_data")
    assert "error rate" in str(web.sentence.en)


async def test_the_mean_is_of_all_requests() -> None:
    web = await seen(**under({"latency_p50": "1s", "latency_p95": "1.01s"}))
    mean = next(note.values["value"] for note in web.notes if note.sentence.en.startswith("response time mean"))
    assert getattr(mean, "amount", 0) == pytest.approx(1.0, abs=0.05)


@pytest.mark.parametrize(
    ("load", "verdict", "reason", "words"),
    [
        ([{"latency_p50": "2s", "latency_p95": "4s"}], Verdict.FAIL, "over_limit", "response time p95"),
        ([{"errors": 2}], Verdict.FAIL, "over_limit", "error rate"),
        ([{"memory": "88%"}], Verdict.FAIL, "over_limit", "memory"),
        (
            [{"until": "12d"}, {"since": "12d", "until": "10d", "latency_p95": "9s"}, {"since": "10d"}],
            Verdict.WARN,
            "over_limit_on_a_day",
            "response time p95",
        ),
        (
            [{"until": "31d"}, {"since": "31d", "latency_p50": "0.8s", "latency_p95": "2.2s"}],
            Verdict.WARN,
            "grown",
            "response time",
        ),
        ([{"until": "31d"}, {"since": "31d", "requests": 90, "instances": 6}], Verdict.PASS, None, ""),
    ],
)
async def test_a_month_is_judged_by_its_limits_its_worst_day_and_its_growth(
    load: list[dict[str, Any]], verdict: Verdict, reason: str | None, words: str
) -> None:
    web = await seen(**under(*load))
    assert (web.verdict, web.reason) == (verdict, reason)
    assert words in web.sentence.en


async def test_a_service_of_five_days_is_neither_compared_nor_forecast() -> None:
    web = await seen(**under({"since": "5d", "latency_p95": "1.2s", "becomes": {"latency_p95": "2.9s"}}))
    first, latency, *_ = said(web.notes)
    assert "there are only 5 days of data" in first
    assert "30 days before" not in latency
    assert latency.endswith("too few days for a trend")
    assert web.verdict is Verdict.PASS


async def test_a_month_before_of_which_google_kept_twelve_days_is_not_compared() -> None:
    web = await seen(**under({"since": "42d", "latency_p50": "0.8s", "latency_p95": "1s"}))
    assert "there are only 1" in said(web.notes)[0]
    assert not any("change" in note.values for note in web.notes)


async def test_months_of_few_requests_are_not_compared_as_if_they_were_many() -> None:
    slower = {"since": "31d", "requests": 0.005, "latency_p50": "2s", "latency_p95": "2.9s"}
    web = await seen(**under({"until": "31d", "requests": 0.005}, slower))
    few, latency, *_ = said(web.notes)
    assert few.startswith("too few requests to compare")
    assert "30 days before" not in latency
    assert web.verdict is Verdict.PASS


async def test_without_a_request_all_month_it_is_skipped() -> None:
    web = await seen("no-traffic")
    assert (web.verdict, web.reason) == (Verdict.SKIPPED, "no_requests")


async def test_without_any_data_it_is_unknown_of_service_and_database() -> None:
    async with reviewing(metrics_silent=True) as (_, context):
        found = await performance_review(Params(), context)
    assert {one.verdict for one in found} == {Verdict.UNKNOWN}
    assert {one.reason for one in found} == {"no_data"}


OLD = Revision(name="00041-kiv", age=timedelta(days=9), max_instances=3)
NEW = Revision(name="00042-tuq")
STEADY: dict[str, Any] = {"instances": 2}


@pytest.mark.parametrize(
    ("service", "limit"),
    [
        ({}, 10),
        ({"traffic": {"00041-kiv": 100}}, 3),
        ({"traffic": {"00041-kiv": 40, "00042-tuq": 60}}, 13),
        ({"traffic": {"00041-kiv": 0, "00042-tuq": 100}}, 10),
        ({"max_instances": None}, 100),
        ({"manual_instances": 2}, None),
    ],
)
async def test_instances_are_held_against_what_the_revisions_with_requests_may_come_to(
    service: dict[str, Any], limit: int | None
) -> None:
    web = await seen(**under(STEADY, revisions=[OLD, NEW], **service))
    (running,) = [note for note in web.notes if note.sentence.en.startswith("instances mean")]
    assert running.values.get("limit") == (None if limit is None else Quantity(limit, "{instances}"))
    assert any("00041-kiv" in line for line in said(web.notes)) == (limit in {3, 13})


@pytest.mark.parametrize("older", [OLD, OLD.model_copy(update={"listed": False})])
async def test_revisions_that_serve_and_are_not_seen_leave_their_service_alone_unknown(older: Revision) -> None:
    faults = (refusing("Revisions/ListRevisions", "run.revisions.list"),) if older.listed else ()
    async with reviewing(faults=faults, **under(STEADY, revisions=[older, NEW], traffic={"00041-kiv": 100})) as (
        _,
        context,
    ):
        web, database = await performance_review(Params(), context)
    assert (web.verdict, web.reason) == (Verdict.UNKNOWN, "permission_denied" if older.listed else "partial")
    assert "run.revisions.list" in f"{web.remedy} {web.values}"
    assert any(line.startswith("instances mean ") for line in said(web.notes))
    assert database.verdict is Verdict.PASS


@pytest.mark.parametrize(
    ("connections", "verdict", "reason"),
    [(18, Verdict.PASS, None), (320, Verdict.PASS, None), (321, Verdict.WARN, "nearly_full"), (400, Verdict.FAIL, "over_limit")],
)  # fmt: skip
async def test_a_database_is_held_against_what_it_takes(connections: int, verdict: Verdict, reason: str | None) -> None:
    instance = SqlInstance.model_validate({"name": "sagebase-db", "connections": connections})
    async with reviewing(sql_instances=[instance]) as (_, context):
        _, database = await performance_review(Params(), context)
    assert (database.verdict, database.reason) == (verdict, reason)
    assert ("has reached the limit" in database.sentence.en) == (connections == 400)
    assert database.limit
    assert database.limit.amount == 400


@pytest.mark.parametrize(
    ("tier", "verdict", "reason"),
    [
        ("db-perf-optimized-N-8", Verdict.PASS, None),  # 64 GB: 800
        ("db-perf-optimized-N-2", Verdict.WARN, "nearly_full"),  # 16 GB: 500
        ("db-of-next-year", Verdict.UNKNOWN, "no_limit"),
    ],
)
async def test_connections_that_are_held_against_nothing_are_no_pass(
    tier: str, verdict: Verdict, reason: str | None
) -> None:
    instance = SqlInstance.model_validate({"name": "sagebase-db", "connections": 410, "tier": tier})
    async with reviewing(sql_instances=[instance]) as (_, context):
        _, database = await performance_review(Params(), context)
    assert (database.verdict, database.reason) == (verdict, reason)
    assert any("410" in line for line in said(database.notes))


@pytest.mark.parametrize("flag", ["0", "-1", "many"])
async def test_a_capacity_that_cannot_be_read_is_neither_reached_nor_far(flag: str) -> None:
    instance = SqlInstance.model_validate({"name": "sagebase-db", "flags": {"max_connections": flag}})
    async with reviewing(sql_instances=[instance]) as (_, context):
        _, database = await performance_review(Params(), context)
    assert (database.verdict, database.reason) == (Verdict.UNKNOWN, "no_limit")


async def test_a_share_of_nine_times_the_whole_is_no_failure() -> None:
    web = await seen(**under({"memory": "900%"}))
    assert (web.verdict, web.reason) == (Verdict.UNKNOWN, "unit")


def test_less_than_nothing_is_no_pass() -> None:
    end = datetime(2026, 11, 25, tzinfo=UTC)
    windows = Windows(end - 2 * MONTH, end - MONTH, end)
    odd = Courses({WEB: Course(Steps(windows.start, MONTH, [0.4, -0.1]))})
    reviewing = Reviewing(windows, TOKYO, 300, 0.5, 90 * timedelta(days=1), "https://console.cloud.google.com")
    found = review_of(Target("run_service", WEB), [(OF_MEMORY, odd)], None, reviewing)
    assert (found.verdict, found.reason) == (Verdict.UNKNOWN, "unit")


async def test_what_was_connected_to_several_databases_at_different_moments_is_not_added_up() -> None:
    def in_turn(minutes: int) -> list[dict[str, Any]]:
        """Two hundred of them from so many minutes before three days ago, for five minutes."""
        begin = 3 * 24 * 60 + minutes
        return [{"requests": 1}, {"since": f"{begin}m", "until": f"{begin - 5}m", "requests": 200}]

    instance = SqlInstance.model_validate(
        {"name": "sagebase-db", "connections": 18, "other_databases": {"minutes": in_turn(40), "reports": in_turn(20)}}
    )
    async with reviewing(sql_instances=[instance]) as (_, context):
        _, database = await performance_review(Params(), context)
    assert (database.verdict, database.value and database.value.amount) == (Verdict.PASS, 219)


async def test_an_instance_that_is_not_there_fails_and_a_service_too() -> None:
    async with reviewing() as (_, context):
        project = replace(context.project, services=("gone",), sql_instances=("away",))
        found = await performance_review(Params(), replace(context, project=project))
    assert [(one.target.name, one.verdict) for one in found] == [("gone", Verdict.FAIL), ("away", Verdict.FAIL)]


async def test_half_an_answer_is_neither_a_pass_nor_a_failure() -> None:
    half = Fault("MetricService/ListTimeSeries", "half_page", None)
    async with reviewing(**under({"memory": "88%"})) as (box, context):
        box.world.faults.add(half)
        found = await performance_review(Params(), context)
    assert {one.verdict for one in found} == {Verdict.UNKNOWN}


@pytest.mark.parametrize(("memory", "verdict"), [(0.63, Verdict.UNKNOWN), (0.88, Verdict.FAIL)])
def test_a_failure_that_a_whole_answer_proves_stays_one_beside_half_an_answer(memory: float, verdict: Verdict) -> None:
    end = datetime(2026, 11, 25, tzinfo=UTC)
    windows = Windows(end - 2 * MONTH, end - MONTH, end)
    part = GcpError(GcpErrorKind.PARTIAL, "half", api="monitoring.googleapis.com", method="ListTimeSeries")
    whole = Courses({WEB: Course(Steps(windows.start, MONTH, [memory, memory]), Steps(windows.start, DAY, [memory]))})
    lines = [(PROCESSOR, Courses({}, partial=part)), (OF_MEMORY, whole)]
    reviewing = Reviewing(windows, TOKYO, 300, 0.5, 90 * timedelta(days=1), "https://console.cloud.google.com")
    assert review_of(Target("run_service", WEB), lines, None, reviewing).verdict is verdict


async def test_without_permission_it_is_a_gcp_error_with_the_role() -> None:
    async with reviewing() as (box, context):
        box.world.faults.add(refusing("MetricService/ListTimeSeries", "monitoring.timeSeries.list"))
        with pytest.raises(GcpError, match=r"monitoring\.timeSeries\.list"):
            await performance_review(Params(), context)


async def test_as_many_calls_for_eight_services_as_for_one() -> None:
    asked = []
    for count in (1, 8):
        services = [RunService.model_validate({"name": f"web-{number}"}) for number in range(count)]
        async with reviewing(services=services) as (box, context):
            project = replace(context.project, services=tuple(one.name for one in services))
            found = await performance_review(Params(), replace(context, project=project))
            assert [one.verdict for one in found] == [Verdict.PASS] * (count + 1)
            asked.append(len(box.world.calls))
    assert asked[0] == asked[1]


async def test_days_are_those_of_the_files_zone() -> None:
    async with reviewing() as (_, context):
        web, _ = await performance_review(Params(), context)
    assert web.window
    assert [one.astimezone(TOKYO).hour for one in web.window] == [0, 0]
    assert web.window[1] - web.window[0] == timedelta(days=30)
    assert web.window[1] == NOW.replace(hour=0)


async def test_instances_of_revisions_are_summed_hour_by_hour_before_any_mean() -> None:
    """In the mean of a month one that ran for a day would count as one that ran always."""
    asked: list[MetricQuery] = []
    async with reviewing() as (_, context):
        counted = context.gcp.metrics

        class Written:
            """Cloud Monitoring, with what it was asked."""

            series, descriptor = counted.series, counted.descriptor

            async def long_series(self, project: str, query: MetricQuery) -> SeriesSet:
                asked.append(query)
                return await counted.long_series(project, query)

        context.gcp.__dict__["metrics"] = Written()
        await performance_review(Params(), context)
    of_instances = [query for query in asked if "instance_count" in query.filter]
    assert {(one.aligner, one.period, one.reducer, one.then) for one in of_instances} == {
        ("ALIGN_MEAN", timedelta(hours=1), "REDUCE_SUM", "ALIGN_MEAN")
    }
    assert {one.then_every for one in of_instances} == {timedelta(hours=1), DAY, MONTH}
