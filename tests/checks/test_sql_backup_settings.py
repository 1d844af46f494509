"""Backups are set as the guide wants, in its own zone, and what is not says both values and the way back."""

from dataclasses import replace
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from sagebase_ops.checks.sql_backup_settings import Params, sql_backup_settings
from sagebase_ops.domain.results import Finding, Verdict
from sagebase_ops.errors import GcpError, GcpErrorKind
from sagebase_ops.sandbox.sql_scenario import BackupSettings, SqlInstance
from tests.checks.watching import looking, said

TOKYO = ZoneInfo("Asia/Tokyo")


async def seen(
    params: Params | None = None, instance: dict[str, Any] | None = None, zone: ZoneInfo = TOKYO, **backup: Any
) -> Finding:
    given = {"backup": BackupSettings(**backup), **(instance or {})}
    async with looking(sql_instances=[SqlInstance(**given)]) as (_, context):
        (found,) = await sql_backup_settings(params or Params(), replace(context, zone=zone))
    return found


async def test_the_guides_settings_pass_and_their_time_is_told_in_both_zones() -> None:
    found = await seen()
    assert (found.verdict, found.values["start"]) == (Verdict.PASS, "03:00 JST (18:00 UTC)")


@pytest.mark.parametrize(
    ("changed", "verdict", "reason"),
    [
        ({"enabled": False}, Verdict.FAIL, "backups_off"),
        ({"start": "03:00"}, Verdict.WARN, "start"),
        ({"retained": 3}, Verdict.WARN, "retainedBackups"),
        ({"retained": 15}, Verdict.PASS, None),
        ({"point_in_time_recovery": False}, Verdict.FAIL, "recovery_off"),
        ({"log_days": 2}, Verdict.WARN, "transactionLogRetentionDays"),
        ({"tier": "ENHANCED", "retained": 1}, Verdict.PASS, None),
    ],
)
async def test_what_differs_is_named(changed: dict[str, Any], verdict: Verdict, reason: str | None) -> None:
    found = await seen(**changed)
    assert (found.verdict, found.reason, bool(found.remedy)) == (verdict, reason, verdict is not Verdict.PASS)


async def test_the_guides_clock_written_as_utc_is_noon_in_tokyo() -> None:
    found = await seen(start="03:00")
    assert (found.values["found"], found.values["wanted"]) == ("12:00 JST (03:00 UTC)", "03:00 JST (18:00 UTC)")
    assert "--backup-start-time=18:00" in str(found.remedy)


async def test_the_wanted_time_is_one_of_the_files_zone() -> None:
    found = await seen(start="03:00", zone=ZoneInfo("UTC"))
    assert (found.verdict, found.values["start"]) == (Verdict.PASS, "03:00 UTC (03:00 UTC)")


async def test_the_worst_leads_and_the_others_stand_below() -> None:
    found = await seen(point_in_time_recovery=False, start="03:00", retained=2)
    assert (found.verdict, found.reason, len(found.notes)) == (Verdict.FAIL, "recovery_off", 3)
    assert said(found.notes)[1] == "2 are kept, where 7 are wanted"


async def test_a_place_is_held_against_only_where_one_is_wanted() -> None:
    assert (await seen(location="asia")).verdict is Verdict.PASS
    assert (await seen(Params(location="asia-northeast1"), location="asia")).reason == "location"


async def test_where_they_lie_is_told_beside_what_is_wrong() -> None:
    found = await seen(retained=2, location="us")
    assert said(found.notes) == ["they lie in us (the file names no place)"]


async def test_an_instance_without_any_settings_of_backups_has_none() -> None:
    assert (await seen(instance={"backup": None})).reason == "backups_off"


async def test_a_replica_is_skipped() -> None:
    assert (await seen(instance={"instance_type": "READ_REPLICA_INSTANCE"})).verdict is Verdict.SKIPPED


async def test_what_may_not_be_read_is_no_pass() -> None:
    async with looking(denied_permissions=["cloudsql.instances.list"]) as (_, context):
        with pytest.raises(GcpError) as refused:
            await sql_backup_settings(Params(), context)
    assert refused.value.kind is GcpErrorKind.PERMISSION_DENIED
