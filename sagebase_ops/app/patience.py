"""At the daemon's start its memory may not be there yet: it is waited for, and seen from outside to be waited for."""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from datetime import datetime
from importlib.metadata import version
from typing import Any, TypeVar

import structlog

from sagebase_ops.clock import Clock
from sagebase_ops.errors import ConfigError, StoreError
from sagebase_ops.web.health import Health

log = structlog.get_logger()

T = TypeVar("T")

LONGEST_PAUSE_SECONDS = 15.0


class Patience:
    """Tries again what the store did not do; `health` says meanwhile why nothing is done."""

    def __init__(self, clock: Clock, *, sandbox: bool, jobs: int) -> None:
        self._clock = clock
        self._sandbox, self._jobs = sandbox, jobs
        self._started_at: datetime = clock.now()
        self._problem = "it is starting, or ending"

    async def until_done(self, step: Callable[[], Awaitable[T]]) -> T:
        """Its answer. Raises ConfigError where the same call will never go through: a mistake, or a permission that lacks."""
        failures = 0
        while True:
            try:
                return await step()
            except StoreError as error:
                if not error.retryable:
                    raise ConfigError(str(error)) from error
                failures += 1
                pause = min(2.0**failures, LONGEST_PAUSE_SECONDS)
                self._problem = f"the store cannot be used, so nothing is looked at: {error}"
                log.critical("store.unreachable", error=str(error), failures=failures, again_in=pause)
            await self._clock.sleep(pause)

    async def health(self) -> Health:
        return Health(
            version=version("sagebase-ops"),
            sandbox=self._sandbox,
            started_at=self._started_at,
            jobs=self._jobs,
            problems=(self._problem,),
        )


async def unless(
    stop: asyncio.Event, work: Coroutine[Any, Any, T]
) -> T | None:  # Any: what it is sent, which is nothing
    """The answer of `work`; None where `stop` was set before, and it was ended where it was."""
    doing, stopped = asyncio.ensure_future(work), asyncio.ensure_future(stop.wait())
    try:
        await asyncio.wait([doing, stopped], return_when=asyncio.FIRST_COMPLETED)
        return doing.result() if doing.done() else None
    finally:
        doing.cancel()
        stopped.cancel()
        await asyncio.gather(doing, stopped, return_exceptions=True)
