"""How do we talk to Slack? One call, one try: whether to try again is the outbox's to decide, never the client's.

slack_sdk is imported at the first call. Its own retries post twice after a dropped connection, so they are off.
"""

import asyncio
import math
import os
import re
from collections.abc import AsyncIterator, Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property, partial
from http.client import HTTPException
from typing import TYPE_CHECKING, Any, TypeAlias
from urllib.parse import urlsplit

from sagebase_ops.clock import Clock, SystemClock
from sagebase_ops.domain.notifications import Posted
from sagebase_ops.errors import SlackError
from sagebase_ops.slack.messages.arguments import EVENT_TYPE, Arguments, file_name
from sagebase_ops.slack.refusals import refusal
from sagebase_ops.slack.threads import beside

if TYPE_CHECKING:
    from slack_sdk import WebClient

Json: TypeAlias = Mapping[str, Any]  # a JSON object: any JSON inside

SOCKET_TIMEOUT_SECONDS = 10
"""slack_sdk's: for one read or write of the socket, so an answer that drips outlasts it."""
CALL_TIMEOUT_SECONDS = 15.0
"""For a whole call, whatever its answer does. A sender's lease must outlast it."""
PAGE_SIZE = 200
"""What we ask for; Slack may give apps as few as 15 a page."""
MOST_PAGES = 200
"""A cursor that never ends is an answer that cannot be believed."""

MEMBERS_KEPT = timedelta(minutes=5)
"""How long an answer of who is in a user group serves: Slack answers about 20 of these questions a minute."""

_CHANNEL_ID = re.compile(r"[CDG][A-Z0-9]{7,}")
_AS_JSON = ("chat.", "views.")
_ONLY_WHEN_POSTED = ("unfurl_links", "unfurl_media", "thread_ts", "reply_broadcast")
_KINDS = ("public_channel", "private_channel")


@dataclass(frozen=True, slots=True)
class Identity:
    """Whose token it is, in which workspace. `bot_id` is on each of our posts; None when the token is not a bot's."""

    team: str
    team_id: str
    user_id: str
    bot_id: str | None


@dataclass(frozen=True, slots=True)
class Answer:
    """What Slack answered; the names of its headers are in small letters."""

    body: Json
    headers: Mapping[str, str]


class SlackClient:
    """Slack's Web API with one bot token. Every method raises SlackError and nothing else; none tries twice.

    `base_url` is a pretend Slack (`http://127.0.0.1:9003`, with or without `/api/`); None is Slack's own.
    """

    def __init__(
        self,
        token: str,
        base_url: str | None = None,
        *,
        call_timeout_seconds: float = CALL_TIMEOUT_SECONDS,
        clock: Clock | None = None,
    ) -> None:
        self._token = token
        self._base_url = base_url
        self._call_timeout_seconds = call_timeout_seconds
        self._clock = clock or SystemClock()
        self._channel_ids: dict[str, str] = {}
        self._members: dict[str, tuple[float, frozenset[str]]] = {}
        self._identity: Identity | None = None

    async def post(self, arguments: Arguments) -> Posted:
        """Post one message, once. Source: chat.postMessage.

        Of a SlackError, `ambiguous` says that the message may stand there all the same: `find` it before posting again.
        """
        channel = str(arguments["channel"])
        doing = f"a message to {channel}"
        answer = await self._call("chat.postMessage", arguments, doing)
        posted = Posted(_text(answer, "channel", doing), _text(answer, "ts", doing))
        self._channel_ids[channel] = posted.channel
        return posted

    async def update(self, channel: str, ts: str, arguments: Arguments) -> None:
        """Make the message at `ts` what `arguments` (of a post) say, and nothing of what it was. Source: chat.update.

        `channel` is an id or a `#name`. The same again changes nothing, so no end of it has to be read back.
        """
        whole = {"blocks": [], "attachments": [], **arguments}  # Slack keeps the attachments that are not named
        body = {name: value for name, value in whole.items() if name not in _ONLY_WHEN_POSTED}
        channel_id = await self._channel_id(channel)
        await self._call("chat.update", {**body, "channel": channel_id, "ts": ts}, f"an edit in {channel}")

    async def ephemeral(self, channel: str, user: str, text: str) -> None:
        """Show `text` to one user alone, until that one looks away. Source: chat.postEphemeral; nothing proves its end."""
        arguments = {"channel": await self._channel_id(channel), "user": user, "text": text}
        await self._call("chat.postEphemeral", arguments, f"a private answer in {channel}")

    async def open_view(self, trigger_id: str, view: Json) -> None:
        """Open a modal for whoever pressed; a trigger serves once, for three seconds. Source: views.open."""
        await self._call("views.open", {"trigger_id": trigger_id, "view": view}, "a form to fill in")

    async def usergroup_members(self, usergroup: str) -> frozenset[str]:
        """Ids of the users in the user group `usergroup` (S…), at most MEMBERS_KEPT old. Source: usergroups.users.list."""
        asked_at, members = self._members.get(usergroup, (-math.inf, frozenset[str]()))
        if self._clock.monotonic() - asked_at < MEMBERS_KEPT.total_seconds():
            return members
        doing = f"the question who is in the user group {usergroup}"
        users = (await self._call("usergroups.users.list", {"usergroup": usergroup}, doing)).get("users")
        if not isinstance(users, list):
            raise _broken(doing, "users")
        found = frozenset(str(user) for user in users)
        self._members[usergroup] = self._clock.monotonic(), found
        return found

    async def find(
        self, channel: str, since: datetime, keys: Collection[str], thread_ts: str | None = None
    ) -> dict[str, Posted]:
        """Those of our posts since `since` (aware) whose notice key is one of `keys`; the oldest one of each.

        A file carries no metadata: it is known by its name (`file_name` of its key).
        Looks at the channel, or in the thread below `thread_ts`, through all pages. `channel` is an id or a `#name`.
        A SlackError proves nothing about any key. Source: conversations.history, conversations.replies.
        """
        us, files = await self.whoami(), {file_name(key): key for key in keys}
        channel_id = await self._channel_id(channel)
        place = {"ts": thread_ts} if thread_ts else {}
        asked = {"channel": channel_id, "oldest": f"{since.timestamp():.6f}", **place}
        method = "conversations.replies" if thread_ts else "conversations.history"
        found: dict[str, Posted] = {}
        async for message in self._listed(
            method, {**asked, "include_all_metadata": True}, "messages", f"what stands in {channel}"
        ):
            key = _notice_key(message, us.bot_id) or _key_of_file(message, us, files)
            ts = str(message.get("ts", ""))
            if key in keys and ts and (key not in found or ts < found[key].ts):
                found[key] = Posted(channel_id, ts)
        return found

    async def ping(self) -> None:
        """Raises SlackError where Slack does not answer, or does not take the token. Source: auth.test."""
        await self._call("auth.test", {}, "the question whether Slack is there")

    async def whoami(self) -> Identity:
        """Whose token this is, asked once. Source: auth.test."""
        if self._identity is None:
            doing = "the question whose token this is"
            answer = await self._call("auth.test", {}, doing)
            bot_id = answer.get("bot_id")
            self._identity = Identity(
                str(answer.get("team", "")),
                _text(answer, "team_id", doing),
                _text(answer, "user_id", doing),
                str(bot_id) if bot_id else None,
            )
        return self._identity

    async def _channel_id(self, channel: str) -> str:
        """Only a post takes a name; reading wants the id, which the answer to any post to that name has told."""
        if _CHANNEL_ID.fullmatch(channel):
            return channel
        if channel not in self._channel_ids:
            found = await self.channel_named(channel)
            if found is None:
                raise SlackError("channel_not_found", f"no channel that the app can see is called {channel}")
            self._channel_ids[channel] = _text(found, "id", "the list of channels")
        return self._channel_ids[channel]

    async def channel_named(self, channel: str, *, archived: bool = False) -> Json | None:
        """The channel called `channel` (`#ops`), or None where the app sees none. Source: conversations.list.

        Private ones are asked for only where no public one is it, since that wants a scope of its own (groups:read).
        """
        name = channel.removeprefix("#")
        for kind in _KINDS:
            asked = {"types": kind, "exclude_archived": not archived}
            async for found in self._listed("conversations.list", asked, "channels", "the list of channels"):
                if found.get("name") == name:
                    return found
        return None

    async def _listed(self, method: str, asked: Json, what: str, doing: str) -> AsyncIterator[Json]:
        """Everything that a paged method lists. A page without its list raises: it would look like "nothing there"."""
        cursor = ""
        for _ in range(MOST_PAGES):
            answer = await self._call(
                method, {**asked, "limit": PAGE_SIZE, **({"cursor": cursor} if cursor else {})}, doing
            )
            page = answer.get(what)
            if not isinstance(page, list):
                raise _broken(doing, what)
            for one in page:
                yield one
            cursor = (answer.get("response_metadata") or {}).get("next_cursor") or ""
            if not cursor:
                return
        raise SlackError("too_many_pages", f"Slack's answer to {doing} does not end", retryable=True)

    async def _call(self, method: str, arguments: Json, doing: str) -> Json:
        return (await self.ask(method, arguments, doing)).body

    async def ask(self, method: str, arguments: Json, doing: str) -> Answer:
        """Any method's answer, whole. Raises SlackError.

        After the time-out the thread may go on: what it does then is why that is `ambiguous`.
        """
        from slack_sdk.errors import SlackClientError

        call, body = partial(self._web.api_call, method), dict(arguments)
        ask = partial(call, json=body) if method.startswith(_AS_JSON) else partial(call, params=body)
        try:
            async with asyncio.timeout(self._call_timeout_seconds):
                answer = await beside(ask)
        except (SlackClientError, OSError, HTTPException, ValueError, AttributeError) as error:
            # slack_sdk lets through what urllib and http.client raise, and stumbles over JSON that is no object
            raise refusal(error, doing) from error
        if not isinstance(answer.data, dict):
            raise _broken(doing, "JSON")
        return Answer(answer.data, {name.lower(): str(value) for name, value in answer.headers.items()})

    @cached_property
    def _web(self) -> "WebClient":
        from slack_sdk import WebClient

        options: dict[str, Any] = {}  # keyword arguments of two kinds
        if self._base_url:
            options["base_url"] = api_url(self._base_url)
        return WebClient(self._token, timeout=SOCKET_TIMEOUT_SECONDS, retry_handlers=[], **options)


def api_url(base_url: str) -> str:
    """Where the methods of a pretend Slack are; from now on no proxy stands between."""
    _no_proxy_to(base_url)
    return f"{base_url.rstrip('/').removesuffix('/api')}/api/"


def _no_proxy_to(base_url: str) -> None:
    """A pretend Slack is next door. slack_sdk takes its proxy from the environment, and exceptions only from there."""
    host = urlsplit(base_url).hostname or ""
    for name in ("no_proxy", "NO_PROXY"):
        hosts = [*filter(None, os.environ.get(name, "").split(",")), host]
        os.environ[name] = ",".join(dict.fromkeys(hosts))


def _notice_key(message: Json, bot_id: str | None) -> str:
    """The key that we gave this message; empty for anyone else's, whatever it carries."""
    metadata = message.get("metadata")
    if not isinstance(metadata, dict) or metadata.get("event_type") != EVENT_TYPE:
        return ""
    if bot_id and message.get("bot_id") != bot_id:
        return ""
    payload = metadata.get("event_payload")
    key = payload.get("notice_key") if isinstance(payload, dict) else None
    return key if isinstance(key, str) else ""


def _key_of_file(message: Json, us: Identity, files: Mapping[str, str]) -> str:
    """The key by the name of a file in it, among `files`; empty for anyone else's."""
    if message.get("bot_id") != us.bot_id and message.get("user") != us.user_id:
        return ""
    shared = message.get("files")
    names = [one.get("name") for one in shared if isinstance(one, dict)] if isinstance(shared, list) else []
    return next((files[name] for name in names if isinstance(name, str) and name in files), "")


def _text(answer: Json, name: str, doing: str) -> str:
    value = answer.get(name)
    if not isinstance(value, str) or not value:
        raise _broken(doing, name)
    return value


def _broken(doing: str, what: str) -> SlackError:
    words = f"Slack's answer to {doing} has no {what}; whether it took effect is read back first"
    return SlackError("broken_answer", words, retryable=True, ambiguous=True)
