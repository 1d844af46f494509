"""How is text from outside made fit to be shown? One line, no control characters, no longer than there is room for."""

import re
import unicodedata

_CUT = "…"
_DROPPED = {"Cc", "Cf", "Cs", "Co", "Cn"}  # control, bidi and zero-width marks, lone surrogates, private use
_MARKS = {"Mn", "Me"}
_MARKS_IN_A_ROW = 2
_COMMON = re.compile(r"[ -~\u3001-\u3029\u3030-\u3098\u309b-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uff01-\uff9f]*")
"""ASCII and what Japanese is written in, without marks: most of what is told, and a hundred times faster to look at."""


def clean(text: str) -> str:
    """`text` in one line: what could turn, hide or overwrite its neighbours is gone, white space is single spaces."""
    if _COMMON.fullmatch(text) and text.isprintable() and "  " not in text:
        return text.strip()
    return " ".join("".join(_visible(text)).split())


def shorten(text: str, room: int) -> str:
    """`clean(text)` in at most `room` characters, with an ellipsis where it was cut."""
    line = clean(text)
    return line if len(line) <= room else line[: room - 1].rstrip() + _CUT


def _visible(text: str) -> list[str]:
    """Each character that may stay; many accents on one letter would grow over the lines above."""
    kept, marks = [], 0
    for character in text:
        category = unicodedata.category(character)
        marks = marks + 1 if category in _MARKS else 0
        if character.isspace():
            kept.append(" ")
        elif category not in _DROPPED and marks <= _MARKS_IN_A_ROW:
            kept.append(character)
    return kept
