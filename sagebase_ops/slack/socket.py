"""Presses over Socket Mode: a connection that we open, so that nobody needs a way in.

Source: docs.slack.dev/apis/events-api/using-socket-mode; slack_sdk's built-in client, which works in threads of its own.
"""

import asyncio
import socket
from contextlib import suppress
from functools import partial
from http.client import HTTPException
from typing import TYPE_CHECKING

import structlog

from sagebase_ops.domain.presses import Press
from sagebase_ops.errors import SlackError
from sagebase_ops.slack.pressing import Desk, Json, read_press
from sagebase_ops.slack.refusals import refusal
from sagebase_ops.slack.threads import beside
from sagebase_ops.slack.web_api import api_url

if TYPE_CHECKING:
    from slack_sdk.socket_mode import SocketModeClient
    from slack_sdk.socket_mode.client import BaseSocketModeClient
    from slack_sdk.socket_mode.request import SocketModeRequest

log = structlog.get_logger()

LOOK_SECONDS = 5.0
"""Between two looks at whether the connection stands."""
FINISH_SECONDS = 0.4
"""What is being decided at a stop may end so long; then the line is cut. The whole stop takes less than a second."""
_CUT_SECONDS = 0.3
_CONNECT_SECONDS = 10
_LONGEST_WAIT = 10.0  # seconds; the desk answers long before, whatever the handler does
_AT_ONCE = 8  # presses
_LONGEST_PAUSE = 60.0  # seconds
_DOING = "a connection for presses"


class PressSocket:
    """One Socket Mode connection, opened anew whenever it is lost. `problem` says why there is none, for /health.

    `look` is a step of a loop, to be woken by `wake`. `token` is the app's (xapp-…, scope connections:write).
    """

    def __init__(self, token: str, desk: Desk, base_url: str | None = None) -> None:
        self._token = token
        self._desk = desk
        self._base_url = base_url
        self._client: SocketModeClient | None = None
        self._failures = 0
        self._closing = False
        self._lost = False
        self.wake = asyncio.Event()
        self.problem: str | None = None

    async def look(self) -> float:
        """Connect where there is no connection; the seconds until the next look. Raises nothing that Slack causes."""
        if self._client is None:
            self._client = await beside(self._new_client)
            self._loop = asyncio.get_running_loop()
        if self._client.is_connected() and not self._lost:
            return LOOK_SECONDS
        self._lost = False
        try:
            await self._connect(self._client)
        except SlackError as error:
            return self._failed(error)
        self._failures, self.problem = 0, None
        log.info("socket.connected")
        return LOOK_SECONDS

    async def stop(self) -> None:
        """Take nothing any more, and cut the line. What is not acknowledged Slack gives to another connection."""
        self._closing = True
        await self._desk.finish(FINISH_SECONDS)
        if self._client is None:
            return
        with suppress(TimeoutError):
            async with asyncio.timeout(_CUT_SECONDS):
                await beside(partial(_cut, self._client))

    def _new_client(self) -> "SocketModeClient":
        from slack_sdk import WebClient
        from slack_sdk.socket_mode import SocketModeClient

        web = WebClient(timeout=_CONNECT_SECONDS, retry_handlers=[])
        if self._base_url:
            web.base_url = api_url(self._base_url)
        client = SocketModeClient(self._token, web_client=web, auto_reconnect_enabled=False, concurrency=_AT_ONCE)
        if self._base_url:
            client.proxy = None  # from the environment; for a socket slack_sdk knows no exceptions
        client.socket_mode_request_listeners.append(self._received)
        client.on_close_listeners.append(lambda _code, _reason: self._closed())
        return client

    async def _connect(self, client: "SocketModeClient") -> None:
        """Raises SlackError."""
        from slack_sdk.errors import SlackClientError

        try:
            await beside(lambda: client.connect_to_new_endpoint(force=True))
        except (SlackClientError, OSError, HTTPException, ValueError) as error:
            raise refusal(error, _DOING) from error
        if not client.is_connected():  # slack_sdk logs why, and goes on
            raise SlackError("connection", f"Slack answered, but not with {_DOING}", retryable=True)

    def _failed(self, error: SlackError) -> float:
        self._failures += 1
        pause = max(error.retry_after or 0.0, min(2.0**self._failures, _LONGEST_PAUSE))
        self.problem = f"nobody's press can reach us: {error}"
        log.error("socket.not_connected", code=error.code, error=str(error), again_in=pause)
        return pause

    def _received(self, client: "BaseSocketModeClient", request: "SocketModeRequest") -> None:
        """In one of slack_sdk's threads: wait for the decision, then acknowledge. Without one there is no acknowledgement."""
        from slack_sdk.socket_mode.response import SocketModeResponse

        if self._closing:
            return
        try:
            press = read_press(request.payload) if request.type == "interactive" else None
            answer = self._decided(press) if press else {}
            client.send_socket_mode_response(SocketModeResponse(request.envelope_id, answer or None))
        except Exception:
            log.exception("press.failed", envelope=request.envelope_id, kind=request.type)

    def _decided(self, press: Press) -> Json:
        return asyncio.run_coroutine_threadsafe(self._desk.take(press), self._loop).result(_LONGEST_WAIT)

    def _closed(self) -> None:
        """Slack said goodbye; slack_sdk still takes the line for open."""
        self._lost = True
        with suppress(RuntimeError):  # the loop has ended before the line did
            self._loop.call_soon_threadsafe(self.wake.set)


def _cut(client: "SocketModeClient") -> None:
    """slack_sdk's close waits for a read of three seconds to end; a socket that is shut down ends it at once."""
    session = client.current_session
    if session is not None and session.sock is not None:
        with suppress(OSError):
            session.sock.shutdown(socket.SHUT_RDWR)
    client.close()
