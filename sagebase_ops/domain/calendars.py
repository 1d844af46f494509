"""When does a job come up? Cron in the guide's zone, or every so long, as aware UTC times.

cronsim keeps Debian cron's rules across a change of summer time: a fixed time that the change skips fires right after
it, one that the change repeats fires once. `every:` is anchored to the epoch, so a restart moves no slot.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Protocol
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from cronsim import CronSim, CronSimError

CRON_FIELDS = ("minute", "hour", "day", "month", "weekday")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_REFERENCE = datetime(2024, 1, 1, tzinfo=UTC)
_LONGEST_MONTH = 31
_EVERY = re.compile(r"every (\d+(?:\.\d+)?)s")
_CRON = re.compile(r"cron (.+) (\S+)")
_NEVER_FIRES = "this can never fire: no such day exists in that month"


class Calendar(Protocol):
    """The planned fire times of one job. `fingerprint` changes when, and only when, the calendar does."""

    @property
    def fingerprint(self) -> str: ...

    def next_after(self, moment: datetime) -> datetime:
        """The first fire time later than `moment`. Aware UTC."""


def between(calendar: Calendar, after: datetime, until: datetime) -> Iterator[datetime]:
    """Fire times later than `after`, up to and with `until`, oldest first."""
    moment = calendar.next_after(after)
    while moment <= until:
        yield moment
        moment = calendar.next_after(moment)


@dataclass(frozen=True, slots=True)
class CronCalendar:
    """Five cron fields, read in `zone`."""

    expression: str
    zone: ZoneInfo

    @property
    def fingerprint(self) -> str:
        return f"cron {self.expression} {self.zone.key}"

    def next_after(self, moment: datetime) -> datetime:
        """The first fire time later than `moment`. Aware UTC."""
        return next(CronSim(self.expression, moment.astimezone(self.zone))).astimezone(UTC)


@dataclass(frozen=True, slots=True)
class EveryCalendar:
    """Each whole multiple of `period` since the epoch."""

    period: timedelta

    @property
    def fingerprint(self) -> str:
        return f"every {self.period.total_seconds():g}s"

    def next_after(self, moment: datetime) -> datetime:
        """The first fire time later than `moment`. Aware UTC."""
        return _EPOCH + ((moment - _EPOCH) // self.period + 1) * self.period


def calendar_of(fingerprint: str) -> Calendar | None:
    """The calendar with this fingerprint, as a ledger remembers it; None where this version knows no such form."""
    if match := _EVERY.fullmatch(fingerprint):
        return EveryCalendar(timedelta(seconds=float(match[1])))
    match = _CRON.fullmatch(fingerprint)
    if match is None or cron_mistake(match[1]) is not None:
        return None
    try:
        return CronCalendar(match[1], ZoneInfo(match[2]))
    except (ZoneInfoNotFoundError, ValueError):
        return None


def cron_mistake(expression: str) -> str | None:
    """What is wrong with a cron expression, in words, or None. One that can never fire is wrong."""
    fields = expression.split()
    if len(fields) != len(CRON_FIELDS):
        return f"{len(fields)} fields, cron has 5 ({' '.join(CRON_FIELDS)})"
    try:
        next(CronSim(expression, _REFERENCE))
    except CronSimError as error:
        return _worded(str(error), fields)
    except StopIteration:
        return _NEVER_FIRES
    return None


def _worded(cronsim_says: str, fields: list[str]) -> str:
    """Cronsim's `Bad day-of-month` with the field as it was given, and what the field may be."""
    allowed = {
        "minute": "0-59",
        "hour": "0-23",
        "day-of-month": "1-31 or L",
        "month": "1-12 or jan-dec",
        "day-of-week": "0-7 or sun-sat",
    }
    name = cronsim_says.removeprefix("Bad ")
    if name not in allowed:
        return cronsim_says
    given = fields[list(allowed).index(name)]
    if name == "day-of-month" and given.isdigit() and 1 <= int(given) <= _LONGEST_MONTH:
        return _NEVER_FIRES
    return f"{name} {given!r} is not allowed; allowed: {allowed[name]}, lists, ranges and steps"
