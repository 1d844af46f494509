"""How often does the guide ask for what stands below a heading, and does a checklist come up so often?"""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from itertools import islice, pairwise

from sagebase_ops.domain.calendars import Calendar, between
from sagebase_ops.guide.answers import Section
from sagebase_ops.guide.reading import GuideLine

_FROM, _UNTIL = datetime(2024, 1, 1, tzinfo=UTC), datetime(2029, 1, 1, tzinfo=UTC)
_FIRES = 400
_SUMMER_TIME = timedelta(hours=1)


def asked_every(line: GuideLine, sections: Iterable[Section]) -> timedelta | None:
    """By the line's own heading, else by the nearest above it of which that is known; None where the guide does not say."""
    known = {section.section: section.every for section in sections if section.every}
    above = (" / ".join(line.section[:depth]) for depth in range(len(line.section), 0, -1))
    return next((known[heading] for heading in above if heading in known), None)


def comes_within(calendar: Calendar, every: timedelta) -> bool:
    """Whether no two fires lie further apart, but for the hour that the end of summer time adds."""
    fires = islice(between(calendar, _FROM, _UNTIL), _FIRES)
    waits = [later - earlier for earlier, later in pairwise(fires)]
    return bool(waits) and max(waits) <= every + _SUMMER_TIME
