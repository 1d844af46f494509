"""Where do the rounds of a rehearsal come from? From a store's recorded runs, or from checks that look at a pretend cloud."""

from collections.abc import AsyncIterator, Callable, Collection, Iterator
from datetime import datetime, timedelta
from heapq import merge

from sagebase_ops.config.model import RECHECK, Schedules
from sagebase_ops.domain.calendars import Calendar, between
from sagebase_ops.domain.runs import Run, Trigger
from sagebase_ops.jobs.recheck import rechecks
from sagebase_ops.jobs.rehearse import CountedClock, Stage
from sagebase_ops.jobs.run_checklist import Occasion, Outside, run_checklist, run_planned
from sagebase_ops.store.base import Store

_AT_A_TIME = timedelta(hours=6)
"""Of a watch these are 360 runs: more of them at once would only take more memory."""

Turn = Callable[[datetime], None]
"""Brings the pretend world to this time, or leaves it where it is later there."""


async def recorded(store: Store, length: timedelta, jobs: Collection[str]) -> AsyncIterator[Run]:
    """The planned runs of the last `length` before the newest, oldest first; of `jobs` only, where some are given.

    A run by hand opens no incident, and so it is not among them. Raises StoreError.
    """
    newest = next(iter(await store.runs(limit=1)), None)
    if newest is None:
        return
    start, end = newest.started_at - length, newest.started_at + timedelta(microseconds=1)
    while start < end:
        until = min(start + _AT_A_TIME, end)
        for run in await store.runs_between(start, until):
            if run.trigger is Trigger.SCHEDULE and (not jobs or run.job in jobs):
                yield run
        start = until


async def play(
    outside: Outside, schedules: Schedules, jobs: Collection[str], start: datetime, end: datetime, turn: Turn
) -> Stage:
    """Each slot of `jobs` (all, where none is given) after `start` up to `end`, looked at for real at its own time.

    Raises ConfigError where the file has no such job.
    """
    stage = Stage(schedules)
    calendars = schedules.calendars()
    chosen = {job: calendars[job] if job == RECHECK else _calendar(schedules, job) for job in jobs or calendars}
    for at, job in _slots(chosen, start, end):
        turn(at)
        if (run := await _looked(outside, schedules, job, stage, at)) is not None:
            await stage.play(run)
    await stage.reach(end)
    return stage


def _calendar(schedules: Schedules, job: str) -> Calendar:
    return schedules.named(job).calendar(schedules.timezone)


def _slots(calendars: dict[str, Calendar], start: datetime, end: datetime) -> Iterator[tuple[datetime, str]]:
    return merge(*(_slots_of(job, calendar, start, end) for job, calendar in calendars.items()))


def _slots_of(job: str, calendar: Calendar, start: datetime, end: datetime) -> Iterator[tuple[datetime, str]]:
    return ((at, job) for at in between(calendar, start, end))


async def _looked(outside: Outside, schedules: Schedules, job: str, stage: Stage, at: datetime) -> Run | None:
    """One round; None for a recheck that has nothing to look at."""
    occasion, clock = Occasion(job, Trigger.SCHEDULE, slot=at), CountedClock(at)
    if job != RECHECK:
        return await run_checklist(outside, schedules, occasion, clock)
    expected = rechecks(schedules, await stage.live(), at)
    return await run_planned(outside, schedules, occasion, expected, clock) if expected else None
