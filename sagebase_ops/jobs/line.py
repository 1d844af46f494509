"""Is there a way to Slack at all? Asked every minute, so that a silence of Slack's is not taken for one of ours."""

from datetime import datetime, timedelta

import structlog

from sagebase_ops.clock import Clock
from sagebase_ops.errors import SlackError
from sagebase_ops.slack.client import SlackClient

log = structlog.get_logger()

LOOK_SECONDS = 60.0
LONG = timedelta(minutes=5)
"""An outage that lasts so long is told elsewhere."""


class Line:
    """`down_since` is since when Slack neither answers nor takes our token; None while it does."""

    def __init__(self, slack: SlackClient, clock: Clock) -> None:
        self._slack = slack
        self._clock = clock
        self.down_since: datetime | None = None
        self.error: str | None = None

    @property
    def down_for_long(self) -> bool:
        return self.down_since is not None and self._clock.now() - self.down_since >= LONG

    async def look(self) -> float:
        """One question; the seconds until the next."""
        try:
            await self._slack.ping()
        except SlackError as error:
            self.down_since, self.error = self.down_since or self._clock.now(), str(error)
            log.critical("slack.unreachable", error=str(error), since=self.down_since.isoformat())
        else:
            self.down_since = self.error = None
        return LOOK_SECONDS
