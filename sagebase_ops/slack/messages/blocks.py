"""The few Block Kit shapes that our messages are made of; each takes any text and makes it harmless and short enough.

Sizes are Slack's (docs.slack.dev, reference/block-kit) or stricter. No block here lets Slack parse its text.
"""

from collections.abc import Mapping, Sequence
from typing import Any, TypeAlias

from sagebase_ops.slack.messages.mrkdwn import cut, safe_link, weight

Json: TypeAlias = Mapping[str, Any]  # Block Kit JSON: its shape is Slack's
Elements: TypeAlias = Sequence[Json]

HEADER_ROOM = 150
LINE_ROOM = 2500


def text(content: str, *, room: int = LINE_ROOM, bold: bool = False, code: bool = False, strike: bool = False) -> Json:
    """A run of text inside a rich_text section. A space at either end is kept, it stands between two runs."""
    line = cut(content, room)
    padded = f"{' ' if content[:1] == ' ' else ''}{line}{' ' if content[-1:] == ' ' and line else ''}"
    style = {name: True for name, wanted in (("bold", bold), ("code", code), ("strike", strike)) if wanted}
    return {"type": "text", "text": padded or " ", **({"style": style} if style else {})}


def link(url: str | None, label: str) -> Elements:
    """The link with a space before it, or nothing when the address is none that Slack can take."""
    address = safe_link(url)
    return ({"type": "text", "text": " "}, {"type": "link", "url": address, "text": label}) if address else ()


def line(*elements: Json) -> Json:
    return {"type": "rich_text_section", "elements": list(elements)}


def bullets(lines: Sequence[Elements]) -> Json:
    return {"type": "rich_text_list", "style": "bullet", "elements": [line(*elements) for elements in lines]}


def preformatted(lines: Sequence[str], *, room: int) -> Json:
    """Lines as they are, in fixed width: commands to paste, queries."""
    content = "\n".join(cut(one, room) for one in lines)
    return {"type": "rich_text_preformatted", "elements": [{"type": "text", "text": content or " "}]}


def rich_text(block_id: str, *elements: Json) -> Json:
    return {"type": "rich_text", "block_id": block_id, "elements": list(elements)}


def header(content: str) -> Json:
    return {"type": "header", "block_id": "head", "text": plain(content, HEADER_ROOM)}


def section(block_id: str, content: str) -> Json:
    return {"type": "section", "block_id": block_id, "text": plain(content, LINE_ROOM)}


def context(block_id: str, *contents: str, room: int = 1000) -> Json:
    """Small grey print, one element a piece (Slack takes ten)."""
    return {"type": "context", "block_id": block_id, "elements": [plain(content, room) for content in contents]}


def table(block_id: str, rows: Sequence[Sequence[str]], unbroken: int) -> Json:
    """`rows[0]` is the heading; cells are already cut. The column `unbroken` stays in one line."""
    columns = [{"is_wrapped": place != unbroken} for place in range(len(rows[0]))]
    cells = [[{"type": "raw_text", "text": cell or "-"} for cell in row] for row in rows]
    return {"type": "table", "block_id": block_id, "column_settings": columns, "rows": cells}


def block_weight(block: object) -> int:
    """What a block adds to the text that Slack counts: every text in it, escaped, and the addresses of its links."""
    if isinstance(block, Mapping):
        own = sum(weight(block[key]) for key in ("text", "url") if isinstance(block.get(key), str))
        return own + sum(block_weight(value) for value in block.values() if not isinstance(value, str))
    if isinstance(block, Sequence) and not isinstance(block, str):
        return sum(block_weight(part) for part in block)
    return 0


def plain(content: str, room: int) -> Json:
    """A plain_text object, which Slack never parses."""
    return {"type": "plain_text", "text": cut(content, room) or "-", "emoji": False}
