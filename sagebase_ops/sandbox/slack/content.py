"""Would Slack take this message? Its text, blocks, attachments and metadata against Slack's limits.

Sources: docs.slack.dev (chat.postMessage, block-kit). Two numbers are not published: about 13,200 characters in all
blocks (seen in the field), and the size of metadata, where the sandbox is strict at 2,000 bytes.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from sagebase_ops.sandbox.slack.blocks import MESSAGE_BLOCKS
from sagebase_ops.sandbox.slack.shapes import Found, anything, array, boolean, by_type, shape, string
from sagebase_ops.sandbox.slack.workspace import Json

MOST_BLOCKS, MOST_ATTACHMENTS, MOST_TABLES, MOST_CHARTS = 50, 100, 1, 2
MOST_TEXT, MOST_UPDATE_BYTES, MOST_BLOCK_TEXT, MOST_MARKDOWN, MOST_METADATA_BYTES = 40_000, 4_000, 13_200, 12_000, 2_000
_EVENT_TYPE = re.compile(r"[A-Za-z][A-Za-z0-9_.]*")


@dataclass
class SlackRefusalError(Exception):
    """Slack's `ok: false`: its word, and what stands beside it in the answer."""

    error: str
    errors: list[str] = field(default_factory=list)
    extra: Json = field(default_factory=dict)
    status: int = 200
    retry_after: int | None = None

    def body(self) -> Json:
        found: Json = {"ok": False, "error": self.error, **self.extra}
        if self.errors:
            messages = [f"[ERROR] {line}" for line in self.errors]
            found |= {"errors": self.errors, "response_metadata": {"messages": messages}}
        return found


@dataclass(frozen=True, slots=True)
class Content:
    """A message's parts as they were given; None where one was not given at all."""

    text: str | None
    blocks: list[Json] | None
    attachments: list[Json] | None
    metadata: Json | None


_attachment = shape(
    {},
    {
        "blocks": array(by_type(MESSAGE_BLOCKS), MOST_BLOCKS, 0),
        "color": string(),
        "fallback": string(MOST_TEXT, 0),
        **dict.fromkeys(("text", "pretext", "title", "footer", "author_name"), string(MOST_TEXT, 0)),
        **dict.fromkeys(("title_link", "author_link", "image_url", "thumb_url"), string(3000, 0)),
        **dict.fromkeys(("author_icon", "footer_icon", "callback_id", "ts", "id", "mrkdwn_in", "actions"), anything),
        **dict.fromkeys(("attachment_type", "from_url", "author_subname"), anything),
        "fields": array(
            shape({}, {**dict.fromkeys(("title", "value"), string(MOST_TEXT, 0)), "short": boolean}), 100, 0
        ),
    },
)


def read_json(given: str | bytes, error: str) -> Any:
    """Any JSON; SlackRefusalError(error) for what is none, and for what Python alone takes (NaN, half a surrogate pair)."""
    try:
        found = json.loads(given)
        json.dumps(found, ensure_ascii=False, allow_nan=False).encode()
    except (ValueError, RecursionError):
        raise SlackRefusalError(error) from None
    return found


def read_content(arguments: Mapping[str, Any], *, update: bool = False) -> Content:
    """What is posted, or SlackRefusalError in the order in which Slack looks: text, blocks, attachments, metadata."""
    content = Content(
        _text(arguments, update=update),
        _listed(arguments, "blocks", "invalid_blocks_format"),
        _listed(arguments, "attachments", "invalid_attachments"),
        _metadata(arguments),
    )
    if not (content.text or "").strip() and not content.blocks and not content.attachments:
        raise SlackRefusalError("no_text")
    _check_blocks(content.blocks or [], content.attachments or [])
    return content


def _text(arguments: Mapping[str, Any], *, update: bool) -> str | None:
    given = arguments.get("text")
    if given is None:
        return None
    if not isinstance(given, str):
        raise SlackRefusalError("invalid_arguments", ["must be a string [json-pointer:/text]"])
    if update and len(given.encode()) > MOST_UPDATE_BYTES:
        raise SlackRefusalError("msg_too_long")
    return given[:MOST_TEXT]  # a post is cut there, not refused


def _listed(arguments: Mapping[str, Any], name: str, error: str) -> list[Json] | None:
    given = _unpacked(arguments.get(name), error)
    if given is None:
        return None
    if not isinstance(given, list):
        raise SlackRefusalError(error)
    return given


def _metadata(arguments: Mapping[str, Any]) -> Json | None:
    given = _unpacked(arguments.get("metadata"), "invalid_metadata_format")
    if given is None or given == {}:
        return None if given is None else {}
    payload = given.get("event_payload") if isinstance(given, dict) else None
    kind = given.get("event_type") if isinstance(given, dict) else None
    if not isinstance(payload, dict) or not isinstance(kind, str) or not _EVENT_TYPE.fullmatch(kind):
        raise SlackRefusalError("invalid_metadata_format")
    if len(json.dumps(given, ensure_ascii=False).encode()) > MOST_METADATA_BYTES:
        raise SlackRefusalError("metadata_too_large")
    return {"event_type": kind, "event_payload": payload}


def _unpacked(given: Any, error: str) -> Any:
    """A form post carries JSON as text."""
    if not isinstance(given, str):
        return given
    return read_json(given, error)


def _check_blocks(blocks: list[Json], attachments: list[Json]) -> None:
    found = Found()
    array(by_type(MESSAGE_BLOCKS), MOST_BLOCKS, 0)(blocks, "/blocks", found)
    if found.errors:
        raise SlackRefusalError("invalid_blocks", found.errors)
    if len(attachments) > MOST_ATTACHMENTS:
        raise SlackRefusalError("too_many_attachments")
    array(_attachment, MOST_ATTACHMENTS, 0)(attachments, "/attachments", found)
    if found.errors:
        raise SlackRefusalError("invalid_attachments", found.errors)
    if len(blocks) + sum(len(one.get("blocks", ())) for one in attachments) > MOST_BLOCKS:
        found.say(f"no more than {MOST_BLOCKS} items allowed, attachments included", "/blocks")
        raise SlackRefusalError("invalid_attachments", found.errors)
    _check_totals(found)


def _check_totals(found: Found) -> None:
    if found.kinds["table"] + found.kinds["data_table"] > MOST_TABLES:
        raise SlackRefusalError("invalid_attachments", ["only_one_table_allowed [json-pointer:/blocks]"])
    if found.kinds["data_visualization"] > MOST_CHARTS:
        raise SlackRefusalError("invalid_blocks", [f"no more than {MOST_CHARTS} charts allowed [json-pointer:/blocks]"])
    if found.sizes["markdown"] > MOST_MARKDOWN or found.sizes["text"] > MOST_BLOCK_TEXT:
        raise SlackRefusalError("msg_blocks_too_long")
