"""Is one measure's month all right, how does it stand against the month before, and where is it heading?"""

import math
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo
from typing import TypeAlias

from sagebase_ops.checks.performance import words
from sagebase_ops.checks.performance.data import DAY, HOUR, Course, Windows
from sagebase_ops.domain.quantities import Quantity
from sagebase_ops.domain.results import Note, Sentence, Series, Value, Verdict
from sagebase_ops.domain.trends import trend_of
from sagebase_ops.errors import GcpError

NEARLY = 0.8
LEAST_DAYS = 14
"""Of a trend: two weeks, so that a busy Monday is none."""
FORESEEN = timedelta(days=365)
"""What is reached later is not worth a date."""

Filled: TypeAlias = dict[str, Value]


@dataclass(frozen=True, slots=True)
class Measure:
    """One line of the review: `panel` and `name` are its words, `limit` in `unit`, None where there is none.

    `fails`: over it is a failure, else a warning. `capacity`: its limit is what there is at all, so four fifths of it are a
    warning. `grows`: more of it than last month is worth a look. `traffic`: without requests there is none of it;
    `instances`: without instances. `unread`: why its limit could not be read, where there is one.
    """

    key: str
    panel: Sentence
    name: Sentence
    unit: str
    limit: float | None = None
    fails: bool = False
    capacity: bool = False
    grows: bool = False
    traffic: bool = False
    instances: bool = False
    unread: GcpError | None = None

    @property
    def words(self) -> Sentence:
        return Sentence(f"{self.panel.ja} {self.name.ja}", f"{self.panel.en} {self.name.en}")


@dataclass(frozen=True, slots=True)
class Frame:
    """What a measure of a target is judged within. `compared`: the month before is one to compare with.

    More than `growth` over that one is worth a look, and so is a limit that is reached `within` so long.
    """

    windows: Windows
    zone: tzinfo
    compared: bool
    growth: float
    within: timedelta

    def date(self, at: datetime) -> str:
        return f"{at.astimezone(self.zone):%Y-%m-%d}"

    def day(self, at: datetime) -> str:
        """Of the last two months, so without a year."""
        local = at.astimezone(self.zone)
        return f"{local.month}/{local.day}"

    def hour(self, at: datetime) -> str:
        local = at.astimezone(self.zone)
        return f"{self.day(at)} {local:%H:%M}-{local + HOUR:%H:%M}"


@dataclass(frozen=True, slots=True)
class Judged:
    """One measure's verdict, what the finding says of it, its line below that, and how near its limit it is."""

    verdict: Verdict
    sentence: Sentence
    values: Filled
    note: Note
    nearness: float = 0.0
    reason: str | None = None


def judge(measure: Measure, course: Course, frame: Frame) -> Judged:
    """The first of these that holds: over the limit, over it on a day, near it, heading there, grown. `course.month` is there."""
    seen = _Seen(measure, course, frame)
    verdict, words_of_it, reason = seen.verdict()
    sentence = Sentence(_about(words_of_it.ja, measure.words.ja), _about(words_of_it.en, measure.words.en))
    return Judged(verdict, sentence, seen.values, seen.note(), seen.nearness, reason)


def series_of(measure: Measure, course: Course, windows: Windows) -> Series:
    """The days of both months, for the chart."""
    values = tuple(None if math.isnan(value) else float(f"{value:.4g}") for value in course.days.numbers)
    return Series(measure.panel, measure.name, measure.unit, windows.start, DAY, values, measure.limit)


class _Seen:
    """One measure's course with what is reckoned from it."""

    def __init__(self, measure: Measure, course: Course, frame: Frame) -> None:
        self._measure, self._frame = measure, frame
        self._month, self._before = course.month or 0.0, course.before if frame.compared else None
        self._days = {at: value for at, value in course.days.items() if at >= frame.windows.middle}
        self._worst_hour = course.hours.peak()
        # Of the reviewed month alone: a step between the months that settled is a change, and heads nowhere.
        self._trend = trend_of(self._days.items(), LEAST_DAYS)
        self.nearness = self._month / measure.limit if measure.limit else 0.0
        self.values = self._filled()

    @property
    def _limit(self) -> float:
        return math.inf if self._measure.limit is None else self._measure.limit

    @property
    def _over(self) -> bool:
        return self._month >= self._limit if self._measure.capacity else self._month > self._limit

    @property
    def _days_over(self) -> int:
        return sum(value > self._limit for value in self._days.values())

    @property
    def _reached(self) -> datetime | None:
        """When its limit is reached, where it is heading there at all and is not there yet."""
        if self._trend is None or self._over or not math.isfinite(self._limit) or self._trend.per_day <= 0:
            return None
        return self._trend.reaches(self._limit)

    @property
    def _change(self) -> float | None:
        return self._month / self._before - 1 if self._before else None

    def verdict(self) -> tuple[Verdict, Sentence, str | None]:
        bad = Verdict.FAIL if self._measure.fails else Verdict.WARN
        if self._over:
            return bad, words.REACHED if self._measure.capacity else words.OVER, "over_limit"
        if self._days_over and not self._measure.capacity:
            return Verdict.WARN, words.OVER_ON_A_DAY, "over_limit_on_a_day"
        if self._measure.capacity and self._month > NEARLY * self._limit:
            return Verdict.WARN, words.NEARLY, "nearly_full"
        if self._reached is not None and self._reached <= self._frame.windows.end + self._frame.within:
            return Verdict.WARN, words.FORECAST, "heading_for_limit"
        if self._measure.grows and self._change is not None and self._change > self._frame.growth:
            return Verdict.WARN, words.GROWN, "grown"
        return Verdict.PASS, words.WITHIN if self._measure.limit is not None else words.NO_LIMIT, None

    def note(self) -> Note:
        pieces = [words.FIGURE if self._measure.limit is None else words.FIGURE_WITH_LIMIT]
        pieces += [words.AGAINST_BEFORE] if self._change is not None else []
        pieces += [words.WORST_DAY] if any(self._days.values()) else []  # of nothing but zeros none is the worst
        pieces += [words.WORST_HOUR] if self._worst_hour and self._worst_hour.value else []
        pieces += self._heading()
        ja, en = "".join(piece.ja for piece in pieces), "".join(piece.en for piece in pieces)
        said = Sentence(_about(ja, self._measure.words.ja), _about(en, self._measure.words.en))
        return Note(said, self.values)

    def _heading(self) -> list[Sentence]:
        if self._trend is None:
            return [words.TOO_YOUNG]
        if not self._trend.clear or self._trend.per_day == 0:
            return [words.SWINGS]
        if self._reached is not None and self._reached <= self._frame.windows.end + FORESEEN:
            return [words.REACHES]
        return [words.SOME_DAY] if self._measure.limit is not None and not self._over else []

    def _filled(self) -> Filled:
        unit, frame = self._measure.unit, self._frame
        filled: Filled = {"value": Quantity(self._month, unit), "count": self._days_over}
        if self._measure.limit is not None:
            filled["limit"] = Quantity(self._measure.limit, unit)
        if self._before is not None and self._change is not None:
            filled |= {"before": Quantity(self._before, unit), "change": f"{self._change * 100:+.0f} %"}
        if self._days:
            day = max(self._days, key=self._days.__getitem__)
            filled |= {"day": frame.day(day), "worst": Quantity(self._days[day], unit)}
        if self._worst_hour:
            filled |= {
                "hour": frame.hour(self._worst_hour.at),
                "worst_of_hours": Quantity(self._worst_hour.value, unit),
            }
        if self._reached is not None:
            filled["when"] = frame.date(self._reached)
        return filled


def _about(text: str, measure: str) -> str:
    return text.replace("{measure}", measure)
