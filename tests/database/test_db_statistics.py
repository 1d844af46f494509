"""Tables that really are bloated, statistics that really are stale, on a real PostgreSQL."""

import pytest

from sagebase_ops.domain.results import Verdict
from sagebase_ops.errors import DatabaseError, DatabaseErrorKind
from tests.database.looking import DOCUMENTS, filled, seen
from tests.postgres import Postgres

A_TENTH, THREE_TENTHS = "DELETE FROM documents WHERE id % 10 < 1", "DELETE FROM documents WHERE id % 10 < 3"
SIX_TENTHS = "DELETE FROM documents WHERE id % 10 < 6"
LOST = "SELECT pg_stat_reset()"


async def test_tables_that_are_cared_for_pass_and_what_nobody_can_measure_is_no_pass(server: Postgres) -> None:
    with server.database(*DOCUMENTS) as name:
        found = await seen("db_statistics", server.url(database=name))
    assert {kind: (one.verdict, one.reason) for kind, one in found.items()} == {
        "planner_statistics": (Verdict.PASS, None),
        "dead_rows": (Verdict.PASS, None),
        "bloat": (Verdict.SKIPPED, "no_pgstattuple"),
        "transaction_ids": (Verdict.PASS, None),
    }


@pytest.mark.parametrize(
    ("deleted", "verdict"), [(A_TENTH, Verdict.PASS), (THREE_TENTHS, Verdict.WARN), (SIX_TENTHS, Verdict.FAIL)]
)
async def test_dead_rows_are_judged_by_their_share(server: Postgres, deleted: str, verdict: Verdict) -> None:
    with server.database(*DOCUMENTS, deleted) as name:
        found = await seen("db_statistics", server.url(database=name))
    assert found["dead_rows"].verdict is verdict


async def test_a_vacuum_by_the_owner_takes_them_away(server: Postgres) -> None:
    with server.database(*DOCUMENTS, SIX_TENTHS, "VACUUM") as name:
        found = await seen("db_statistics", server.url(database=name))
    assert found["dead_rows"].verdict is Verdict.PASS


async def test_a_vacuum_by_another_role_ends_well_and_changes_nothing(server: Postgres) -> None:
    with server.database(*DOCUMENTS, SIX_TENTHS) as name:
        server.do("VACUUM ANALYZE documents", database=name, role="plain")
        found = await seen("db_statistics", server.url(database=name))
    assert found["dead_rows"].verdict is Verdict.FAIL
    assert any("documents: 3000 dead, 2000 live, never vacuumed" in line for line in filled(found["dead_rows"]))


async def test_a_table_that_was_never_analyzed_is_stale(server: Postgres) -> None:
    with server.database(*DOCUMENTS[:-1]) as name:
        found = await seen("db_statistics", server.url(database=name))
    assert (found["planner_statistics"].verdict, found["planner_statistics"].reason) == (Verdict.WARN, "stale")


@pytest.mark.parametrize(
    ("changes", "within", "verdict"),
    [
        (THREE_TENTHS, "1s", Verdict.WARN),
        (THREE_TENTHS, "1d", Verdict.PASS),
        (A_TENTH, "1s", Verdict.PASS),
    ],
)
async def test_statistics_are_stale_once_much_has_changed_and_nobody_looked_for_long(
    server: Postgres, changes: str, within: str, verdict: Verdict
) -> None:
    with server.database(*DOCUMENTS, changes, "SELECT pg_sleep(1.1)") as name:
        found = await seen("db_statistics", server.url(database=name), analyzed_within=within)
    assert found["planner_statistics"].verdict is verdict


async def test_counters_that_were_lost_prove_nothing(server: Postgres) -> None:
    with server.database(*DOCUMENTS, SIX_TENTHS) as name:
        server.do(LOST, database=name)
        found = await seen("db_statistics", server.url(database=name))
    for kind in ("dead_rows", "planner_statistics"):
        assert (found[kind].verdict, found[kind].reason) == (Verdict.UNKNOWN, "lost_statistics")


async def test_a_table_that_nothing_ever_counted_is_not_taken_for_an_empty_one(server: Postgres) -> None:
    with server.database(*DOCUMENTS[:-1], "CREATE TABLE empty (id int, body text)") as name:
        server.do(LOST, database=name)
        found = await seen("db_statistics", server.url(database=name))
    for kind in ("dead_rows", "planner_statistics"):
        assert (found[kind].verdict, found[kind].reason) == (Verdict.UNKNOWN, "lost_statistics")
        assert [note.values["table"] for note in found[kind].notes] == ["public.documents"]


@pytest.mark.parametrize(("deleted", "verdict"), [(SIX_TENTHS, Verdict.WARN), ("SELECT 1", Verdict.PASS)])
async def test_bloat_is_measured_where_the_extension_is_also_what_vacuum_left(
    server: Postgres, deleted: str, verdict: Verdict
) -> None:
    with server.database(*DOCUMENTS, deleted, "VACUUM") as name:
        server.do("CREATE EXTENSION pgstattuple", database=name)
        found = await seen("db_statistics", server.url(database=name), min_size="100KB")
    assert found["bloat"].verdict is verdict
    assert found["bloat"].value
    assert (found["bloat"].value.amount > 0.5) is (verdict is Verdict.WARN)


async def test_what_is_too_large_to_be_read_through_is_not_called_tidy(
    server: Postgres, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sagebase_ops.checks.databases.table_bloat.LARGEST", 1_000)
    with server.database(*DOCUMENTS, "VACUUM") as name:
        server.do("CREATE EXTENSION pgstattuple", database=name)
        found = await seen("db_statistics", server.url(database=name), min_size="1KB")
    assert (found["bloat"].verdict, found["bloat"].reason) == (Verdict.SKIPPED, "too_large")
    assert "documents" in str(found["bloat"].notes)


async def test_without_the_extension_dead_rows_alone_can_be_too_many(server: Postgres) -> None:
    with server.database(*DOCUMENTS, SIX_TENTHS) as name:
        found = await seen("db_statistics", server.url(database=name))
    assert (found["bloat"].verdict, found["bloat"].reason) == (Verdict.WARN, "bloated")


async def test_a_role_without_pg_monitor_is_refused_the_measuring(server: Postgres) -> None:
    with server.database(*DOCUMENTS) as name:
        server.do("CREATE EXTENSION pgstattuple", database=name)
        with pytest.raises(DatabaseError) as refused:
            await seen("db_statistics", server.url("plain", name), min_size="100KB")
    assert refused.value.kind is DatabaseErrorKind.PERMISSION_DENIED
    assert 'GRANT pg_monitor TO "plain"' in str(refused.value.remedy)


@pytest.mark.parametrize(
    ("warn", "fail", "verdict"), [(1, 2, Verdict.FAIL), (1, 10**9, Verdict.WARN), (10**8, 10**9, Verdict.PASS)]
)
async def test_the_oldest_transaction_id_of_the_server_is_held_against_the_limits(
    server: Postgres, warn: int, fail: int, verdict: Verdict
) -> None:
    with server.database(*DOCUMENTS) as name:
        url = server.url(database=name)
        limits = {"transactions_warn_above": warn, "transactions_fail_above": fail}
        found = await seen("db_statistics", url, **limits)
    assert found["transaction_ids"].verdict is verdict


async def test_an_empty_database_is_not_the_one_that_was_meant(server: Postgres) -> None:
    with server.database() as name:
        found = await seen("db_statistics", server.url(database=name))
    assert (found["dead_rows"].verdict, found["dead_rows"].reason) == (Verdict.UNKNOWN, "nothing_there")


async def test_a_server_that_does_not_count_cannot_be_judged(server: Postgres) -> None:
    with server.database(*DOCUMENTS) as name:
        server.do(f"ALTER DATABASE {name} SET track_counts = off")
        for check in ("db_statistics", "db_indexes"):
            with pytest.raises(DatabaseError) as refused:
                await seen(check, server.url(database=name))
            assert refused.value.kind is DatabaseErrorKind.NOT_COUNTED
