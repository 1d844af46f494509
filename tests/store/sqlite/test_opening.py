"""A store is opened, or it is said why not and the file is left as it was."""

import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from sagebase_ops.errors import StoreError
from sagebase_ops.store.sqlite.migrations import shipped
from sagebase_ops.store.sqlite.opening import open_store
from tests.contract.examples import job
from tests.unprivileged import folder_open_to_all, without_root


async def make(path: Path, *, sandbox: bool = False) -> str:
    async with await open_store(path, sandbox=sandbox) as store:
        await store.adopt(job())
        return store.installation


async def refusal(path: Path, *, sandbox: bool = False) -> StoreError:
    """Why the store is not opened. What is there stays byte for byte."""
    before = content(path)
    with pytest.raises(StoreError) as refused:
        await open_store(path, sandbox=sandbox)
    assert content(path) == before
    assert str(refused.value).startswith(f"{path}: ")
    return refused.value


def content(path: Path) -> bytes | None:
    return path.read_bytes() if path.is_file() else None


@pytest.fixture
def folder() -> Iterator[Path]:
    with folder_open_to_all() as open_to_all:
        yield open_to_all


@contextmanager
def read_only(folder: Path) -> Iterator[None]:
    folder.chmod(0o555)
    yield
    folder.chmod(0o777)


async def test_the_folder_is_made_and_the_installation_stays_the_same(tmp_path: Path) -> None:
    path = tmp_path / "var" / "ops" / "state.db"

    assert await make(path) == await make(path)
    assert await make(tmp_path / "other.db") != await make(path)


async def test_a_file_is_a_file_whatever_it_is_called(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)

    assert await make(Path(":memory:")) == await make(tmp_path / ":memory:")


async def test_an_empty_file_is_a_new_store(tmp_path: Path) -> None:
    path = tmp_path / "state.db"
    path.touch()

    assert await make(path)


async def test_what_is_committed_is_on_the_disk(tmp_path: Path) -> None:
    """WAL with synchronous = FULL: NORMAL may lose the last commits at a power cut. Source: sqlite.org/pragma.html."""
    async with await open_store(tmp_path / "state.db", sandbox=False) as store:
        pragmas = await store._database.read(
            lambda db: [db.execute(f"PRAGMA {name}").fetchone()[0] for name in ("journal_mode", "synchronous")]
        )

    assert pragmas == ["wal", 2]


async def test_a_pretend_run_never_mixes_with_the_real_ledger(tmp_path: Path) -> None:
    path = tmp_path / "state.db"
    await make(path)

    refused = await refusal(path, sandbox=True)

    assert "remembers the real world and must not be mixed with the sandbox one" in str(refused)
    assert "SAGEBASE_OPS_STATE, such as sqlite:///var/sandbox.db" in str(refused)


async def test_the_real_world_never_goes_on_with_a_pretend_ledger(tmp_path: Path) -> None:
    await make(tmp_path / "state.db", sandbox=True)

    assert "remembers the sandbox world" in str(await refusal(tmp_path / "state.db"))


async def test_the_other_world_is_refused_before_the_file_is_even_locked(tmp_path: Path) -> None:
    path = tmp_path / "state.db"
    await make(path)
    with closing(sqlite3.connect(path, isolation_level=None)) as writer:
        writer.execute("BEGIN IMMEDIATE")

        assert "remembers the real world" in str(await refusal(path, sandbox=True))


async def test_a_file_of_a_newer_version_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "state.db"
    await make(path)
    with closing(sqlite3.connect(path)) as db:
        db.execute("PRAGMA user_version = 99")

    refused = await refusal(path)

    assert f"newer sagebase-ops (schema version 99, this one knows up to {len(shipped())})" in str(refused)
    assert not refused.retryable


async def test_another_programs_database_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "places.sqlite"
    with closing(sqlite3.connect(path)) as db:
        db.execute("CREATE TABLE moz_places (id INTEGER PRIMARY KEY)")

    assert "database of another program" in str(await refusal(path))


@pytest.mark.parametrize("content", [b"hello", b"timezone: Asia/Tokyo\n" * 500, os.urandom(8192)])
async def test_a_file_that_is_no_database_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "state.db"
    path.write_bytes(content)

    assert "no SQLite database, and was left as it is" in str(await refusal(path))


async def test_a_folder_in_place_of_the_file_is_refused(tmp_path: Path) -> None:
    refused = await refusal(tmp_path)

    assert f"must be a file in a folder that this user may write: ls -ld {tmp_path.parent}" in str(refused)


async def test_a_file_in_place_of_the_folder_is_refused(tmp_path: Path) -> None:
    (tmp_path / "var").write_text("")

    assert "cannot be opened" in str(await refusal(tmp_path / "var" / "state.db"))


@pytest.mark.parametrize("name", ["state.db", "var/state.db"])
async def test_a_read_only_folder_is_refused(folder: Path, name: str) -> None:
    shipped()  # read before: see without_root
    with read_only(folder), without_root():
        refused = await refusal(folder / name)

    assert "it cannot be opened; it must be a file in a folder that this user may write" in str(refused)
    assert not refused.retryable


async def test_a_read_only_file_is_refused(folder: Path) -> None:
    path = folder / "state.db"
    await make(path)
    path.chmod(0o444)
    shipped()
    with without_root():
        refused = await refusal(path)

    assert "may not be written; give it and its folder to the user that runs this: chown -R" in str(refused)
    assert not refused.retryable


async def test_a_closed_store_says_so(tmp_path: Path) -> None:
    store = await open_store(tmp_path / "state.db", sandbox=False)
    await store.aclose()
    await store.aclose()

    with pytest.raises(StoreError, match="closed already"):
        await store.jobs()
    assert os.listdir(tmp_path) == ["state.db"]  # noqa: PTH208 (its -wal and -shm went into it)
