"""What is outdated or ends soon is told, the worst of it first."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from sagebase_ops.checks.sql.versions import SUPPORT
from sagebase_ops.checks.sql_updates import Params, sql_updates
from sagebase_ops.domain.results import Finding, Verdict
from sagebase_ops.errors import GcpError
from sagebase_ops.sandbox.sql_scenario import DenyPeriod, SqlInstance
from tests.checks.watching import looking, refusing, said


async def seen(days_before_end: int | None = None, **instance: Any) -> Finding:
    """`days_before_end`: how long PostgreSQL 15 has still to go."""
    async with looking(sql_instances=[SqlInstance(**instance)]) as (_, given):
        end = SUPPORT["POSTGRES_15"].ends
        now = given.now if days_before_end is None else end - timedelta(days=days_before_end)
        (found,) = await sql_updates(Params(), replace(given, now=now))
    return found


async def judged(**instance: Any) -> tuple[Verdict, str | None]:
    found = await seen(**{"version": "POSTGRES_18", **instance})
    return found.verdict, found.reason


@pytest.mark.parametrize(
    ("instance", "verdict", "reason"),
    [
        ({}, Verdict.PASS, None),
        ({"updates": ["POSTGRES_18_1.R20260101.00_00"]}, Verdict.WARN, "updates"),
        ({"scheduled_in": timedelta(days=3)}, Verdict.WARN, "announced"),
        ({"certificate_days": 61}, Verdict.PASS, None),
        ({"certificate_days": 59}, Verdict.WARN, "certificate"),
        ({"certificate_days": 13}, Verdict.FAIL, "certificate"),
        ({"certificate_days": -1}, Verdict.FAIL, "certificate"),
        ({"certificate_days": None}, Verdict.UNKNOWN, "no_certificate"),
        ({"version": "POSTGRES_12"}, Verdict.FAIL, "end_of_life"),
        ({"version": "POSTGRES_99"}, Verdict.UNKNOWN, "not_listed"),
        ({"version": "POSTGRES_99", "certificate_days": 13}, Verdict.FAIL, "certificate"),
        ({"unsaid": ["maintenanceVersion"]}, Verdict.UNKNOWN, "no_version"),
        ({"unsaid": ["databaseVersion"]}, Verdict.UNKNOWN, "not_listed"),
        ({"unsaid": ["serverCaCert.expirationTime"]}, Verdict.UNKNOWN, "no_certificate"),
        ({"scheduled_in": timedelta(days=3), "unsaid": ["scheduledMaintenance.startTime"]}, Verdict.WARN, "announced"),
        ({"updates": ["POSTGRES_18_7.R20240514.00_12"]}, Verdict.PASS, None),
    ],
)
async def test_each_thing_is_judged_and_the_worst_wins(
    instance: dict[str, Any], verdict: Verdict, reason: str | None
) -> None:
    assert await judged(**instance) == (verdict, reason)


@pytest.mark.parametrize(("days", "verdict"), [(181, Verdict.PASS), (179, Verdict.WARN), (0, Verdict.FAIL)])
async def test_an_end_of_support_warns_half_a_year_before_and_then_fails(days: int, verdict: Verdict) -> None:
    assert (await seen(days, certificate_days=9000)).verdict is verdict


async def test_what_is_less_bad_is_told_below_with_its_command() -> None:
    found = await seen(
        version="POSTGRES_12", updates=["POSTGRES_12_22.R1"], deny_periods=[DenyPeriod(start="12-20", end="01-10")]
    )
    assert "--maintenance-version=POSTGRES_12_22.R1" in str(found.remedy)
    told = said(found.notes)
    assert told[0].startswith("updates may be applied: POSTGRES_12_22.R1")
    assert "no maintenance from 12-20 to 01-10 (00:00:00 UTC): no update is applied then either" in told


async def test_the_newest_of_the_updates_is_proposed_wherever_it_stands() -> None:
    updates = ["POSTGRES_15_10.R20250302.00_31", "POSTGRES_15_9.R20250101.00_02"]
    assert "--maintenance-version=POSTGRES_15_10.R20250302.00_31" in str((await seen(updates=updates)).remedy)


async def test_a_pass_says_that_google_offers_no_update_and_until_when_it_serves_the_version() -> None:
    found = await seen(version="POSTGRES_17")
    assert (found.verdict, found.sentence.en[:22]) == (Verdict.PASS, "no update is offered (")
    assert any("from 2030-02-01" in line and "until 2033-02-01" in line for line in said(found.notes))


async def test_an_instance_that_is_gone_fails_and_a_refusal_is_a_gcp_error() -> None:
    async with looking(sql_instances=[]) as (_, context):
        (found,) = await sql_updates(Params(), context)
    assert found.reason == "does_not_exist"
    async with looking("healthy", [refusing("sqladmin.instances.list", "cloudsql.instances.list")]) as (_, context):
        with pytest.raises(GcpError, match=r"cloudsql\.instances\.list"):
            await sql_updates(Params(), context)


def test_the_table_has_each_version_of_the_database_checks_and_its_dates_are_in_order() -> None:
    assert {"POSTGRES_13", "POSTGRES_14", "POSTGRES_15", "POSTGRES_16", "POSTGRES_17"} <= set(SUPPORT)
    ends = [one.ends for one in SUPPORT.values()]
    assert ends == sorted(ends)
    assert all(end > datetime(2021, 1, 1, tzinfo=UTC) and end.month == 11 for end in ends)
    dates = [(one.ends, one.charged_from, one.served_until) for one in SUPPORT.values()]
    assert all(end < charged < served for end, charged, served in dates if charged and served)
