"""What nobody will read any more goes: all that is too old, and of what is old what says nothing new."""

import structlog

from sagebase_ops.clock import Clock
from sagebase_ops.domain.thinning import KEPT_FOR, SLICE, WHOLE_FOR
from sagebase_ops.store.base import Store

log = structlog.get_logger()

_PAUSE_SECONDS = 0.05
"""Between two slices, so that whoever sends finds the store free."""


async def forget(store: Store, clock: Clock, patience_seconds: float) -> bool:
    """Once an hour there is something to forget; whether all of it went within so long. What did not goes at the next call.

    Raises StoreError.
    """
    now, gives_up = clock.now(), clock.monotonic() + patience_seconds
    whole_since, thinned = now - WHOLE_FOR, await store.thinned_until()
    if thinned is not None and abs(whole_since - thinned) < SLICE:
        return True
    runs = await store.prune(now - KEPT_FOR)
    while (step := await store.thin(whole_since)).until < whole_since and clock.monotonic() < gives_up:
        runs += step.runs
        await clock.sleep(_PAUSE_SECONDS)
    if runs + step.runs:
        log.info("store.forgotten", runs=runs + step.runs, thinned_until=step.until.isoformat())
    return step.until >= whole_since
