"""Keep the claim on a slot alive while the work under it runs, and stop the work when it is lost."""

import asyncio
from collections.abc import Coroutine
from dataclasses import replace
from typing import Any, TypeVar

import structlog

from sagebase_ops.clock import Clock
from sagebase_ops.domain.slots import LEASE, Claim
from sagebase_ops.errors import ClaimLostError, StoreError
from sagebase_ops.store.base import Store

log = structlog.get_logger()

RENEW_EVERY = LEASE.total_seconds() / 3

Result = TypeVar("Result")


async def under_claim(claim: Claim, work: Coroutine[Any, Any, Result], store: Store, clock: Clock) -> Result:
    """Do `work`, renewing the claim until it is done. Raises ClaimLostError, with the work cancelled, once it is lost."""
    doing = asyncio.ensure_future(work)
    keeping = asyncio.ensure_future(_keep(claim, store, clock))
    try:
        await asyncio.wait({doing, keeping}, return_when=asyncio.FIRST_COMPLETED)
        if doing.done():
            return doing.result()
        keeping.result()
        raise ClaimLostError(f"{claim.slot.job} {claim.slot.at}: no longer renewed")
    finally:
        for task in (doing, keeping):
            task.cancel()
        await asyncio.gather(doing, keeping, return_exceptions=True)


async def _keep(claim: Claim, store: Store, clock: Clock) -> None:
    """Renew for ever. A store that cannot be written for a while is waited for, as long as the lease lasts."""
    while True:
        await clock.sleep(RENEW_EVERY)
        now = clock.now()
        try:
            await store.renew_claim(replace(claim, lease_until=now + LEASE), now)
        except ClaimLostError:
            log.warning("slot.lost", job=claim.slot.job, slot=claim.slot.at.isoformat())
            raise
        except StoreError as error:
            log.critical("slot.unrenewed", job=claim.slot.job, error=str(error))
