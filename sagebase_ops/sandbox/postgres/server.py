"""A PostgreSQL that answers questions about itself: the simple query protocol on loopback, read only."""

import asyncio
import re
import sqlite3
import struct
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing, suppress

from sagebase_ops.sandbox.postgres import messages
from sagebase_ops.sandbox.postgres.catalogue import Catalogue, room
from sagebase_ops.sandbox.wire import reset
from sagebase_ops.sandbox.world import World

API, QUERY = "postgresql", "postgresql.query"
_PID = 4242
_STATEMENT = re.compile(r"""(?:'[^']*'|"[^"]*"|--[^\n]*|[^;'"])+""")
_ENDS = {"COMMIT", "ROLLBACK", "END", "ABORT"}
_READS = {"SELECT", "WITH", "VALUES"}
_MISSING = (
    (re.compile(r"no such column: (?:\w+\.)?(\w+)"), "42703", 'column "{}" does not exist'),
    (re.compile(r"no such table: ([\w.]+)"), "42P01", 'relation "{}" does not exist'),
    (re.compile(r"no such function: (\w+)"), "42883", "function {} does not exist"),
)
"""SQLite's words for it, PostgreSQL's SQLSTATE and words."""


class _RefusedError(Exception):
    """What PostgreSQL would answer: SQLSTATE and words."""

    def __init__(self, code: str, said: str) -> None:
        super().__init__(said)
        self.code = code


@asynccontextmanager
async def start_postgres(world: World, port: int) -> AsyncIterator[int]:
    """Listen on loopback and yield the port. Raises OSError when it is taken. At the end every session is cut off."""
    sessions: set[asyncio.Task[None]] = set()

    def welcome(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        session = asyncio.create_task(_serve(world, reader, writer))
        sessions.add(session)
        session.add_done_callback(sessions.discard)

    server = await asyncio.start_server(welcome, "127.0.0.1", port)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()
        for session in sessions:
            session.cancel()
        await asyncio.gather(*sessions, return_exceptions=True)


async def _serve(world: World, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with suppress(OSError, asyncio.IncompleteReadError):
        if await _let_in(world, reader, writer):
            await _Session(world, reader, writer).answer_until_it_ends()
        writer.close()
        await writer.wait_closed()


async def _let_in(world: World, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
    """Whether it is a client that may come in; who may not is told why."""
    while True:
        size, code = struct.unpack("!ii", await reader.readexactly(8))
        await reader.readexactly(size - 8)
        if code not in {messages.SSL_REQUEST, messages.GSS_REQUEST}:
            break
        writer.write(b"N")
    if code != messages.VERSION_3:  # a cancel: what it would end has ended
        return False
    closed = _closed(world)
    writer.write(
        messages.refusal("FATAL", *closed) if closed else messages.welcome(world.scenario.database.version, _PID)
    )
    await writer.drain()
    return closed is None


def _closed(world: World) -> tuple[str, str] | None:
    """Why nobody is let in: SQLSTATE and words."""
    instance = next(iter(world.scenario.sql_instances), None)
    if instance is None or instance.state != "RUNNABLE" or instance.activation_policy == "NEVER":
        return "57P03", "the database system is shutting down"
    if not world.scenario.database.login:
        return "28P01", 'password authentication failed for user "sagebase-ops"'
    return ("53300", "sorry, too many clients already") if room(world) < 1 else None


class _Session:
    """One client that was let in."""

    def __init__(self, world: World, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._world, self._reader, self._writer = world, reader, writer
        self._state = b"I"

    async def answer_until_it_ends(self) -> None:
        while True:
            kind, size = struct.unpack("!ci", await self._reader.readexactly(5))
            body = await self._reader.readexactly(size - 4)
            if kind == b"X":
                return
            if kind == b"Q":
                await self._query(body.rstrip(b"\0").decode())
            else:
                said = "the sandbox speaks the simple query protocol only"
                self._writer.write(messages.refusal("ERROR", "0A000", said) + messages.ready(self._state))
            await self._writer.drain()

    async def _query(self, text: str) -> None:
        """One message may hold several statements; the first that is refused ends it."""
        for statement in filter(None, map(str.strip, _STATEMENT.findall(text))):
            try:
                answer = await self._statement(statement)
            except _RefusedError as error:
                self._state = b"E" if self._state != b"I" else b"I"
                self._writer.write(messages.refusal("ERROR", error.code, str(error)))
                break
            self._writer.write(answer)
        self._writer.write(messages.ready(self._state))

    async def _statement(self, statement: str) -> bytes:
        word = statement.partition(" ")[0].upper()
        if word in _ENDS:
            self._state = b"I"
            return messages.done(word)
        if self._state == b"E":
            raise _RefusedError(
                "25P02", "current transaction is aborted, commands ignored until end of transaction block"
            )
        if word in {"BEGIN", "START"}:
            self._state = b"T"
            return messages.done("BEGIN")
        if word == "SET":
            return messages.done("SET")
        if word not in _READS:
            raise _RefusedError("25006", f"cannot execute {word} in a read-only transaction")
        await self._fault(statement)
        return _answered(self._world, statement)

    async def _fault(self, statement: str) -> None:
        self._world.asking = statement
        self._world.note(API, QUERY)
        fault = self._world.faults.take(QUERY, ("latency", "refusal", "timeout_before", "reset"))
        if fault is None:
            return
        if fault.kind == "reset":
            reset(self._writer.transport)
            raise ConnectionResetError
        if fault.kind == "refusal":
            said = fault.options.get("message", "canceling statement due to statement timeout")
            raise _RefusedError(str(fault.options.get("code", "57014")), str(said))
        await asyncio.sleep(float(fault.options.get("seconds", 1 if fault.kind == "latency" else 3600)))


def _answered(world: World, statement: str) -> bytes:
    with closing(Catalogue(world)) as catalogue:
        try:
            names, rows = catalogue.answer(statement)
        except sqlite3.Error as error:
            raise _as_postgres_says(str(error)) from error
    return messages.table(names, rows) + messages.done(f"SELECT {len(rows)}")


def _as_postgres_says(said: str) -> _RefusedError:
    for pattern, code, words in _MISSING:
        if found := pattern.search(said):
            return _RefusedError(code, words.format(found[1]))
    return _RefusedError("42601", f"syntax error, or nothing that the sandbox understands: {said}")
