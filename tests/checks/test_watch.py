"""The guide's six alerts, on the wire: each passes on a good day, fails in its own scenario, and says when it cannot look."""

from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest

from sagebase_ops.domain.results import Verdict
from sagebase_ops.sandbox.alerting_scenario import UptimeCheck
from sagebase_ops.sandbox.scenario import Load, RunService
from tests.checks.watching import SHIPPED, refusing, watched

SIX = (
    "service_availability",
    "high_error_rate",
    "high_response_time",
    "high_cpu_usage",
    "high_memory_usage",
    "database_connection_failures",
)
FIRST_AID = {"LoggingServiceV2.ListLogEntries", "Revisions.ListRevisions"}


async def test_on_a_good_day_all_six_pass_and_nothing_is_asked_that_only_a_failure_needs() -> None:
    seen = await watched("healthy")
    assert {name: result.verdict for name, result in seen.results.items()} == dict.fromkeys(
        (*SIX, "cloud_monitoring_alerts"), Verdict.PASS
    )
    assert not FIRST_AID & set(seen.methods)


@pytest.mark.parametrize(
    ("scenario", "failing"),
    [
        ("outage", {"service_availability", "high_error_rate", "high_response_time"}),
        ("high-error-rate", {"high_error_rate", "cloud_monitoring_alerts"}),
        ("slow", {"high_response_time", "high_cpu_usage"}),
        ("overload", {"high_response_time", "high_cpu_usage", "high_memory_usage"}),
        ("db-gone", {"high_error_rate", "database_connection_failures"}),
        ("alerting-off", set()),
    ],
)
async def test_each_alert_fails_in_a_shipped_scenario(scenario: str, failing: set[str]) -> None:
    seen = await watched(scenario)
    assert {name for name, result in seen.results.items() if result.verdict is Verdict.FAIL} == failing


async def test_without_data_none_of_the_six_is_green() -> None:
    seen = await watched("no-data")
    assert {seen.results[name].verdict for name in SIX} == {Verdict.UNKNOWN}


async def test_without_permission_every_entry_says_which_role_to_grant() -> None:
    denied = ["monitoring.timeSeries.list", "monitoring.alerts.list"]
    seen = await watched("outage", denied_permissions=denied)
    assert {result.verdict for result in seen.results.values()} == {Verdict.UNKNOWN}
    for name in seen.results:
        assert "--role=roles/monitoring.viewer" in str(seen.found(name).remedy)


@pytest.mark.parametrize("scenario", ["healthy", "outage", "overload", "high-error-rate", "alerting-off"])
async def test_no_question_of_a_round_is_asked_twice(scenario: str) -> None:
    asked = Counter((await watched(scenario)).methods)
    pages_of_logs = asked.pop("LoggingServiceV2.ListLogEntries", 0)
    series = asked.pop("MetricService.ListTimeSeries")
    descriptors = asked.pop("MetricService.ListMetricDescriptors")
    visits = asked.pop("GET", 0)
    assert (pages_of_logs <= 2, series <= 7, descriptors <= 3, visits <= 2) == (True, True, True, True)
    assert set(asked.values()) == {1}


@pytest.mark.parametrize("errors", [0, 30])
async def test_a_round_asks_as_much_for_a_hundred_services_as_for_one(errors: float) -> None:
    asked = []
    for many in (1, 100):
        names = tuple(f"service-{number}" for number in range(many))
        services = [RunService(name=name, load=[Load(errors=errors)]) for name in names]
        checks = [UptimeCheck(service=name) for name in names]
        seen = await watched(names=names, services=services, uptime_checks=checks)
        assert len(seen.results["high_error_rate"].findings) == many
        assert seen.results["service_availability"].verdict is (Verdict.FAIL if errors else Verdict.PASS)
        asked.append(Counter(seen.methods))
    assert asked[0] == asked[1]


def test_every_alert_of_the_guide_has_its_hold_and_its_heading() -> None:
    text = SHIPPED.read_text(encoding="utf-8").partition("  watch:")[2]
    headings = [line.partition("guide: ")[2] for line in text.splitlines() if "guide: アラートポリシー一覧" in line]
    assert [heading.split(". ")[0][-1] for heading in headings] == ["1", "2", "3", "4", "5", "6"]


async def test_windows_end_where_googles_data_ends() -> None:
    seen = await watched("healthy")
    ends = {name: seen.found(name).asked["end"] for name in SIX}
    now = datetime.now(UTC)
    assert len(set(ends.values())) == 1
    assert timedelta(minutes=4) <= now - datetime.fromisoformat(ends[SIX[0]]) <= timedelta(minutes=6)
    for name in SIX:
        asked = seen.found(name).asked
        length = datetime.fromisoformat(asked["end"]) - datetime.fromisoformat(asked["start"])
        assert length == timedelta(minutes=2 if name == "database_connection_failures" else 5)


async def test_a_refused_first_aid_never_hides_the_failure() -> None:
    faults = [
        refusing("LoggingServiceV2/ListLogEntries", "logging.logEntries.list"),
        refusing("Revisions/ListRevisions", "run.revisions.list"),
    ]
    seen = await watched("outage", faults)
    found = seen.found("high_error_rate")
    assert found.verdict is Verdict.FAIL
    assert any("could not be read" in note.sentence.en for note in found.notes)
