"""A file of an older version becomes the present one, whole or not at all."""

import gzip
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from sagebase_ops.store.base import Decision, Outcome, Untold
from sagebase_ops.store.sqlite.migrations import migrate, shipped
from sagebase_ops.store.sqlite.opening import open_store
from tests.contract.examples import at, claim, edit, job, kept, missed, opened, posts, run, slot

VERSION_1 = Path(__file__).with_name("version-1.db.gz")
"""Made by version 1 with `as_version_1_wrote_it`, and never made anew."""


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
