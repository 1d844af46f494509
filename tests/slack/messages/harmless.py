"""What may come from outside, and the proof that none of it does anything in Slack."""

import re
from collections.abc import Callable, Collection, Iterator
from typing import Any

from sagebase_ops.language.plain import clean

Json = dict[str, Any]  # any JSON inside
Objections = Callable[[list[Json]], list[str]]

HOSTILE = [
    "<!channel>",
    "<@U0123ABCD> <!here> <!subteam^S0123ABCD>",
    "@channel @here @everyone",
    "<https://evil.example|コンソールで見る>",
    "<javascript:alert(1)|x>",
    "javascript:alert(1)",
    "&lt;!channel&gt; &amp; &",
    "line one\nline two\r\n\u2028line three",
    "*bold* _italic_ ~gone~ `code` ```fence```",
    "> quote\n> quote",
    "\u202eelif.exe\u2066\u200b\ufeff",
    "x" * 10_000,
    "&" * 10_000,
    "漢" * 10_000,
    "e" + "\u0301" * 500,
    "\ud800 lone \x00\x1b[31m",
    "<!date^1^{date}|x>",
    ":boom: {value} {limit} {target}",
    "",
    " ",
]

MENTIONS = {"user": "<@{user_id}>", "usergroup": "<!subteam^{usergroup_id}>", "broadcast": "<!{range}>"}


def assert_harmless(made: list[Json], objections: Objections, called: Collection[str] = ()) -> None:
    """Slack takes it, and parses nothing of it but `text`, in which there is nothing to parse but whom we call."""
    assert [line for line in objections(made) if "is not parsed in plain_text" not in line] == []  # as it should be
    for post in made:
        assert mentions(post) <= set(called)
        for one in called:
            post["text"] = post.get("text", "").replace(one, "")
        assert_nothing_to_parse(post)


def assert_nothing_to_parse(post: Json) -> None:
    assert not re.search(r"[<>]|&(?!amp;|lt;|gt;)", post["text"])
    assert not re.search(r"[*~`]|(?<!\w)_+\w[^_]*_(?!\w)", post["text"])
    for part in parts([post.get("blocks", []), post.get("attachments", [])]):
        assert part.get("type") not in {"mrkdwn", "markdown", "channel"}
        assert "url" not in part or re.match(r"https?://[^@/?#<>|\s]+([/?#][^<>|\s]*)?\Z", part["url"])
        text = part.get("text")
        if isinstance(text, str):
            assert all(line.strip() == clean(line) for line in text.split("\n"))
        if part.get("type") != "rich_text_preformatted" and isinstance(text, str) and "elements" not in part:
            assert len(text) < 4000


def mentions(of: object) -> set[str]:
    """Whose phones ring by its blocks, in the form that `text` takes."""
    return {MENTIONS[part["type"]].format(**part) for part in parts(of) if part.get("type") in MENTIONS}


def parts(of: object) -> Iterator[Json]:
    if isinstance(of, dict):
        yield of
        yield from (part for value in of.values() for part in parts(value))
    elif isinstance(of, list | tuple):
        yield from (part for one in of for part in parts(one))
