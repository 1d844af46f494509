"""How did each measure go over sixty days? By the month, by the day and by the hour, for all services in one call each.

Google aligns for each length anew: no percentile is ever made of percentiles. Levels and counts are asked for by the hour,
and days and months are made of them. Source: Cloud Monitoring API v3, timeSeries.list.
"""

import asyncio
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from statistics import fmean
from typing import TypeAlias

from sagebase_ops.checks.base import CheckContext
from sagebase_ops.checks.metrics.data import differs, name_of
from sagebase_ops.domain.steps import Steps
from sagebase_ops.errors import GcpError
from sagebase_ops.gcp.metrics import METRICS, Metric, filter_of
from sagebase_ops.gcp.monitoring import MetricQuery

DAY, HOUR = timedelta(days=1), timedelta(hours=1)
MONTH = 30 * DAY
ENOUGH = 20
"""Requests of a day or an hour: of fewer the p95 is simply the slowest one, and one failure is more than 5 %."""

Values: TypeAlias = Mapping[datetime, float]
"""By the begin of the period (aware UTC)."""


@dataclass(frozen=True, slots=True)
class Windows:
    """Whole days of the file's zone: the reviewed month from `middle` to `end`, and the one before it from `start`."""

    start: datetime
    middle: datetime
    end: datetime


@dataclass(frozen=True, slots=True)
class Course:
    """One measure of one target: the reviewed month, the one before, the days of both, the hours of the reviewed one."""

    month: float | None = None
    before: float | None = None
    days: Values = field(default_factory=dict)
    hours: Values = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Courses:
    """One measure by target name.

    `otherwise` is what Google says where the metric is not what we take it for; `partial` why something may be missing.
    """

    by_target: Mapping[str, Course]
    otherwise: str | None = None
    partial: GcpError | None = None

    def of(self, target: str) -> Course:
        return self.by_target.get(target, Course())


def windows_of(context: CheckContext, delay: timedelta) -> Windows:
    """They end at the newest midnight up to which Google has all data."""
    seen = (context.now - delay).astimezone(context.zone)
    end = seen.replace(hour=0, minute=0, second=0, microsecond=0).astimezone(context.now.tzinfo)
    return Windows(end - 2 * MONTH, end - MONTH, end)


async def aligned(known: Metric, windows: Windows, context: CheckContext, *, hours: bool = True) -> Courses:
    """What only Google can align: means and percentiles. Raises GcpError."""
    lengths = [(MONTH, windows.start), (DAY, windows.start), *([(HOUR, windows.middle)] if hours else [])]
    otherwise, asked = await asyncio.gather(
        _otherwise(known, context),
        asyncio.gather(*(_asked(known, period, start, windows.end, context) for period, start in lengths)),
    )
    months, days, by_hour = (*(values for values, _ in asked), {})[:3]
    found = {
        name: Course(
            months[name].get(windows.middle) if name in months else None,
            months[name].get(windows.start) if name in months else None,
            days.get(name, {}),
            by_hour.get(name, {}),
        )
        for name in months.keys() | days.keys()
    }
    return Courses(found, otherwise, next((partial for _, partial in asked if partial), None))


async def levels(
    known: Metric, windows: Windows, context: CheckContext, of_day: Callable[[Sequence[float]], float] = fmean
) -> Courses:
    """Levels by the hour; `of_day` says what a day, or a month, makes of its hours. Raises GcpError."""
    otherwise, (found, partial) = await asyncio.gather(
        _otherwise(known, context), _asked(known, HOUR, windows.start, windows.end, context)
    )
    return Courses({name: _of_hours(hours, windows, of_day) for name, hours in found.items()}, otherwise, partial)


async def requests(windows: Windows, context: CheckContext) -> tuple[Courses, Courses]:
    """How many requests each service had, and the share of them that failed with 5xx. Raises GcpError.

    Days and hours with fewer than ENOUGH have no share.
    """
    known = METRICS["error_rate"]
    otherwise, (found, partial) = await asyncio.gather(
        _otherwise(known, context), _asked(known, HOUR, windows.start, windows.end, context)
    )
    every: defaultdict[str, defaultdict[datetime, float]] = defaultdict(lambda: defaultdict(float))
    failed: defaultdict[str, defaultdict[datetime, float]] = defaultdict(lambda: defaultdict(float))
    for name, counted in found.items():
        service, _, response_class = name.rpartition(", ")
        for at, count in counted.items():
            every[service][at] += count
            failed[service][at] += count if response_class == "5xx" else 0.0
    totals = {name: _of_hours(hours, windows, sum) for name, hours in every.items()}
    failures = {name: _of_hours(hours, windows, sum) for name, hours in failed.items()}
    shares = {name: _share(failures[name], total, windows) for name, total in totals.items()}
    return Courses(totals, otherwise, partial), Courses(shares, otherwise, partial)


def where_enough(course: Course, requests: Course) -> Course:
    """Without the months, days and hours in which there were too few requests to say anything."""
    return Course(
        course.month if (requests.month or 0) >= ENOUGH else None,
        course.before if (requests.before or 0) >= ENOUGH else None,
        {at: value for at, value in course.days.items() if requests.days.get(at, 0) >= ENOUGH},
        {at: value for at, value in course.hours.items() if requests.hours.get(at, 0) >= ENOUGH},
    )


def _share(failed: Course, every: Course, windows: Windows) -> Course:
    def of(some: float | None, all_: float | None) -> float | None:
        return some / all_ if some is not None and all_ is not None and all_ >= ENOUGH else None

    def each(some: Values, all_: Values) -> Iterator[tuple[datetime, float]]:
        return ((at, some.get(at, 0.0) / count) for at, count in all_.items() if count >= ENOUGH)

    return Course(
        of(failed.month, every.month),
        of(failed.before, every.before),
        Steps(windows.start, windows.end, DAY, each(failed.days, every.days)),
        Steps(windows.middle, windows.end, HOUR, each(failed.hours, every.hours)),
    )


def _of_hours(hours: Values, windows: Windows, made: Callable[[Sequence[float]], float]) -> Course:
    days: defaultdict[datetime, list[float]] = defaultdict(list)
    for at, value in hours.items():
        days[windows.start + (at - windows.start) // DAY * DAY].append(value)
    reviewed = Steps(windows.middle, windows.end, HOUR, hours.items())
    before = [value for at, value in hours.items() if at < windows.middle]
    return Course(
        made(list(reviewed.values())) if len(reviewed) else None,
        made(before) if before else None,
        Steps(windows.start, windows.end, DAY, ((at, made(values)) for at, values in days.items())),
        reviewed,
    )


async def _asked(
    known: Metric, period: timedelta, start: datetime, end: datetime, context: CheckContext
) -> tuple[dict[str, Steps], GcpError | None]:
    """Values in the metric's unit by target name and begin of the period.

    Where the metric is aligned twice, its parts are summed by its own short period first, as peaks of different moments do not
    add up.
    """
    region, project = context.project.region, context.project.id
    query = MetricQuery(filter_of(known, region), known.aligner, known.reducer, known.group_by, start, end, period)
    if known.then:
        query = replace(query, period=known.period, then=known.then, then_every=period)
    answer = await context.gcp.metrics.long_series(project, query)
    found = {
        name_of(known, series): Steps(
            start, end, period, ((point.end - period, point.value * known.scale) for point in series.points)
        )
        for series in answer.series
    }
    return found, answer.partial


async def _otherwise(known: Metric, context: CheckContext) -> str | None:
    return differs(known, await context.gcp.metrics.descriptor(context.project.id, known.type))
