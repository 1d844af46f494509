"""Keeps the daemon's loops going: a step that fails is told loudly, counted, and tried again."""

import asyncio
from collections.abc import Awaitable, Callable

import structlog

from sagebase_ops.clock import Clock

log = structlog.get_logger()

_LONGEST_PAUSE = 60.0  # seconds

Step = Callable[[], Awaitable[float]]
"""One round of a loop; the seconds until the next, at the latest."""


class Supervisor:
    """Runs named loops until it is stopped. `failing` tells which ones fail now, in the words of their error."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._tasks: set[asyncio.Task[None]] = set()
        self.failing: dict[str, str] = {}

    def start(self, name: str, step: Step, wake: asyncio.Event | None = None) -> None:
        """Begin a loop; `wake` starts its next round early."""
        self._tasks.add(asyncio.create_task(self._loop(name, step, wake or asyncio.Event()), name=name))

    async def stop(self) -> None:
        """End every loop where it is."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _loop(self, name: str, step: Step, wake: asyncio.Event) -> None:
        failures = 0
        while True:
            wake.clear()
            try:
                pause = await step()
            except Exception as error:
                failures += 1
                pause = min(2.0**failures, _LONGEST_PAUSE)
                self.failing[name] = f"{type(error).__name__}: {error}"
                log.critical("loop.failed", loop=name, failures=failures, again_in=pause, exc_info=True)
            else:
                failures = 0
                self.failing.pop(name, None)
            await self._wait(wake, pause)

    async def _wait(self, wake: asyncio.Event, seconds: float) -> None:
        waits = [asyncio.ensure_future(wake.wait()), asyncio.ensure_future(self._clock.sleep(seconds))]
        try:
            await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for wait in waits:
                wait.cancel()
            await asyncio.gather(*waits, return_exceptions=True)
