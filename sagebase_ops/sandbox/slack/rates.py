"""How fast is too fast? Slack's tiers, as buckets that fill up by the world's clock.

Source: docs.slack.dev/apis/web-api/rate-limits. A tier is so many calls a minute for each method; posts are one a second
in each channel. Slack tolerates bursts of unpublished size: here a minute's worth, and 20 posts in a channel.
"""

import math
from collections.abc import Callable
from datetime import datetime

BURST_OF_POSTS, POSTS_PER_SECOND = 20, 1.0
PER_MINUTE = {
    "chat.update": 50,
    "chat.delete": 50,
    "chat.postEphemeral": 100,
    "conversations.history": 50,
    "conversations.replies": 50,
    "conversations.info": 50,
    "conversations.list": 20,
    "files.completeUploadExternal": 100,
    "files.getUploadURLExternal": 100,
    "users.info": 100,
    "users.list": 20,
    "usergroups.users.list": 20,
}


class Rates:
    def __init__(self, now: Callable[[], datetime]) -> None:
        self._now = now
        self._buckets: dict[str, tuple[float, datetime]] = {}

    def wait_for_method(self, method: str) -> int:
        """Whole seconds until this method may be called again; 0: now, and the call is counted."""
        most = PER_MINUTE.get(method)
        return self._take(method, most, most / 60) if most else 0

    def wait_for_post(self, channel_id: str) -> int:
        """The same for a post into a channel."""
        return self._take(channel_id, BURST_OF_POSTS, POSTS_PER_SECOND)

    def _take(self, key: str, most: float, per_second: float) -> int:
        now = self._now()
        left, then = self._buckets.get(key, (most, now))
        left = min(most, left + (now - then).total_seconds() * per_second)
        enough = left >= 1
        self._buckets[key] = (left - 1 if enough else left, now)
        return 0 if enough else max(1, math.ceil((1 - left) / per_second))
