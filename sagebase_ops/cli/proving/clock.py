"""Time that passes by itself only while somebody works: where all wait, it goes on to whoever's turn is next."""

import asyncio
import heapq
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from itertools import count

_LONGEST_CHECK_SECONDS = 2.0
_QUIET_SECONDS = 0.0015
"""Real ones, in which nobody asked anything: then all wait for the clock."""


class TurnedClock:
    """A daemon's clock in a proof. `ahead` is how far its world is ahead of the real one, at its start.

    `wrong` makes the wall clock alone leap. `on_turn` hears by how many seconds each turn moved the world.
    """

    def __init__(self, ahead: timedelta, on_turn: Callable[[float], None]) -> None:
        self._ahead = ahead
        self._on_turn = on_turn
        self._sleepers: list[tuple[float, int, asyncio.Future[None]]] = []
        self._order = count()
        self._busy = 0
        self._stirred = 0
        self.skipped = 0.0
        self.wrong = timedelta()
        self.held: set[str] = set()
        """Claims under which a check may be on the wire just now."""

    def now(self) -> datetime:
        return datetime.now(UTC) + self._ahead + self.wrong + timedelta(seconds=self.skipped)

    def monotonic(self) -> float:
        return time.monotonic() + self.skipped

    async def sleep(self, seconds: float) -> None:
        self._stirred += 1
        if seconds <= 0:
            await asyncio.sleep(0)
            return
        waiting: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        heapq.heappush(self._sleepers, (self.monotonic() + seconds, next(self._order), waiting))
        await waiting

    @contextmanager
    def busy(self) -> Iterator[None]:
        """While a call is under way, time goes as it goes."""
        self._busy += 1
        self._stirred += 1
        try:
            yield
        finally:
            self._busy -= 1
            self._stirred += 1

    async def quiet(self) -> None:
        """Until all wait for the clock. A check that takes longer than any on this wire was cancelled, or hangs."""
        seen, ends = -1, time.monotonic() + _LONGEST_CHECK_SECONDS
        while self._busy or (self.held and time.monotonic() < ends) or seen != self._stirred:
            seen = self._stirred
            await asyncio.sleep(_QUIET_SECONDS)

    def turn(self, at_least: float = 0.0) -> None:
        """Go on to the next who sleeps, at least so many seconds, and wake all whose time has come."""
        if not self._sleepers:
            return
        moved = max(self._sleepers[0][0] - self.monotonic(), at_least)
        self.skipped += moved
        self._on_turn(moved)
        while self._sleepers and self._sleepers[0][0] <= self.monotonic():
            _, _, waiting = heapq.heappop(self._sleepers)
            if not waiting.done():
                waiting.set_result(None)
        self._stirred += 1
