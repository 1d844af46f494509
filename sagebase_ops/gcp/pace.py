"""How fast may we ask? Keeps a quota that people and other tools draw on too."""

import asyncio
from collections import defaultdict


class Pace:
    """At most `burst` turns at once and `per_second` after that, for each key on its own."""

    def __init__(self, burst: int, per_second: float) -> None:
        self._burst = burst
        self._gap = 1 / per_second
        self._next: dict[str, float] = defaultdict(float)  # when the bucket of this key would be full again

    async def turn(self, key: str) -> None:
        """Wait until it is our turn."""
        await asyncio.sleep(self.book(key, asyncio.get_running_loop().time()))

    def book(self, key: str, now: float) -> float:
        """Take a turn at the time `now`; how many seconds it is until then. Turns come in the order they were taken."""
        booked = self._next[key] = max(self._next[key], now) + self._gap
        return max(0.0, booked - now - self._burst * self._gap)
