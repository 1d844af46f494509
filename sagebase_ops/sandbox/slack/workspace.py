"""The pretend workspace: its channels, who is in it, and every message that was posted."""

import base64
import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol, TypeAlias

Json: TypeAlias = dict[str, Any]
"""A JSON object: its shape is Slack's."""

TEAM, TEAM_NAME, DOMAIN = "T0SANDBOX", "Sagebase Sandbox", "sagebase-sandbox.slack.com"
BOT_TOKEN = "xoxb-sandbox-sagebase-ops"  # noqa: S105 (opens nothing but this sandbox)
APP_TOKEN = "xapp-sandbox-sagebase-ops"  # noqa: S105 (the same)
_TOKEN_MARK = "xoxb-sandbox-"  # noqa: S105 (how every token of the sandbox begins)
CHANNELS = {"sagebase-ops": "C0SAGEOPS1", "sagebase-ops-fallback": "C0SAGEOPS2"}
GROUPS = {"S0SAGEOPS1": ("U0SATO0001", "U0TECHLEAD")}
STRANGER = "U0STRANGER"
"""Somebody whom no schedules.yaml names."""
PEOPLE = {"U0SATO0001": "佐藤", "U0TECHLEAD": "技術責任者", "U0KIKUCHI1": "菊地"}


class DeclaredChannel(Protocol):
    """What a scenario says about a channel."""

    @property
    def name(self) -> str: ...
    @property
    def archived(self) -> bool: ...
    @property
    def member(self) -> bool: ...
    @property
    def private(self) -> bool: ...


@dataclass(frozen=True, slots=True)
class Channel:
    id: str
    name: str
    archived: bool = False
    member: bool = True
    private: bool = False

    @property
    def hidden(self) -> bool:
        """Whether the bot cannot even see that it exists."""
        return self.private and not self.member


@dataclass(frozen=True, slots=True)
class Bot:
    """The app behind a token. Another token of the sandbox is another app."""

    name: str

    @classmethod
    def of_token(cls, token: str) -> "Bot | None":
        """None where no token of the sandbox looks so."""
        name = token.removeprefix(_TOKEN_MARK)
        return cls(name) if name and name != token and name.isascii() and name.isprintable() else None

    @property
    def user_id(self) -> str:
        return _made_up("U0", self.name)

    @property
    def bot_id(self) -> str:
        return _made_up("B0", self.name)

    @property
    def app_id(self) -> str:
        return _made_up("A0", self.name)


@dataclass(slots=True)
class File:
    """One uploaded file; `content` is None until its bytes came."""

    id: str
    name: str
    size: int
    alt_text: str
    bot: Bot
    title: str = ""
    content: bytes | None = None
    mimetype: str = ""

    @property
    def is_picture(self) -> bool:
        return self.mimetype.startswith("image/")

    @property
    def as_data(self) -> str:
        """The picture as an address that holds it."""
        return f"data:{self.mimetype};base64,{base64.b64encode(self.content or b'').decode()}"


@dataclass(slots=True)
class Message:
    """One post, as it is now."""

    channel: Channel
    ts: str
    bot: Bot
    text: str
    blocks: list[Json] = field(default_factory=list)
    attachments: list[Json] = field(default_factory=list)
    metadata: Json | None = None
    thread_ts: str | None = None
    broadcast: bool = False
    ephemeral_for: str | None = None
    edited_ts: str | None = None
    deleted: bool = False
    files: list[File] = field(default_factory=list)

    @property
    def is_reply(self) -> bool:
        return self.thread_ts is not None


class Workspace:
    """Messages stay when another scenario is played; the channels are the ones that it declares."""

    def __init__(self, now: Callable[[], datetime], declared: Callable[[], Sequence[DeclaredChannel]]) -> None:
        self._now = now
        self._declared = declared
        self._newest = 0
        self.messages: list[Message] = []
        self.files: dict[str, File] = {}
        self.presses: list[Json] = []
        self.revision = 0
        """Grows with every change, so that the page knows when to draw again."""

    def channels(self) -> list[Channel]:
        shipped = {name: Channel(channel_id, name) for name, channel_id in CHANNELS.items()}
        declared = {
            one.name: Channel(_channel_id(one.name), one.name, one.archived, one.member, one.private)
            for one in self._declared()
        }
        return list((shipped | declared).values())

    def channel(self, channel_id: str) -> Channel | None:
        return next((one for one in self.channels() if one.id == channel_id and not one.hidden), None)

    def channel_named(self, name: str) -> Channel | None:
        return next((one for one in self.channels() if one.name == name.removeprefix("#") and not one.hidden), None)

    def add(self, message: Message) -> None:
        self.messages.append(message)
        self.touch()

    def new_file(self, name: str, size: int, alt_text: str, bot: Bot) -> File:
        """Its bytes are still to come."""
        made = File(_made_up("F0", f"{len(self.files)} {name}"), name, size, alt_text, bot)
        self.files[made.id] = made
        return made

    def touch(self) -> None:
        self.revision += 1

    def forget(self) -> None:
        self.messages.clear()
        self.files.clear()
        self.presses.clear()
        self.touch()

    def find(self, channel: Channel, ts: str) -> Message | None:
        """A message that is still there; those that only one person saw are not."""
        return next((one for one in self._visible(channel) if one.ts == ts and not one.deleted), None)

    def timeline(self, channel: Channel) -> list[Message]:
        """What the channel itself shows, oldest first; of the deleted only those that a thread hangs from."""
        return [one for one in self._visible(channel) if not one.is_reply or one.broadcast if self._shown(one)]

    def replies(self, parent: Message) -> list[Message]:
        return [one for one in self._visible(parent.channel) if one.thread_ts == parent.ts and not one.deleted]

    def next_ts(self) -> str:
        """Unique and growing, by the world's clock: whole seconds, a point, six digits."""
        moment = self._now()
        micros = int(moment.timestamp()) * 1_000_000 + moment.microsecond
        self._newest = max(micros, self._newest + 1)
        return f"{self._newest // 1_000_000}.{self._newest % 1_000_000:06d}"

    def _visible(self, channel: Channel) -> list[Message]:
        return [one for one in self.messages if one.channel.id == channel.id and one.ephemeral_for is None]

    def _shown(self, message: Message) -> bool:
        return not message.deleted or bool(self.replies(message))


def _channel_id(name: str) -> str:
    return CHANNELS.get(name) or _made_up("C0", name)


def _made_up(start: str, name: str) -> str:
    """An id as Slack makes them, always the same for one name."""
    return start + base64.b32encode(hashlib.sha256(f"{start}{name}".encode()).digest()).decode()[:9]
