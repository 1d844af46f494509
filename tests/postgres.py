"""Real PostgreSQL servers, one of each version that the machine has, on loopback and remembering nothing."""

import os
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
from pydantic import SecretStr

from tests.ports import free_port
from tests.postgres_programs import Programs
from tests.unprivileged import NOBODY, folder_open_to_all

PASSWORD = "correct horse: battery@staple"  # noqa: S105 (of a server that lives for a minute); it has to be quoted in a URL
_CONF = """
listen_addresses = '127.0.0.1'
shared_preload_libraries = 'pg_stat_statements'
autovacuum = off
fsync = off
max_connections = 20
max_prepared_transactions = 2
superuser_reserved_connections = 3
password_encryption = 'scram-sha-256'
"""
_HBA = "local all all trust\nhost all all 127.0.0.1/32 scram-sha-256\nlocal replication all trust\n"
_ROLES = """
CREATE ROLE ops LOGIN PASSWORD '{password}' IN ROLE pg_monitor;
CREATE ROLE plain LOGIN PASSWORD '{password}';
CREATE ROLE sagebase_user LOGIN PASSWORD '{password}' CREATEDB;
"""
READY_SECONDS = 60
_LAST_WITH_COLLECTOR, _FIRST_WITH_STRATEGY = 14, 15


@dataclass(frozen=True)
class Postgres:
    """A running server. `postgres` may do all over the socket; `ops` has pg_monitor, `plain` nothing; all have PASSWORD."""

    version: int
    folder: Path
    port: int
    process: "subprocess.Popen[bytes]"

    def url(self, role: str = "ops", database: str = "postgres", password: str = PASSWORD) -> SecretStr:
        """Over TCP, with a password."""
        quoted = password.replace(":", "%3A").replace("@", "%40").replace(" ", "%20")
        return SecretStr(f"postgresql://{role}:{quoted}@127.0.0.1:{self.port}/{database}")

    def admin(self, database: str = "postgres", role: str = "postgres") -> "psycopg.Connection[Any]":
        """A session over the socket that commits each statement."""
        where = {"host": str(self.folder), "port": self.port, "user": role, "dbname": database}
        return psycopg.connect(**where, autocommit=True)  # type: ignore[arg-type] # text and a number

    def do(self, *statements: str, database: str = "postgres", role: str = "postgres") -> None:
        """Each in a session of its own: what one session does is counted once it has ended."""
        for statement in statements:
            with self.admin(database, role) as session:
                session.execute(statement.encode())
                pid = session.info.backend_pid
            self._until_none(f"pid = {pid}")
        self._until_counted(database)

    def _at_once(self, statement: str) -> None:
        """What leaves nothing to count."""
        with self.admin() as session:
            session.execute(statement.encode())

    def _until_counted(self, database: str) -> None:
        """Until 14 a collector hands a database's counters on twice a second; since 15 whoever asks sees them at once."""
        if self.version > _LAST_WITH_COLLECTOR:
            return
        with self.admin(database) as watching:
            (done,) = watching.execute("SELECT clock_timestamp()").fetchone() or ()
            counted = done
            while counted <= done:
                time.sleep(0.05)
                watching.execute("SELECT pg_stat_clear_snapshot()")
                watching.execute("SELECT count(*) FROM pg_stat_user_tables WHERE n_live_tup > 0")
                (counted,) = watching.execute("SELECT pg_stat_get_snapshot_timestamp()").fetchone() or ()

    def until_quiet(self) -> None:
        """Until nobody is connected any more: a session that was closed lives on for a moment, and others are ended.

        They are told so at every look: one that was still coming in at the first would stay.
        """
        self._until_none("backend_type = 'client backend' AND pid <> pg_backend_pid()", "pg_terminate_backend(pid)")

    def _until_none(self, which: str, meanwhile: str = "") -> None:
        ends = time.monotonic() + READY_SECONDS
        with self.admin() as watching:
            look = f"SELECT {meanwhile} FROM pg_stat_activity WHERE {which}"  # noqa: S608 (ours)
            while watching.execute(look.encode()).rowcount:
                assert time.monotonic() < ends
                time.sleep(0.005)

    @contextmanager
    def database(self, *statements: str) -> Iterator[str]:
        """A new database of the application's role, in which that role has done `statements`; dropped again."""
        name = f"app_{os.urandom(4).hex()}"
        copying = "STRATEGY file_copy" if self.version >= _FIRST_WITH_STRATEGY else ""  # quicker than through the log
        self._at_once(f"CREATE DATABASE {name} OWNER sagebase_user {copying}")
        self.do(*statements, database=name, role="sagebase_user")
        try:
            yield name
        finally:
            self._at_once(f"DROP DATABASE {name} WITH (FORCE)")


@contextmanager
def running(version: Programs) -> Iterator[Postgres]:
    """PostgreSQL refuses to run as root: then it is nobody's."""
    with folder_open_to_all() as folder:
        programs, data, port = version.ready(folder), folder / "data", free_port()
        _run(programs / "initdb", "-D", data, "-U", "postgres", "--no-sync", "--locale=C", "-E", "UTF8", "-A", "trust")
        _append(data / "postgresql.conf", f"{_CONF}port = {port}\nunix_socket_directories = '{folder}'\n")
        _append(data / "pg_hba.conf", _HBA, anew=True)
        command = [programs / "postgres", "-D", data]
        log = (folder / "log").open("wb")
        with log, subprocess.Popen(command, stdout=log, stderr=log, **_somebody()) as process:
            server = Postgres(version.version, folder, port, process)
            try:
                _until_ready(server)
                server.do(*_ROLES.format(password=PASSWORD).strip().splitlines())
                yield server
            finally:
                process.send_signal(signal.SIGINT)  # a fast shutdown: it does not wait for clients


def _until_ready(server: Postgres) -> None:
    ends = time.monotonic() + READY_SECONDS
    while True:
        try:
            server.admin().close()
        except psycopg.OperationalError as error:
            if time.monotonic() > ends or server.process.poll() is not None:
                raise AssertionError((server.folder / "log").read_text()[-2000:]) from error
            time.sleep(0.05)
        else:
            return


def _append(path: Path, text: str, *, anew: bool = False) -> None:
    before = "" if anew else path.read_text()
    path.write_text(before + text)


def _run(*command: object) -> None:
    done = subprocess.run(list(map(str, command)), capture_output=True, text=True, check=False, **_somebody())
    assert done.returncode == 0, done.stderr[-2000:]


def _somebody() -> dict[str, Any]:
    return {"user": NOBODY, "group": NOBODY, "extra_groups": []} if os.geteuid() == 0 else {}
