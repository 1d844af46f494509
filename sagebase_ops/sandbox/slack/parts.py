"""What blocks are made of: text objects, buttons and menus, images, rich text. Source: docs.slack.dev, reference/block-kit."""

from typing import Any

from sagebase_ops.sandbox.slack.shapes import (
    Check,
    Fields,
    Found,
    anything,
    array,
    boolean,
    by_type,
    every,
    exactly_one,
    number,
    one_of,
    shape,
    string,
)

ACTION_ID = {"action_id": string(255)}
_ESCAPED = {"&": 5, "<": 4, ">": 4}


def escaped_length(text: str) -> int:
    """Slack counts a whole message after escaping."""
    return len(text) + sum(text.count(mark) * (size - 1) for mark, size in _ESCAPED.items())


def text(most: int, *kinds: str) -> Check:
    """A text object of one of `kinds`, 1 to `most` characters."""
    whole = shape({"text": string(most)}, {"emoji": boolean, "verbatim": boolean})

    def check(value: Any, pointer: str, found: Found) -> None:
        whole(value, pointer, found)
        if not isinstance(value, dict):
            return
        one_of(*(kinds or ("plain_text", "mrkdwn")))(value.get("type"), f"{pointer}/type", found)
        if isinstance(value.get("text"), str):
            plain = value.get("type") == "plain_text"
            found.sizes["text"] += escaped_length(value["text"]) if plain else len(value["text"])

    return check


def plain(most: int) -> Check:
    return text(most, "plain_text")


_confirm = shape(
    {"title": plain(100), "text": text(300), "confirm": plain(30), "deny": plain(30)},
    {"style": one_of("primary", "danger")},
)
_option = shape({"text": text(75), "value": string(150)}, {"description": text(75), "url": string(3000)})
_group = shape({"label": plain(75), "options": array(_option, 100)})
_PICKED: Fields = {**ACTION_ID, "confirm": _confirm, "focus_on_load": boolean, "placeholder": plain(150)}
_LISTED: Fields = {"options": array(_option, 100), "option_groups": array(_group, 100)}


def _menu(**more: Check) -> Check:
    return shape({}, {**_PICKED, **more})


def _choice() -> Check:
    more = {**ACTION_ID, "confirm": _confirm, "focus_on_load": boolean}
    return shape({"options": array(_option, 10)}, {**more, "initial_option": _option, "initial_options": anything})


def _static(**more: Check) -> Check:
    return every(shape({}, {**_PICKED, **_LISTED, **more}), exactly_one("options", "option_groups"))


button = shape(
    {"text": plain(75)},
    {
        **ACTION_ID,
        "value": string(2000),
        "url": string(3000),
        "style": one_of("primary", "danger"),
        "confirm": _confirm,
        "accessibility_label": string(75),
    },
)
image_fields: Fields = {
    "image_url": string(3000),
    "slack_file": every(shape({}, {"id": string(), "url": string()}), exactly_one("id", "url")),
}
image_element = every(shape({"alt_text": string(2000)}, image_fields), exactly_one(*image_fields))
_ENTITIES = ("users", "conversations", "channels")

ELEMENTS: Fields = {
    "button": button,
    "overflow": shape({"options": array(_option, 5)}, {**ACTION_ID, "confirm": _confirm}),
    "static_select": _static(initial_option=_option),
    "multi_static_select": _static(initial_options=array(_option, 100), max_selected_items=number(1)),
    "checkboxes": _choice(),
    "radio_buttons": _choice(),
    "datepicker": _menu(initial_date=string(10)),
    "timepicker": _menu(initial_time=string(5), timezone=string()),
    "datetimepicker": _menu(initial_date_time=number(0)),
    **{
        f"{kind}_select": _menu(
            **{f"initial_{kind[:-1]}": string(), "filter": anything, "response_url_enabled": boolean}
        )
        for kind in _ENTITIES
    },
    **{
        f"multi_{kind}_select": _menu(
            **{f"initial_{kind}": array(string(), 100), "filter": anything, "max_selected_items": number(1)}
        )
        for kind in _ENTITIES
    },
}
INPUTS: Fields = {
    **ELEMENTS,
    **{
        name: _menu(initial_value=string(3000, 0), min_length=number(0, 3000), max_length=number(1, 3000), **more)
        for name, more in {
            "plain_text_input": {"multiline": boolean, "dispatch_action_config": anything},
            "email_text_input": {},
            "url_text_input": {},
            "number_input": {"is_decimal_allowed": boolean, "min_value": string(), "max_value": string()},
        }.items()
    },
}


def _counted_text(value: Any, pointer: str, found: Found) -> None:
    string(40_000)(value, pointer, found)
    if isinstance(value, str):
        found.sizes["text"] += escaped_length(value)
        found.sizes["cells"] += len(value)


_STYLE = {
    "style": shape(
        {},
        dict.fromkeys(
            ("bold", "italic", "strike", "code", "underline", "highlight", "unlink", "client_highlight"), boolean
        ),
    )
}
_RUNS: Fields = {
    "text": shape({"text": _counted_text}, _STYLE),
    "link": shape({"url": string(3000)}, {"text": _counted_text, "unsafe": boolean, **_STYLE}),
    "emoji": shape({"name": string()}, {"unicode": string(), "skin_tone": number(1, 6), "url": string(), **_STYLE}),
    "user": shape({"user_id": string()}, _STYLE),
    "usergroup": shape({"usergroup_id": string()}, _STYLE),
    "channel": shape({"channel_id": string()}, _STYLE),
    "broadcast": shape({"range": one_of("here", "channel", "everyone")}, _STYLE),
    "date": shape({"timestamp": number(0), "format": string()}, {"url": string(), "fallback": string(), **_STYLE}),
    "color": shape({"value": string()}, _STYLE),
}
_MOST_RUNS = 1000
_runs = array(by_type(_RUNS), _MOST_RUNS, 0)
_border = {"border": number(0, 1)}
_section = shape({"elements": _runs})
rich_text_elements = array(
    by_type(
        {
            "rich_text_section": _section,
            "rich_text_list": shape(
                {
                    "style": one_of("bullet", "ordered"),
                    "elements": array(by_type({"rich_text_section": _section}), _MOST_RUNS),
                },
                {"indent": number(0, 8), "offset": number(0), **_border},
            ),
            "rich_text_preformatted": shape({"elements": _runs}, {"language": string(), **_border}),
            "rich_text_quote": shape({"elements": _runs}, _border),
        }
    ),
    _MOST_RUNS,
)
