"""Small things that behave like the real ones, moved by hand."""

import asyncio
import heapq
from datetime import UTC, datetime, timedelta
from itertools import count

NINE = datetime(2026, 11, 24, 9, tzinfo=UTC)


class FakeClock:
    """Time stands still until `advance`; who sleeps wakes when its time has come. `jump` moves the wall clock alone."""

    def __init__(self, now: datetime = NINE) -> None:
        self._now = now
        self._monotonic = 1000.0
        self._sleepers: list[tuple[float, int, asyncio.Future[None]]] = []
        self._order = count()

    def now(self) -> datetime:
        return self._now

    def monotonic(self) -> float:
        return self._monotonic

    async def sleep(self, seconds: float) -> None:
        if seconds <= 0:
            await asyncio.sleep(0)
            return
        waiting: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        heapq.heappush(self._sleepers, (self._monotonic + seconds, next(self._order), waiting))
        await waiting

    def jump(self, by: timedelta) -> None:
        self._now += by

    async def advance(self, **span: float) -> None:
        """Step by step to each sleeper's time, so that each wakes at its own."""
        ends = self._monotonic + timedelta(**span).total_seconds()
        while self._sleepers and self._sleepers[0][0] <= ends:
            due, _, waiting = heapq.heappop(self._sleepers)
            self._go_to(due)
            if not waiting.done():
                waiting.set_result(None)
            await settled()
        self._go_to(ends)
        await settled()

    def _go_to(self, monotonic: float) -> None:
        self._now += timedelta(seconds=monotonic - self._monotonic)
        self._monotonic = monotonic


async def settled() -> None:
    """Let every task go on as far as it can without time, threads (the store's) included."""
    for _ in range(20):
        await asyncio.sleep(0)
    await asyncio.sleep(0.001)
