"""What was decided to be told, and how far telling has come."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Message:
    """One rendered Slack message. `text` alone must say it all: it is the push notification and what is read aloud.

    The first message of a digest stands in the channel, those with `in_thread` below it.
    """

    text: str
    blocks: tuple[Mapping[str, Any], ...] = ()  # Block Kit JSON: its shape is Slack's
    attachments: tuple[Mapping[str, Any], ...] = ()
    in_thread: bool = False
