"""One call of Slack's Web API, read from HTTP: its arguments in either form, and the bot behind its token."""

from dataclasses import dataclass
from urllib.parse import parse_qsl

from starlette.requests import Request

from sagebase_ops.sandbox.slack.content import SlackRefusalError, read_json
from sagebase_ops.sandbox.slack.modals import Modals
from sagebase_ops.sandbox.slack.workspace import Bot, Channel, Json, Workspace

_TRUE = {True, "1", "true", "True"}
MOST_ON_A_PAGE = 999


@dataclass(frozen=True, slots=True)
class Calling:
    """Who calls, with which arguments, in which workspace. The readers raise SlackRefusalError."""

    workspace: Workspace
    bot: Bot
    arguments: Json
    modals: Modals
    address: str = ""
    """Where this Slack is, for the addresses that it hands out."""

    def text(self, name: str) -> str:
        """A required argument."""
        given = self.arguments.get(name)
        if given in (None, ""):
            raise SlackRefusalError("invalid_arguments", [f"missing required field: {name} [json-pointer:/{name}]"])
        return str(given)

    def optional(self, name: str) -> str | None:
        given = self.arguments.get(name)
        return None if given in (None, "") else str(given)

    def flag(self, name: str) -> bool:
        given = self.arguments.get(name)
        return isinstance(given, str | int) and given in _TRUE

    def limit(self, default: int) -> int:
        given = self.optional("limit")
        if given is None:
            return default
        if not given.isascii() or not given.isdigit() or not 0 < int(given) <= MOST_ON_A_PAGE + 1:
            raise SlackRefusalError("invalid_limit")
        return int(given)

    def channel_by_id(self) -> Channel:
        """Most methods know a channel by its id alone."""
        found = self.workspace.channel(self.text("channel"))
        if found is None:
            raise SlackRefusalError("channel_not_found")
        return found

    def channel(self) -> Channel:
        """`chat.postMessage` also takes `#name` and `name`."""
        given = self.text("channel")
        found = self.workspace.channel(given) or self.workspace.channel_named(given)
        if found is None:
            raise SlackRefusalError("channel_not_found")
        return found


async def read_arguments(request: Request) -> Json:
    """Query, form or JSON. Raises SlackRefusalError as Slack does for a body that it cannot read."""
    query = dict(request.query_params)
    body = await request.body()
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if not body:
        return query
    if kind == "application/json":
        return query | _object(body)
    if kind == "application/x-www-form-urlencoded":
        return query | dict(parse_qsl(body.decode("utf-8", "replace"), keep_blank_values=True))
    raise SlackRefusalError("invalid_post_type")


def _object(body: bytes) -> Json:
    found = read_json(body, "invalid_json")
    if not isinstance(found, dict):
        raise SlackRefusalError("json_not_object")
    return found


def bot_of(request: Request, arguments: Json) -> Bot:
    """Raises SlackRefusalError: no token, or none of the sandbox's."""
    scheme, _, header = request.headers.get("authorization", "").partition(" ")
    token = header.strip() if scheme.lower() == "bearer" else str(arguments.get("token") or "")
    if not token:
        raise SlackRefusalError("not_authed")
    bot = Bot.of_token(token)
    if bot is None:
        raise SlackRefusalError("not_allowed_token_type" if token.startswith("xapp-") else "invalid_auth")
    return bot
