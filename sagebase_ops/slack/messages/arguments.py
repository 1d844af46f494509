"""A Message as the arguments of `chat.postMessage`: what the client sends and what `--format slack` prints."""

import hashlib
from collections.abc import Sequence
from typing import Any

from sagebase_ops.domain.notifications import Message, part_key

EVENT_TYPE = "sagebase_ops_notice"
"""Marks our posts, so that one whose answer was lost is found again."""

Arguments = dict[str, Any]
"""JSON: its shape is Slack's."""


def post_arguments(
    channel: str, message: Message, notice_key: str, thread_ts: str | None = None, *, broadcast: bool = False
) -> Arguments:
    """Everything but the token. `notice_key` is unique to this one post; links are not unfurled.

    `broadcast` shows a reply in the channel too.
    """
    arguments: Arguments = {
        "channel": channel,
        "text": message.text,
        "unfurl_links": False,
        "unfurl_media": False,
        "metadata": {"event_type": EVENT_TYPE, "event_payload": {"notice_key": notice_key}},
    }
    optional: Arguments = {
        "blocks": list(message.blocks),
        "attachments": list(message.attachments),
        "thread_ts": thread_ts,
    }
    if broadcast and thread_ts:
        optional["reply_broadcast"] = True
    return arguments | {name: value for name, value in optional.items() if value}


def file_name(key: str) -> str:
    """The name of the file that the post `key` shows, by which it is found again: a file carries no metadata."""
    return f"chart-{hashlib.sha256(key.encode()).hexdigest()[:16]}.png"


def posts_of(channel: str, messages: Sequence[Message], notice_key: str) -> list[Arguments]:
    """All messages of one notice in sending order. Only Slack's answer to the first tells the others' `thread_ts`."""
    return [post_arguments(channel, message, part_key(notice_key, place)) for place, message in enumerate(messages)]
