"""What Slack would refuse is refused, in its words and with a pointer at the place; what is just small enough passes."""

from collections.abc import Awaitable, Callable
from typing import Any

import pytest

Json = dict[str, Any]
Ask = Callable[..., Awaitable[Json]]
Refusal = Callable[[Awaitable[Json]], Awaitable[Json]]
OPS = "C0SAGEOPS1"


def plain(text: str) -> Json:
    return {"type": "plain_text", "text": text}


def mrkdwn(text: str) -> Json:
    return {"type": "mrkdwn", "text": text}


def section(text: str) -> Json:
    return {"type": "section", "text": mrkdwn(text)}


def button(**changed: Any) -> Json:
    return {"type": "button", "action_id": "notice_ack", "text": plain("対応を始める"), **changed}


def actions(*elements: Json) -> Json:
    return {"type": "actions", "elements": list(elements)}


def option(number: int) -> Json:
    return {"text": plain(f"選択肢 {number}"), "value": str(number)}


def table(rows: list[list[str]]) -> Json:
    return {"type": "table", "rows": [[{"type": "raw_text", "text": cell} for cell in row] for row in rows]}


def chart(labels: tuple[str, ...] = ("1 週", "2 週"), data: list[Json] | None = None) -> Json:
    points = [{"label": label, "value": 1} for label in labels] if data is None else data
    lines = {"type": "line", "axis_config": {"categories": list(labels)}, "series": [{"name": "p95", "data": points}]}
    return {"type": "data_visualization", "title": "推移", "chart": lines}


def rich(*elements: Json) -> Json:
    return {"type": "rich_text", "elements": list(elements)}


DIVIDER = {"type": "divider"}
AT_THE_LIMIT: dict[str, list[Json]] = {
    "header of 150": [{"type": "header", "text": plain("あ" * 150)}],
    "section of 3000": [section("あ" * 3000)],
    "10 fields": [{"type": "section", "fields": [mrkdwn("x")] * 10}],
    "50 blocks": [DIVIDER] * 50,
    "a button at every limit": [
        actions(button(text=plain("a" * 75), value="v" * 2000, url="u" * 3000, action_id="a" * 255))
    ],
    "overflow of 5": [actions({"type": "overflow", "action_id": "o", "options": [option(n) for n in range(5)]})],
    "two charts": [chart(), chart()],
    "a skipped column": [{**table([["a", "b"]]), "column_settings": [None, {"align": "right"}]}],
    "a list": [
        rich(
            {
                "type": "rich_text_list",
                "style": "bullet",
                "elements": [{"type": "rich_text_section", "elements": [{"type": "text", "text": "x"}]}],
            }
        )
    ],
}


@pytest.mark.parametrize("blocks", AT_THE_LIMIT.values(), ids=AT_THE_LIMIT.keys())
async def test_what_is_just_small_enough_is_taken(ask: Ask, blocks: list[Json]) -> None:
    assert (await ask("chat_postMessage", channel=OPS, text="x", blocks=blocks))["ok"]


BAD_BLOCKS: dict[str, tuple[list[Json], str]] = {
    "unknown block type": ([{"type": "nonsense"}], "unsupported type: nonsense [json-pointer:/blocks/0/type]"),
    "block without type": ([{"text": plain("x")}], "missing required field: type [json-pointer:/blocks/0]"),
    "mrkdwn header": ([{"type": "header", "text": mrkdwn("x")}], "/blocks/0/text/type"),
    "misspelt key": ([{"type": "section", "txet": mrkdwn("x")}], "invalid additional property: txet"),
    "unknown button style": ([actions(button(style="warning"))], "/elements/0/style"),
    "button text as a string": ([actions(button(text="x"))], "must be an object"),
    "unknown element": ([actions({"type": "slider", "action_id": "x"})], "unsupported type: slider"),
    "image with two sources": (
        [{"type": "image", "alt_text": "x", "image_url": "https://e.example/x.png", "slack_file": {"id": "F0"}}],
        "exactly one of: image_url, slack_file",
    ),
    "image without source": ([{"type": "image", "alt_text": "x"}], "exactly one of: image_url, slack_file"),
    "image without alt_text": ([{"type": "image", "slack_file": {"id": "F0"}}], "missing required field: alt_text"),
    "header of 151": (
        [{"type": "header", "text": plain("あ" * 151)}],
        "must be less than 151 characters [json-pointer:/blocks/0/text/text]",
    ),
    "section of 3001": ([section("x" * 3001)], "must be less than 3001 characters"),
    "empty section": ([{"type": "section"}], "at least one of: text, fields"),
    "empty text": ([section("")], "must be more than 0 characters"),
    "11 fields": ([{"type": "section", "fields": [mrkdwn("x")] * 11}], "no more than 10 items allowed"),
    "field of 2001": ([{"type": "section", "fields": [mrkdwn("x" * 2001)]}], "/blocks/0/fields/0/text"),
    "51 blocks": ([DIVIDER] * 51, "no more than 50 items allowed [json-pointer:/blocks]"),
    "11 context elements": ([{"type": "context", "elements": [mrkdwn("x")] * 11}], "no more than 10 items allowed"),
    "26 actions": ([actions(*(button(action_id=f"a{n}") for n in range(26)))], "no more than 25 items allowed"),
    "button text of 76": ([actions(button(text=plain("a" * 76)))], "must be less than 76 characters"),
    "button value of 2001": ([actions(button(value="v" * 2001))], "must be less than 2001 characters"),
    "button url of 3001": ([actions(button(url="u" * 3001))], "must be less than 3001 characters"),
    "action_id of 256": ([actions(button(action_id="a" * 256))], "must be less than 256 characters"),
    "the same action_id twice": ([actions(button(), button())], "already exists"),
    "the same block_id twice": ([{**DIVIDER, "block_id": "a"}, {**DIVIDER, "block_id": "a"}], "already exists"),
    "overflow of 6": (
        [actions({"type": "overflow", "action_id": "o", "options": [option(n) for n in range(6)]})],
        "no more than 5 items allowed",
    ),
    "101 options": (
        [actions({"type": "static_select", "action_id": "s", "options": [option(n) for n in range(101)]})],
        "no more than 100 items allowed",
    ),
    "no options at all": ([actions({"type": "static_select", "action_id": "s"})], "exactly one of: options"),
    "confirm title of 101": (
        [actions(button(confirm={"title": plain("a" * 101), **{n: plain("x") for n in ("text", "confirm", "deny")}}))],
        "/confirm/title/text",
    ),
    "table of 101 rows": ([table([["a"]] * 101)], "no more than 100 items allowed"),
    "table of 21 columns": ([table([["a"] * 21])], "no more than 20 items allowed"),
    "an empty cell": ([table([[""]])], "/blocks/0/rows/0/0/text"),
    "table over 10,000 characters": ([table([["x" * 2600]] * 4)], "must be less than 10001 characters in all cells"),
    "alert in a message": ([{"type": "alert", "text": plain("x")}], "unsupported block"),
    "three charts": ([chart(), chart(), chart()], "no more than 2 charts"),
    "chart series with a hole": ([chart(data=[{"label": "1 週", "value": 1}])], "one point per category"),
    "chart of 21 points": ([chart(tuple(f"d{n}" for n in range(21)))], "no more than 20 items allowed"),
    "rich text without words": (
        [rich({"type": "rich_text_section", "elements": [{"type": "text", "text": ""}]})],
        "must be more than 0 characters",
    ),
    "list indented nine times": (
        [rich({"type": "rich_text_list", "style": "bullet", "indent": 9, "elements": []})],
        "/elements/0/indent",
    ),
    "a block that is no object": (["divider"], "must be an object"),  # type: ignore[list-item] # the mistake itself
}


@pytest.mark.parametrize(("blocks", "words"), BAD_BLOCKS.values(), ids=BAD_BLOCKS.keys())
async def test_bad_blocks_are_refused_with_the_place(
    ask: Ask, refusal: Refusal, blocks: list[Json], words: str
) -> None:
    answer = await refusal(ask("chat_postMessage", channel=OPS, text="x", blocks=blocks))
    assert answer["error"] == "invalid_blocks"
    assert any(words in line for line in answer["errors"]), answer["errors"]
    assert answer["response_metadata"]["messages"] == [f"[ERROR] {line}" for line in answer["errors"]]


METADATA = {"event_type": "notice", "event_payload": {}}
BAD_MESSAGES: dict[str, tuple[Json, str]] = {
    "nothing": ({}, "no_text"),
    "blank text": ({"text": "  "}, "no_text"),
    "blocks that are no JSON": ({"text": "x", "blocks": "[{"}, "invalid_blocks_format"),
    "blocks that are no list": ({"text": "x", "blocks": {"type": "divider"}}, "invalid_blocks_format"),
    "50 blocks and one in an attachment": (
        {"blocks": [DIVIDER] * 50, "attachments": [{"fallback": "x", "blocks": [section("x")]}]},
        "invalid_attachments",
    ),
    "a bad block in an attachment": ({"attachments": [{"blocks": [{"type": "nonsense"}]}]}, "invalid_attachments"),
    "101 attachments": ({"attachments": [{"text": "x"}] * 101}, "too_many_attachments"),
    "two tables": ({"blocks": [table([["a"]]), table([["b"]])]}, "invalid_attachments"),
    "too much text in all": ({"blocks": [section("x" * 2900)] * 6}, "msg_blocks_too_long"),
    "too much markdown": ({"blocks": [{"type": "markdown", "text": "あ" * 6001}] * 2}, "msg_blocks_too_long"),
    "too much once escaped": (
        {"blocks": [rich({"type": "rich_text_preformatted", "elements": [{"type": "text", "text": "&" * 3000}]})]},
        "msg_blocks_too_long",
    ),
    "metadata without payload": ({"text": "x", "metadata": {"event_type": "notice"}}, "invalid_metadata_format"),
    "metadata without type": ({"text": "x", "metadata": {"event_payload": {}}}, "invalid_metadata_format"),
    "metadata that is a list": ({"text": "x", "metadata": []}, "invalid_metadata_format"),
    "a lot of metadata": (
        {"text": "x", "metadata": {**METADATA, "event_payload": {"a": "x" * 2000}}},
        "metadata_too_large",
    ),
}


@pytest.mark.parametrize(("arguments", "error"), BAD_MESSAGES.values(), ids=BAD_MESSAGES.keys())
async def test_a_bad_message_is_refused_whole(ask: Ask, refusal: Refusal, arguments: Json, error: str) -> None:
    answer = await refusal(ask("api_call", api_method="chat.postMessage", json={"channel": OPS, **arguments}))
    assert answer["error"] == error
    assert (await ask("conversations_history", channel=OPS))["messages"] == []


async def test_an_edit_of_more_than_4000_bytes_is_refused(ask: Ask, refusal: Refusal) -> None:
    ts = (await ask("chat_postMessage", channel=OPS, text="x"))["ts"]
    await ask("chat_update", channel=OPS, ts=ts, text="あ" * 1333)
    assert (await refusal(ask("chat_update", channel=OPS, ts=ts, text="あ" * 1334)))["error"] == "msg_too_long"


async def test_a_post_of_more_than_40000_characters_is_cut(ask: Ask) -> None:
    assert len((await ask("chat_postMessage", channel=OPS, text="x" * 40_001))["message"]["text"]) == 40_000


async def test_a_form_post_is_read_like_json(ask: Ask) -> None:
    form = {"channel": OPS, "text": "x", "blocks": '[{"type": "divider"}]'}
    answer = await ask("api_call", api_method="chat.postMessage", data=form)
    assert answer["message"]["blocks"][0]["type"] == "divider"
