"""From the outbox to Slack: each post once, in order, whatever the line does in between.

Only the holder of the sender lease sends. A post is written down as `sending` before its request leaves, so that after
any end it is known that it may stand there, and it is looked for before it is sent again.
"""

import asyncio
import logging
from collections import defaultdict
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
from sagebase_ops.jobs.pictures import is_hopeless, uploaded
from sagebase_ops.slack.client import CALL_TIMEOUT_SECONDS, SlackClient
from sagebase_ops.slack.files import Picture, share
from sagebase_ops.slack.messages.arguments import post_arguments
from sagebase_ops.slack.messages.marks import marked
from sagebase_ops.slack.refusals import DELETED, RefusalKind, kind_of
from sagebase_ops.store.base import Store

log = structlog.get_logger()

LEASE = timedelta(seconds=60)
"""The sender's. Before each request it is made to outlast the longest call."""

_ENOUGH = timedelta(seconds=CALL_TIMEOUT_SECONDS + 10)
_LOOK_BACK = timedelta(minutes=65)
"""A lost post is looked for from so long before it was sent. That time is in the store, so a restart makes it no older; but
it is our clock's, which may have been an hour ahead of Slack's, in whose time the channel is read: with a minute in place of
this the post would lie before what is read, would not be found, and would be posted twice. An hour, as far as clocks are
promised to jump, and five minutes for a request on its way. Mostly it costs nothing: a page holds 200 messages."""

_BETWEEN_POSTS_SECONDS = 1.0  # in one channel; docs.slack.dev, rate limits: about one message a second and channel
_LIMITS = (10, 100)  # rows: every one that is read is billed where the store is Firestore
_FOR_A_PERSON = timedelta(minutes=1)  # after what only a person can mend: often enough to see that they did
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
        self._ids: dict[str, str] = {}  # of channels, by what the file calls them, as Slack's answers told
        self._posted_at: dict[str, float] = {}
        self._free_at: dict[str, float] = {}
        self._idle = asyncio.Event()
        self._idle.set()
        self.problem: str | None = None
        self.closed = False

    @property
    def held_for(self) -> float:
        """For so many seconds Slack told us to leave a channel, or everything, alone; 0 where it did not."""
        now = self._clock.monotonic()
        return max([at - now for at in self._free_at.values() if at > now], default=0.0)

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
        await self._settle_lost([row for row in rows if row.state is not Delivery.WAITING])
        waiting = next((row for row in rows if row.state is Delivery.WAITING), None)
        if waiting is not None and not self.closed:
            await self._send(waiting)
        return bool(rows)

    async def _free_rows(self) -> Sequence[Notification]:
        """The first that are due and may go to their channel; further behind is looked only where none of the first may."""
        for limit in _LIMITS:
            due = await self._store.due_notifications(self._clock.now(), limit)
            rows = [row for row in due if self._is_free(row)]
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

    def _is_free(self, row: Notification) -> bool:
        """Slack did not tell us to leave its channel, or everything, alone for a while."""
        now = self._clock.monotonic()
        return all(self._free_at.get(place, now) <= now for place in (_EVERYWHERE, self._place(row)))

    def _place(self, row: Notification) -> str:
        """Its channel under one name only, for what is counted by channel."""
        return self._ids.get(_channel(row), _channel(row))

    async def _save(self, row: Notification) -> None:
        await self._store.save_notification(row, self._owner, self._clock.now())

    # What may stand there already

    async def _settle_lost(self, rows: Sequence[Notification]) -> None:
        """One read of each channel or thread finds all its lost posts, or proves that they are not there."""
        lost: defaultdict[tuple[str, str | None], list[Notification]] = defaultdict(list)
        for row in rows:
            if row.state is Delivery.SENDING:
                await self._save(transitions.lost(row, self._clock.now(), "its sender ended before Slack answered"))
            else:
                lost[_channel(row), _thread(row)].append(row)
        for (channel, thread), among in lost.items():
            await self._look_for(channel, thread, among)

    async def _look_for(self, channel: str, thread: str | None, rows: Sequence[Notification]) -> None:
        since = min(transitions.looked_for_since(row) for row in rows) - _LOOK_BACK
        try:
            found = await self._slack.find(channel, since, {row.key for row in rows}, thread)
        except SlackError as error:  # a read that failed proves nothing
            log.error("slack.unreadable", channel=channel, posts=len(rows), error=str(error))  # noqa: TRY400 (no trace wanted)
            now = self._clock.now()
            for row in rows:
                pause = max(_wait(error, row), transitions.pause_between_looks(row, now))
                await self._save(transitions.still_unproven(row, now, now + pause, str(error)))
            return
        for row in rows:
            await self._save(self._proven(row, found.get(row.key)))

    def _proven(self, row: Notification, posted: Posted | None) -> Notification:
        if posted is None:
            return transitions.not_found(row, self._clock.now())
        log.info("notice.found", key=row.key, channel=posted.channel, ts=posted.ts)
        return transitions.sent(row, posted)

    # Sending

    async def _send(self, row: Notification) -> None:
        free_at = self._posted_at.get(self._place(row), float("-inf")) + _BETWEEN_POSTS_SECONDS
        await self._clock.sleep(max(free_at - self._clock.monotonic(), 0.0))
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
        try:
            posted = await self._asked(row, file)
        except SlackError as error:
            if row.needs_first and self._wants_first_anew(going, error):
                await self._post_first_anew(going, error)
            else:
                await self._save(self._after(going, error))
        else:
            self.problem = None
            await self._save(transitions.sent(going, posted))
            if posted is not None:
                self._ids[_channel(row)] = posted.channel
            log.info("notice.sent", key=row.key, channel=_channel(row), ts=posted and posted.ts, tries=going.tries)
        finally:
            self._posted_at[self._place(row)] = self._clock.monotonic()

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
        return transitions.picture_put_off(row, now + _wait(error, row), words)

    async def _asked(self, row: Notification, file: tuple[str, Picture] | None) -> Posted | None:
        """One request of Slack: a post, a file, or an edit of the first one of its notice. Raises SlackError.

        Of a file Slack does not say at once where it stands.
        """
        if file is not None:
            await share(self._slack, *file, _channel(row), _thread(row))
            return None
        if row.action is Action.POST:
            message = marked(row, self._clock.now())
            arguments = post_arguments(_channel(row), message, row.key, _thread(row), broadcast=row.broadcast)
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
        wait = _wait(error, row)
        held = _EVERYWHERE if kind is RefusalKind.TOKEN else self._place(row)
        self._free_at[held] = self._clock.monotonic() + wait.total_seconds()
        return transitions.put_off(row, now + wait, words)


_EVERYWHERE = ""
"""In place of a channel: all of Slack."""


def _channel(row: Notification) -> str:
    """A reply goes where its parent stands, also when that is the fallback."""
    return row.parent.channel if row.parent else row.channel


def _thread(row: Notification) -> str | None:
    return row.parent.ts if row.parent else None


def _wait(error: SlackError, row: Notification) -> timedelta:
    """What Slack asks for; else longer each time, or until a person may have mended it."""
    if error.retry_after is not None:
        return timedelta(seconds=error.retry_after)
    return transitions.pause_after(max(row.tries, row.reads)) if error.retryable else _FOR_A_PERSON
