"""When may a post go to its channel? One a second, and none while Slack told us to leave it, or everything, alone."""

from datetime import timedelta

from sagebase_ops.clock import Clock

_BETWEEN_POSTS_SECONDS = 1.0  # in one channel; docs.slack.dev, rate limits: about one message a second and channel
_EVERYWHERE = ""
"""In place of a channel: all of Slack."""


class Pacing:
    """What one sender remembers of each channel, by its name or its id. Times are the clock's monotonic ones."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._ids: dict[str, str] = {}  # of channels, by what the file calls them, as Slack's answers told
        self._posted_at: dict[str, float] = {}
        self._free_at: dict[str, float] = {}

    @property
    def held_for(self) -> float:
        """For so many seconds Slack told us to leave a channel, or everything, alone; 0 where it did not."""
        now = self._clock.monotonic()
        return max([at - now for at in self._free_at.values() if at > now], default=0.0)

    def is_free(self, channel: str) -> bool:
        """Slack did not tell us to leave it, or everything, alone for a while."""
        now = self._clock.monotonic()
        return all(self._free_at.get(place, now) <= now for place in (_EVERYWHERE, self._place(channel)))

    def leave_alone(self, channel: str | None, wait: timedelta) -> None:
        """Nothing goes there for so long; None: nothing goes anywhere."""
        place = _EVERYWHERE if channel is None else self._place(channel)
        self._free_at[place] = self._clock.monotonic() + wait.total_seconds()

    async def turn(self, channel: str) -> None:
        """Wait until it takes the next post."""
        free_at = self._posted_at.get(self._place(channel), float("-inf")) + _BETWEEN_POSTS_SECONDS
        await self._clock.sleep(max(free_at - self._clock.monotonic(), 0.0))

    def went(self, channel: str) -> None:
        """A request to post there ended now, however."""
        self._posted_at[self._place(channel)] = self._clock.monotonic()

    def learn(self, channel: str, channel_id: str) -> None:
        """By which id Slack knows it."""
        self._ids[channel] = channel_id

    def _place(self, channel: str) -> str:
        """It under one name only, for what is counted by channel."""
        return self._ids.get(channel, channel)
