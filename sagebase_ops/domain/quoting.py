"""How much of a text from outside is quoted?"""

LONGEST_QUOTE = 300
"""Characters."""


def one_line(text: str, longest: int = LONGEST_QUOTE) -> str:
    """`text` on one line, cut with an ellipsis to at most `longest` characters."""
    line = " ".join(text.split())
    return line if len(line) <= longest else line[: longest - 1] + "…"
