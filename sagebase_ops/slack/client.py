"""What do we ask of Slack? Posts, edits and forms, who we are, and what stands in a channel. `web_api` makes the calls."""

import math
import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from sagebase_ops.clock import Clock, SystemClock
from sagebase_ops.domain.notifications import Posted
from sagebase_ops.errors import SlackError
from sagebase_ops.slack.messages.arguments import EVENT_TYPE, Arguments, file_name
from sagebase_ops.slack.web_api import CALL_TIMEOUT_SECONDS, Json, WebApi, broken, text_of

MEMBERS_KEPT = timedelta(minutes=5)
"""How long an answer of who is in a user group serves: Slack answers about 20 of these questions a minute."""

_CHANNEL_ID = re.compile(r"[CDG][A-Z0-9]{7,}")
_ONLY_WHEN_POSTED = ("unfurl_links", "unfurl_media", "thread_ts", "reply_broadcast")
_KINDS = ("public_channel", "private_channel")


@dataclass(frozen=True, slots=True)
class Identity:
    """Whose token it is, in which workspace. `bot_id` is on each of our posts; None when the token is not a bot's."""

    team: str
    team_id: str
    user_id: str
    bot_id: str | None


class SlackClient(WebApi):
    """Slack with one bot token. Every method raises SlackError and nothing else; none tries twice."""

    def __init__(
        self,
        token: str,
        base_url: str | None = None,
        *,
        call_timeout_seconds: float = CALL_TIMEOUT_SECONDS,
        clock: Clock | None = None,
    ) -> None:
        super().__init__(token, base_url, call_timeout_seconds=call_timeout_seconds)
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
        answer = await self.call("chat.postMessage", arguments, doing)
        posted = Posted(text_of(answer, "channel", doing), text_of(answer, "ts", doing))
        self._channel_ids[channel] = posted.channel
        return posted

    async def update(self, channel: str, ts: str, arguments: Arguments) -> None:
        """Make the message at `ts` what `arguments` (of a post) say, and nothing of what it was. Source: chat.update.

        `channel` is an id or a `#name`. The same again changes nothing, so no end of it has to be read back.
        """
        whole = {"blocks": [], "attachments": [], **arguments}  # Slack keeps the attachments that are not named
        body = {name: value for name, value in whole.items() if name not in _ONLY_WHEN_POSTED}
        channel_id = await self._channel_id(channel)
        await self.call("chat.update", {**body, "channel": channel_id, "ts": ts}, f"an edit in {channel}")

    async def ephemeral(self, channel: str, user: str, text: str) -> None:
        """Show `text` to one user alone, until that one looks away. Source: chat.postEphemeral; nothing proves its end."""
        arguments = {"channel": await self._channel_id(channel), "user": user, "text": text}
        await self.call("chat.postEphemeral", arguments, f"a private answer in {channel}")

    async def open_view(self, trigger_id: str, view: Json) -> None:
        """Open a modal for whoever pressed; a trigger serves once, for three seconds. Source: views.open."""
        await self.call("views.open", {"trigger_id": trigger_id, "view": view}, "a form to fill in")

    async def usergroup_members(self, usergroup: str) -> frozenset[str]:
        """Ids of the users in the user group `usergroup` (S…), at most MEMBERS_KEPT old. Source: usergroups.users.list."""
        asked_at, members = self._members.get(usergroup, (-math.inf, frozenset[str]()))
        if self._clock.monotonic() - asked_at < MEMBERS_KEPT.total_seconds():
            return members
        doing = f"the question who is in the user group {usergroup}"
        users = (await self.call("usergroups.users.list", {"usergroup": usergroup}, doing)).get("users")
        if not isinstance(users, list):
            raise broken(doing, "users")
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
        async for message in self.listed(
            method, {**asked, "include_all_metadata": True}, "messages", f"what stands in {channel}"
        ):
            key = _notice_key(message, us.bot_id) or _key_of_file(message, us, files)
            ts = str(message.get("ts", ""))
            if key in keys and ts and (key not in found or ts < found[key].ts):
                found[key] = Posted(channel_id, ts)
        return found

    async def ping(self) -> None:
        """Raises SlackError where Slack does not answer, or does not take the token. Source: auth.test."""
        await self.call("auth.test", {}, "the question whether Slack is there")

    async def whoami(self) -> Identity:
        """Whose token this is, asked once. Source: auth.test."""
        if self._identity is None:
            doing = "the question whose token this is"
            answer = await self.call("auth.test", {}, doing)
            bot_id = answer.get("bot_id")
            self._identity = Identity(
                str(answer.get("team", "")),
                text_of(answer, "team_id", doing),
                text_of(answer, "user_id", doing),
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
            self._channel_ids[channel] = text_of(found, "id", "the list of channels")
        return self._channel_ids[channel]

    async def channel_named(self, channel: str, *, archived: bool = False) -> Json | None:
        """The channel called `channel` (`#ops`), or None where the app sees none. Source: conversations.list.

        Private ones are asked for only where no public one is it, since that wants a scope of its own (groups:read).
        """
        name = channel.removeprefix("#")
        for kind in _KINDS:
            asked = {"types": kind, "exclude_archived": not archived}
            async for found in self.listed("conversations.list", asked, "channels", "the list of channels"):
                if found.get("name") == name:
                    return found
        return None


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
