"""The methods that read: conversations.*, users.*, usergroups.users.list, auth.test. Pages are cut as Slack cuts them."""

import base64
import re
from collections.abc import Callable, Sequence
from typing import TypeVar

from sagebase_ops.sandbox.slack.calling import MOST_ON_A_PAGE, Calling
from sagebase_ops.sandbox.slack.content import SlackRefusalError
from sagebase_ops.sandbox.slack.rates import Rates
from sagebase_ops.sandbox.slack.views import as_slack_shows, bot_view, channel_view, people_view, usergroup_view
from sagebase_ops.sandbox.slack.workspace import DOMAIN, GROUPS, TEAM, TEAM_NAME, Channel, Json, Message

T = TypeVar("T")
_TS = re.compile(r"\d{1,11}(\.\d{1,6})?")
_NEXT = "next:"


def auth_test(call: Calling, _rates: Rates) -> Json:
    bot = call.bot
    names = {"url": f"https://{DOMAIN}/", "team": TEAM_NAME, "user": bot.name, "team_id": TEAM}
    return {**names, "user_id": bot.user_id, "bot_id": bot.bot_id, "is_enterprise_install": False}


def history(call: Calling, _rates: Rates) -> Json:
    """Newest first: what stands in the channel, replies only where they were broadcast."""
    channel = _readable(call.channel_by_id())
    found = [one for one in reversed(call.workspace.timeline(channel)) if _in_window(call, one.ts)]
    page, cursor = _page(call, found, 100, _ts_of)
    return {**_messages(call, page, cursor), "pin_count": 0}


def replies(call: Calling, _rates: Rates) -> Json:
    """The parent, then its replies, oldest first. A message without replies comes alone."""
    channel = _readable(call.channel_by_id())
    parent = _with_tombstones(call, channel, call.text("ts"))
    found = [parent] + [one for one in call.workspace.replies(parent) if _in_window(call, one.ts)]
    page, cursor = _page(call, found, MOST_ON_A_PAGE + 1, _ts_of)
    return _messages(call, page, cursor)


def list_channels(call: Calling, _rates: Rates) -> Json:
    """Of the kinds in `types`, public ones where nothing is said; a private one only where the bot is in it."""
    kinds = (call.optional("types") or "public_channel").split(",")
    shown = [one for one in call.workspace.channels() if not (one.archived and call.flag("exclude_archived"))]
    found = [one for one in shown if not one.hidden and _kind(one) in kinds]
    page, cursor = _page(call, found, 100, lambda one: one.id)
    return {"channels": [channel_view(one) for one in page], "response_metadata": {"next_cursor": cursor}}


def _kind(channel: Channel) -> str:
    return "private_channel" if channel.private else "public_channel"


def channel_info(call: Calling, _rates: Rates) -> Json:
    return {"channel": channel_view(call.channel_by_id())}


def user_info(call: Calling, _rates: Rates) -> Json:
    wanted = call.text("user")
    found = next((one for one in (bot_view(call.bot), *people_view()) if one["id"] == wanted), None)
    if found is None:
        raise SlackRefusalError("user_not_found")
    return {"user": found}


def list_users(call: Calling, _rates: Rates) -> Json:
    page, cursor = _page(call, [bot_view(call.bot), *people_view()], 100, lambda one: str(one["id"]))
    return {"members": page, "response_metadata": {"next_cursor": cursor}}


def usergroup_users(call: Calling, _rates: Rates) -> Json:
    members = GROUPS.get(call.text("usergroup"))
    if members is None:
        raise SlackRefusalError("no_such_subteam")
    return {"users": list(members)}


def list_usergroups(call: Calling, _rates: Rates) -> Json:
    groups = [usergroup_view(one, members) for one, members in GROUPS.items()]
    if not call.flag("include_count"):
        groups = [{name: value for name, value in one.items() if name != "user_count"} for one in groups]
    return {"usergroups": groups}


def _readable(channel: Channel) -> Channel:
    if not channel.member:
        raise SlackRefusalError("not_in_channel")
    return channel


def _with_tombstones(call: Calling, channel: Channel, ts: str) -> Message:
    """A deleted parent can still be asked for while a thread hangs from it."""
    shown = next((one for one in call.workspace.timeline(channel) if one.ts == ts), None)
    found = shown or call.workspace.find(channel, ts)
    if found is None:
        raise SlackRefusalError("thread_not_found")
    return found


def _in_window(call: Calling, ts: str) -> bool:
    """Between `oldest` and `latest`, which are outside themselves unless `inclusive` says otherwise."""
    oldest, latest, inclusive = _bound(call, "oldest"), _bound(call, "latest"), call.flag("inclusive")
    moment = _micros(ts)
    after = oldest is None or moment > oldest or (inclusive and moment == oldest)
    before = latest is None or moment < latest or (inclusive and moment == latest)
    return after and before


def _bound(call: Calling, name: str) -> int | None:
    given = call.optional(name)
    if given is None or given == "now":
        return None
    if not _TS.fullmatch(given):
        raise SlackRefusalError(f"invalid_ts_{name}")
    return _micros(given)


def _ts_of(message: Message) -> str:
    return message.ts


def _micros(ts: str) -> int:
    seconds, _, rest = ts.partition(".")
    return int(seconds) * 1_000_000 + int(rest.ljust(6, "0"))


def _page(call: Calling, found: Sequence[T], default: int, key: Callable[[T], str]) -> tuple[Sequence[T], str]:
    """One page, and the cursor of the next one, empty behind the last. A cursor names the first of its page."""
    start, limit = _start(call, [key(one) for one in found]), call.limit(default)
    following = found[start + limit : start + limit + 1]
    cursor = base64.b64encode(f"{_NEXT}{key(following[0])}".encode()).decode() if following else ""
    return found[start : start + limit], cursor


def _start(call: Calling, keys: list[str]) -> int:
    given = call.optional("cursor")
    if given is None:
        return 0
    try:
        return keys.index(base64.b64decode(given, validate=True).decode().removeprefix(_NEXT))
    except ValueError:  # no base64, no UTF-8, or nothing that is listed
        raise SlackRefusalError("invalid_cursor") from None


def _messages(call: Calling, page: Sequence[Message], cursor: str) -> Json:
    wanted = call.flag("include_all_metadata")
    shown = [as_slack_shows(call.workspace, one, metadata=wanted) for one in page]
    more = {"response_metadata": {"next_cursor": cursor}} if cursor else {}
    return {"messages": shown, "has_more": bool(cursor), **more}
