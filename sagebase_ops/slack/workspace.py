"""What does Slack's workspace hold of what the file names: the token's rights, channels, people, user groups?

Questions that change nothing and tell nobody. Each raises SlackError.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from sagebase_ops.errors import SlackError
from sagebase_ops.slack.client import SlackClient
from sagebase_ops.slack.web_api import Json

_CHANNEL_ID = re.compile(r"[CDG][A-Z0-9]{7,}")
_UNKNOWN = {"user_not_found", "channel_not_found", "user_not_visible"}


@dataclass(frozen=True, slots=True)
class Token:
    """Whose token it is, and its scopes; None where Slack did not say."""

    team: str
    user: str
    scopes: frozenset[str] | None


@dataclass(frozen=True, slots=True)
class Channel:
    """A channel as the app sees it; `member` says whether the app is in it."""

    name: str
    archived: bool
    member: bool
    private: bool


@dataclass(frozen=True, slots=True)
class Somebody:
    """A user or a user group. `gone`: deactivated; `members` is None for a user."""

    name: str
    gone: bool
    members: int | None = None


async def token_of(slack: SlackClient) -> Token:
    """Source: auth.test, and the header x-oauth-scopes of its answer."""
    answer = await slack.ask("auth.test", {}, "the question whose token this is")
    said = answer.headers.get("x-oauth-scopes")
    scopes = None if said is None else frozenset(scope.strip() for scope in said.split(",") if scope.strip())
    return Token(str(answer.body.get("team", "")), str(answer.body.get("user", "")), scopes)


async def channel_of(slack: SlackClient, channel: str) -> Channel | None:
    """The channel by its `#name` or id; None where the app sees none. Source: conversations.list, conversations.info."""
    found = await _by_id(slack, channel) if _CHANNEL_ID.fullmatch(channel) else await _by_name(slack, channel)
    if found is None:
        return None
    flags = (bool(found.get(flag)) for flag in ("is_archived", "is_member", "is_private"))
    return Channel(str(found.get("name", channel)), *flags)


async def _by_name(slack: SlackClient, channel: str) -> Json | None:
    return await slack.channel_named(channel, archived=True)


async def _by_id(slack: SlackClient, channel: str) -> Json | None:
    found = await _asked(slack, "conversations.info", {"channel": channel}, f"the question about {channel}")
    return None if found is None else dict(found.get("channel") or {})


async def user_of(slack: SlackClient, user: str) -> Somebody | None:
    """The user with this id, or None. Source: users.info."""
    answer = await _asked(slack, "users.info", {"user": user}, f"the question who {user} is")
    if answer is None:
        return None
    found = answer.get("user") or {}
    return Somebody(str(found.get("real_name") or found.get("name") or user), bool(found.get("deleted")))


async def usergroups_of(slack: SlackClient) -> Mapping[str, Somebody]:
    """Every user group by its id, also those that are disabled. Source: usergroups.list."""
    asked = {"include_count": True, "include_disabled": True}
    answer = await slack.ask("usergroups.list", asked, "the list of user groups")
    groups = answer.body.get("usergroups") or []
    return {
        str(one.get("id")): Somebody(
            f"@{one.get('handle', '')}", bool(one.get("date_delete")), int(one.get("user_count") or 0)
        )
        for one in groups
    }


async def try_app_token(app_token: str, base_url: str | None) -> None:
    """Whether presses can come over Socket Mode: Slack gives an address, which is left unused. Source: apps.connections.open."""
    await SlackClient(app_token, base_url).ask("apps.connections.open", {}, "a connection for presses")


async def _asked(slack: SlackClient, method: str, arguments: Json, doing: str) -> Json | None:
    try:
        return (await slack.ask(method, arguments, doing)).body
    except SlackError as error:
        if error.code in _UNKNOWN:
            return None
        raise
