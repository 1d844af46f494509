"""Numbers in even steps of time, small: four bytes an hour, since a month of hours of a thousand services is held at once."""

import math
from array import array
from collections.abc import ItemsView, Iterable, Iterator, Mapping
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
        self._values = values = array("d" if step >= _DAY else "f", [math.nan]) * -(-(end - start) // step)
        count = len(values)
        for at, value in points:
            place = (at - start) // step
            if 0 <= place < count:
                values[place] = value

    def __getitem__(self, at: datetime) -> float:
        place = self._place(at)
        value = self._values[place] if 0 <= place < len(self._values) else math.nan
        if math.isnan(value):
            raise KeyError(at)
        return value

    def __iter__(self) -> Iterator[datetime]:
        return (at for at, _ in self.numbered())

    def __len__(self) -> int:
        return sum(not math.isnan(value) for value in self._values)

    def items(self) -> ItemsView[datetime, float]:
        return _Items(self)

    def numbered(self) -> Iterator[tuple[datetime, float]]:
        """Each step that has a number, with it."""
        at, step = self._start, self._step
        for value in self._values:
            if not math.isnan(value):
                yield at, value
            at += step

    def _place(self, at: datetime) -> int:
        return (at - self._start) // self._step


class _Items(ItemsView[datetime, float]):
    """Read straight through: the usual view looks each of them up."""

    def __init__(self, steps: Steps) -> None:
        super().__init__(steps)
        self._steps = steps

    def __iter__(self) -> Iterator[tuple[datetime, float]]:
        return self._steps.numbered()
