"""What do these blocks say? The same in plain lines: read aloud, shown in a notification, sent where Slack refuses blocks."""

from collections.abc import Iterable, Iterator, Sequence
from typing import TypeAlias

from sagebase_ops.slack.messages.blocks import Elements, Json
from sagebase_ops.slack.messages.mrkdwn import escape


def spoken(blocks: Iterable[Json], room: int) -> str:
    """The blocks' words for a message's `text`, escaped, a line each, at most `room` characters."""
    lines: list[str] = []
    left = room
    for line in (" ".join(map(_heard, said)) for block in blocks for said in _lines(block)):
        left -= len(line) + 1
        if left < 0:
            return "\n".join([*lines, "…"])
        if line:
            lines.append(line)
    return "\n".join(lines)


Words: TypeAlias = Sequence[str | Json]
"""One line: text to be escaped, and mentions between."""


def _lines(block: Json) -> Iterator[Words]:
    kind = block["type"]
    if kind in {"header", "section"}:
        yield [block["text"]["text"]]
    elif kind == "context":
        yield from ([element["text"]] for element in block["elements"])
    elif kind == "table":
        yield from ([" | ".join(cell["text"] for cell in row)] for row in block["rows"])
    elif kind in {"rich_text", "rich_text_list"}:
        yield from (line for element in block["elements"] for line in _lines(element))
    elif kind == "rich_text_preformatted":
        yield from ([line] for element in block["elements"] for line in element["text"].splitlines())
    else:
        yield _merged(block["elements"])


def _merged(elements: Elements) -> Words:
    """The runs between two mentions as one text, since what they say is escaped by the line."""
    parts: list[str | Json] = []
    for element in elements:
        said = element.get("text")
        if said is None:
            parts.append(element)
        elif parts and isinstance(parts[-1], str):
            parts[-1] += said
        else:
            parts.append(said)
    return parts


def _heard(part: str | Json) -> str:
    """A mention in the form that `text` takes."""
    if isinstance(part, str):
        return escape(part)
    if part["type"] == "broadcast":
        return f"<!{part['range']}>"
    return f"<@{part['user_id']}>" if part["type"] == "user" else f"<!subteam^{part['usergroup_id']}>"
