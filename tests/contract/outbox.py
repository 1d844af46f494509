"""Sending as the daemon does it, as far as the store sees."""

from datetime import datetime, timedelta

from sagebase_ops.domain.delivery_transitions import sending, sent
from sagebase_ops.domain.notifications import Posted
from sagebase_ops.store.base import Store

SENDER = "sender-a"


async def deliver(store: Store, notice: str, now: datetime) -> Posted:
    """The first due post of `notice` is sent, and the lease given back."""
    assert await store.take_sender_lease(SENDER, now, now + timedelta(seconds=60))
    row = next(row for row in await store.due_notifications(now) if row.notice == notice)
    posted = Posted("C1", f"{row.key}.ts")
    await store.save_notification(sending(row, now), SENDER, now)
    await store.save_notification(sent(sending(row, now), posted), SENDER, now)
    await store.release_sender_lease(SENDER)
    return posted
