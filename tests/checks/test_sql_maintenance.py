"""File and cloud agree on when Cloud SQL may be worked on, and the watch is mute then."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from sagebase_ops.checks.sql_maintenance import Params, next_start, sql_maintenance
from sagebase_ops.config.load import load
from sagebase_ops.domain.calendars import CronCalendar
from sagebase_ops.domain.results import Finding, Sentence, Target, Verdict
from sagebase_ops.domain.runs import EntryRef
from sagebase_ops.domain.silences import Maintenance, Matcher, Muting
from sagebase_ops.errors import GcpError
from sagebase_ops.gcp.sql_upkeep import WeeklyHour
from sagebase_ops.sandbox.sql_scenario import MaintenanceWindow, SqlInstance
from tests.checks.watching import PROJECT, SHIPPED, looking, refusing, said

SHIPPED_FILE = load(SHIPPED, example_project=PROJECT.id)
TOKYO = ZoneInfo("Asia/Tokyo")
SATURDAY = datetime(2026, 11, 28, tzinfo=UTC)


async def seen(maintenance: tuple[Maintenance, ...] = SHIPPED_FILE.maintenance) -> Finding:
    async with looking() as (_, given):
        (found,) = await sql_maintenance(Params(), replace(given, maintenance=maintenance))
    return found


async def test_the_guides_window_is_saturday_evening_in_utc_and_the_shipped_file_agrees() -> None:
    found = await seen()
    assert (found.verdict, found.values["utc"], found.remedy) == (Verdict.PASS, "SAT 19:00", None)


@pytest.mark.parametrize(("day", "hour"), [(7, 4), (6, 18), (6, 20), (7, 19)])
async def test_a_window_elsewhere_fails_with_the_command_that_mends_it(day: int, hour: int) -> None:
    async with looking(sql_instances=[SqlInstance(maintenance=MaintenanceWindow(day=day, hour=hour))]) as (_, given):
        (found,) = await sql_maintenance(Params(), replace(given, maintenance=SHIPPED_FILE.maintenance))
    assert (found.verdict, found.reason) == (Verdict.FAIL, "other_window")
    assert "--maintenance-window-day=SAT --maintenance-window-hour=19" in str(found.remedy)


async def test_without_a_window_google_may_come_at_any_time() -> None:
    async with looking(sql_instances=[SqlInstance(maintenance=None)]) as (_, given):
        (found,) = await sql_maintenance(Params(), replace(given, maintenance=SHIPPED_FILE.maintenance))
    assert (found.verdict, found.reason) == (Verdict.WARN, "no_window")


def changed(**fields: Any) -> tuple[Maintenance, ...]:
    return tuple(replace(one, **fields) for one in SHIPPED_FILE.maintenance)


@pytest.mark.parametrize(
    "maintenance",
    [(), changed(matcher=Matcher(target="other")), changed(matcher=Matcher(project="other"))],
    ids=["none", "of another instance", "of another project"],
)
async def test_a_file_that_mutes_nothing_fails(maintenance: tuple[Maintenance, ...]) -> None:
    found = await seen(maintenance)
    assert (found.verdict, found.reason) == (Verdict.FAIL, "not_muted")


async def test_a_window_muted_only_in_part_fails() -> None:
    assert (await seen(changed(duration=timedelta(minutes=30)))).reason == "other_window"


async def test_a_window_muted_this_week_and_not_the_next_fails() -> None:
    async with looking() as (_, given):
        next_one = next_start(WeeklyHour(6, 19), given.now).astimezone(TOKYO)
        once = CronCalendar(f"0 4 {next_one.day} {next_one.month} *", TOKYO)
        (found,) = await sql_maintenance(Params(), replace(given, maintenance=changed(calendar=once)))
    assert (found.verdict, found.reason) == (Verdict.FAIL, "other_window")
    assert found.values["starts"] == next_one + timedelta(weeks=1)


async def test_googles_own_alert_is_muted_in_the_same_window_or_told() -> None:
    ours, of_google = SHIPPED_FILE.maintenance
    moved = replace(of_google, duration=timedelta(minutes=30))
    assert (await seen((ours, moved))).reason == "alert_told"
    alone = await seen((ours,))
    assert alone.verdict is Verdict.PASS
    assert any("no window of the file is about it" in line for line in said(alone.notes))
    assert not any("no window of the file is about it" in line for line in said((await seen()).notes))


async def test_a_replica_has_no_window_of_its_own() -> None:
    replica = SqlInstance(instance_type="READ_REPLICA_INSTANCE", maintenance=None)
    async with looking(sql_instances=[replica]) as (_, given):
        (found,) = await sql_maintenance(Params(), replace(given, maintenance=SHIPPED_FILE.maintenance))
    assert (found.verdict, found.reason) == (Verdict.SKIPPED, "replica")


async def test_an_instance_that_is_gone_fails_and_a_refusal_is_a_gcp_error() -> None:
    async with looking(sql_instances=[]) as (_, context):
        (found,) = await sql_maintenance(Params(), context)
    assert found.reason == "does_not_exist"
    async with looking("healthy", [refusing("sqladmin.instances.list", "cloudsql.instances.list")]) as (_, context):
        with pytest.raises(GcpError, match=r"cloudsql\.instances\.list"):
            await sql_maintenance(Params(), context)


@pytest.mark.parametrize(
    ("now", "starts"),
    [
        (SATURDAY, SATURDAY + timedelta(hours=19)),
        (SATURDAY + timedelta(hours=19, minutes=59), SATURDAY + timedelta(hours=19)),
        (SATURDAY + timedelta(hours=20), SATURDAY + timedelta(days=7, hours=19)),
        (SATURDAY + timedelta(days=1), SATURDAY + timedelta(days=7, hours=19)),
    ],
)
def test_the_next_window_is_the_one_that_is_not_over(now: datetime, starts: datetime) -> None:
    assert next_start(WeeklyHour(6, 19), now) == starts


@pytest.mark.parametrize(("minutes", "muted"), [(-1, False), (0, True), (59, True), (60, False)])
@pytest.mark.parametrize(
    ("check", "name", "target", "of_cloud_sql"),
    [
        ("sql_connected", "database_connection_failures", "sagebase-db", True),
        ("open_alerts", "cloud_monitoring_alerts", "Database Connection Failures", True),
        ("open_alerts", "cloud_monitoring_alerts", "High Error Rate", False),
        ("metric", "high_error_rate", "sagebase-streamlit", False),
    ],
)
def test_the_shipped_watch_is_mute_for_cloud_sql_alone(
    check: str, name: str, target: str, minutes: int, *, muted: bool, of_cloud_sql: bool
) -> None:
    now = SATURDAY + timedelta(hours=19, minutes=minutes)
    muting = Muting(now, windows=SHIPPED_FILE.windows_at(now))
    entry = EntryRef(check, name, PROJECT.id, "production", Sentence("", ""), Sentence("", ""))
    assert (muting.of(entry, Target("any", target)) is not None) is (muted and of_cloud_sql)
