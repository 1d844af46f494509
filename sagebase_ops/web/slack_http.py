"""Presses over HTTP: `POST /slack/interactions`, the app's Request URL where there is no Socket Mode."""

import asyncio
from urllib.parse import parse_qs

import structlog
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from sagebase_ops.errors import PayloadError
from sagebase_ops.slack.pressing import Desk, Json, read_object, read_press
from sagebase_ops.slack.signing import Signing

log = structlog.get_logger()

PATH = "/slack/interactions"
MOST_BYTES = 1_000_000
READ_SECONDS = 2.0
"""For the whole body: Slack sends it at once, and nobody else may hold the door open."""
_FORBIDDEN, _BAD, _TOO_LONG, _TOO_SLOW, _FAILED = 401, 400, 413, 408, 500


def interactions_route(desk: Desk, signing: Signing) -> Route:
    """200 once a press is decided and stored; 401 for what Slack did not sign just now; 500 when it was not stored."""

    async def endpoint(request: Request) -> Response:
        try:
            async with asyncio.timeout(READ_SECONDS):
                body = await _body(request)
        except TimeoutError:
            return PlainTextResponse("too slow\n", _TOO_SLOW)
        except ClientDisconnect:
            return Response(status_code=_BAD)
        if body is None:
            return PlainTextResponse(f"longer than {MOST_BYTES} bytes\n", _TOO_LONG)
        if not signing.genuine(body, request.headers):
            log.warning("press.not_from_slack", address=request.client.host if request.client else None)
            return PlainTextResponse("not signed by Slack just now\n", _FORBIDDEN)
        return await _taken(desk, body)

    return Route(PATH, endpoint, methods=["POST"])


async def _taken(desk: Desk, body: bytes) -> Response:
    try:
        press = read_press(_payload(body))
    except PayloadError as error:
        log.warning("press.unreadable", error=str(error))
        return PlainTextResponse("no payload of an interaction\n", _BAD)
    try:
        answer = await desk.take(press) if press else {}
    except Exception:
        log.exception("press.failed")
        return Response(status_code=_FAILED)
    return JSONResponse(answer) if answer else Response()


async def _body(request: Request) -> bytes | None:
    """None when it is too long; the rest of it is not read then."""
    read = bytearray()
    async for chunk in request.stream():
        read += chunk
        if len(read) > MOST_BYTES:
            return None
    return bytes(read)


def _payload(body: bytes) -> Json:
    """Raises PayloadError."""
    try:
        fields = parse_qs(body.decode(), max_num_fields=10)
    except ValueError as error:
        raise PayloadError("no form") from error
    return read_object(fields.get("payload", [""])[0], "payload")
