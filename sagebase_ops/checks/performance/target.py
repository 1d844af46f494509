"""What do a target's measures come to? One finding: the worst of them, with a line for each."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta, tzinfo
from typing import Any, TypeAlias

from sagebase_ops.checks.metrics.judge import HIGHEST_SHARE, IMPLAUSIBLE
from sagebase_ops.checks.performance import words
from sagebase_ops.checks.performance.data import DAY, ENOUGH, Course, Courses, Windows
from sagebase_ops.checks.performance.judge import Frame, Judged, Measure, judge, series_of
from sagebase_ops.domain.quantities import Quantity
from sagebase_ops.domain.refusals import refused
from sagebase_ops.domain.results import (
    WORST_FIRST,
    Finding,
    Note,
    Sentence,
    Series,
    Target,
    Verdict,
    skipped,
    unknown,
)
from sagebase_ops.errors import GcpError
from sagebase_ops.gcp.logs import rfc3339

SHARE = "1"
COMPARABLE = timedelta(days=20)
"""Of the month before; where there is less of it, nothing is held against it."""

Lines: TypeAlias = Sequence[tuple[Measure, Courses]]


@dataclass(frozen=True, slots=True)
class Reviewing:
    """What all targets are reviewed by."""

    windows: Windows
    zone: tzinfo
    min_requests: int
    growth: float
    within: timedelta
    link: str


def review_of(target: Target, lines: Lines, totals: Courses | None, reviewing: Reviewing) -> Finding:
    """The finding of `target`; `totals` are the requests of every service, None where there are none to count.

    A proven failure stays one; else a measure that could not be read makes it unknown.
    """
    return _Review(target, lines, totals, reviewing).finding()


class _Review:
    def __init__(self, target: Target, lines: Lines, totals: Courses | None, reviewing: Reviewing) -> None:
        self._target, self._by, self._windows = target, reviewing, reviewing.windows
        self._totals = totals
        self._requests = totals.of(target.name) if totals else Course()
        self._lines = [(measure, courses, self._course(measure, courses)) for measure, courses in lines]
        self._since = min(
            (next(iter(course.days), self._windows.end) for _, _, course in self._lines), default=self._windows.end
        )

    def finding(self) -> Finding:
        judged = [judge(measure, course, self._frame(measure)) for measure, course in self._measured()]
        failed = [one for one in judged if one.verdict is Verdict.FAIL]
        lacking = next(self._lacking(), None)
        told = sorted(judged, key=lambda one: WORST_FIRST.index(one.verdict))  # what wants a look stands in the channel
        notes = (*self._remarks(), *(one.note for one in told))
        if lacking is not None and not failed:
            return replace(lacking, notes=(*lacking.notes, *notes), series=self._series())
        worst = min(judged, key=_worst_first, default=None)
        if worst is None or (self._is_idle and worst.verdict is Verdict.PASS):
            idle = skipped(self._target, words.NO_REQUESTS, reason="no_requests", notes=notes, **self._given())
            return replace(idle, series=self._series())
        return self._told(worst, judged, notes)

    def _told(self, worst: Judged, judged: Sequence[Judged], notes: tuple[Note, ...]) -> Finding:
        others = sum(one.verdict in {Verdict.FAIL, Verdict.WARN} for one in judged if one is not worst)
        sentence = _with_others(worst.sentence) if others else worst.sentence
        value, limit = worst.values.get("value"), worst.values.get("limit")
        return Finding(
            self._target,
            worst.verdict,
            sentence,
            values={**worst.values, "others": others},
            value=value if isinstance(value, Quantity) else None,
            limit=limit if isinstance(limit, Quantity) else None,
            reason=worst.reason,
            notes=notes,
            series=self._series(),
            **self._given(),
        )

    def _course(self, measure: Measure, courses: Courses) -> Course:
        """What there is of it; of few requests there is nothing to be said."""
        course = courses.of(self._target.name)
        return course.where_enough(self._requests) if measure.traffic else course

    def _measured(self) -> Iterator[tuple[Measure, Course]]:
        """Those that the whole answer tells: of part of it neither a pass nor a failure is believed."""
        for measure, courses, course in self._lines:
            whole = courses.otherwise is None and self._partial(measure, courses) is None
            if whole and course.month is not None and not _cannot_be(measure, course.month):
                yield measure, course

    def _partial(self, measure: Measure, courses: Courses) -> GcpError | None:
        """Why it may lack something: itself, or the requests by which its days are chosen."""
        return courses.partial or (self._totals.partial if measure.traffic and self._totals else None)

    def _lacking(self) -> Iterator[Finding]:
        """One finding for each measure that could not be read, is absent for no known reason, or has nothing to be held against."""
        for measure, courses, course in self._lines:
            if courses.otherwise is not None:
                google = _about(words.NOT_AS_BELIEVED, measure)
                yield unknown(self._target, google, reason="unit", google=courses.otherwise, **self._given())
            elif (partial := self._partial(measure, courses)) is not None:
                yield refused(self._target, partial, **self._given())
            elif course.month is None and not self._may_be_absent(measure):
                yield unknown(self._target, _about(words.NO_DATA, measure), reason="no_data", **self._given())
            elif course.month is not None and _cannot_be(measure, course.month):
                value = Quantity(course.month, measure.unit)
                yield unknown(self._target, IMPLAUSIBLE, reason="unit", value=value, **self._given())
            elif measure.unread is not None:
                yield refused(self._target, measure.unread, **self._given())
            elif measure.capacity and measure.limit is None:
                yield unknown(self._target, _about(words.NO_CAPACITY, measure), reason="no_limit", **self._given())

    def _may_be_absent(self, measure: Measure) -> bool:
        """Without requests, or with a few, there is no latency; without a single instance there is no load of one."""
        counted = self._totals is not None and self._totals.otherwise is None and self._totals.partial is None
        if measure.traffic:
            return counted and self._has_instances_data and (self._requests.month or 0) < ENOUGH
        return measure.instances and self._no_instance_ran

    @property
    def _running(self) -> Course:
        return next((course for measure, _, course in self._lines if measure.key == "instances"), Course())

    @property
    def _has_instances_data(self) -> bool:
        return self._running.month is not None

    @property
    def _no_instance_ran(self) -> bool:
        return self._running.month == 0 and not self._requests.month

    @property
    def _is_idle(self) -> bool:
        return self._totals is not None and not self._requests.month

    @property
    def _young(self) -> bool:
        return self._since >= self._windows.middle + DAY

    @property
    def _short_before(self) -> bool:
        return self._windows.middle - self._since < COMPARABLE

    @property
    def _few(self) -> bool:
        return min(self._requests.month or 0, self._requests.before or 0) < self._by.min_requests

    def _frame(self, measure: Measure) -> Frame:
        compared = not self._short_before and not (measure.traffic and self._few)
        return Frame(self._windows, self._by.zone, compared, self._by.growth, self._by.within)

    def _remarks(self) -> Iterator[Note]:
        """Why a month is not whole, or is held against nothing."""
        since = f"{self._since.astimezone(self._by.zone):%Y-%m-%d}"
        if self._young:
            yield Note(words.YOUNG, {"since": since, "days": _days(self._windows.end - self._since)})
        elif self._short_before:
            yield Note(words.SHORT_BEFORE, {"since": since, "days": _days(self._windows.middle - self._since)})
        elif self._totals is not None and self._few:
            counts = {"requests": self._requests.month, "requests_before": self._requests.before}
            told = {name: Quantity(count or 0, "{requests}") for name, count in counts.items()}
            yield Note(words.FEW, {**told, "least": Quantity(self._by.min_requests, "{requests}")})

    def _series(self) -> tuple[Series, ...]:
        drawn = [(measure, course) for measure, _, course in self._lines if course.days]
        return tuple(series_of(measure, course, self._windows) for measure, course in drawn)

    def _given(self) -> dict[str, Any]:
        windows = self._windows
        asked = {
            "method": "MetricService.ListTimeSeries",
            "start": rfc3339(windows.middle),
            "end": rfc3339(windows.end),
            "compared_with": rfc3339(windows.start),
        }
        return {"asked": asked, "link": self._by.link}


def _cannot_be(measure: Measure, month: float) -> bool:
    return month < 0 or (measure.unit == SHARE and month > HIGHEST_SHARE)


def _worst_first(judged: Judged) -> tuple[int, float]:
    return WORST_FIRST.index(judged.verdict), -judged.nearness


def _with_others(sentence: Sentence) -> Sentence:
    return Sentence(f"{sentence.ja}。{words.ALSO.ja}", f"{sentence.en}; {words.ALSO.en}")


def _about(sentence: Sentence, measure: Measure) -> Sentence:
    return Sentence(
        sentence.ja.replace("{measure}", measure.words.ja), sentence.en.replace("{measure}", measure.words.en)
    )


def _days(span: timedelta) -> int:
    return max(0, round(span / DAY))
