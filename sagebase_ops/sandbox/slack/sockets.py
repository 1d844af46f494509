"""Socket Mode: apps.connections.open hands out an address that serves once, and presses go down the line behind it.

Source: docs.slack.dev/apis/events-api/using-socket-mode.
"""

import asyncio
import json
import secrets
from dataclasses import dataclass, field
from typing import Any

from starlette.requests import Request
from starlette.routing import WebSocketRoute
from starlette.websockets import WebSocket, WebSocketDisconnect

from sagebase_ops.sandbox.slack.content import SlackRefusalError
from sagebase_ops.sandbox.slack.workspace import APP_TOKEN, Bot, Json

MOST_CONNECTIONS = 10
_MARK = "xapp-"
_LINK = "/link/"
_GOING_AWAY = 1001


@dataclass(eq=False)
class Line:
    """One open connection, and the envelopes on it that wait for their acknowledgement."""

    socket: WebSocket
    waiting: dict[str, asyncio.Future[Json]] = field(default_factory=dict)


class Sockets:
    """The lines that are open now. Each envelope goes down one of them, in turn."""

    def __init__(self) -> None:
        self._tickets: set[str] = set()
        self._lines: list[Line] = []

    @property
    def count(self) -> int:
        return len(self._lines)

    def ticket(self) -> str:
        """Raises SlackRefusalError."""
        if len(self._lines) >= MOST_CONNECTIONS:
            raise SlackRefusalError("too_many_websockets")
        ticket = secrets.token_urlsafe(16)
        self._tickets.add(ticket)
        return ticket

    async def serve(self, socket: WebSocket) -> None:
        ticket = socket.query_params.get("ticket", "")
        if ticket not in self._tickets:
            await socket.close()  # before it was accepted: 403
            return
        self._tickets.remove(ticket)
        await socket.accept()
        line = Line(socket)
        self._lines.append(line)
        try:
            await socket.send_json(_hello(len(self._lines)))
            await self._read(line)
        except WebSocketDisconnect:
            pass
        finally:
            self._end(line)

    async def send(self, payload: Json, attempt: int = 0) -> "asyncio.Future[Json] | None":
        """One envelope down one line; the future has what its acknowledgement carries. None: no line is open."""
        if not self._lines:
            return None
        line = self._lines.pop(0)
        self._lines.append(line)
        envelope_id = secrets.token_hex(16)
        acknowledged: asyncio.Future[Json] = asyncio.get_running_loop().create_future()
        line.waiting[envelope_id] = acknowledged
        envelope = {"type": "interactive", "envelope_id": envelope_id, "payload": payload}
        more = {
            "accepts_response_payload": True,
            "retry_attempt": attempt,
            "retry_reason": "timeout" if attempt else "",
        }
        await line.socket.send_json({**envelope, **more})
        return acknowledged

    async def close(self, *, warning: bool) -> None:
        """End every line: Slack says so beforehand when it wants a fresh one (`warning`), or it just closes."""
        for line in list(self._lines):
            if warning:
                await line.socket.send_json({"type": "disconnect", "reason": "refresh_requested", "debug_info": {}})
            else:
                self._end(line)
                await line.socket.close(_GOING_AWAY)

    async def _read(self, line: Line) -> None:
        while True:
            given = _object(await line.socket.receive_text())
            acknowledged = line.waiting.pop(str(given.get("envelope_id")), None)
            if acknowledged is not None and not acknowledged.done():
                payload = given.get("payload")
                acknowledged.set_result(payload if isinstance(payload, dict) else {})

    def _end(self, line: Line) -> None:
        if line in self._lines:
            self._lines.remove(line)


def opened(sockets: Sockets, request: Request, arguments: Json) -> Json:
    """The answer of apps.connections.open beside `ok`. Raises SlackRefusalError."""
    header = request.headers.get("authorization", "").partition(" ")[2].strip()
    token = header or str(arguments.get("token") or "")
    if not token:
        raise SlackRefusalError("not_authed")
    if not token.startswith(_MARK):
        raise SlackRefusalError("not_allowed_token_type")
    if token != APP_TOKEN:
        raise SlackRefusalError("invalid_auth")
    return {"url": f"ws://{request.url.netloc}{_LINK}?ticket={sockets.ticket()}&app_id={APP.app_id}"}


def socket_route(sockets: Sockets) -> WebSocketRoute:
    return WebSocketRoute(_LINK, sockets.serve)


APP = Bot("sagebase-ops")
"""The app whose presses go down the lines."""


def _hello(connections: int) -> Json:
    about = {"host": "sandbox", "build_number": 1, "approximate_connection_time": 3600}
    return {
        "type": "hello",
        "num_connections": connections,
        "connection_info": {"app_id": APP.app_id},
        "debug_info": about,
    }


def _object(text: str) -> dict[str, Any]:  # Any: whatever was sent
    try:
        found = json.loads(text)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}
