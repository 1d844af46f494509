"""Operations that failed, restarted the instance, or never end; and what Cloud SQL logged as errors."""

from datetime import timedelta
from typing import Any

import pytest

from sagebase_ops.checks.sql_error_logs import Params as LogParams
from sagebase_ops.checks.sql_error_logs import sql_error_logs
from sagebase_ops.checks.sql_operations import Params, sql_operations
from sagebase_ops.domain.results import Finding, Verdict
from sagebase_ops.errors import GcpError, GcpErrorKind
from sagebase_ops.sandbox.sql_scenario import SqlInstance, SqlOperation
from tests.checks.watching import looking, said

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def done(kind: str, age: timedelta = HOUR, **more: Any) -> SqlOperation:
    return SqlOperation(type=kind, age=age, **more)


async def seen(*operations: SqlOperation) -> Finding:
    async with looking(sql_instances=[SqlInstance(operations=list(operations))]) as (_, context):
        (found,) = await sql_operations(Params(), context)
    return found


@pytest.mark.parametrize(
    ("operation", "verdict", "reason"),
    [
        (done("UPDATE", user="taro@example.com"), Verdict.PASS, None),
        (done("EXPORT", error=("ACCESS_DENIED", "no")), Verdict.FAIL, "operation_failed"),
        (done("AUTO_RESTART"), Verdict.WARN, "auto_restart"),
        (done("IMPORT", 9 * HOUR, took=None), Verdict.WARN, "operation_endless"),
        (done("IMPORT", took=None), Verdict.PASS, None),
        (done("IMPORT", 8 * DAY, took=None), Verdict.WARN, "operation_endless"),
        (done("UPDATE", status="PENDING"), Verdict.PASS, None),
        (done("UPDATE", 4 * HOUR, status="PENDING"), Verdict.WARN, "operation_waiting"),
        (done("UPDATE", status="CANCELLED"), Verdict.UNKNOWN, "operation_unclear"),
        (done("UPDATE", unsaid=["status"]), Verdict.UNKNOWN, "operation_unclear"),
        (done("IMPORT", took=None, unsaid=["insertTime", "startTime"]), Verdict.UNKNOWN, "operation_unclear"),
        (done("EXPORT", 8 * DAY, error=("ACCESS_DENIED", "no")), Verdict.PASS, None),
        (done("IMPORT", 8 * DAY, took=7 * DAY, error=("INTERNAL", "no")), Verdict.FAIL, "operation_failed"),
    ],
)
async def test_an_operation_is_judged_by_its_error_and_its_end(
    operation: SqlOperation, verdict: Verdict, reason: str | None
) -> None:
    found = await seen(operation)
    assert (found.verdict, found.reason) == (verdict, reason)


async def test_a_failed_one_says_why_and_who_did_it_and_the_others_stand_below() -> None:
    failed = done("EXPORT", user="hanako@example.com", error=("ACCESS_DENIED", "no grant"))
    found = await seen(failed, done("AUTO_RESTART"), done("UPDATE", user="taro@example.com"))
    assert (found.values["error"], found.values["who"]) == ("ACCESS_DENIED: no grant", "hanako@example.com")
    assert any(line.startswith("AUTO_RESTART happened") for line in said(found.notes))
    assert any("UPDATE by taro@example.com" in line for line in said(found.notes))


async def test_one_that_goes_on_is_told_however_far_down_the_list_it_stands() -> None:
    found = await seen(*[done("UPDATE", 30 * DAY)] * 300, done("IMPORT", 60 * DAY, took=None))
    assert (found.verdict, found.reason) == (Verdict.WARN, "operation_endless")


async def test_what_is_still_going_on_is_not_counted_as_a_success_and_is_told() -> None:
    found, without = await seen(done("EXPORT", took=None)), await seen()
    assert found.value == without.value
    assert any(line.startswith("EXPORT is still going on, since ") for line in said(found.notes))


async def test_one_that_takes_too_long_is_told_once() -> None:
    found = await seen(done("IMPORT", 9 * HOUR, took=None))
    assert not any("going on" in line for line in said(found.notes))


async def test_a_week_without_operations_says_that_there_were_none() -> None:
    async with looking(sql_instances=[SqlInstance(nights=[])]) as (_, context):
        (found,) = await sql_operations(Params(), context)
    assert (found.verdict, found.sentence.en) == (Verdict.PASS, "nothing was done to it in the last {window}")


@pytest.mark.parametrize(
    ("check", "params", "permission"),
    [
        (sql_operations, Params(), "cloudsql.instances.list"),
        (sql_operations, Params(), "cloudsql.instances.get"),
        (sql_error_logs, LogParams(), "logging.logEntries.list"),
    ],
)
async def test_what_may_not_be_read_is_no_pass(check: Any, params: Any, permission: str) -> None:
    async with looking(denied_permissions=[permission]) as (_, context):
        with pytest.raises(GcpError) as refused:
            await check(params, context)
    assert refused.value.kind is GcpErrorKind.PERMISSION_DENIED
