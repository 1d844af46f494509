"""Lines on a terminal, wrapped where Japanese and English may be; in a pipe or a file each stays whole."""

import io
import re
import sys

from rich.cells import cell_len
from rich.console import Console
from rich.table import Table
from rich.text import Text

_WIDE = r"\u2e80-\u9fff\uac00-\ud7a3\uf900-\ufaff\uff01-\uffef"
_OPENING = "（「『【〔［"
_CLOSING = "、。，．）」』】〕］！？：；・…ー々ぁぃぅぇぉっゃゅょァィゥェォッャュョ％"
_PIECE = re.compile(rf"[{_OPENING}]*(?:[{_WIDE}]|[^\s{_WIDE}]+)?[{_CLOSING}]*\s*")
"""What stays together on a line: a word or one wide letter, with the brackets and full stops that belong to it."""
_BULLET = re.compile(r"(?:\d+\.|-|・)\s*")

_NO_END = 100_000


class Page:
    """Where the digest is written. `width` is None where nothing is wrapped."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self.width = console.width if console.is_terminal else None
        if self.width is None:
            console.width = _NO_END

    def say(self, *parts: str | tuple[str, str], indent: int = 0, hang: int | None = None) -> None:
        """One paragraph of plain or (text, style) parts. Markup stays text.

        Its further lines begin `hang` columns further in; left out, they stand behind a bullet or number, if it has one.
        """
        whole = Text.assemble(*parts)
        if hang is None:
            bullet = _BULLET.match(whole.plain)
            hang = cell_len(bullet[0]) if bullet else 0
        room = (self.width or _NO_END) - indent
        for place, line in enumerate(whole.divide(breaks(whole.plain, room, hang))):
            line.rstrip()
            self._put(Text(" " * (indent + (hang if place else 0))) + line)

    def whole(self, text: str, style: str = "", indent: int = 0) -> None:
        """One line whatever its length, for the terminal to wrap: a command or an address that will be copied."""
        self._put(Text(" " * indent) + Text(text, style))

    def gap(self) -> None:
        self._put(Text())

    def table(self, table: Table) -> None:
        self._console.print(table)

    def _put(self, line: Text) -> None:
        self._console.print(line, soft_wrap=True)


def breaks(text: str, width: int, hang: int = 0) -> list[int]:
    """Where new lines begin so that each is at most `width` columns, all but the first `hang` less.

    A word wider than that stays whole.
    """
    offsets, used = [], 0
    for piece in _PIECE.finditer(text):
        if used and used + cell_len(piece[0].rstrip()) > width:
            offsets.append(piece.start())
            used = hang
        used += cell_len(piece[0])
    return offsets


class _OutputConsole(Console):
    def on_broken_pipe(self) -> None:
        raise BrokenPipeError


def output_console() -> Console:
    """Standard output. A letter that its encoding lacks is spelt out: `?` would read as a verdict."""
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")
    return _OutputConsole(highlight=False)
