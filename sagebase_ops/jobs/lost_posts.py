"""Does a post whose answer was lost stand in Slack? Its channel is read back before it is sent again."""

from collections import defaultdict
from collections.abc import Awaitable, Callable, Sequence
from datetime import timedelta

import structlog

from sagebase_ops.clock import Clock
from sagebase_ops.domain import delivery_transitions as transitions
from sagebase_ops.domain.notifications import Delivery, Notification, Posted
from sagebase_ops.errors import SlackError
from sagebase_ops.slack.client import SlackClient

log = structlog.get_logger()

_LOOK_BACK = timedelta(minutes=65)
"""A lost post is looked for from so long before it was sent. That time is in the store, so a restart makes it no older; but
it is our clock's, which may have been an hour ahead of Slack's, in whose time the channel is read: with a minute in place of
this the post would lie before what is read, would not be found, and would be posted twice. An hour, as far as clocks are
promised to jump, and five minutes for a request on its way. Mostly it costs nothing: a page holds 200 messages."""


class LostPosts:
    """Finds them, or proves that they are not there; `save` writes down what was found of each."""

    def __init__(self, slack: SlackClient, clock: Clock, save: Callable[[Notification], Awaitable[None]]) -> None:
        self._slack = slack
        self._clock = clock
        self._save = save

    async def look_for(self, rows: Sequence[Notification]) -> None:
        """One read of each channel or thread finds all its lost posts. Those that a sender left `sending` wait a while first."""
        lost: defaultdict[tuple[str, str | None], list[Notification]] = defaultdict(list)
        for row in rows:
            if row.state is Delivery.SENDING:
                await self._save(transitions.lost(row, self._clock.now(), "its sender ended before Slack answered"))
            else:
                lost[row.goes_to, row.thread_ts].append(row)
        for (channel, thread), among in lost.items():
            await self._look_in(channel, thread, among)

    async def _look_in(self, channel: str, thread: str | None, rows: Sequence[Notification]) -> None:
        since = min(transitions.looked_for_since(row) for row in rows) - _LOOK_BACK
        try:
            found = await self._slack.find(channel, since, {row.key for row in rows}, thread)
        except SlackError as error:  # a read that failed proves nothing
            log.error("slack.unreadable", channel=channel, posts=len(rows), error=str(error))  # noqa: TRY400 (no trace wanted)
            now = self._clock.now()
            for row in rows:
                pause = max(transitions.pause_for(row, error), transitions.pause_between_looks(row, now))
                await self._save(transitions.still_unproven(row, now, now + pause, str(error)))
            return
        for row in rows:
            await self._save(self._proven(row, found.get(row.key)))

    def _proven(self, row: Notification, posted: Posted | None) -> Notification:
        if posted is None:
            return transitions.not_found(row, self._clock.now())
        log.info("notice.found", key=row.key, channel=posted.channel, ts=posted.ts)
        return transitions.sent(row, posted)
