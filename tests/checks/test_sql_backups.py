"""Seven rows are no seven days: each night must have an automated backup that succeeded, and the newest must be young."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from sagebase_ops.checks.sql.backup_verdicts import judged
from sagebase_ops.checks.sql_backups import Params, sql_backups
from sagebase_ops.domain.results import Finding, Target, Verdict
from sagebase_ops.errors import GcpError
from sagebase_ops.gcp.sql_backups import BackupRun
from sagebase_ops.sandbox.faults import Fault
from sagebase_ops.sandbox.sql_scenario import BackupSettings, OnDemandBackup, SqlInstance
from tests.checks.watching import looking, refusing, said

OK = "SUCCESSFUL"
BY_HAND = [OnDemandBackup(age=timedelta(hours=2))]


async def seen(faults: tuple[Fault, ...] = (), *, later: timedelta = timedelta(0), **instance: Any) -> Finding:
    """Its only finding."""
    (found,) = await every(faults, later=later, **instance)
    return found


async def every(faults: tuple[Fault, ...] = (), *, later: timedelta = timedelta(0), **instance: Any) -> list[Finding]:
    """What the check finds two hours after the newest window is over, or so much later."""
    async with looking("healthy", faults, sql_instances=[SqlInstance(**instance)]) as (box, context):
        at = morning(box.world.now()) + later
        box.world.advance(at - box.world.now())
        box.world.anchor = at
        return await sql_backups(Params(), replace(context, now=at))


def morning(now: datetime) -> datetime:
    """The next 02:00 UTC: the window of 18:00 to 22:00 is over, and so are the two hours that a backup may take."""
    today = datetime.combine(now.date(), datetime.min.time(), UTC) + timedelta(hours=2)
    return today if today > now else today + timedelta(days=1)


async def test_a_week_of_automated_backups_passes_with_the_age_of_the_newest() -> None:
    found = await seen()
    assert (found.verdict, found.values["nights"].amount) == (Verdict.PASS, 7)  # type: ignore[union-attr] # a quantity
    assert found.value
    assert timedelta(hours=7, minutes=49) < timedelta(seconds=found.value.amount) < timedelta(hours=8)
    assert "/sql/instances/sagebase-db/backups?" in str(found.link)


async def test_the_sizes_are_there_night_by_night_for_a_chart_with_a_gap_where_none_was_saved() -> None:
    (sizes,) = (await seen(nights=[OK, OK, "FAILED", OK, OK, OK, OK])).series
    assert (len(sizes.values), sizes.unit) == (7, "By")
    assert [place for place, value in enumerate(sizes.values) if value is None] == [4]
    assert (await seen(nights=[OK])).series == ()


@pytest.mark.parametrize(
    ("changed", "verdict", "reason"),
    [
        ({"nights": ["FAILED", *[OK] * 6]}, Verdict.FAIL, "failed"),
        ({"nights": ["OVERDUE", *[OK] * 6]}, Verdict.FAIL, "overdue"),
        ({"nights": ["SKIPPED", *[OK] * 6]}, Verdict.FAIL, "skipped"),
        ({"nights": ["", *[OK] * 6]}, Verdict.FAIL, "too_old"),
        ({"nights": ["DELETED", *[OK] * 6]}, Verdict.FAIL, "too_old"),
        ({"nights": ["RUNNING", *[OK] * 6]}, Verdict.FAIL, "too_old"),
        ({"nights": ["OF_NEXT_YEAR", *[OK] * 6]}, Verdict.UNKNOWN, "unknown_status"),
        ({"nights": []}, Verdict.FAIL, "no_backup"),
        ({"nights": [], "on_demand": BY_HAND}, Verdict.WARN, "only_by_hand"),
        ({"nights": ["FAILED"] * 7, "on_demand": BY_HAND}, Verdict.FAIL, "no_backup"),
        ({"nights": [OK, OK, "FAILED", OK, "", OK, OK]}, Verdict.WARN, "nights_missing"),
        ({"backup_sizes_mb": [900.0]}, Verdict.WARN, "size_changed"),
        ({"backup_sizes_mb": [1100.0]}, Verdict.PASS, None),
        ({"backup_sizes_mb": [0.0]}, Verdict.WARN, "size_changed"),
        ({"backup_sizes_mb": [0.0] * 7}, Verdict.WARN, "size_changed"),
        ({"backup_sizes_mb": [None], "nights": ["", *[OK] * 6]}, Verdict.FAIL, "too_old"),
        ({"backup_sizes_mb": [None], "activation_policy": "NEVER", "nights": [OK]}, Verdict.WARN, "stopped"),
        ({"backup_sizes_mb": [2048.0, None, None]}, Verdict.PASS, None),
        ({"backup": BackupSettings(enabled=False), "nights": []}, Verdict.FAIL, "backups_off"),
        ({"backup": None}, Verdict.FAIL, "backups_off"),
        ({"backup": BackupSettings(tier="ENHANCED"), "nights": []}, Verdict.UNKNOWN, "backup_and_dr"),
        ({"activation_policy": "NEVER", "nights": []}, Verdict.WARN, "stopped"),
        ({"instance_type": "READ_REPLICA_INSTANCE", "nights": []}, Verdict.SKIPPED, "replica"),
        ({"age": "5h", "nights": []}, Verdict.SKIPPED, "too_young"),
        ({"age": "50h", "nights": [OK, OK]}, Verdict.PASS, None),
        ({"name": "another"}, Verdict.FAIL, "does_not_exist"),
    ],
)
async def test_each_kind_of_week_has_its_verdict(changed: dict[str, Any], verdict: Verdict, reason: str | None) -> None:
    found = await seen(**changed)
    assert (found.verdict, found.reason) == (verdict, reason)


@pytest.mark.parametrize(
    ("nights", "verdict"), [([OK] * 7, Verdict.PASS), ([OK, OK, "FAILED", OK, "", OK, OK], Verdict.WARN)]
)
async def test_a_size_that_google_does_not_say_is_not_known_and_the_backups_are_judged_all_the_same(
    nights: list[str], verdict: Verdict
) -> None:
    backups, size = await every(nights=nights, backup_sizes_mb=[None])
    assert (backups.verdict, backups.value is None) == (verdict, False)
    assert (size.verdict, size.reason, size.target) == (
        Verdict.UNKNOWN,
        "no_size",
        Target("sql_backup_size", "sagebase-db"),
    )
    assert "backup itself is there" in size.sentence.en


async def test_what_is_no_automated_success_is_named() -> None:
    nights = [OK, "FAILED", "", "DELETED", OK, OK, OK]
    found = await seen(
        nights=nights, backup_error="disk full", on_demand=[*BY_HAND, OnDemandBackup(age="1h", status="FAILED")]
    )
    notes = "\n".join(said(found.notes))
    for part in ("FAILED INTERNAL_ERROR: disk full", "no run on record", "DELETED", "by hand: ", "by hand (", "size: "):
        assert part in notes, notes


async def test_sizes_are_not_missed_by_whoever_does_without() -> None:
    async with looking(sql_instances=[SqlInstance(backup_sizes_mb=[None] * 7)]) as (box, context):
        at = morning(box.world.now())
        box.world.advance(at - box.world.now())
        (found,) = await sql_backups(Params(size_change=None), replace(context, now=at))
    assert (found.verdict, any("size" in line for line in said(found.notes))) == (Verdict.PASS, False)


async def test_a_night_that_was_saved_at_the_second_try_is_named() -> None:
    async with looking() as (_, context):
        begin = context.now.replace(hour=18, minute=0) - timedelta(days=3)
        (instance,) = (await context.gcp.sql.instances(context.project.id)).items
        runs = [
            *await context.gcp.sql.backups(context.project.id),
            BackupRun(instance.name, "AUTOMATED", "FAILED", begin, begin, error="busy"),
        ]
    (found,) = judged(instance, runs, Params(), context)
    assert any(line.endswith("SUCCESSFUL; FAILED busy") for line in said(found.notes)), said(found.notes)


async def test_a_backup_may_be_older_until_the_window_of_the_next_is_over() -> None:
    async with looking() as (box, context):
        at = morning(box.world.now()) + timedelta(hours=19)  # 21:00 UTC, and tonight's has not come yet
        box.world.advance(at - timedelta(hours=19) - box.world.now())
        (found,) = await sql_backups(Params(), replace(context, now=at))
        (later,) = await sql_backups(Params(), replace(context, now=at + timedelta(hours=4)))
    assert (found.verdict, found.limit and found.limit.amount) == (Verdict.PASS, 32 * 3600)
    assert (later.verdict, later.reason) == (Verdict.FAIL, "too_old")


@pytest.mark.parametrize(
    ("tonight", "verdict", "reason"),
    [
        (OK, Verdict.PASS, None),
        ("FAILED", Verdict.FAIL, "failed"),
        ("OVERDUE", Verdict.FAIL, "overdue"),
        ("SKIPPED", Verdict.WARN, "nights_missing"),
        ("OF_NEXT_YEAR", Verdict.WARN, "nights_missing"),
        ("RUNNING", Verdict.PASS, None),
        ("", Verdict.PASS, None),
    ],
)
async def test_what_came_of_tonights_backup_counts_before_its_window_is_over(
    tonight: str, verdict: Verdict, reason: str | None
) -> None:
    """At 18:30 UTC; of seven that are kept tonight's success has displaced the eighth."""
    kept = [OK] * (6 if tonight == OK else 7)
    found = await seen(later=timedelta(hours=16.5), nights=[tonight, *kept])
    assert (found.verdict, found.reason) == (verdict, reason)


async def test_a_failure_of_tonight_is_told_with_its_error() -> None:
    found = await seen(later=timedelta(hours=16.5), nights=["FAILED", *[OK] * 7], backup_error="disk full")
    assert "FAILED INTERNAL_ERROR: disk full" in "\n".join(said(found.notes))
    assert found.remedy == "gcloud sql backups create --instance=sagebase-db --project=sagebase-sandbox"


async def test_every_instance_is_answered_by_one_question() -> None:
    async with looking(sql_instances=[SqlInstance(), SqlInstance(name="second")]) as (box, context):
        project = replace(context.project, sql_instances=("sagebase-db", "second"))
        found = await sql_backups(Params(), replace(context, project=project))
        calls = [call.method for call in box.world.calls]
    assert [one.target.name for one in found] == ["sagebase-db", "second"]
    assert sorted(calls) == ["sqladmin.backupRuns.list", "sqladmin.instances.list"]


async def test_half_a_list_and_a_refusal_are_errors_with_their_remedy() -> None:
    with pytest.raises(GcpError):
        await seen((Fault("sqladmin.backupRuns.list", "half_page", None),))
    with pytest.raises(GcpError, match=r"list backup runs") as refused:
        await seen((refusing("sqladmin.backupRuns.list", "cloudsql.backupRuns.list"),))
    assert "--role=roles/cloudsql.viewer" in str(refused.value.remedy)
