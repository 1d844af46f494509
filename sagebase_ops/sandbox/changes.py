"""In which periods may a level differ from its neighbours'? A month by the minute is 43,200 periods, nearly all alike."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from sagebase_ops.sandbox.spans import RawSeries

Period = tuple[datetime, datetime]


def with_changes(
    window: Sequence[Period], series: Iterable[RawSeries], seen_until: datetime, every: timedelta | None = None
) -> list[Period]:
    """The first and last of `window` (newest first, of one length) and those next to a change of any of the series.

    What lies between them is as they are: the greatest and the least value over the window, and over each `every` of it
    (laid back from its end as well), are among these.
    """
    if not window:
        return []
    newest, length = window[0][1], window[0][1] - window[0][0]
    edges = {edge for one in series for span in one.spans for edge in (span.start, span.end)} | {seen_until}
    steps = range(0, len(window), every // length) if every else range(0)
    near = {(newest - edge) // length + step for edge in edges for step in (-1, 0, 1)} | {0, len(window) - 1, *steps}
    return [window[place] for place in sorted(near) if 0 <= place < len(window)]
