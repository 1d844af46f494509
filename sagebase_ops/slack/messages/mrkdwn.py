"""How does text from outside reach Slack without pinging, breaking or forging anything?

Two ways, and no third: as the text of a rich_text or plain_text element, which Slack never parses (`cut` it), or
escaped into the one field that Slack does parse, the message's `text` (`escape` it).
Source: slack-sdk's and Slack's "Formatting text for app surfaces": `&`, `<` and `>` are the control characters.
"""

import re
from urllib.parse import quote, urlsplit

from sagebase_ops.language.plain import clean

_ESCAPED = {"&": "&amp;", "<": "&lt;", ">": "&gt;"}
_STYLES = str.maketrans({"*": "＊", "~": "～", "`": "'"})
_ITALIC = re.compile(r"(?<![A-Za-z0-9_])_+|_+(?![A-Za-z0-9_])")
"""Slack's italics open and close at the edge of a word only, so `cpu_utilization` stays as it is, to be copied."""
_AT_ALL = re.compile(r"@(?=(?:channel|here|everyone)\b)", re.ASCII | re.IGNORECASE)
_LONGEST_LINK = 2000
_SAFE_IN_URL = "%/:?#[]@!$&'()*+,;=-._~"


def weight(text: str) -> int:
    """How long `text` is for Slack's limits, which count after escaping."""
    return len(text) + sum(text.count(mark) * (len(escaped) - 1) for mark, escaped in _ESCAPED.items())


def cut(text: str, room: int) -> str:
    """`clean(text)` weighing at most `room`, with an ellipsis where it was cut. For fields that are not parsed."""
    line = clean(text)
    if weight(line) <= room:
        return line
    kept, left = [], room - 1
    for character in line:
        left -= weight(character)
        if left < 0:
            break
        kept.append(character)
    return "".join(kept).rstrip() + "…"


def escape(text: str) -> str:
    """`text` for a field that Slack parses: no mention, no link, no style can come out of it.

    The style marks have no escape, so they become their full-width likenesses.
    """
    line = _ITALIC.sub(lambda edge: "＿" * len(edge[0]), clean(text).translate(_STYLES))
    line = _AT_ALL.sub("＠", line)
    return "".join(_ESCAPED.get(character, character) for character in line)


def safe_link(url: str | None) -> str | None:
    """The URL with everything odd percent-encoded, or None unless it is a web address that Slack can take."""
    if url is None or not url.startswith(("https://", "http://")):
        return None
    try:
        address = urlsplit(url)
    except ValueError:
        return None
    if not address.hostname or "@" in address.netloc:  # https://console.cloud.google.com@elsewhere.example
        return None
    encoded = quote(clean(url), safe=_SAFE_IN_URL)
    return encoded if len(encoded) <= _LONGEST_LINK else None
