"""The second route: what hears of open pages while Slack as a whole cannot."""

from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Page:
    """One message in plain text. `id` is the same for the same page, so that a receiver can tell a repetition."""

    id: str
    subject: str
    text: str


class Pager(Protocol):
    """One way out of here that is not Slack."""

    async def send(self, page: Page) -> None:
        """Raises PagerError."""
