"""Connections nearly used up and transactions left open, on a real PostgreSQL."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

import pytest

from sagebase_ops.domain.results import Verdict
from sagebase_ops.errors import DatabaseError, DatabaseErrorKind
from tests.database.looking import filled, seen
from tests.postgres import Postgres

ORDINARY = 17  # of 20, three are kept for superusers


@contextmanager
def connected(server: Postgres, count: int) -> Iterator[None]:
    """So many sessions of the application, and nobody else's."""
    server.until_quiet()
    with ExitStack() as stack:
        for _ in range(count):
            stack.enter_context(server.admin(role="sagebase_user"))
        yield


@pytest.mark.parametrize(
    ("others", "verdict"), [(10, Verdict.PASS), (13, Verdict.WARN), (16, Verdict.FAIL), (17, Verdict.FAIL)]
)
async def test_connections_are_held_against_what_ordinary_roles_may_have(
    server: Postgres, others: int, verdict: Verdict
) -> None:
    with connected(server, others):
        found = (await seen("db_connections", server.url()))["connections"]
    assert found.verdict is verdict
    if others < ORDINARY:
        assert (found.value and found.value.amount, found.limit and found.limit.amount) == (others + 1, ORDINARY)
        assert any(line.startswith("sagebase_user (postgres): ") for line in filled(found))
    else:
        assert found.reason == "too_many_connections"


@pytest.mark.parametrize(("limit", "verdict"), [("1s", Verdict.FAIL), ("1h", Verdict.PASS)])
async def test_a_transaction_in_which_nothing_happens_fails_once_it_is_too_long(
    server: Postgres, limit: str, verdict: Verdict
) -> None:
    with server.admin(role="sagebase_user") as forgetful:
        forgetful.execute("BEGIN")
        pid = forgetful.info.backend_pid
        server.do("SELECT pg_sleep(1.1)")
        found = await seen("db_connections", server.url(), idle_in_transaction=limit, oldest_transaction=limit)
    assert found["idle_in_transaction"].verdict is verdict
    assert (found["oldest_transaction"].verdict is Verdict.WARN) is (verdict is Verdict.FAIL)
    if verdict is Verdict.FAIL:
        assert any(f"pid {pid}: sagebase_user" in line for line in filled(found["idle_in_transaction"]))


async def test_a_prepared_transaction_that_nobody_ends_is_the_oldest(server: Postgres) -> None:
    server.until_quiet()
    server.do("BEGIN; CREATE TABLE forgotten (id int); PREPARE TRANSACTION 'job 7'")
    try:
        server.do("SELECT pg_sleep(1.1)")
        found = await seen("db_connections", server.url(), oldest_transaction="1s")
    finally:
        server.do("ROLLBACK PREPARED 'job 7'")
    assert found["oldest_transaction"].verdict is Verdict.WARN
    assert any("pid -: postgres" in line and "job 7" in line for line in filled(found["oldest_transaction"]))


async def test_what_is_hidden_from_a_role_without_pg_monitor_is_never_green(server: Postgres) -> None:
    with pytest.raises(DatabaseError) as refused:
        await seen("db_connections", server.url("plain"))
    assert refused.value.kind is DatabaseErrorKind.PERMISSION_DENIED
    assert 'GRANT pg_monitor TO "plain"' in str(refused.value.remedy)


async def test_a_role_that_is_named_like_somebodys_address_is_not_told(server: Postgres) -> None:
    server.do('CREATE ROLE "taro@example.com" LOGIN')
    try:
        with server.admin(role="taro@example.com"):
            found = await seen("db_connections", server.url())
    finally:
        server.do('DROP ROLE "taro@example.com"')
    lines = filled(found["connections"])
    assert any("<email>" in line for line in lines)
    assert not any("taro" in line for line in lines)


async def test_sessions_that_do_not_say_what_they_do_prove_nothing(server: Postgres) -> None:
    with server.admin() as silent:
        silent.execute("SET track_activities = off")
        with pytest.raises(DatabaseError) as refused:
            await seen("db_connections", server.url())
    assert refused.value.kind is DatabaseErrorKind.NOT_COUNTED
