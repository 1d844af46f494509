"""Statements that really are slow, and texts that tell nothing of anybody, on a real PostgreSQL."""

import pytest

from sagebase_ops.database.statements import columns_of, shown
from sagebase_ops.domain.results import Verdict
from sagebase_ops.errors import DatabaseError, DatabaseErrorKind
from tests.database.looking import DOCUMENTS, filled, seen
from tests.postgres import Postgres

COUNTING = "CREATE EXTENSION pg_stat_statements"
SLOW = "SELECT count(*), pg_sleep(1.05) FROM documents WHERE title = 'of Taro Yamada'"
ONCE = {"min_calls": 1}


async def test_without_the_extension_it_is_skipped_with_how_to_turn_it_on(server: Postgres) -> None:
    with server.database(*DOCUMENTS) as name:
        found = (await seen("db_slow_queries", server.url(database=name)))["slow_statements"]
    assert (found.verdict, found.reason) == (Verdict.SKIPPED, "no_pg_stat_statements")
    assert COUNTING in str(found.remedy)


@pytest.mark.parametrize("version", ["1.8", "1.9", "1.10", "1.11"])
async def test_a_slow_statement_is_named_without_its_values_whatever_the_extensions_version(
    server: Postgres, version: str
) -> None:
    with server.database(*DOCUMENTS) as name, server.admin(name) as admin:
        offered = admin.execute("SELECT version FROM pg_available_extension_versions WHERE name = 'pg_stat_statements'")
        if version not in {row[0] for row in offered}:
            pytest.skip(f"PostgreSQL {server.version} has no pg_stat_statements {version}")
        admin.execute(f"{COUNTING} VERSION '{version}'".encode())
        server.do(SLOW, database=name, role="sagebase_user")
        found = (await seen("db_slow_queries", server.url(database=name), **ONCE))["slow_statements"]
        fast = (await seen("db_slow_queries", server.url(database=name), slower_than="1h"))["slow_statements"]
    assert (found.verdict, found.reason, fast.verdict) == (Verdict.WARN, "slow", Verdict.PASS)
    assert any("SELECT count(*), pg_sleep($1) FROM documents WHERE title = $2" in line for line in filled(found))
    assert not any("Taro" in line for line in filled(found))


async def test_what_ran_seldom_is_not_judged(server: Postgres) -> None:
    with server.database(*DOCUMENTS) as name:
        server.do(COUNTING, database=name)
        server.do(SLOW, database=name, role="sagebase_user")
        found = (await seen("db_slow_queries", server.url(database=name), min_calls=2))["slow_statements"]
    assert found.verdict is Verdict.PASS


async def test_statements_that_are_hidden_from_us_are_never_green(server: Postgres) -> None:
    with server.database(*DOCUMENTS) as name:
        server.do(COUNTING, database=name)
        with pytest.raises(DatabaseError) as refused:
            await seen("db_slow_queries", server.url("plain", name))
    assert refused.value.kind is DatabaseErrorKind.PERMISSION_DENIED


@pytest.mark.parametrize(
    ("query", "text"),
    [
        ("SELECT *\n  FROM t -- of Taro\n WHERE a = $1", "SELECT * FROM t WHERE a = $1"),
        ("select /* taro@example.com */ 1", "select 1"),
        ("SELECT 'it''s Taro', $x$secret$x$", "SELECT ?, ?"),
        ("ALTER ROLE taro PASSWORD 'secret'", "ALTER …"),
        ("COPY people FROM '/home/taro'", "COPY …"),
        ("(SELECT 1) UNION SELECT 2", "(SELECT 1) UNION SELECT 2"),
        ("SELECT * FROM t WHERE mail = taro@example.com", "SELECT * FROM t WHERE mail = <email>"),
    ],
)
def test_a_text_is_shown_only_where_postgresql_takes_its_values_out(query: str, text: str) -> None:
    assert shown(query) == text


@pytest.mark.parametrize(
    ("version", "mean", "only_top"),
    [
        ((1, 7), "mean_time", ""),
        ((1, 8), "mean_exec_time", ""),
        ((1, 9), "mean_exec_time", "AND toplevel"),
        ((1, 11), "mean_exec_time", "AND toplevel"),
        ((1, 12), "mean_exec_time", "AND toplevel"),
    ],
)
def test_columns_are_called_as_the_extensions_version_calls_them(
    version: tuple[int, int], mean: str, only_top: str
) -> None:
    assert (columns_of(version).mean, columns_of(version).only_top) == (mean, only_top)
