"""APScheduler as an alarm clock: it says when to look at the ledger, and decides nothing."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime

from apscheduler.schedulers.asyncio import AsyncIOScheduler
from apscheduler.triggers.base import BaseTrigger

from sagebase_ops.domain.calendars import Calendar


class CalendarTrigger(BaseTrigger):  # type: ignore[misc] # apscheduler publishes no types
    """Fires when the calendar does. Times that passed while nobody looked are the ledger's business, not ours."""

    def __init__(self, calendar: Calendar) -> None:
        self._calendar = calendar

    def get_next_fire_time(self, previous: datetime | None, now: datetime) -> datetime:
        return self._calendar.next_after(max(previous, now) if previous else now)


class Alarms:
    """Calls `wake` at each planned time of each job, until stopped."""

    def __init__(self, calendars: Mapping[str, Calendar], wake: Callable[[], None]) -> None:
        self._scheduler = AsyncIOScheduler(timezone=UTC)
        for job, calendar in calendars.items():
            self._scheduler.add_job(
                wake, CalendarTrigger(calendar), id=job, name=job, misfire_grace_time=None, coalesce=True
            )

    def start(self) -> None:
        """To be called inside the running event loop."""
        self._scheduler.start()

    def stop(self) -> None:
        self._scheduler.shutdown(wait=False)
