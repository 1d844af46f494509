"""The REST port: requests pass through as they are; `CONNECT host:443` opens TLS to a pretend service, as a proxy does."""

import asyncio
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime, timedelta

import trustme

from sagebase_ops.sandbox.website import service_at
from sagebase_ops.sandbox.wire import reset
from sagebase_ops.sandbox.world import World

_LONGEST_HEAD = 65_536
_CHUNK = 65_536


class FrontDoor:
    """Relays to two servers behind it: the REST APIs, and the websites once TLS is off."""

    def __init__(self, world: World, ca: trustme.CA, rest_port: int, website_port: int) -> None:
        self._world = world
        self._ca = ca
        self._rest_port = rest_port
        self._website_port = website_port
        self._shown: dict[tuple[str, int], tuple[datetime, ssl.SSLContext]] = {}  # by host and days; when it was made
        self._visits: set[asyncio.Task[None]] = set()

    @asynccontextmanager
    async def listening(self, port: int) -> AsyncIterator[int]:
        """Listen on loopback and yield the port. Raises OSError when it is taken. At the end every visit is cut off."""
        server = await asyncio.start_server(self._welcome, "127.0.0.1", port, limit=_LONGEST_HEAD)
        try:
            yield server.sockets[0].getsockname()[1]
        finally:
            server.close()
            for visit in self._visits:
                visit.cancel()
            await asyncio.gather(*self._visits, return_exceptions=True)

    def _welcome(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        visit = asyncio.create_task(self._serve(reader, writer))
        self._visits.add(visit)
        visit.add_done_callback(self._visits.discard)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(OSError, asyncio.IncompleteReadError, asyncio.LimitOverrunError, ssl.SSLError):
            head = await reader.readuntil(b"\r\n\r\n")
            if head.startswith(b"CONNECT "):
                await self._tunnel(head.split(b" ", 2)[1].decode("ascii", "replace"), reader, writer)
            else:
                await _relay(reader, writer, self._rest_port, head)
        with suppress(OSError, ssl.SSLError):
            writer.close()
            await writer.wait_closed()

    async def _tunnel(self, target: str, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        host = target.partition(":")[0]
        service = service_at(self._world, host)
        if service is None:
            writer.write(b"HTTP/1.1 502 Bad Gateway\r\ncontent-length: 0\r\nconnection: close\r\n\r\n")
            await writer.drain()
            return
        writer.write(b"HTTP/1.1 200 Connection established\r\n\r\n")
        await writer.drain()
        await writer.start_tls(self._certificate(host, service.website.certificate_days))
        await _relay(reader, writer, self._website_port, b"")

    def _certificate(self, host: str, days: int) -> ssl.SSLContext:
        """A new one every minute, so that the days left stay true."""
        now = datetime.now(UTC)
        made, context = self._shown.get((host, days), (now, None))
        if context is None or now - made > timedelta(minutes=1):
            context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
            ends = now + timedelta(days=days)
            self._ca.issue_cert(host, not_before=ends - timedelta(days=90), not_after=ends).configure_cert(context)
            self._shown[host, days] = now, context
        return context


async def _relay(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, port: int, head: bytes) -> None:
    """Bytes both ways until either side ends."""
    back_reader, back_writer = await asyncio.open_connection("127.0.0.1", port)
    back_writer.write(head)
    there = asyncio.create_task(_copy(reader, back_writer))
    try:
        await _copy(back_reader, writer)
    except ConnectionResetError:  # what happens behind the door is felt in front of it
        reset(writer.transport)
    finally:
        there.cancel()
        back_writer.close()


async def _copy(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while chunk := await reader.read(_CHUNK):
        writer.write(chunk)
        await writer.drain()
