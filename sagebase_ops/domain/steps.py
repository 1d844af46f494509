"""Numbers in even steps of time, small: four bytes an hour, since a month of hours of a thousand services is held at once."""

from array import array
from collections.abc import ItemsView, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from itertools import filterfalse, starmap, zip_longest
from math import isnan, nan
from typing import NamedTuple

_DAY = timedelta(days=1)


class Peak(NamedTuple):
    """The largest number, and the begin of its step (aware)."""

    at: datetime
    value: float


class Steps(Mapping[datetime, float]):
    """What was measured by the begin of each step (aware); steps without a number are not in it. Never changes."""

    def __init__(self, start: datetime, step: timedelta, values: Iterable[float]) -> None:
        """One value for each step from `start` on, NaN where there is none. Steps shorter than a day keep seven digits."""
        self.start, self.step = start, step
        self.numbers = array("d" if step >= _DAY else "f", values)

    @classmethod
    def of(cls, start: datetime, end: datetime, step: timedelta, points: Iterable[tuple[datetime, float]]) -> "Steps":
        """Of `points` by their time: of several in one step the last one counts, others than of `start` to `end` do not."""
        seconds = ((at.timestamp(), value) for at, value in points)
        return cls._placed(start, end, step, start.timestamp(), seconds)

    @classmethod
    def ended(
        cls, start: datetime, end: datetime, step: timedelta, ends: "array[float]", values: Sequence[float]
    ) -> "Steps":
        """The same of values by the end of their step, in seconds since the epoch."""
        length = round(step.total_seconds())
        first, last = round(start.timestamp()) + length, round(end.timestamp())
        if ends == array("d", range(last, first - 1, -length)):  # all of them, newest first: the usual answer
            return cls(start, step, reversed(values))
        return cls._placed(start, end, step, first, zip(ends, values, strict=True))

    @classmethod
    def _placed(
        cls, start: datetime, end: datetime, step: timedelta, first: float, points: Iterable[tuple[float, float]]
    ) -> "Steps":
        count, length = -(-(end - start) // step), step.total_seconds()
        values = [nan] * count
        for at, value in points:
            place = int((at - first) // length)
            if 0 <= place < count:
                values[place] = value
        return cls(start, step, values)

    def __getitem__(self, at: datetime) -> float:
        place = (at - self.start) // self.step
        value = self.numbers[place] if 0 <= place < len(self.numbers) else nan
        if isnan(value):
            raise KeyError(at)
        return value

    def __iter__(self) -> Iterator[datetime]:
        return (at for at, _ in self.numbered())

    def __len__(self) -> int:
        return len(list(filterfalse(isnan, self.numbers)))

    def items(self) -> ItemsView[datetime, float]:
        return _Items(self)

    def numbered(self) -> Iterator[tuple[datetime, float]]:
        """Each step that has a number, with it."""
        at, step = self.start, self.step
        for value in self.numbers:
            if not isnan(value):
                yield at, value
            at += step

    def number(self, place: int) -> float | None:
        """Of the step that is this many after the first; None where it has none."""
        value = self.numbers[place] if place < len(self.numbers) else nan
        return None if isnan(value) else value

    def peak(self) -> Peak | None:
        """The first of the largest numbers; None where there is no number at all."""
        value = max(filterfalse(isnan, self.numbers), default=None)
        return None if value is None else Peak(self.start + self.numbers.index(value) * self.step, value)

    def where(self, weight: "Steps", least: float) -> "Steps":
        """Those at which `weight`, of the same steps, is `least` or more."""
        both = zip_longest(self.numbers, weight.numbers, fillvalue=nan)
        return Steps(self.start, self.step, [value if many >= least else nan for value, many in both])

    def share(self, part: "Steps", least: float) -> "Steps":
        """How much of each of these is `part`, of the same steps; nothing is 0. None of those below `least`."""
        both = zip_longest(self.numbers, part.numbers, fillvalue=nan)
        shares = [(some if some > 0 else 0.0) / many if many >= least else nan for many, some in both]
        return Steps(self.start, self.step, shares)

    def plus(self, other: "Steps") -> "Steps":
        """The sum of both, of the same steps; where only one has a number, that one."""
        both = zip_longest(self.numbers, other.numbers, fillvalue=nan)
        return Steps(self.start, self.step, starmap(_sum, both)) if self.numbers else other


def no_steps() -> Steps:
    """Where nothing at all was measured."""
    return Steps(datetime.fromtimestamp(0, UTC), _DAY, ())


def _sum(one: float, other: float) -> float:
    if isnan(one):
        return other
    return one if isnan(other) else one + other


class _Items(ItemsView[datetime, float]):
    """Read straight through: the usual view looks each of them up."""

    def __init__(self, steps: Steps) -> None:
        super().__init__(steps)
        self.steps = steps

    def __iter__(self) -> Iterator[tuple[datetime, float]]:
        return self.steps.numbered()
