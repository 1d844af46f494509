"""What Cloud SQL logged as errors: none is believed only where it logged anything, and a cut read is never few."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from sagebase_ops.checks.sql_error_logs import Params, sql_error_logs
from sagebase_ops.domain.results import Finding, Verdict
from sagebase_ops.sandbox.faults import Fault
from sagebase_ops.sandbox.scenario import Entries
from sagebase_ops.sandbox.sql_scenario import SqlInstance
from tests.checks.watching import looking, refusing

READS = "LoggingServiceV2/ListLogEntries"
FATAL = "FATAL:  remaining connection slots are reserved"


async def logged(*entries: Entries, **params: Any) -> Finding:
    async with looking(log_entries=list(entries)) as (_, context):
        (found,) = await sql_error_logs(Params(**params), context)
    return found


def errors(count: int, text: str = FATAL, **more: Any) -> Entries:
    return Entries(text=text, log="cloudsql.googleapis.com/postgres.log", instance="sagebase-db", count=count, **more)


@pytest.mark.parametrize(
    ("count", "params", "verdict"),
    [
        (10, {}, Verdict.PASS),
        (11, {}, Verdict.WARN),
        (11, {"fail_above": 10}, Verdict.FAIL),
        (1200, {}, Verdict.UNKNOWN),
        (1200, {"warn_above": 5000}, Verdict.UNKNOWN),
        (1200, {"fail_above": 5000}, Verdict.UNKNOWN),
        (1200, {"fail_above": 900}, Verdict.FAIL),
    ],
)
async def test_errors_are_counted_and_a_read_that_was_cut_never_says_that_they_are_few_enough(
    count: int, params: dict[str, int], verdict: Verdict
) -> None:
    assert (await logged(errors(count), **params)).verdict is verdict


async def test_a_read_that_was_cut_says_at_least_how_many_and_how_to_read_them_all() -> None:
    found = await logged(errors(1200), warn_above=5000)
    assert "at least" in found.sentence.en
    assert (found.reason, found.value and found.value.amount) == ("partial", 1000)
    assert str(found.remedy).startswith("gcloud logging read 'resource.type=")
    assert "--freshness=7d" in str(found.remedy)


async def test_alike_messages_are_one_group_and_the_services_own_errors_are_not_among_them() -> None:
    entries = (errors(20), errors(3, "ERROR:  deadlock detected"), Entries(text="ValueError: x", count=50))
    found = await logged(*entries)
    assert found.value is not None
    assert found.value.amount == 23
    assert [str(note.values["sample"])[:5] for note in found.notes] == ["FATAL", "ERROR"]


async def of_two(count: int, *faults: Fault, **params: Any) -> list[Finding]:
    other = Entries(text=FATAL, log="cloudsql.googleapis.com/postgres.log", instance="other-db", count=count)
    instances = [SqlInstance(), SqlInstance(name="other-db")]
    async with looking("healthy", faults, log_entries=[other], sql_instances=instances) as (_, context):
        return await sql_error_logs(Params(**params), context)


@pytest.mark.parametrize(
    ("count", "params", "verdicts"),
    [
        (10, {}, ["pass"]),
        (11, {}, ["pass", "warn"]),
        (1200, {}, ["pass", "warn"]),
        (11, {"warn_above": 11}, ["pass"]),
        (11, {"warn_of_others": False}, ["pass"]),
    ],
)
async def test_an_instance_that_nobody_watches_warns_where_a_watched_one_would(
    count: int, params: dict[str, Any], verdicts: list[str]
) -> None:
    found = await of_two(count, **params)
    assert [one.verdict for one in found] == verdicts
    assert [one.values["others"] for one in found[1:]] == ["other-db"] * (len(verdicts) - 1)


async def test_others_that_could_not_be_read_are_unknown_beside_what_was() -> None:
    passed = Fault(READS, "latency", 2, {"seconds": 0})
    watched, others = await of_two(0, passed, refusing(READS, "logging.logEntries.list"))
    assert (watched.verdict, others.verdict, others.reason) == (Verdict.PASS, Verdict.UNKNOWN, "permission_denied")


async def test_none_logged_is_a_pass_of_a_whole_answer() -> None:
    found = await logged()
    assert (found.verdict, found.value and found.value.amount) == (Verdict.PASS, 0)


@pytest.mark.parametrize(
    ("given", "verdict", "reason"),
    [
        ({}, Verdict.PASS, None),
        ({"sql_instances": [SqlInstance(checkpoints=False)]}, Verdict.UNKNOWN, "nothing_logged"),
        ({"sql_instances": [SqlInstance(checkpoints=False)], "log_entries": [errors(1)]}, Verdict.PASS, None),
        ({"sql_instances": [SqlInstance(activation_policy="NEVER")]}, Verdict.SKIPPED, "stopped"),
    ],
)
async def test_no_error_is_believed_only_where_the_instance_logged_anything_at_all(
    given: dict[str, Any], verdict: Verdict, reason: str | None
) -> None:
    async with looking(**{"log_entries": [], **given}) as (_, context):
        (found,) = await sql_error_logs(Params(), context)
    assert (found.verdict, found.reason) == (verdict, reason)
    assert bool(found.remedy) is (verdict is Verdict.UNKNOWN)


async def test_what_google_logs_about_an_instance_is_no_line_of_its_own() -> None:
    """The audit log goes another way: it is there though nothing of PostgreSQL is stored."""
    audit = errors(1, severity="NOTICE", since=timedelta(minutes=20)).model_copy(
        update={"log": "cloudaudit.googleapis.com/activity"}
    )
    for checkpoints, reason in ((False, "nothing_logged"), (True, None)):
        async with looking(log_entries=[audit], sql_instances=[SqlInstance(checkpoints=checkpoints)]) as (_, context):
            (found,) = await sql_error_logs(Params(), context)
        assert found.reason == reason


async def test_one_silent_instance_costs_one_small_read_and_many_quiet_ones_one_more_together() -> None:
    names = tuple(f"db-{number}" for number in range(20))
    for watched in (names[:1], names):
        async with looking(sql_instances=[SqlInstance(name=name) for name in watched], log_entries=[]) as (
            box,
            context,
        ):
            project = replace(context.project, sql_instances=watched)
            found = await sql_error_logs(Params(), replace(context, project=project))
            reads = [call for call in box.world.calls if "ListLogEntries" in call.method]
        assert {one.verdict for one in found} == {Verdict.PASS}
        assert len(reads) == 2


async def test_a_busy_instance_does_not_hide_that_another_one_is_silent() -> None:
    instances = [SqlInstance(name="busy"), SqlInstance(name="quiet"), SqlInstance(name="silent", checkpoints=False)]
    busy = Entries(
        text="x",
        severity="INFO",
        log="cloudsql.googleapis.com/postgres.log",
        instance="busy",
        count=1500,
        since=timedelta(hours=2),
    )
    async with looking(sql_instances=instances, log_entries=[busy]) as (_, context):
        project = replace(context.project, sql_instances=("busy", "quiet", "silent"))
        found = await sql_error_logs(Params(), replace(context, project=project))
    assert [one.verdict for one in found] == [Verdict.PASS, Verdict.PASS, Verdict.UNKNOWN]


async def test_errors_that_were_read_stand_where_the_proof_for_another_instance_was_refused() -> None:
    loud = errors(11).model_copy(update={"instance": "loud"})
    second = [Fault(READS, "latency", 1, {"seconds": 0}), refusing(READS, "logging.logEntries.list")]
    instances = [SqlInstance(name="loud"), SqlInstance(name="quiet")]
    async with looking(faults=second, sql_instances=instances, log_entries=[loud]) as (_, context):
        project = replace(context.project, sql_instances=("loud", "quiet"))
        found = await sql_error_logs(Params(), replace(context, project=project))
    assert [one.reason for one in found] == ["errors_logged", "permission_denied"]
