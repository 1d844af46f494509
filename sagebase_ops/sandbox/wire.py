"""What goes wrong on the wire: faults that every HTTP door plays in the same way, down to the TCP connection."""

import asyncio
import socket
import struct
from collections.abc import Awaitable, Callable
from datetime import datetime
from email.utils import format_datetime
from typing import Any, TypeAlias

from starlette.responses import Response
from uvicorn.protocols.http.h11_impl import H11Protocol

from sagebase_ops.sandbox.faults import Fault

Scope: TypeAlias = dict[str, Any]
"""ASGI's own: any value under a text key."""
_RESET = "sandbox.reset"


def reset(transport: asyncio.WriteTransport) -> None:
    """End the connection with a TCP reset: what was not sent yet is lost, and nothing says goodbye."""
    sock = transport.get_extra_info("socket")
    if sock is not None:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    transport.abort()


class BreakableHttp(H11Protocol):
    """Uvicorn's HTTP/1.1, whose answers may reset their connection: ASGI itself has no word for it."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override] # as uvicorn has it
        super().connection_made(transport)
        app = self.app

        async def with_reset(scope: Any, receive: Any, send: Any) -> None:  # Any: ASGI's own
            await app({**scope, _RESET: lambda: reset(transport)}, receive, send)

        self.app = with_reset


def dated(app: Any, now: Callable[[], datetime]) -> Any:  # Any: ASGI applications
    """`app` whose answers carry a Date by this clock."""

    async def with_date(scope: Any, receive: Any, send: Any) -> None:  # Any: ASGI's own
        async def stamped(message: Any) -> None:
            if message["type"] == "http.response.start":
                date = format_datetime(now(), usegmt=True).encode()
                message = {**message, "headers": [*message.get("headers", ()), (b"date", date)]}
            await send(message)

        await app(scope, receive, stamped)

    return with_date


class Silent(Response):
    """No answer for as long as the client waits."""

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:  # noqa: ARG002 (ASGI's three; Any: its own)
        while (await receive())["type"] != "http.disconnect":
            pass


class Dropped(Silent):
    """The connection is reset before a byte of an answer."""

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        scope[_RESET]()
        await super().__call__(scope, receive, send)


class Torn(Response):
    """Headers that promise the whole body, half of it, and the end of the connection."""

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:  # noqa: ARG002 (as above)
        await send({"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers})
        half = bytes(self.body)[: len(self.body) // 2]
        await send({"type": "http.response.body", "body": half, "more_body": True})


async def through(fault: Fault | None, answer: Callable[[], Awaitable[Response]]) -> Response:
    """The answer as the fault lets it pass. Whoever answers plays `refusal` and `half_page`, which need its own words.

    `reset` comes before the effect, or with the option `after: true` behind it.
    """
    if fault is None:
        return await answer()
    if fault.kind == "latency":
        await asyncio.sleep(float(fault.options.get("seconds", 1)))
    if fault.kind == "timeout_before":
        return Silent()
    if fault.kind == "reset" and not fault.options.get("after"):
        return Dropped()
    return _spoilt(fault.kind, await answer())


def _spoilt(kind: str, answered: Response) -> Response:
    if kind == "timeout_after":
        return Silent()
    if kind == "reset":
        return Dropped()
    if kind == "malformed":
        return Response('{"items": [', media_type="application/json")
    return answered
