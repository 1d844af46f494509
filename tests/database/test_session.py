"""Our session with a real PostgreSQL: it may read and cannot change, it does not wait, and says what is wrong."""

import asyncio
import os
import signal
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from pydantic import SecretStr

from sagebase_ops.database.session import Database, Patience
from sagebase_ops.errors import DatabaseError, DatabaseErrorKind
from tests.ports import free_port
from tests.postgres import PASSWORD, Postgres

GIVES_UP = Patience(statement=0.2)
NO_LOCK = Patience(lock=0.1, statement=30, answer=60)
"""Of what a test waits for only one limit is short, so that on a slow machine no other one comes first."""


@asynccontextmanager
async def session(url: SecretStr | None, patience: Patience | None = None) -> AsyncIterator[Database]:
    database = Database(url, patience)
    yield database
    await database.aclose()


async def refusal(url: SecretStr | None, sql: str = "SELECT 1", patience: Patience | None = None) -> DatabaseError:
    async with session(url, patience) as database:
        with pytest.raises(DatabaseError) as refused:
            await database.rows(sql)
    assert PASSWORD not in repr(refused.value) + str(refused.value) + refused.value.said
    return refused.value


async def test_it_reads_over_tcp_and_over_a_unix_socket(server: Postgres) -> None:
    socket_url = SecretStr(f"host={server.folder} port={server.port} user=ops dbname=postgres")
    for url in (server.url(), socket_url):
        async with session(url) as database:
            assert await database.rows("SELECT current_user AS who, 1.5 AS number") == [{"who": "ops", "number": 1.5}]
            assert database.user == "ops"


@pytest.mark.parametrize("sql", ["CREATE TABLE t ()", "DELETE FROM pg_class", "VACUUM", "CREATE ROLE r"])
async def test_even_an_administrator_cannot_change_anything_through_it(server: Postgres, sql: str) -> None:
    url = SecretStr(f"host={server.folder} port={server.port} user=postgres dbname=postgres")
    refused = await refusal(url, sql)
    assert refused.kind is DatabaseErrorKind.REFUSED


async def test_a_question_is_asked_once_whoever_asks_and_over_one_connection(server: Postgres) -> None:
    async with session(server.url()) as database:
        asked = await asyncio.gather(*(database.rows("SELECT clock_timestamp() AS at") for _ in range(3)))
        pids = [await database.rows(f"SELECT pg_backend_pid() AS pid, {number} AS n") for number in range(3)]
    assert asked[0] == asked[1] == asked[2]
    assert len({rows[0]["pid"] for rows in pids}) == 1


async def test_one_refusal_spoils_no_other_question(server: Postgres) -> None:
    async with session(server.url()) as database:
        with pytest.raises(DatabaseError):
            await database.rows("SELECT * FROM nothing")
        assert await database.rows("SELECT 1 AS one") == [{"one": 1}]


async def test_functions_are_postgresqls_own_whatever_somebody_put_into_public(server: Postgres) -> None:
    with server.database("CREATE FUNCTION age(int) RETURNS text AS 'SELECT ''mine''' LANGUAGE sql") as name:
        refused = await refusal(server.url(database=name), "SELECT age(1)")
    assert "does not exist" in refused.said


async def test_a_statement_that_takes_too_long_is_given_up(server: Postgres) -> None:
    assert (await refusal(server.url(), "SELECT pg_sleep(20)", GIVES_UP)).kind is DatabaseErrorKind.DEADLINE


async def test_a_lock_is_not_waited_for(server: Postgres) -> None:
    with server.database("CREATE TABLE held ()") as name, server.admin(name) as holder, holder.transaction():
        holder.execute("LOCK TABLE held")
        size = "SELECT pg_relation_size(oid) FROM pg_class WHERE relname = 'held'"
        assert (await refusal(server.url(database=name), size, NO_LOCK)).kind is DatabaseErrorKind.LOCKED


async def test_a_server_that_falls_silent_is_given_up_and_not_asked_again(server: Postgres) -> None:
    async with session(server.url()) as database:
        (row,) = await database.rows("SELECT pg_backend_pid() AS pid")
        os.kill(row["pid"], signal.SIGSTOP)
        database._patience = Patience(statement=20, answer=0.3)  # from now on: it had its time to connect and to answer
        try:
            with pytest.raises(DatabaseError) as silent:
                await database.rows("SELECT 2")
            with pytest.raises(DatabaseError) as again:
                await database.rows("SELECT 3")
        finally:
            os.kill(row["pid"], signal.SIGCONT)
    assert silent.value.kind is DatabaseErrorKind.DEADLINE
    assert again.value is silent.value


async def test_a_session_that_somebody_ends_is_a_server_that_cannot_be_reached(server: Postgres) -> None:
    async with session(server.url()) as database:
        (row,) = await database.rows("SELECT pg_backend_pid() AS pid")
        server.do(f"SELECT pg_terminate_backend({row['pid']})")
        with pytest.raises(DatabaseError) as refused:
            await database.rows("SELECT 2")
    assert refused.value.kind is DatabaseErrorKind.UNREACHABLE


async def test_a_wrong_password_role_or_database_is_told_apart(server: Postgres) -> None:
    wrong = {
        DatabaseErrorKind.LOGIN: [server.url(password="x" * 3), server.url(role="nobody_of_that_name")],
        DatabaseErrorKind.NO_SUCH_DATABASE: [server.url(database="nothing")],
    }
    for kind, urls in wrong.items():
        assert [(await refusal(url)).kind for url in urls] == [kind] * len(urls)


async def test_a_server_without_room_says_so(server: Postgres) -> None:
    server.until_quiet()
    sessions = []
    try:
        while len(sessions) < 17:
            sessions.append(server.admin(role="plain"))
        assert (await refusal(server.url())).kind is DatabaseErrorKind.FULL
    finally:
        for one in sessions:
            one.close()


@pytest.mark.parametrize("address", ["127.0.0.1:{port}", "/nowhere"])
async def test_where_nobody_listens_it_cannot_be_reached(address: str) -> None:
    host, _, port_said = address.format(port=free_port()).partition(":")
    refused = await refusal(SecretStr(f"host={host} port={port_said or 5432} user=ops password='{PASSWORD}'"))
    assert refused.kind is DatabaseErrorKind.UNREACHABLE
    assert refused.said


async def test_a_door_that_nobody_opens_is_left_in_time() -> None:
    with socket.create_server(("127.0.0.1", 0)) as deaf:
        url = SecretStr(f"postgresql://ops@127.0.0.1:{deaf.getsockname()[1]}/x")
        assert (await refusal(url, patience=Patience(connect=2))).kind is DatabaseErrorKind.UNREACHABLE


@pytest.mark.parametrize(
    ("url", "kind"),
    [
        (None, DatabaseErrorKind.NO_ADDRESS),
        (f"mysql://root:{PASSWORD}@db", DatabaseErrorKind.BAD_ADDRESS),
        (f"postgresql://ops:{PASSWORD} x@127.0.0.1:1:2/x", DatabaseErrorKind.BAD_ADDRESS),
    ],
)
async def test_an_address_that_is_missing_or_cannot_be_read_is_told_without_showing_it(
    url: str | None, kind: DatabaseErrorKind
) -> None:
    assert (await refusal(SecretStr(url) if url else None)).kind is kind
