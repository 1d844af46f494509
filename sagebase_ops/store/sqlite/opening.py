"""Is this file ours, of a version we know and of the right world? Then open it."""

import errno
import os
import secrets
import sqlite3
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from pathlib import Path

from sagebase_ops.errors import StoreError
from sagebase_ops.store.sqlite.database import Database, in_thread, transaction
from sagebase_ops.store.sqlite.migrations import migrate, refuse_foreign, refuse_older, shipped
from sagebase_ops.store.sqlite.store import SqliteStore

BUSY_SECONDS = 5.0
"""How long a call waits for another process's transaction; less than the 8 s in which the daemon must be able to stop."""


async def open_store(path: Path, *, sandbox: bool, busy_seconds: float = BUSY_SECONDS) -> SqliteStore:
    """The store in the file `path`, which is made, with its folder, where it is missing. Close it with `aclose`.

    Raises StoreError, and leaves the file as it is, where it is of a newer version, of the other world (`sandbox`: the
    pretend one), another program's, damaged, or not to be written.
    """
    # So that no later chdir, and no file called :memory:, means another place. It asks the disk nothing.
    path = path.absolute()  # noqa: ASYNC240
    return await _opened(path, lambda: _open(path, busy_seconds, sandbox=sandbox))


async def open_copy(path: Path, *, sandbox: bool) -> SqliteStore:
    """A copy in memory of the store in `path`, to be thrown away: the file is only read, and no file is an empty store.

    Raises StoreError as `open_store` does.
    """
    return await _opened(path, lambda: _copy(path, sandbox=sandbox), in_memory=True)


async def open_to_read(path: Path) -> SqliteStore:
    """The store in `path` as it is, of whichever world: nothing in it changes, and others may go on writing to it.

    Raises StoreError where there is none, or one of another version.
    """
    return await _opened(path, lambda: _reading(path), in_memory=True)


async def look_at(path: Path, *, sandbox: bool, busy_seconds: float = BUSY_SECONDS) -> bool:
    """Whether there is a store in `path`, which could be written; where there is none, it could be made. Changes nothing.

    Raises StoreError as `open_store` would.
    """
    path = path.absolute()  # noqa: ASYNC240 (as above)
    worker = ThreadPoolExecutor(max_workers=1, thread_name_prefix="store")
    try:
        await in_thread(worker, lambda: _refuse_unwritable(path), path)
        await (await open_copy(path, sandbox=sandbox)).aclose()
        return await in_thread(worker, lambda: _could_write(path, busy_seconds), path)
    finally:
        worker.shutdown(wait=False)


def _refuse_unwritable(path: Path) -> None:
    """Before SQLite opens it: even a reader leaves files beside a store that it may not write."""
    if path.exists() and not os.access(path, os.W_OK, effective_ids=True):
        raise PermissionError(errno.EACCES, "it may only be read", str(path))


def _could_write(path: Path, busy_seconds: float) -> bool:
    """A write that is taken back proves the file; for one that is not there the nearest folder must do."""
    if not path.exists():
        folder = next(above for above in path.parents if above.exists())
        if not folder.is_dir() or not os.access(folder, os.W_OK | os.X_OK) or os.statvfs(folder).f_flag & os.ST_RDONLY:
            raise PermissionError(errno.EACCES, "nothing can be made in this folder", str(folder))
        return False
    uri = f"{path.resolve().as_uri()}?mode=rw"
    with closing(sqlite3.connect(uri, uri=True, timeout=busy_seconds, isolation_level=None)) as connection:
        connection.execute("BEGIN IMMEDIATE")
        # The lock alone proves nothing: it lies in a file beside, and is given for a store that may only be read.
        connection.execute("UPDATE meta SET value = value")
        connection.execute("ROLLBACK")
    return True


async def _opened(
    path: Path, connect: Callable[[], tuple[sqlite3.Connection, str]], *, in_memory: bool = False
) -> SqliteStore:
    worker = ThreadPoolExecutor(max_workers=1, thread_name_prefix="store")
    try:
        connection, installation = await in_thread(worker, connect, path)
    except BaseException:
        worker.shutdown(wait=False)
        raise
    return SqliteStore(Database(path, connection, worker, in_memory=in_memory), installation)


def _copy(path: Path, *, sandbox: bool) -> tuple[sqlite3.Connection, str]:
    copy = sqlite3.connect(":memory:", isolation_level=None, check_same_thread=False)
    if path.is_file():
        with closing(sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True)) as original:
            original.backup(copy)
    return _prepared(copy, path, sandbox=sandbox)


def _reading(path: Path) -> tuple[sqlite3.Connection, str]:
    if not path.is_file():
        raise StoreError(f"{path}: there is no store here; SAGEBASE_OPS_STATE says where it is")
    uri = f"{path.resolve().as_uri()}?mode=ro"
    connection = sqlite3.connect(uri, uri=True, isolation_level=None, check_same_thread=False)
    with _closed_unless_fine(connection, path):
        refuse_foreign(connection, len(shipped()))
        refuse_older(connection, len(shipped()))
        installation = str(_meta(connection, "installation"))
    return connection, installation


def _open(path: Path, busy_seconds: float, *, sandbox: bool) -> tuple[sqlite3.Connection, str]:
    path.parent.mkdir(parents=True, exist_ok=True)
    connection = sqlite3.connect(path, timeout=busy_seconds, isolation_level=None, check_same_thread=False)
    return _prepared(connection, path, sandbox=sandbox)


def _prepared(connection: sqlite3.Connection, path: Path, *, sandbox: bool) -> tuple[sqlite3.Connection, str]:
    with _closed_unless_fine(connection, path):
        installation = _prepare(connection, "sandbox" if sandbox else "real")
    return connection, installation


@contextmanager
def _closed_unless_fine(connection: sqlite3.Connection, path: Path) -> Iterator[None]:
    """Nothing stays open behind a refusal, which then names the file."""
    try:
        yield
    except StoreError as error:
        connection.close()
        raise StoreError(f"{path}: {error}") from error
    except BaseException:
        connection.close()
        raise


def _prepare(connection: sqlite3.Connection, world: str) -> str:
    """The installation's id. Nothing is written before the file is known to be ours."""
    scripts = shipped()
    refuse_foreign(connection, len(scripts))
    connection.execute("PRAGMA synchronous = FULL")  # with WAL, NORMAL may lose the last commits at a power cut
    connection.execute("PRAGMA foreign_keys = ON")
    if connection.execute("SELECT count(*) FROM sqlite_schema").fetchone()[0]:
        _refuse_other_world(connection, world)
    connection.execute("PRAGMA journal_mode = WAL")
    migrate(connection, scripts)
    return _identify(connection, world)


def _identify(connection: sqlite3.Connection, world: str) -> str:
    with transaction(connection):
        connection.executemany(
            "INSERT INTO meta (name, value) VALUES (?, ?) ON CONFLICT DO NOTHING",
            [("installation", secrets.token_hex(4)), ("world", world)],
        )
        _refuse_other_world(connection, world)  # again: another process may have made the file meanwhile
        return str(_meta(connection, "installation"))


def _refuse_other_world(connection: sqlite3.Connection, world: str) -> None:
    kept = _meta(connection, "world")
    if kept is not None and kept != world:
        raise StoreError(
            f"it remembers the {kept} world and must not be mixed with the {world} one; nothing was changed. "
            f"Name another file in SAGEBASE_OPS_STATE, such as sqlite:///var/{world}.db"
        )


def _meta(connection: sqlite3.Connection, name: str) -> str | None:
    row = connection.execute("SELECT value FROM meta WHERE name = ?", (name,)).fetchone()
    return str(row[0]) if row else None
