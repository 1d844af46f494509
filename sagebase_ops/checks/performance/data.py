"""How did each measure go over sixty days? By the month, by the day and by the hour, for all services in one call each.

Google aligns for each length anew: no percentile is ever made of percentiles, and only the reviewed month is read by the hour.
Source: Cloud Monitoring API v3, timeSeries.list.
"""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from sagebase_ops.checks.base import CheckContext
from sagebase_ops.checks.metrics.data import differs, name_of
from sagebase_ops.domain.steps import Steps, no_steps
from sagebase_ops.errors import GcpError
from sagebase_ops.gcp.metrics import METRICS, RESPONSE_CLASS, UNCLASSED, Metric, filter_of
from sagebase_ops.gcp.monitoring import MetricQuery

DAY, HOUR = timedelta(days=1), timedelta(hours=1)
MONTH = 30 * DAY
ENOUGH = 20
"""Requests of a day or an hour: of fewer the p95 is simply the slowest one, and one failure is more than 5 %."""


@dataclass(frozen=True, slots=True)
class Windows:
    """Whole days of the file's zone: the reviewed month from `middle` to `end`, and the one before it from `start`."""

    start: datetime
    middle: datetime
    end: datetime


@dataclass(frozen=True, slots=True)
class Course:
    """One measure of one target: both months, the days of both, the hours of the reviewed one."""

    months: Steps = field(default_factory=no_steps)
    days: Steps = field(default_factory=no_steps)
    hours: Steps = field(default_factory=no_steps)

    @property
    def before(self) -> float | None:
        """The month before the reviewed one."""
        return self.months.number(0)

    @property
    def month(self) -> float | None:
        """The reviewed month."""
        return self.months.number(1)

    def plus(self, other: "Course") -> "Course":
        """Both counts together."""
        return Course(self.months.plus(other.months), self.days.plus(other.days), self.hours.plus(other.hours))

    def share(self, part: "Course") -> "Course":
        """How much of these requests is `part`; few have none."""
        return Course(
            self.months.share(part.months, ENOUGH),
            self.days.share(part.days, ENOUGH),
            self.hours.share(part.hours, ENOUGH),
        )

    def where_enough(self, requests: "Course") -> "Course":
        """Without the months, days and hours in which there were too few requests to say anything."""
        return Course(
            self.months.where(requests.months, ENOUGH),
            self.days.where(requests.days, ENOUGH),
            self.hours.where(requests.hours, ENOUGH),
        )


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


async def courses_of(known: Metric, windows: Windows, context: CheckContext, *, hours: bool = True) -> Courses:
    """One measure by target name; several labels of a target are separated by a comma. Raises GcpError."""
    lengths = [(MONTH, windows.start), (DAY, windows.start), *([(HOUR, windows.middle)] if hours else [])]
    otherwise, asked = await asyncio.gather(
        _otherwise(known, context),
        asyncio.gather(*(_asked(known, period, start, windows.end, context) for period, start in lengths)),
    )
    found = [steps for steps, _ in asked]
    names = {name for steps in found for name in steps}
    by_target = {name: Course(*(steps.get(name, no_steps()) for steps in found)) for name in names}
    return Courses(by_target, otherwise, next((partial for _, partial in asked if partial), None))


async def requests(windows: Windows, context: CheckContext) -> tuple[Courses, Courses]:
    """How many requests each service had, and the share of them that failed with 5xx. Raises GcpError.

    There is no such share of a service where more than a few requests are without a class: all of those may have failed.
    """
    by_class = await courses_of(METRICS["error_rate"], windows, context)
    totals: dict[str, Course] = {}
    failed: dict[str, Course] = {}
    unclassed: dict[str, float] = {}
    for name, course in by_class.by_target.items():
        service, _, response_class = name.rpartition(", ")
        totals[service] = totals.get(service, Course()).plus(course)
        if response_class == "5xx":
            failed[service] = course
        if not RESPONSE_CLASS.fullmatch(response_class):
            unclassed[service] = unclassed.get(service, 0.0) + (course.month or 0.0)
    shares = {
        name: total.share(failed.get(name, Course()))
        for name, total in totals.items()
        if unclassed.get(name, 0.0) <= UNCLASSED * (total.month or 0.0)
    }
    return replace(by_class, by_target=totals), replace(by_class, by_target=shares)


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
        name_of(known, series): Steps.ended(
            start, end, period, series.points.ends, [value * known.scale for value in series.points.values]
        )
        for series in answer.series
    }
    return found, answer.partial


async def _otherwise(known: Metric, context: CheckContext) -> str | None:
    return differs(known, await context.gcp.metrics.descriptor(context.project.id, known.type))
