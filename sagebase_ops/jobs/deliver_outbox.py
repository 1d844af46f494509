"""From the outbox to Slack: each post once, in order, whatever the line does in between.

Only the holder of the sender lease sends. A post is written down as `sending` before its request leaves, so that after
any end it is known that it may stand there, and it is looked for before it is sent again.
"""

import asyncio
import logging
from collections.abc import Sequence
from contextlib import suppress
from datetime import timedelta

import structlog

from sagebase_ops.clock import Clock
from sagebase_ops.domain import delivery_transitions as transitions
from sagebase_ops.domain.notifications import (
    Action,
    Delivery,
    Notification,
    Posted,
    newest_message,
)
from sagebase_ops.errors import ClaimLostError, SlackError, StaleError
from sagebase_ops.jobs.lost_posts import LostPosts
from sagebase_ops.jobs.pacing import Pacing
from sagebase_ops.jobs.pictures import is_hopeless, uploaded
from sagebase_ops.slack.client import SlackClient
from sagebase_ops.slack.files import Picture, share
from sagebase_ops.slack.messages.arguments import post_arguments
from sagebase_ops.slack.messages.marks import marked
from sagebase_ops.slack.refusals import DELETED, RefusalKind, kind_of
from sagebase_ops.slack.web_api import CALL_TIMEOUT_SECONDS
from sagebase_ops.store.base import Store

log = structlog.get_logger()

LEASE = timedelta(seconds=60)
"""The sender's. Before each request it is made to outlast the longest call."""

_ENOUGH = timedelta(seconds=CALL_TIMEOUT_SECONDS + 10)
_LIMITS = (10, 100)  # rows: every one that is read is billed where the store is Firestore
_LOUDNESS = {RefusalKind.LATER: logging.WARNING, RefusalKind.TOKEN: logging.CRITICAL}
_EVENTS = {RefusalKind.LATER: "slack.put_off", RefusalKind.TOKEN: "slack.unreachable"}


class Sender:
    """Delivers what is due. One object a process; of several processes one sends.

    `problem` is what a person must see to before posts go out again, in words; None while they do.
    """

    def __init__(self, store: Store, slack: SlackClient, clock: Clock, owner: str) -> None:
        self._store = store
        self._slack = slack
        self._clock = clock
        self._owner = owner
        self._lease_until = clock.now()
        self.pacing = Pacing(clock)
        self._lost = LostPosts(slack, clock, self._save)
        self._idle = asyncio.Event()
        self._idle.set()
        self.problem: str | None = None
        self.closed = False

    async def deliver_due(self) -> None:
        """Send and look for all that is due by now. Nothing happens where another process is the sender.

        Raises StoreError.
        """
        self._idle.clear()
        try:
            while not self.closed and await self._has_lease() and await self._one_round():
                pass
        except ClaimLostError as error:  # what was sent meanwhile is found by whoever sends now
            self._lease_until = self._clock.now()
            log.warning("sender.lost", error=str(error))
        finally:
            self._idle.set()

    async def hand_back(self, seconds: float = 0.0) -> None:
        """Send nothing any more; what is under way may end within `seconds`. Then let another process send."""
        self.closed = True
        with suppress(TimeoutError):
            await asyncio.wait_for(self._idle.wait(), seconds)
        await self._store.release_sender_lease(self._owner)

    async def _one_round(self) -> bool:
        """Look for what was lost, then send one post: the next is chosen anew, since a more urgent one may have come."""
        rows = await self._free_rows()
        await self._lost.look_for([row for row in rows if row.state is not Delivery.WAITING])
        waiting = next((row for row in rows if row.state is Delivery.WAITING), None)
        if waiting is not None and not self.closed:
            await self._send(waiting)
        return bool(rows)

    async def _free_rows(self) -> Sequence[Notification]:
        """The first that are due and may go to their channel; further behind is looked only where none of the first may."""
        for limit in _LIMITS:
            due = await self._store.due_notifications(self._clock.now(), limit)
            rows = [row for row in due if self.pacing.is_free(row.goes_to)]
            if rows or len(due) < limit:
                break
        return rows

    async def _has_lease(self) -> bool:
        """Ours, and longer than a call can last. A lease longer than any we take is from before the clock was set back."""
        now = self._clock.now()
        if _ENOUGH <= self._lease_until - now <= LEASE:
            return True
        until = now + LEASE
        ours = await self._store.take_sender_lease(self._owner, now, until)
        self._lease_until = until if ours else now  # who was refused is no sender, not even for a while
        return ours

    async def _save(self, row: Notification) -> None:
        await self._store.save_notification(row, self._owner, self._clock.now())

    async def _send(self, row: Notification) -> None:
        await self.pacing.turn(row.goes_to)
        if self.closed or not await self._has_lease():
            return
        try:
            file = await self._file_of(row)
        except SlackError as error:
            await self._save(self._without_file(row, error))
            return
        if file and not await self._has_lease():  # a picture takes its time
            return
        going = transitions.sending(row, self._clock.now())
        try:
            await self._save(going)
        except StaleError:  # a newer edit took its place while this one waited for its turn: the next round sends that
            return
        await self._request(going, file)

    async def _request(self, row: Notification, file: tuple[str, Picture] | None) -> None:
        """Ask Slack once, and write down what became of it."""
        try:
            posted = await self._asked(row, file)
        except SlackError as error:
            if row.needs_first and self._wants_first_anew(row, error):
                await self._post_first_anew(row, error)
            else:
                await self._save(self._after(row, error))
        else:
            self.problem = None
            await self._save(transitions.sent(row, posted))
            if posted is not None:
                self.pacing.learn(row.goes_to, posted.channel)
            log.info("notice.sent", key=row.key, channel=row.goes_to, ts=posted and posted.ts, tries=row.tries)
        finally:
            self.pacing.went(row.goes_to)

    async def _file_of(self, row: Notification) -> tuple[str, Picture] | None:
        """Its chart as a file of Slack's that nobody sees yet; None where it has none. Raises SlackError, never `ambiguous`."""
        chart = row.message.chart
        return await uploaded(self._slack, row, chart) if chart and row.parent else None

    def _without_file(self, row: Notification, error: SlackError) -> Notification:
        """Nothing of it stands in Slack: once more later, or in blocks instead."""
        now, words = self._clock.now(), str(error)
        log.warning("slack.no_picture", key=row.key, error=words)
        if is_hopeless(row, error):
            return transitions.without_picture(row, now, words)
        return transitions.picture_put_off(row, now + transitions.pause_for(row, error), words)

    async def _asked(self, row: Notification, file: tuple[str, Picture] | None) -> Posted | None:
        """One request of Slack: a post, a file, or an edit of the first one of its notice. Raises SlackError.

        Of a file Slack does not say at once where it stands.
        """
        if file is not None:
            await share(self._slack, *file, row.goes_to, row.thread_ts)
            return None
        if row.action is Action.POST:
            message = marked(row, self._clock.now())
            arguments = post_arguments(row.goes_to, message, row.key, row.thread_ts, broadcast=row.broadcast)
            return await self._slack.post(arguments)
        if row.parent is None:
            raise SlackError("message_not_found", f"the message of {row.notice} was never posted")
        channel, ts = row.parent.channel, row.parent.ts
        await self._slack.update(channel, ts, post_arguments(channel, row.message, row.notice))
        return row.parent

    def _wants_first_anew(self, row: Notification, error: SlackError) -> bool:
        """Whether what it edits or stands below is gone, or stands where nobody can be told any more."""
        return error.code in DELETED or (kind_of(error) is RefusalKind.CHANNEL and row.has_fallback)

    async def _post_first_anew(self, row: Notification, error: SlackError) -> None:
        """Post the first one once more, as it reads now, before this row; in the fallback where its channel is closed."""
        rows, now, words = await self._store.notice(row.notice), self._clock.now(), str(error)
        log.warning("notice.posted_anew", key=row.notice, error=words)
        done = row.action is Action.EDIT
        first = transitions.anew(rows[0], row.message if done else newest_message(rows, row.place), now)
        moved = error.code not in DELETED
        if moved and not first.has_fallback:  # it stands in the fallback, and that is closed too
            await self._save(self._after(row, error))
            return
        await self._save(transitions.rerouted(first, now, error.code, words) if moved else first)
        await self._save(transitions.sent(row, None) if done else transitions.put_off(row, now, words))

    def _after(self, row: Notification, error: SlackError) -> Notification:
        """What becomes of a post that Slack did not take. Nothing is given up but what Slack will never take."""
        now, words = self._clock.now(), str(error)
        if error.ambiguous:
            log.warning("notice.unproven", key=row.key, error=words)
            return transitions.lost(row, now, words)
        kind = kind_of(error)
        if row.message.chart and is_hopeless(row, error):
            return self._without_file(row, error)
        log.log(_LOUDNESS.get(kind, logging.ERROR), _EVENTS.get(kind, "slack.refused"), key=row.key, error=words)
        if kind is RefusalKind.CHANNEL and row.has_fallback and row.parent is None:
            return transitions.rerouted(row, now, error.code, words)
        if kind is RefusalKind.CONTENT:
            return transitions.refused(row, words) if row.plain else transitions.in_plain_text(row, now, words)
        if kind is not RefusalKind.LATER:
            self.problem = words
        wait = transitions.pause_for(row, error)
        self.pacing.leave_alone(None if kind is RefusalKind.TOKEN else row.goes_to, wait)
        return transitions.put_off(row, now + wait, words)
