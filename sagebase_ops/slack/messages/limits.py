"""How much goes into one message? What does not fit is handed back, never dropped in silence.

Slack: 50 blocks a message; `msg_blocks_too_long` was seen near 13,200 characters, counted after escaping.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from sagebase_ops.slack.messages.blocks import Json, block_weight

MOST_BLOCKS = 45
MOST_CHARACTERS = 11_000


@dataclass(frozen=True, slots=True)
class Piece:
    """One block and how many findings it tells, so that what is left out can be counted. A heading wants to be followed."""

    block: Json
    findings: int = 1
    heading: bool = False


Pieces = Sequence[Piece]


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


def fitting(pieces: Pieces, room: Room) -> int:
    """How many of the first `pieces` fit into `room`, without a gap and without a heading that nothing follows."""
    count = next((place for place, piece in enumerate(pieces) if not room.take(piece.block)), len(pieces))
    while count and pieces[count - 1].heading:
        count -= 1
    return count


def pages(pieces: Iterable[Piece]) -> Iterator[Pieces]:
    """The pieces in order, as many to a page as fit under a heading of one line."""
    left = list(pieces)
    while left:
        count = max(1, fitting(left, Room(MOST_BLOCKS - 2, MOST_CHARACTERS - 500)))
        yield left[:count]
        left = left[count:]


def findings_of(pieces: Iterable[Piece]) -> int:
    return sum(piece.findings for piece in pieces)
