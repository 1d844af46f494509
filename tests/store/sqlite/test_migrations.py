"""A file of an older version becomes the present one, whole or not at all."""

import gzip
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from sagebase_ops.errors import StoreError
from sagebase_ops.store.base import Decision, Outcome, Thinned, Untold
from sagebase_ops.store.records import read_run, write_run
from sagebase_ops.store.sqlite.migrations import migrate, shipped
from sagebase_ops.store.sqlite.opening import open_store
from sagebase_ops.store.sqlite.times import as_text
from tests.contract.examples import at, claim, edit, job, kept, missed, opened, posts, run, slot

VERSION_1 = Path(__file__).with_name("version-1.db.gz")
"""Made by version 1 with `as_version_1_wrote_it`, and never made anew."""

VERSION_2 = VERSION_1.with_name("version-2.db.gz")
"""The same of version 2, with the incident that the run opened."""

INSERT_OF_VERSION_2 = "INSERT INTO runs (id, job, started_at, record) VALUES (?, ?, ?, ?)"


async def as_version_1_wrote_it(path: Path) -> None:
    async with await open_store(path, sandbox=False) as store:
        await store.adopt(job())
        await store.claim_slot(claim(10), at(10), missed=missed(1, 2, 2))
        await store.record(Outcome(run(), claim(10), posts(count=2)), at(11))
        await store.claim_slot(claim(20), at(20))


async def test_a_file_of_version_1_is_read_and_goes_on(tmp_path: Path) -> None:
    path = tmp_path / "state.db"
    path.write_bytes(gzip.decompress(VERSION_1.read_bytes()))

    async with await open_store(path, sandbox=False) as store:
        assert store.installation == "37e8dc01"
        assert await store.jobs() == {"daily": job(last_slot=20)}
        assert await store.runs() == [run()]
        assert await store.slot_run(slot(10)) == "run-1"
        assert await store.untold("daily") == Untold((missed(1, 2, 2),))
        assert await store.notice("digest") == list(posts(count=2))
        assert await store.claims() == [claim(20)]
        await store.record(Outcome(run("run-2", 20), claim(20), posts("next", 20)), at(21))
        assert [row.key for row in await store.due_notifications(at(21))] == ["digest", "next"]


async def test_a_file_of_version_1_keeps_incidents_and_edits_what_it_posted(tmp_path: Path) -> None:
    path = tmp_path / "state.db"
    path.write_bytes(gzip.decompress(VERSION_1.read_bytes()))

    async with await open_store(path, sandbox=False) as store:
        assert await store.live_incidents(at(0)) == []
        assert await store.decide(Decision((opened(),), notifications=(edit("a"), edit("b"))), at(21))
        assert await store.incident("inc-1") == kept(opened())
        assert [row.message.text for row in await store.notice("digest")] == ["part 0", "part 1", "b"]


async def test_a_file_of_version_2_is_read_goes_on_and_is_thinned(tmp_path: Path) -> None:
    path = tmp_path / "state.db"
    path.write_bytes(gzip.decompress(VERSION_2.read_bytes()))

    async with await open_store(path, sandbox=False) as store:
        assert await store.runs() == [run()]
        assert await store.incident("inc-1") == replace(kept(opened()), failing_until=None)  # not yet known then
        alike = replace(run("run-2", 20), missed=())
        await store.record(Outcome(alike, claim(20)), at(21))
        assert await store.runs() == [alike, run()]
        assert await store.thin(at(30)) == Thinned(at(30), 1)
        assert await store.runs() == [run()]


async def test_version_2_goes_on_writing_into_a_file_that_became_version_3_under_it(tmp_path: Path) -> None:
    """As in the seconds in which a new daemon has started and the old one has not ended yet."""
    path = tmp_path / "state.db"
    path.write_bytes(gzip.decompress(VERSION_2.read_bytes()))
    with closing(sqlite3.connect(path, isolation_level=None)) as old:
        async with await open_store(path, sandbox=False) as store:
            await store.record(Outcome(replace(run("new", 15), missed=())), at(16))
            for name, minute in (("old", 20.0), ("alike", 30.0)):
                one = replace(run(name, minute), missed=())
                old.execute(INSERT_OF_VERSION_2, (one.id, one.job, as_text(one.started_at), write_run(one)))

            assert [one.id for one in await store.runs()] == ["alike", "old", "new", "run-1"]
            assert (await store.thin(at(40))).runs == 3
            assert [one.id for one in await store.runs()] == ["run-1"]


async def test_version_2_says_that_a_packed_run_wants_newer_code(tmp_path: Path) -> None:
    path = tmp_path / "state.db"
    async with await open_store(path, sandbox=False) as store:
        await store.record(Outcome(run()), at(11))
    with closing(sqlite3.connect(path)) as old:
        (record,) = old.execute("SELECT record FROM runs").fetchone()
    with pytest.raises(StoreError, match="run the newer one"):
        read_run(record)


@pytest.fixture
def db(tmp_path: Path) -> Iterator[sqlite3.Connection]:
    with closing(sqlite3.connect(tmp_path / "state.db", isolation_level=None)) as connection:
        yield connection


def version(db: sqlite3.Connection) -> int:
    return int(db.execute("PRAGMA user_version").fetchone()[0])


def test_each_step_is_taken_once(db: sqlite3.Connection) -> None:
    steps = ("CREATE TABLE one (a);\nINSERT INTO one VALUES ('x; y');\n", "ALTER TABLE one ADD COLUMN b;\n")
    migrate(db, steps[:1])
    for _ in range(2):
        migrate(db, steps)

    assert version(db) == 2
    assert db.execute("SELECT a, b FROM one").fetchall() == [("x; y", None)]


def test_a_step_that_fails_leaves_the_version_before(db: sqlite3.Connection) -> None:
    with pytest.raises(sqlite3.OperationalError):
        migrate(db, (*shipped(), "CREATE TABLE half (a);\nINSERT INTO nowhere VALUES (1);\n"))

    assert version(db) == len(shipped())
    assert db.execute("SELECT count(*) FROM sqlite_schema WHERE name = 'half'").fetchone() == (0,)


def test_every_shipped_statement_is_run(db: sqlite3.Connection) -> None:
    """A last statement without its semicolon would be left out in silence."""
    assert all(sqlite3.complete_statement(script) for script in shipped())
