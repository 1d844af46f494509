"""Markdown -> the lines of a guide that may ask somebody for something: commands, rows of tables, items of lists, paragraphs."""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeAlias

from markdown_it import MarkdownIt
from markdown_it.token import Token

_WORDS = {"text", "code_inline"}
_MARKUP = re.compile(r"<!--.*?-->|<[^>]*>", re.DOTALL)


class Kind(StrEnum):
    """What a line is in the guide."""

    COMMAND = "command"
    ROW = "row"
    ITEM = "item"
    PARAGRAPH = "paragraph"


@dataclass(frozen=True, slots=True)
class GuideLine:
    """One thing that the guide says to do, look at or know.

    `section` are the headings above it from the second level down; `text` is on one line, spaces collapsed; `number` is
    the line in the file, counted from 1.
    """

    section: tuple[str, ...]
    kind: Kind
    text: str
    number: int

    @property
    def heading(self) -> str:
        """The headings as one text: `日常運用タスク / 毎日のチェックリスト`."""
        return " / ".join(self.section)


def lines_of(markdown: str) -> tuple[GuideLine, ...]:
    """Every command of a code block, row of a table (without its head), item of a list, paragraph and block of HTML, in the guide's order."""
    tokens = MarkdownIt("commonmark").enable("table").parse(markdown)
    return tuple(_walk(tokens))


def _walk(tokens: Sequence[Token]) -> Iterator[GuideLine]:
    section: list[str] = []
    for index, token in enumerate(tokens):
        number = token.map[0] + 1 if token.map else 0
        match token.type:
            case "heading_open":
                section = [*section[: max(int(token.tag[1:]) - 2, 0)], _plain(tokens[index + 1])]
            case "fence" | "code_block":
                for offset, command in _commands(token):
                    yield GuideLine(tuple(section), Kind.COMMAND, command, number + offset)
            case "tr_open" if tokens[index + 1].type == "td_open":
                yield GuideLine(tuple(section), Kind.ROW, " | ".join(_cells(tokens, index)), number)
            case "list_item_open" if text := _item(tokens, index):
                yield GuideLine(tuple(section), Kind.ITEM, text, number)
            case "paragraph_open" if tokens[index - 1].type != "list_item_open" and (text := _plain(tokens[index + 1])):
                yield GuideLine(tuple(section), Kind.PARAGRAPH, text, number)
            case "html_block" if text := _collapsed(_MARKUP.sub(" ", token.content)):
                yield GuideLine(tuple(section), Kind.PARAGRAPH, text, number)


def _plain(inline: Token) -> str:
    """The words alone, on one line: no emphasis, no link targets."""
    breaks = {"softbreak": " ", "hardbreak": " "}
    parts = (
        breaks.get(child.type, child.content) for child in inline.children or [] if child.type in _WORDS | breaks.keys()
    )
    return _collapsed("".join(parts))


def _cells(tokens: Sequence[Token], start: int) -> Iterator[str]:
    for index in range(start, len(tokens)):
        if tokens[index].type == "tr_close":
            return
        if tokens[index].type == "td_open":
            yield _plain(tokens[index + 1])


def _item(tokens: Sequence[Token], start: int) -> str:
    """The item's own first paragraph."""
    return _plain(tokens[start + 2]) if tokens[start + 1].type == "paragraph_open" else ""


Numbered: TypeAlias = list[tuple[int, str]]
"""Lines of a code block, each with its offset from the fence."""


def _never(_line: str) -> bool:
    return False


def _without_backslash(line: str) -> bool:
    return not line.endswith("\\")


def _with_semicolon(line: str) -> bool:
    return line.endswith(";")


_SHELL = (_without_backslash, "#")
_GRAMMAR: dict[str, tuple[Callable[[str], bool], str]] = {
    "bash": _SHELL,
    "sh": _SHELL,
    "shell": _SHELL,
    "sql": (_with_semicolon, "--"),
}
"""By the block's language: does a command end with this line, and how does a comment begin?"""


def _commands(fence: Token) -> Iterator[tuple[int, str]]:
    """Commands with the offset of their first line. Comments and empty lines are none.

    A shell's go on after a backslash, a statement of SQL to its semicolon; what is neither (a query for Logs Explorer) is
    one command as a whole.
    """
    ends, comment = _GRAMMAR.get(fence.info.strip(), (_never, "#"))
    open_: Numbered = []
    for offset, line in enumerate(map(str.strip, fence.content.splitlines()), start=1):
        if line and not line.startswith(comment):
            open_.append((offset, line.removesuffix("\\")))
            if ends(line):
                yield _closed(open_)
                open_ = []
    if open_:
        yield _closed(open_)


def _closed(lines: Numbered) -> tuple[int, str]:
    return lines[0][0], _collapsed(" ".join(line for _, line in lines))


def _collapsed(text: str) -> str:
    return re.sub(r"\s+", " ", text).strip()
