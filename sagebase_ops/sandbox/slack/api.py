"""Slack's Web API on a port: `POST /api/METHOD` with a bearer token, answers and refusals in Slack's own words."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TypeAlias

from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.routing import Route

from sagebase_ops.sandbox.faults import Fault
from sagebase_ops.sandbox.slack import chat, files, reading
from sagebase_ops.sandbox.slack.calling import Calling, bot_of, read_arguments
from sagebase_ops.sandbox.slack.content import SlackRefusalError
from sagebase_ops.sandbox.slack.rates import Rates
from sagebase_ops.sandbox.slack.sockets import opened
from sagebase_ops.sandbox.slack.workspace import Json
from sagebase_ops.sandbox.wire import Torn, through
from sagebase_ops.sandbox.world import World

API = "slack.com"
_DOWN = "<!DOCTYPE html><html><head><title>Server Error</title></head><body>Slack is unavailable</body></html>"
_SERVER_ERROR, _TOO_MANY, _RATE_LIMIT_WAIT = 500, 429, 30
_NO_TOKEN = ("not_authed", "invalid_auth", "not_allowed_token_type")
_PRIVATE_TOO = "groups:read"
_LISTS = ("messages", "channels", "members")

Answer: TypeAlias = Callable[[Calling, Rates], Json]
"""What a method answers beside `ok`. Raises SlackRefusalError."""


@dataclass(frozen=True, slots=True)
class Method:
    answer: Answer
    scope: str = ""


METHODS: Mapping[str, Method] = {
    "auth.test": Method(reading.auth_test),
    "chat.postMessage": Method(chat.post_message, "chat:write"),
    "chat.postEphemeral": Method(chat.post_ephemeral, "chat:write"),
    "chat.update": Method(chat.update, "chat:write"),
    "chat.delete": Method(chat.delete, "chat:write"),
    "chat.getPermalink": Method(chat.get_permalink),
    "conversations.history": Method(reading.history, "channels:history"),
    "conversations.replies": Method(reading.replies, "channels:history"),
    "conversations.list": Method(reading.list_channels, "channels:read"),
    "conversations.info": Method(reading.channel_info, "channels:read"),
    "files.getUploadURLExternal": Method(files.get_upload_url, "files:write"),
    "files.completeUploadExternal": Method(files.complete_upload, "files:write"),
    "users.info": Method(reading.user_info, "users:read"),
    "users.list": Method(reading.list_users, "users:read"),
    "usergroups.list": Method(reading.list_usergroups, "usergroups:read"),
    "usergroups.users.list": Method(reading.usergroup_users, "usergroups:read"),
    "views.open": Method(chat.open_view),
}


def api_routes(world: World) -> list[Route]:
    rates = Rates(world.now)

    async def endpoint(request: Request) -> Response:
        method = request.path_params["method"]
        world.note(API, method)
        if world.scenario.slack_down:
            return HTMLResponse(_DOWN, 503)
        fault = world.faults.take(method)

        async def answer() -> Response:
            try:
                if fault and fault.kind == "refusal" and not fault.options.get("after"):
                    raise _asked_for(fault)
                body = await _answer(world, rates, method, request)
                if fault and fault.kind == "refusal":
                    raise _asked_for(fault)
            except SlackRefusalError as refusal:
                return _with_scopes(world, method, _refused(refusal), refused_token=refusal.error in _NO_TOKEN)
            return _with_scopes(
                world, method, _halved(body) if fault and fault.kind == "half_page" else JSONResponse(body)
            )

        return await through(fault, answer)

    return [Route("/api/{method}", endpoint, methods=["GET", "POST"])]


async def _answer(world: World, rates: Rates, method: str, request: Request) -> Json:
    arguments = await read_arguments(request)
    if method == "api.test":
        return _echo(arguments)
    if method == "apps.connections.open":  # the one method of an app's token
        return {"ok": True, **opened(world.presses.sockets, request, arguments)}
    bot = bot_of(request, arguments)
    known = METHODS.get(method)
    if known is None:
        raise SlackRefusalError("unknown_method", extra={"req_method": method})
    granted = world.scenario.slack_scopes
    needed = (
        _PRIVATE_TOO if known.scope == "channels:read" and "private" in str(arguments.get("types")) else known.scope
    )
    if needed and needed not in granted:
        raise SlackRefusalError("missing_scope", extra={"needed": needed, "provided": ",".join(granted)})
    wait = rates.wait_for_method(method)
    if wait:
        raise SlackRefusalError("ratelimited", status=429, retry_after=wait)
    calling = Calling(world.slack, bot, arguments, world.presses.modals, str(request.base_url).rstrip("/"))
    return {"ok": True, **known.answer(calling, rates)}


def _with_scopes(world: World, method: str, response: Response, *, refused_token: bool = False) -> Response:
    """Every answer to a token says what that token may do, and what the method would have taken."""
    known = METHODS.get(method)
    if known is not None and not refused_token:
        response.headers["x-oauth-scopes"] = ",".join(world.scenario.slack_scopes)
        response.headers["x-accepted-oauth-scopes"] = known.scope
    return response


def _echo(arguments: Json) -> Json:
    if arguments.get("error"):
        raise SlackRefusalError(str(arguments["error"]), extra={"args": arguments})
    return {"ok": True, "args": arguments}


def _asked_for(fault: Fault) -> SlackRefusalError:
    """The refusal of a fault: `error` and `status` as given; `ratelimited` is 429 with Retry-After by itself."""
    given = fault.options
    error = str(given.get("error", "")) or ("" if "status" in given else "internal_error")
    status = int(given.get("status", _TOO_MANY if error == "ratelimited" else 200))
    wait = given.get("retry_after", _RATE_LIMIT_WAIT if status == _TOO_MANY else None)
    return SlackRefusalError(error, status=status, retry_after=None if wait is None else int(wait))


def _refused(refusal: SlackRefusalError) -> Response:
    headers = {} if refusal.retry_after is None else {"Retry-After": str(refusal.retry_after)}
    if not refusal.error and refusal.status >= _SERVER_ERROR:
        return HTMLResponse(_DOWN, refusal.status, headers)
    if not refusal.error:
        refusal.error = "ratelimited" if refusal.status == _TOO_MANY else "fatal_error"
    return JSONResponse(refusal.body(), refusal.status, headers)


def _halved(body: Json) -> Response:
    """Half of a list, and a cursor that leads nowhere; anything else breaks off in the middle of its body."""
    name = next((one for one in _LISTS if one in body), None)
    if name is None:
        return Torn(JSONResponse(body).body, media_type="application/json")
    half = body[name][: len(body[name]) // 2]
    return JSONResponse({**body, name: half, "has_more": True, "response_metadata": {"next_cursor": "bm93aGVyZQ=="}})
