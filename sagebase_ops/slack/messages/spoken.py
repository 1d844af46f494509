"""What do these blocks say? The same in plain lines: read aloud, shown in a notification, sent where Slack refuses blocks."""

from collections.abc import Iterable, Iterator

from sagebase_ops.slack.messages.blocks import Json
from sagebase_ops.slack.messages.mrkdwn import escape


def spoken(blocks: Iterable[Json], room: int) -> str:
    """The blocks' words for a message's `text`, escaped, a line each, at most `room` characters."""
    lines: list[str] = []
    left = room
    for line in (escape(said) for block in blocks for said in _lines(block)):
        left -= len(line) + 1
        if left < 0:
            return "\n".join([*lines, "…"])
        if line:
            lines.append(line)
    return "\n".join(lines)


def _lines(block: Json) -> Iterator[str]:
    kind = block["type"]
    if kind in {"header", "section"}:
        yield block["text"]["text"]
    elif kind == "context":
        yield from (element["text"] for element in block["elements"])
    elif kind == "table":
        yield from (" | ".join(cell["text"] for cell in row) for row in block["rows"])
    elif kind in {"rich_text", "rich_text_list"}:
        yield from (line for element in block["elements"] for line in _lines(element))
    else:  # a section of rich_text, or fixed width
        yield from "".join(element["text"] for element in block["elements"]).splitlines()
