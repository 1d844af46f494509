"""Which version is the file, and how does it become the present one?"""

import sqlite3
from collections.abc import Iterator, Sequence
from functools import cache
from importlib.resources import files

from sagebase_ops.errors import StoreError
from sagebase_ops.store.sqlite.database import transaction

APPLICATION = 0x5A6EBA5E
"""Marks the file as ours (`PRAGMA application_id`), so that another program's database is never written into."""


@cache
def shipped() -> tuple[str, ...]:
    """The scripts `schema/1.sql`, `2.sql` …; the one at index n makes version n + 1 of version n."""
    folder = files("sagebase_ops.store.sqlite") / "schema"
    numbers = sorted(int(file.name.removesuffix(".sql")) for file in folder.iterdir() if file.name.endswith(".sql"))
    return tuple((folder / f"{number}.sql").read_text(encoding="utf-8") for number in numbers)


def refuse_foreign(connection: sqlite3.Connection, newest: int) -> None:
    """Raises StoreError, before anything is written, where the file is another program's or of a newer version."""
    version = _pragma(connection, "user_version")
    if version > newest:
        raise StoreError(
            f"written by a newer sagebase-ops (schema version {version}, this one knows up to {newest}); nothing was "
            "changed. Run the newer one, or name another file in SAGEBASE_OPS_STATE"
        )
    tables = connection.execute("SELECT count(*) FROM sqlite_schema").fetchone()[0]
    if tables and _pragma(connection, "application_id") != _signed(APPLICATION):
        raise StoreError(
            "this is the SQLite database of another program; nothing was changed. Name another file in SAGEBASE_OPS_STATE"
        )


def refuse_older(connection: sqlite3.Connection, newest: int) -> None:
    """Raises StoreError where the file, which is not to be written, lacks a part of the present version."""
    version = _pragma(connection, "user_version")
    if version < newest:
        raise StoreError(
            f"written by an older sagebase-ops (schema version {version}, this one reads {newest}); start this one's daemon once"
        )


def migrate(connection: sqlite3.Connection, scripts: Sequence[str]) -> None:
    """Each step in its own transaction: a step that fails leaves the file as the version before."""
    for version, script in enumerate(scripts, start=1):
        with transaction(connection):
            if _pragma(connection, "user_version") >= version:  # another process was faster
                continue
            for statement in _statements(script):
                connection.execute(statement)
            connection.execute(f"PRAGMA application_id = {_signed(APPLICATION)}")
            connection.execute(f"PRAGMA user_version = {version}")


def _statements(script: str) -> Iterator[str]:
    """One by one, since `executescript` would end the transaction."""
    statement = ""
    for line in script.splitlines(keepends=True):
        statement += line
        if sqlite3.complete_statement(statement):
            yield statement
            statement = ""


def _pragma(connection: sqlite3.Connection, name: str) -> int:
    return int(connection.execute(f"PRAGMA {name}").fetchone()[0])


def _signed(number: int) -> int:
    """SQLite keeps 32 bits with a sign."""
    return number - (1 << 32) if number >= 1 << 31 else number
