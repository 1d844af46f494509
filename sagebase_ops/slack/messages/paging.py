"""How does what needs several messages go into a thread? In pages, bounded; the last one counts what was left out."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from sagebase_ops.domain.notifications import Message
from sagebase_ops.language import words
from sagebase_ops.slack.messages.blocks import Json, context, section
from sagebase_ops.slack.messages.limits import Pieces, findings_of, pages
from sagebase_ops.slack.messages.spoken import spoken

MOST_PAGES = 3

_TEXT_ROOM = 1200
"""Slack advises 4,000, and was seen to count bytes."""


@dataclass(frozen=True, slots=True)
class Thread:
    """What every message below one post has in common: what it is about, and what it says of what it leaves out."""

    subject: str
    sandbox: bool
    left_out: Callable[[int], str]

    def title(self, heading: str, place: int, of: int) -> str:
        """`証跡 1/3: 毎日のチェックリスト 2026-11-24`."""
        part = f" {place}/{of}" if of > 1 else ""
        pretend = f"{words.SANDBOX} " if self.sandbox else ""
        return f"{pretend}{heading}{part}: {self.subject}"

    def message(self, title: str, body: Sequence[Json], hidden: int = 0) -> Message:
        """One message; `hidden` is how much more there is that it does not show."""
        note = [context("left", self.left_out(hidden))] if hidden else []
        blocks = (section("title", title), *note, *body)
        return Message(spoken(blocks, _TEXT_ROOM), blocks, in_thread=True)

    def paged(self, heading: str, pieces: Pieces) -> Iterator[Message]:
        """As many messages as `pieces` need, at most MOST_PAGES."""
        all_pages = list(pages(pieces))
        shown = all_pages[:MOST_PAGES]
        hidden = sum(map(findings_of, all_pages[MOST_PAGES:]))
        for place, page in enumerate(shown, start=1):
            last = place == len(shown)
            title = self.title(heading, place, len(shown))
            yield self.message(title, [piece.block for piece in page], hidden if last else 0)
