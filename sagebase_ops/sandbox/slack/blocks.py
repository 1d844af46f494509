"""Every block that Slack takes in a message, with its limits. Source: docs.slack.dev, reference/block-kit/blocks."""

from typing import Any

from sagebase_ops.sandbox.slack.charts import data_visualization
from sagebase_ops.sandbox.slack.parts import (
    ELEMENTS,
    INPUTS,
    button,
    escaped_length,
    image_element,
    image_fields,
    plain,
    rich_text_elements,
    text,
)
from sagebase_ops.sandbox.slack.shapes import (
    Check,
    Fields,
    Found,
    anything,
    array,
    at_least_one,
    boolean,
    by_type,
    every,
    exactly_one,
    nullable,
    number,
    one_of,
    shape,
    string,
)


def _block_id(value: Any, pointer: str, found: Found) -> None:
    string(255)(value, pointer, found)
    if isinstance(value, str):
        if value in found.block_ids:
            found.say(f"`block_id` {value} already exists", pointer)
        found.block_ids.add(value)


def _block(required: Fields | None = None, optional: Fields | None = None) -> Check:
    return shape(required, {"block_id": _block_id, **(optional or {})})


def _different_action_ids(value: Any, pointer: str, found: Found) -> None:
    """Within one block."""
    if not isinstance(value, dict) or not isinstance(value.get("elements"), list):
        return
    seen: set[str] = set()
    for place, element in enumerate(value["elements"]):
        given = element.get("action_id") if isinstance(element, dict) else None
        if isinstance(given, str):
            if given in seen:
                found.say(f"`action_id` {given} already exists for this block", f"{pointer}/elements/{place}/action_id")
            seen.add(given)


def _only_in_modals(_value: Any, pointer: str, found: Found) -> None:
    found.say("unsupported block for this surface", pointer)


def _markdown(value: Any, pointer: str, found: Found) -> None:
    string(12_000)(value, pointer, found)
    if isinstance(value, str):
        found.sizes["markdown"] += len(value)
        found.sizes["text"] += escaped_length(value)


def _cell_text(value: Any, pointer: str, found: Found) -> None:
    string(20_000)(value, pointer, found)
    found.sizes["cells"] += len(value) if isinstance(value, str) else 0


_CELLS: Fields = {
    "raw_text": shape({"text": _cell_text}),
    "raw_number": shape({"value": number()}, {"text": _cell_text}),
    "rich_text": _block({"elements": rich_text_elements}),
}
_column = nullable(shape({}, {"align": one_of("left", "center", "right"), "is_wrapped": boolean}))


def _table(most_rows: int, least_rows: int, most_chars: int, **more: Check) -> Check:
    rows = array(array(by_type(_CELLS), 20), most_rows, least_rows)
    whole = _block({"rows": rows}, {"column_settings": array(_column, 20), **more})

    def check(value: Any, pointer: str, found: Found) -> None:
        before, written = found.sizes["cells"], found.sizes["text"]
        whole(value, pointer, found)
        found.sizes["text"] = written  # a table's own limit counts its characters, the message's does not
        if found.sizes["cells"] - before > most_chars:
            found.say(f"must be less than {most_chars + 1} characters in all cells", pointer)

    return check


_actions = every(_block({"elements": array(by_type(ELEMENTS), 25)}), _different_action_ids)
_context = by_type({"mrkdwn": text(3000), "plain_text": text(3000), "image": image_element})
_card = every(
    _block(
        {},
        {
            "hero_image": image_element,
            "icon": image_element,
            "title": text(150),
            "subtitle": text(150),
            "body": text(200),
            "actions": array(by_type({"button": button}), 3),
        },
    ),
    at_least_one("hero_image", "title", "actions", "body"),
)
_accessory = by_type({**ELEMENTS, "image": image_element})

_SIMPLE: Fields = {
    "header": _block({"text": plain(150)}, {"level": number(1, 4)}),
    "section": every(
        _block(
            {},
            {"text": text(3000), "fields": array(text(2000), 10), "accessory": _accessory, "expand": boolean},
        ),
        at_least_one("text", "fields"),
    ),
    "context": _block({"elements": array(_context, 10)}),
    "divider": _block(),
    "actions": _actions,
    "context_actions": _block({"elements": array(anything, 5)}),
    "image": every(
        _block({"alt_text": string(2000)}, {**image_fields, "title": plain(2000)}), exactly_one(*image_fields)
    ),
    "rich_text": _block({"elements": rich_text_elements}),
    "markdown": _block({"text": _markdown}),
    "input": _block(
        {"label": plain(2000), "element": by_type(INPUTS)},
        {"hint": plain(2000), "optional": boolean, "dispatch_action": boolean},
    ),
    "video": _block(
        {"title": plain(200), "video_url": string(), "thumbnail_url": string(), "alt_text": string(2000)},
        dict.fromkeys(("author_name", "description", "provider_icon_url", "provider_name", "title_url"), anything),
    ),
    "table": _table(100, 1, 10_000),
    "data_table": _table(201, 2, 20_000, caption=string(), page_size=number(1, 100), row_header_column_index=number(0)),
    "data_visualization": _block({"title": string(50), "chart": data_visualization}),
    "card": _card,
    "carousel": _block({"elements": array(by_type({"card": _card}), 10)}),
    "task_card": _block({}, dict.fromkeys(("task_id", "title", "details", "output", "sources", "status"), anything)),
    "plan": _block({"title": anything}, {"tasks": array(anything, 50, 0)}),
    "alert": _only_in_modals,
    "file": _only_in_modals,
}
MESSAGE_BLOCKS: Fields = {
    **_SIMPLE,
    "container": every(
        _block(
            {"child_blocks": array(by_type(_SIMPLE), 10)},
            {
                "title": text(150),
                "rich_text_title": anything,
                "subtitle": text(150),
                "icon": anything,
                "width": anything,
                "is_collapsible": boolean,
                "default_collapsed": boolean,
            },
        ),
        at_least_one("title", "rich_text_title"),
    ),
}
MODAL_BLOCKS: Fields = {
    **{kind: check for kind, check in _SIMPLE.items() if kind not in ("table", "data_table", "file")},
    "alert": _block({"text": text(200)}, {"level": one_of("default", "info", "warning", "error", "success")}),
}
