"""The disk, the file and other processes fail: it is said clearly, nothing is half-written, and it goes on afterwards."""

import asyncio
import sqlite3
import subprocess
from collections.abc import AsyncIterator, Iterator
from contextlib import closing
from pathlib import Path

import pytest
import pytest_asyncio

from sagebase_ops.domain.notifications import Message, notifications_of
from sagebase_ops.errors import StoreError
from sagebase_ops.store.base import Outcome
from sagebase_ops.store.sqlite.opening import open_store
from sagebase_ops.store.sqlite.store import SqliteStore
from tests.contract.examples import at, claim, job, posts, run

HUGE = notifications_of("huge", [Message("あ" * 2_000_000)], "#ops", None, at(10))


@pytest_asyncio.fixture
async def store(tmp_path: Path) -> AsyncIterator[SqliteStore]:
    async with await open_store(tmp_path / "state.db", sandbox=False, busy_seconds=0.05) as opened:
        await opened.adopt(job())
        await opened.claim_slot(claim(10), at(10))
        yield opened


@pytest.fixture
def tiny_disk(tmp_path: Path) -> Iterator[Path]:
    """A real file system of 1 MB."""
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", str(tmp_path)], capture_output=True, text=True, check=False
    )
    if mounted.returncode:
        pytest.skip(f"no file system can be mounted here: {mounted.stderr.strip()}")
    yield tmp_path
    subprocess.run(["umount", "--lazy", str(tmp_path)], check=True)


async def assert_nothing_of_the_run_is_there(store: SqliteStore) -> None:
    assert await store.runs() == []
    assert await store.notice("huge") == []
    assert await store.claims() == [claim(10)]


async def test_a_full_database_writes_nothing_and_goes_on_when_there_is_room(store: SqliteStore) -> None:
    pages = await store._database.read(lambda db: db.execute("PRAGMA page_count").fetchone()[0])
    await store._database.read(lambda db: db.execute(f"PRAGMA max_page_count = {pages}").fetchone())

    with pytest.raises(
        StoreError, match=r"state\.db: the disk is full; nothing was written and nothing is lost"
    ) as full:
        await store.record(Outcome(run(), claim(10), HUGE), at(11))
    assert full.value.retryable
    await assert_nothing_of_the_run_is_there(store)

    await store._database.read(lambda db: db.execute("PRAGMA max_page_count = 1000000").fetchone())
    await store.record(Outcome(run(), claim(10), HUGE), at(11))
    assert await store.runs() == [run()]


async def test_a_full_disk_writes_nothing_and_goes_on_when_there_is_room(tiny_disk: Path) -> None:
    filler = tiny_disk / "filler"
    async with await open_store(tiny_disk / "state.db", sandbox=False) as store:
        await store.claim_slot(claim(10), at(10))
        filler.write_bytes(b"x" * 300_000)

        with pytest.raises(StoreError, match=f"the disk is full.* df -h {tiny_disk}") as full:
            await store.record(Outcome(run(), claim(10), HUGE), at(11))
        assert full.value.retryable
        await assert_nothing_of_the_run_is_there(store)

        filler.unlink()
        await store.record(Outcome(run(), claim(10), posts()), at(11))
        assert await store.notice("digest") == list(posts())


async def test_a_disk_that_is_full_from_the_start_is_said_at_the_start(tiny_disk: Path) -> None:
    filler = tiny_disk / "filler"
    filler.write_bytes(b"x" * (1 << 20))

    with pytest.raises(StoreError, match="the disk is full") as full:
        await open_store(tiny_disk / "state.db", sandbox=False)
    assert full.value.retryable

    filler.unlink()
    async with await open_store(tiny_disk / "state.db", sandbox=False) as store:
        assert await store.claim_slot(claim(10), at(10))


async def test_a_file_that_another_process_keeps_locked_is_tried_again(store: SqliteStore, tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / "state.db", isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(StoreError, match=r"another process keeps it locked; .* fuser -v /.*/state\.db") as locked:
            await store.record(Outcome(run(), claim(10), posts()), at(11))
        assert locked.value.retryable
        other.execute("ROLLBACK")

    await store.record(Outcome(run(), claim(10), posts()), at(11))
    assert await store.runs() == [run()]


async def test_reading_goes_on_while_another_process_writes(store: SqliteStore, tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / "state.db", isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")

        assert await store.claims() == [claim(10)]


async def test_a_page_damaged_in_the_middle_is_said_and_the_file_left_to_be_saved(tmp_path: Path) -> None:
    path = tmp_path / "state.db"
    async with await open_store(path, sandbox=False) as store:
        for number in range(50):
            await store.record(Outcome(run(f"run-{number}")), at(11))
    damage(path)
    damaged = path.read_bytes()

    with pytest.raises(
        StoreError, match=r"the file is damaged \(.+\)\. Stop what uses it, copy it, then: sqlite3 .+ \.recover"
    ):
        async with await open_store(path, sandbox=False) as store:
            await store.runs(limit=50)
    assert path.read_bytes() == damaged


def damage(path: Path) -> None:
    """Rubbish over every page but those of the schema's first half."""
    page, content = 4096, bytearray(path.read_bytes())
    keep = 25 * page
    content[keep:] = b"\xa5" * (len(content) - keep)
    path.write_bytes(content)


async def test_a_file_that_was_deleted_in_use_takes_no_more(store: SqliteStore, tmp_path: Path) -> None:
    kept = (tmp_path / "state.db").rename(tmp_path / "moved.db")

    with pytest.raises(StoreError, match="deleted or replaced while in use; nothing was written"):
        await store.record(Outcome(run(), claim(10)), at(11))

    kept.rename(tmp_path / "state.db")
    await store.record(Outcome(run(), claim(10)), at(11))
    assert await store.runs() == [run()]


async def test_a_cancelled_task_leaves_no_transaction_open(store: SqliteStore) -> None:
    tasks = [asyncio.create_task(store.record(Outcome(run(f"run-{number}")), at(11))) for number in range(20)]
    await asyncio.sleep(0)
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)

    await store.record(Outcome(run("after"), claim(10), posts()), at(11))
    assert run("after") in await store.runs()
    assert not await store._database.read(lambda db: db.in_transaction)


async def test_a_time_without_its_zone_is_never_kept(store: SqliteStore) -> None:
    with pytest.raises(ValueError, match="has no zone"):
        await store.prune(at(10).replace(tzinfo=None))
