"""How much goes into one message? What does not fit is handed back, never dropped in silence.

Slack: 50 blocks a message; `msg_blocks_too_long` was seen near 13,200 characters, counted after escaping.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from sagebase_ops.slack.messages.blocks import Json, block_weight

MOST_BLOCKS = 45
MOST_CHARACTERS = 11_000


@dataclass
class Room:
    """What is left of one message."""

    blocks: int = MOST_BLOCKS
    characters: int = MOST_CHARACTERS

    def take(self, block: Json) -> bool:
        """True, and less room, when the block fits."""
        needed = block_weight(block)
        if self.blocks < 1 or needed > self.characters:
            return False
        self.blocks -= 1
        self.characters -= needed
        return True


def fitting(blocks: Sequence[Json], room: Room) -> int:
    """How many of the first `blocks` fit into `room`, without a gap. `room` is what is left after them."""
    return next((place for place, block in enumerate(blocks) if not room.take(block)), len(blocks))


def pages(blocks: Iterable[Json]) -> Iterator[tuple[Json, ...]]:
    """The blocks in order, as many to a page as fit under a heading of one line."""
    left = list(blocks)
    while left:
        count = max(1, fitting(left, Room(MOST_BLOCKS - 2, MOST_CHARACTERS - 500)))
        yield tuple(left[:count])
        left = left[count:]
