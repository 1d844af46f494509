"""One SQLite file and the one thread that works on it.

A transaction is one function that runs whole in that thread: a cancelled task leaves none half open, and no other task
slips a statement between. (With aiosqlite each statement is an await of its own, where both can happen.)
"""

import asyncio
import sqlite3
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Concatenate, ParamSpec, TypeVar

from sagebase_ops.errors import StoreError
from sagebase_ops.store.sqlite.failures import explained

P = ParamSpec("P")
T = TypeVar("T")


class Database:
    """A connection with its thread. `read` and `write` take a function whose first argument is the connection."""

    def __init__(
        self, path: Path, connection: sqlite3.Connection, worker: ThreadPoolExecutor, *, in_memory: bool = False
    ) -> None:
        self.path = path
        self._connection = connection
        self._worker = worker
        self._file = None if in_memory else _file(path)
        self._closed = False

    async def read(self, work: Callable[Concatenate[sqlite3.Connection, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        return await self._run(lambda: work(self._connection, *args, **kwargs))

    async def write(
        self, work: Callable[Concatenate[sqlite3.Connection, P], T], *args: P.args, **kwargs: P.kwargs
    ) -> T:
        """`work` in one transaction: all of it is on the disk when this returns, nothing of it where it raises."""

        def whole() -> T:
            with transaction(self._connection):
                self._refuse_if_moved()
                return work(self._connection, *args, **kwargs)

        return await self._run(whole)

    async def aclose(self) -> None:
        if self._closed:
            return
        try:
            await self._run(self._connection.close)
        finally:
            self._closed = True
            self._worker.shutdown(wait=False)

    def _refuse_if_moved(self) -> None:
        """SQLite would go on writing into a file that no name leads to, and at the next start all of it were gone."""
        if self._file is not None and _file(self.path) != self._file:
            raise StoreError(
                f"{self.path}: the file was deleted or replaced while in use; nothing was written. Put it back, with its "
                "-wal, and start again"
            )

    async def _run(self, work: Callable[[], T]) -> T:
        if self._closed:
            raise StoreError(f"{self.path}: the store was closed already")
        return await in_thread(self._worker, work, self.path)


def _file(path: Path) -> tuple[int, int] | None:
    """What the name leads to: device and inode."""
    try:
        found = path.stat()
    except FileNotFoundError:
        return None
    return found.st_dev, found.st_ino


async def in_thread(worker: ThreadPoolExecutor, work: Callable[[], T], path: Path) -> T:
    """The answer of `work`; what SQLite and the disk raise becomes a StoreError."""
    try:
        return await asyncio.get_running_loop().run_in_executor(worker, work)
    except (sqlite3.Error, OSError) as error:
        raise explained(error, path) from error


@contextmanager
def transaction(connection: sqlite3.Connection) -> Iterator[None]:
    """Takes the write lock at once, so that what was read inside still holds when it is written."""
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:  # a full disk makes SQLite roll back by itself
            connection.execute("ROLLBACK")
        raise
