"""Numbers in even steps of time, small: four bytes an hour, since a month of hours of a thousand services is held at once."""

import math
from array import array
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime, timedelta

_DAY = timedelta(days=1)


class Steps(Mapping[datetime, float]):
    """What was measured by the begin of each step (aware); steps without a number are not in it. Never changes."""

    def __init__(
        self, start: datetime, end: datetime, step: timedelta, points: Iterable[tuple[datetime, float]]
    ) -> None:
        """Of several points in one step the last one counts; those outside of `start` to `end` are left out.

        Steps shorter than a day keep seven digits.
        """
        self._start, self._step = start, step
        self._values = array("d" if step >= _DAY else "f", [math.nan]) * -(-(end - start) // step)
        for at, value in points:
            place = self._place(at)
            if 0 <= place < len(self._values):
                self._values[place] = value

    def __getitem__(self, at: datetime) -> float:
        place = self._place(at)
        value = self._values[place] if 0 <= place < len(self._values) else math.nan
        if math.isnan(value):
            raise KeyError(at)
        return value

    def __iter__(self) -> Iterator[datetime]:
        for place, value in enumerate(self._values):
            if not math.isnan(value):
                yield self._start + self._step * place

    def __len__(self) -> int:
        return sum(not math.isnan(value) for value in self._values)

    def _place(self, at: datetime) -> int:
        return (at - self._start) // self._step
