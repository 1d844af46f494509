"""PostgreSQL's catalogue, as far as one looks after a database by it, filled from the scenario.

SQLite reads the SQL: what a question selects, joins and counts is really worked out, and a column that PostgreSQL does not
have is missing here too. A time is text in PostgreSQL's own form.
"""

import sqlite3
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import TypeAlias

from sagebase_ops.sandbox.postgres.scenario import PretendDatabase, Table
from sagebase_ops.sandbox.world import World

Value: TypeAlias = str | int | float | None
_HIDDEN = "<insufficient privilege>"
_OURS, _FIRST_PID, _PUBLIC = 4242, 5000, 2200
_SUPERUSERS_KEEP = 3
_TABLES = """
CREATE TABLE pg_database (oid, datname, datfrozenxid, datminmxid);
CREATE TABLE pg_stat_database (datname, numbackends, stats_reset);
CREATE TABLE pg_stat_bgwriter (stats_reset);
CREATE TABLE pg_stat_replication (pid, application_name, state);
CREATE TABLE pg_namespace (oid, nspname);
CREATE TABLE pg_extension (oid, extname, extnamespace, extversion);
CREATE TABLE pg_class (oid, relname, relnamespace, relkind, relpersistence, reltuples, relpages);
CREATE TABLE pg_stat_user_tables (relid, schemaname, relname, seq_scan, idx_scan, n_live_tup, n_dead_tup,
    n_mod_since_analyze, last_vacuum, last_autovacuum, last_analyze, last_autoanalyze);
CREATE TABLE pg_stat_user_indexes (relid, indexrelid, schemaname, relname, indexrelname, idx_scan, idx_tup_read,
    idx_tup_fetch);
CREATE TABLE pg_index (indexrelid, indrelid, indisunique, indisprimary, indisvalid);
CREATE TABLE pg_constraint (oid, conname, conindid);
CREATE TABLE pg_prepared_xacts ("transaction", gid, prepared, owner, database);
CREATE TABLE pg_stat_progress_create_index (pid, relid, index_relid);
CREATE TABLE pg_inherits (inhrelid, inhparent);
CREATE TABLE pg_stat_activity (datname, pid, usename, application_name, backend_type, state, xact_start, query_start,
    state_change, query);
ATTACH ':memory:' AS public;
"""
_STATEMENTS = """
CREATE TABLE public.pg_stat_statements (dbid, toplevel, query, calls, total_exec_time, mean_exec_time);
CREATE TABLE public.pg_stat_statements_info (dealloc, stats_reset);
"""


class Catalogue:
    """The database's state at this moment. `answer` raises sqlite3.Error for what it cannot read."""

    def __init__(self, world: World) -> None:
        self._world, self._told = world, world.scenario.database
        self._sizes: dict[int, int] = {}
        self._store = sqlite3.connect(":memory:")
        self._store.executescript(_TABLES)
        for name, count, function in self._functions():
            self._store.create_function(name, count, function)
        for table, row in self._rows():
            self._store.execute(f"INSERT INTO {table} VALUES ({', '.join('?' * len(row))})", row)  # noqa: S608 (our names)

    def answer(self, sql: str) -> tuple[list[str], list[tuple[Value, ...]]]:
        """Column names and rows of one statement."""
        found = self._store.execute(sql)
        return [column[0] for column in found.description or ()], found.fetchall()

    def close(self) -> None:
        self._store.close()

    def _ago(self, span: timedelta | None) -> str | None:
        return None if span is None else written(self._world.now() - span)

    def _rows(self) -> Iterator[tuple[str, tuple[Value, ...]]]:
        told, reset = self._told, self._ago(self._told.counting_for)
        for number, name in enumerate(("postgres", told.name)):
            yield "pg_database", (number + 1, name, told.transactions // (2 - number), 1)
            yield "pg_stat_database", (name, 1, None)
        yield "pg_stat_bgwriter", (reset,)
        yield "pg_namespace", (_PUBLIC, "public")
        for number in range(told.replicas):
            yield "pg_stat_replication", (9000 + number, "walreceiver", "streaming")
        for number, table in enumerate(told.tables):
            yield from self._table(16_000 + 100 * number, table)
        yield from self._activity()
        if told.statements is not None:
            yield from self._statements(told, reset)

    def _table(self, oid: int, table: Table) -> Iterator[tuple[str, tuple[Value, ...]]]:
        self._sizes[oid] = table.size
        yield "pg_class", (oid, table.name, _PUBLIC, "r", "p", float(table.rows), table.size // 8192)
        care = (None, self._ago(table.vacuumed), None, self._ago(table.analyzed))
        counts = (0, 0, table.rows, table.dead, table.changed)
        yield "pg_stat_user_tables", (oid, "public", table.name, *counts, *care)
        for number, index in enumerate(table.indexes):
            own = oid + number + 1
            self._sizes[own] = index.size
            scans = (index.scans, index.scans, index.scans)
            yield "pg_stat_user_indexes", (oid, own, "public", table.name, index.name, *scans)
            yield "pg_index", (own, oid, index.unique, index.constrains, index.valid)
            if index.constrains:
                yield "pg_constraint", (own, index.name, own)

    def _activity(self) -> Iterator[tuple[str, tuple[Value, ...]]]:
        """Our own session, the server's workers, and the application's."""
        now, visible, own = self._ago(timedelta(0)), self._told.monitor, self._told.name
        client = "client backend"
        yield "pg_stat_activity", (own, _OURS, "sagebase-ops", "", client, "active", now, now, now, "")
        worker = "checkpointer" if visible else None
        yield "pg_stat_activity", (None, 1, None, "", worker, None, None, None, None, "")
        idle = [("idle", timedelta(seconds=5), None, "sagebase_user")] * application_sessions(self._world)
        others = [(one.state, one.since, one.open_for, one.role) for one in self._told.sessions]
        for number, (state, since, opened, role) in enumerate([*idle, *others]):
            shown = (client, state, self._ago(opened), self._ago(since), self._ago(since), "") if visible else ()
            hidden = (None, None, None, None, None, _HIDDEN)
            yield "pg_stat_activity", (own, _FIRST_PID + number, role, "", *(shown or hidden))

    def _statements(self, told: PretendDatabase, reset: Value) -> Iterator[tuple[str, tuple[Value, ...]]]:
        self._store.executescript(_STATEMENTS)
        yield "pg_extension", (1, "pg_stat_statements", _PUBLIC, "1.10")
        yield "public.pg_stat_statements_info", (0, reset)
        for one in told.statements or ():
            mean, text = one.mean.total_seconds() * 1000, one.text if told.monitor else _HIDDEN
            yield "public.pg_stat_statements", (2, True, text, one.calls, mean * one.calls, mean)

    def _functions(self) -> Iterator[tuple[str, int, Callable[..., Value]]]:
        told = self._told
        yield "now", 0, lambda: self._ago(timedelta(0))
        yield "version", 0, lambda: f"PostgreSQL {told.version} (SANDBOX)"
        yield "current_database", 0, lambda: told.name
        yield "current_setting", 1, lambda name: _settings(told).get(name)
        yield "current_setting", 2, lambda name, _missing_ok: _settings(told).get(name)
        yield "pg_backend_pid", 0, lambda: _OURS
        yield "pg_is_in_recovery", 0, lambda: told.replica
        yield "pg_has_role", 2, lambda _role, _privilege: told.monitor
        yield "has_table_privilege", 2, lambda _table, _privilege: False
        yield "age", 1, lambda transactions: transactions
        yield "mxid_age", 1, lambda multixacts: multixacts
        for name in ("pg_table_size", "pg_relation_size", "pg_total_relation_size"):
            yield name, 1, self._sizes.get
        yield "pg_size_pretty", 1, lambda size: f"{round(size / 1024)} kB"


def application_sessions(world: World) -> int:
    """As many as Cloud Monitoring counts on the first instance."""
    instances = world.scenario.sql_instances
    return (instances[0].connections or 0) if instances else 0


def room(world: World) -> int:
    """Sessions that are left for ordinary roles."""
    told = world.scenario.database
    return told.max_connections - _SUPERUSERS_KEEP - application_sessions(world) - len(told.sessions)


def _settings(told: PretendDatabase) -> dict[str, str]:
    return {
        "server_version": told.version,
        "max_connections": str(told.max_connections),
        "superuser_reserved_connections": str(_SUPERUSERS_KEEP),
        "track_counts": "on",
        "transaction_read_only": "on",
    }


def written(moment: datetime) -> str:
    """As PostgreSQL writes a timestamptz in UTC."""
    return f"{moment:%Y-%m-%d %H:%M:%S.%f}+00"
