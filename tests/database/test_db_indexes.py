"""Indexes that really are unused, broken off, or needed without a single scan, on a real PostgreSQL."""

from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
import pytest

from sagebase_ops.database.server import server as there
from sagebase_ops.domain.results import Verdict
from tests.database.looking import DOCUMENTS, filled, looking_into, seen
from tests.postgres import Postgres

SMALL = {"min_size": "1KB", "min_age": "1s"}
INDEXED = (
    *DOCUMENTS,
    "CREATE INDEX unused ON documents (title)",
    "CREATE INDEX used ON documents (owner, id)",
    "CREATE UNIQUE INDEX apart ON documents (title, id)",
    "CREATE TABLE parts (id int, at date) PARTITION BY RANGE (at)",
    "CREATE TABLE parts_now PARTITION OF parts FOR VALUES FROM ('2026-01-01') TO ('2027-01-01')",
    "CREATE INDEX parts_id ON parts (id)",
    "SET enable_seqscan = off; SELECT * FROM documents WHERE owner = 3 AND id = 3",
)


@contextmanager
def counted_for(server: Postgres, seconds: float, *statements: str) -> Iterator[str]:
    """The application's database, whose counters began at its making and so many seconds ago."""
    with server.database(*statements) as name:
        server.do("SELECT pg_stat_reset_shared('bgwriter')", f"SELECT pg_sleep({seconds})", database=name)
        yield name


async def test_only_what_is_there_for_its_scans_and_has_none_is_unused(server: Postgres) -> None:
    with counted_for(server, 1.1, *INDEXED) as name:
        found = await seen("db_indexes", server.url(database=name), **SMALL)
    assert found["unused_indexes"].verdict is Verdict.WARN
    named = [line for line in filled(found["unused_indexes"]) if line.startswith("public.")]
    assert [line.split()[0] for line in named] == ["public.unused"]
    assert found["invalid_indexes"].verdict is Verdict.PASS


async def test_counters_that_are_too_young_do_not_tell(server: Postgres) -> None:
    with counted_for(server, 0, *INDEXED) as name:
        found = await seen("db_indexes", server.url(database=name), min_size="1KB", min_age="1h")
    assert (found["unused_indexes"].verdict, found["unused_indexes"].reason) == (Verdict.UNKNOWN, "young_statistics")


@pytest.mark.parametrize("params", [{"min_size": "1GB"}, {"min_size": "1KB", "ignore": ["public.unused"]}])
async def test_small_and_ignored_ones_are_left_out(server: Postgres, params: dict[str, object]) -> None:
    with counted_for(server, 0, *INDEXED) as name:
        found = await seen("db_indexes", server.url(database=name), **params)
    assert found["unused_indexes"].verdict is Verdict.PASS


async def test_an_index_whose_making_was_broken_off_is_told(server: Postgres) -> None:
    with server.database(*DOCUMENTS, "UPDATE documents SET title = 'same'") as name:
        with pytest.raises(psycopg.errors.UniqueViolation):
            server.do(
                "CREATE UNIQUE INDEX CONCURRENTLY broken ON documents (title)", database=name, role="sagebase_user"
            )
        found = await seen("db_indexes", server.url(database=name))
    assert (found["invalid_indexes"].verdict, found["invalid_indexes"].reason) == (Verdict.WARN, "invalid")


async def test_an_index_that_is_being_made_is_not_called_broken(server: Postgres) -> None:
    with server.database(*DOCUMENTS) as name, server.admin(name, "sagebase_user") as writing:
        writing.execute("BEGIN; UPDATE documents SET title = 'held'")
        with server.admin(name, "sagebase_user") as making:
            making.pgconn.send_query(b"CREATE INDEX CONCURRENTLY slow ON documents (title)")
            building = "SELECT FROM pg_stat_progress_create_index WHERE index_relid <> 0"
            with server.admin(name) as watching:
                while not watching.execute(building).rowcount:
                    pass
            found = await seen("db_indexes", server.url(database=name))
            making.pgconn.finish()
    assert found["invalid_indexes"].verdict is Verdict.PASS
    assert any("being made" in line for line in filled(found["invalid_indexes"]))


async def test_a_database_without_indexes_is_not_the_one_that_was_meant(server: Postgres) -> None:
    with server.database() as name:
        found = await seen("db_indexes", server.url(database=name))
    assert {one.reason for one in found.values()} == {"nothing_there"}


async def test_the_guides_own_statement_does_not_run(server: Postgres) -> None:
    with pytest.raises(psycopg.errors.UndefinedColumn, match="tablename"):
        server.do("SELECT schemaname, tablename, indexname, idx_scan FROM pg_stat_user_indexes WHERE idx_scan = 0")


async def test_the_counters_are_as_young_as_the_later_of_the_databases_and_the_servers_reset(server: Postgres) -> None:
    resets = ("SELECT pg_stat_reset()", "SELECT pg_stat_reset_shared('bgwriter')")
    with server.database(*DOCUMENTS) as name:
        for order in (resets, resets[::-1]):
            server.do(*order, database=name)
            with server.admin(name) as asking:
                asked = "SELECT stats_reset FROM pg_stat_database WHERE datname = current_database()"
                both = [
                    asking.execute(asked).fetchall(),
                    asking.execute("SELECT stats_reset FROM pg_stat_bgwriter").fetchall(),
                ]
            async with looking_into(server.url(database=name)) as context:
                assert (await there(context.database)).counting_since == max(rows[0][0] for rows in both)
