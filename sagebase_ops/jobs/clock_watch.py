"""Did the clock jump? Wall and monotonic time are held against each other; and how it is told."""

from datetime import timedelta

from sagebase_ops.clock import Clock
from sagebase_ops.domain.quantities import Quantity
from sagebase_ops.domain.results import Note
from sagebase_ops.language import words
from sagebase_ops.store.base import ClockJump

TOLERANCE = timedelta(seconds=60)


class ClockWatch:
    """Compares the two clocks since the last look that found them apart."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._anchor()

    def jump(self) -> ClockJump | None:
        """How far they came apart, once; None while they agree to a minute."""
        now = self._clock.now()
        apart = (now - self._wall).total_seconds() - (self._clock.monotonic() - self._monotonic)
        if abs(apart) <= TOLERANCE.total_seconds():
            return None
        self._anchor()
        return ClockJump(now, round(apart, 1))

    def _anchor(self) -> None:
        self._wall, self._monotonic = self._clock.now(), self._clock.monotonic()


def jump_note(jump: ClockJump) -> Note:
    """How a digest tells of it."""
    sentence = words.CLOCK_LEAPT if jump.seconds > 0 else words.CLOCK_SET_BACK
    return Note(sentence, {"at": jump.at, "time": Quantity(abs(jump.seconds), "s")})
