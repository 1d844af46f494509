"""What did Cloud Monitoring answer? Its series, read from raw protobuf. Source: Cloud Monitoring API v3, ListTimeSeriesResponse."""

from array import array
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import lru_cache
from math import isfinite, nan
from operator import attrgetter
from typing import Any, TypeAlias, overload

from sagebase_ops.errors import GcpError
from sagebase_ops.gcp.errors import Question, in_part


@dataclass(frozen=True, slots=True)
class Point:
    """`end` is the end of its period, aware UTC. A distribution's value is its mean, a boolean's 0 or 1."""

    end: datetime
    value: float


def _numbers() -> "array[float]":
    return array("d")


@dataclass(frozen=True, slots=True)
class Points(Sequence[Point]):
    """Sixteen bytes each: two months of hours of a whole project are a hundred thousand. `ends` in seconds since the epoch."""

    ends: "array[float]" = field(default_factory=_numbers)
    values: "array[float]" = field(default_factory=_numbers)

    @classmethod
    def of(cls, points: Iterable[Point]) -> "Points":
        """The same points, in their order."""
        given = tuple(points)
        return cls(array("d", [one.end.timestamp() for one in given]), array("d", [one.value for one in given]))

    def __len__(self) -> int:
        return len(self.ends)

    def __iter__(self) -> Iterator[Point]:
        return map(Point, map(_moment, self.ends), self.values)

    @overload
    def __getitem__(self, place: int) -> Point: ...
    @overload
    def __getitem__(self, place: slice) -> "Points": ...
    def __getitem__(self, place: int | slice) -> "Point | Points":
        if isinstance(place, slice):
            return Points(self.ends[place], self.values[place])
        return Point(_moment(self.ends[place]), self.values[place])


@dataclass(frozen=True, slots=True)
class Series:
    """Points newest first, as Google sends them, and the labels by the names that were asked for, "" where absent."""

    labels: Mapping[str, str]
    points: Points


@dataclass(frozen=True, slots=True)
class SeriesSet:
    """The answer. `partial` says why a series may lack points or be absent altogether; None when nothing is missing.

    `unit` is Google's (`ms`, `10^2.%`), "" when it gave none.
    """

    series: tuple[Series, ...]
    unit: str = ""
    partial: GcpError | None = None

    @property
    def complete(self) -> bool:
        return self.partial is None


_Labels: TypeAlias = tuple[tuple[str, str], ...]


@dataclass
class Gathered:
    """The pages of one answer so far: a page may go on with a series that the one before began.

    `group_by` are the labels that were asked for, `ends` those of the points of a series without gaps, as Google sends them.
    """

    group_by: tuple[str, ...]
    ends: "array[float]" = field(default_factory=_numbers)
    points: dict[_Labels, Points] = field(default_factory=dict)
    units: set[str] = field(default_factory=set)
    errors: list[str] = field(default_factory=list)


def gather(page: Any, gathered: Gathered) -> None:  # raw ListTimeSeriesResponse
    """Add one page. Through proto-plus this would take 19 times as long."""
    gathered.errors += [error.message or f"code {error.code}" for error in page.execution_errors]
    gathered.units |= {page.unit} - {""}
    for series in page.time_series:
        labels = _labels(series, gathered.group_by)
        _read_points(series.points, gathered.points.setdefault(labels, Points()), gathered.ends)


def answer_of(gathered: Gathered, question: Question) -> SeriesSet:
    """The whole answer, once all pages are in."""
    return SeriesSet(
        tuple(Series(dict(labels), points) for labels, points in gathered.points.items()),
        unit=" ".join(sorted(gathered.units)),
        partial=in_part(gathered.errors, question),
    )


def _labels(series: Any, group_by: tuple[str, ...]) -> _Labels:  # raw TimeSeries
    """Those asked for; all of them when none was."""
    labels = {f"resource.labels.{name}": value for name, value in series.resource.labels.items()}
    labels |= {f"metric.labels.{name}": value for name, value in series.metric.labels.items()}
    return tuple((name, labels.get(name, "")) for name in group_by or sorted(labels))


def _read_points(points: Any, into: Points, without_gaps: "array[float]") -> None:  # raw repeated Point
    """Those that hold a number: an empty histogram has none, and its percentile is NaN. Infinity measures nothing.

    A series is of one type, so that its points are read without a loop of ours; where one holds anything else, or nothing,
    that reads 0, and only what reads 0 is looked at once more.
    """
    seen = list(points)  # each is a view that is made anew whenever it is asked for
    kind = seen[0].value.WhichOneof("value") if seen else ""
    ends, values = _ends(seen, without_gaps), array("d", map(_READ.get(kind, _number), seen))
    if not all(values) or not isfinite(sum(values)):
        numbers = [value or _number(point) for value, point in zip(values, seen, strict=True)]
        whole = [place for place, number in enumerate(numbers) if isfinite(number)]
        ends, values = (array("d", [part[place] for place in whole]) for part in (ends, numbers))
    into.ends.extend(ends)
    into.values.extend(values)


def _ends(seen: Sequence[Any], without_gaps: "array[float]") -> "array[float]":  # raw Points
    """A series has one point a period and the newest first: as many from the first to the last are all of them."""
    if (
        seen
        and len(seen) == len(without_gaps)
        and (_END(seen[0]), _END(seen[-1])) == (without_gaps[0], without_gaps[-1])
    ):
        return without_gaps
    return array("d", map(_END, seen))


_END = attrgetter("interval.end_time.seconds")
"""Without its nanoseconds: every question is aligned, to whole minutes."""
_READ = {kind: attrgetter(f"value.{kind}") for kind in ("double_value", "int64_value")}


def _number(point: Any) -> float:  # raw Point
    """Chosen by which one is set, since 0.0 and False are values. NaN where there is no number."""
    typed = point.value
    kind = typed.WhichOneof("value")
    if kind == "distribution_value":
        return float(typed.distribution_value.mean) if typed.distribution_value.count else nan
    if kind in {None, "string_value"}:
        return nan
    return float(getattr(typed, kind))


@lru_cache(maxsize=8192)
def _moment(seconds: float) -> datetime:
    """Aware UTC. The series of all services and projects have the same few moments, a hundred thousand times over."""
    return datetime.fromtimestamp(seconds, UTC)
