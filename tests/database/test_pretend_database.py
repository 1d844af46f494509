"""The sandbox's PostgreSQL against a real one: the same questions, answers of the same shape, and the scenarios' states."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any

import psycopg
import pytest
from pydantic import SecretStr

from sagebase_ops.checks.catalogue import catalogue
from sagebase_ops.database.session import Database, Row
from sagebase_ops.domain.results import Finding, Verdict
from sagebase_ops.errors import DatabaseError, DatabaseErrorKind
from sagebase_ops.sandbox.faults import Fault
from sagebase_ops.sandbox.postgres.scenario import Index, Session, Statement, Table
from sagebase_ops.sandbox.server import Sandbox
from tests.database.looking import DOCUMENTS, looking_at, looking_into, seen
from tests.postgres import Postgres

FIRST_WITH_TOPLEVEL = 14
CHECKS = ("db_connections", "db_indexes", "db_slow_queries", "db_statistics")


class Recording(Database):
    """Remembers what each question was answered."""

    def __init__(self, url: SecretStr) -> None:
        super().__init__(url)
        self.answers: dict[str, list[Row]] = {}

    async def rows(self, sql: str) -> list[Row]:
        self.answers[sql] = await super().rows(sql)
        return self.answers[sql]


async def asked_at(url: SecretStr) -> dict[str, list[Row]]:
    """Every question that the four checks ask there, with its answer."""
    database = Recording(url)
    async with looking_at(database) as context:
        for check in CHECKS:
            definition = catalogue()[check]
            await definition.run(definition.params(), context)
    return database.answers


def shape(rows: list[Row]) -> dict[str, str]:
    """Each column's type by name: whole numbers and booleans are alike, and a column without a value has none."""
    kinds: dict[str, str] = dict.fromkeys(rows[0], "") if rows else {}
    for row in rows:
        kinds |= {name: _kind(value) for name, value in row.items() if value is not None}
    return kinds


def _kind(value: Any) -> str:  # Any: a column's own type
    return "int" if isinstance(value, bool) else type(value).__name__


@asynccontextmanager
async def pretending(**changed: Any) -> AsyncIterator[Sandbox]:
    """A sandbox whose database differs from a tidy one in `changed`."""
    async with Sandbox.running() as box:
        told = box.world.scenario.database.model_copy(update=changed)
        box.world.scenario = box.world.scenario.model_copy(update={"database": told})
        yield box


async def found_in(box: Sandbox, check: str) -> dict[str, Finding]:
    return await seen(check, SecretStr(box.database))


async def test_our_questions_are_answered_in_the_same_shape_as_by_a_real_server(server: Postgres) -> None:
    if server.version < FIRST_WITH_TOPLEVEL:
        pytest.skip("the pretended server is a newer one, which is asked other questions")
    with server.database(*DOCUMENTS) as name:
        server.do("CREATE EXTENSION pg_stat_statements", database=name)
        with server.admin(name) as busy:
            for _ in range(20):
                busy.execute("SELECT count(*) FROM documents")
            real = await asked_at(server.url(database=name))
    async with pretending() as box:
        pretended = await asked_at(SecretStr(box.database))
    assert list(pretended) == list(real)
    for question, rows in real.items():
        wanted, found = shape(rows), shape(pretended[question])
        assert list(found) == list(wanted), question
        assert {
            name: (kind, found[name]) for name, kind in wanted.items() if kind and found[name] not in {"", kind}
        } == {}


async def test_a_tidy_one_passes_every_check() -> None:
    async with pretending() as box:
        found = [one for check in CHECKS for one in (await found_in(box, check)).values()]
    assert {one.verdict for one in found} == {Verdict.PASS, Verdict.SKIPPED}
    assert [one.target.kind for one in found if one.verdict is Verdict.SKIPPED] == ["bloat"]


@pytest.mark.parametrize(
    ("check", "kind", "changed", "verdict", "reason"),
    [
        ("db_statistics", "dead_rows", {"tables": [Table(name="t", dead=80_000)]}, Verdict.FAIL, "dead_rows"),
        ("db_statistics", "planner_statistics", {"tables": [Table(name="t", analyzed=None)]}, Verdict.WARN, "stale"),
        ("db_statistics", "transaction_ids", {"transactions": 1_600_000_000}, Verdict.FAIL, "wraparound"),
        ("db_statistics", "dead_rows", {"replica": True}, Verdict.UNKNOWN, "replica"),
        (
            "db_indexes",
            "unused_indexes",
            {"tables": [Table(name="t", indexes=[Index(name="i", scans=0)])]},
            Verdict.WARN,
            "unused",
        ),
        ("db_connections", "connections", {"max_connections": 23}, Verdict.WARN, "nearly_full"),
        ("db_connections", "connections", {"max_connections": 20}, Verdict.FAIL, "too_many_connections"),
        (
            "db_connections",
            "idle_in_transaction",
            {"sessions": [Session(state="idle in transaction", since=timedelta(hours=2), open_for=timedelta(hours=2))]},
            Verdict.FAIL,
            "idle_in_transaction",
        ),
        (
            "db_slow_queries",
            "slow_statements",
            {"statements": [Statement(text="SELECT $1", mean=timedelta(seconds=3))]},
            Verdict.WARN,
            "slow",
        ),
        ("db_slow_queries", "slow_statements", {"statements": None}, Verdict.SKIPPED, "no_pg_stat_statements"),
    ],
)
async def test_a_state_of_the_scenario_is_seen_by_its_check(
    check: str, kind: str, changed: dict[str, Any], verdict: Verdict, reason: str
) -> None:
    async with pretending(**changed) as box:
        found = (await found_in(box, check))[kind]
    assert (found.verdict, found.reason) == (verdict, reason)


async def test_replicas_are_warned_of_before_an_index_is_dropped() -> None:
    unused = [Table(name="t", indexes=[Index(name="i", scans=0)])]
    async with pretending(tables=unused, replicas=2) as box:
        found = (await found_in(box, "db_indexes"))["unused_indexes"]
    assert any("2" in str(note.values.get("count")) and "replicas" in note.sentence.en for note in found.notes)


@pytest.mark.parametrize(
    ("changed", "kind"),
    [
        ({"login": False}, DatabaseErrorKind.LOGIN),
        ({"monitor": False}, DatabaseErrorKind.PERMISSION_DENIED),
    ],
)
async def test_who_may_not_look_is_told_so(changed: dict[str, Any], kind: DatabaseErrorKind) -> None:
    async with pretending(**changed) as box:
        with pytest.raises(DatabaseError) as refused:
            await found_in(box, "db_connections")
    assert refused.value.kind is kind


@pytest.mark.parametrize(
    ("fault", "kind"),
    [
        (Fault("postgresql.query", "refusal"), DatabaseErrorKind.DEADLINE),
        (
            Fault("postgresql.query", "refusal", 1, {"code": "55P03", "message": "lock timeout"}),
            DatabaseErrorKind.LOCKED,
        ),
        (Fault("postgresql.query", "reset"), DatabaseErrorKind.UNREACHABLE),
    ],
)
async def test_faults_are_played_on_the_wire(fault: Fault, kind: DatabaseErrorKind) -> None:
    async with pretending() as box:
        box.world.faults.add(fault)
        with pytest.raises(DatabaseError) as refused:
            await found_in(box, "db_indexes")
    assert refused.value.kind is kind


async def test_the_guides_own_statement_is_refused_as_by_a_real_server() -> None:
    asked = "SELECT schemaname, tablename, indexname, idx_scan FROM pg_stat_user_indexes WHERE idx_scan = 0"
    async with pretending() as box, looking_into(SecretStr(box.database)) as context:
        with pytest.raises(DatabaseError, match='column "tablename" does not exist') as refused:
            await context.database.rows(asked)
    assert isinstance(refused.value.__cause__, psycopg.errors.UndefinedColumn)


async def test_it_changes_nothing_and_knows_who_asked_what() -> None:
    async with pretending() as box, looking_into(SecretStr(box.database)) as context:
        with pytest.raises(DatabaseError, match="read-only"):
            await context.database.rows("DROP TABLE minutes")
        assert await context.database.rows("SELECT 1 AS one") == [{"one": 1}]
        assert [(call.api, call.request) for call in box.world.calls] == [("postgresql", "SELECT 1 AS one")]


async def test_the_neglected_database_is_seen_by_every_check() -> None:
    async with Sandbox.running("db-neglected") as box:
        found = {kind: one for check in CHECKS for kind, one in (await found_in(box, check)).items()}
    wrong = {kind for kind, one in found.items() if one.verdict in {Verdict.WARN, Verdict.FAIL}}
    assert wrong == set(found) - {"connections", "bloat"}


@pytest.mark.parametrize("check", CHECKS)
async def test_a_database_of_another_project_does_not_apply(check: str) -> None:
    found = await seen(check, SecretStr("host=/cloudsql/another:asia-northeast1:db"))
    assert [(one.verdict, one.reason) for one in found.values()] == [(Verdict.SKIPPED, "other_project")]
