"""Where is a number heading, and when will it get there? Slope and forecast over daily points."""

import math
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from itertools import combinations
from statistics import median
from typing import TypeAlias

LEAST_DAYS = 5
"""Days with data below which a slope says nothing: with fewer even a steady rise may be chance."""

LONGEST_FORECAST = timedelta(days=3650)
"""What is reached later than this is not reached: nobody plans for it."""

_DAY = timedelta(days=1)
_CLEAR = 1.96  # standard deviations: chance gives as steady a rise or fall in one case of twenty

Points: TypeAlias = Iterable[tuple[datetime, float]]
"""Aware times with what was measured there, in any order; several of one day count as one."""


@dataclass(frozen=True, slots=True)
class Trend:
    """A straight line through the days: `level` at `at` (the newest point), changing by `per_day`, in the points' unit.

    `clear` is false where the days go up and down so much that the slope may be chance. `days` counts those with data.
    """

    at: datetime
    level: float
    per_day: float
    clear: bool
    days: int

    def reaches(self, limit: float) -> datetime | None:
        """When the line meets `limit`: never before `at`; None where it goes elsewhere, is not clear, or is too slow."""
        if not self.clear or self.per_day == 0:
            return None
        days = (limit - self.level) / self.per_day
        return self.at + days * _DAY if 0 <= days <= LONGEST_FORECAST / _DAY else None


def trend_of(points: Points, least_days: int = LEAST_DAYS) -> Trend | None:
    """The trend of `points`, or None where fewer than `least_days` days (UTC) have any.

    Source: the Theil-Sen estimator over each day's median, so that one import or one clean-up bends nothing; and the
    Mann-Kendall test for whether it is clear.
    """
    days = _by_day(points)
    if len(days) < max(least_days, 2):
        return None
    newest = days[-1][0]
    line = [((at - newest) / _DAY, value) for at, value in days]
    slopes = sorted([(later - sooner) / (end - begin) for (begin, sooner), (end, later) in combinations(line, 2)])
    slope = median(slopes)
    level = median(value - slope * place for place, value in line)
    rising = len(slopes) - bisect_right(slopes, 0) - bisect_left(slopes, 0)
    return Trend(newest, level, slope, clear=_is_clear(rising, len(days)), days=len(days))


def _by_day(points: Points) -> list[tuple[datetime, float]]:
    """One point a day, oldest first: its median at the time of its newest point."""
    days: dict[date, list[tuple[datetime, float]]] = {}
    for at, value in points:
        days.setdefault(at.astimezone(UTC).date(), []).append((at, value))
    return [_middle(of_day) for _, of_day in sorted(days.items())]


def _middle(of_day: Sequence[tuple[datetime, float]]) -> tuple[datetime, float]:
    if len(of_day) == 1:
        return of_day[0]
    return max(at for at, _ in of_day), median(value for _, value in of_day)


def _is_clear(rising: int, days: int) -> bool:
    """Whether so many more pairs rise than fall (or the reverse) than chance would give."""
    deviation = math.sqrt(days * (days - 1) * (2 * days + 5) / 18)
    return (abs(rising) - 1) / deviation > _CLEAR
