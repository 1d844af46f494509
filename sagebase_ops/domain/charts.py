"""What a chart shows, in words and numbers of one language: kept as data, drawn where it is sent."""

from dataclasses import dataclass
from datetime import datetime, timedelta


@dataclass(frozen=True, slots=True)
class Line:
    """One value a step, oldest first, None where nothing was measured."""

    name: str
    values: tuple[float | None, ...]


@dataclass(frozen=True, slots=True)
class Panel:
    """Lines over one axis, in `unit` as it is written on it. `limit` is a line of its own, `limit_name` its words."""

    title: str
    unit: str
    lines: tuple[Line, ...]
    limit: float | None = None
    limit_name: str = ""


@dataclass(frozen=True, slots=True)
class Chart:
    """Panels over the same time: the first step begins at `start` (aware), and its days are those of `timezone`.

    `alt_text` says what is to be seen, for whom does not see it. What was before `reviewed_from` is there to compare, and
    `before_name` is what that is called.
    """

    title: str
    alt_text: str
    start: datetime
    step: timedelta
    timezone: str
    panels: tuple[Panel, ...]
    reviewed_from: datetime | None = None
    before_name: str = ""

    @property
    def steps(self) -> int:
        return max(len(line.values) for panel in self.panels for line in panel.lines)
